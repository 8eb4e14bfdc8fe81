"""`dedup explain`: why two documents are one story or are not, or what is near one document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dedup.cli.console import console, echo_json
from dedup.cli.installation import warn_of_leftover
from dedup.cli.options import question_options
from dedup.cli.page_place import refuse_place
from dedup.cli.settings import SettingsCommand
from dedup.errors import printable

if TYPE_CHECKING:
    from dedup.explain.document_explanation import DocumentExplanation
    from dedup.explain.evidence import PairExplanation


@click.command(
    cls=SettingsCommand,
    short_help="Say why two documents are one story or are not, or what is near one.",
)
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.argument("first", metavar="A")
@click.argument("second", metavar="[B]", required=False)
@click.option(
    "--sentences",
    type=click.IntRange(0),
    default=12,
    metavar="N",
    help="Rows of aligned sentences to print; 0 for all. --json and --html have all.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a page to FILE instead: complete in itself, to be opened, sent or printed.",
)
@click.option("--overwrite", is_flag=True, help="Replace the FILE of --html if it exists.")
@question_options()
def explain(
    out: Path,
    first: str,
    second: str | None,
    sentences: int,
    as_json: bool,
    html: Path | None,
    overwrite: bool,
    store: Path | None,
    quiet: bool,
) -> None:
    """Say why the documents A and B are one story in the run in OUT, or why they are not.

    Without B: the nearest others of A, in its story or not, and for a canonical why it is kept and
    not the runner-up. A document is named by its id, address or title, or by a part of one that no
    other document has.

    \b
    Examples:
      dedup explain out harborpost.example/2026/03/14/ferry-aground.html
      dedup explain out ferry-aground "Kell Island ferry"
      dedup explain out ferry-aground elwoodledger --html pair.html
      dedup explain out ferry-aground elwoodledger --json

    Exit code 0: answered; 1: there is no such document, several have the name, or the store cannot
    be read; 2: wrong usage.
    """
    if not quiet:
        warn_of_leftover()
    from dedup.explain.open_run import open_run  # numpy: --help must not wait for it

    with open_run(out, store=store) as run:
        if html is not None:
            refuse_place(html, out, run.store.path, "--html", overwrite=overwrite)
        found = run.explain(first, second)
    if html is not None:
        from dedup.write.named_files import write_page

        write_page(html, found.page())
        if not quiet:
            click.echo(f"wrote {printable(str(html))}", err=True)
    if as_json:
        echo_json(found)
    elif html is None:
        _print(found, sentences)


def _print(found: PairExplanation | DocumentExplanation, sentences: int) -> None:
    """Print an explanation for a person."""
    from dedup.explain.evidence import PairExplanation

    if isinstance(found, PairExplanation):
        from dedup.cli.explained_pair import print_pair

        print_pair(found, console(), sentences)
    else:
        from dedup.cli.explained_document import print_document

        print_document(found, console())
