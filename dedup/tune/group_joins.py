"""All joins of some loose groups, so that they are known at each of several thresholds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dedup.cluster.event_split import Join, ScoredGroups, each_group, joins_of, square, terms_of
from dedup.config import StoryConfig
from dedup.kernels.array_types import Float64s, Int64s
from dedup.kernels.components import components

Ends = tuple[Int64s, Int64s]
"""Rows of a representative of one cluster and of the other, of each join."""


@dataclass(frozen=True, slots=True)
class GroupJoins:
    """The joins of some loose groups.

    Attributes:
        left: Row of a representative of one cluster of each join.
        right: The same of the other.
        most_odds: The threshold, in log odds, up to which each is made.
        group: Row of the first representative of the group of each.
        linked: For each threshold the joins of groups some documents of which must be linked.
    """

    left: Int64s
    right: Int64s
    most_odds: Float64s
    group: Int64s
    linked: Mapping[float, Ends]

    def of_groups(self, firsts: Int64s) -> GroupJoins:
        """Return the joins of some groups, given by the row of the first representative of each."""
        kept = np.isin(self.group, firsts)
        ends = self.left[kept], self.right[kept]
        return GroupJoins(*ends, self.most_odds[kept], self.group[kept], self.linked)

    def and_joins(self, other: GroupJoins) -> GroupJoins:
        """Return these joins and those of other groups."""
        return GroupJoins(
            np.append(self.left, other.left),
            np.append(self.right, other.right),
            np.append(self.most_odds, other.most_odds),
            np.append(self.group, other.group),
            self.linked,
        )

    def labels(self, rows: Int64s, threshold: float) -> Int64s:
        """Return for each representative the first one of its cluster.

        Args:
            rows: Rows of all representatives, ascending.
            threshold: One of those that the joins were made for.

        Returns:
            Places in ``rows``.
        """
        made = self.most_odds >= threshold_odds(threshold)
        parts = zip((self.left[made], self.right[made]), self.linked[threshold], strict=True)
        one, other = (np.searchsorted(rows, np.concatenate(each)) for each in parts)
        labels: Int64s = components(rows.size, one, other)
        return labels


def threshold_odds(threshold: float) -> float:
    """Return a threshold as log odds."""
    return math.log(threshold / (1 - threshold))


def group_joins(
    groups: Iterable[tuple[Int64s, Int64s, ScoredGroups]],
    thresholds: Sequence[float],
    config: StoryConfig,
) -> GroupJoins:
    """Return the joins of loose groups at some thresholds.

    The joins at a threshold are the first ones of those at a lower one, see
    :func:`dedup.kernels.event_split.agglomerate`: each group is joined at the lowest. Where
    documents must be linked this does not hold: such a group is joined at each threshold.

    Args:
        groups: Rows of the representatives of some groups, their must-link labels, and the groups.
        thresholds: Those that are asked for.
        config: Contrast weight and penalties.
    """
    lowest = replace(config, threshold=min(thresholds))
    made: list[tuple[int, int, float, int]] = []
    linked: dict[float, list[tuple[int, int]]] = {each: [] for each in thresholds}
    for rows, labels, scored in groups:
        for start, end, pairs in each_group(scored):
            odds = square(scored, start, end, pairs, scored.odds[pairs])
            terms = terms_of(scored.vectors, start, end)
            must_link, members = labels[start:end], rows[start:end].tolist()
            if np.unique(must_link).size < end - start:
                for threshold, pairs_of in linked.items():
                    at = replace(config, threshold=threshold)
                    pairs_of += _rows_of(joins_of(odds, *terms, must_link, at), members)
                continue
            least = math.inf
            for join in joins_of(odds, *terms, must_link, lowest):
                least = min(least, join.odds)
                ends = members[join.left], members[join.right]
                made.append((*ends, least + lowest.threshold_odds, members[0]))
    cells = np.array(made, np.float64).reshape(-1, 4)  # rows are below 2**32
    left, right, _, group = cells.T.astype(np.int64)
    return GroupJoins(
        left,
        right,
        cells[:, 2],
        group,
        {threshold: _ends(pairs) for threshold, pairs in linked.items()},
    )


def _rows_of(joins: Iterable[Join], members: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the two ends of each join as rows."""
    return ((members[join.left], members[join.right]) for join in joins)


def _ends(pairs: Sequence[tuple[int, int]]) -> Ends:
    """Return pairs of rows as two arrays."""
    left, right = np.array(pairs, np.int64).reshape(-1, 2).T
    return left, right
