"""Average linkage over scored pairs, where a pair that was not scored counts as 0."""

from __future__ import annotations

import numpy as np

from dedup.kernels.array_types import Float64s, Int64s
from dedup.kernels.average_linkage import join_pairs

UNIT = 2**30
"""Scores are added as whole numbers of 1 / ``UNIT``: a sum is exact, and the same in any order. It
fits 63 bits as long as two clusters have fewer than ``2**33`` scored pairs between them, which take
two clusters of 90,000 documents each with all pairs scored; ``max_group`` is 5,000 or less, and a
document is compared with a few hundred others of a bucket."""


def in_units(scores: Float64s) -> Int64s:
    """Return scores in [0, 1] as whole numbers of 1 / ``UNIT``."""
    units: Int64s = np.rint(scores * UNIT).astype(np.int64)
    return units


def threshold_in_units(threshold: float) -> int:
    """Return a threshold in the same way, and never 0: clusters without a score stay apart."""
    return max(1, round(threshold * UNIT))


def average_linkage(
    count: int, left: Int64s, right: Int64s, scores: Float64s, threshold: float
) -> Int64s:
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
    ends = np.minimum(left, right), np.maximum(left, right)
    sizes, least = np.ones(count, np.int64), threshold_in_units(threshold)
    return joined_clusters(*ends, in_units(scores), least, sizes)


def joined_clusters(
    left: Int64s, right: Int64s, sums: Int64s, threshold: int, sizes: Int64s
) -> Int64s:
    """Return for each of some clusters the smallest of those that it is joined with, int64.

    Args:
        left: The smaller cluster of each pair, each pair once.
        right: The larger.
        sums: Sum of the scores between them, in units.
        threshold: Least mean of a join, in units.
        sizes: Documents of each cluster.
    """
    labels = np.arange(sizes.size)
    join_pairs(left, right, sums, threshold, sizes.copy(), labels)
    return labels


def groups_of(labels: Int64s) -> tuple[Int64s, Int64s]:
    """Return the groups of two or more end to end, and their bounds.

    Args:
        labels: Of each document the smallest one of its group.

    Returns:
        The documents, groups by their smallest and each ascending; and the bounds of the groups.
    """
    several = np.flatnonzero(np.bincount(labels, minlength=1)[labels] > 1)
    members = several[np.argsort(labels[several], kind="stable")]
    begun = np.flatnonzero(labels[members] == members)
    return members, np.append(begun, members.size)
