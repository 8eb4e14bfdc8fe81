"""The values that documents of a story have in common."""

from __future__ import annotations

import numpy as np

from dedup.kernels.array_types import Int64s, UInt32s
from dedup.kernels.compiled import compiled


@compiled(nogil=True)
def in_half_of_documents(
    values: UInt32s, bounds: Int64s, weights: Int64s, groups: Int64s, inside: Int64s, common: Int64s
) -> None:
    """Count the values that are in sets with at least half of the weight of their group.

    Args:
        values: Distinct hashes of all sets, end to end.
        bounds: Set d is ``values[bounds[d]:bounds[d + 1]]``.
        weights: How many documents have each set, 1 or more.
        groups: Group g has the sets from ``groups[g]`` to ``groups[g + 1]``.
        inside: Output, how many of these values each set has.
        common: Output, how many there are in each group.
    """
    for group in range(groups.size - 1):
        first, last = groups[group], groups[group + 1]
        start, end = bounds[first], bounds[last]
        size = 2
        while size < 2 * (end - start):
            size *= 2
        mask = np.uint32(size - 1)
        keys, votes = np.empty(size, np.uint32), np.zeros(size, np.int64)  # a hash table
        slots = np.empty(end - start, np.uint32)
        for part in range(first, last):
            for at in range(bounds[part], bounds[part + 1]):
                slot = values[at] & mask  # hashes already
                while votes[slot] and keys[slot] != values[at]:
                    slot = (slot + np.uint32(1)) & mask
                keys[slot] = values[at]
                votes[slot] += weights[part]
                slots[at - start] = slot
        least = (weights[first:last].sum() + 1) // 2
        for part in range(first, last):
            inside[part] = 0
            for at in range(bounds[part], bounds[part + 1]):
                inside[part] += votes[slots[at - start]] >= least
        common[group] = 0
        for vote in votes:
            common[group] += vote >= least
