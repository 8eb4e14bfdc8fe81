import itertools
from math import log, log2, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.cluster.event_split import MOST_TERMS, split_events
from dedup.kernels.event_split import CHANCE, MOST_CONTRAST_TERMS

laws = settings(max_examples=100, deadline=None)

WEIGHT = 2.0


# --- definition ----------------------------------------------------------------------------------


def log_likelihood_ratio(a, one, b, other):
    """Dunning's: of a in one and b in other documents, two shares against one."""

    def likelihood(k, n, share):
        return (k * log(share) if k else 0.0) + ((n - k) * log(1 - share) if n > k else 0.0)

    both = (a + b) / (one + other)
    apart = likelihood(a, one, a / one) + likelihood(b, other, b / other)
    return apart - likelihood(a, one, both) - likelihood(b, other, both)


def contrast_terms(one, other, texts, weights):
    """The strongest words of the side that has fewer of its own."""
    sides = [[], []]
    most = log_likelihood_ratio(len(one), len(one), 0, len(other))
    for term in set().union(*texts):
        must_link = [sum(term in texts[each] for each in side) for side in (one, other)]
        if not 1 < sum(term in text for text in texts) < len(texts):
            continue
        lean = must_link[0] / len(one) - must_link[1] / len(other)
        if abs(lean) > 1e-12:
            ratio = log_likelihood_ratio(must_link[0], len(one), must_link[1], len(other))
            sides[lean < 0].append((ratio - CHANCE) / most * weights[term])
    return min(
        sum(sorted(each for each in side if each > 0)[-MOST_CONTRAST_TERMS:]) for side in sides
    )


def mean(pairs, odds):
    values = [odds[one, other] for one, other in pairs]
    return sum(values) / len(values)


def size_cost(one, other, penalties):
    """More for few pairs, and for each doubling of the smaller cluster."""
    singleton_penalty, size_penalty = penalties
    pairs, smaller = len(one) * len(other), min(len(one), len(other))
    return singleton_penalty / sqrt(pairs) + size_penalty * log2(smaller)


def worth(one, other, odds, texts, weights, contrast_weight, penalties):
    """Mean log odds between, less the cost, and contrast terms times how much higher inside."""
    between = mean(itertools.product(one, other), odds)
    value = between - size_cost(one, other, penalties)
    inside = [pair for side in (one, other) for pair in itertools.combinations(side, 2)]
    if value < 0 or not inside or not contrast_weight:
        return value
    contrast = max(0.0, mean(inside, odds) - between)
    return value - contrast_weight * contrast * contrast_terms(one, other, texts, weights)


def defined(odds, texts, weights, contrast_weight, penalties=(0.0, 0.0)):
    """Join the two clusters that are worth it most, again and again."""
    clusters, strengths = [(each,) for each in range(len(odds))], []
    while len(clusters) > 1:
        found = [
            (worth(one, other, odds, texts, weights, contrast_weight, penalties), one, other)
            for one, other in itertools.combinations(clusters, 2)
        ]
        value, one, other = max(found)
        if value < 0:
            break
        strengths.append(value)
        clusters = [each for each in clusters if each not in (one, other)] + [one + other]
    return sorted(tuple(sorted(each)) for each in clusters), strengths


# --- groups --------------------------------------------------------------------------------------


def split(odds, texts, weights, contrast_weight, penalties=(0.0, 0.0)):
    """The joins, and the clusters that they make."""
    terms = [np.array(sorted(text), np.uint32) for text in texts]
    heavy = [np.array([weights[term] for term in sorted(text)], np.float32) for text in texts]
    joins = split_events(
        np.array(odds, np.float64),
        terms,
        heavy,
        contrast_weight=contrast_weight,
        singleton_penalty=penalties[0],
        size_penalty=penalties[1],
    )
    clusters = {each: [each] for each in range(len(texts))}
    for join in joins:
        clusters[join.left] += clusters.pop(join.right)
    return joins, sorted(tuple(sorted(each)) for each in clusters.values())


@st.composite
def groups(draw):
    """Log odds without ties, texts, and what each term weighs: reports of one affair and chance."""
    count = draw(st.integers(1, 9))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    report = rng.integers(0, draw(st.integers(1, 3)), count)
    same = report[:, None] == report
    centre = np.where(same, draw(st.sampled_from([2, 4])), draw(st.sampled_from([-1, 1, 3])))
    upper = np.triu(rng.normal(centre, draw(st.sampled_from([0.5, 2]))), 1)
    every = range(40)
    own = [set(rng.choice(every, 8).tolist()) for _ in range(3)]
    noise = draw(st.integers(0, 6))
    texts = [
        {term for term in own[each] if rng.random() < 0.9} | set(rng.choice(every, noise).tolist())
        for each in report
    ]
    weights = {term: float(np.float32(rng.random())) for term in every}
    return upper + upper.T, texts, weights


def two_reports(within, between, texts):
    """Two reports of three tellings each: odds inside a report and between the two."""
    odds = np.full((6, 6), float(between))
    odds[:3, :3] = odds[3:, 3:] = within
    np.fill_diagonal(odds, 0.0)
    return split(odds, texts, dict.fromkeys(range(1000), 1.0), WEIGHT)[1]


ONE, TWO, BOTH = (0, 1, 2), (3, 4, 5), (0, 1, 2, 3, 4, 5)


# --- laws ----------------------------------------------------------------------------------------


@laws
@given(groups())
def test_without_a_contrast_weight_groups_are_those_of_average_linkage(group):
    joins, clusters = split(*group, 0.0)
    expected, strengths = defined(*group, 0.0)
    assert clusters == expected
    assert [join.odds for join in joins] == pytest.approx(strengths)


@laws
@given(groups(), st.floats(0.05, 3.0), st.tuples(st.floats(0.0, 3.0), st.floats(0.0, 1.0)))
def test_with_a_price_joins_are_those_of_the_definition(group, contrast_weight, penalties):
    joins, clusters = split(*group, contrast_weight, penalties)
    expected, strengths = defined(*group, contrast_weight, penalties)
    assert clusters == expected
    assert [join.odds for join in joins] == pytest.approx(strengths)


@laws
@given(groups(), st.floats(0.0, 3.0), st.data())
def test_the_order_of_documents_changes_no_cluster(group, contrast_weight, data):
    odds, texts, weights = group
    order = data.draw(st.permutations(range(len(texts))))
    turned = split(
        odds[np.ix_(order, order)], [texts[each] for each in order], weights, contrast_weight
    )[1]
    expected = split(*group, contrast_weight)[1]
    assert sorted(tuple(sorted(order[each] for each in one)) for one in turned) == expected


@laws
@given(groups(), st.floats(0.0, 3.0))
def test_a_join_names_a_document_of_each_side_and_is_worth_something(group, contrast_weight):
    joins, clusters = split(*group, contrast_weight)
    assert len(joins) == len(group[1]) - len(clusters)
    gone = set()
    for join in joins:
        assert join.odds >= 0
        assert join.left != join.right
        assert not {join.left, join.right} & gone
        gone.add(join.right)


@laws
@given(groups(), st.floats(0.0, 3.0))
def test_terms_of_one_text_and_of_all_texts_change_nothing(group, contrast_weight):
    odds, texts, weights = group
    more = [{*text, 500 + number, 900} for number, text in enumerate(texts)]
    heavy = {**weights, **dict.fromkeys(range(500, 901), 1.0)}
    assert split(odds, more, heavy, contrast_weight) == split(odds, texts, weights, contrast_weight)


# --- contrast terms ------------------------------------------------------------------------------


def test_rival_words_hold_apart_what_the_pairs_alone_would_join():
    contrast = [{*range(6)}] * 3 + [{*range(10, 16)}] * 3
    assert two_reports(5, 2, [set()] * 6) == [BOTH]
    assert two_reports(5, 2, contrast) == [ONE, TWO]


def test_words_of_a_single_telling_contrast_with_nothing():
    odds = np.full((5, 5), 2.0)
    odds[:4, :4] = 5.0
    texts = [{*range(6)}] * 4 + [{*range(10, 30)}]
    assert split(odds, texts, dict.fromkeys(range(30), 1.0), WEIGHT)[1] == [(0, 1, 2, 3, 4)]


def test_words_of_one_side_only_do_not():
    assert two_reports(5, 2, [{*range(20)}] * 3 + [set()] * 3) == [BOTH]


def test_a_single_word_on_either_side_does_not():
    assert two_reports(5, 4, [{0}] * 3 + [{1}] * 3) == [BOTH]


def test_one_word_against_many_does_not():
    assert two_reports(5, 4, [{0}] * 3 + [{*range(10, 30)}] * 3) == [BOTH]


def test_words_that_differ_from_text_to_text_do_not():
    assert two_reports(5, 2, [{n, n + 6, n + 12} for n in range(6)]) == [BOTH]


def test_words_that_both_use_do_not():
    assert two_reports(5, 2, [{*range(20)}] * 6) == [BOTH]


def test_words_that_weigh_nothing_do_not():
    odds = np.full((6, 6), 2.0)
    odds[:3, :3] = odds[3:, 3:] = 5.0
    contrast = [{*range(6)}] * 3 + [{*range(10, 16)}] * 3
    assert split(odds, contrast, dict.fromkeys(range(16), 0.001), WEIGHT)[1] == [BOTH]


def test_no_rival_words_are_needed_where_the_pairs_forbid_a_join():
    assert two_reports(5, -1, [set()] * 6) == [ONE, TWO]


def test_of_many_terms_those_that_part_the_group_best_are_looked_at():
    """More terms than are looked at, light and shared by two texts, come before the contrast."""
    light = range(100, 100 + 2 * MOST_TERMS)
    texts = [{*range(6), *light}, {*range(6), *light}, {*range(6)}] + [{*range(10, 16)}] * 3
    weights = {**dict.fromkeys(range(16), 1.0), **dict.fromkeys(light, 0.1)}
    odds = np.full((6, 6), 2.0)
    odds[:3, :3] = odds[3:, 3:] = 5.0
    assert split(odds, texts, weights, WEIGHT)[1] == [ONE, TWO]


# --- small groups --------------------------------------------------------------------------------


def test_one_document_has_no_joins():
    assert split([[0.0]], [{1, 2}], {1: 1.0, 2: 1.0}, WEIGHT) == ([], [(0,)])


@pytest.mark.parametrize(("odds", "joined"), [(3.0, True), (0.0, True), (-0.1, False)])
def test_two_documents_are_joined_by_their_odds_whatever_their_words(odds, joined):
    square = [[0.0, odds], [odds, 0.0]]
    joins, clusters = split(square, [{1, 2}, {3, 4}], dict.fromkeys(range(5), 1.0), WEIGHT)
    assert (clusters == [(0, 1)]) is joined
    assert [join.odds for join in joins] == ([odds] if joined else [])


def test_documents_without_terms_are_separated_by_their_odds():
    odds = np.array([[0, 2, -2], [2, 0, -2], [-2, -2, 0]])
    assert split(odds, [set(), set(), set()], {}, WEIGHT)[1] == [(0, 1), (2,)]


def test_of_equal_joins_the_first_is_made():
    odds = np.array([[0.0, 1.0, -1.0], [1.0, 0.0, 1.0], [-1.0, 1.0, 0.0]])
    (first, *_), clusters = split(odds, [set()] * 3, {}, WEIGHT)
    assert (first.left, first.right) == (0, 1)
    assert clusters == [(0, 1, 2)]


# --- what an earlier dump found to be one story ---------------------------------------------------


def with_must_links(group, labels):
    """The clusters where documents of one label must be linked."""
    odds, texts, weights = group
    terms = [np.array(sorted(text), np.uint32) for text in texts]
    heavy = [np.array([weights[term] for term in sorted(text)], np.float32) for text in texts]
    joins = split_events(
        np.array(odds, np.float64),
        terms,
        heavy,
        contrast_weight=WEIGHT,
        must_link=np.array(labels, np.int64),
    )
    clusters = {each: [each] for each in range(len(texts))}
    for join in joins:
        clusters[join.left] += clusters.pop(join.right)
    return joins, sorted(tuple(sorted(each)) for each in clusters.values())


@laws
@given(groups(), st.integers(0, 2**32))
def test_documents_that_must_be_linked_are_in_one_cluster(group, seed):
    labels = np.random.default_rng(seed).integers(0, 4, len(group[1])).tolist()
    _, clusters = with_must_links(group, labels)
    for label in set(labels):
        members = {each for each, own in enumerate(labels) if own == label}
        assert sum(bool(members & set(cluster)) for cluster in clusters) == 1


@laws
@given(groups())
def test_without_must_links_nothing_changes(group):
    every = list(range(len(group[1])))
    assert with_must_links(group, every) == split(*group, WEIGHT)


def test_a_join_by_a_must_link_has_its_own_odds():
    odds = [[0.0, -3.0], [-3.0, 0.0]]
    (join,), clusters = with_must_links((odds, [{1}, {2}], {1: 1.0, 2: 1.0}), [7, 7])
    assert clusters == [(0, 1)]
    assert join.odds == -3.0


# --- sizes ---------------------------------------------------------------------------------------


def beside(size, score):
    """A cluster of some tellings, and a document that scores so much with each of them."""
    odds = np.full((size + 1, size + 1), 4.0)
    odds[size] = odds[:, size] = score
    np.fill_diagonal(odds, 0.0)
    return split(odds, [set()] * (size + 1), {}, 0.0, penalties=(1.8, 0.0))[1]


def test_a_document_needs_less_to_join_many_tellings_than_to_join_one():
    for size, least in ((1, 1.8), (4, 0.9), (9, 0.6)):
        everyone = tuple(range(size + 1))
        assert beside(size, least + 0.01) == [everyone]
        assert everyone not in beside(size, least - 0.01)


def test_two_large_clusters_need_more_than_two_small_ones():
    for size, least in ((1, 0.0), (2, 0.5), (4, 1.0)):
        half = np.arange(2 * size) // size
        for score, count in ((least + 0.01, 1), (least - 0.01, 2)):
            odds = np.where(half[:, None] == half, 4.0, score)
            np.fill_diagonal(odds, 0.0)
            assert len(split(odds, [set()] * (2 * size), {}, 0.0, penalties=(0.0, 0.5))[1]) == count
