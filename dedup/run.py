"""A run from inputs on disk to files on disk: what the commands and the library call."""

from __future__ import annotations

import functools
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from dedup import config_digest
from dedup.cluster import parse_policy
from dedup.config import Config
from dedup.errors import OutputError
from dedup.models import Raw, RunReport
from dedup.pipeline.stages import clean_stages, run_stages
from dedup.progress import NullProgress, Progress, Timer
from dedup.read import Tally, discover, read_raw, real_path
from dedup.run_warnings import run_warnings
from dedup.store import ANOTHER, Step, Store
from dedup.write import (
    KIBIBYTES_A_UNIT,
    OutputFolder,
    cleaned_lines,
    decision_lines,
    package_versions,
    peak_memory,
    refuse_existing,
    rejected_lines,
    story_lines,
    stream_out,
    survivor_lines,
    write_file,
)


def read_inputs(inputs: Sequence[str | Path], config: Config, tally: Tally) -> Iterator[Raw]:
    """Yield all inputs, in their order; lines of JSON are not parsed yet.

    Raises:
        InputError: An input is missing.
    """
    sources = discover(inputs, tally=tally)  # checks every INPUT before the first is read
    return (record for source in sources for record in read_raw(source, config.read, tally))


def size_of_inputs(inputs: Sequence[str | Path], outputs: Sequence[Path] = ()) -> int | None:
    """Return the bytes of all inputs, None where a stream is among them.

    Args:
        inputs: As given.
        outputs: Files and folders that will be written.

    Raises:
        InputError: An input is missing.
        OutputError: One of ``outputs`` is an input, or holds one: it would be read and replaced.
    """
    written = [str(real_path(path)) for path in outputs]
    real_folder = functools.cache(real_path)  # a folder holds many files
    total = 0
    for source in discover(inputs):
        total += source.size
        place = ""
        if source.path and written:
            linked = source.path.is_symlink()
            folder = source.path.parent
            real = real_path(source.path) if linked else real_folder(folder) / source.path.name
            place = str(real)
        for path in written:
            if place == path or place.startswith(path.rstrip(os.sep) + os.sep):
                raise OutputError(
                    f"{source.path} would be read and replaced: it is, or lies in, the output "
                    f"{path}; choose another output",
                    path=Path(path),
                )
    return None if "-" in map(str, inputs) else total


def run_dump(
    inputs: Sequence[str | Path],
    out: Path,
    config: Config,
    *,
    table_format: str = "jsonl",
    survivors_to: BinaryIO | None = None,
    store: Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
    strict: bool = False,
    progress: Progress | None = None,
) -> RunReport:
    """De-duplicate a dump into an output folder.

    Args:
        inputs: Files, folders, globs, or ``-``.
        out: The folder.
        config: The options.
        table_format: ``jsonl`` or ``parquet``, for survivors, decisions and stories.
        survivors_to: A stream that gets the survivors as JSON lines instead of a file.
        store: A store outside of ``out`` that holds earlier dumps, or will hold this one for later
            dumps; the stories of earlier ones go on.
        resume: Go on with a run that was killed.
        overwrite: Replace an earlier run.
        strict: A rejected input makes the exit code 1.
        progress: Is called with the progress of each stage.

    Raises:
        ConfigError: An option cannot be used.
        InputError: An input is missing, or is not that of the run to resume.
        OutputError: The folder or the store cannot be written, holds a run and nobody said what to
            do, or lies where it would be read or replaced.
    """
    parse_policy(config.cluster.canonical)  # a rule that does not exist must not wait for the dump
    timer = Timer(progress or NullProgress())
    tally = Tally()
    records = read_inputs(inputs, config, tally)
    folder = OutputFolder(out)
    kept = [] if store is None else [store]
    if store and store.resolve().is_relative_to(out.resolve()):
        raise OutputError(
            f"the store {store} lies in the output folder {out}; keep it outside, where it is not "
            "replaced with the run",
            path=store,
        )
    for path in (out, *kept):
        _refuse_own_input(inputs, path)
    size = size_of_inputs(inputs, [out, *kept])
    with (
        folder.claim(resume=resume, overwrite=overwrite),
        Store(store, ANOTHER) if store else Store(folder.store) as opened,
    ):
        claim_store(opened, config, resume=resume, overwrite=overwrite)
        run_stages(records, size, opened, config, timer)
        opened.put("inputs", _inputs(inputs, tally))
        timer.start("write", None, "file")
        report = _report(opened, config, strict=strict)
        _write(opened, folder, table_format, survivors_to, changes=store is not None)
        timer.end()
        report.manifest["timings"] = timer.seconds
        report.manifest["peak_memory_mib"] = {
            "parent": peak_memory(),
            "largest_worker": round(opened.get("worker_kib") * KIBIBYTES_A_UNIT / 1024, 1),
        }
        folder.write_json("manifest.json", report.manifest)
        opened.put("manifest", report.manifest)
        opened.dumps.reach(Step.WRITTEN)
    return report


def clean_dump(
    inputs: Sequence[str | Path],
    out: Path | BinaryIO,
    config: Config,
    *,
    rejected: Path | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> tuple[dict[str, int], dict[str, int]]:
    """Clean a dump and write its documents as JSON lines.

    Args:
        inputs: As in :func:`run_dump`.
        out: A file to write, or an open stream.
        config: The options.
        rejected: A file for what could not be used.
        overwrite: Replace files that are there.
        progress: Is called with the progress of each stage.

    Returns:
        Counts (``inputs``, ``cleaned``, ``rejected``), and rejected inputs by reason.

    Raises:
        ConfigError: An option cannot be used.
        InputError: An input is missing.
        OutputError: A file is there and may not be replaced, or cannot be written.
    """
    files = [path for path in (out, rejected) if isinstance(path, Path)]
    for path in files:
        refuse_existing(path, overwrite=overwrite)
    size = size_of_inputs(inputs, files)
    records = read_inputs(inputs, config, Tally())
    with (
        tempfile.TemporaryDirectory(prefix="dedup-") as folder,
        Store(Path(folder) / "store.sqlite") as store,
    ):
        clean_stages(records, size, store, config, progress or NullProgress())
        if isinstance(out, Path):
            write_file(out, cleaned_lines(store.documents.cleaned()))
        else:
            stream_out(out, cleaned_lines(store.documents.cleaned()))
        if rejected is not None:
            write_file(rejected, rejected_lines(store.results.rejections()))
        status, reasons, _ = store.results.tally()
    lost, total = status["rejected"], sum(status.values())
    return {"inputs": total, "cleaned": total - lost, "rejected": lost}, reasons


def _refuse_own_input(inputs: Sequence[str | Path], out: Path) -> None:
    """Refuse to write among what is read: the next run would read this run's results."""
    for name in map(str, inputs):
        folder = Path(name)
        if name != "-" and folder.is_dir() and real_path(out).is_relative_to(real_path(folder)):
            raise OutputError(
                f"the output {out} lies in the input folder {name}; choose a place outside",
                path=out,
            )


def claim_store(store: Store, config: Config, *, resume: bool, overwrite: bool) -> None:
    """Begin the next dump of a store, or go on with one that was not finished.

    Nothing in a store is believed before it was verified: a disk or a stranger may have changed it.

    Raises:
        OutputError: It is damaged, holds a dump that is to be finished first, or was made with
            other options.
    """
    store.verify(whole=resume)
    begun, basis = store.get("config_digest"), store.get("basis")
    if resume and begun is not None:
        if begun != config_digest.digest(config):
            raise OutputError(
                f"the run in {store.path} was begun with other options; "
                "give the same ones, or begin anew with --overwrite",
                path=store.path,
            )
        return
    if basis is not None and basis != config_digest.basis(config):
        raise OutputError(
            f"the store {store.path} was made with another --level or other signatures; "
            "give the same options, or another store",
            path=store.path,
        )
    step = store.dumps.step
    if step == Step.DECIDED or (begun is not None and step < Step.DECIDED and not overwrite):
        raise OutputError(
            f"the store {store.path} holds a dump that was not finished; "
            "finish it first: the same command with --resume",
            path=store.path,
        )
    with store.commit():
        if step == Step.WRITTEN:
            store.dumps.begin()
        else:
            store.dumps.forget()
        store.put("basis", config_digest.basis(config))
        store.put("config_digest", config_digest.digest(config))
        store.put("worker_kib", 0)


def _inputs(inputs: Sequence[str | Path], tally: Tally) -> dict[str, Any]:
    """Return the part of the manifest on the inputs."""
    return {
        "inputs": sorted(map(str, inputs)),
        "files": tally.files,
        "bytes": tally.bytes,
        "sha256": tally.digest(),
        "passed_over": dict(sorted(tally.passed_over.items())),
    }


def _report(store: Store, config: Config, *, strict: bool) -> RunReport:
    """Count the results and put the manifest together, times left out."""
    status, reasons, relations = store.results.tally()
    counts = {"inputs": sum(status.values()), **status}
    stories = store.results.touched()
    inputs = store.get("inputs")
    warnings = run_warnings(store, config.cluster)
    manifest = {
        "format": 1,
        "versions": package_versions(),
        "config": config_digest.as_manifest(config),
        "read": inputs,
        "counts": {**counts, "stories": stories},
        "rejected_by_reason": reasons,
        "duplicates_by_relation": relations,
        "candidates": store.get("candidates"),
        "story_candidates": store.get("story_candidates"),
        "warnings": warnings,
        "blast_radius": warnings,  # its name until the first release
        "store": {
            "dump": store.dumps.number,
            "documents": store.dumps.documents(),
            "active": store.dumps.active(),
            "expired": store.get("expired"),
            "changes": store.results.count_changes(store.dumps.number),
        },
    }
    return RunReport(
        counts=counts,
        reasons=reasons,
        relations=relations,
        stories=stories,
        passed_over=inputs["passed_over"],
        manifest=manifest,
        strict=strict,
    )


def _write(
    store: Store,
    folder: OutputFolder,
    table_format: str,
    survivors_to: BinaryIO | None,
    *,
    changes: bool,
) -> None:
    """Write all files but the manifest."""
    results = store.results
    tables: dict[str, Iterable[dict[str, Any] | bytes]] = {
        "decisions": decision_lines(results.decisions()),
        "stories": story_lines(results.stories()),
    }
    survivors = survivor_lines(results.survivors())
    if survivors_to is None:
        tables["survivors"] = survivors
    for name, lines in tables.items():
        folder.write_table(name, lines, table_format)
    write_file(folder.path / "rejected.jsonl", rejected_lines(results.rejections()))
    if changes:
        write_file(folder.path / "changes.jsonl", results.changes(store.dumps.number))
    if survivors_to is not None:
        stream_out(survivors_to, survivors)
