"""Precision, recall and articles lost from answers: laws, and how often the intervals are right."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest
from made_pairs import MadePairs, made_pairs

from dedup.tune.estimates import Answers, Interval, estimate


def estimated(made: MadePairs, answers: Answers):
    """Estimate what the run did."""
    outcome = made.outcome(asked=answers.pair)
    return estimate(answers, made.population.documents, made.strata, outcome)


def is_ordered(interval: Interval, most: float = 1.0) -> bool:
    return 0 <= interval.low <= interval.value <= interval.high <= most


def lost_of(made: MadePairs) -> float:
    """Removed documents that are another story."""
    return float((made.lost_of_each * (made.population.documents - made.same)).sum())


@pytest.mark.parametrize("seed", range(3))
def test_all_answers_give_the_truth_without_doubt(seed):
    made = made_pairs(60, seed)
    answers = made.answers(10_000, 0)
    assert answers.pair.size == made.population.documents.sum()
    found = estimated(made, answers)
    precision, recall = made.truth(made.population.together)
    assert astuple(found.precision) == pytest.approx((precision,) * 3)
    assert astuple(found.recall) == pytest.approx((recall,) * 3)
    assert astuple(found.lost) == pytest.approx((lost_of(made),) * 3)


def test_equal_answers_give_equal_intervals_whatever_their_order():
    made = made_pairs(300, 1)
    answers = made.answers(80, 2)
    turned = Answers(answers.pair[::-1], answers.same[::-1])
    assert estimated(made, answers) == estimated(made, answers) == estimated(made, turned)


def test_no_answer_says_nothing():
    made = made_pairs(300, 1)
    found = estimated(made, Answers(np.empty(0, np.int64), np.empty(0, np.bool_)))
    for interval in (found.precision, found.recall):
        assert (interval.low, interval.high) == (0, 1)
    assert (found.lost.low, found.lost.high) == (0, made.outcome().removed)


@pytest.mark.parametrize("same", [True, False])
def test_equal_answers_leave_room_for_others(same):
    made = made_pairs(400, 1)
    answers = made.answers(60, 3)
    found = estimated(made, Answers(answers.pair, np.full(60, same)))
    removed = made.outcome().removed
    if same:
        assert found.precision.low < found.precision.value == found.precision.high == 1
        assert found.lost.value == found.lost.low == 0 < found.lost.high < removed / 2
    else:
        assert found.precision.high > found.precision.value == found.precision.low == 0
        assert found.lost.value == found.lost.high == removed > found.lost.low
    assert found.recall.high - found.recall.low > 0.02


def test_a_stratum_without_an_answer_widens_the_intervals():
    made = made_pairs(3000, 1)
    answers = made.answers(200, 3)
    stratum = made.strata.of_pair[answers.pair]
    family = made.strata.kinds == made.strata.kinds.max()
    kept = ~family[stratum]
    whole = estimated(made, answers).recall
    part = estimated(made, Answers(answers.pair[kept], answers.same[kept])).recall
    assert part.low < whole.low
    assert part.high - part.low > 2 * (whole.high - whole.low)


def test_a_setting_that_joins_nothing_is_never_wrong_and_finds_nothing():
    made = made_pairs(300, 1)
    answers = made.answers(80, 2)
    nothing = np.zeros(300, np.bool_)
    outcome = made.outcome(nothing, answers.pair)
    found = estimate(answers, made.population.documents, made.strata, outcome)
    assert astuple(found.precision) == (1, 1, 1)
    assert (found.recall.value, found.recall.low) == (0, 0)
    assert astuple(found.lost) == (0, 0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_the_estimates_are_right_on_the_mean_over_all_samples(seed):
    made = made_pairs(250, seed)
    precision, recall = made.truth(made.population.together)
    found = [estimated(made, made.answers(120, each)) for each in range(80)]
    for values, truth in (
        ([each.precision.value for each in found], precision),
        ([each.recall.value for each in found], recall),
        ([each.lost.value / lost_of(made) for each in found], 1.0),
    ):
        error = np.std(values) / np.sqrt(len(values))
        assert abs(np.mean(values) - truth) < 4 * error + 0.003


def test_more_answers_give_narrower_intervals():
    made = made_pairs(2000, 5)
    widths = []
    for count in (50, 100, 200, 400, 800):
        found = [estimated(made, made.answers(count, seed)) for seed in range(8)]
        assert all(is_ordered(each.precision) and is_ordered(each.recall) for each in found)
        assert all(is_ordered(each.lost, made.outcome().removed) for each in found)
        assert all(end.is_integer() for each in found for end in (each.lost.low, each.lost.high))
        widths.append(
            [
                np.mean([interval.high - interval.low for interval in each])
                for each in zip(
                    *[(one.precision, one.recall, one.lost) for one in found], strict=True
                )
            ]
        )
    assert all((np.diff(each) < 0).all() for each in np.transpose(widths))


@pytest.mark.slow
@pytest.mark.parametrize("trust", [1.0, 0.3, 0.0, -0.5], ids=lambda each: f"score-{each}")
@pytest.mark.parametrize("count", [50, 200])
def test_intervals_hold_the_truth_even_where_the_score_is_wrong(trust, count):
    made = made_pairs(3000, 7, trust=trust)
    population = made.population
    strict, lax = population.score > 0.6, population.score > 0.1
    for together in (population.together, population.together & strict, population.together | lax):
        precision, recall = made.truth(together)
        right = np.zeros(2)
        for seed in range(50):
            answers = made.answers(count, seed)
            outcome = made.outcome(together, answers.pair)
            found = estimate(answers, population.documents, made.strata, outcome)
            right += [
                found.precision.low <= precision <= found.precision.high,
                found.recall.low <= recall <= found.recall.high,
            ]
        assert (right >= 45).all(), right


@pytest.mark.slow
@pytest.mark.parametrize("trust", [1.0, 0.0])
def test_intervals_hold_what_is_lost(trust):
    made = made_pairs(3000, 8, trust=trust)
    found = [estimated(made, made.answers(200, seed)).lost for seed in range(50)]
    assert sum(each.low <= lost_of(made) <= each.high for each in found) >= 45
