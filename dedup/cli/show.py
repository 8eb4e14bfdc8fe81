"""`dedup show`: a document or a story of a run, or a list of either."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
from click.core import ParameterSource

from dedup.cli.console import console, echo_json
from dedup.cli.installation import warn_of_leftover
from dedup.cli.options import question_options
from dedup.cli.settings import SettingsCommand
from dedup.errors import printable
from dedup.models import Relation, Status

if TYPE_CHECKING:
    from dedup.explain.open_run import Run
    from dedup.explain.views.document_view import DocumentView
    from dedup.explain.views.run_lists import DocumentFilters
    from dedup.explain.views.story_view import StoryView

_SORTS = ("size", "weakest", "date")

_OF_LISTS = (
    "documents", "status", "relation", "copy_of", "max_score", "sort", "host", "since", "until",
    "min_size", "title", "limit",
)  # fmt: skip
"""Parameters that only lists have."""

_OF_DOCUMENTS = ("documents", "status", "relation", "copy_of", "max_score")
"""Parameters that ask for a list of documents."""

_NO_LIMIT = "--limit 0"

_EXAMPLE = {
    "raw": "dedup show out news.example/a.html --raw",
    "side_by_side": "dedup show out s-12cfe7b5 --side-by-side",
}


def _number(ctx: click.Context, option: click.Parameter, value: float | None) -> float | None:
    """Return a number; NaN lies in every range for click."""
    if value is not None and math.isnan(value):
        raise click.BadParameter("nan is no number.", ctx, option)
    return value


@click.command(cls=SettingsCommand, short_help="Show a document or a story of a run, or list them.")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--raw", is_flag=True, help="Print the document as it came, before cleaning.")
@click.option(
    "--side-by-side",
    is_flag=True,
    help="Print the canonical of the story beside each other member, sentence by sentence.",
)
@click.option("--documents", is_flag=True, help="List documents, not stories.")
@click.option(
    "--status",
    multiple=True,
    type=click.Choice([each.value for each in Status]),
    help="List documents of this status. May be given several times.",
)
@click.option(
    "--relation",
    multiple=True,
    type=click.Choice([each.value for each in Relation]),
    help="List duplicates that are this to their canonical. May be given several times.",
)
@click.option(
    "--copy-of",
    metavar="NAME",
    help="List the copies of a document, and the one of which it is a copy itself.",
)
@click.option(
    "--max-score",
    type=click.FloatRange(0, 1),
    callback=_number,
    metavar="X",
    help="List duplicates with at most this score.",
)
@click.option(
    "--sort",
    type=click.Choice(_SORTS),
    help="size: the largest story first; weakest: the lowest score first; date: the latest first. "
    "Stories are sorted by size, documents are in the order of the inputs.",
    show_default=False,
)
@click.option("--host", metavar="HOST", help="Only documents of this host, and of hosts below it.")
@click.option("--since", metavar="DAY", help="Only documents of this day or a later one.")
@click.option("--until", metavar="DAY", help="Only documents of this day or an earlier one.")
@click.option(
    "--min-size",
    type=click.IntRange(1),
    metavar="N",
    help="Only stories of at least so many documents, or documents of these.",
)
@click.option("--title", metavar="WORDS", help="Only documents whose title has all the words.")
@click.option(
    "--limit", type=click.IntRange(0), default=20, metavar="N", help="Rows of a list; 0 for all."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: of a list an object a line.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a table of comma-separated values.")
@question_options()
@click.pass_context
def show(
    ctx: click.Context,
    /,
    out: Path,
    names: tuple[str, ...],
    raw: bool,
    side_by_side: bool,
    limit: int,
    sort: str | None,
    as_json: bool,
    as_csv: bool,
    store: Path | None,
    quiet: bool,
    documents: bool,
    **filters: Any,
) -> None:
    """Show documents and stories of the run in OUT, or list its stories.

    NAME is the id, the address or the title of a document, or the id of a story, or a part of one
    of these that no other has; what is ambiguous is listed. Without NAME, stories are listed that
    have a document which passes all filters; --documents, --status, --relation, --copy-of and
    --max-score list the documents themselves, removed and rejected ones among them.

    \b
    Examples:
      dedup show out                              the largest stories
      dedup show out --sort weakest               those that hang on the weakest links
      dedup show out "title of an article"        what became of it, and why
      dedup show out s-12cfe7b5 --side-by-side    the documents of a story
      dedup show out news.example/a.html --raw    the page, before cleaning
      dedup show out --host news.example --status duplicate
      dedup show out --status rejected --limit 0 --csv

    Exit code 0: answered; 1: there is no such document, several have the name, or the store cannot
    be read; 2: wrong usage.
    """
    _check(ctx, names)
    if not quiet:
        warn_of_leftover()
    from dedup.explain.open_run import open_run  # numpy: --help must not wait for it

    form = "json" if as_json else "csv" if as_csv else "text"
    with open_run(out, store=store) as run:
        if raw:
            _print_raw(run, names)
        elif names:
            _print_named(run, names, form, side_by_side=side_by_side)
        else:
            lists_documents = any(_is_given(ctx, name) for name in _OF_DOCUMENTS)
            given = cast("DocumentFilters", filters)
            print_list = _print_documents if lists_documents else partial(_print_stories, store)
            said = print_list(run, given, sort, limit, form)
            said += _unknown_host(run, given)
            for note in () if quiet else said:
                click.echo(note, err=True)
        sys.stdout.flush()  # the interpreter says nothing of what it cannot write at its end


def _unknown_host(run: Run, given: DocumentFilters) -> list[str]:
    """Return that no document is of the host that was asked for, where that is so."""
    host = given.get("host")
    if host is None or run.documents(host=host, limit=1):
        return []
    return [f"no document is of a host {printable(host)}"]


def _is_given(ctx: click.Context, name: str) -> bool:
    """Return whether a parameter has another value than by default."""
    return ctx.params[name] not in (None, False, ())


def _check(ctx: click.Context, names: tuple[str, ...]) -> None:
    """Refuse options that say nothing together.

    Raises:
        click.UsageError: There are some.
    """
    asked = ctx.params
    if not names:
        for name in ("raw", "side_by_side"):
            if asked[name]:
                raise click.UsageError(
                    f"{_option(name)}: name what to show, as in {_EXAMPLE[name]}"
                )
    for name in _OF_LISTS if names else ():
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{_option(name)} is for lists: give it without NAME")
    for one, other in (("as_json", "as_csv"), ("raw", "side_by_side"), ("raw", "as_csv")):
        if asked[one] and asked[other]:
            raise click.UsageError(f"{_option(one)} and {_option(other)}: give one of them")
    if asked["as_csv"] and (len(names) > 1 or asked["side_by_side"]):
        raise click.UsageError("--csv prints one table: give one NAME, without --side-by-side")


def _option(name: str) -> str:
    """Return the option of a parameter."""
    return f"--{name.removeprefix('as_').replace('_', '-')}"


def _print_raw(run: Run, names: tuple[str, ...]) -> None:
    """Print documents as they came; on a terminal, what it would obey is escaped."""
    from dedup.explain.find_documents import find_document
    from dedup.explain.views.raw_document import raw_document

    stdout = sys.stdout.buffer
    for row in [find_document(run.store, name) for name in names]:
        content = _shown(raw_document(run, row))
        is_line = content.endswith(b"\n")
        stdout.write(content if is_line else content + b"\n")
    stdout.flush()


def _shown(content: bytes) -> bytes:
    """Return bytes as they are; for a terminal with what it would obey escaped."""
    if not sys.stdout.isatty():
        return content
    lines = content.decode("utf-8", "replace").split("\n")
    return "\n".join(map(printable, lines)).encode("utf-8", "replace")


def _print_named(run: Run, names: tuple[str, ...], form: str, *, side_by_side: bool) -> None:
    """Print documents and stories."""
    from dedup.explain.find_documents import find_named, find_story
    from dedup.explain.views.document_view import document_view
    from dedup.explain.views.story_view import story_view

    find = find_story if side_by_side else find_named
    for number, key in enumerate([find(run.store, name) for name in names]):
        if number and form == "text":
            click.echo()
        if isinstance(key, int):
            _print_document(document_view(run, key), form)
        else:
            _print_story(run, story_view(run, key), form, side_by_side=side_by_side)


def _print_document(document: DocumentView, form: str) -> None:
    """Print a document."""
    if form == "text":
        from dedup.cli.shown_details import print_document

        print_document(document, console())
    else:
        _print_rows(form, type(document), [document])


def _print_story(run: Run, story: StoryView, form: str, *, side_by_side: bool) -> None:
    """Print a story."""
    from dedup.cli.shown_details import print_side_by_side, print_story
    from dedup.explain.views import story_view

    if form == "csv":
        _print_rows(form, story_view.StoryMember, story.members)
    elif form == "json":
        pairs = [*story_view.side_by_side(run, story)] if side_by_side else []
        beside = {"side_by_side": pairs} if side_by_side else {}
        echo_json({**{each.name: getattr(story, each.name) for each in fields(story)}, **beside})
    elif side_by_side:
        for pair in story_view.side_by_side(run, story):
            print_side_by_side(pair, story, console())
    else:
        print_story(story, console())


def _print_stories(
    store: Path | None, run: Run, given: DocumentFilters, sort: str | None, limit: int, form: str
) -> list[str]:
    """Print a list of stories, and return what is to be said of it."""
    from dedup.cli.shown_lists import explain_command, print_stories
    from dedup.explain.views.run_lists import (
        ListedStory,
        count_stories,
        count_undated,
        filters_of,
        listed_stories,
        notes,
    )

    filters = filters_of(run, given)
    rows = _Counted(listed_stories(run, filters, sort, limit))
    if form == "text":
        beginning = explain_command(run.path, store) if sort == "weakest" else None
        print_stories(rows, console(), beginning)
    else:
        _print_rows(form, ListedStory, rows)
    total = count_stories(run, filters, rows.count, limit)
    return notes(rows.count, total, count_undated(run, filters), _NO_LIMIT)


def _print_documents(
    run: Run, given: DocumentFilters, sort: str | None, limit: int, form: str
) -> list[str]:
    """Print a list of documents, and return what is to be said of it."""
    from dedup.cli.shown_lists import print_documents
    from dedup.explain.views.run_lists import (
        ListedDocument,
        count_documents,
        count_undated,
        filters_of,
        listed_documents,
        notes,
    )

    filters = filters_of(run, given)
    rows = _Counted(listed_documents(run, filters, sort, limit))
    if form == "text":
        print_documents(rows, console())
    else:
        _print_rows(form, ListedDocument, rows)
    total = count_documents(run, filters, rows.count, limit)
    return notes(rows.count, total, count_undated(run, filters), _NO_LIMIT)


class _Counted:
    """Rows that are counted as they are read.

    Attributes:
        count: How many were.
    """

    def __init__(self, rows: Iterator[Any]) -> None:
        """Count some rows."""
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Any]:
        """Return the rows."""
        return self

    def __next__(self) -> Any:
        """Return the next row."""
        row = next(self._rows)
        self.count += 1
        return row


def _print_rows(form: str, kind: type[Any], rows: Iterable[Any]) -> None:
    """Print objects, as JSON or as a table, a line each."""
    if form == "json":
        for row in rows:
            echo_json(row)
        return
    from dedup.cli.csv_rows import csv_lines

    for line in csv_lines(kind, rows):
        click.echo(_shown(line), nl=False)
