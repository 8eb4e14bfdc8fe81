"""`dedup diff`: what differs between two runs over the same inputs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.cli.console import console
from dedup.cli.installation import warn_of_leftover
from dedup.cli.settings import SettingsCommand
from dedup.errors import printable

if TYPE_CHECKING:
    from rich.console import Console

    from dedup.explain.differences import Difference, DocumentChange

_KINDS = {
    "deleted": "now a duplicate",
    "rejected": "now rejected",
    "replaced": "now another member of its story is kept",
    "restored": "now kept",
    "readmitted": "rejected in one of the two",
    "other-story": "now a duplicate in another story",
    "other-canonical": "now a duplicate of another canonical",
    "still-kept": "kept in both",
    "other-relation": "now another relation or score",
}

_SAY_BEFORE = ("restored", "other-story", "other-canonical", "other-relation")
"""What was said before is half of these changes."""

_STORIES = {
    "split": "split into several, or into documents in no story",
    "merged": "merged from several, or from documents in no story",
    "torn": "parted and put together anew",
    "grown": "only grown",
    "shrunk": "only shrunk",
    "exchanged": "grown and shrunk",
    "canonical": "the same documents, another canonical",
    "same": "the same",
}

_NUMBERS = ("documents", "in OUT", "in OUT2")

_LONGEST = 200
"""Characters of a title or an id that are shown; --json has all."""


@click.command(cls=SettingsCommand, short_help="Say what differs between two runs.")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.argument("other", metavar="OUT2", type=click.Path(path_type=Path))
@click.option(
    "--limit",
    type=click.IntRange(0),
    default=10,
    metavar="N",
    help="How many documents to list, the worst first; 0 for all.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--store",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The store of OUT, where it is not in OUT and not found.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print no notes on stderr.")
def diff(
    out: Path, other: Path, limit: int, as_json: bool, store: Path | None, quiet: bool
) -> None:
    """Say what differs between two runs over the same inputs: OUT before, OUT2 after.

    Documents are compared by their ids and stories by their documents. Listed first are documents
    that OUT keeps and OUT2 removes, those with the lowest scores first; then those that OUT2 keeps
    and OUT removes; then duplicates with another canonical.

    \b
    Examples:
      dedup diff out out2
      dedup diff out out2 --limit 0
      dedup diff out out2 --json

    Exit code 0: the runs were compared, whether they differ or not; 1: they have no input in
    common, or one cannot be read; 2: wrong usage.
    """
    if not quiet:
        warn_of_leftover()
    from dedup.explain.differences import difference  # numpy: --help must not wait for it
    from dedup.explain.open_run import open_run
    from dedup.json_codec import dump_json

    with open_run(out, store=store) as before, open_run(other) as after:
        found = difference(before, after, limit)
    if as_json:
        click.echo(dump_json(found).replace(b"\x7f", b"\\u007f"))
    else:
        print_difference(found, console())


def print_difference(found: Difference, target: Console) -> None:
    """Print a difference for a person.

    Args:
        found: The difference.
        target: Where to; what is no terminal gets no line broken.
    """
    from rich.table import Table
    from rich.text import Text

    def say(line: str = "", style: str = "") -> None:
        target.print(Text(line, style), soft_wrap=not target.is_terminal)

    for line in _heading(found):
        say(line)
    if found.is_empty:
        say("no difference")
        return
    for headings, rows in (_documents(found), _stories(found)):
        if rows:
            table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
            for heading in headings:
                table.add_column(heading, justify="right" if heading in _NUMBERS else "left")
            for row in rows:
                table.add_row(*row)
            say()
            target.print(table)
    for number, example in enumerate(found.examples, 1):
        first, *others = _example(example)
        say()
        say(f"{number}. {first}", "bold")
        for line in others:
            say(f"   {line}")
    if len(found.examples) < found.changed:
        say()
        say(f"{found.changed - len(found.examples):,} more documents changed: --limit 0 lists all")


def _heading(found: Difference) -> Iterator[str]:
    """Yield what was compared, and the settings that differ."""
    yield f"OUT:  {printable(found.before)}"
    yield f"OUT2: {printable(found.after)}"
    only = (("OUT", found.only_before), ("OUT2", found.only_after))
    alone = "".join(f"; {count:,} inputs only in {name}" for name, count in only if count)
    yield f"{found.compared:,} documents compared{alone}"
    for each in found.settings:
        yield f"{each.option}: {_setting(each.before)} in OUT, {_setting(each.after)} in OUT2"


def _setting(value: Any) -> str:
    """Return the value of a setting in words."""
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_setting, value)) or "none"
    return "unknown" if value is None else _cut(str(value))


def _documents(found: Difference) -> tuple[tuple[str, ...], list[tuple[str, str, str]]]:
    """Return the headings and rows of the table of documents that changed."""
    rows = [
        (each.before, each.after, f"{each.documents:,}")
        for each in found.statuses
        if each.before != each.after
    ]
    for note, count in (
        ("of another story", found.other_story),
        ("of another canonical", found.other_canonical),
        ("by another relation or score", found.other_relation),
    ):
        if count:
            rows.append(("duplicate", f"duplicate {note}", f"{count:,}"))
    return ("OUT", "OUT2", "documents"), rows


def _stories(found: Difference) -> tuple[tuple[str, ...], list[tuple[str, str, str]]]:
    """Return the headings and rows of the table of stories."""
    rows = [
        (_STORIES[each.kind], f"{each.before:,}", f"{each.after:,}")
        for each in found.stories
        if each.before or each.after
    ]
    return ("stories", "in OUT", "in OUT2"), rows


def _example(change: DocumentChange) -> Iterator[str]:
    """Yield the lines on a document that changed."""
    yield f"{_KINDS[change.kind]}: {_name(change.id, change.title, change.host)}"
    score = "" if change.score is None else f", score {change.score:.2f}"
    yield f"{change.before} in OUT, {change.after} in OUT2{score}"
    yield printable(change.reason)  # it names the document that tells it now
    if change.kind in _SAY_BEFORE:
        yield f"in OUT: {printable(change.reason_before)}"


def _name(doc_id: str, title: str | None, host: str | None = None) -> str:
    """Return a document by title, host and id."""
    behind = ", ".join([*([_cut(host)] if host else []), f"id {_cut(doc_id)}"])
    return f'"{_cut(title)}" ({behind})' if title else behind


def _cut(text: str) -> str:
    """Return a text of the dump as a terminal may show it."""
    return printable(text[:_LONGEST] + "..." if len(text) > _LONGEST else text)
