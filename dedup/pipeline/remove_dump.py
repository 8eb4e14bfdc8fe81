"""The last dump of a store removed as a whole, as if it had never been added."""

from __future__ import annotations

import numpy as np

from dedup.kernels.array_types import Int64s, UInt32s
from dedup.store import Step, Store

# Documents whose terms are counted at once.
BATCH = 2_000


def remove_last_dump(store: Store) -> None:
    """Remove the last dump, with all that it changed in earlier ones, in one commit.

    Args:
        store: A store in which that dump can be removed.

    Raises:
        OutputError: The store is damaged.
    """
    if store.dumps.step >= Step.DECIDED:
        store.verify(whole=True)
    with store.commit():
        if store.dumps.step >= Step.DECIDED:
            _uncount_terms(store)
        store.dumps.remove_last()


def _uncount_terms(store: Store) -> None:
    """Take the documents of the last dump out of the document frequencies."""
    terms, counts, documents = store.signatures.document_frequencies()
    if not documents:
        return  # none are kept at the level of copies
    rows = store.signatures.counted()
    found, times = _counted(store, rows)
    left = counts.copy()
    left[np.searchsorted(terms, found)] -= times
    kept = left > 0
    store.signatures.keep_document_frequencies(terms[kept], left[kept], documents - len(rows))


def _counted(store: Store, rows: list[int]) -> tuple[UInt32s, Int64s]:
    """Return the terms of some documents, ascending, and the number of documents with each."""
    # Compiled code, which other commands do not load.
    from dedup.signatures.term_weights import count_terms

    starts = range(0, len(rows), BATCH)
    parts = (store.signatures.sets(rows[start : start + BATCH], "terms")[0] for start in starts)
    counted = count_terms(parts)
    return counted.terms, counted.counts
