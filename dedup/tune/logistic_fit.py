"""Examples to a logistic function with no weight below zero: more of each speaks for one story."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dedup.kernels.array_types import Bools, Float64s, Int64s
from dedup.match.story_score import Model

PENALTY = 3e-4
"""Ridge penalty on the weights, where the pairs of a set count 1 together. Ten times more or less
changed the mean F1 over sets by less than 0.003."""

INTERCEPT_PENALTY = 1e-6
"""Keeps an intercept finite where all pairs are of one kind."""

NEAR_PENALTY = 0.5
"""The same near another model, where pairs count 1 each."""

_ROUNDS = 100
_SMALLEST_STEP = 1e-9

# By how much the loss may rise from rounding.
_ROUNDING = 1e-9


class Examples(NamedTuple):
    """Pairs to learn from.

    Attributes:
        features: pairs x features.
        same: Whether each is one story.
        weights: What each counts.
        part: Number of the part that each is of.
        offsets: Log odds of each that are no part of the model, such as what its days take.
    """

    features: Float64s
    same: Bools
    weights: Float64s
    part: Int64s
    offsets: Float64s | float = 0.0

    def pick(self, chosen: Bools) -> Examples:
        """Return some of the pairs."""
        offsets = np.broadcast_to(self.offsets, self.same.shape)[chosen]
        same, weights, part = self.same[chosen], self.weights[chosen], self.part[chosen]
        return Examples(self.features[chosen], same, weights, part, offsets)


def fit(known: Examples, *, separate: bool = False) -> Model:
    """Return the logistic function that fits best with no weight below zero.

    Args:
        known: The pairs.
        separate: Whether each part has an intercept of its own; then the model has their mean.
    """
    count = known.features.shape[1]
    parts = np.unique(known.part)
    columns = known.part[:, None] == parts if separate else np.ones((known.part.size, 1))
    start = Model(0.0, (0.0,) * count)
    return _fitted(known, columns, start, PENALTY, INTERCEPT_PENALTY)


def fit_near(known: Examples, model: Model, penalty: float) -> Model:
    """Return the logistic function that fits best near another one, with no weight below zero.

    Args:
        known: The pairs.
        model: The other one: a weight that differs from its own by d costs ``penalty`` d^2 / 2.
        penalty: How strongly its weights are kept, where pairs count 1 each.
    """
    columns = np.ones((known.part.size, 1))
    return _fitted(known, columns, model, penalty, NEAR_PENALTY)


def _fitted(
    known: Examples, columns: Float64s | Bools, centre: Model, penalty: float, of_intercept: float
) -> Model:
    """Return the function whose weights are drawn to those of another one.

    Args:
        known: The pairs.
        columns: pairs x intercepts: which pair has which.
        centre: The other one.
        penalty: Ridge penalty on the distance of the weights.
        of_intercept: That on the distance of the intercepts.
    """
    count = known.features.shape[1]
    middle, intercepts = np.array(centre.weights), np.full(columns.shape[1], centre.intercept)
    used = np.ones(count, np.bool_)
    while True:
        inputs: Float64s = np.column_stack([known.features[:, used], columns])
        penalties = np.concatenate(
            [np.full(used.sum(), penalty), np.full(columns.shape[1], of_intercept)]
        )
        weights = _newton(inputs, known, penalties, np.concatenate([middle[used], intercepts]))
        own = weights[: used.sum()]
        if (own >= 0).all():
            break
        used[np.flatnonzero(used)[int(np.argmin(own))]] = False
    whole = np.zeros(count)
    whole[used] = own
    return Model(float(weights[used.sum() :].mean()), tuple(whole.tolist()))


def _newton(inputs: Float64s, known: Examples, penalty: Float64s, centre: Float64s) -> Float64s:
    """Return the weights of a logistic regression with a ridge penalty.

    Args:
        inputs: pairs x weights.
        known: The pairs.
        penalty: Of each weight.
        centre: From where the distance of each weight is penalised, and where the search begins.
    """
    weights = centre.copy()
    for _ in range(_ROUNDS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(inputs @ weights + known.offsets, -30, 30)))
        gradient = inputs.T @ (known.weights * (chance - known.same))
        gradient += penalty * (weights - centre)
        spread = known.weights * chance * (1 - chance)
        step = np.linalg.solve((inputs * spread[:, None]).T @ inputs + np.diag(penalty), gradient)
        before = _loss(weights, inputs, known, penalty, centre)
        while _loss(weights - step, inputs, known, penalty, centre) > before + _ROUNDING:
            step /= 2  # far from the best weights a whole step can lead further away
        weights -= step
        if np.abs(step).max() < _SMALLEST_STEP:
            break
    return weights


def _loss(
    weights: Float64s, inputs: Float64s, known: Examples, penalty: Float64s, centre: Float64s
) -> float:
    """Return the log loss of weights with what their distances cost; see :func:`_newton`."""
    odds = inputs @ weights + known.offsets
    loss = np.logaddexp(0.0, np.where(known.same, -odds, odds))
    return float(known.weights @ loss + penalty @ (weights - centre) ** 2 / 2)
