"""`dedup label`: pairs of a finished run for a person to judge."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dedup.cli.console import console
from dedup.cli.installation import warn_of_leftover
from dedup.cli.options import question_options
from dedup.cli.page_place import refuse_place
from dedup.cli.settings import SettingsCommand
from dedup.cli.stop import stoppable
from dedup.errors import OutputError, printable
from dedup.models import count_of
from dedup.progress import NullProgress

if TYPE_CHECKING:
    from dedup.explain.open_run import Run
    from dedup.label.label_session import Counted, LabelSession

_MOST_PAIRS = 10_000


@click.command(cls=SettingsCommand, short_help="Draw pairs of a run for you to judge, and ask.")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "labels",
    type=click.Path(path_type=Path),
    metavar="LABELS",
    help="File of the pairs and your answers, JSON lines. If it is there, the rest of its pairs is "
    "asked. Required.",
)
@click.option(
    "--pairs",
    type=click.IntRange(1, _MOST_PAIRS),
    show_default="200, or as many as LABELS has",
    metavar="N",
    help="How many pairs to draw. A larger number than before adds pairs to LABELS.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    help="Seed of the draw; the same seed gives the same pairs.",
)
@click.option(
    "--sentences",
    type=click.IntRange(0),
    default=12,
    metavar="N",
    help="Rows of aligned sentences to print; 0 for all. The key a prints all of a pair.",
)
@click.option("--web", is_flag=True, help="Ask on a page in a browser of this machine.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default="a free one",
    metavar="N",
    help="Port of --web on 127.0.0.1.",
)
@click.option(
    "--csv",
    "table",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Ask nothing: write the pairs to FILE, to be judged in a spreadsheet.",
)
@click.option(
    "--from-csv",
    "answers",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Ask nothing: read the answers in the column same of FILE into LABELS.",
)
@question_options()
def label(
    out: Path,
    labels: Path | None,
    pairs: int | None,
    seed: int,
    sentences: int,
    web: bool,
    port: int,
    table: Path | None,
    answers: Path | None,
    store: Path | None,
    quiet: bool,
) -> None:
    """Draw pairs of documents from the run in OUT, and ask whether both tell one story.

    The pairs are drawn so that the answers say how right all of the run is; dedup tune OUT LABELS
    reads them. Each answer is saved at once. Keys: y for one story, n for two, s to skip the pair,
    u to take back the last answer, a to see all sentences, q to quit. Where stdin is no terminal,
    each line is a key.

    \b
    Examples:
      dedup label out -o labels.jsonl
      dedup label out -o labels.jsonl --web
      dedup label out -o labels.jsonl --pairs 400
      dedup label out -o labels.jsonl --csv pairs.csv
      dedup label out -o labels.jsonl --from-csv pairs.csv

    Exit code 0: done, or ended by q or Ctrl-C; 1: the run or a file cannot be used; 2: wrong usage.
    """
    if not quiet:
        warn_of_leftover()
    if labels is None:
        raise click.UsageError("Missing option '-o' / '--output'.")
    _refuse_several(table=table, answers=answers, web=web, port=port)
    from dedup.explain.open_run import open_run  # numpy: --help must not wait for it
    from dedup.label.open_labels import open_labels

    end = ["--store", str(store)] if store else []
    again = ["dedup", "label", str(out), "-o", str(labels), *end]
    again += ["--seed", str(seed)] if seed else []
    with open_run(out, store=store) as run:
        refuse_place(labels, run.path, run.store.path, "--output", overwrite=True)
        if table is not None:
            _refuse_table(table, labels, run)
        with open_labels(run, labels, pairs, seed) as session:
            notes: list[str] = []
            if table is not None:
                notes += _write_table(run, session, table)
            elif answers is not None:
                notes += _read_table(session, answers)
            else:
                _ask(run, session, port if web else None, sentences, again)
            tune = ["dedup", "tune", str(out), str(labels), *end]
            notes += _how_far(session.counted, labels, again, tune)
    for note in () if quiet else notes:
        click.echo(printable(note), err=True)


def _refuse_several(*, table: Path | None, answers: Path | None, web: bool, port: int) -> None:
    """Refuse options that exclude one another.

    Raises:
        click.UsageError: Several are given.
    """
    given = {"--csv": table is not None, "--from-csv": answers is not None, "--web": web}
    names = [name for name, is_given in given.items() if is_given]
    if len(names) > 1:
        raise click.UsageError(f"{' and '.join(names)} exclude one another; give one of them.")
    if port and not web:
        raise click.UsageError("--port is of --web; give both, or neither.")


def _refuse_table(table: Path, labels: Path, run: Run) -> None:
    """Refuse to write a table over another file, which may have answers.

    Raises:
        OutputError: It is the place of one.
    """
    refuse_place(table, run.path, run.store.path, "--csv", overwrite=True)
    if table.exists() or table.resolve() == labels.resolve():
        message = (
            f"{table} is there, and may have answers; remove it, or name another one for --csv"
        )
        raise OutputError(message, path=table)


def _write_table(run: Run, session: LabelSession, table: Path) -> Iterator[str]:
    """Write the pairs to a table, and yield what is to be done with it."""
    from dedup.cli.csv_rows import csv_lines
    from dedup.label.answer_table import PairRow, pair_rows
    from dedup.write import write_file

    write_file(table, csv_lines(PairRow, pair_rows(run, session)))
    yield f"wrote {count_of(len(session.pairs), 'pair')} to {table}; fill in the column same"


def _read_table(session: LabelSession, path: Path) -> Iterator[str]:
    """Read the answers of a table, and yield what they are, in words."""
    from dedup.label.answer_table import table_answers

    found = table_answers(path, session)
    session.answer_all((*found.new, *found.changed))
    yield (
        f"{count_of(len(found.new), 'new answer')}, {len(found.changed):,} changed, "
        f"{found.unchanged:,} as before, {count_of(found.empty, 'row')} without an answer"
    )
    if found.unknown:
        pairs = "; ".join(f"{a[:80]} and {b[:80]}" for a, b in found.examples)
        rows = count_of(found.unknown, "row")
        yield f"{rows} of pairs that LABELS does not have, not read: {pairs}"


def _ask(
    run: Run, session: LabelSession, port: int | None, sentences: int, again: list[str]
) -> None:
    """Ask until all pairs have an answer, or a person or a signal ends it.

    Args:
        run: The run.
        session: What is asked.
        port: The port of the page; None to ask in the terminal.
        sentences: Most rows of sentences in the terminal; 0 for all.
        again: The command that goes on.
    """
    with suppress(KeyboardInterrupt), stoppable(NullProgress()):
        if port is None:
            from dedup.cli.ask_pairs import ask_pairs

            ask_pairs(run, session, console(), sentences)
        else:
            from dedup.label.label_server import LabelServer

            with LabelServer(run, session, port, shlex.join(again)) as server:
                click.echo(f"open {server.address} in a browser of this machine; Ctrl-C ends it")
                server.serve()


def _how_far(counted: Counted, labels: Path, again: list[str], tune: list[str]) -> Iterator[str]:
    """Yield how many pairs have an answer, and what to do next."""
    from dedup.tune.tune_run import LEAST_ANSWERS  # numpy: --help must not wait for it

    skipped = f", {counted.skipped:,} skipped" if counted.skipped else ""
    yield f"{labels}: {counted.answered:,} of {count_of(counted.pairs, 'pair')} answered{skipped}"
    if counted.left:
        yield f"go on with: {shlex.join(again)}"
    if counted.answered >= LEAST_ANSWERS:
        yield f"what they say: {shlex.join(tune)}"
