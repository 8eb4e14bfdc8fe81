"""A hash table that counts the documents of each term."""

from __future__ import annotations

import numpy as np

from dedup.kernels.array_types import Int64s, UInt32s
from dedup.kernels.compiled import compiled

# Terms; documents of each, 0 in an empty slot; and the last document that was counted for each. Its
# size is a power of two.
Table = tuple[UInt32s, Int64s, Int64s]

# Knuth's multiplier: the upper bits of a product with it are spread whatever the key.
SPREAD = np.uint64(0x9E3779B97F4A7C15)


@compiled(inline="always")
def _slot(keys: UInt32s, counts: Int64s, term: np.uint32) -> int:
    """Return where a term is counted, or the empty slot where it belongs."""
    mask = keys.size - 1
    slot = np.int64((np.uint64(term) * SPREAD) >> np.uint64(32)) & mask
    while counts[slot] and keys[slot] != term:
        slot = (slot + 1) & mask
    return int(slot)


@compiled(nogil=True)
def add_documents(terms: UInt32s, bounds: Int64s, first: int, table: Table) -> int:
    """Count a batch of documents; return how many terms are new.

    Args:
        terms: Terms of all documents, without flags.
        bounds: Document d is ``terms[bounds[d]:bounds[d + 1]]``.
        first: The first document's number, no smaller than how many were counted before.
        table: See :data:`Table`; it has room for all terms and more.
    """
    keys, counts, last = table
    fresh = 0
    for doc in range(bounds.size - 1):
        for at in range(bounds[doc], bounds[doc + 1]):
            slot = _slot(keys, counts, terms[at])
            if counts[slot] == 0:
                keys[slot] = terms[at]
                fresh += 1
            elif last[slot] == first + doc:
                continue
            counts[slot] += 1
            last[slot] = first + doc
    return fresh


@compiled(nogil=True)
def move_counts(table: Table, larger: Table) -> None:
    """Move a table into a larger empty one."""
    keys, counts, last = table
    new_keys, new_counts, new_last = larger
    for old in range(keys.size):
        if counts[old]:
            slot = _slot(new_keys, new_counts, keys[old])
            new_keys[slot], new_counts[slot], new_last[slot] = keys[old], counts[old], last[old]
