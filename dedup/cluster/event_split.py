"""Loose groups to clusters of tellings: reports of one affair on different events are separated.

Two reports of one affair share its people, places and past, and differ in what happened. That shows
less between two documents than between two clusters of them: each has words that all of its own
use and none of the other's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from dedup.config import StoryConfig
from dedup.kernels.array_types import Bools, Float32s, Float64s, Int64s, UInt32s
from dedup.kernels.event_split import (
    MOST_CONTRAST_TERMS,
    above_cost,
    agglomerate,
    contrast_cost,
    contrasts,
    logs_to,
    size_cost,
)
from dedup.models import TermVectors

LEAST_CLUSTERED = 3
"""Documents of two clusters together from which these can have contrast terms."""

MOST_TERMS = 1000
"""Terms of a group that are looked at: the heaviest that part it best."""

Value = TypeVar("Value", np.float64, np.bool_)


@dataclass(frozen=True, slots=True)
class ScoredGroups:
    """Some loose groups with all their pairs scored.

    Attributes:
        bounds: Group k is the documents ``bounds[k]`` to ``bounds[k + 1]`` of the batch.
        vectors: Term vectors of the documents.
        left: One document of each pair, group by group in the order of
            :func:`dedup.match.pairs_inside`.
        right: The other.
        odds: Log odds that both tell one story.
        shared: Whether they share some of their text word for word.
    """

    bounds: Int64s
    vectors: TermVectors
    left: Int64s
    right: Int64s
    odds: Float64s
    shared: Bools


@dataclass(frozen=True, slots=True)
class Join:
    """Two clusters of a loose group that were joined.

    Attributes:
        left: A document of the one, as its index in the group.
        right: A document of the other.
        odds: What the join was worth, in log odds: 0 and more, unless the two must be linked.
        cost: What the sizes of the two clusters cost; the odds are less this.
    """

    left: int
    right: int
    odds: float
    cost: float = 0.0

    @property
    def is_forced(self) -> bool:
        """Whether only a must-link made it."""
        return self.odds < 0.0


@dataclass(frozen=True, slots=True)
class RewriteCluster:
    """Tellings of one story.

    Attributes:
        members: Two or more documents of the batch, ascending.
        odds: members x members: log odds that two of them tell one story, 0 on the diagonal.
        shared: members x members: whether one was made from the other, partly word for word.
        weakest: The join that was worth least, by documents of the batch; its odds are the mean of
            the pairs between the two clusters, less the contrast.
        joins: All joins that made it, in order, by documents of the batch; the right cluster of
            each became part of the left one.
    """

    members: Int64s
    odds: Float64s
    shared: Bools
    weakest: Join
    joins: tuple[Join, ...] = ()

    def joins_with(self, document: int) -> dict[int, tuple[Join, float]]:
        """Return for each other document the join that made one cluster of it and this one.

        Returns:
            The join, and the mean log odds of the pairs between the two clusters.
        """
        place = {each: number for number, each in enumerate(self.members.tolist())}
        parts = {each: [each] for each in place}
        found: dict[int, tuple[Join, float]] = {}
        at = document
        for join in self.joins:
            left, right = parts[join.left], parts.pop(join.right)
            if at in (join.left, join.right):
                ends = ([place[each] for each in part] for part in (left, right))
                mean = float(self.odds[np.ix_(*ends)].mean())
                found |= dict.fromkeys(right if at == join.left else left, (join, mean))
                at = join.left
            parts[join.left] = left + right
        return found


def rewrite_clusters(
    groups: ScoredGroups, must_link: Int64s, config: StoryConfig
) -> Iterator[RewriteCluster]:
    """Yield the clusters of some loose groups; what is in none is a story of its own.

    Args:
        groups: The groups.
        must_link: A label of each document; those of a group with the same one are of one cluster.
        config: Threshold, contrast weight and penalties.
    """
    threshold = config.threshold_odds
    for start, end, pairs in each_group(groups):
        odds = square(groups, start, end, pairs, groups.odds[pairs])
        shared = square(groups, start, end, pairs, groups.shared[pairs])
        terms, weights = terms_of(groups.vectors, start, end)
        joins = [
            replace(each, left=start + each.left, right=start + each.right)
            for each in joins_of(odds, terms, weights, must_link[start:end], config)
        ]
        for members, made, join in _joined(np.arange(start, end), joins):
            inside = np.ix_(members - start, members - start)
            weakest = Join(join.left, join.right, join.odds + join.cost + threshold)
            yield RewriteCluster(members, odds[inside], shared[inside], weakest, made)


def terms_of(
    vectors: TermVectors, start: int, end: int
) -> tuple[Sequence[UInt32s], Sequence[Float32s]]:
    """Return the distinct terms of some documents, and their weights."""
    terms, weights = zip(*map(vectors.whole, range(start, end)), strict=True)
    return terms, weights


def joins_of(
    odds: Float64s,
    terms: Sequence[UInt32s],
    weights: Sequence[Float32s],
    must_link: Int64s,
    config: StoryConfig,
) -> list[Join]:
    """Return the joins of a loose group, see :func:`split_events`.

    Args:
        odds: n x n, symmetric: log odds that two documents tell one story.
        terms: Distinct terms of each document, sorted.
        weights: Their weights, in [0, 1].
        must_link: A label of each document.
        config: Threshold, contrast weight and penalties.
    """
    return split_events(
        odds - config.threshold_odds,
        terms,
        weights,
        contrast_weight=config.contrast_weight,
        must_link=must_link,
        singleton_penalty=config.singleton_penalty,
        size_penalty=config.size_penalty,
    )


def count_splits(
    groups: ScoredGroups, clusters: Sequence[RewriteCluster], config: StoryConfig
) -> int:
    """Return how many pairs of clusters were kept apart by more than their scores.

    These are pairs of three documents or more together, of one loose group, whose mean log odds
    reach the threshold and what their sizes cost: they are reports of one affair with contrast
    terms.

    Args:
        groups: The groups.
        clusters: What :func:`rewrite_clusters` made of them.
        config: The threshold and the penalties.
    """
    threshold = config.threshold_odds
    labels = np.arange(groups.bounds[-1])
    for cluster in clusters:
        labels[cluster.members] = cluster.members[0]
    splits = 0
    for start, end, pairs in each_group(groups):
        if end - start < LEAST_CLUSTERED:
            continue
        odds = square(groups, start, end, pairs, groups.odds[pairs] - threshold)
        of = labels[start:end, np.newaxis] == np.unique(labels[start:end])
        sizes = of.sum(axis=0)
        means = of.T.astype(np.float64) @ odds @ of / np.outer(sizes, sizes)
        near = above_cost(means, sizes, config.singleton_penalty, config.size_penalty)
        several = sizes[:, np.newaxis] + sizes >= LEAST_CLUSTERED
        splits += int((near & several).sum())
    return splits


def split_events(
    odds: Float64s,
    terms: Sequence[UInt32s],
    weights: Sequence[Float32s],
    *,
    contrast_weight: float,
    singleton_penalty: float = 0.0,
    size_penalty: float = 0.0,
    must_link: Int64s | None = None,
) -> list[Join]:
    """Return the joins that make stories of a loose group; a document without one has no story.

    Args:
        odds: n x n, symmetric: log odds that two documents tell one story, less the threshold's.
        terms: Distinct terms of each document, sorted.
        weights: Their weights, in [0, 1].
        contrast_weight: Share of the contrast of two clusters that a unit of contrast terms costs.
        singleton_penalty: Log odds by which two single documents must exceed the threshold; n pairs
            of two clusters, by as much divided by the square root of n.
        size_penalty: Log odds that each doubling of the smaller cluster adds to that.
        must_link: A label of each document; documents with one label are joined first, whatever
            the join is worth. None: every document has a label of its own.
    """
    n = len(terms)
    spread = _spread(terms, weights)
    merges = np.empty((max(0, n - 1), 2), np.int64)
    strengths = np.empty(max(0, n - 1))
    must_link = np.arange(n) if must_link is None else must_link
    count = agglomerate(
        odds, spread.has_term, spread.weights, must_link,
        contrast_weight, singleton_penalty, size_penalty, merges, strengths,
    )  # fmt: skip
    sizes = [1] * n
    joins = []
    for (left, right), odds_of_join in zip(
        merges[:count].tolist(), strengths.tolist(), strict=False
    ):
        cost = size_cost(sizes[left], sizes[right], singleton_penalty, size_penalty)
        joins.append(Join(left, right, odds_of_join, cost))
        sizes[left] += sizes[right]
    return joins


@dataclass(frozen=True, slots=True)
class JoinParts:
    """What a join of two clusters of a loose group is worth, part by part.

    Attributes:
        mean: Mean log odds of the pairs between the two.
        size_cost: What their sizes cost.
        contrast_cost: What contrast terms cost; a group counts it only where the mean reaches the
            threshold and the sizes.
        contrast_terms: The terms of either that are counted, the strongest first.
    """

    mean: float
    size_cost: float
    contrast_cost: float
    contrast_terms: tuple[UInt32s, UInt32s]

    def worth(self, threshold_odds: float) -> float:
        """Return what the join is worth: the two are joined where it is 0 or more."""
        return self.mean - threshold_odds - self.size_cost - self.contrast_cost


def join_parts(
    odds: Float64s,
    terms: Sequence[UInt32s],
    weights: Sequence[Float32s],
    clusters: tuple[Int64s, Int64s],
    config: StoryConfig,
) -> JoinParts:
    """Return what the join of two clusters of a loose group is made of.

    Args:
        odds: n x n, symmetric: log odds that two documents of the group tell one story.
        terms: Distinct terms of each document, sorted.
        weights: Their weights, in [0, 1].
        clusters: Documents of the one and of the other, as indices in the group.
        config: Contrast weight and penalties.
    """
    spread = _spread(terms, weights)
    sums = np.array([[odds[np.ix_(one, other)].sum() for other in clusters] for one in clusters])
    sizes = np.array([each.size for each in clusters])
    counts = np.array([spread.has_term[each].sum(axis=0) for each in clusters], np.int64)
    logs, values = logs_to(int(sizes.sum())), np.zeros(spread.weights.size)
    cost = 0.0
    if sizes.sum() >= LEAST_CLUSTERED:
        cost = contrast_cost(
            0, 1, sums, np.diag(sums) / 2, counts, sizes, spread.weights, logs,
            config.contrast_weight,
        )  # fmt: skip
        contrasts(counts[0], sizes[0], counts[1], sizes[1], spread.weights, logs, values)
    return JoinParts(
        float(sums[0, 1] / (sizes[0] * sizes[1])),
        size_cost(sizes[0], sizes[1], config.singleton_penalty, config.size_penalty),
        cost,
        (_strongest(spread.terms, values), _strongest(spread.terms, -values)),
    )


def _strongest(terms: UInt32s, values: Float64s) -> UInt32s:
    """Return the terms with the highest values, those above 0 only, the highest first."""
    order = np.argsort(-values, kind="stable")[:MOST_CONTRAST_TERMS]
    return terms[order[values[order] > 0]]


def _joined(
    documents: Int64s, joins: Sequence[Join]
) -> Iterator[tuple[Int64s, tuple[Join, ...], Join]]:
    """Yield the documents of each cluster of two or more, its joins, and the weakest of them."""
    cluster_of = {index: [index] for index in documents.tolist()}
    made: dict[int, list[Join]] = {index: [] for index in cluster_of}
    weakest: dict[int, Join] = {}
    for join in joins:
        cluster_of[join.left] += cluster_of.pop(join.right)
        made[join.left] += [*made.pop(join.right), join]
        inner = [join, *(weakest.pop(end) for end in (join.left, join.right) if end in weakest)]
        weakest[join.left] = min(inner, key=lambda each: each.odds)
    for first, members in cluster_of.items():
        if len(members) > 1:
            yield np.array(sorted(members)), tuple(made[first]), weakest[first]


def each_group(groups: ScoredGroups) -> Iterator[tuple[int, int, slice]]:
    """Yield the bounds of each group, and which of the pairs are its own."""
    at = 0
    for start, end in pairwise(groups.bounds.tolist()):
        size = end - start
        yield start, end, slice(at, at := at + size * (size - 1) // 2)


def square(
    groups: ScoredGroups, start: int, end: int, pairs: slice, values: npt.NDArray[Value]
) -> npt.NDArray[Value]:
    """Return a symmetric matrix of the values of a group's pairs, zero on its diagonal."""
    left, right = groups.left[pairs] - start, groups.right[pairs] - start
    matrix = np.zeros((end - start, end - start), values.dtype)
    matrix[left, right] = matrix[right, left] = values
    return matrix


@dataclass(frozen=True, slots=True)
class _GroupTerms:
    """The terms of a loose group that can separate clusters of it.

    Attributes:
        terms: The terms, sorted, uint32.
        has_term: n x terms: whether a document has a term.
        weights: Weight of each term, in [0, 1].
    """

    terms: UInt32s
    has_term: Bools
    weights: Float64s


def _spread(terms: Sequence[UInt32s], weights: Sequence[Float32s]) -> _GroupTerms:
    """Return which document has which term, and the weights of those terms.

    Terms of one document contrast with nothing, and terms of all separate nothing.
    """
    n = len(terms)
    if n == 2:
        return _GroupTerms(np.zeros(0, np.uint32), np.zeros((2, 0), np.bool_), np.zeros(0))
    stacked = np.concatenate([np.empty(0, np.uint32), *terms])
    vocabulary, first, inverse = np.unique(stacked, return_index=True, return_inverse=True)
    counts = np.bincount(inverse, minlength=vocabulary.size)
    heavy = np.concatenate([np.empty(0, np.float32), *weights])[first].astype(np.float64)
    kept = np.flatnonzero((counts > 1) & (counts < n))
    parting = heavy[kept] * np.minimum(counts[kept], n - counts[kept])
    kept = np.sort(kept[np.argsort(-parting, kind="stable")[:MOST_TERMS]])
    place = np.full(vocabulary.size, -1)
    place[kept] = np.arange(kept.size)
    has_term = np.zeros((n, kept.size), np.bool_)
    document = np.repeat(np.arange(n), [part.size for part in terms])
    column = place[inverse]
    has_term[document[column >= 0], column[column >= 0]] = True
    return _GroupTerms(vocabulary[kept], has_term, heavy[kept])
