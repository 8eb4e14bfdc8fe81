"""Which share of each part of a population answers yes: simulated from few answers in each."""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma

import numpy as np

from dedup.kernels.array_types import Bools, Float64s, Int64s

SIMULATED = 2000
"""Values that are simulated: an end is known to a few hundredths of the width of its interval."""

_LOG_ODDS = np.arange(-7.0, 7.01, 0.25)
"""Means that a family of parts may have."""

_ALIKE = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0])
"""How alike the shares of a family may be: answers in a part that weigh as much as the mean."""

_EXTREMES = 0.25
"""The density of the mean m is before any answer as (m (1 - m))^(1/4) over its log odds: between
that of Jeffreys (1/2), which takes shares near 0 and 1 for too rare, and an even one (0)."""


_log_gamma = np.vectorize(lgamma, otypes=[float])


@dataclass(frozen=True, slots=True)
class Counts:
    """What is known of the parts of a population.

    Attributes:
        total: Members of each, known exactly.
        asked: Answers from each.
        yes: Those that say yes.
    """

    total: Float64s
    asked: Float64s
    yes: Float64s

    def only(self, chosen: Bools) -> Counts:
        """Return some of the parts."""
        return Counts(self.total[chosen], self.asked[chosen], self.yes[chosen])

    @property
    def is_census(self) -> bool:
        """Whether every member was asked."""
        return bool((self.asked >= self.total).all())


def simulated_shares(counts: Counts, family: Int64s, generator: np.random.Generator) -> Float64s:
    """Return shares that the parts may have, given their answers.

    The shares of a family of parts are taken as drawn from one beta distribution, of which neither
    the mean nor the spread is known: both are learned from the answers of the family, over a grid.
    So a part with few answers borrows from the others as far as these are alike, and one without
    any answer is as uncertain as its family; a family without any answer may have any share. This
    is the beta-binomial model of Gelman et al. 2013, Bayesian Data Analysis, 5.3.

    Args:
        counts: The parts.
        family: A number for each; parts of one number are of one family.
        generator: Of the random numbers.

    Returns:
        ``SIMULATED`` x parts, in [0, 1].
    """
    shares = np.empty((SIMULATED, family.size))
    for each in np.unique(family).tolist():
        parts = np.flatnonzero(family == each)
        known = parts[counts.asked[parts] > 0]
        alpha, beta = _beta_parameters(counts.asked[known], counts.yes[known], generator)
        yes, no = counts.yes[parts], counts.asked[parts] - counts.yes[parts]
        shares[:, parts] = generator.beta(alpha[:, None] + yes, beta[:, None] + no)
    return shares


def _beta_parameters(
    asked: Float64s, yes: Float64s, generator: np.random.Generator
) -> tuple[Float64s, Float64s]:
    """Return beta distributions that the shares of a family may come from, as likely as they are.

    Returns:
        Both parameters of ``SIMULATED`` distributions.
    """
    mean = np.repeat(1 / (1 + np.exp(-_LOG_ODDS)), _ALIKE.size)
    alpha = mean * np.tile(_ALIKE, _LOG_ODDS.size)
    beta = np.tile(_ALIKE, _LOG_ODDS.size) - alpha
    one, other = alpha[:, None], beta[:, None]
    gained = _log_beta(one + yes, other + asked - yes) - _log_beta(one, other)
    weights = _EXTREMES * np.log(mean * (1 - mean)) + gained.sum(axis=1)
    bounds = np.cumsum(np.exp(weights - weights.max()))
    points = (np.arange(SIMULATED) + 0.5) / SIMULATED * bounds[-1]
    drawn = generator.permutation(np.searchsorted(bounds, points))
    return alpha[drawn], beta[drawn]


def _log_beta(alpha: Float64s, beta: Float64s) -> Float64s:
    """Return the logarithm of the beta function, whose integrand is the density of a share."""
    found: Float64s = _log_gamma(alpha) + _log_gamma(beta) - _log_gamma(alpha + beta)
    return found
