"""`dedup run --engine`: a run on an engine."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.cli.log import say
from dedup.cli.page_place import refuse_place
from dedup.cli.report import is_new, report_if_new
from dedup.cli.settings import settings_manifest
from dedup.cli.shown_run import shown_run
from dedup.cli.store import make_of_tables
from dedup.cli.summary import fail, run_facts, run_summary
from dedup.config import Config
from dedup.errors import OutputError, refused
from dedup.locations import Location
from dedup.run.run_settings import ADDRESS, STORE_NAME

if TYPE_CHECKING:
    from dedup.models import RejectionLimit
    from dedup.run.result_files import ResultFiles


def run_by_engine(
    ctx: click.Context,
    inputs: tuple[str, ...],
    out: Path | Location,
    config: Config,
    options: Mapping[str, Any],
    files: ResultFiles,
    limit: RejectionLimit | None,
) -> None:
    """Do a run on an engine, and say what came of it.

    Args:
        ctx: Has the options of the command.
        inputs: Files, folders and globs, or addresses.
        out: The output folder.
        config: The options that change a result.
        options: Where the run is done: the values of ``ENGINE_OPTIONS`` by name.
        files: What is written, and how.
        limit: How many inputs may be rejected.
    """
    from dedup.run.engine_dump import EngineOptions, run_on_engine  # --help must not wait for it
    from dedup.run.places import refuse_addresses
    from dedup.warm_up import warm_machine
    from dedup.write.annotated_parts import AnnotatedParts

    quiet, verbose, overwrite = (ctx.params[name] for name in ("quiet", "verbose", "overwrite"))
    resume, page = ctx.params["resume"], files.report
    work, annotate = options["work"], ctx.params["annotate"]
    refuse_addresses([each for each in (out, work, annotate) if isinstance(each, Path)])
    if page is not None:
        _refuse_page(page, out, overwrite=overwrite, resume=resume)
    engine = EngineOptions(
        options["engine"], options["remote"], None if work is None else _location(work),
        options["partitions"], warm_machine, verbose,
    )  # fmt: skip
    with shown_run(overwrite=overwrite, quiet=quiet, verbose=verbose) as progress:
        done = run_on_engine(
            inputs, _location(out), config, engine,
            layout=files.layout,
            annotated=None if annotate is None else AnnotatedParts(_location(annotate)),
            survivors_to=sys.stdout.buffer if ctx.params["survivors"] else None,
            outside=[] if page is None else [Location.of(page)],
            scorer=ctx.params["scorer"], resume=resume, overwrite=overwrite, limit=limit,
            settings=settings_manifest(ctx), progress=progress,
        )  # fmt: skip
    if isinstance(out, Path) and is_new(done, page, overwrite=overwrite):
        store = out / STORE_NAME
        if not store.exists():
            make_of_tables(store, str(out), quiet=quiet)
    if not quiet:
        say(run_summary(done, out), "summary", **run_facts(done, out))
    if isinstance(out, Path):
        report_if_new(done, out, None, page, overwrite=overwrite, quiet=quiet)
    fail(done, f"see the files {out / f'rejected-*{files.layout.suffix}'}")


def _refuse_page(page: Path, out: Path | Location, *, overwrite: bool, resume: bool) -> None:
    """Refuse a page that cannot be written, before anything is done.

    A page that is there may be that of the run that is to be continued.

    Raises:
        OutputError: It exists and may not be replaced, its folder cannot be written, it has the
            name of a file of the run, or it or the run is at an address.
    """
    from dedup.write import OutputFolder, refuse_unwritable

    if ADDRESS.match(str(page)):
        raise OutputError("--report writes its page to this machine: give a path, not an address")
    if isinstance(out, Location):
        raise OutputError(
            f"--report reads the store of the run, and {out} is an address: make the store on this "
            f"machine with dedup store FILE --from {out}, then write the page with dedup report"
        )
    with refused(out):
        may_be_its_own = resume and out.is_dir() and OutputFolder(out).has_files
    refuse_place(page, out, out / STORE_NAME, "--report", overwrite=overwrite or may_be_its_own)
    refuse_unwritable(page)


def _location(place: Path | Location) -> Location:
    """Return the location of a path."""
    return Location.of(place) if isinstance(place, Path) else place
