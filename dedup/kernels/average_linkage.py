"""Average linkage over a sparse graph: pairs that are not given score 0."""

from __future__ import annotations

import numpy as np

from dedup.kernels.array_types import Bools, Int64s
from dedup.kernels.compiled import compiled

NONE = -1

# The columns of pairs of clusters: the smaller number, the larger one, and the mean score, a sum of
# scores divided by the number of pairs of documents, scored or not: mean, remainder, that number.
LOW, HIGH, MEAN, REST, PRODUCT = range(5)


@compiled()
def _is_larger(part: int, whole: int, other_part: int, other_whole: int) -> int:
    """Return 1, 0 or -1 where a fraction below 1 is larger than another, equal, or smaller.

    Euclid's algorithm on both: no product, which would not fit 64 bits, and nothing is rounded.
    """
    sign = 1
    while part and other_part:
        times, other_times = whole // part, other_whole // other_part
        if times != other_times:
            return sign if times < other_times else -sign
        part, whole = whole - times * part, part
        other_part, other_whole = other_whole - times * other_part, other_part
        sign = -sign
    if part == other_part:
        return 0
    return sign if part else -sign


@compiled(inline="always")
def _before(one: int, other: int, pairs: Int64s) -> bool:
    """Return whether a pair is joined before another: the higher mean, then the smaller numbers."""
    if pairs[one, MEAN] != pairs[other, MEAN]:
        return bool(pairs[one, MEAN] > pairs[other, MEAN])
    if pairs[one, REST] or pairs[other, REST]:
        larger = _is_larger(
            pairs[one, REST], pairs[one, PRODUCT], pairs[other, REST], pairs[other, PRODUCT]
        )
        if larger:
            return bool(larger > 0)
    if pairs[one, LOW] != pairs[other, LOW]:
        return bool(pairs[one, LOW] < pairs[other, LOW])
    return bool(pairs[one, HIGH] < pairs[other, HIGH])


@compiled(inline="always")
def _put(pairs: Int64s, pair: int, one: int, other: int, sums: Int64s, sizes: Int64s) -> None:
    """Write the clusters of a pair, and their mean score."""
    product = sizes[one] * sizes[other]
    mean = sums[pair] // product
    pairs[pair, LOW], pairs[pair, HIGH] = min(one, other), max(one, other)
    pairs[pair, MEAN], pairs[pair, REST] = mean, sums[pair] - mean * product
    pairs[pair, PRODUCT] = product


@compiled()
def _settle(at: int, size: int, heap: Int64s, place: Int64s, pairs: Int64s) -> None:
    """Move a pair of the heap up or down to its place."""
    pair = heap[at]
    while at > 0 and _before(pair, heap[(at - 1) >> 1], pairs):
        heap[at] = heap[(at - 1) >> 1]
        place[heap[at]] = at
        at = (at - 1) >> 1
    while 2 * at + 1 < size:
        child = 2 * at + 1
        if child + 1 < size and _before(heap[child + 1], heap[child], pairs):
            child += 1
        if not _before(heap[child], pair, pairs):
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
    sums: Int64s,
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
    left: Int64s, right: Int64s, scores: Int64s, threshold: int, sizes: Int64s, labels: Int64s
) -> None:
    """Join the two clusters with the highest mean score, again and again; write their labels.

    Pair k is in the lists of both its clusters, as its halves 2 k and 2 k + 1. When two clusters
    are joined the list of the one is appended to the other. Memory is linear in clusters and pairs,
    and all of it is taken at the start. Sums are whole numbers, so that the order in which scores
    are added decides nothing.

    Args:
        left: The smaller cluster of each pair, each pair once.
        right: The larger.
        scores: The sum of the scores between them, a whole number of some unit.
        threshold: Least mean of a join, in the same unit.
        sizes: Documents of each cluster; overwritten.
        labels: Output: the clusters 0 to n - 1, then of each the smallest that it was joined with.
    """
    count, size = labels.size, left.size
    sums, pairs = scores.copy(), np.empty((size, 5), np.int64)
    first, half_of = np.full(count, NONE, np.int64), np.full(count, NONE, np.int64)
    ends, following = np.empty(2 * size, np.int64), np.empty(2 * size, np.int64)
    dead = np.zeros(size, np.bool_)
    heap, place = np.arange(size), np.arange(size)
    for pair in range(size):
        one, other = left[pair], right[pair]
        _put(pairs, pair, one, other, sums, sizes)
        ends[2 * pair], ends[2 * pair + 1] = other, one
        following[2 * pair], following[2 * pair + 1] = first[one], first[other]
        first[one], first[other] = 2 * pair, 2 * pair + 1
        _settle(pair, pair + 1, heap, place, pairs)
    while size and pairs[heap[0], MEAN] >= threshold:
        pair = heap[0]
        size -= 1
        heap[0] = heap[size]
        _settle(0, size, heap, place, pairs)
        if dead[pair]:
            continue
        one, other = pairs[pair, LOW], pairs[pair, HIGH]
        labels[other] = one
        sizes[one] += sizes[other]
        _unlink_dead(one, first, following, dead)
        _unlink_dead(other, first, following, dead)
        _hand_over(other, one, first, following, ends, sums, dead, half_of)
        _unlink_dead(one, first, following, dead)
        half = first[one]
        while half != NONE:
            third, pair = ends[half], half >> 1
            _put(pairs, pair, one, third, sums, sizes)
            _settle(place[pair], size, heap, place, pairs)
            half = following[half]
    for document in range(count):  # a label is smaller than its documents: already final
        labels[document] = labels[labels[document]]


@compiled(nogil=True)
def choose_pairs(clusters: Int64s, pair_of: Int64s, pairs: Int64s, best: Int64s) -> None:
    """Write for each cluster which of its pairs would be joined first.

    Args:
        clusters: Place of a cluster in ``best``.
        pair_of: One of its pairs.
        pairs: The pairs, n x 5; see :data:`LOW`.
        best: The chosen pair of each cluster: -1, and output.
    """
    for at in range(clusters.size):
        chosen = best[clusters[at]]
        if chosen == NONE or _before(pair_of[at], chosen, pairs):
            best[clusters[at]] = pair_of[at]
