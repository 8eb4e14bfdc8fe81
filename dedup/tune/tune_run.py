"""Judged pairs to a recommendation: thresholds and windows, and the command that applies one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.tune.estimates import Estimate
from dedup.tune.replay_settings import Setting

if TYPE_CHECKING:
    from dedup.evaluation.labelled_pairs import LabelledPair
    from dedup.explain.open_run import Run
    from dedup.progress import Progress
    from dedup.tune.fit_scorer import FittedScorer


@dataclass(frozen=True, slots=True)
class TunedSetting:
    """A setting with what it would do.

    Attributes:
        setting: Threshold and window.
        is_current: Whether the run has it.
        pairs: Pairs of documents that would be in one story.
        removed: Documents that would be removed.
        estimate: How right that would be.
    """

    setting: Setting
    is_current: bool
    pairs: int
    removed: int
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Tuning:
    """What judged pairs say about settings; its fields are the JSON of ``dedup tune --json``.

    Attributes:
        labels: Pairs that were judged.
        same: Those of them that are one story.
        skipped: Pairs that somebody did not want to judge.
        unknown: Judged pairs that this run did not compare, or that were not drawn: not used.
        population: Pairs of documents that the run compared.
        least_precision: The precision that was asked for; None where F1 decides.
        settings: By window, then by threshold.
        recommended: The one to take; None where none reaches what was asked for.
        sentence: The recommendation, and why, in words.
        command: The command that applies it; None where nothing would change.
        fitted: The scorer that the labels teach; None where it was not asked for.
    """

    labels: int
    same: int
    skipped: int
    unknown: int
    population: int
    least_precision: float | None
    settings: tuple[TunedSetting, ...]
    recommended: TunedSetting | None
    sentence: str
    command: str | None
    fitted: FittedScorer | None


def tune_run(
    run: Run,
    labels: Sequence[LabelledPair],
    *,
    least_precision: float | None = None,
    fit: Path | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Tuning:
    """Return what judged pairs say about thresholds and windows.

    Args:
        run: The run.
        labels: The pairs; those without an answer count as not asked.
        least_precision: Precision that the recommended setting must reach, in (0, 1); None to take
            the best F1.
        fit: Where a scorer is written that the labels teach; None for none.
        seed: Of the folds of a fit.
        progress: Gets the progress of each stage.

    Raises:
        ConfigError: The labels are too few, or none is of this run.
        OutputError: ``fit`` cannot be written.
    """
    raise NotImplementedError
