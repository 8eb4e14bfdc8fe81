"""A run from inputs on disk to files on disk: what the commands and the library call."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from dedup.blast import blast_radius
from dedup.config import Config
from dedup.errors import OutputError
from dedup.group import parse_policy
from dedup.models import Raw, RunReport
from dedup.observe import Observer, Silence, Timer
from dedup.pipeline import clean_stages, run_stages
from dedup.read import Tally, discover, read_raw
from dedup.store import Store
from dedup.write import (
    KIBIBYTES_A_UNIT,
    OutputFolder,
    cleaned_lines,
    decision_lines,
    input_manifest,
    package_versions,
    peak_memory,
    refuse_existing,
    rejected_lines,
    require_parquet,
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
    written = [_real(path) for path in outputs]
    total = 0
    for source in discover(inputs):
        total += source.size
        place = _real(source.path) if source.path and written else None
        for path in written if place else ():
            if place and place.is_relative_to(path):
                raise OutputError(
                    f"{source.path} would be read and replaced: it is, or lies in, the output "
                    f"{path}; choose another output",
                    path=path,
                )
    return None if "-" in map(str, inputs) else total


def run_dump(
    inputs: Sequence[str | Path],
    out: Path,
    config: Config,
    *,
    kind: str = "jsonl",
    survivors_to: BinaryIO | None = None,
    resume: bool = False,
    overwrite: bool = False,
    strict: bool = False,
    observer: Observer | None = None,
) -> RunReport:
    """De-duplicate a dump into an output folder.

    Args:
        inputs: Files, folders, globs, or ``-``.
        out: The folder.
        config: The options.
        kind: ``jsonl`` or ``parquet``, for survivors, decisions and stories.
        survivors_to: A stream that gets the survivors as JSON lines instead of a file.
        resume: Go on with a run that was killed.
        overwrite: Replace an earlier run.
        strict: A rejected input makes the exit code 1.
        observer: Is told how far it got.

    Raises:
        ConfigError: An option cannot be used.
        InputError: An input is missing, or is not that of the run to resume.
        OutputError: The folder cannot be written, or holds a run and nobody said what to do.
    """
    if kind == "parquet":
        require_parquet()
    parse_policy(config.group.canonical)  # a rule that does not exist must not wait for the dump
    timer = Timer(observer or Silence())
    tally = Tally()
    records = read_inputs(inputs, config, tally)
    folder = OutputFolder(out)
    _refuse_own_input(inputs, out)
    size = size_of_inputs(inputs, [out])
    with (
        folder.claim(resume=resume, overwrite=overwrite),
        Store(folder.store) as store,
    ):
        _claim(store, config, folder)
        run_stages(records, size, store, config, timer)
        store.put("inputs", _inputs(inputs, tally))
        timer.start("write", None, "file")
        report = _report(store, config, timer, strict=strict)
        _write(store, folder, kind, survivors_to)
        timer.end()
        report.manifest["timings"] = timer.seconds
        report.manifest["peak_memory_mib"] = {
            "parent": peak_memory(),
            "largest_worker": round(store.get("worker_kib") * KIBIBYTES_A_UNIT / 1024, 1),
        }
        folder.write_json("manifest.json", report.manifest)
        store.put("manifest", report.manifest)
    return report


def clean_dump(
    inputs: Sequence[str | Path],
    out: Path | BinaryIO,
    config: Config,
    *,
    rejected: Path | None = None,
    overwrite: bool = False,
    observer: Observer | None = None,
) -> tuple[dict[str, int], dict[str, int]]:
    """Clean a dump and write its documents as JSON lines.

    Args:
        inputs: As in :func:`run_dump`.
        out: A file to write, or an open stream.
        config: The options.
        rejected: A file for what could not be used.
        overwrite: Replace files that are there.
        observer: Is told how far it got.

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
        clean_stages(records, size, store, config, observer or Silence())
        if isinstance(out, Path):
            write_file(out, cleaned_lines(store.documents.cleaned()))
        else:
            stream_out(out, cleaned_lines(store.documents.cleaned()))
        if rejected is not None:
            write_file(rejected, rejected_lines(store.results.rejections()))
        status, reasons, _ = store.results.tally()
    lost, total = status["rejected"], sum(status.values())
    return {"inputs": total, "cleaned": total - lost, "rejected": lost}, reasons


def _real(path: Path) -> Path:
    """Return a path with its links resolved; Path.resolve raises where they form a loop."""
    return Path(os.path.realpath(path))


def _refuse_own_input(inputs: Sequence[str | Path], out: Path) -> None:
    """Refuse to write among what is read: the next run would read this run's results."""
    for name in map(str, inputs):
        folder = Path(name)
        if name != "-" and folder.is_dir() and _real(out).is_relative_to(_real(folder)):
            raise OutputError(
                f"the output folder {out} lies in the input folder {name}; choose one outside",
                path=out,
            )


def _claim(store: Store, config: Config, folder: OutputFolder) -> None:
    """Note the options a store was begun with, or refuse one that was begun with others."""
    begun = store.get("config_digest")
    if begun is None:
        store.put("config_digest", config.digest())
    elif begun != config.digest():
        raise OutputError(
            f"the run in {folder.path} was begun with other options; "
            "give the same ones, or begin anew with --overwrite",
            path=folder.path,
        )


def _inputs(inputs: Sequence[str | Path], tally: Tally) -> dict[str, Any]:
    """Return what the manifest says of the inputs."""
    return input_manifest(
        sorted(map(str, inputs)),
        files=tally.files,
        size=tally.bytes,
        digest=tally.digest(),
        passed_over=tally.passed_over,
    )


def _report(store: Store, config: Config, timer: Timer, *, strict: bool) -> RunReport:
    """Count the results and put the manifest together, times left out."""
    status, reasons, relations = store.results.tally()
    counts = {"inputs": sum(status.values()), **status}
    stories = status["canonical"]
    inputs = store.get("inputs")
    manifest = {
        "format": 1,
        "versions": package_versions(),
        "config": config.as_dict(),
        "read": inputs,
        "counts": {**counts, "stories": stories},
        "rejected_by_reason": reasons,
        "duplicates_by_relation": relations,
        "candidates": store.get("candidates"),
        "story_candidates": store.get("story_candidates"),
        "blast_radius": blast_radius(store, config.group),
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


def _write(store: Store, folder: OutputFolder, kind: str, survivors_to: BinaryIO | None) -> None:
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
        folder.write_table(name, lines, kind)
    folder.write_lines("rejected.jsonl", rejected_lines(results.rejections()))
    if survivors_to is not None:
        stream_out(survivors_to, survivors)
