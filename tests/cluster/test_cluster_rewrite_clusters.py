"""A batch of loose groups to clusters of tellings, by numbers of the batch."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.cluster.event_split import RewriteCluster, ScoredGroups, count_splits, rewrite_clusters
from dedup.config import StoryConfig
from dedup.signatures.term_weights import count_terms, vectorize
from dedup.signatures.terms import terms

FREE = {"singleton_penalty": 0.0, "size_penalty": 0.0}
CONFIG = StoryConfig(threshold=0.5, contrast_weight=0.0, **FREE)


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
    assert len(clusters(groups, config=StoryConfig(threshold=0.73, **FREE))) == 1
    assert clusters(groups, config=StoryConfig(threshold=0.74, **FREE)) == []


def test_the_weakest_join_is_named_with_its_score_whatever_its_size_costs():
    groups = scored([2, 3], dict.fromkeys([(0, 1), (2, 3), (2, 4), (3, 4)], 2.0))
    dear = StoryConfig(threshold=0.5, contrast_weight=0.0, singleton_penalty=1.9, size_penalty=1.0)
    assert [each.weakest.odds for each in clusters(groups, config=dear)] == [2.0, 2.0]


def test_documents_that_must_be_linked_are_one_cluster_whatever_their_odds():
    groups = scored([3, 2], {(3, 4): 2.0})
    found = clusters(groups, must_link=[7, 1, 7, 7, 8])
    assert [each.members.tolist() for each in found] == [[0, 2], [3, 4]]
    assert found[0].weakest.odds == pytest.approx(-5.0)


def test_each_member_has_the_join_that_united_it_with_another():
    odds = {(1, 2): 3.0, (3, 4): 2.0, (1, 3): 1.5, (1, 4): 1.0, (2, 3): 1.0, (2, 4): 0.5}
    (found,) = clusters(scored([1, 4], odds))
    of_first, of_last = (
        {member: mean for member, (_, mean) in found.joins_with(each).items()} for each in (1, 4)
    )
    assert of_first == pytest.approx({2: 3.0, 3: 1.0, 4: 1.0})
    assert of_last == pytest.approx({3: 2.0, 1: 1.0, 2: 1.0})


def test_a_join_below_the_threshold_was_forced():
    found = clusters(scored([3, 2], {(3, 4): 2.0}), must_link=[7, 1, 7, 7, 8])
    assert [[each.is_forced for each in cluster.joins] for cluster in found] == [[True], [False]]


@given(
    st.lists(st.floats(-6, 6), min_size=15, max_size=15), st.lists(st.integers(0, 5), min_size=6)
)
def test_the_odds_of_a_join_are_the_mean_between_the_two_clusters(odds, labels):
    """Without contrast terms."""
    pairs = dict(zip(itertools.combinations(range(6), 2), odds, strict=True))
    for cluster in clusters(scored([6], pairs), must_link=labels[:6]):
        members = cluster.members.tolist()
        for one in members:
            for other, (join, mean) in cluster.joins_with(one).items():
                united = [join is each for each in cluster.joins].index(True)
                parts = {each: {each} for each in members}
                for each in cluster.joins[:united]:
                    parts[each.left] |= parts.pop(each.right)
                left, right = parts[join.left], parts[join.right]
                assert {one, other} & left
                assert {one, other} & right
                between = cluster.odds[
                    np.ix_(*([members.index(each) for each in part] for part in (left, right)))
                ]
                assert mean == pytest.approx(between.mean())
                assert join.odds + join.cost == pytest.approx(mean)
                assert join.is_forced == (join.odds < 0)
        assert cluster.joins_with(members[0]).keys() == set(members[1:])
        assert min(each.odds for each in cluster.joins) == cluster.weakest.odds


# --- splits --------------------------------------------------------------------------------------


def of_members(*members):
    """Clusters of which only the members are known."""
    none = np.zeros((0, 0))
    return [RewriteCluster(np.array(each), none, none.astype(np.bool_), None) for each in members]


def splits(sizes, odds, members, config=CONFIG):
    return count_splits(scored(sizes, odds), of_members(*members), config)


ALIKE = dict.fromkeys(itertools.combinations(range(4), 2), 1.0)


def test_two_clusters_that_their_scores_would_join_are_a_split():
    assert splits([4], ALIKE, [[0, 1], [2, 3]]) == 1
    assert splits([4], ALIKE, [[0, 1, 2, 3]]) == 0


def test_a_document_beside_a_cluster_is_a_split_and_two_single_ones_are_none():
    """Two single documents have no contrast terms: another rule keeps them apart."""
    assert splits([3], ALIKE, [[0, 1]]) == 1
    assert splits([4], ALIKE, [[0, 3]]) == 2
    assert splits([2], ALIKE, []) == 0
    assert splits([4], ALIKE, []) == 0


def test_clusters_that_their_scores_keep_apart_are_no_split():
    apart = {(0, 1): 3.0, (2, 3): 3.0, (0, 2): 2.0}
    assert splits([4], apart, [[0, 1], [2, 3]]) == 0
    near = {**ALIKE, (0, 2): -3.0}
    assert splits([4], near, [[0, 1], [2, 3]]) == 1
    assert splits([4], {**ALIKE, (0, 2): -3.1}, [[0, 1], [2, 3]]) == 0


def test_splits_are_counted_from_the_threshold():
    given_members = [4], ALIKE, [[0, 1], [2, 3]]
    assert splits(*given_members, StoryConfig(threshold=0.73, **FREE)) == 1
    assert splits(*given_members, StoryConfig(threshold=0.74, **FREE)) == 0


def test_clusters_that_their_sizes_keep_apart_are_no_split():
    given_members = [4], ALIKE, [[0, 1], [2, 3]]
    for penalties, count in (((1.9, 0.0), 1), ((2.1, 0.0), 0), ((0.0, 0.9), 1), ((0.0, 1.1), 0)):
        names = dict(zip(FREE, penalties, strict=True))
        assert splits(*given_members, StoryConfig(threshold=0.5, **names)) == count


def test_splits_of_groups_are_added_up_and_none_is_between_groups():
    odds = {**ALIKE, **{(one + 4, other + 4): 1.0 for one, other in ALIKE}}
    assert splits([4, 4], odds, [[0, 1], [2, 3], [4, 5], [6, 7]]) == 2
    assert splits([4, 4], odds, [[0, 1], [2, 3], [4, 5, 6, 7]]) == 1
    assert splits([1, 4, 1], {(1, 2): 1.0}, [[1, 2]]) == 0
    assert splits([], {}, []) == 0


def defined_splits(sizes, odds, members, threshold):
    """Pairs of clusters of one group, three documents or more, whose mean reaches the threshold."""
    count, start = 0, 0
    for size in sizes:
        within = [each for each in members if start <= each[0] < start + size]
        single = set(range(start, start + size)) - {one for each in within for one in each}
        for one, other in itertools.combinations([*within, *([each] for each in single)], 2):
            between = [odds[min(pair), max(pair)] for pair in itertools.product(one, other)]
            mean = sum(between) / len(between)
            count += mean >= threshold and len(one) + len(other) > 2
        start += size
    return count


@st.composite
def divided(draw):
    """Groups with odds, and some of their documents in clusters."""
    sizes = draw(st.lists(st.integers(1, 5), max_size=3))
    odds, members, start = {}, [], 0
    for size in sizes:
        run = range(start, start + size)
        for pair in itertools.combinations(run, 2):
            odds[pair] = draw(st.integers(-8, 8)) / 3 + 0.01
        labels = [draw(st.integers(0, 2)) for _ in run]
        for label in range(3):
            inside = [each for each, own in zip(run, labels, strict=True) if own == label]
            if len(inside) > 1:
                members.append(inside)
        start += size
    return sizes, odds, members


@settings(max_examples=100, deadline=None)
@given(divided())
def test_splits_are_those_of_the_definition(drawn):
    assert splits(*drawn) == defined_splits(*drawn, 0.0)


def test_reports_of_an_affair_that_words_keep_apart_are_counted():
    """Two reports by three outlets each, which have words of their own."""
    reports = ["fire smoke roof"] * 3 + ["vote seat poll"] * 3
    tokens = terms([f"harbour mayor council {own}" for own in reports])
    vectors, _ = vectorize(*tokens, [None] * 6, count_terms([tokens]))
    left, right = np.array(list(itertools.combinations(range(6), 2)), np.int64).T
    odds = np.where(left // 3 == right // 3, 3.0, 0.2)
    shared = np.zeros(left.size, np.bool_)
    groups = ScoredGroups(np.array([0, 6]), vectors, left, right, odds, shared)

    config = StoryConfig(threshold=0.5, contrast_weight=1.2, **FREE)
    found = clusters(groups, config=config)
    assert sorted(each.members.tolist() for each in found) == [[0, 1, 2], [3, 4, 5]]
    assert count_splits(groups, found, config) == 1
    assert count_splits(groups, clusters(groups), CONFIG) == 0
