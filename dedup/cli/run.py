"""`dedup run`: the main command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.cli.engine_options import engine_options, local_place, refuse_with_engine
from dedup.cli.engine_run import run_by_engine
from dedup.cli.installation import warn_of_leftover
from dedup.cli.log import say
from dedup.cli.options import DEFAULT, build_limit, load_for_pages, shared_options
from dedup.cli.report import report_if_new
from dedup.cli.run_options import run_options
from dedup.cli.settings import SettingsCommand, settings_manifest
from dedup.cli.shown_run import shown_run
from dedup.cli.summary import fail, run_facts, run_summary
from dedup.config import Config
from dedup.errors import printable
from dedup.locations import Location
from dedup.option_fields import with_options
from dedup.run.claim import refuse_contradictions

if TYPE_CHECKING:
    from dedup.run.result_files import ResultFiles

# Options that say what is written, and how.
_FILES = ("table_format", "survivors", "annotate", "compress", "shard_size")


@click.command(cls=SettingsCommand, short_help="De-duplicate a dump into an output folder.")
@shared_options
@run_options
@click.pass_context
def run(
    ctx: click.Context,
    /,
    inputs: tuple[str, ...],
    out: Path | Location | None,
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
      dedup run news/ -o out --engine sail                 as parts, the work on all cores
      dedup run s3://news/2026/ -o s3://news/out --engine spark --remote sc://spark:15002
      zcat news.jsonl.gz | dedup run - -o out --survivors - | next-step

    OUT gets survivors.jsonl, decisions.jsonl, stories.jsonl, rejected.jsonl, manifest.json and the
    working store. Exit code 0: done; 1: the run failed, no input could be used, or more
    were rejected than --strict or --max-rejected allows; 2: wrong usage.
    """
    if not quiet:
        warn_of_leftover()
    written = {name: options.pop(name) for name in _FILES}
    on_engine = engine_options(options)
    refuse_with_engine(ctx)
    config = with_options(DEFAULT, options)
    limit = build_limit(strict=strict, max_rejected=max_rejected)
    if dry_run:
        _list_sources(inputs, config, addresses=on_engine["engine"] is not None)
        return
    if out is None:
        raise click.UsageError("Missing option '-o' / '--output'.")
    _refuse_contradictions(config, store, dump, against, report, resume=resume, overwrite=overwrite)
    if on_engine["engine"] is not None:
        written["survivors"] = None  # they are files first
    elif written["annotate"]:
        written["annotate"] = local_place(written["annotate"])
    files = _result_files(report=report, **written)
    if on_engine["engine"] is not None:
        run_by_engine(ctx, inputs, out, config, on_engine, files, limit)
        return
    out = local_place(out)
    load_for_pages(inputs, config)

    from dedup.run.dump import run_dump  # everything: --help must not wait for it

    with shown_run(overwrite=overwrite, quiet=quiet, verbose=verbose) as progress:
        done = run_dump(
            inputs, out, config, files=files, store=store, dump=dump, against=against,
            scorer=scorer, resume=resume, overwrite=overwrite, limit=limit,
            settings=settings_manifest(ctx), progress=progress,
        )  # fmt: skip
    if not quiet:
        say(run_summary(done, out), "summary", **run_facts(done, out))
    report_if_new(done, out, store, report, overwrite=overwrite, quiet=quiet)
    fail(done, f"see {out / f'rejected{files.layout.suffix}'}")


def _result_files(
    table_format: str,
    survivors: str | None,
    annotate: Path | Location | None,
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
        AnnotatedFile(annotate) if isinstance(annotate, Path) else None,
        report,
    )


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


def _list_sources(inputs: tuple[str, ...], config: Config, *, addresses: bool) -> None:
    """Print the files that would be read."""
    from dedup.read import discover

    count = 0
    total = 0
    for source in discover(inputs, config.read, addresses=addresses):
        count += 1
        total += source.size
        name = printable(source.name)
        say(f"{source.size:>12,}  {name}", "source", name=name, bytes=source.size)
    done = f"{count:,} files, {total:,} bytes; nothing was done"
    say(done, "sources", files=count, bytes=total)
