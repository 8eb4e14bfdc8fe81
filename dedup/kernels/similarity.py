"""Loops over pairs of documents: what two sets share, and how much of it in whole passages."""

from __future__ import annotations

import numpy as np

from dedup.kernels.array_types import Int64s, UInt32s
from dedup.kernels.compiled import compiled


@compiled(nogil=True)
def shared(values: UInt32s, bounds: Int64s, left: Int64s, right: Int64s, out: Int64s) -> None:
    """Write how many values the sorted sets ``left[k]`` and ``right[k]`` have in common.

    Args:
        values: Sorted distinct values of all sets, end to end.
        bounds: Set d is ``values[bounds[d]:bounds[d + 1]]``.
        left: Index of one set of each pair.
        right: Index of the other.
        out: Output, one count a pair.
    """
    for pair in range(left.size):
        x, x_end = bounds[left[pair]], bounds[left[pair] + 1]
        y, y_end = bounds[right[pair]], bounds[right[pair] + 1]
        count = 0
        while x < x_end and y < y_end:
            if values[x] == values[y]:
                count += 1
                x += 1
                y += 1
            elif values[x] < values[y]:
                x += 1
            else:
                y += 1
        out[pair] = count


@compiled(nogil=True)
def in_passages(one: UInt32s, other: UInt32s, least: int) -> float:
    """Return the share of the common values of two texts that are in long runs of the first.

    Args:
        one: Values in text order.
        other: Sorted values.
        least: Values of a long run.
    """
    common, long, run = 0, 0, 0
    for value in one:
        at = np.searchsorted(other, value)
        if at < other.size and other[at] == value:
            run += 1
            common += 1
            if run == least:
                long += least
            elif run > least:
                long += 1
        else:
            run = 0
    return long / max(1, common)
