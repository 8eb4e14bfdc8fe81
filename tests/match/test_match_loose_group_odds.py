"""Odds of all pairs of loose groups: those of the features, less what dates and languages say."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.config import MatchConfig, StoryConfig
from dedup.match.loose_group_odds import (
    FRESH_DAYS,
    LEAST_OTHER_DAYS,
    MOST_AFFAIR_PENALTY,
    affair_penalty,
    group_features,
    loose_group_odds,
)
from dedup.match.similarity import PairScores
from dedup.match.story_score import (
    FEATURES,
    GROUP_FEATURES,
    MOST_ODDS,
    Model,
    pair_features,
)
from dedup.signatures.term_weights import count_terms, vectorize
from dedup.signatures.terms import terms

laws = settings(max_examples=100, deadline=None)

DAY = 86_400.0
STORY, MATCH = StoryConfig(), MatchConfig()
MODEL = Model(-3.0, (1.0, 0.5, 2.0, 1.0, 0.5, 0.5, 1.0, 0.6))

# Weekdays that a lead names, a bit each.
NO_DAY, MONDAY, TUESDAY, FRIDAY = 0, 1, 2, 16

TEXTS = [
    "The ferry Ocean Star ran aground off Port Elwood on Monday. Nobody was hurt, police said.",
    "Off Port Elwood the ferry Ocean Star hit a rock. Police said that all were safe.",
]


def vectors_of(texts):
    tokens = terms(texts)
    return vectorize(*tokens, [None] * len(texts), count_terms([tokens]))[0]


def scores_of(left, right, contained=0.0, numbers=1.0):
    """Pairs of which all share as much."""
    left, right = np.array(left, np.int64), np.array(right, np.int64)
    shares = (np.full(left.size, value) for value in (contained, contained, contained, numbers))
    return PairScores(left, right, *shares)


def odds_of(
    *,
    days=(0.0, 0.0),
    named=(NO_DAY, NO_DAY),
    languages=(-1, -1),
    contained=0.0,
    numbers=1.0,
    texts=TEXTS,
    story=STORY,
):
    """Log odds of the one pair of two texts, and whether they share words."""
    pair = scores_of([0], [1], contained, numbers)
    arrays = np.array(days) * DAY, np.array(named, np.uint8), np.array(languages, np.int16)
    parts = loose_group_odds(vectors_of(texts), *arrays, pair, MODEL, MATCH, story)
    return float(parts.odds()[0]), bool(parts.shared[0])


def plain_odds(no_other_day, same_day):
    """Log odds of the two texts by their features."""
    vectors = vectors_of(TEXTS)
    texts = pair_features(vectors, vectors, np.array([0]), np.array([1]))
    return float(MODEL.odds(np.column_stack([texts, [no_other_day], [same_day]]))[0])


PLAIN = plain_odds(1.0, 0.0)


@pytest.mark.parametrize("days", [(0, 0), (0, FRESH_DAYS), (np.nan, 0), (np.nan, np.nan)])
@pytest.mark.parametrize("languages", [(0, 0), (-1, 0), (0, -1), (-1, -1)])
def test_near_or_undated_documents_have_the_odds_of_their_features(days, languages):
    assert -MOST_ODDS < PLAIN < MOST_ODDS
    assert odds_of(days=days, languages=languages) == (PLAIN, False)


def test_each_day_over_the_first_costs_the_date_penalty():
    late = odds_of(days=(FRESH_DAYS + 1, 0))[0]
    assert late == pytest.approx(PLAIN - STORY.date_penalty)
    assert odds_of(days=(0, FRESH_DAYS + 1))[0] == late


@pytest.mark.parametrize(
    "given",
    [{"days": (0, STORY.window_days + 0.1)}, {"languages": (0, 1)}],
    ids=["out of the window", "two languages"],
)
def test_pairs_that_cannot_tell_one_story_have_the_least_odds(given):
    assert odds_of(**given)[0] == -MOST_ODDS


@pytest.mark.parametrize(
    ("contained", "shared"), [(STORY.derived, True), (np.nextafter(STORY.derived, 0), False)]
)
def test_pairs_share_words_from_the_share_of_a_derived_text(contained, shared):
    assert odds_of(contained=contained)[1] == shared


def test_two_texts_off_one_template_have_the_least_odds_and_share_words():
    """The same words with other numbers."""
    assert odds_of(contained=0.9, numbers=0.0) == (-MOST_ODDS, True)
    assert odds_of(contained=0.9, numbers=1.0) == (PLAIN, True)


@pytest.mark.parametrize(
    ("named", "features"),
    [
        ((NO_DAY, NO_DAY), (1.0, 0.0)),
        ((MONDAY, NO_DAY), (1.0, 0.0)),
        ((MONDAY, MONDAY), (1.0, 1.0)),
        ((MONDAY | FRIDAY, FRIDAY), (1.0, 1.0)),
        ((MONDAY, TUESDAY), (0.0, 0.0)),
        ((MONDAY | FRIDAY, TUESDAY), (0.0, 0.0)),
    ],
    ids=["none", "one only", "the same", "one in common", "others", "none in common"],
)
def test_weekdays_that_leads_name_speak_for_one_story_or_two(named, features):
    undated = (np.nan, np.nan)
    found = odds_of(named=named, days=undated)
    assert found[0] == pytest.approx(plain_odds(*features))
    assert odds_of(named=named[::-1], days=undated) == found


# --- features of groups --------------------------------------------------------------------------

bits = st.lists(st.integers(0, 127), min_size=2, max_size=5)


@laws
@given(bits)
def test_features_of_groups_are_those_of_texts_and_days(named):
    vectors = vectors_of([TEXTS[number % 2] for number in range(len(named))])
    pairs = list(itertools.combinations(range(len(named)), 2))
    left, right = np.array(pairs, np.int64).T
    unknown = np.full(len(named), np.nan)
    features, other_day = group_features(vectors, unknown, np.array(named, np.uint8), left, right)
    assert features.shape == (len(pairs), len(GROUP_FEATURES))
    texts = pair_features(vectors, vectors, left, right)
    assert features[:, : len(FEATURES)].tolist() == texts.tolist()
    columns = [list(GROUP_FEATURES).index(name) for name in ("no_other_day", "same_day")]
    for (one, other), found, differs in zip(pairs, features[:, columns], other_day, strict=True):
        common = bool(named[one] & named[other])
        both = bool(named[one] and named[other])
        assert differs == (both and not common)
        assert found.tolist() == [float(not differs), float(common)]


@pytest.mark.parametrize(
    ("days", "differs"),
    [((0, 0.1), False), ((0, 19 / 24), False), ((0, 1), True), ((np.nan, 0), True)],
)
def test_leads_of_one_night_do_not_name_other_days(days, differs):
    vectors = vectors_of(TEXTS)
    moments, ends = np.array(days) * DAY, (np.array([0]), np.array([1]))
    _, other_day = group_features(vectors, moments, np.array([4, 8], np.uint8), *ends)
    assert other_day.tolist() == [differs]


# --- affairs -------------------------------------------------------------------------------------

EVEN = -1.4


def groups_of(documents, start=0):
    """All pairs of one group."""
    return list(itertools.combinations(range(start, start + documents), 2))


def penalties(pairs, odds, controls, documents, level=EVEN):
    found = affair_penalty(
        *np.array(pairs).T,
        np.array(odds, np.float64),
        np.array(controls, np.bool_),
        documents,
        level,
    )
    return dict(zip(pairs, found.tolist(), strict=True))


def of_days(days, odds):
    """Penalties of a group whose documents are of some days; ``odds`` by pair, else the level."""
    pairs = groups_of(len(days))
    controls = [days[one] != days[other] for one, other in pairs]
    return penalties(pairs, [odds.get(pair, EVEN) for pair in pairs], controls, len(days))


def test_a_pair_loses_what_its_documents_have_with_those_of_other_days():
    """Two of Monday, two of Tuesday; each is by 1 above the level with those of the other day."""
    across = {(0, 2): EVEN + 1, (0, 3): EVEN + 1, (1, 2): EVEN + 1, (1, 3): EVEN + 1}
    assert of_days("MMTT", across) == pytest.approx(dict.fromkeys(groups_of(4), 1.0))
    assert of_days("MMTT", across | {(0, 1): 8.0}) == of_days("MMTT", across)


def test_of_the_two_documents_the_lower_counts():
    """The first is like both of Tuesday, the second like none."""
    across = {(0, 2): EVEN + 0.8, (0, 3): EVEN + 0.4}
    found = of_days("MMTT", across)
    assert found[0, 1] == 0.0
    # The third has a mean of 0.4, the fourth of 0.2.
    assert found[2, 3] == pytest.approx(0.2)
    assert found[0, 2] == pytest.approx(0.4)


def test_one_document_of_another_day_may_be_a_late_telling_and_two_are_not():
    assert LEAST_OTHER_DAYS == 2
    pairs = dict.fromkeys(groups_of(4), EVEN + 1)
    one, two = of_days("MMT", pairs), of_days("MMTT", pairs)
    assert set(one.values()) == {0.0}
    assert two[0, 1] == pytest.approx(1.0)


def test_each_document_of_a_pair_needs_two_of_other_days():
    """That of Tuesday has three of another day, those of Monday one."""
    pairs = dict.fromkeys(groups_of(4), EVEN + 1)
    assert set(of_days("MMMT", pairs).values()) == {0.0}


def test_a_group_of_one_day_loses_nothing():
    assert set(of_days("MMMM", dict.fromkeys(groups_of(4), 8.0)).values()) == {0.0}


def test_reports_that_are_less_alike_than_the_level_lose_nothing_and_gain_nothing():
    found = of_days("MMTT", dict.fromkeys(groups_of(4), EVEN - 3))
    assert set(found.values()) == {0.0}


def test_a_penalty_has_a_bound():
    found = of_days("MMTT", dict.fromkeys(groups_of(4), MOST_ODDS))
    assert set(found.values()) == {MOST_AFFAIR_PENALTY}


@st.composite
def groups(draw):
    """The pairs of two groups with their odds, and which are of different days."""
    first, second = draw(st.tuples(st.integers(1, 5), st.integers(2, 5)))
    pairs = groups_of(first) + groups_of(second, first)
    odds = draw(st.lists(st.floats(-8, 8), min_size=len(pairs), max_size=len(pairs)))
    controls = draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)))
    return pairs, odds, controls, first + second


def defined(pairs, odds, controls, documents, level=EVEN):
    """For each pair the lower mean excess of its documents, within the bound."""
    with_others = [
        [value for pair, value, apart in zip(pairs, odds, controls, strict=True)
         if apart and document in pair]
        for document in range(documents)
    ]  # fmt: skip
    excess = [
        sum(found) / len(found) - level if len(found) >= LEAST_OTHER_DAYS else 0.0
        for found in with_others
    ]
    return {
        pair: min(max(min(excess[pair[0]], excess[pair[1]]), 0.0), MOST_AFFAIR_PENALTY)
        for pair in pairs
    }


@laws
@given(groups(), st.floats(-5, 5))
def test_penalties_are_those_of_the_definition(drawn, level):
    found = penalties(*drawn, level)
    assert found == pytest.approx(defined(*drawn, level), abs=1e-9)
    assert all(0.0 <= value <= MOST_AFFAIR_PENALTY for value in found.values())


@laws
@given(groups(), st.data())
def test_the_order_of_documents_and_pairs_changes_no_penalty(drawn, data):
    pairs, odds, controls, documents = drawn
    name = data.draw(st.permutations(range(documents)))
    order = data.draw(st.permutations(range(len(pairs))))
    renamed = [tuple(sorted((name[pairs[at][0]], name[pairs[at][1]]))) for at in order]
    found = penalties(
        renamed, [odds[at] for at in order], [controls[at] for at in order], documents
    )
    expected = penalties(*drawn)
    for at, pair in zip(order, renamed, strict=True):
        assert found[pair] == pytest.approx(expected[pairs[at]], abs=1e-9)


@laws
@given(groups(), st.tuples(st.floats(-5, 5), st.floats(-5, 5)))
def test_a_higher_level_never_takes_more(drawn, levels):
    low, high = (penalties(*drawn, level) for level in sorted(levels))
    assert all(high[pair] <= low[pair] + 1e-12 for pair in low)


# --- affairs among documents ---------------------------------------------------------------------

FOUR = [TEXTS[0], TEXTS[1], TEXTS[0], TEXTS[1]]


def four_of(*, days=(0.0,) * 4, named=(NO_DAY,) * 4, story=STORY):
    """Log odds of the pairs of four texts of one affair."""
    pairs = groups_of(4)
    arrays = np.array(days) * DAY, np.array(named, np.uint8), np.full(4, -1, np.int16)
    scores = scores_of(*zip(*pairs, strict=True))
    parts = loose_group_odds(vectors_of(FOUR), *arrays, scores, MODEL, MATCH, story)
    return dict(zip(pairs, parts.odds().tolist(), strict=True))


LATE = (0.0, 0.0, FRESH_DAYS + 0.1, FRESH_DAYS + 0.1)


@pytest.mark.parametrize(
    "given",
    [{"days": (np.nan,) * 4}, {"days": (0.0, 0.0, 1.0, 1.0)}],
    ids=["undated", "dated"],
)
def test_documents_that_name_other_days_cost_those_of_one_day(given):
    named = (MONDAY, MONDAY, FRIDAY, FRIDAY)
    strict, usual, lenient = (
        four_of(**given, named=named, story=StoryConfig(affair_level=level))[0, 1]
        for level in (0.01, STORY.affair_level, 0.99)
    )
    assert strict <= usual < lenient
    assert lenient - strict <= MOST_AFFAIR_PENALTY + 1e-9


@pytest.mark.parametrize(
    "given",
    [
        {"days": (0.0, 0.5, 1.0, FRESH_DAYS)},
        {"days": (np.nan,) * 4},
        {"named": (MONDAY, NO_DAY, MONDAY, MONDAY | FRIDAY)},
        {"days": (0.0, 0.0, 0.0, FRESH_DAYS + 0.1)},
    ],
    ids=["near dates", "no dates", "a day in common", "one of another day"],
)
def test_without_two_documents_of_other_days_the_level_changes_nothing(given):
    strict, lenient = (
        four_of(**given, story=StoryConfig(affair_level=level)) for level in (0.01, 0.99)
    )
    assert strict == lenient


def test_odds_stay_within_their_bounds():
    for story in (StoryConfig(date_penalty=100.0), StoryConfig(affair_level=0.01)):
        assert min(four_of(days=LATE, story=story).values()) >= -MOST_ODDS
