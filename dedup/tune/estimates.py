"""Judged pairs to precision, recall and articles lost of the whole run, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedup.kernels.array_types import Bools, Int64s

if TYPE_CHECKING:
    from dedup.label.draw_pairs import Strata
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

    Args:
        answers: The judged pairs.
        documents: Pairs of documents that each pair of the population stands for.
        strata: From which they were drawn: those of the population at the run's threshold.
        outcome: What the setting would do.
    """
    raise NotImplementedError
