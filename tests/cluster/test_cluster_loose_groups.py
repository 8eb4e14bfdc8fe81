"""Scored pairs to loose groups: no roundup, none too large, no earlier story split."""

import itertools
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.cluster.average_linkage import average_linkage
from dedup.cluster.loose_groups import loose_groups, with_must_links
from dedup.cluster.roundups import judged
from dedup.config import StoryConfig

CONFIG = StoryConfig()


def overlaps_of_all(questions):
    """Every document tells some of every sentence of any other: none is a roundup."""
    for _, others in questions:
        shape = len(others), 8
        yield np.ones(8), np.full(shape, 0.5), np.zeros(shape, np.int32)


retold = partial(judged, overlaps=overlaps_of_all)


def arrays(pairs):
    left, right = np.array(list(pairs), np.int64).reshape(-1, 2).T
    return left, right, np.array(list(pairs.values()), np.float64)


def groups(labels):
    found = {}
    for document, label in enumerate(labels.tolist()):
        found.setdefault(label, []).append(document)
    assert all(min(group) == label for label, group in found.items())
    return sorted(group for group in found.values() if len(group) > 1)


def test_small_groups_are_those_of_average_linkage_at_the_loose_threshold():
    pairs = {(0, 1): 0.29, (1, 2): 0.05, (3, 4): 0.2}
    labels, several = loose_groups(5, *arrays(pairs), retold, CONFIG)
    assert labels.tolist() == average_linkage(5, *arrays(pairs), CONFIG.loose_threshold).tolist()
    assert groups(labels) == [[0, 1], [3, 4]]
    assert several == []


def test_a_document_that_tells_several_stories_is_in_no_group():
    pairs = {(0, n): 0.9 for n in (1, 2, 3, 4)} | {(1, 2): 0.9, (3, 4): 0.9}

    def overlaps(questions):
        for document, others in questions:
            best = np.full((len(others), 2), 0.5)
            if document == 0:
                best[:] = [[0.9, 0.0] if other < 3 else [0.0, 0.9] for other in others]
            yield np.ones(2), best, np.zeros(best.shape, np.int32)

    labels, several = loose_groups(5, *arrays(pairs), partial(judged, overlaps=overlaps), CONFIG)
    assert several == [0]
    assert groups(labels) == [[1, 2], [3, 4]]


def test_a_group_that_is_too_large_is_cut_at_higher_scores():
    """Three clusters of four at 0.6, connected at 0.25."""
    pairs = {
        (one, other): 0.6 if one // 4 == other // 4 else 0.25
        for one, other in itertools.combinations(range(12), 2)
    }
    whole, _ = loose_groups(12, *arrays(pairs), retold, StoryConfig(max_group=12))
    assert groups(whole) == [list(range(12))]
    cut, _ = loose_groups(12, *arrays(pairs), retold, StoryConfig(max_group=11))
    assert groups(cut) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]


def test_what_no_score_cuts_is_cut_by_number():
    pairs = dict.fromkeys(itertools.combinations(range(7), 2), 1.0)
    labels, _ = loose_groups(7, *arrays(pairs), retold, StoryConfig(max_group=3))
    assert groups(labels) == [[0, 1, 2], [3, 4, 5]]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 99), st.integers(2, 6))
def test_no_group_is_larger_than_the_most_and_all_are_parts_of_loose_ones(seed, most):
    rng = np.random.default_rng(seed)
    pairs = {
        p: rng.random() * 0.29 for p in itertools.combinations(range(20), 2) if rng.random() < 0.4
    }
    cut, _ = loose_groups(20, *arrays(pairs), retold, StoryConfig(max_group=most))
    whole = average_linkage(20, *arrays(pairs), CONFIG.loose_threshold)
    assert all(len(group) <= most for group in groups(cut))
    assert all(len(set(whole[group].tolist())) == 1 for group in groups(cut))


NONE = np.arange(6)


@pytest.mark.parametrize(
    ("labels", "must_link", "changed", "expected"),
    [
        ([0, 0, 2, 2, 4, 5], NONE, [0, 2], [[0, 1], [2, 3]]),
        ([0, 0, 2, 2, 4, 5], NONE, [3], [[2, 3]]),
        ([0, 0, 2, 2, 4, 5], NONE, [], []),
        ([0, 0, 2, 2, 4, 5], [0, 1, 2, 1, 4, 5], [0], [[0, 1, 2, 3]]),
        ([0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 4], [5], [[4, 5]]),
        ([0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 4], [0], []),
    ],
    ids=["both new", "one new", "nothing new", "an earlier story", "that alone", "untouched"],
)
def test_groups_without_a_change_are_left_and_earlier_stories_stay_whole(
    labels, must_link, changed, expected
):
    mask = np.isin(np.arange(6), changed)
    found = with_must_links(np.array(labels), np.array(must_link), mask)
    assert groups(found) == expected
