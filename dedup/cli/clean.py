"""`dedup clean`: the first half of a run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from dedup.cli.installation import warn_of_leftover
from dedup.cli.log import logged, say
from dedup.cli.options import DEFAULT, build_limit, load_for_pages, shared_options
from dedup.cli.settings import SettingsCommand
from dedup.cli.summary import clean_facts, clean_summary, fail
from dedup.option_fields import with_options


@click.command(
    cls=SettingsCommand, short_help="Only clean: pages and records to JSON lines with clean text."
)
@shared_options
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    default="-",
    show_default="stdout",
    help="File for the cleaned documents.",
)
@click.option(
    "--rejected",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File for the inputs that cannot be used, with their reasons.",
)
@click.option("--overwrite", is_flag=True, help="Replace existing files.")
def clean(
    *,
    inputs: tuple[str, ...],
    out: Path,
    rejected: Path | None,
    overwrite: bool,
    strict: bool,
    max_rejected: str | None,
    quiet: bool,
    verbose: bool,
    **options: Any,
) -> None:
    """Remove boilerplate, agency lines and site boilerplate from INPUT... and write JSON lines.

    Each line has the document's own fields, the cleaned text in "text", the fields that were
    recognised (agency, dateline, credit), and in "removed" each removed piece of text with the step
    that removed it.

    \b
    Examples:
      dedup clean crawl/ -o clean.jsonl
      dedup clean page.html.gz
      dedup clean dump.warc.gz -o clean.jsonl --rejected rejected.jsonl
    """
    if not quiet:
        warn_of_leftover()
    config = with_options(DEFAULT, options)
    limit = build_limit(strict=strict, max_rejected=max_rejected)
    load_for_pages(inputs, config)

    from dedup.run.clean_dump import clean_dump  # everything: --help must not wait for it

    with logged(quiet=quiet, verbose=verbose) as progress:
        report = clean_dump(
            inputs,
            sys.stdout.buffer if str(out) == "-" else out,
            config,
            rejected=rejected,
            overwrite=overwrite,
            limit=limit,
            progress=progress,
        )
    if not quiet:
        say(clean_summary(report), "summary", **clean_facts(report))
    fail(report, f"see {rejected}" if rejected else "list them with --rejected FILE")
