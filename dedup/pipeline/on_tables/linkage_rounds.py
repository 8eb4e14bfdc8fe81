"""Average linkage in rounds: pairs of clusters that choose each other are joined at once.

Each cluster chooses the pair that would be joined first of all its pairs: that of the highest mean,
then of the smallest numbers. Where both clusters of a pair choose it, they are joined. In the end
clusters are those of :func:`dedup.kernels.average_linkage.join_pairs`, which joins one pair after
another, the first of all first. This is why:

Let A and B choose each other. All other pairs with A or B come after theirs. A join of two others,
X and Y, makes no pair with A that comes before the earlier one of X, A and Y, A: its mean lies
between both means, and is as high as the higher one only if they are equal; then its numbers are
those of one of these two, as a cluster has the smaller number of the two that it was made of. (A
pair without a score has the mean 0, and no pair of that mean is joined.) So nothing is joined with
A or B before they are joined with each other, in whatever order. Nor is anything else joined
differently if they are joined earlier: their pairs, and those of both together, all come after
what is joined before them.

Means must be compared exactly for that. Where two means that differ are rounded to the same number,
X, A and Y, A may both come after A, B, one for its mean and one for its numbers, and the pair that
is made of them before it.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from dedup.cluster.average_linkage import in_units, joined_clusters
from dedup.cluster.loose_groups import cut_group, pairs_without
from dedup.config import StoryConfig
from dedup.engines.engine import Batches, Shared, as_batches
from dedup.kernels.array_types import Int64s, UInt64s
from dedup.kernels.average_linkage import NONE, choose_pairs
from dedup.match.minhash_lsh import decoded, encoded
from dedup.match.sorted_lookup import among
from dedup.pipeline.on_tables.shared_representatives import by_key
from dedup.pipeline.on_tables.stage_arrays import filled, numbers, whole
from dedup.pipeline.tables import (
    CHOSEN_PAIRS,
    CLUSTER_CHOICES,
    CLUSTER_PAIRS,
    GROUP_LABELS,
    GROUP_PAIRS,
    GROWN_CLUSTERS,
)

_MOST = 1_000_000


def single_pairs(without: Shared, batches: Batches) -> Batches:
    """Yield scored pairs as pairs of clusters of one document each: ``CLUSTER_PAIRS``.

    Args:
        without: Documents that are in no group, a column ``document``, ascending.
        batches: Rows of ``NUMBERED_SCORES``.
    """
    several = without()["document"].to_numpy()
    for table in filled(batches):
        codes, scores = numbers(table, "pair", "score")
        plain = pairs_without(several, *decoded(codes))
        one = np.ones(np.count_nonzero(plain), np.int32)
        columns = [codes[plain].view(np.int64), in_units(scores[plain]), one, one]
        yield from as_batches(columns, CLUSTER_PAIRS, most=_MOST)


def choices_of_partition(threshold: int, batches: Batches) -> Batches:
    """Yield the pair that each cluster would choose of those of a partition: ``CLUSTER_CHOICES``.

    Args:
        threshold: Least mean of a pair that can be chosen, in units.
        batches: Rows of ``CLUSTER_PAIRS``.
    """
    key, sums, low_sizes, high_sizes = numbers(whole(batches, CLUSTER_PAIRS), *CLUSTER_PAIRS.names)
    products = low_sizes.astype(np.int64) * high_sizes
    near = sums // products >= threshold
    codes, sums, products = key.view(np.uint64)[near], sums[near], products[near]
    ends = np.concatenate(decoded(codes))
    pair_of = np.tile(np.arange(codes.size), 2)
    clusters, chosen = _chosen(ends, pair_of, codes, sums, products)
    columns = [clusters, codes[chosen], sums[chosen], products[chosen]]
    yield from as_batches(columns, CLUSTER_CHOICES, most=_MOST)


def chosen_pairs(choices: pa.Table) -> Iterable[pa.RecordBatch]:
    """Yield the pair that each cluster of a partition chooses: ``CHOSEN_PAIRS``.

    Args:
        choices: Rows of ``CLUSTER_CHOICES``.
    """
    key, codes, sums, products = numbers(choices, *CLUSTER_CHOICES.names)
    _, chosen = _chosen(key, np.arange(key.size), codes, sums, products)
    yield from as_batches([codes[chosen]], CHOSEN_PAIRS, most=_MOST)


def _chosen(
    ends: Int64s, pair_of: Int64s, codes: UInt64s, sums: Int64s, products: Int64s
) -> tuple[Int64s, Int64s]:
    """Return clusters, and which of some pairs each chooses.

    Args:
        ends: A cluster each.
        pair_of: The number of a pair of each.
        codes: The pairs.
        sums: Their sums.
        products: How many pairs of documents each stands for.
    """
    clusters, places = np.unique(ends, return_inverse=True)
    means = sums // products
    columns = (*decoded(codes), means, sums - means * products, products)
    pairs = np.stack(columns, axis=1)
    best = np.full(clusters.size, NONE)
    choose_pairs(places, pair_of, pairs, best)
    return clusters, best


def with_clusters_joined(grown: Shared, batches: Batches) -> Batches:
    """Yield the pairs of a partition after some clusters were joined: ``CLUSTER_PAIRS``.

    A cluster without a pair that reaches the threshold is joined with no other, then or later:
    a mean of two does not exceed the higher one. Its pairs are left out.

    Args:
        grown: Rows of ``GROWN_CLUSTERS``, by cluster; all that have such a pair.
        batches: Rows of ``CLUSTER_PAIRS``.
    """
    clusters, labels, sizes = numbers(grown(), *GROWN_CLUSTERS.names)
    key, sums = numbers(whole(batches, CLUSTER_PAIRS), "key", "sum")
    ends = decoded(key.view(np.uint64))
    goes_on = among(ends[0], clusters) & among(ends[1], clusters)
    one, other = (np.searchsorted(clusters, end[goes_on]) for end in ends)
    sums = sums[goes_on]
    apart = labels[one] != labels[other]
    one, other, sums = one[apart], other[apart], sums[apart]
    turned = labels[one] > labels[other]
    low, high = np.where(turned, other, one), np.where(turned, one, other)
    codes = encoded(labels[low], labels[high]).view(np.int64)
    yield from _added(codes, sums, sizes[low], sizes[high])


def add_sums(pairs: pa.Table) -> Iterable[pa.RecordBatch]:
    """Yield each pair of clusters of a partition once, with the sum of its rows.

    Args:
        pairs: Rows of ``CLUSTER_PAIRS``.
    """
    yield from _added(*numbers(pairs, *CLUSTER_PAIRS.names))


def _added(codes: Int64s, sums: Int64s, low_sizes: Int64s, high_sizes: Int64s) -> Batches:
    """Yield each pair once, with the sum of its rows."""
    order = np.argsort(codes)
    distinct, first = np.unique(codes[order], return_index=True)
    if distinct.size:
        sums = np.add.reduceat(sums[order], first)
    sizes = (each[order][first].astype(np.int32) for each in (low_sizes, high_sizes))
    yield from as_batches([distinct, sums, *sizes], CLUSTER_PAIRS, most=_MOST)


def joined_here(pairs: pa.Table, threshold: int) -> tuple[Int64s, Int64s]:
    """Join pairs of clusters one after another, in this process.

    Args:
        pairs: Rows of ``CLUSTER_PAIRS``: all that are left.
        threshold: Least mean of a join, in units.

    Returns:
        The clusters, and the smallest of those that each is joined with.
    """
    key, sums, *end_sizes = numbers(pairs, *CLUSTER_PAIRS.names)
    ends = decoded(key.view(np.uint64))
    clusters = np.unique(np.concatenate(ends))
    left, right = (np.searchsorted(clusters, end) for end in ends)
    sizes = np.empty(clusters.size, np.int64)
    sizes[left], sizes[right] = end_sizes
    return clusters, clusters[joined_clusters(left, right, sums, threshold, sizes)]


def pairs_of_groups(labels: Shared, batches: Batches) -> Batches:
    """Yield the scored pairs inside of some groups, by group: ``GROUP_PAIRS``.

    Args:
        labels: Rows of ``GROUP_LABELS``, by document.
        batches: Rows of ``NUMBERED_SCORES``.
    """
    documents, label_of = numbers(labels(), *GROUP_LABELS.names)
    for table in filled(batches):
        codes, scores = numbers(table, "pair", "score")
        left, right = decoded(codes)
        known = among(left, documents) & among(right, documents)
        one, other = (label_of[np.searchsorted(documents, e[known])] for e in (left, right))
        inside = one == other
        columns = [one[inside], *(each[known][inside] for each in (left, right, scores))]
        yield from as_batches(columns, GROUP_PAIRS, most=_MOST)


def cut_groups(config: StoryConfig, pairs: pa.Table) -> Iterable[pa.RecordBatch]:
    """Yield the labels of the parts of groups that are too large: ``GROUP_LABELS``.

    Args:
        config: Loose threshold, and the most documents of a group.
        pairs: Rows of ``GROUP_PAIRS``, without documents that are in no group.
    """
    for _, part in by_key(pairs, "one"):
        left, right, scores = numbers(part, "one", "other", "score")
        group = np.unique(np.append(left, right))
        ends = np.searchsorted(group, left), np.searchsorted(group, right)
        labels = cut_group(group.size, *ends, scores, config)
        yield from as_batches([group, group[labels]], GROUP_LABELS, most=_MOST)
