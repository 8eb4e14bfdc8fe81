"""A batch of loose groups to clusters of tellings, by numbers of the batch."""

import itertools

import numpy as np
import pytest

from dedup.cluster.event_split import ScoredGroups, rewrite_clusters
from dedup.config import StoryConfig
from dedup.signatures.term_weights import count_terms, vectorize
from dedup.signatures.terms import terms

CONFIG = StoryConfig(threshold=0.5, contrast_weight=0.0, singleton_penalty=0.0)


def scored(sizes, odds, shared=()):
    """Groups of these sizes; odds by pairs of documents of the batch, -5 where none are given."""
    bounds = np.cumsum([0, *sizes])
    pairs = [
        pair for run in map(range, bounds, bounds[1:]) for pair in itertools.combinations(run, 2)
    ]
    left, right = np.array(pairs, np.int64).reshape(-1, 2).T
    tokens = terms([f"harbour word{n}" for n in range(bounds[-1])])
    vectors, _ = vectorize(*tokens, [None] * int(bounds[-1]), count_terms([tokens]))
    values = np.array([odds.get(pair, -5.0) for pair in pairs])
    return ScoredGroups(
        bounds, vectors, left, right, values, np.array([pair in shared for pair in pairs])
    )


def clusters(groups, must_link=None, config=CONFIG):
    labels = np.arange(groups.bounds[-1]) if must_link is None else np.array(must_link)
    return list(rewrite_clusters(groups, labels, config))


def test_each_group_of_a_batch_has_its_own_clusters():
    groups = scored([3, 2, 3], {(0, 2): 2.0, (3, 4): 1.0, (5, 6): 3.0, (6, 7): 3.0, (5, 7): 3.0})
    found = clusters(groups)
    assert [each.members.tolist() for each in found] == [[0, 2], [3, 4], [5, 6, 7]]
    assert [each.weakest.odds for each in found] == pytest.approx([2.0, 1.0, 3.0])


def test_a_cluster_has_the_odds_and_the_shared_words_of_its_members():
    groups = scored([2, 3], {(2, 4): 2.0, (3, 4): 2.5, (2, 3): 1.5}, shared={(2, 4)})
    (found,) = clusters(groups)
    assert found.members.tolist() == [2, 3, 4]
    assert found.odds.tolist() == [[0.0, 1.5, 2.0], [1.5, 0.0, 2.5], [2.0, 2.5, 0.0]]
    assert found.shared.tolist() == [[False, False, True], [False] * 3, [True, False, False]]


def test_the_weakest_join_is_named_by_documents_of_the_cluster():
    groups = scored(
        [1, 4], {(1, 2): 3.0, (3, 4): 2.0, (1, 3): 1.0, (1, 4): 1.0, (2, 3): 1.0, (2, 4): 1.0}
    )
    (found,) = clusters(groups)
    assert {found.weakest.left, found.weakest.right} == {1, 3}
    assert found.weakest.odds == pytest.approx(1.0)


def test_the_threshold_is_a_probability():
    groups = scored([2], {(0, 1): 1.0})
    assert len(clusters(groups, config=StoryConfig(threshold=0.73, singleton_penalty=0.0))) == 1
    assert clusters(groups, config=StoryConfig(threshold=0.74, singleton_penalty=0.0)) == []


def test_documents_that_must_be_linked_are_one_cluster_whatever_their_odds():
    groups = scored([3, 2], {(3, 4): 2.0})
    found = clusters(groups, must_link=[7, 1, 7, 7, 8])
    assert [each.members.tolist() for each in found] == [[0, 2], [3, 4]]
    assert found[0].weakest.odds == pytest.approx(-5.0)
