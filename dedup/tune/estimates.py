"""Judged pairs to precision, recall and articles lost of the whole run, with intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup.kernels.array_types import Bools, Float64s, Int64s
from dedup.label.draw_pairs import KINDS
from dedup.tune.stratum_shares import Counts, simulated_shares

if TYPE_CHECKING:
    from dedup.label.draw_pairs import Strata
    from dedup.tune.replay_settings import Outcome

LEVEL = 0.95
"""How often an interval holds the true value, at least."""

_QUANTILES = (0.0125, 0.9875)
"""Which simulated values are the ends. They hold 97.5 %: on labelled news the middle 95 % of the
simulated values hold the true one in 90 to 99 % of all samples (docs/tuning.md)."""

_SEED = 20_26
"""Of the simulated values: always the same, so that equal answers give equal intervals."""

_FAMILY = {"copies": 0, "canonical": 1, "story": 1, "group": 2, "apart": 3}
"""Kinds of strata whose shares are taken to be alike; see :mod:`dedup.tune.stratum_shares`."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A value that is estimated, with its 95 % interval.

    Attributes:
        value: The estimate.
        low: Lower end.
        high: Upper end.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Answers:
    """Judged pairs of documents, each drawn by :func:`dedup.label.draw_pairs.draw_pairs`.

    Attributes:
        pair: Number of the pair of the population that each is of.
        same: Whether it is one story.
    """

    pair: Int64s
    same: Bools


@dataclass(frozen=True, slots=True)
class Estimate:
    """How right a setting is.

    Attributes:
        precision: Share of the pairs of documents in one story that tell one story.
        recall: Share of the compared pairs that tell one story that are in one story.
        lost: Removed documents that their canonical does not tell.
    """

    precision: Interval
    recall: Interval
    lost: Interval


def estimate(answers: Answers, documents: Int64s, strata: Strata, outcome: Outcome) -> Estimate:
    """Return how right a setting is, as far as the answers say.

    Each stratum is divided into the pairs that the setting joins and those that it parts, whose
    numbers are known. Of the pairs without an answer it is simulated how many tell one story.

    Args:
        answers: The judged pairs.
        documents: Pairs of documents that each pair of the population stands for.
        strata: From which they were drawn: those of the population at the run's threshold.
        outcome: What the setting would do.
    """
    joined = outcome.together.astype(np.int64)
    cells = 2 * strata.of_pair + joined
    counts = _counted(answers, cells, documents, 2 * strata.documents.size)
    joins = np.tile([False, True], strata.documents.size)
    family = np.repeat(_families(strata), 2) * 2 + joins
    used = counts.total > 0
    same, simulated = _same_story(counts.only(used), family[used])
    counts, joins = counts.only(used), joins[used]
    precision = _precision(counts.only(joins), same[joins], simulated[:, joins])
    recall = _recall(counts, joins, same, simulated)
    return Estimate(precision, recall, _lost(answers, strata, outcome, 1 - precision.value))


def _families(strata: Strata) -> Int64s:
    """Return the family of each stratum."""
    found: Int64s = np.array([_FAMILY[kind] for kind in KINDS])[strata.kinds]
    return found


def _counted(answers: Answers, cells: Int64s, documents: Int64s, size: int) -> Counts:
    """Count pairs of documents and answers by cell."""
    total = np.zeros(size, np.int64)
    np.add.at(total, cells, documents)
    asked = np.bincount(cells[answers.pair], minlength=size)
    same = np.bincount(cells[answers.pair[answers.same]], minlength=size)
    return Counts(total.astype(float), asked.astype(float), same.astype(float))


def _same_story(counts: Counts, family: Int64s) -> tuple[Float64s, Float64s]:
    """Return how many pairs of each cell tell one story: the estimate, and simulated values.

    The estimate is the share of the answers, which is right on the mean over all samples; where
    there is none, that of the family, or else the mean of the simulated shares.

    Returns:
        One for each cell, and S x cells.
    """
    generator = np.random.default_rng(_SEED)
    shares = simulated_shares(counts, family, generator)
    rest = np.rint(counts.total - counts.asked).astype(np.int64)
    simulated = counts.yes + generator.binomial(rest, shares)
    asked, yes = (np.bincount(family, each)[family] for each in (counts.asked, counts.yes))
    pooled = np.where(asked > 0, yes / np.maximum(asked, 1), shares.mean(axis=0))
    observed = counts.yes / np.maximum(counts.asked, 1)
    return np.where(counts.asked > 0, observed, pooled) * counts.total, simulated


def _precision(counts: Counts, same: Float64s, simulated: Float64s) -> Interval:
    """Return the share of joined pairs that tell one story; 1 where none is joined.

    Args:
        counts: Of the cells that are joined.
        same: Estimated pairs of one story in each.
        simulated: S x cells: the same, simulated.
    """
    joined = counts.total.sum()
    if not joined:
        return Interval(1.0, 1.0, 1.0)
    low, high = _ends(simulated.sum(axis=1) / joined)
    yes = counts.yes.sum()
    return _interval(
        same.sum() / joined,
        0.0 if yes == 0 else low,
        high if yes < counts.asked.sum() else 1.0,
        exact=counts.is_census,
    )


def _recall(counts: Counts, joins: Bools, same: Float64s, simulated: Float64s) -> Interval:
    """Return the share of the pairs of one story that are joined; 1 where there is none.

    Args:
        counts: Of all cells.
        joins: Which of them are joined.
        same: Estimated pairs of one story in each.
        simulated: S x cells: the same, simulated.
    """
    found, every = simulated[:, joins].sum(axis=1), simulated.sum(axis=1)
    low, high = _ends(_shares(found, every))
    yes, asked, total = (each[joins].sum() for each in (counts.yes, counts.asked, counts.total))
    if yes == asked:  # all joined pairs may be right
        high = _ends(_shares(total, every - found + total))[1]
    return _interval(
        float(_shares(same[joins].sum(), same.sum())),
        0.0 if yes == 0 else low,
        1.0 if counts.yes.sum() == yes else high,
        exact=counts.is_census,
    )


def _shares(found: Float64s, every: Float64s) -> Float64s:
    """Return quotients; 1 where the divisor is 0."""
    shares: Float64s = np.where(every > 0, found / np.where(every > 0, every, 1), 1.0)
    return shares


def _lost(answers: Answers, strata: Strata, outcome: Outcome, different: float) -> Interval:
    """Return how many removed documents their canonical does not tell.

    Only answers on pairs with a canonical count; those on other joined pairs say how alike strata
    are. Which part of the removed documents is in a stratum is estimated from its answers, too;
    their sum is known.

    Args:
        answers: The judged pairs.
        strata: From which they were drawn.
        outcome: What the setting would do.
        different: Share of joined pairs that tell different stories, where no answer has a
            canonical.
    """
    removed, size = float(outcome.removed), strata.documents.size
    of = strata.of_pair[answers.pair]
    seen = np.bincount(of, outcome.lost, size)
    if not removed or not seen.any():
        return Interval(removed * different, 0.0, removed)
    wrong = np.bincount(of, outcome.lost * ~answers.same, size)
    asked = np.bincount(of[outcome.lost > 0], minlength=size)
    weighted = seen * strata.documents / np.maximum(np.bincount(of, minlength=size), 1)
    every = np.maximum(weighted * removed / weighted.sum(), seen)
    share = wrong / np.where(asked > 0, seen, 1)
    others = outcome.together[answers.pair] & (outcome.lost == 0)
    counts = Counts(
        np.concatenate([every, np.zeros(size)]),
        np.concatenate([asked, np.bincount(of[others], minlength=size)]),
        np.concatenate([asked * share, np.bincount(of[others & ~answers.same], minlength=size)]),
    )
    generator = np.random.default_rng(_SEED)
    shares = simulated_shares(counts, np.tile(_families(strata), 2), generator)[:, :size]
    rest = np.rint(every - seen).astype(np.int64)
    low, high = _ends(wrong.sum() + generator.binomial(rest, shares).sum(axis=1))
    # Whole documents; strata are rounded one by one.
    low, high = math.floor(low) if wrong.any() else 0, min(math.ceil(high), outcome.removed)
    return _interval((every * share).sum(), low, high, exact=bool(seen.sum() >= removed - 0.5))


def _ends(simulated: Float64s) -> tuple[float, float]:
    """Return both ends of an interval from simulated values."""
    low, high = np.quantile(simulated, _QUANTILES).tolist()
    return low, high


def _interval(value: float, low: float, high: float, *, exact: bool) -> Interval:
    """Return a value with its interval, which holds it; without width where all was asked."""
    if exact:
        return Interval(float(value), float(value), float(value))
    return Interval(float(min(max(value, low), high)), float(low), float(high))
