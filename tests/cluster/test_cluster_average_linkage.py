import itertools
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.cluster.average_linkage import UNIT, average_linkage

laws = settings(max_examples=100, deadline=None)


def grouped(count, pairs, threshold):
    """Labels for pairs given as {(left, right): score}."""
    left = np.array([one for one, _ in pairs], np.int64)
    right = np.array([other for _, other in pairs], np.int64)
    scores = np.array(list(pairs.values()), np.float64)
    return average_linkage(count, left, right, scores, threshold).tolist()


@st.composite
def scored(draw, density=None):
    """Documents and scores of some pairs of them, no two means alike."""
    count = draw(st.integers(2, 14))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    share = draw(st.floats(0.1, 1)) if density is None else density
    pairs = {
        pair: float(rng.random())
        for pair in itertools.combinations(range(count), 2)
        if rng.random() <= share
    }
    return count, pairs, draw(st.sampled_from([0.1, 0.25, 0.5, 0.75]))


def partition(labels):
    found = {}
    for document, label in enumerate(labels):
        found.setdefault(label, []).append(document)
    return sorted(found.values())


def defined(count, pairs, threshold):
    """Average linkage as a textbook tells it."""
    clusters = [[document] for document in range(count)]

    def mean(one, other):
        every = [pairs.get((min(p), max(p)), 0.0) for p in itertools.product(one, other)]
        return sum(every) / len(every)

    while len(clusters) > 1:
        one, other = max(itertools.combinations(clusters, 2), key=lambda pair: mean(*pair))
        if mean(one, other) < threshold:
            break
        clusters = [each for each in clusters if each not in (one, other)] + [one + other]
    return sorted(map(sorted, clusters))


# --- parity --------------------------------------------------------------------------------------


@laws
@given(scored())
def test_groups_are_those_of_the_definition(drawn):
    assert partition(grouped(*drawn)) == defined(*drawn)


@laws
@given(scored(density=1.0))
def test_groups_of_densely_scored_documents_are_those_of_scipy(drawn):
    hierarchy = pytest.importorskip("scipy.cluster.hierarchy")
    _, pairs, threshold = drawn
    distances = np.array([1 - score for score in pairs.values()])
    tree = hierarchy.linkage(distances, "average")
    expected = hierarchy.fcluster(tree, 1 - threshold, "distance")
    assert partition(grouped(*drawn)) == partition(expected.tolist())


@laws
@given(scored())
def test_a_pair_that_is_not_given_counts_as_zero(drawn):
    count, pairs, threshold = drawn
    dense = {pair: pairs.get(pair, 0.0) for pair in itertools.combinations(range(count), 2)}
    assert grouped(count, pairs, threshold) == grouped(count, dense, threshold)


# --- laws ----------------------------------------------------------------------------------------


@laws
@given(scored())
def test_a_label_is_the_smallest_document_of_its_group(drawn):
    labels = grouped(*drawn)
    assert [min(group) for group in partition(labels)] == sorted(set(labels))
    assert all(min(group) == labels[group[0]] for group in partition(labels))


@laws
@given(scored(), st.randoms(use_true_random=False))
def test_the_order_of_pairs_and_of_their_sides_changes_nothing(drawn, random):
    count, pairs, threshold = drawn
    turned = [(pair[::-1] if random.random() < 0.5 else pair, pairs[pair]) for pair in pairs]
    random.shuffle(turned)
    assert grouped(count, dict(turned), threshold) == grouped(*drawn)


tied = st.dictionaries(
    st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda pair: pair[0] < pair[1]),
    st.sampled_from([0.25, 0.5, 0.75]),
)


@laws
@given(tied, st.randoms(use_true_random=False))
def test_the_order_of_pairs_decides_no_tie(pairs, random):
    turned = list(pairs.items())
    random.shuffle(turned)
    assert grouped(7, dict(turned), 0.5) == grouped(7, pairs, 0.5)


@st.composite
def with_ties(draw):
    """Documents and scores of some pairs of them, of few different scores."""
    count = draw(st.integers(2, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    levels = draw(st.sampled_from([[0.5], [0.25, 0.5, 1], [0.1, 0.2, 0.3, 1 / 3, 2 / 3]]))
    pairs = {
        pair: float(rng.choice(levels))
        for pair in itertools.combinations(range(count), 2)
        if rng.random() <= draw(st.sampled_from([0.3, 0.7]))
    }
    return count, pairs, draw(st.sampled_from([0.05, 0.1, 0.25]))


def in_order(count, pairs, threshold):
    """The definition with exact means; of equal means the pair with the smallest numbers first."""
    units = {pair: round(score * UNIT) for pair, score in pairs.items()}
    labels = list(range(count))
    while True:
        sums, sizes = Counter(), Counter(labels)
        for (one, other), score in units.items():
            ends = sorted((labels[one], labels[other]))
            if ends[0] != ends[1]:
                sums[tuple(ends)] += score
        means = {p: Fraction(total, sizes[p[0]] * sizes[p[1]]) for p, total in sums.items()}
        best = min(means, key=lambda pair: (-means[pair], pair), default=None)
        if best is None or means[best] < round(threshold * UNIT):
            return labels
        labels = [best[0] if label == best[1] else label for label in labels]


@laws
@given(with_ties())
def test_of_equal_means_the_smallest_numbers_are_joined_first(drawn):
    assert grouped(*drawn) == in_order(*drawn)


@laws
@given(scored(), st.data())
def test_numbering_documents_otherwise_gives_the_same_groups(drawn, data):
    count, pairs, threshold = drawn
    new = data.draw(st.permutations(range(count)))
    renamed = {(new[one], new[other]): score for (one, other), score in pairs.items()}
    expected = [sorted(new[each] for each in group) for group in partition(grouped(*drawn))]
    assert partition(grouped(count, renamed, threshold)) == sorted(expected)


@laws
@given(scored())
def test_no_join_is_left_that_reaches_the_threshold(drawn):
    _, pairs, threshold = drawn
    for one, other in itertools.combinations(partition(grouped(*drawn)), 2):
        every = [pairs.get((min(p), max(p)), 0.0) for p in itertools.product(one, other)]
        assert sum(every) / len(every) < threshold


# --- cases ---------------------------------------------------------------------------------------


def test_what_is_like_one_of_two_that_are_alike_is_not_chained_to_them():
    assert grouped(3, {(0, 1): 0.9, (1, 2): 0.8}, 0.5) == [0, 0, 2]
    assert grouped(3, {(0, 1): 0.8, (1, 2): 0.9}, 0.5) == [0, 1, 1]


def test_means_that_differ_by_less_than_a_unit_are_told_apart_from_equal_ones():
    """A third of a unit beside a half: 3 joins the cluster with the larger mean, not the first."""
    unit = 1 / UNIT
    pairs = {(0, 1): 0.9, (0, 2): 0.9, (1, 2): 0.9, (4, 5): 0.9}
    pairs |= {(0, 3): 0.6 + unit, (1, 3): 0.6, (2, 3): 0.6}
    pairs |= {(3, 4): 0.6 + unit, (3, 5): 0.6}
    assert grouped(6, pairs, 0.5) == [0, 0, 0, 3, 3, 3]


def test_a_long_chain_falls_apart():
    chain = {(at, at + 1): 0.9 - at / 1000 for at in range(50)}
    assert max(map(len, partition(grouped(51, chain, 0.5)))) == 2


def test_three_that_are_alike_two_by_two_are_one_group():
    assert grouped(3, {(0, 1): 0.9, (1, 2): 0.8, (0, 2): 0.7}, 0.5) == [0, 0, 0]


def test_a_missing_pair_is_made_up_for_by_the_others():
    assert grouped(3, {(0, 1): 0.9, (1, 2): 1.0}, 0.4) == [0, 0, 0]


def test_the_threshold_is_reached_where_it_is_met():
    assert grouped(2, {(0, 1): 0.5}, 0.5) == [0, 0]
    assert grouped(2, {(0, 1): 0.5}, 0.5001) == [0, 1]


@pytest.mark.parametrize("count", [0, 1, 4])
def test_documents_without_pairs_are_alone(count):
    assert grouped(count, {}, 0.5) == list(range(count))


def test_a_group_keeps_the_smallest_number_in_any_order_of_joins():
    pairs = {(3, 4): 0.9, (1, 3): 0.8, (1, 4): 0.8, (0, 2): 0.7}
    assert grouped(5, pairs, 0.5) == [0, 1, 0, 1, 1]
