"""`dedup diff`: what differs between two runs over the same inputs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dedup.cli.console import console, echo_json
from dedup.cli.installation import warn_of_leftover
from dedup.cli.options import question_options
from dedup.cli.settings import SettingsCommand
from dedup.errors import printable

if TYPE_CHECKING:
    from rich.console import Console

    from dedup.explain.compare.differences import Difference


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
@question_options("OUT")
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
    from dedup.explain.compare.differences import difference  # numpy: --help must not wait for it
    from dedup.explain.open_run import open_run

    with open_run(out, store=store) as before, open_run(other) as after:
        show_difference(difference(before, after, limit), as_json=as_json)


def show_difference(found: Difference, *, as_json: bool) -> None:
    """Show a difference on stdout, for a person or as one JSON object."""
    if as_json:
        echo_json(found)
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

    from dedup.explain.compare import difference_words as words

    def say(line: str = "", style: str = "") -> None:
        target.print(Text(printable(line), style), soft_wrap=not target.is_terminal)

    for line in words.heading(found):
        say(line)
    if found.is_empty:
        say("no difference")
        return
    for headings, rows in words.tables(found):
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for heading in headings:
            table.add_column(heading, justify="right" if heading in words.FIGURES else "left")
        for row in rows:
            table.add_row(*row)
        say()
        target.print(table)
    for line in words.notes(found):
        say(line)
    for number, example in enumerate(found.examples, 1):
        first, *others = words.example_lines(example)
        say()
        say(f"{number}. {first}", "bold")
        for line in others:
            say(f"   {line}")
    if more := words.left_out(found):
        say()
        say(f"{more}: --limit 0 lists all")
    if why := words.why(found):
        say()
        target.print(Text(why), soft_wrap=True)  # a line that was broken cannot be pasted
