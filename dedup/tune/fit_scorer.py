"""Judged pairs to a scorer: taken only where it is better than the one at hand, with confidence.

Of a scorer only the model of loose groups is fitted, near that of the run: its weights are drawn to
those of the run, the more strongly the less the judged pairs say against them. A threshold is
chosen with it. Both are compared with those of the run on pairs of loose groups that took no part:
these are joined as a run joins them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dedup.config import StoryConfig
from dedup.errors import ConfigError
from dedup.json_codec import dump_json
from dedup.match.story_score import Model, Scorer
from dedup.models import count_of
from dedup.progress import NullProgress
from dedup.run.run_settings import scorer_of
from dedup.scorer_file import scorer_text
from dedup.tune.judged_joins import JudgedJoins, folds_of, separation
from dedup.tune.labelled_groups import LabelledGroups, levels_of, read_labelled_groups
from dedup.tune.learn_near import FOLDS, Learner
from dedup.write.named_files import write_page

if TYPE_CHECKING:
    from dedup.evaluation.labelled_pairs import LabelledPair
    from dedup.explain.open_run import Run
    from dedup.progress import Progress

LEAST_LABELS = 300
"""Judged pairs from which a scorer is fitted."""

LEAST_GROUPS = 20
"""Loose groups with judged pairs below which no scorer is taken: pairs of one are not independent,
and an interval from few is too narrow."""

LEAST_CHANGED = 6
"""Loose groups in which judged pairs are joined otherwise, below which no scorer is taken: chance
makes five changes all good in one of 32 cases."""

LEAST_GAIN = 0.003
"""What the lower end of the interval of the gain must exceed: on half of labelled sets a scorer
with less made the other half worse, by 0.002."""

LEAST_SEPARATION = 4.0
"""Standard deviations by which the answers must agree with the run beyond chance: with answers at
random, to join everything has the best F1."""

MEASURE = "F1 of held-out judged pairs, each counted by one over the size of its story"


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

    Args:
        run: The run.
        labels: The pairs; those without an answer are left out.
        seed: Of the resamples of the interval.
        progress: Gets the progress.

    Raises:
        ConfigError: The labels are fewer than ``LEAST_LABELS``, or all of one kind.
    """
    judged = [each for each in labels if each.same is not None]
    _refuse(judged)
    progress = progress or NullProgress()
    progress.start("fit a scorer", FOLDS + 1, "fold")
    groups = read_labelled_groups(run, judged)
    scorer, config = scorer_of(run.store), run.config.story
    found = _compared(groups, scorer.group, config, progress)
    why = _why_not(found, _agreement(run, judged), seed)
    every_pair = np.ones(found.same.size, np.bool_)
    learned = None if why else Learner(groups, scorer.group, config).learn(every_pair)
    progress.advance(1)
    progress.end()
    (before, after), gain = found.f1(), found.gain(seed) if found.groups else (0.0, 0.0)
    threshold = learned.threshold if learned else config.threshold
    return FittedScorer(
        is_better=learned is not None,
        labels=int(found.same.size),
        before=before,
        after=after,
        gain=gain,
        measure=MEASURE,
        threshold=threshold,
        file=None,
        sentence=_sentence(why, before, after, gain, threshold),
        scorer=Scorer(scorer.candidate, learned.model) if learned else None,
    )


def write_scorer(path: Path, fitted: FittedScorer, labels: Sequence[LabelledPair]) -> FittedScorer:
    """Write a scorer where it is better; the same labels of the same run give the same bytes.

    Args:
        path: The file.
        fitted: The scorer.
        labels: The pairs that taught it.

    Returns:
        The scorer, with the name of its file.

    Raises:
        OutputError: The file cannot be written.
    """
    if fitted.scorer is None:
        return fitted
    lines = sorted(
        dump_json([each.a, each.b, each.same, each.stratum, each.stratum_pairs])
        for each in labels
        if each.same is not None
    )
    data = {
        "name": count_of(len(lines), "judged pair"),
        "pairs": len(lines),
        "sha256": hashlib.sha256(b"\n".join(lines)).hexdigest(),
    }
    write_page(path, scorer_text(fitted.scorer, "dedup tune", data))
    return replace(fitted, file=str(path))


def _refuse(judged: Sequence[LabelledPair]) -> None:
    """Refuse judged pairs that can teach nothing.

    Raises:
        ConfigError: They are too few, or all of one kind.
    """
    if len(judged) < LEAST_LABELS:
        raise ConfigError(
            f"a scorer needs {LEAST_LABELS} judged pairs, and there are {len(judged):,}; judge "
            "more with dedup label, or leave --fit out"
        )
    kinds = {each.same for each in judged}
    if len(kinds) == 1:
        kind = "the same story" if kinds == {True} else "different stories"
        raise ConfigError(
            f"all judged pairs are {kind}, and a scorer needs both kinds; judge more with dedup "
            "label, or leave --fit out"
        )


def _agreement(run: Run, judged: Sequence[LabelledPair]) -> float:
    """Return how far the answers agree with the run, see :func:`separation`."""
    levels, same = levels_of(run, judged), np.array([each.same for each in judged], np.bool_)
    return separation(levels[levels >= 0], same[levels >= 0])


def _why_not(found: JudgedJoins, agreement: float, seed: int) -> str | None:
    """Return why the fitted scorer is not to be used; None where it is better with confidence."""
    if found.groups < LEAST_GROUPS:
        count = count_of(found.groups, "loose group")
        return f"the judged pairs lie in {count}, and {LEAST_GROUPS} are needed to compare it"
    if agreement < LEAST_SEPARATION:
        return "the answers agree with the run no more than chance would"
    if found.gain(seed)[0] <= LEAST_GAIN:
        return "the fitted one is not better with confidence"
    if (changed := found.changed()) < LEAST_CHANGED:
        return f"it joins judged pairs of only {count_of(changed, 'loose group')} otherwise"
    return None


def _sentence(
    why: str | None, before: float, after: float, gain: tuple[float, float], threshold: float
) -> str:
    """Return the outcome in words."""
    figures = (
        f"on judged pairs that took no part in the fit its F1 is {after:.3f}, that of the run's "
        f"{before:.3f} (95 % interval of the difference: {gain[0]:+.3f} to {gain[1]:+.3f})"
    )
    if why is None:
        return f"The fitted scorer is better: {figures}; use it with --threshold {threshold:g}."
    return f"The scorer of the run stays: {why}; {figures}."


def _compared(
    groups: LabelledGroups, model: Model, config: StoryConfig, progress: Progress
) -> JudgedJoins:
    """Return what the run's model and fitted ones, which never saw a pair, make of it."""
    if not groups.batches:
        none = groups.same
        return JudgedJoins(groups.group, none, groups.counts, none, none)
    before = groups.joined(model, [config.threshold], config)[0]
    after = np.zeros(before.size, np.bool_)
    learner = Learner(groups, model, config)
    fold = folds_of(groups.group, FOLDS)
    for number in range(FOLDS):
        left_out = fold == number
        if left_out.any() and not left_out.all():
            after[left_out] = learner.learn(~left_out).joined[left_out]
        progress.advance(1)
    return JudgedJoins(groups.group, groups.same, learner.counts, before, after)
