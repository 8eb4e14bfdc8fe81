"""Judged pairs to precision, recall and articles lost of the whole run, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedup.kernels.array_types import Bools, Float64s, Int64s

if TYPE_CHECKING:
    from dedup.tune.replay_settings import Outcome

LEVEL = 0.95
"""How often an interval holds the true value."""


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
    """Judged pairs of documents, each drawn from a stratum of the population.

    Attributes:
        pair: Number of the pair of the population that each is of.
        same: Whether it is one story.
        stratum: Number of its stratum.
        stratum_pairs: Pairs of documents in each stratum.
    """

    pair: Int64s
    same: Bools
    stratum: Int64s
    stratum_pairs: Int64s


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


def estimate(
    answers: Answers, score: Float64s, documents: Int64s, stratum: Int64s, outcome: Outcome
) -> Estimate:
    """Return how right a setting is, as far as the answers say.

    Args:
        answers: The judged pairs.
        score: Score of each pair of the population.
        documents: Pairs of documents that each stands for.
        stratum: Number of the stratum of each.
        outcome: What the setting would do.
    """
    raise NotImplementedError
