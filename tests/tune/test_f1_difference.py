"""By how much the F1 of one setting exceeds that of another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.label.draw_pairs import Strata
from dedup.tune.estimates import Answers
from dedup.tune.f1_difference import f1_difference

PAIRS = 40


def strata_of(of_pair, documents):
    """Strata of pairs within loose groups."""
    sizes = np.bincount(of_pair, documents, 2).astype(np.int64)
    return Strata(("group low", "group high"), np.array([3, 3]), of_pair, sizes)


def difference(seed, one, other, share=0.5, asked=20):
    """The difference of two settings on pairs of which so large a share is the same story."""
    rng = np.random.default_rng(seed)
    documents = rng.integers(1, 4, PAIRS)
    strata = strata_of(np.arange(PAIRS) % 2, documents)
    pairs = np.sort(rng.choice(PAIRS, asked, replace=False))
    answers = Answers(pairs, rng.random(asked) < share)
    return f1_difference(answers, documents, strata, one, other)


joined = st.lists(st.booleans(), min_size=PAIRS, max_size=PAIRS).map(np.array)
few = settings(max_examples=20, deadline=None)


@few
@given(st.integers(0, 99), joined)
def test_a_setting_does_not_differ_from_itself(seed, one):
    found = difference(seed, one, one)
    assert (found.low, found.value, found.high) == (0, 0, 0)


@few
@given(st.integers(0, 99), joined, joined)
def test_the_interval_holds_the_value_and_the_other_way_round_it_is_about_the_opposite(
    seed, one, other
):
    found, back = difference(seed, one, other), difference(seed, other, one)
    assert -1 <= found.low <= found.value <= found.high <= 1
    assert found.value == pytest.approx(-back.value, abs=0.05)


def test_joining_what_answers_say_is_one_story_is_better_with_confidence():
    every, none = np.ones(PAIRS, np.bool_), np.zeros(PAIRS, np.bool_)
    assert difference(1, every, none, share=1.1, asked=PAIRS).low > 0.9
    assert difference(1, every, none, share=1.1).low > 0
    assert difference(1, none, every, share=1.1).high < 0


def test_few_answers_say_less_than_many():
    half = np.arange(PAIRS) % 4 < 2
    every = np.ones(PAIRS, np.bool_)
    few, many = (difference(3, every, half, asked=each) for each in (4, PAIRS))
    assert few.high - few.low > 2 * (many.high - many.low)
