"""Clusters that are joined in rounds are those that are joined one pair after another."""

from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_runs import AnyOrder

from dedup.cluster.average_linkage import UNIT, average_linkage, threshold_in_units
from dedup.cluster.loose_groups import loose_groups
from dedup.cluster.roundups import roundups
from dedup.config import StoryConfig
from dedup.engines.local import LocalEngine
from dedup.match.minhash_lsh import encoded
from dedup.pipeline import plan_loose_groups
from dedup.pipeline.on_tables import story_neighbours
from dedup.pipeline.on_tables.linkage_rounds import single_pairs
from dedup.pipeline.plan_loose_groups import linked_in_rounds
from dedup.pipeline.tables import CLUSTER_PAIRS, NUMBERED_SCORES

laws = settings(max_examples=150, deadline=None)


def scores_table(pairs):
    left, right = np.array(list(pairs), np.int64).reshape(-1, 2).T
    scores = np.array(list(pairs.values()), np.float64)
    return pa.table([encoded(left, right), scores], schema=NUMBERED_SCORES)


def in_rounds(engine, count, pairs, threshold, driver_pairs=0):
    """Labels by rounds, all of them on the engine unless few pairs are left."""
    nothing = pa.table({"document": pa.array([], pa.int64())})
    batches = single_pairs(lambda: nothing, iter(scores_table(pairs).to_batches()))
    table = engine.load(pa.Table.from_batches(batches, CLUSTER_PAIRS))
    least = threshold_in_units(threshold)
    return linked_in_rounds(engine, table, count, least, driver_pairs).tolist()


def one_by_one(count, pairs, threshold):
    left, right = np.array(list(pairs), np.int64).reshape(-1, 2).T
    scores = np.array(list(pairs.values()), np.float64)
    return average_linkage(count, left, right, scores, threshold).tolist()


LEVELS = [
    [1.0],
    [0.25, 0.5],
    [0.1, 0.2, 0.3, 0.4],
    [1 / 3, 2 / 3, 0.5, 1.0],
    # Means that differ by less than a unit.
    [0.5, 0.5 + 1 / UNIT],
    [0.5, 0.5 - 1 / UNIT, 0.5 + 1 / UNIT, 0.25],
]


@st.composite
def graphs(draw):
    """Documents and scored pairs: random ones, chains and cliques, of few scores or of many."""
    count = draw(st.integers(2, 24))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    every = list(itertools.combinations(range(count), 2))
    shape = draw(st.sampled_from(["random", "chain", "near", "cliques"]))
    share = draw(st.sampled_from([0.2, 0.5, 1.0]))
    kept = {
        "random": lambda one, other: rng.random() <= share,
        "chain": lambda one, other: other - one == 1,
        "near": lambda one, other: other - one <= 3,
        "cliques": lambda one, other: one // 4 == other // 4 or rng.random() < share / 4,
    }[shape]
    levels = draw(st.sampled_from([*LEVELS, None]))
    new = rng.permutation(count) if draw(st.booleans()) else np.arange(count)
    pairs = {}
    for one, other in every:
        if kept(one, other):
            ends = sorted((int(new[one]), int(new[other])))
            pairs[tuple(ends)] = float(rng.choice(levels) if levels else rng.random())
    return count, pairs, draw(st.sampled_from([0.05, 0.1, 0.25, 0.5]))


@laws
@given(graphs(), st.sampled_from([1, 5]), st.sampled_from([0, 0, 10, 40]))
def test_rounds_join_what_is_joined_one_after_another(drawn, partitions, driver_pairs):
    assert in_rounds(AnyOrder(partitions), *drawn, driver_pairs) == one_by_one(*drawn)


def test_a_mean_that_only_rounds_to_that_of_two_does_not_come_before_it():
    """0 chooses 2 and 3, whose mean is higher by half a unit than that of 1, 4 and 5 together."""
    level, unit = 0.5, 1 / UNIT
    pairs = {(2, 3): 0.95, (4, 5): 0.95, (1, 4): 0.9, (1, 5): 0.9}
    pairs |= {(0, 2): level + unit, (0, 3): level, (0, 4): level + unit, (0, 5): level}
    pairs[0, 1] = level - unit
    expected = one_by_one(6, pairs, 0.3)
    assert expected == [0, 1, 0, 0, 1, 1]
    assert in_rounds(AnyOrder(3), 6, pairs, 0.3) == expected


@pytest.mark.parametrize("score", [lambda at: 0.5, lambda at: 0.4 + at / 1000])
def test_chains_of_equal_and_of_rising_scores_take_many_rounds(score):
    pairs = {(at, at + 1): score(at) for at in range(60)}
    assert in_rounds(AnyOrder(3), 61, pairs, 0.3) == one_by_one(61, pairs, 0.3)


@pytest.mark.parametrize("pairs", [{}, {(0, 1): 0.001}, {(0, 1): 0.0}])
def test_documents_without_a_pair_that_reaches_the_threshold_are_alone(pairs):
    assert in_rounds(AnyOrder(2), 3, pairs, 0.0011) == [0, 1, 2]


def test_each_round_is_kept_and_a_resumed_run_goes_on(tmp_path):
    pairs = {(at, at + 1): 0.4 + at / 1000 for at in range(12)}
    with LocalEngine(tmp_path / "engine", workers=1) as engine:
        assert in_rounds(engine, 13, pairs, 0.3) == one_by_one(13, pairs, 0.3)
        kept = {path.name for path in (tmp_path / "engine").rglob("*round*")}
    assert len(kept) > 4


# --- documents that tell several stories ---------------------------------------------------------


def neighbours_by_block(pairs, place, partitions):
    """The neighbourhoods that blocks of documents find, as the plan makes them."""
    engine = AnyOrder(partitions)

    class Shared:
        def all(self):
            return Shared

    Shared.place = place
    found = plan_loose_groups._neighbourhoods(engine, engine.load(scores_table(pairs)), Shared())
    columns = engine.collect(found).to_pydict()
    rows = zip(columns["document"], columns["others"], columns["party"], strict=True)
    return sorted((document, others, party) for document, others, party in rows)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 60), st.sampled_from([1, 3]), st.integers(2, 9))
def test_blocks_find_the_neighbourhoods_of_all_pairs(seed, count, partitions, size):
    rng = np.random.default_rng(seed)
    every = itertools.combinations(range(count), 2)
    share = rng.random()
    pairs = {
        pair: float(rng.choice([0.05, 0.1, 0.2, 0.3, 0.9]))
        for pair in every
        if rng.random() < share
    }
    expected = []

    def note(near):
        expected.extend((e.document, e.others.tolist(), e.party.tolist()) for e in near)
        return []

    left, right = np.array(list(pairs), np.int64).reshape(-1, 2).T
    roundups(left, right, np.array(list(pairs.values()), np.float64), note)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(story_neighbours, "BLOCK_DOCUMENTS", size)
        place = rng.permutation(count).astype(np.int32)
        assert neighbours_by_block(pairs, place, partitions) == sorted(expected)


# --- groups that are too large -------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(graphs(), st.integers(2, 6), st.sampled_from([1, 4]))
def test_large_groups_are_cut_as_in_one_process(drawn, most, partitions):
    count, pairs, threshold = drawn
    config = StoryConfig(max_group=most, loose_threshold=threshold, threshold=0.6)
    left, right = np.array(list(pairs), np.int64).reshape(-1, 2).T
    scores = np.array(list(pairs.values()), np.float64)
    expected, _ = loose_groups(count, left, right, scores, lambda near: [], config)
    engine = AnyOrder(partitions)
    labels = np.array(in_rounds(engine, *drawn))
    plan_loose_groups._cut_large(engine, engine.load(scores_table(pairs)), labels, config)
    assert labels.tolist() == expected.tolist()
