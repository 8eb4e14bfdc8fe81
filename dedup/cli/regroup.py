"""`dedup regroup`: a finished run decided again with other options."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dedup.cli.installation import warn_of_leftover
from dedup.cli.log import log_option, logged, say
from dedup.cli.settings import SettingsCommand, settings_manifest
from dedup.cli.sizes import Size
from dedup.cli.summary import fail, run_facts, run_summary
from dedup.config import COMPRESSIONS, FORMATS, LEVELS
from dedup.errors import OutputError, printable

if TYPE_CHECKING:
    from dedup.write import Layout


@click.command(cls=SettingsCommand, short_help="Decide on a finished run again with other options.")
@click.argument("run", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="OUT2",
    help="Folder for the results, with a store of its own. Required.",
)
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    show_default="that of the run",
    help="What counts as one story, as in dedup run.",
)
@click.option(
    "--threshold",
    type=float,
    show_default="that of the run",
    metavar="FLOAT",
    help="Lowest mean story score of the tellings of one story, from 0.1 to 0.99, as in dedup run.",
)
@click.option(
    "--window",
    "window_days",
    type=float,
    show_default="that of the run",
    metavar="DAYS",
    help="Most days between two tellings of one story, as in dedup run.",
)
@click.option(
    "--canonical",
    multiple=True,
    metavar="RULES",
    help="Rules that decide first which document of a story is the canonical, in place of those "
    "of the run; default for none.",
)
@click.option(
    "--scorer",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="JSON file of another scorer of pairs of tellings. Without it the scorer of the run is "
    "used, which its store keeps.",
)
@click.option(
    "--exclude-host",
    "exclude_hosts",
    multiple=True,
    metavar="HOST",
    help="Reject documents of this host, and of hosts below it, as excluded-host, beside those "
    "that the run left out. May be given several times.",
)
@click.option(
    "--store",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The store of the run, where it is neither in OUT nor where the run had it. It is only "
    "read.",
)
@click.option(
    "--format",
    "table_format",
    type=click.Choice(FORMATS),
    show_default="that of the run",
    help="Format of all tables.",
)
@click.option(
    "--compress",
    type=click.Choice(COMPRESSIONS),
    show_default="as in the run",
    help="Compress the JSON lines in OUT2.",
)
@click.option(
    "--shard-size",
    type=Size(),
    metavar="SIZE",
    help="Split the survivors into files of at most SIZE, as in 256MB or 1GiB.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 1024),
    default=lambda: os.cpu_count() or 1,
    show_default="number of cores",
    help="Threads that score and sign. They change no result.",
)
@click.option(
    "--overwrite",
    is_flag=True,
    help="Replace the run in OUT2. Its results stay until the new ones are whole.",
)
@click.option(
    "--limit",
    type=click.IntRange(0),
    default=10,
    metavar="N",
    help="How many documents of the difference to list, the worst first; 0 for all.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the difference as one JSON object.")
@click.option("-q", "--quiet", is_flag=True, help="Print no progress and no summary.")
@click.option("-v", "--verbose", is_flag=True, help="Also log what each stage does.")
@log_option
@click.pass_context
def regroup(
    ctx: click.Context,
    /,
    run: Path,
    out: Path | None,
    level: str | None,
    threshold: float | None,
    window_days: float | None,
    canonical: tuple[str, ...],
    scorer: Path | None,
    exclude_hosts: tuple[str, ...],
    store: Path | None,
    table_format: str | None,
    compress: str | None,
    shard_size: int | None,
    workers: int,
    overwrite: bool,
    limit: int,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Decide on the documents of the finished run in OUT again, and write all results to OUT2.

    No page is read again: what the store of the run keeps is read, and what was never measured,
    as for a wider window, is measured from it. With the same options the results are the same,
    with others those of a fresh run with them. OUT stays as it is. What differs between the two is
    printed on stdout, as dedup diff OUT OUT2 does.

    \b
    Examples:
      dedup regroup out -o out-07 --threshold 0.7
      dedup regroup out -o out-week --window 7
      dedup regroup out -o out-copies --level copies
      dedup regroup out -o out-first --canonical earliest
      dedup regroup out -o out-less --exclude-host aggregator.example

    Exit code 0: done; 1: the run cannot be decided again; 2: wrong usage.
    """
    if not quiet:
        warn_of_leftover()
    if out is None:
        raise click.UsageError("Missing option '-o' / '--output'.")
    from dedup.cli.stop import stoppable
    from dedup.run.regroup import Changes, regroup_run  # everything: --help must not wait for it

    changes = Changes(
        threshold=threshold,
        level=level,
        window_days=window_days,
        canonical=_rules(canonical),
        scorer=scorer,
        exclude_hosts=exclude_hosts,
        workers=workers,
    )
    with logged(quiet=quiet, verbose=verbose) as shown, stoppable(shown) as progress:
        report = regroup_run(
            run,
            out,
            changes,
            store=store,
            layout=_layout(run, table_format, compress, shard_size),
            overwrite=overwrite,
            settings=settings_manifest(ctx),
            progress=progress,
        )
    if not quiet:
        say(run_summary(report, out), "summary", **run_facts(report, out))
        _say_unknown_hosts(out, exclude_hosts)
    _show_difference(run, out, store, limit, as_json=as_json)
    fail(report, "see the rejected documents in OUT2")


def _say_unknown_hosts(out: Path, hosts: tuple[str, ...]) -> None:
    """Say of which hosts that were to be left out there is no document."""
    from dedup.explain.open_run import open_run

    with open_run(out) as run:
        for host in hosts:
            if not run.documents(host=host, limit=1):
                text = f"--exclude-host left out nothing: no document is of a host {host}"
                say(printable(text), "unknown-host", level="warning")


def _show_difference(
    run: Path, out: Path, store: Path | None, limit: int, *, as_json: bool
) -> None:
    """Show what differs between the run and the new one; of a store to be migrated, say so."""
    from dedup.cli.diff import show_difference
    from dedup.explain.compare.differences import difference
    from dedup.explain.open_run import open_run

    try:
        with open_run(run, store=store) as before, open_run(out) as after:
            found = difference(before, after, limit)
    except OutputError as error:  # the results are whole all the same
        text = printable(f"{out} is done, but not compared: {error}")
        say(text, "not-compared", level="warning")
    else:
        show_difference(found, as_json=as_json)


def _rules(canonical: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the rules that are given, none for ``default``, None where the run's own stay."""
    if not canonical:
        return None
    rules = [rule.strip() for value in canonical for rule in value.split(",") if rule.strip()]
    return () if rules == ["default"] else tuple(rules)


def _layout(
    run: Path, table_format: str | None, compress: str | None, shard_size: int | None
) -> Layout:
    """Return how tables are written; what is not given is as in the run."""
    from dedup.write import Layout, layout_of

    own = layout_of(run)
    table_format = table_format or own.table_format
    if compress is None and table_format == "jsonl":
        compress = own.compression
    return Layout(table_format, compress, shard_size)
