"""The manifest of a run: what was read with what options, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dedup import config_digest
from dedup.config import Config
from dedup.models import RunFacts
from dedup.progress import Timer
from dedup.read import Tally
from dedup.run.warnings import run_warnings
from dedup.scorer_file import ScorerFile
from dedup.store import Store
from dedup.write import KIBIBYTES_A_UNIT, package_versions, peak_memory

_VALUES = ("candidates", "story_candidates", "event_splits")


def what_was_read(names: Sequence[str], tally: Tally) -> dict[str, Any]:
    """Return what was read, for the manifest.

    Args:
        names: What the inputs are called.
        tally: What was read of them.
    """
    return {
        "inputs": names,
        "files": tally.files,
        "bytes": tally.bytes,
        "sha256": tally.digest(),
        "passed_over": dict(sorted(tally.passed_over.items())),
    }


def manifest_of(
    store: Store,
    config: Config,
    settings: Mapping[str, Any] | None,
    scorer: ScorerFile,
    file: Path | None,
    against: Path | None,
) -> dict[str, Any]:
    """Return the manifest of a run in a store, without times and memory.

    Args:
        store: Has the results of the run.
        config: The options.
        settings: Where their values came from, as JSON values.
        scorer: What scored pairs.
        file: The store outside of the output folder, as it was named; None for one in it.
        against: The store that was only read, if one was.
    """
    status, reasons, relations = store.results.tally()
    facts = RunFacts(
        status, reasons, relations, store.results.touched(), store.documents.count_dates(),
        run_warnings(store, config.cluster), {name: store.get(name) for name in _VALUES},
    )  # fmt: skip
    dump = {
        "dump": store.dumps.number,
        "name": store.dumps.name,
        **({"file": str(file)} if file else {}),
        **({"against": str(against)} if against else {}),
        **store.dumps.counts(),
        "expired": store.get("expired"),
        "changes": store.results.count_changes(store.dumps.number),
    }
    return manifest_of_facts(facts, config, settings, scorer, store.get("inputs"), dump)


def first_dump(name: str, facts: RunFacts) -> dict[str, Any]:
    """Return what a manifest says of the store of a run that is its first dump.

    Args:
        name: Name of the dump.
        facts: The results of the run.
    """
    counts = {"documents": facts.inputs, "active": facts.inputs}
    return {"dump": 1, "name": name, **counts, "expired": 0, "changes": {}}


def manifest_of_facts(
    facts: RunFacts,
    config: Config,
    settings: Mapping[str, Any] | None,
    scorer: ScorerFile,
    read: Mapping[str, Any],
    store: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the manifest of a run, without times and memory.

    Args:
        facts: The results of the run.
        config: The options.
        settings: Where their values came from, as JSON values.
        scorer: What scored pairs.
        read: What :func:`what_was_read` returns.
        store: What is said of the store.
    """
    return {
        "format": 1,
        "versions": package_versions(),
        "config": config_digest.as_manifest(config),
        "settings": settings,
        "scorer": scorer.as_manifest(),
        "read": read,
        "counts": {"inputs": facts.inputs, **facts.status, "stories": facts.stories},
        "rejected_by_reason": facts.reasons,
        "duplicates_by_relation": facts.relations,
        "dates": asdict(facts.dates),
        **{name: facts.values.get(name) for name in _VALUES},
        "warnings": facts.warnings,
        "blast_radius": facts.warnings,  # its name until the first release
        "store": store,
    }


def times_and_memory(worker_kib: int, timer: Timer, earlier_kib: int = 0) -> dict[str, Any]:
    """Return the parts of a manifest that are others in each run.

    Args:
        worker_kib: Most memory that a worker for pages used, in units of ``ru_maxrss``.
        timer: Knows the times of the stages.
        earlier_kib: Most memory of this process before its peak began anew, in KiB.
    """
    return {
        "timings": timer.seconds,
        "peak_memory_mib": {
            "parent": max(peak_memory(), round(earlier_kib / 1024, 1)),
            "largest_worker": round(worker_kib * KIBIBYTES_A_UNIT / 1024, 1),
        },
    }
