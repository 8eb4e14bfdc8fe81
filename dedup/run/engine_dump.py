"""A dump to the files of its results by way of an engine, as the command calls it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from dedup import config_digest
from dedup.cluster.canonical import parse_policy
from dedup.config import Config
from dedup.errors import ConfigError, DedupError, NoDocumentError, OutputError, UnknownFieldError
from dedup.locations import Location
from dedup.models import RejectionLimit, RunReport, failure, report_of
from dedup.pipeline.earlier_dumps import NoEarlierDumps
from dedup.pipeline.plan import PlannedDump, final_stories, plan_dump
from dedup.pipeline.plan_inputs import SplitInputs, split_inputs
from dedup.pipeline.plan_results import WrittenResults, WrittenTable, plan_results
from dedup.pipeline.store_folder import WrittenTables, write_store_tables
from dedup.progress import NullProgress, Progress, Timer
from dedup.run.dump_claim import RESULTS_STAY
from dedup.run.engine_claim import (
    EngineClaim,
    GoingRun,
    claim_folder,
    find_inputs,
    has_no_document,
    shown_remote,
)
from dedup.run.manifest import first_dump, manifest_of_facts, times_and_memory, what_was_read
from dedup.scorer_file import ScorerFile, scorer_file
from dedup.write import Layout
from dedup.write.annotated_parts import AnnotatedParts
from dedup.write.engine_folder import EngineFolder
from dedup.write.streamed_output import stream_files
from dedup.write.table_files import MOST_SHARDS, STORE_LIST, STORE_TABLES

if TYPE_CHECKING:
    from dedup.engines.spark.session import EngineSession
    from dedup.engines.spark.spark_engine import SparkEngine

LARGEST_SPLIT = 64_000_000
"""Stored bytes of a part of the inputs: a task takes minutes, and what fails is soon done again."""

SMALLEST_SPLIT = 1_000_000
SPLITS = 32
"""Parts of inputs for which larger parts would leave machines without work."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Where a run is done.

    Attributes:
        name: ``spark`` or ``sail``.
        remote: The address of the engine, a master of Spark, or None for this machine.
        work: A folder for temporary tables, None for one in the output folder.
        partitions: Partitions behind an exchange, None for as many as its bytes ask for.
        prepare: Is called in every process of a machine before its first task.
        verbose: Whether what an engine in this process logs goes to stderr.
    """

    name: str
    remote: str | None = None
    work: Location | None = None
    partitions: int | None = None
    prepare: Callable[[], None] | None = None
    verbose: bool = False


@dataclass(frozen=True, slots=True)
class _Run:
    """What all parts of a run are given."""

    inputs: Sequence[str | Path]
    folder: EngineFolder
    work: Location
    config: Config
    scored_by: ScorerFile
    split_bytes: int
    outside: Sequence[Location]
    layout: Layout
    annotated: AnnotatedParts | None
    staging: Location | None
    """The hidden folder where parts of the file for all documents are written."""


def run_on_engine(
    inputs: Sequence[str | Path],
    out: Location,
    config: Config,
    engine: EngineOptions,
    *,
    layout: Layout | None = None,
    annotated: AnnotatedParts | None = None,
    survivors_to: BinaryIO | None = None,
    outside: Sequence[Location] = (),
    scorer: Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
    limit: RejectionLimit | None = None,
    settings: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> RunReport:
    """De-duplicate a dump into an output folder, with the bytes of a run on one machine.

    Args:
        inputs: Files, folders and globs, on this machine or at addresses.
        out: The folder, which all machines of the engine read and write.
        config: The options.
        engine: Where the run is done.
        layout: How the tables are written; None for JSON lines.
        annotated: A file for all documents with the decisions on them, None for none.
        survivors_to: A stream that gets the survivors at the end; in the folder, they are JSON
            lines then.
        outside: Files outside of the folder that the caller writes: they must be no inputs.
        scorer: A file with the scorer of pairs of tellings; None for the one that comes with the
            package.
        resume: Go on with a run that was stopped.
        overwrite: Replace an earlier run; its results stay until the new ones are whole.
        limit: How many inputs may be rejected; more make the exit code 1.
        settings: For the manifest: where the values of options came from, as JSON values.
        progress: Gets the progress of each stage.

    Raises:
        ConfigError: An option cannot be used.
        InputError: An input is missing, no record has a text, or no document has the field of a
            rule.
        OutputError: A folder cannot be written, the output folder holds a run that is neither to be
            resumed nor replaced, or so does the place of the file for all documents.
        EngineError: The engine cannot be reached, or stopped.
    """
    if resume and overwrite:
        raise ConfigError("--resume and --overwrite exclude each other")
    parse_policy(config.cluster.canonical)  # a wrong rule is refused before anything is read
    scored_by = scorer_file(scorer)
    timer = Timer(progress or NullProgress())
    layout = replace(layout or Layout(), plain_survivors=survivors_to is not None)
    folder = EngineFolder(out)
    if annotated is not None:
        annotated.refuse_place_in(out)
    size, digest = find_inputs(inputs, config)
    claim = EngineClaim(
        config, scored_by.names, digest, str(engine.work) if engine.work else None,
        layout, annotated, resume=resume, overwrite=overwrite,
    )  # fmt: skip
    with folder.claim():
        found = claim_folder(folder, claim)
        if isinstance(found, GoingRun):
            staging = None
            if annotated is not None:
                if not (overwrite or found.is_resumed):
                    annotated.refuse_existing()
                outside = [*outside, annotated.place, *annotated.in_the_way()]
                staging = annotated.staging(found.known["run"])
            run = _Run(
                inputs, folder, _work_of(found.known, folder, engine), config, scored_by,
                _split_bytes(size), outside, layout, annotated, staging,
            )  # fmt: skip
            with _removed_unless_begun(run, found):
                manifest = _run(run, found, engine, settings, timer)
        else:
            manifest = found
        if survivors_to is not None:
            parts = manifest["files"]["survivors"]
            stream_files(survivors_to, (out / each["name"] for each in parts))
    return report_of(manifest, limit, again=manifest is found)


def _split_bytes(size: int) -> int:
    """Return the bytes of a part of inputs: a table has a file for each part.

    >>> _split_bytes(10**6), _split_bytes(10**9), _split_bytes(10**11), _split_bytes(10**14)
    (1000000, 31250000, 64000000, 2000000000)
    """
    wanted = min(LARGEST_SPLIT, max(SMALLEST_SPLIT, size // SPLITS))
    return max(wanted, size // (MOST_SHARDS // 2))


def _work_of(known: Mapping[str, Any], folder: EngineFolder, options: EngineOptions) -> Location:
    """Return the folder for the temporary tables of a run."""
    return options.work / f"dedup-{known['run']}" if options.work else folder.work


@contextmanager
def _removed_unless_begun(run: _Run, going: GoingRun) -> Iterator[None]:
    """Leave no temporary tables of a run that cannot be resumed, and no parts beside a file."""
    try:
        yield
    finally:
        if run.staging is not None:
            with suppress(OSError):
                run.staging.remove()
        with suppress(OSError, OutputError):
            if (run.folder.begun() or {}).get("run") != going.known["run"]:
                run.work.remove()


def _run(
    run: _Run,
    going: GoingRun,
    options: EngineOptions,
    settings: Mapping[str, Any] | None,
    timer: Timer,
) -> dict[str, Any]:
    """Do a run, and return its manifest."""
    # What runs on one machine does not need an engine.
    from dedup.engines.spark.machine_check import SharedPlace, check_machines
    from dedup.engines.spark.session import open_session
    from dedup.engines.spark.spark_engine import SparkEngine
    from dedup.engines.spark.stage_costs import earlier_peak_kib

    folder, config = run.folder, run.config
    timer.start("engine", None, "")
    with open_session(options.name, options.remote, verbose=options.verbose) as session:
        timer.end()
        places = {
            "-o": SharedPlace(folder.location, folder.probe),
            "--work": SharedPlace(options.work or folder.location, run.work / "probe"),
        }
        if run.annotated is not None and run.staging is not None:
            places["--annotate"] = SharedPlace(
                run.annotated.folder, run.staging / "probe", "a file in a folder"
            )
        check_machines(session, places)
        if not going.is_resumed:
            _remove_replaced(run, going, options)
            folder.begin(going.known)
        with (
            _forgotten_if_refused(folder, going),
            SparkEngine(
                session, run.work, partitions=options.partitions, plan_digest=going.digest,
                prepare=options.prepare, progress=timer,
            ) as engine,
        ):  # fmt: skip
            split, planned = _plan(run, going, engine)
            written, tables = _write(run, engine, planned)
            read = split.tally
            read.add(planned.cleaned.tally)
            name = folder.location.name or "dump"
            manifest = {
                **manifest_of_facts(
                    written.facts, config, settings, run.scored_by,
                    {**what_was_read(split.names, read), "sha256": None},
                    first_dump(name, written.facts),
                ),
                "files": _listed(written),
                "engine": _about(run, session, engine, options, going),
                **times_and_memory(planned.cleaned.worker_kib, timer, earlier_peak_kib()),
            }  # fmt: skip
            if run.annotated and run.staging and written.annotated:
                run.annotated.put_in_place(written.annotated.last_names(), run.staging)
            folder.put_in_place(_moves(folder, written, tables), manifest)
    return manifest


def _remove_replaced(run: _Run, going: GoingRun, options: EngineOptions) -> None:
    """Remove what a run that was begun, and is replaced, left outside of the folder."""
    replaced = going.replaced
    if replaced is None:
        return
    with suppress(OSError):
        if replaced.get("work") == going.known["work"]:
            _work_of(replaced, run.folder, options).remove()
    with suppress(OSError):
        if run.annotated and replaced.get("annotate") == going.known["annotate"]:
            run.annotated.staging(replaced["run"]).remove()


def _plan(run: _Run, going: GoingRun, engine: SparkEngine) -> tuple[SplitInputs, PlannedDump[Any]]:
    """Take the dump from its inputs to its stories."""
    folder = run.folder
    had_documents = folder.manifest() is not None and not has_no_document(folder.manifest())
    with _forgotten_if_refused(folder, going, DedupError):
        split = split_inputs(
            engine, run.inputs, run.config, split_bytes=run.split_bytes,
            outputs=[folder.location, run.work, *run.outside],
            remedy=RESULTS_STAY if had_documents else None,
        )  # fmt: skip
    one_process = replace(run.config, workers=1)
    scorer = run.scored_by.scorer
    planned = plan_dump(engine, split.parts, NoEarlierDumps(), one_process, NullProgress(), scorer)
    return split, planned


def _write(
    run: _Run, engine: SparkEngine, planned: PlannedDump[Any]
) -> tuple[WrittenResults, WrittenTables]:
    """Write all results, without what was written of them before the run was stopped."""
    folder, config, annotated = run.folder, run.config, None
    folder.begin_files()
    if run.annotated is not None and run.staging is not None:
        with suppress(OSError):
            run.staging.remove()
        annotated = run.staging / run.annotated.place.name
    final = final_stories(engine, planned)
    written = plan_results(
        engine, planned, final, config, run.layout, folder.files, annotated=annotated
    )
    _refuse_none_for_some(folder, written)
    tables = write_store_tables(
        engine, planned, final, folder.files / STORE_TABLES,
        options=config_digest.digest(config), basis=config_digest.basis(config),
        scorer=run.scored_by.names,
    )  # fmt: skip
    return written, tables


@contextmanager
def _forgotten_if_refused(
    folder: EngineFolder, going: GoingRun, *kinds: type[DedupError]
) -> Iterator[None]:
    """Leave nothing of a run that cannot be done, unless it was begun before."""
    try:
        yield
    except DedupError as error:
        refused = isinstance(error, (UnknownFieldError, NoDocumentError, *kinds))
        if refused and not going.is_resumed:
            folder.forget()
        raise


def _refuse_none_for_some(folder: EngineFolder, written: WrittenResults) -> None:
    """Refuse to replace the results of an earlier run by those of one that could use no input.

    Raises:
        NoDocumentError: They would be.
    """
    earlier, facts = folder.manifest(), written.facts
    if earlier is None or has_no_document(earlier):
        return
    if facts.inputs == facts.status["rejected"]:
        message = failure(facts.inputs, dict(facts.reasons), {}, None)
        raise NoDocumentError(f"{message}; {RESULTS_STAY}")


def _listed(written: WrittenResults) -> dict[str, list[dict[str, Any]]]:
    """Return the files of all tables, in their order, for the manifest."""
    return {
        name: [
            {"name": last, "rows": file.rows, "bytes": file.bytes}
            for file, last in zip(table.files, table.names, strict=True)
        ]
        for name, table in _tables(written).items()
    }


def _tables(written: WrittenResults) -> dict[str, WrittenTable]:
    """Return all tables of a run by name."""
    found = dict(written.tables)
    return found if written.annotated is None else {**found, "annotated": written.annotated}


def _moves(
    folder: EngineFolder, written: WrittenResults, tables: WrittenTables
) -> dict[Location, str]:
    """Return the names that all files get in the folder."""
    listing = folder.files / STORE_TABLES / STORE_LIST
    listing.write_bytes(tables.listing())
    return {
        **{
            file: name
            for table in written.tables.values()
            for file, name in table.last_names().items()
        },
        **{file: f"{STORE_TABLES}/{name}" for file, name in tables.last_names().items()},
        listing: f"{STORE_TABLES}/{STORE_LIST}",
    }


def _about(
    run: _Run,
    session: EngineSession,
    engine: SparkEngine,
    options: EngineOptions,
    going: GoingRun,
) -> dict[str, Any]:
    """Return what the manifest says of the engine."""
    from dedup.engines.spark.stage_costs import total_cost

    return {
        "name": session.name,
        "version": session.version,
        "remote": shown_remote(options.remote),
        "partitions": options.partitions,
        "shard_size": run.layout.shard_bytes,
        **total_cost(engine.costs),
        "stages": [cost.as_manifest() for cost in engine.costs],
        "run": going.known,
    }
