"""The manifest of a run: what was read with what options, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dedup import config_digest
from dedup.config import Config
from dedup.progress import Timer
from dedup.read import Tally
from dedup.run.warnings import run_warnings
from dedup.scorer_file import ScorerFile
from dedup.store import Store
from dedup.write import KIBIBYTES_A_UNIT, package_versions, peak_memory


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
    """Return the manifest of a run without times and memory.

    Args:
        store: Has the results of the run.
        config: The options.
        settings: Where their values came from, as JSON values.
        scorer: What scored pairs.
        file: The store outside of the output folder, as it was named; None for one in it.
        against: The store that was only read, if one was.
    """
    status, reasons, relations = store.results.tally()
    warnings = run_warnings(store, config.cluster)
    dump = {"dump": store.dumps.number, "name": store.dumps.name}
    return {
        "format": 1,
        "versions": package_versions(),
        "config": config_digest.as_manifest(config),
        "settings": settings,
        "scorer": scorer.as_manifest(),
        "read": store.get("inputs"),
        "counts": {
            "inputs": sum(status.values()),
            **status,
            "stories": store.results.touched(),
        },
        "rejected_by_reason": reasons,
        "duplicates_by_relation": relations,
        "dates": asdict(store.documents.count_dates()),
        "candidates": store.get("candidates"),
        "story_candidates": store.get("story_candidates"),
        "event_splits": store.get("event_splits"),
        "warnings": warnings,
        "blast_radius": warnings,  # its name until the first release
        "store": {
            **dump,
            **({"file": str(file)} if file else {}),
            **({"against": str(against)} if against else {}),
            **store.dumps.counts(),
            "expired": store.get("expired"),
            "changes": store.results.count_changes(store.dumps.number),
        },
    }


def times_and_memory(store: Store, timer: Timer) -> dict[str, Any]:
    """Return the parts of a manifest that are others in each run."""
    return {
        "timings": timer.seconds,
        "peak_memory_mib": {
            "parent": peak_memory(),
            "largest_worker": round(store.get("worker_kib") * KIBIBYTES_A_UNIT / 1024, 1),
        },
    }
