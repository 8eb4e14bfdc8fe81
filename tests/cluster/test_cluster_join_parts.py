"""What a join is worth, part by part, is what the joins of a group are made by."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.cluster.event_split import join_parts, joins_of
from dedup.config import StoryConfig
from dedup.kernels.event_split import MOST_CONTRAST_TERMS

STORY = StoryConfig()


@st.composite
def loose_groups(draw):
    """Log odds of two reports of an affair, and the terms and weights of each document."""
    count = draw(st.integers(2, 10))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    report = rng.integers(0, 2, count)
    same = report[:, None] == report
    upper = np.triu(rng.normal(np.where(same, 3.0, draw(st.sampled_from([-2, 0, 2]))), 1.0), 1)
    own = [rng.choice(60, 15, replace=False) for _ in range(2)]
    terms = [
        np.unique(np.append(own[each][rng.random(15) < 0.9], rng.choice(60, 4))).astype(np.uint32)
        for each in report
    ]
    weights = rng.random(60).astype(np.float32)
    return upper + upper.T, terms, [weights[each] for each in terms]


@given(loose_groups())
def test_the_parts_of_each_join_sum_to_what_it_was_worth(group):
    clusters = {index: [index] for index in range(len(group[1]))}
    for join in joins_of(*group, np.arange(len(group[1])), STORY):
        both = tuple(np.array(clusters[each]) for each in (join.left, join.right))
        parts = join_parts(*group, both, STORY)
        assert parts.worth(STORY.threshold_odds) == pytest.approx(join.odds, abs=1e-9)
        assert parts.size_cost == join.cost
        clusters[join.left] += clusters.pop(join.right)
    left = [np.array(each) for each in clusters.values()]
    for one in range(len(left)):
        for other in range(one):
            parts = join_parts(*group, (left[one], left[other]), STORY)
            assert parts.worth(STORY.threshold_odds) < 0


def test_contrast_terms_are_those_of_one_side_the_heaviest_first():
    odds = np.full((6, 6), -1.0)
    odds[:3, :3] = odds[3:, 3:] = 3.0
    sides = [np.arange(0, 20), np.arange(10, 30)]  # 10 to 19 are in all of them
    terms = [side.astype(np.uint32) for side in sides for _ in range(3)]
    weight = np.linspace(0.1, 1.0, 30).astype(np.float32)

    parts = join_parts(
        odds, terms, [weight[each] for each in terms], (np.arange(3), np.arange(3, 6)), STORY
    )

    assert parts.mean == -1.0
    assert parts.contrast_cost > 0
    assert [each.tolist() for each in parts.contrast_terms] == [
        [9, 8, 7, 6, 5, 4][:MOST_CONTRAST_TERMS],
        [29, 28, 27, 26, 25, 24][:MOST_CONTRAST_TERMS],
    ]


def test_two_single_documents_have_no_contrast():
    terms = [np.array([1, 2], np.uint32), np.array([3], np.uint32)]
    weights = [np.ones(each.size, np.float32) for each in terms]

    parts = join_parts(
        np.array([[0.0, 1.0], [1.0, 0.0]]), terms, weights, (np.array([0]), np.array([1])), STORY
    )

    assert (parts.mean, parts.contrast_cost) == (1.0, 0.0)
    assert [each.size for each in parts.contrast_terms] == [0, 0]
