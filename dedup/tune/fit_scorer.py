"""Judged pairs to a scorer: taken only where it is better than the one at hand, with confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dedup.evaluation.labelled_pairs import LabelledPair
    from dedup.explain.open_run import Run
    from dedup.match.story_score import Scorer
    from dedup.progress import Progress

LEAST_LABELS = 300
"""Judged pairs from which a scorer is fitted."""


@dataclass(frozen=True, slots=True)
class FittedScorer:
    """A scorer that judged pairs teach, compared with the one of the run on pairs it never saw.

    Attributes:
        is_better: Whether it is better with confidence, and is to be used.
        labels: Pairs that it was fitted on.
        before: Measure of the run's scorer on held-out pairs, and its name in ``measure``.
        after: The same of the fitted one.
        gain: Lower and upper end of the 95 % interval of the difference.
        measure: What was measured, in words.
        threshold: The threshold that goes with it.
        file: The file that it was written to; None where it is not better.
        sentence: The outcome in words.
        scorer: The models; None where they are not better.
    """

    is_better: bool
    labels: int
    before: float
    after: float
    gain: tuple[float, float]
    measure: str
    threshold: float
    file: str | None
    sentence: str
    scorer: Scorer | None


def fit_scorer(
    run: Run, labels: Sequence[LabelledPair], *, seed: int = 0, progress: Progress | None = None
) -> FittedScorer:
    """Fit a scorer on judged pairs, and compare it with the run's by cross-validation.

    Raises:
        ConfigError: The labels are fewer than ``LEAST_LABELS``, or all of one kind.
    """
    raise NotImplementedError


def write_scorer(path: Path, fitted: FittedScorer, labels: Sequence[LabelledPair]) -> FittedScorer:
    """Write a scorer where it is better, and return it with the name of its file.

    Raises:
        OutputError: The file cannot be written.
    """
    raise NotImplementedError
