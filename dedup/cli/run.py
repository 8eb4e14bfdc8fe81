"""`dedup run`: the main command."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

import click

from dedup.cli.installation import warn_of_leftover
from dedup.cli.options import DEFAULT, RenamedOption, build_config, expect_pages, shared_options
from dedup.cli.summary import run_summary
from dedup.config import FORMATS, LEVELS
from dedup.errors import FullDiskError, printable


@click.command(short_help="De-duplicate a dump into an output folder.")
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
    show_default=True,
    help="What counts as one story. copies: the same text, whole, cut, extended or updated. "
    "stories: also the same wire story partly or wholly in other words, derived and rewrite.",
)
@click.option(
    "--threshold",
    type=float,
    default=DEFAULT.story.threshold,
    show_default=True,
    metavar="FLOAT",
    help="Least mean score, a probability, of tellings that are one story under --level stories. "
    "Raise it to join fewer look-alikes; lower it to find more rewrites.",
)
@click.option(
    "--window",
    "window_days",
    type=float,
    default=DEFAULT.story.window_days,
    show_default=True,
    metavar="DAYS",
    help="Most days between two tellings of one story under --level stories. Raise it to find "
    "late ones; lower it to keep later reports of the same affair apart. "
    "An unknown date is near all.",
)
@click.option(
    "--canonical",
    multiple=True,
    metavar="RULES",
    help="Rules that decide first which document of a story stays, separated by commas: "
    "agency, declared, complete, earliest, latest, longest, cleanest, shortest-url, id, "
    "field:NAME:asc, field:NAME:desc. The default order breaks their ties.",
)
@click.option(
    "--warn-story-size",
    "--report-size",
    cls=RenamedOption,
    type=int,
    default=DEFAULT.cluster.warn_story_size,
    show_default=True,
    metavar="N",
    help="Warn at the end of stories with at least N documents. Lower it for more warnings. "
    "It changes no decision.",
)
@click.option(
    "--warn-host-share",
    "--report-share",
    cls=RenamedOption,
    type=float,
    default=DEFAULT.cluster.warn_host_share,
    show_default=True,
    metavar="SHARE",
    help="Warn at the end of hosts with "
    f"{DEFAULT.cluster.warn_host_documents} documents or more of which at least this share are "
    "duplicates, from 0 to 1. Lower it for more warnings. It changes no decision.",
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    show_default=True,
    help="Format of survivors, decisions and stories.",
)
@click.option(
    "--survivors",
    type=click.Choice(["-"]),
    help="Write the survivors as JSON lines to stdout, for a pipe, instead of to OUT.",
)
@click.option(
    "--store",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Store of earlier dumps, made where there is none: today's documents are matched against "
    "those within the --window, and earlier stories go on under their ids. "
    "OUT tells of today's documents; changes.jsonl of what became of earlier stories.",
)
@click.option(
    "--expire",
    type=float,
    default=DEFAULT.expire,
    metavar="DAYS",
    help="Forget documents in the --store that are older than today's by DAYS and in no younger "
    "story; at least the --window. Without it the store keeps everything.",
)
@click.option("--resume", is_flag=True, help="Go on with the run that was killed in OUT.")
@click.option("--overwrite", is_flag=True, help="Replace the run that OUT holds.")
@click.option("--dry-run", is_flag=True, help="Say which files would be read, and do nothing.")
@click.pass_context
def run(
    ctx: click.Context,
    /,
    inputs: tuple[str, ...],
    out: Path | None,
    kind: str,
    survivors: str | None,
    store: Path | None,
    resume: bool,
    overwrite: bool,
    dry_run: bool,
    strict: bool,
    quiet: bool,
    verbose: bool,
    **options: Any,
) -> None:
    """De-duplicate INPUT... and write one canonical document of every story to OUT.

    INPUT is a file, a folder, a glob or - for JSON lines on stdin. Known are .html, .htm, .xhtml,
    .warc, .jsonl, .ndjson, .json, .parquet, .csv, .tsv and .txt, most of them also as .gz, .zst,
    .bz2, .xz; content wins where a name lies.

    \b
    Examples:
      dedup run crawl/ -o out
      dedup run 2024-05-*.warc.gz -o out --workers 8
      dedup run news.jsonl --field text=body --field date=published -o out
      dedup run news.parquet -o out --format parquet --canonical earliest
      dedup run news.jsonl -o out --level copies          rewrites stay
      dedup run news.jsonl -o out --threshold 0.7 --window 2 --warn-story-size 20
      dedup run 2024-05-02/ -o out-02 --store news.sqlite --expire 30
      zcat news.jsonl.gz | dedup run - -o out --survivors - | next-step

    OUT gets survivors.jsonl, decisions.jsonl, stories.jsonl, rejected.jsonl, manifest.json and the
    working store. Exit code 0: done; 1: the run failed, or an input was rejected under --strict;
    2: wrong usage.
    """
    if not quiet:
        warn_of_leftover()
    config = build_config(**options)
    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR, stream=sys.stderr)
    if dry_run:
        _list_sources(inputs)
        return
    if out is None:
        raise click.UsageError("Missing option '-o' / '--output'.")
    if resume and overwrite:
        raise click.UsageError("--resume and --overwrite exclude each other")
    if config.expire and store is None:
        raise click.UsageError("--expire needs a --store")
    expect_pages(inputs)

    from dedup.cli.bars import Bars  # these pull in everything: --help must not wait for it
    from dedup.cli.stop import stoppable
    from dedup.progress import NullProgress
    from dedup.run import run_dump

    try:
        with stoppable(NullProgress() if quiet else Bars()) as progress:
            report = run_dump(
                inputs,
                out,
                config,
                kind=kind,
                survivors_to=sys.stdout.buffer if survivors else None,
                store=store,
                resume=resume,
                overwrite=overwrite,
                strict=strict,
                progress=progress,
            )
    except KeyboardInterrupt:
        raise click.ClickException("stopped; go on with the same command and --resume") from None
    except FullDiskError as error:
        message = f"{error} and go on with the same command and --resume"
        raise click.ClickException(message) from error
    if not quiet:
        click.echo(run_summary(report, out), err=True)
    ctx.exit(report.return_code)


def _list_sources(inputs: tuple[str, ...]) -> None:
    """Print what would be read."""
    from dedup.read import discover

    count = 0
    total = 0
    for source in discover(inputs):
        count += 1
        total += source.size
        click.echo(f"{source.size:>12,}  {printable(source.name)}", err=True)
    click.echo(f"{count:,} files, {total:,} bytes; nothing was done", err=True)
