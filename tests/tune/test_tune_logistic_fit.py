"""A logistic function that stays near another one as far as pairs do not speak against it."""

from __future__ import annotations

import numpy as np
import pytest

from dedup.match.story_score import Model, probability
from dedup.tune.logistic_fit import Examples, fit_near

RANDOM = np.random.default_rng(3)
FEATURES = RANDOM.random((3_000, 3))
TRUE = Model(-2.0, (4.0, 1.0, 0.0))
SAME = RANDOM.random(3_000) < probability(TRUE.odds(FEATURES))


def known(features=FEATURES, same=SAME, offsets=0.0):
    count = same.size
    return Examples(features, same, np.ones(count), np.zeros(count, np.int64), offsets)


def test_many_pairs_lead_away_from_a_wrong_model():
    found = fit_near(known(), Model(0.0, (0.0, 3.0, 3.0)), 1.0)
    assert found.weights == pytest.approx(TRUE.weights, abs=0.35)
    assert found.intercept == pytest.approx(TRUE.intercept, abs=0.35)


def test_a_strong_penalty_moves_the_intercept_alone():
    start = Model(1.0, TRUE.weights)
    found = fit_near(known(), start, 1e9)
    assert found.weights == pytest.approx(start.weights, abs=1e-3)
    assert found.intercept == pytest.approx(TRUE.intercept, abs=0.2)


def test_no_pairs_leave_the_model():
    start = Model(-1.5, (0.5, 2.0, 1.0))
    found = fit_near(known(np.empty((0, 3)), np.empty(0, np.bool_)), start, 1.0)
    assert found.weights == pytest.approx(start.weights)
    assert found.intercept == pytest.approx(start.intercept)


def test_a_feature_that_means_the_opposite_gets_no_weight():
    found = fit_near(known(same=RANDOM.random(3_000) < 1 - FEATURES[:, 0]), TRUE, 1.0)
    assert found.weights[0] == 0.0
    assert min(found.weights) >= 0.0


def test_what_is_known_of_a_pair_beside_its_features_is_not_learned():
    offsets = RANDOM.normal(0, 2, 3_000)
    same = RANDOM.random(3_000) < probability(TRUE.odds(FEATURES) + offsets)
    found = fit_near(known(same=same, offsets=offsets), Model(0.0, (2.0, 2.0, 2.0)), 1.0)
    assert found.weights == pytest.approx(TRUE.weights, abs=0.5)


@pytest.mark.parametrize("same", [True, False])
def test_pairs_of_one_kind_give_finite_odds(same):
    found = fit_near(known(same=np.full(3_000, same)), TRUE, 1.0)
    assert np.isfinite([found.intercept, *found.weights]).all()
    assert abs(found.intercept) < 30
