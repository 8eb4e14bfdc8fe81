"""What two ways to join judged pairs are worth, and how sure the difference is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.tune.judged_joins import JudgedJoins, folds_of, separation


def joins(pairs, *, copies=1):
    """Pairs as (group, same, counts, before, after); each group stands there some times."""
    group, same, counts, before, after = zip(*pairs, strict=True)
    groups = max(group) + 1
    numbers = np.concatenate([np.array(group) + groups * copy for copy in range(copies)])
    columns = [np.tile(np.array(each), copies) for each in (same, counts, before, after)]
    same, counts, before, after = columns
    return JudgedJoins(numbers, same, counts.astype(float), before, after)


def test_f1_is_of_joined_pairs_and_of_same_ones_by_what_they_count():
    found = joins([(0, True, 2, True, True), (0, False, 1, True, False), (1, True, 3, False, True)])
    before, after = found.f1()
    assert before == pytest.approx(2 * 2 / (3 + 5))
    assert after == 1.0
    assert (found.groups, found.changed()) == (2, 2)


def test_the_interval_holds_the_difference_and_narrows_with_more_groups():
    pairs = [(0, True, 1, False, True), (1, True, 1, True, True), (2, False, 1, True, True)]
    few, many = (joins(pairs, copies=copies) for copies in (4, 100))
    before, after = few.f1()
    for found in (few, many):
        low, high = found.gain(0)
        assert low <= after - before <= high
    assert np.diff(many.gain(0)) < np.diff(few.gain(0)) / 2
    assert few.gain(0) == few.gain(0) != few.gain(1)


def test_a_change_in_one_group_is_in_doubt_however_many_pairs_it_has():
    one = [(0, True, 1, False, True)] * 500
    found = joins([*one, *((number, True, 1, True, True) for number in range(1, 60))])
    assert found.changed() == 1
    assert found.gain(0)[0] <= 0.0


def test_settings_that_join_alike_have_no_gain():
    found = joins(
        [(number, number % 2 == 0, 1, number % 3 == 0, number % 3 == 0) for number in range(30)]
    )
    assert found.gain(0) == (0.0, 0.0)
    assert found.changed() == 0


def test_labels_that_follow_the_levels_are_far_from_chance_and_turned_ones_below():
    levels = np.repeat([0, 1, 2], 100)
    same = np.repeat([False, True, True], 100)
    assert separation(levels, same) > 10
    assert separation(levels, ~same) < -10
    assert separation(levels, np.tile([True, False], 150)) == pytest.approx(0.0, abs=0.2)
    assert separation(levels, same | True) == 0.0


def test_labels_at_random_are_near_chance():
    random = np.random.default_rng(5)
    levels = random.integers(0, 3, 400)
    found = [separation(levels, random.random(400) < 0.3) for _ in range(300)]
    assert abs(np.mean(found)) < 0.2
    assert 0.6 < np.std(found) < 1.1


@given(st.lists(st.integers(0, 12), min_size=1, max_size=60), st.integers(1, 6))
def test_a_group_is_in_one_fold_and_folds_are_about_even(numbers, folds):
    group = np.unique(numbers, return_inverse=True)[1]
    fold = folds_of(group, folds)
    for number in range(group.max() + 1):
        assert np.unique(fold[group == number]).size == 1
    sizes = np.bincount(fold, minlength=folds)
    assert sizes.size == folds
    assert sizes.max() - sizes.min() <= np.bincount(group).max()
