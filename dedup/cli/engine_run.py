"""`dedup run --engine`: a run on an engine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.cli.log import say
from dedup.cli.settings import settings_manifest
from dedup.cli.shown_run import shown_run
from dedup.cli.summary import fail, run_facts, run_summary
from dedup.config import Config
from dedup.locations import Location

if TYPE_CHECKING:
    from dedup.models import RejectionLimit
    from dedup.write import Layout


def run_by_engine(
    ctx: click.Context,
    inputs: tuple[str, ...],
    out: Path | Location,
    config: Config,
    options: Mapping[str, Any],
    layout: Layout,
    limit: RejectionLimit | None,
) -> None:
    """Do a run on an engine, and say what came of it.

    Args:
        ctx: Has the options of the command.
        inputs: Files, folders and globs, or addresses.
        out: The output folder.
        config: The options that change a result.
        options: Where the run is done: the values of ``ENGINE_OPTIONS`` by name.
        layout: How the tables are written.
        limit: How many inputs may be rejected.
    """
    from dedup.run.engine_dump import EngineOptions, run_on_engine  # --help must not wait for it
    from dedup.warm_up import warm_machine

    quiet, verbose, overwrite = (ctx.params[name] for name in ("quiet", "verbose", "overwrite"))
    work = options["work"]
    engine = EngineOptions(
        options["engine"], options["remote"], None if work is None else _location(work),
        options["partitions"], warm_machine, verbose,
    )  # fmt: skip
    with shown_run(overwrite=overwrite, quiet=quiet, verbose=verbose) as progress:
        done = run_on_engine(
            inputs, _location(out), config, engine,
            layout=layout, scorer=ctx.params["scorer"], resume=ctx.params["resume"],
            overwrite=overwrite, limit=limit, settings=settings_manifest(ctx), progress=progress,
        )  # fmt: skip
    if not quiet:
        say(run_summary(done, out), "summary", **run_facts(done, out))
    fail(done, f"see the files {out / f'rejected-*{layout.suffix}'}")


def _location(place: Path | Location) -> Location:
    """Return the location of a path."""
    return Location.of(place) if isinstance(place, Path) else place
