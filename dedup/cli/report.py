"""`dedup report`: a finished run as one page to look at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.cli.installation import warn_of_leftover
from dedup.cli.log import log_option, logged, say
from dedup.cli.page_place import refuse_place
from dedup.cli.settings import SettingsCommand
from dedup.errors import OutputError, printable
from dedup.models import count_of

if TYPE_CHECKING:
    from dedup.explain.open_run import Run
    from dedup.models import RunReport
    from dedup.progress import Progress
    from dedup.report.report_data import ReportData

_MB = 1e6


@click.command(cls=SettingsCommand, short_help="Write a finished run as one page to look at.")
@click.argument("run", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The page, such as report.html. Required.",
)
@click.option(
    "--labels",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="LABELS",
    help="Pairs that were judged, as dedup label writes them: the page also shows what they say of "
    "thresholds and windows, as dedup tune does.",
)
@click.option(
    "--store",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The store of the run, where it is not in OUT and not found.",
)
@click.option("--overwrite", is_flag=True, help="Replace the FILE of --output if it exists.")
@click.option("-q", "--quiet", is_flag=True, help="Print no progress and no notes on stderr.")
@log_option
def report(
    run: Path,
    out: Path | None,
    labels: Path | None,
    store: Path | None,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Write the finished run in OUT as one page: figures, what to doubt first, all documents.

    The page is complete in itself: it is opened from the disk, sent or printed, and asks no server
    for anything. It shows what was removed and why, and the texts of the pairs to be doubted first,
    sentence by sentence. Of a large run it leaves out what it has no room for, and says so.

    \b
    Examples:
      dedup report out -o report.html
      dedup report out -o report.html --labels labels.jsonl
      dedup report out-02 -o report-02.html --store news.sqlite

    Exit code 0: written; 1: the run cannot be read, or the page not be written; 2: wrong usage.
    """
    if not quiet:
        warn_of_leftover()
    if out is None:
        raise click.UsageError("Missing option '-o' / '--output'.")
    from dedup.cli.stop import stoppable
    from dedup.explain.open_run import open_run  # numpy: --help must not wait for it

    with open_run(run, store=store) as opened:
        refuse_place(out, run, opened.store.path, "--output", overwrite=overwrite)
        if labels is not None and labels.resolve() == out.resolve():
            raise OutputError(f"{out} holds the labels; name another file", path=out)
        with logged(quiet=quiet, verbose=False) as shown, stoppable(shown) as progress:
            page, data = _page_of(opened, labels, progress)
    _write(out, page, data, quiet=quiet)


def is_new(done: RunReport, page: Path | None, *, overwrite: bool) -> bool:
    """Return whether a finished run has documents to show, and did not write its page before."""
    if page is None or done.counts["inputs"] == done.counts["rejected"]:
        return False
    return overwrite or not (done.again and page.exists())


def report_if_new(
    done: RunReport,
    run: Path,
    store: Path | None,
    out: Path | None,
    *,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Write the page of a run that was just finished, where it has one and did not write it before.

    Args:
        done: What came of the run.
        run: The output folder.
        store: Its store, None for the one in that folder.
        out: The page, None for none.
        overwrite: Whether a file that is there may be replaced.
        quiet: Whether there is neither progress nor a note.

    Raises:
        OutputError: The page cannot be written, or may not be replaced; the results are whole.
    """
    if out is None or not is_new(done, out, overwrite=overwrite):
        return
    from dedup.cli.stop import stoppable
    from dedup.explain.open_run import open_run

    with (
        open_run(run, store=store) as opened,
        logged(quiet=quiet, verbose=False) as shown,
        stoppable(shown) as progress,
    ):
        page, data = _page_of(opened, None, progress)
    if out.exists() and not overwrite:
        message = f"{out} already exists; name another file: dedup report {run} -o FILE"
        raise OutputError(message, path=out)
    out.parent.mkdir(parents=True, exist_ok=True)
    _write(out, page, data, quiet=quiet)


def _page_of(run: Run, labels: Path | None, progress: Progress) -> tuple[str, ReportData]:
    """Return the page of a run, and what it shows."""
    from dedup.report.read_report import read_report
    from dedup.report.report_page import report_page

    tuning = None
    if labels is not None:
        from dedup.evaluation.labelled_pairs import read_labels
        from dedup.tune.tune_run import tune_run

        tuning = tune_run(run, read_labels(labels), progress=progress)
    data = read_report(run, tuning, progress)
    return report_page(data), data


def _write(out: Path, page: str, data: ReportData, *, quiet: bool) -> None:
    """Write the page, and say what is in it and what is not."""
    from dedup.write.named_files import write_page

    write_page(out, page)
    if quiet:
        return
    size, documents = len(page.encode()), len(data.index.ids)
    facts: dict[str, Any] = {
        "path": str(out),
        "bytes": size,
        "documents": documents,
        "documents_left_out": data.index.left_out,
        "pairs": len(data.pairs),
        "pairs_left_out": data.pairs_left_out,
    }
    text = (
        f"wrote {out}, {size / _MB:.1f} MB: {count_of(documents, 'document')}, "
        f"{count_of(len(data.pairs), 'pair')} with texts{_left_out(data)}"
    )
    say(printable(text), "report", **facts)


def _left_out(data: ReportData) -> str:
    """Return what a page leaves out, in words."""
    parts = {"document": data.index.left_out, "pair": data.pairs_left_out}
    named = [count_of(number, name) for name, number in parts.items() if number]
    return f"; left out: {', '.join(named)}" if named else ""
