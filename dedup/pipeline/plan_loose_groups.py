"""The plan of loose groups where the scored pairs are more than one process should hold.

What :mod:`dedup.pipeline.group_candidates` does with arrays of all pairs: documents that tell
several stories are left out, clusters are joined by average linkage, groups that are too large are
cut. The process that runs the plan has some tens of bytes a representative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
import pyarrow as pa

from dedup.cluster.average_linkage import threshold_in_units
from dedup.cluster.roundups import Verdict, roundups_among
from dedup.config import Config, StoryConfig
from dedup.engines.engine import Engine, Table
from dedup.kernels.array_types import Int64s, UInt64s
from dedup.match.minhash_lsh import decoded
from dedup.pipeline.group_candidates import LooseGroups, groups_with_changes
from dedup.pipeline.on_tables.linkage_rounds import (
    add_sums,
    choices_of_partition,
    chosen_pairs,
    cut_groups,
    joined_here,
    pairs_of_groups,
    single_pairs,
    with_clusters_joined,
)
from dedup.pipeline.on_tables.shared_representatives import SharedRepresentatives
from dedup.pipeline.on_tables.stage_arrays import count_rows, numbers
from dedup.pipeline.on_tables.story_neighbours import (
    near_documents,
    neighbourhoods,
    strong_of_others,
)
from dedup.pipeline.representatives import Numbered
from dedup.pipeline.tables import (
    CHOSEN_PAIRS,
    CLUSTER_CHOICES,
    CLUSTER_PAIRS,
    COUNTS,
    GROUP_LABELS,
    GROUP_PAIRS,
    GROWN_CLUSTERS,
    NEAR_DOCUMENTS,
    NEIGHBOURHOODS,
)

DRIVER_PAIRS = 20_000_000
"""Most pairs that are joined in the process that runs the plan. Measured: 190 bytes a pair with ten
pairs a document, neighbourhoods among them, which is 4 GB."""


def plan_loose_groups(
    engine: Engine[Table],
    scored: Table,
    numbered: Numbered,
    shared: SharedRepresentatives,
    judge: Callable[[Table], Iterable[Verdict]],
    config: Config,
    driver_pairs: int,
) -> LooseGroups:
    """Group representatives loosely by scored pairs; groups with no new document are left out.

    Args:
        engine: Runs the plan.
        scored: Rows of ``NUMBERED_SCORES``, those of earlier dumps among them.
        numbered: The representatives.
        shared: The same for all processes.
        judge: Returns what :func:`dedup.cluster.roundups.judged` does for ``NEIGHBOURHOODS``.
        config: Limits of groups.
        driver_pairs: Most pairs that are joined in this process; changes no result.
    """
    several = roundups_among(judge(_neighbourhoods(engine, scored, shared)))
    without = engine.share(pa.table({"document": pa.array(several, pa.int64())}))
    pairs = engine.map(scored, partial(single_pairs, without), CLUSTER_PAIRS)
    threshold = threshold_in_units(config.story.loose_threshold)
    labels = linked_in_rounds(engine, pairs, numbered.size, threshold, driver_pairs)
    _cut_large(engine, scored, labels, config.story)
    return groups_with_changes(numbered, labels, several)


def _neighbourhoods(engine: Engine[Table], scored: Table, shared: SharedRepresentatives) -> Table:
    """Return the documents that may tell several stories, with their neighbours."""
    near = engine.map(scored, partial(near_documents, shared), NEAR_DOCUMENTS)
    sent = engine.exchange([near], partial(strong_of_others, shared), NEAR_DOCUMENTS)
    found = engine.exchange([near, sent], neighbourhoods, NEIGHBOURHOODS)
    return engine.keep(found, "neighbourhoods of rewrites")


def linked_in_rounds(
    engine: Engine[Table], pairs: Table, count: int, threshold: int, driver_pairs: int
) -> Int64s:
    """Return for each document the smallest one of its cluster by average linkage, int64.

    Args:
        engine: Runs the rounds, and keeps the pairs after each.
        pairs: Rows of ``CLUSTER_PAIRS``, of single documents, each pair once.
        count: Documents; they are numbered 0 to count - 1.
        threshold: Least mean of a join, in units.
        driver_pairs: Pairs that are joined in this process as soon as no more are left.
    """
    labels, sizes = np.arange(count), np.ones(count, np.int64)
    for number in range(1, count + 1):
        left = engine.collect(engine.map(pairs, count_rows, COUNTS, ["key"]))["count"]
        if left.to_numpy().sum() <= driver_pairs:
            break
        choices = engine.map(pairs, partial(choices_of_partition, threshold), CLUSTER_CHOICES)
        chosen = engine.exchange([choices], chosen_pairs, CHOSEN_PAIRS)
        chosen = engine.keep(chosen, f"chosen pairs, round {number}")
        grown = _joined(engine.collect(chosen)["pair"].to_numpy(), labels, sizes)
        join = partial(with_clusters_joined, engine.share(grown))
        parts = engine.map(pairs, join, CLUSTER_PAIRS)
        pairs = engine.exchange([parts], add_sums, CLUSTER_PAIRS)
        pairs = engine.keep(pairs, f"pairs of clusters, round {number}")
    clusters, joined = joined_here(engine.collect(pairs), threshold)
    labels[clusters] = joined
    while (labels != labels[labels]).any():
        labels = labels[labels]
    return labels


def _joined(chosen: UInt64s, labels: Int64s, sizes: Int64s) -> pa.Table:
    """Join clusters that choose each other.

    Args:
        chosen: The pair that each cluster chooses.
        labels: Output: what each cluster was joined with.
        sizes: Output: documents of each cluster.

    Returns:
        Rows of ``GROWN_CLUSTERS``: all clusters that choose one.
    """
    codes, times = np.unique(chosen, return_counts=True)
    clusters = np.unique(np.concatenate(decoded(codes)))
    low, high = decoded(codes[times > 1])
    labels[high] = low
    sizes[low] += sizes[high]
    grown = labels[clusters]
    return pa.table([clusters, grown, sizes[grown]], schema=GROWN_CLUSTERS)


def _cut_large(engine: Engine[Table], scored: Table, labels: Int64s, config: StoryConfig) -> None:
    """Label the parts of groups that are too large to score all their pairs."""
    large = np.flatnonzero((np.bincount(labels, minlength=1) > config.max_group)[labels])
    if not large.size:
        return
    of_large = engine.share(pa.table([large, labels[large]], schema=GROUP_LABELS))
    inside = engine.map(scored, partial(pairs_of_groups, of_large), GROUP_PAIRS)
    cut = engine.exchange([inside], partial(cut_groups, config), GROUP_LABELS)
    documents, parts = numbers(engine.collect(cut), *GROUP_LABELS.names)
    labels[documents] = parts
