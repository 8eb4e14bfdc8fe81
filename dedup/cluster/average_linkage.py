"""Average linkage over scored pairs, where a pair that was not scored counts as 0."""

from __future__ import annotations

import numpy as np

from dedup.kernels.array_types import Float64s, Int64s
from dedup.kernels.average_linkage import join_pairs


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
    labels = np.arange(count)
    join_pairs(np.minimum(left, right), np.maximum(left, right), scores, threshold, labels)
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
