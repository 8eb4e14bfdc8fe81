"""Two settings to the difference of their F1, with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.evaluation.metrics import harmonic
from dedup.kernels.array_types import Bools, Float64s, Int64s
from dedup.tune.estimates import LEVEL, Answers, Estimate, Interval
from dedup.tune.judged_joins import f1_of_counts
from dedup.tune.stratum_shares import Counts, simulated_shares

if TYPE_CHECKING:
    from dedup.label.draw_pairs import Strata

_SEED = 20_27
"""Of the simulated values: always the same, so that equal answers give equal intervals."""


def f1_of(estimate: Estimate) -> float:
    """Return the harmonic mean of precision and recall, in [0, 1]."""
    return harmonic(estimate.precision.value, estimate.recall.value)


def f1_difference(
    answers: Answers, documents: Int64s, strata: Strata, one: Bools, other: Bools
) -> Interval:
    """Return by how much the F1 of one setting exceeds that of another.

    Most pairs are joined by both settings or by neither, so that their F1 are wrong by much the
    same; the difference is known better than either. Each stratum is divided by what both settings
    do, and how many pairs of each part tell one story is simulated, as estimates do.

    Args:
        answers: The judged pairs.
        documents: Pairs of documents that each pair of the population stands for.
        strata: From which they were drawn.
        one: Which pairs of the population the one setting joins.
        other: Which the other joins.
    """
    part = one + 2 * other.astype(np.int64)
    cells = 4 * strata.of_pair + part
    used, of = np.unique(cells, return_inverse=True)
    total, asked, yes = np.zeros((3, used.size))
    np.add.at(total, of, documents)
    np.add.at(asked, of[answers.pair], 1)
    np.add.at(yes, of[answers.pair[answers.same]], 1)
    family = 4 * strata.kinds[used // 4] + used % 4
    generator = np.random.default_rng(_SEED)
    shares = simulated_shares(Counts(total, asked, yes), family, generator)
    same = yes + shares * (total - asked)
    joined = [used % 2 == 1, used % 4 >= 2]
    gains = np.subtract(*(_f1(same, total, each) for each in joined))
    low, value, high = np.quantile(gains, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2]).tolist()
    return Interval(value, low, high)


def _f1(same: Float64s, total: Float64s, joined: Bools) -> Float64s:
    """Return the F1 of a setting for each simulated number of pairs of one story in each part."""
    right, every = same[:, joined].sum(axis=1), same.sum(axis=1)
    return f1_of_counts(right, np.full_like(every, total[joined].sum()), every)
