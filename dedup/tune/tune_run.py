"""Judged pairs to a recommendation: thresholds and windows, and the command that applies one."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dedup.errors import ConfigError
from dedup.kernels.array_types import Bools, Int64s
from dedup.label.draw_pairs import strata_of
from dedup.label.pair_population import pair_population
from dedup.match.loose_group_odds import days_apart
from dedup.models import count_of
from dedup.progress import NullProgress
from dedup.tune.answered_pairs import answered_pairs
from dedup.tune.estimates import Answers, Estimate, Interval, estimate
from dedup.tune.f1_difference import f1_difference
from dedup.tune.fit_scorer import FittedScorer, fit_scorer, write_scorer
from dedup.tune.recommendation import (
    best_f1,
    best_of_aim,
    bolder,
    command_of,
    folder_of,
    sentence_of,
)
from dedup.tune.replay_settings import Setting, replay_settings, why_one_window

if TYPE_CHECKING:
    from dedup.evaluation.labelled_pairs import LabelledPair
    from dedup.explain.open_run import Run
    from dedup.label.draw_pairs import Strata
    from dedup.label.pair_population import PairPopulation
    from dedup.match.story_score import Model
    from dedup.progress import Progress

LEAST_ANSWERS = 20
"""Answers below which an interval is nearly as wide as all values that there are."""

THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""Thresholds that are tried beside that of the run."""

WINDOWS = (1.0, 2.0, 3.0, 4.0, 7.0, 14.0, 30.0)
"""Windows that are tried beside that of the run, where they are narrower, in days."""


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
        with_fitted: The same settings with that scorer, where it is better. Their estimates are of
            the pairs that taught it, and a little too good.
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
    with_fitted: tuple[TunedSetting, ...] = ()


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
    _refuse_fit(run, fit)
    progress = progress or NullProgress()
    judged = [each for each in labels if each.same is not None]
    progress.start("read pairs", None, "doc")
    trial = _Trial.of(run, judged)
    progress.advance(int(trial.population.copies.sum()))
    progress.end()
    is_estimated = fit is None or trial.answers.pair.size >= LEAST_ANSWERS
    if is_estimated:
        _refuse_too_few(run, trial.answers.pair.size, len(judged))
    tried = _tried(run, trial.population) if is_estimated else []
    settings = trial.settings(tried, None, progress)
    fitted: FittedScorer | None = None
    with_fitted: tuple[TunedSetting, ...] = ()
    if fit is not None:
        fitted = write_scorer(fit, fit_scorer(run, labels, seed=seed, progress=progress), judged)
        with_fitted = trial.with_fitted(tried, fitted, progress)
    recommended = _recommended(trial, settings, with_fitted, fitted, least_precision)
    uses_fitted = any(each is recommended for each in with_fitted)
    return Tuning(
        labels=len(judged),
        same=sum(each.same is True for each in judged),
        skipped=sum(each.skipped for each in labels),
        unknown=len(judged) - trial.answers.pair.size,
        population=int(trial.documents.sum()),
        least_precision=least_precision,
        settings=settings,
        recommended=recommended,
        sentence=_sentence(
            trial,
            settings,
            recommended,
            least_precision,
            uses_fitted=uses_fitted,
            unanswered=sum(_is_open(each) for each in labels),
        ),
        command=_command(run, settings, recommended, fitted, uses_fitted=uses_fitted),
        fitted=fitted,
        with_fitted=with_fitted,
    )


def _is_open(pair: LabelledPair) -> bool:
    """Return whether a pair was drawn, and nobody has judged or skipped it."""
    return pair.stratum is not None and pair.same is None and not pair.skipped


@dataclass(frozen=True)
class _Trial:
    """Settings of a run, tried on the answers of a person.

    Attributes:
        run: The run.
        population: What it compared.
        documents: Pairs of documents that each pair of the population stands for.
        strata: The parts from which pairs were drawn.
        answers: The judged pairs of these.
        joined: What each setting of the scorer of the run joins.
    """

    run: Run
    population: PairPopulation
    documents: Int64s
    strata: Strata
    answers: Answers
    joined: dict[Setting, Bools] = field(default_factory=dict)

    @classmethod
    def of(cls, run: Run, judged: Sequence[LabelledPair]) -> _Trial:
        """Read a run, and the answers on it among those of judged pairs."""
        population = pair_population(run)
        strata = strata_of(population, run.config.story.threshold)
        answers = answered_pairs(run.store, population, strata, judged)
        return cls(run, population, population.documents, strata, answers)

    def settings(
        self, tried: Sequence[Setting], model: Model | None, progress: Progress
    ) -> tuple[TunedSetting, ...]:
        """Return what settings would do, and how right that would be.

        Args:
            tried: The settings.
            model: Scores the pairs of loose groups in place of that of the run, if it is given.
            progress: Is called with settings.
        """
        progress.start("replay settings", len(tried), "setting")
        found, own = [], _own(self.run)
        for outcome in replay_settings(
            self.run, self.population, tried, self.answers.pair, model=model
        ):
            if model is None:
                self.joined[outcome.setting] = outcome.together
            found.append(
                TunedSetting(
                    setting=outcome.setting,
                    is_current=model is None and outcome.setting == own,
                    pairs=int(self.documents[outcome.together].sum()),
                    removed=outcome.removed,
                    estimate=estimate(self.answers, self.documents, self.strata, outcome),
                )
            )
            progress.advance(1)
        progress.end()
        return tuple(found)

    def with_fitted(
        self, tried: Sequence[Setting], fitted: FittedScorer, progress: Progress
    ) -> tuple[TunedSetting, ...]:
        """Return what settings, and its own threshold, would do with a scorer that is better."""
        if not tried or fitted.scorer is None:
            return ()
        every = {*tried, replace(_own(self.run), threshold=fitted.threshold)}
        return self.settings(sorted(every, key=_order), fitted.scorer.group, progress)

    def gain(self, tuned: TunedSetting) -> Interval:
        """Return by how much the F1 of a setting exceeds that of the current one."""
        joined = self.joined[tuned.setting], self.joined[_own(self.run)]
        return f1_difference(self.answers, self.documents, self.strata, *joined)


def _own(run: Run) -> Setting:
    """Return the setting of a run."""
    return Setting(run.config.story.threshold, run.config.story.window_days)


def _order(setting: Setting) -> tuple[float, float]:
    """Return what orders settings: the window, then the threshold."""
    return setting.window_days, setting.threshold


def _tried(run: Run, population: PairPopulation) -> list[Setting]:
    """Return the settings that are tried, the run's own among them, by window and threshold.

    A window that parts no compared pair of two known dates does what that of the run does.
    """
    story, windows = run.config.story, [run.config.story.window_days]
    if why_one_window(run) is None:
        known = run.store.lookups.moments(population.rows.tolist())
        moments = np.array([known[row] for row in population.rows.tolist()], np.float64)
        days = days_apart(moments, population.left, population.right)
        windows += [each for each in WINDOWS if each < windows[0] and bool((days > each).any())]
    thresholds = {story.threshold, *(each for each in THRESHOLDS if each >= story.loose_threshold)}
    return sorted((Setting(each, days) for each in thresholds for days in windows), key=_order)


def _refuse_too_few(run: Run, answers: int, judged: int) -> None:
    """Refuse to estimate from next to nothing.

    Raises:
        ConfigError: There are too few answers on pairs that were drawn for the run.
    """
    if answers >= LEAST_ANSWERS:
        return
    if judged - answers >= LEAST_ANSWERS:
        label = shlex.join(["dedup", "label", str(folder_of(run)), "-o", "labels-2.jsonl"])
        raise ConfigError(
            f"of {judged:,} judged pairs {answers:,} were drawn for this run as it is; draw and "
            f"judge at least {LEAST_ANSWERS} of this run with {label}"
        )
    raise ConfigError(
        f"{count_of(answers, 'answer')} on pairs of this run say nothing; judge at least "
        f"{LEAST_ANSWERS} with dedup label, better 200"
    )


def _refuse_fit(run: Run, fit: Path | None) -> None:
    """Refuse to fit a scorer that could not be used.

    Raises:
        ConfigError: All dumps of the store must have the same scorer.
    """
    if fit is not None and run.store.dumps.number > 1:
        raise ConfigError(
            "--fit: the store has earlier dumps, and all dumps of a store have the same scorer; "
            "leave it out, or fit on a run that has a store of its own"
        )


def _recommended(
    trial: _Trial,
    settings: Sequence[TunedSetting],
    with_fitted: Sequence[TunedSetting],
    fitted: FittedScorer | None,
    least_precision: float | None,
) -> TunedSetting | None:
    """Return the setting to take: with the fitted scorer where that is better."""
    if least_precision is not None:
        found = best_of_aim(with_fitted, least_precision)
        return found or best_of_aim(settings, least_precision)
    if fitted is not None and with_fitted:
        own = replace(_own(trial.run), threshold=fitted.threshold)
        return next(each for each in with_fitted if each.setting == own)
    return best_f1(settings, trial.gain) if settings else None


def _sentence(
    trial: _Trial,
    settings: Sequence[TunedSetting],
    recommended: TunedSetting | None,
    least_precision: float | None,
    *,
    uses_fitted: bool,
    unanswered: int,
) -> str:
    """Return the recommendation and why, in words."""
    other = None
    if least_precision is None and recommended is not None and not uses_fitted:
        other = bolder(settings, recommended, trial.gain)
    return sentence_of(
        settings,
        recommended,
        least_precision,
        uses_fitted=uses_fitted,
        bolder=other,
        unanswered=unanswered,
    )


def _command(
    run: Run,
    settings: Sequence[TunedSetting],
    recommended: TunedSetting | None,
    fitted: FittedScorer | None,
    *,
    uses_fitted: bool,
) -> str | None:
    """Return the command that applies a setting, or a scorer; None where it changes nothing."""
    setting, scorer = None, None
    if recommended is not None and not recommended.is_current:
        setting = recommended.setting
    if fitted is not None and (uses_fitted or (fitted.is_better and not settings)):
        setting = setting or replace(_own(run), threshold=fitted.threshold)
        scorer = fitted.file
    if setting is None:
        return None
    options = ["--threshold", f"{setting.threshold:g}", "--window", f"{setting.window_days:g}"]
    return command_of(run, [*options, *(["--scorer", scorer] if scorer else [])])
