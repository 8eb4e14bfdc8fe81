"""Judged pairs to a model near that of the run, and a threshold that goes with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dedup.config import StoryConfig
from dedup.kernels.array_types import Bools, Float64s
from dedup.match.story_score import Model
from dedup.tune.judged_joins import f1_of_counts, folds_of
from dedup.tune.labelled_groups import LabelledGroups
from dedup.tune.logistic_fit import Examples, fit_near

FOLDS = 5

PENALTIES = (1000.0, 100.0, 10.0, 1.0)
"""How strongly weights are drawn to those of the run, where the judged pairs count 1 each on the
mean; the first in effect moves only the intercept."""

LEAST_IMPROVEMENT = 1e-4
"""By how much the mean loss of a held-out pair must fall for a weaker penalty."""

HIGHEST_THRESHOLD = 0.9


@dataclass(frozen=True, slots=True)
class Learned:
    """What some judged pairs teach.

    Attributes:
        model: The model of loose groups.
        threshold: The threshold that goes with it.
        joined: Which of all judged pairs both join.
    """

    model: Model
    threshold: float
    joined: Bools


@dataclass(frozen=True)
class Learner:
    """Learns from some judged pairs of a run, the others being left out.

    Attributes:
        groups: The pairs.
        model: The model of the run.
        config: The options of the run.
    """

    groups: LabelledGroups
    model: Model
    config: StoryConfig

    def learn(self, training: Bools) -> Learned:
        """Return what some pairs teach.

        Of thresholds that join them as well the highest is taken: in doubt, both documents stay.

        Args:
            training: Which pairs are learned from.
        """
        model = _rounded(self._fitted(training))
        thresholds = self._thresholds()
        joined = self.groups.joined(model, thresholds, self.config)
        counts, same = self.counts[training], self.groups.same[training]
        chosen = joined[:, training]
        total = np.full(len(thresholds), counts @ same)
        f1 = f1_of_counts(chosen @ (counts * same), chosen @ counts, total)
        best = np.flatnonzero(f1 >= f1.max() - 1e-12)[-1]
        return Learned(model, thresholds[best], joined[best])

    @cached_property
    def counts(self) -> Float64s:
        """What judged pairs count: the pairs they speak for, over the size of their story.

        So stories count by their documents, as in B-cubed, and not by the square of these. The
        sizes are what the run's model expects when its intercept is fitted.
        """
        calibrated = fit_near(self._examples, self.model, PENALTIES[0])
        sizes = self.groups.story_sizes(calibrated, self.config)
        return self.groups.counts / sizes

    @cached_property
    def _examples(self) -> Examples:
        """The judged pairs; those that are ruled out count nothing, the others 1 on the mean.

        What the run's model takes for affairs and days is no part of what is learned.
        """
        features, taken, ruled_out = self.groups.features(self.model, self.config)
        counts = np.where(ruled_out, 0.0, self.groups.counts)
        weights = counts * (~ruled_out).sum() / max(1e-12, counts.sum())
        return Examples(features, self.groups.same, weights, self.groups.group, -taken)

    def _fitted(self, training: Bools) -> Model:
        """Return the model whose penalty does best on groups that are left out in turn."""
        known = self._examples.pick(training)
        known = known._replace(part=folds_of(np.unique(known.part, return_inverse=True)[1], FOLDS))
        best, least = PENALTIES[0], np.inf
        for penalty in PENALTIES:
            losses = [self._loss_without(known, penalty, each) for each in range(FOLDS)]
            loss = sum(losses) / max(1e-12, float(known.weights.sum()))
            if loss < least - LEAST_IMPROVEMENT:
                best, least = penalty, loss
        return fit_near(known, self.model, best)

    def _loss_without(self, known: Examples, penalty: float, fold: int) -> float:
        """Return the log loss on the pairs of a fold of a model that is fitted on the others."""
        others = known.pick(known.part == fold)
        fitted = fit_near(known.pick(known.part != fold), self.model, penalty)
        odds = fitted.odds(others.features) + others.offsets
        loss = np.logaddexp(0.0, np.where(others.same, -odds, odds))
        return float(others.weights @ loss)

    def _thresholds(self) -> list[float]:
        """Return the thresholds that are tried, ascending: hundredths, and the one of the run."""
        lowest = max(0.01, self.config.loose_threshold)
        highest = max(HIGHEST_THRESHOLD, self.config.threshold)
        tried = {lowest, self.config.threshold, *(each / 100 for each in range(1, 100))}
        return sorted(each for each in tried if lowest <= each <= highest)


def _rounded(model: Model) -> Model:
    """Return a model as it is written."""
    return Model(round(model.intercept, 4), tuple(round(weight, 4) for weight in model.weights))
