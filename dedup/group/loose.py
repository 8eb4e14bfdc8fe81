"""Scored candidate pairs to loose groups: everything that may be about one affair."""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt


def average_linkage(
    count: int,
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    scores: npt.NDArray[np.float64],
    threshold: float,
) -> npt.NDArray[np.int64]:
    """Group documents by average linkage over some of their pairs; others score 0.

    The two clusters with the highest mean score over all their pairs are joined, again and again,
    while that mean reaches the threshold. Connected components would chain; this does not.

    Args:
        count: Documents; rows are 0 to count - 1.
        left: One document of each pair, each pair once.
        right: The other.
        scores: In [0, 1].
        threshold: Least mean of a join.

    Returns:
        For each document the smallest document of its group, int64.
    """
    sums: list[dict[int, float]] = [{} for _ in range(count)]
    for one, other, score in zip(left.tolist(), right.tolist(), scores.tolist(), strict=True):
        sums[one][other] = sums[other][one] = score
    sizes = [1] * count
    joined = list(range(count))
    turn = [0] * count  # tells entries of the heap that have been overtaken
    heap = [
        (-score, one, other, 0, 0)
        for one, others in enumerate(sums)
        for other, score in others.items()
        if one < other and score >= threshold
    ]
    heapq.heapify(heap)
    while heap:
        _, one, other, one_turn, other_turn = heapq.heappop(heap)
        if turn[one] != one_turn or turn[other] != other_turn:
            continue
        joined[other] = one
        sizes[one] += sizes[other]
        turn[one] += 1
        turn[other] = -1
        merged = sums[one]
        for third, score in sums[other].items():
            del sums[third][other]
            if third != one:
                merged[third] = sums[third][one] = merged.get(third, 0.0) + score
        sums[other] = {}
        for third, score in merged.items():
            mean = score / (sizes[one] * sizes[third])
            if mean >= threshold:
                low, high = min(one, third), max(one, third)
                heapq.heappush(heap, (-mean, low, high, turn[low], turn[high]))
    labels = np.arange(count)
    for document in range(count):
        labels[document] = labels[joined[document]] if joined[document] != document else document
    return labels
