"""A run from inputs on disk to output files on disk, as the commands call it."""

from __future__ import annotations

import itertools
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from dedup import config_digest
from dedup.cluster.canonical import parse_policy
from dedup.config import Config
from dedup.dump_claim import (
    RESULTS_STAY,
    Claim,
    are_inputs_of,
    check_name,
    claim_dump,
    dropped_if_refused,
    end_dump,
    open_store,
    refuse_results,
)
from dedup.errors import OutputError
from dedup.models import CleanReport, Raw, RejectionLimit, RunReport, report_of
from dedup.pipeline.stages import clean_stages, run_stages
from dedup.progress import NullProgress, Progress, Timer
from dedup.read import Tally, discover, read, read_raw, real_path, require_input, require_text
from dedup.run_manifest import manifest_of, times_and_memory, what_was_read
from dedup.run_results import ResultFiles
from dedup.scorer_file import scorer_file
from dedup.store import Dump, Store
from dedup.write import (
    OutputFolder,
    cleaned_lines,
    refuse_existing,
    refuse_irregular,
    rejected_lines,
    stream_out,
    write_file,
)

# A path has one slash of the two.
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)

# Records of each file that are looked at where the first of all have no text.
_LOOKED_AT = 20


def run_dump(
    inputs: Sequence[str | Path],
    out: Path,
    config: Config,
    *,
    files: ResultFiles | None = None,
    store: Path | None = None,
    dump: str | None = None,
    against: Path | None = None,
    scorer: Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
    limit: RejectionLimit | None = None,
    settings: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> RunReport:
    """De-duplicate a dump into an output folder.

    Args:
        inputs: Files, folders, globs, or ``-``.
        out: The folder.
        config: The options.
        files: What is written, and how; None for tables of JSON lines, a file each.
        store: A store outside of ``out`` with earlier dumps, whose stories this dump continues;
            None for a store in ``out``.
        dump: Name of the dump in that store; None for the dump whose manifest is in ``out``, or a
            new one under the name of that folder.
        against: A store with earlier dumps that stays as it is; the working store is removed.
        scorer: A file with the scorer of pairs of tellings; None for the one that comes with the
            package.
        resume: Go on with a run that was killed.
        overwrite: Replace an earlier run; its results stay until the new ones are whole.
        limit: How many inputs may be rejected; more make the exit code 1.
        settings: For the manifest: where the values of options came from, as JSON values.
        progress: Gets the progress of each stage.

    Raises:
        ConfigError: An option cannot be used.
        InputError: An input is missing, or differs from that of the run to resume, no record has a
            text, or no document has the field of a rule.
        OutputError: The folder or the store cannot be written, holds a run that is neither to be
            resumed nor replaced, or would itself be read or replaced.
    """
    check_name(dump)
    parse_policy(config.cluster.canonical)  # a wrong rule is refused before anything is read
    scored_by = scorer_file(scorer)  # so is a wrong file
    timer = Timer(progress or NullProgress())
    tally = Tally()
    files = files or ResultFiles()
    size = size_of_inputs(inputs, config, _places(inputs, out, store, against, files.outside()))
    claim = Claim(
        dump, config_digest.digest(config), config_digest.basis(config), scored_by.names,
        resume=resume, overwrite=overwrite, store=store, against=against,
        reads_stream="-" in map(str, inputs),
    )  # fmt: skip
    folder = OutputFolder(out)
    write = partial(files.write, folder, config, replace=overwrite, changes=store is not None)
    with folder.claim():
        refuse_results(folder, claim)
        if not (overwrite or folder.has_files):
            files.refuse_existing()
        # Before an earlier run is replaced: there may be nothing to replace it with.
        records = _records_for(folder, inputs, config, tally)

        def is_unchanged(dump: Dump) -> bool:
            raws = records if claim.reads_stream else read_inputs(inputs, config, Tally())
            return are_inputs_of(opened, dump, raws)

        with open_store(folder, claim) as opened:
            finished = claim_dump(opened, folder, claim, is_unchanged)
            if finished is None:
                with dropped_if_refused(opened, folder, claim):
                    run_stages(records, size, opened, config, timer, scored_by.scorer)
                opened.put("inputs", what_was_read(inputs, tally))
                manifest = manifest_of(opened, config, settings, scored_by, against)
                timer.start("write", None, "file")
                write(opened)
                timer.end()
                opened.put("manifest", {**manifest, **times_and_memory(opened, timer)})
            else:
                with opened.dumps.as_of(finished):
                    write(opened)
            manifest = _finished(opened, folder, claim, finished)
        if not store:  # its store is closed, so that it can be moved
            folder.put_in_place(keep_store=not against)
    return report_of(manifest, limit)


def _records_for(
    folder: OutputFolder, inputs: Sequence[str | Path], config: Config, tally: Tally
) -> Iterator[Raw]:
    """Return all inputs; where a folder has results that they may replace, one must be readable."""
    records = read_inputs(inputs, config, tally)
    return require_input(records, config.read, RESULTS_STAY) if folder.has_documents else records


def clean_dump(
    inputs: Sequence[str | Path],
    out: Path | BinaryIO,
    config: Config,
    *,
    rejected: Path | None = None,
    overwrite: bool = False,
    limit: RejectionLimit | None = None,
    progress: Progress | None = None,
) -> CleanReport:
    """Clean a dump and write its documents as JSON lines.

    Args:
        inputs: As in :func:`run_dump`.
        out: A file, or an open stream.
        config: The options.
        rejected: A file for what could not be used.
        overwrite: Replace existing files.
        limit: As in :func:`run_dump`.
        progress: Gets the progress of each stage.

    Raises:
        ConfigError: An option cannot be used.
        InputError: An input is missing, or no record has a text.
        OutputError: A file exists and may not be replaced, or cannot be written.
    """
    files = [path for path in (out, rejected) if isinstance(path, Path)]
    _refuse_addresses(files)
    for path in files:
        refuse_irregular(path)
        refuse_existing(path, overwrite=overwrite)
    size = size_of_inputs(inputs, config, files)
    tally = Tally()
    records = read_inputs(inputs, config, tally)
    with (
        tempfile.TemporaryDirectory(prefix="dedup-") as folder,
        Store(Path(folder) / "store.sqlite") as store,
    ):
        clean_stages(records, size, store, config, progress or NullProgress())
        lines = cleaned_lines(store.documents.cleaned())
        if isinstance(out, Path):
            write_file(out, lines)
        else:
            stream_out(out, lines)
        if rejected is not None:
            write_file(rejected, rejected_lines(store.results.rejections()))
        status, reasons, _ = store.results.tally()
        dates = store.documents.count_dates()
    lost, total = status["rejected"], sum(status.values())
    counts = {"inputs": total, "cleaned": total - lost, "rejected": lost}
    return CleanReport(counts, reasons, dates, dict(sorted(tally.passed_over.items())), limit)


def read_inputs(inputs: Sequence[str | Path], config: Config, tally: Tally) -> Iterator[Raw]:
    """Return all inputs, in their order; lines of JSON are not parsed yet.

    Raises:
        InputError: An input is missing, or no record has a text.
    """
    # Every INPUT is checked before the first is read.
    sources = discover(inputs, config.read, tally=tally)
    raws = (record for source in sources for record in read_raw(source, config.read, tally))
    return require_text(raws, config.read, lambda: _has_text(inputs, config))


def _has_text(inputs: Sequence[str | Path], config: Config) -> bool:
    """Return whether one of the first records of any file can be used, as far as one can see."""
    for source in discover(inputs, config.read):
        if source.path is None:
            return len(inputs) > 1  # its first records cannot be read twice
        records = read(source, config.read, Tally())
        if any(record.rejection is None for record in itertools.islice(records, _LOOKED_AT)):
            return True
    return False


def size_of_inputs(
    inputs: Sequence[str | Path], config: Config, outputs: Sequence[Path] = ()
) -> int | None:
    """Return the bytes of all inputs, None where a stream is among them.

    Args:
        inputs: Files, folders, globs, or ``-``.
        config: Says which files are left out.
        outputs: Files and folders that will be written.

    Raises:
        InputError: An input is missing.
        OutputError: An output is an input, or has one in it, which would be read and replaced.
    """
    real_outputs = list(map(real_path, outputs))
    total = 0
    for source in discover(inputs, config.read):
        total += source.size
        if source.path is None or not real_outputs:
            continue
        place = real_path(source.path)
        for output in filter(place.is_relative_to, real_outputs):
            raise OutputError(
                f"{source.path} would be read and replaced: it is, or lies in, the output "
                f"{output}; choose another output",
                path=output,
            )
    return None if "-" in map(str, inputs) else total


def _places(
    inputs: Sequence[str | Path],
    out: Path,
    store: Path | None,
    against: Path | None,
    annotated: Sequence[Path],
) -> list[Path]:
    """Return the places that a run writes to, the output folder first.

    Raises:
        OutputError: They cannot be written, or lie in each other or among the inputs; or a store
            that is only to be read lies in the output folder, whose files are replaced.
    """
    outputs = [out] if store is None else [out, store]
    _refuse_addresses([*outputs, *annotated])
    _refuse_nested(inputs, outputs)
    for path in annotated:
        refuse_irregular(path)
        _refuse_in_folders(inputs, [path])
        if real_path(path) in [real_path(each) for each in (store, against) if each is not None]:
            raise OutputError(f"{path} is the store; choose another file", path=path)
        if OutputFolder(real_path(out)).has_place_of(real_path(path)):
            raise OutputError(f"{path} is a file of the run itself; choose another name", path=path)
    if against is not None and real_path(against).is_relative_to(real_path(out)):
        raise OutputError(
            f"the store {against} lies in the output folder {out}; choose another folder",
            path=against,
        )
    return [*outputs, *annotated]


def _refuse_addresses(outputs: Sequence[Path]) -> None:
    """Refuse an output such as ``s3://bucket/out``, which would become a folder named ``s3:``."""
    for output in outputs:
        if _ADDRESS.match(str(output)):
            raise OutputError(
                f"{output} is an address: results are written to this machine, give a path",
                path=output,
            )


def _refuse_nested(inputs: Sequence[str | Path], outputs: Sequence[Path]) -> None:
    """Refuse a store in the output folder, and outputs in an input folder.

    The first would be replaced with the run; the second would be read by the next run.
    """
    out, *stores = outputs
    for store in stores:
        if store.resolve().is_relative_to(out.resolve()):
            raise OutputError(
                f"the store {store} lies in the output folder {out}; keep it outside, where it is "
                "not replaced with the run",
                path=store,
            )
    _refuse_in_folders(inputs, outputs)


def _refuse_in_folders(inputs: Sequence[str | Path], outputs: Sequence[Path]) -> None:
    """Refuse outputs in an input folder."""
    folders = [Path(name) for name in map(str, inputs) if name != "-" and Path(name).is_dir()]
    for folder, output in itertools.product(folders, outputs):
        if real_path(output).is_relative_to(real_path(folder)):
            raise OutputError(
                f"the output {output} lies in the input folder {folder}; choose a place outside",
                path=output,
            )


def _finished(
    store: Store, folder: OutputFolder, claim: Claim, again: Dump | None
) -> dict[str, Any]:
    """Write the manifest as it is kept, and end the current dump.

    Args:
        store: Keeps the manifest. Its dump is finished when the files are in their places: until
            then the next dump may not begin.
        folder: Has the other files.
        claim: What the run wants.
        again: The dump that was finished before, if it is one.
    """
    manifest: dict[str, Any] = store.dumps.get("manifest", again.number if again else None)
    folder.write_json("manifest.json", manifest)
    if claim.store:
        folder.put_in_place(keep_store=False)
    if again is None:
        end_dump(store, claim, manifest)
    return manifest
