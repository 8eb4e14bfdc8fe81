"""`dedup run`: the main command."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.cli.installation import warn_of_leftover
from dedup.cli.log import logged, say
from dedup.cli.options import (
    DEFAULT,
    RenamedOption,
    build_limit,
    load_for_pages,
    shared_options,
)
from dedup.cli.report import report_of_run
from dedup.cli.settings import SettingsCommand, settings_manifest
from dedup.cli.sizes import Size
from dedup.cli.summary import fail, run_facts, run_summary
from dedup.config import COMPRESSIONS, FORMATS, LEVELS, Config
from dedup.errors import FullDiskError, printable
from dedup.option_fields import with_options
from dedup.run.claim import refuse_contradictions

if TYPE_CHECKING:
    from dedup.models import RunReport
    from dedup.run.result_files import ResultFiles

# Options that say what is written, and how.
_FILES = ("table_format", "survivors", "annotate", "compress", "shard_size")


@click.command(cls=SettingsCommand, short_help="De-duplicate a dump into an output folder.")
@shared_options
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the results. Required, except with --dry-run.",
)
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    default=DEFAULT.level,
    help="What counts as one story. copies: the same text, whole, shortened, extended or updated. "
    "stories: also the same story partly or wholly in other words (derived, rewrite).",
)
@click.option(
    "--threshold",
    type=float,
    default=DEFAULT.story.threshold,
    metavar="FLOAT",
    help="Lowest mean score, a probability, at which tellings become one story under --level "
    "stories, from 0.1 to 0.99; few tellings need more. Raise it to join fewer look-alikes; lower "
    "it to find more rewrites.",
)
@click.option(
    "--window",
    type=float,
    default=DEFAULT.story.window_days,
    metavar="DAYS",
    help="Most days between two tellings of one story under --level stories. Raise it to find "
    "later tellings; lower it to separate later reports of one affair. "
    "An unknown date is within the window of every date.",
)
@click.option(
    "--scorer",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="JSON file of another scorer of pairs of tellings, as scripts/train_scorer.py writes it, "
    "for --level stories. Without it the scorer that comes with dedup is used.",
)
@click.option(
    "--canonical",
    multiple=True,
    metavar="RULES",
    help="Rules that decide first which document of a story is the canonical, separated by commas: "
    "agency, declared, complete, handed-on, earliest, latest, longest, cleanest, shortest-url, id, "
    "field:NAME:asc, field:NAME:desc. The default rules break ties.",
)
@click.option(
    "--warn-story-size",
    "--report-size",
    cls=RenamedOption,
    type=int,
    default=DEFAULT.cluster.warn_story_size,
    metavar="N",
    help="Warn at the end about stories with at least N documents. Lower it for more warnings. "
    "It changes no decision.",
)
@click.option(
    "--warn-host-share",
    "--report-share",
    cls=RenamedOption,
    type=float,
    default=DEFAULT.cluster.warn_host_share,
    metavar="SHARE",
    help="Warn at the end about hosts with "
    f"{DEFAULT.cluster.warn_host_documents} documents or more of which at least this share are "
    "duplicates, from 0 to 1. Lower it for more warnings. It changes no decision.",
)
@click.option(
    "--format",
    "table_format",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    help="Format of all tables.",
)
@click.option(
    "--survivors",
    type=click.Choice(["-"]),
    help="Write the survivors to stdout as JSON lines, not to OUT.",
)
@click.option(
    "--annotate",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write all documents to FILE, too, with the decision on each beside its fields: nothing "
    "is removed. The name says the format: .jsonl, .jsonl.gz, .jsonl.zst or .parquet.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the run to FILE at the end, too, as one page to look at, as dedup report does.",
)
@click.option(
    "--compress",
    type=click.Choice(COMPRESSIONS),
    help="Compress the JSON lines in OUT, as in survivors.jsonl.zst.",
)
@click.option(
    "--shard-size",
    type=Size(),
    metavar="SIZE",
    help="Split the survivors, and the FILE of --annotate, into files of at most SIZE, as in 256MB "
    "or 1GiB, counted before compression: survivors-00000.jsonl and so on. A larger document has a "
    "file of its own.",
)
@click.option(
    "--store",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="File that holds earlier dumps, made where there is none. The documents of this dump are "
    "matched against earlier ones within the --window, and earlier stories keep their ids. OUT "
    "lists the documents of this dump; changes.jsonl lists the changes of earlier stories.",
)
@click.option(
    "--dump",
    metavar="NAME",
    help="Name of this dump in the --store. The same name and inputs again write the same results "
    "again; the last dump can be replaced with --overwrite. Without it the manifest in OUT names "
    "the dump; a new one gets the name of the folder OUT.",
)
@click.option(
    "--against",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Match the documents against earlier dumps as with --store FILE, and remember nothing: "
    "FILE is only read, and OUT gets no store.",
)
@click.option(
    "--expire",
    type=float,
    default=DEFAULT.expire,
    show_default=False,
    metavar="DAYS",
    help="Delete documents from the --store that are older than this dump's by DAYS and in no "
    "younger story; at least the --window. Without it the store keeps everything.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Continue the run that was stopped in OUT. One that was never begun is begun, and one "
    "that was finished writes its results again.",
)
@click.option(
    "--overwrite",
    is_flag=True,
    help="Replace the run in OUT. Its results stay until the new ones are whole.",
)
@click.option("--dry-run", is_flag=True, help="List the files that would be read, and do nothing.")
@click.pass_context
def run(
    ctx: click.Context,
    /,
    inputs: tuple[str, ...],
    out: Path | None,
    store: Path | None,
    dump: str | None,
    against: Path | None,
    scorer: Path | None,
    report: Path | None,
    resume: bool,
    overwrite: bool,
    dry_run: bool,
    strict: bool,
    max_rejected: str | None,
    quiet: bool,
    verbose: bool,
    **options: Any,
) -> None:
    """De-duplicate INPUT... and write one canonical document of every story to OUT.

    INPUT is a file, a folder, a glob or - for JSON lines on stdin. Formats are .html, .htm, .xhtml,
    .mhtml, .warc, .jsonl, .ndjson, .json, .parquet, .csv, .tsv and .txt, most of them also as .gz,
    .zst, .bz2, .xz, and .zip and .tar archives of all these. Where the name and the content of a
    file disagree, the content decides.

    \b
    Examples:
      dedup run crawl/ -o out
      dedup run 2024-05-*.warc.gz -o out --workers 8
      dedup run news.jsonl --field text=body --field date=published -o out
      dedup run news.parquet -o out --format parquet --canonical earliest
      dedup run news.jsonl -o out --level copies          keep rewrites
      dedup run news.jsonl -o out --threshold 0.7 --window 2 --warn-story-size 20
      dedup run news.jsonl -o out --scorer my-scorer.json
      dedup run 2024-05-02/ -o out-02 --store news.sqlite --expire 30
      dedup run news.jsonl -o out --shard-size 256MB --compress zst
      dedup run news.jsonl -o out --annotate all.jsonl.zst
      dedup run news.jsonl -o out --report report.html
      zcat news.jsonl.gz | dedup run - -o out --survivors - | next-step

    OUT gets survivors.jsonl, decisions.jsonl, stories.jsonl, rejected.jsonl, manifest.json and the
    working store. Exit code 0: done; 1: the run failed, no input could be used, or more
    were rejected than --strict or --max-rejected allows; 2: wrong usage.
    """
    if not quiet:
        warn_of_leftover()
    written = {name: options.pop(name) for name in _FILES}
    config = with_options(DEFAULT, options)
    limit = build_limit(strict=strict, max_rejected=max_rejected)
    if dry_run:
        _list_sources(inputs, config)
        return
    if out is None:
        raise click.UsageError("Missing option '-o' / '--output'.")
    _refuse_contradictions(config, store, dump, against, report, resume=resume, overwrite=overwrite)
    load_for_pages(inputs, config)

    from dedup.cli.stop import stoppable
    from dedup.run.dump import run_dump  # everything: --help must not wait for it

    files = _result_files(report=report, **written)
    with (
        _resumable(overwrite=overwrite),
        logged(quiet=quiet, verbose=verbose) as shown,
        stoppable(shown) as progress,
    ):
        done = run_dump(
            inputs,
            out,
            config,
            files=files,
            store=store,
            dump=dump,
            against=against,
            scorer=scorer,
            resume=resume,
            overwrite=overwrite,
            limit=limit,
            settings=settings_manifest(ctx),
            progress=progress,
        )
    if not quiet:
        say(run_summary(done, out), "summary", **run_facts(done, out))
    _write_report(done, out, store, report, overwrite=overwrite, quiet=quiet)
    fail(done, f"see {out / f'rejected{files.layout.suffix}'}")


def _write_report(
    done: RunReport,
    out: Path,
    store: Path | None,
    page: Path | None,
    *,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Write the page of a finished run that has documents to show and did not write it before."""
    if page is None or done.counts["inputs"] == done.counts["rejected"]:
        return
    if overwrite or not (done.again and page.exists()):
        report_of_run(out, store, page, overwrite=overwrite, quiet=quiet)


def _result_files(
    table_format: str,
    survivors: str | None,
    annotate: Path | None,
    report: Path | None,
    compress: str | None,
    shard_size: int | None,
) -> ResultFiles:
    """Return what is written, and how."""
    from dedup.run.result_files import ResultFiles
    from dedup.write import AnnotatedFile, Layout

    return ResultFiles(
        Layout(table_format, compress, shard_size),
        sys.stdout.buffer if survivors else None,
        None if annotate is None else AnnotatedFile(annotate),
        report,
    )


@contextmanager
def _resumable(*, overwrite: bool) -> Iterator[None]:
    """Say of a run that was stopped, or found the disk full, how it can be continued."""
    goes_on = "continue with the same command and --resume"
    if overwrite:
        goes_on += " in place of --overwrite; the earlier results are as they were"
    try:
        yield
    except KeyboardInterrupt:
        raise click.ClickException(f"stopped; {goes_on}") from None
    except FullDiskError as error:
        raise click.ClickException(f"{error} and {goes_on}") from error


def _refuse_contradictions(
    config: Config,
    store: Path | None,
    dump: str | None,
    against: Path | None,
    report: Path | None,
    *,
    resume: bool,
    overwrite: bool,
) -> None:
    """Refuse options that do not go together."""
    refuse_contradictions(config.expire, store, dump, against, resume=resume, overwrite=overwrite)
    if report is not None and against is not None:
        raise click.UsageError("--report needs the store of the run, and --against keeps none")
    if report is not None and str(report) == "-":
        raise click.UsageError("--report writes a file, not stdout; name one in the place of -")


def _list_sources(inputs: tuple[str, ...], config: Config) -> None:
    """Print the files that would be read."""
    from dedup.read import discover

    count = 0
    total = 0
    for source in discover(inputs, config.read):
        count += 1
        total += source.size
        name = printable(source.name)
        say(f"{source.size:>12,}  {name}", "source", name=name, bytes=source.size)
    done = f"{count:,} files, {total:,} bytes; nothing was done"
    say(done, "sources", files=count, bytes=total)
