"""The decisions on the current dump of a store undone, and what was measured for them kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup.config import CleanConfig, Config
from dedup.kernels.array_types import Int64s
from dedup.pipeline.exact_duplicates import read_exact_duplicates
from dedup.store import Store

FREQUENCIES_KEPT = "frequencies_kept"
"""Name of the value that says that document frequencies count documents that are left out."""


@dataclass(frozen=True, slots=True)
class EarlierDecision:
    """What is kept of the decision on a dump that is decided again.

    Attributes:
        config: The options that it was decided with.
        counted: The documents of the dump that its document frequencies count, ascending; None
            where the frequencies stay what they are.
        matches: Whether all pairs of copies that match are measured.
        basis: See :class:`dedup.pipeline.rewrite_basis.RewriteBasis`, as JSON values; None where
            nothing was kept of it.
    """

    config: Config
    counted: Int64s | None
    matches: bool
    basis: dict[str, str] | None


def undo_decision(store: Store, before: Config, config: Config) -> EarlierDecision:
    """Undo the decisions on the current dump, and return what is kept of them.

    Documents of hosts that are excluded now are rejected, and the active rows are chosen.

    Args:
        store: A store whose current dump was decided.
        before: The options that it was decided with.
        config: Those that it is to be decided with.
    """
    earlier_dumps = store.dumps.first > 0
    excluded = set(config.clean.exclude_hosts) - set(before.clean.exclude_hosts)
    if excluded and before.level == "stories":  # else there are none
        store.put(FREQUENCIES_KEPT, True)
    stay = store.get(FREQUENCIES_KEPT) is not None
    decision = EarlierDecision(
        before,
        None if stay else _counted(store, before),
        # With another window, or other dates, other earlier documents are compared.
        not earlier_dumps
        or (before.story.window_days == config.story.window_days and not excluded),
        store.get("rewrite_basis"),
    )
    store.dumps.undo_decisions()
    left_out = _exclude_hosts(store, config.clean) if excluded else []
    store.dumps.look_back(config.story.window_days)
    if not decision.matches:
        store.measured.forget_copy_pairs()
    if left_out:
        _leave_out(store, left_out)
    if config.level != before.level:
        _change_level(store, config.level)
    return decision


def _counted(store: Store, before: Config) -> Int64s:
    """Return the documents that the document frequencies count, ascending."""
    rows = store.signatures.counted() if before.level == "stories" else []
    return np.array(rows, np.int64)


def _change_level(store: Store, level: str) -> None:
    """Remove what is of the other level: a fresh run at this one would not have it.

    The terms of texts, which a run at the level of copies does not keep, are made by signing again.
    """
    if level == "stories":
        store.measured.forget_signatures()
        return
    store.measured.forget_rewrites()
    no_terms = np.empty(0, np.uint32), np.empty(0, np.int64)
    store.signatures.keep_document_frequencies(*no_terms, 0)
    for name in (
        "story_candidates", "event_splits", "scorer_models", "rewrite_basis", FREQUENCIES_KEPT,
    ):  # fmt: skip
        store.put(name, None)


def _exclude_hosts(store: Store, config: CleanConfig) -> list[int]:
    """Reject the documents of excluded hosts, and return them."""
    from dedup.cleaning.to_document import host_excluded  # what cleans texts is seldom needed

    rejections = {
        row: rejection
        for host, rows in store.measured.hosts().items()
        if (rejection := host_excluded(host, config))
        for row in rows
    }
    store.measured.reject(rejections)
    return list(rejections)


def _leave_out(store: Store, rows: list[int]) -> None:
    """Let pairs of the texts of some documents go to others that have these."""
    known = read_exact_duplicates(store)
    out = np.isin(known.rows, np.array(rows, np.int64))
    left, texts = known.rows[~out], known.text_id[~out]
    found, first = np.unique(texts, return_index=True)  # rows ascend: of each text the first
    named = np.isin(found, known.rows[out])
    names = zip(found[named].tolist(), left[first[named]].tolist(), strict=True)
    store.measured.leave_out(rows, dict(names))
