"""Average linkage over a sparse graph: pairs that are not given score 0."""

from __future__ import annotations

import numpy as np

from dedup.kernels.array_types import Bools, Float64s, Int64s
from dedup.kernels.compiled import compiled

NONE = -1


@compiled(inline="always")
def _before(one: int, other: int, means: Float64s, low: Int64s, high: Int64s) -> bool:
    """Return whether a pair is joined before another: the higher mean, then the smaller numbers."""
    if means[one] != means[other]:
        return bool(means[one] > means[other])
    if low[one] != low[other]:
        return bool(low[one] < low[other])
    return bool(high[one] < high[other])


@compiled()
def _settle(
    at: int, size: int, heap: Int64s, place: Int64s, means: Float64s, low: Int64s, high: Int64s
) -> None:
    """Move a pair of the heap up or down to its place."""
    pair = heap[at]
    while at > 0 and _before(pair, heap[(at - 1) >> 1], means, low, high):
        heap[at] = heap[(at - 1) >> 1]
        place[heap[at]] = at
        at = (at - 1) >> 1
    while 2 * at + 1 < size:
        child = 2 * at + 1
        if child + 1 < size and _before(heap[child + 1], heap[child], means, low, high):
            child += 1
        if not _before(heap[child], pair, means, low, high):
            break
        heap[at] = heap[child]
        place[heap[at]] = at
        at = child
    heap[at] = pair
    place[pair] = at


@compiled()
def _unlink_dead(cluster: int, first: Int64s, following: Int64s, dead: Bools) -> None:
    """Take dead pairs off the list of a cluster."""
    before = NONE
    half = first[cluster]
    while half != NONE:
        if not dead[half >> 1]:
            before = half
        elif before == NONE:
            first[cluster] = following[half]
        else:
            following[before] = following[half]
        half = following[half]


@compiled()
def _hand_over(
    gone: int,
    into: int,
    first: Int64s,
    following: Int64s,
    ends: Int64s,
    sums: Float64s,
    dead: Bools,
    half_of: Int64s,
) -> None:
    """Give the pairs of one cluster to another; two pairs with the same third become one."""
    half = first[into]
    while half != NONE:
        half_of[ends[half]] = half
        half = following[half]
    half = first[gone]
    while half != NONE:
        after = following[half]
        third, pair = ends[half], half >> 1
        if third == into:
            dead[pair] = True
        elif half_of[third] != NONE:
            sums[half_of[third] >> 1] += sums[pair]
            dead[pair] = True
        else:
            ends[half ^ 1] = into
            following[half] = first[into]
            first[into] = half
        half = after
    half = first[into]
    while half != NONE:
        half_of[ends[half]] = NONE
        half = following[half]


@compiled(nogil=True)
def join_pairs(
    left: Int64s, right: Int64s, scores: Float64s, threshold: float, labels: Int64s
) -> None:
    """Join the two clusters with the highest mean score, again and again; write their labels.

    Pair k is in the lists of both its clusters, as its halves 2 k and 2 k + 1. When two clusters
    are joined the list of the one is appended to the other. Memory is linear in documents and
    pairs, and all of it is taken at the start.

    Args:
        left: The smaller document of each pair, each pair once.
        right: The larger.
        scores: Their scores.
        threshold: Least mean of a join.
        labels: Output: the documents 0 to n - 1, then of each the smallest of its cluster.
    """
    count, pairs = labels.size, left.size
    low, high, sums, means = left.copy(), right.copy(), scores.copy(), scores.copy()
    first, half_of = np.full(count, NONE, np.int64), np.full(count, NONE, np.int64)
    ends, following = np.empty(2 * pairs, np.int64), np.empty(2 * pairs, np.int64)
    dead = np.zeros(pairs, np.bool_)
    sizes = np.ones(count, np.int64)
    heap, place = np.arange(pairs), np.arange(pairs)
    for pair in range(pairs):
        ends[2 * pair], ends[2 * pair + 1] = high[pair], low[pair]
        following[2 * pair], following[2 * pair + 1] = first[low[pair]], first[high[pair]]
        first[low[pair]], first[high[pair]] = 2 * pair, 2 * pair + 1
        _settle(pair, pair + 1, heap, place, means, low, high)
    size = pairs
    while size and means[heap[0]] >= threshold:
        pair = heap[0]
        size -= 1
        heap[0] = heap[size]
        _settle(0, size, heap, place, means, low, high)
        if dead[pair]:
            continue
        one, other = low[pair], high[pair]
        labels[other] = one
        sizes[one] += sizes[other]
        _unlink_dead(one, first, following, dead)
        _unlink_dead(other, first, following, dead)
        _hand_over(other, one, first, following, ends, sums, dead, half_of)
        _unlink_dead(one, first, following, dead)
        half = first[one]
        while half != NONE:
            third, pair = ends[half], half >> 1
            low[pair], high[pair] = min(one, third), max(one, third)
            means[pair] = sums[pair] / (sizes[one] * sizes[third])
            _settle(place[pair], size, heap, place, means, low, high)
            half = following[half]
    for document in range(count):  # a label is smaller than its documents: already final
        labels[document] = labels[labels[document]]
