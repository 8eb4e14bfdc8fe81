"""A dump on disk to the files of its results, as the commands call it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dedup import config_digest
from dedup.cluster.canonical import parse_policy
from dedup.config import Config
from dedup.models import RejectionLimit, RunReport, report_of
from dedup.pipeline.stages import run_stages
from dedup.progress import NullProgress, Progress, Timer
from dedup.run.claim import Claim, refuse_contradictions
from dedup.run.dump_claim import (
    RESULTS_STAY,
    are_inputs_of,
    claim_dump,
    dropped_if_refused,
    end_dump,
    open_store,
    refuse_results,
)
from dedup.run.dump_inputs import DumpInputs, PathInputs, Reading
from dedup.run.manifest import manifest_of, times_and_memory, what_was_read
from dedup.run.places import output_places
from dedup.run.result_files import ResultFiles, Results
from dedup.scorer_file import ScorerFile, given_scorer, scorer_file
from dedup.store import Dump, Store
from dedup.write import OutputFolder

if TYPE_CHECKING:
    from dedup.match.story_score import Scorer


def run_dump(
    inputs: DumpInputs | Sequence[str | Path],
    out: Path,
    config: Config,
    *,
    files: Results | None = None,
    store: Path | None = None,
    dump: str | None = None,
    against: Path | None = None,
    scorer: Path | Scorer | None = None,
    resume: bool = False,
    overwrite: bool = False,
    limit: RejectionLimit | None = None,
    settings: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> RunReport:
    """De-duplicate a dump into an output folder.

    Args:
        inputs: Files, folders, globs, or ``-``; or records.
        out: The folder.
        config: The options.
        files: What becomes of the results; None for tables of JSON lines, a file each.
        store: A store outside of ``out`` with earlier dumps, whose stories this dump continues;
            None for a store in ``out``.
        dump: Name of the dump in that store; None for the dump whose manifest is in ``out``, or a
            new one under the name of that folder.
        against: A store with earlier dumps that stays as it is; the working store is removed.
        scorer: The scorer of pairs of tellings, or a file with one; None for the one that comes
            with the package.
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
    refuse_contradictions(config.expire, store, dump, against, resume=resume, overwrite=overwrite)
    parse_policy(config.cluster.canonical)  # a wrong rule is refused before anything is read
    scored_by = _scorer(scorer)  # so is a wrong file
    timer = Timer(progress or NullProgress())
    files = files or ResultFiles()
    given = PathInputs(inputs) if isinstance(inputs, Sequence) else inputs
    size = given.size(config, output_places(given.paths, out, store, against, files.outside()))
    claim = Claim(
        dump, config.as_dict(), config_digest.digest(config), config_digest.basis(config),
        scored_by.names,
        resume=resume, overwrite=overwrite, store=store, against=against,
        reads_stream=given.reads_once, keeps_files=files.keeps_files,
    )  # fmt: skip
    folder = OutputFolder(out)
    write = partial(files.write, folder, config, replace=overwrite, changes=store is not None)
    with folder.claim():
        refuse_results(folder, claim)
        files.refuse_existing(folder, early=not (resume or overwrite))
        # Before an earlier run is replaced: there may be nothing to replace it with.
        reading = Reading(given, config, RESULTS_STAY if folder.has_documents else None)

        def is_unchanged(dump: Dump) -> bool:
            return are_inputs_of(opened, dump, reading.from_the_beginning())

        with open_store(folder, claim) as opened:
            finished = claim_dump(opened, folder, claim, is_unchanged)
            if finished is None:
                with dropped_if_refused(opened, folder, claim):
                    records = reading.from_the_beginning()
                    run_stages(records, size, opened, config, timer, scored_by.scorer)
                opened.put("inputs", what_was_read(given.names, reading.tally))
                manifest = manifest_of(opened, config, settings, scored_by, store, against)
                timer.start("write", None, "file")
                write(opened)
                timer.end()
                costs = times_and_memory(opened.get("worker_kib"), timer)
                opened.put("manifest", {**manifest, **costs})
            else:
                with opened.dumps.as_of(finished):
                    write(opened)
            manifest = _finished(opened, folder, claim, finished)
        if not store:  # its store is closed, so that it can be moved
            folder.put_in_place(keep_store=not against)
    return report_of(manifest, limit, again=finished is not None)


def _scorer(scorer: Path | Scorer | None) -> ScorerFile:
    """Return a scorer with what tells it from another."""
    if scorer is None or isinstance(scorer, Path):
        return scorer_file(scorer)
    return given_scorer(scorer)


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
