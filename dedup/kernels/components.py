"""Connected components of a graph."""

from __future__ import annotations

import numpy as np

from dedup.kernels.array_types import Int64s
from dedup.kernels.compiled import compiled


@compiled(nogil=True)
def components(count: int, left: Int64s, right: Int64s) -> Int64s:
    """Return for each of ``count`` nodes the smallest node it is connected to."""
    parent = np.arange(count)
    for edge in range(left.size):
        one, other = left[edge], right[edge]
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        while parent[other] != other:
            parent[other] = parent[parent[other]]
            other = parent[other]
        if one < other:
            parent[other] = one
        else:
            parent[one] = other
    for node in range(count):
        parent[node] = parent[parent[node]]  # a root is smaller than its nodes: already settled
    return parent
