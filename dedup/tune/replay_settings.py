"""What a run would have joined with another threshold or a narrower window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dedup.errors import ConfigError
from dedup.kernels.array_types import Bools, Float64s, Int64s
from dedup.label.decided_stories import DecidedStories
from dedup.tune.joins_in_windows import JoinsInWindows
from dedup.tune.repeated_elections import RepeatedElections

if TYPE_CHECKING:
    from dedup.explain.open_run import Run
    from dedup.label.pair_population import PairPopulation
    from dedup.match.story_score import Model


@dataclass(frozen=True, slots=True)
class Setting:
    """What is tried.

    Attributes:
        threshold: Lowest mean story score of the tellings of one story, in (0, 1).
        window_days: Most days between two tellings of one story; not more than the run's.
    """

    threshold: float
    window_days: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a setting would do.

    Attributes:
        setting: The setting.
        together: For each pair of the population whether both would be in one story.
        lost: For each of the asked pairs of the population how many removed documents one pair of
            documents of it stands for, where these two tell different stories: each removed
            document is compared with the canonical of its story. 0 for pairs with no canonical.
        removed: Documents that would be removed.
    """

    setting: Setting
    together: Bools
    lost: Float64s
    removed: int


def replay_settings(
    run: Run,
    population: PairPopulation,
    settings: Sequence[Setting],
    asked: Int64s,
    *,
    model: Model | None = None,
) -> Iterator[Outcome]:
    """Yield what each setting would do.

    A narrower window may bring two representatives into one loose group that were in none together
    and were not proposed: such a pair is not of the population (1 of 988 joined pairs of labelled
    news in a window of 2.5 days, not 4).

    Args:
        run: The run.
        population: What it compared.
        settings: Thresholds, and windows no wider than the run's.
        asked: Numbers of the pairs that have a label: only their stories elect a canonical.
        model: Scores the pairs of loose groups; None for that of the run.

    Raises:
        ConfigError: A threshold is below the loose threshold, a window is wider than the run's, or
            another one cannot be replayed.
    """
    _refuse_unknowable(run, settings)
    replay = _Replay(run, population, asked)
    windows = JoinsInWindows(run, sorted({each.threshold for each in settings}), model)
    for setting in settings:
        joins = windows.joins(setting.window_days)
        yield replay.outcome(setting, joins.labels(population.rows, setting.threshold))


def why_one_window(run: Run) -> str | None:
    """Return why no other window of a run can be replayed, None where narrower ones can.

    With another window other earlier documents are compared, and other pairs of a bucket that is
    over the cap.
    """
    if run.store.dumps.number > 1:
        return "the store has earlier dumps"
    if (run.store.get("story_candidates") or {}).get("buckets_over_cap"):
        return "some documents were compared with the nearest ones of a bucket only"
    return None


def _refuse_unknowable(run: Run, settings: Sequence[Setting]) -> None:
    """Refuse settings that cannot be replayed.

    Raises:
        ConfigError: There is one.
    """
    story = run.config.story
    for setting in settings:
        if setting.window_days > story.window_days:
            raise ConfigError(
                f"a window of {setting.window_days:g} days is wider than that of the run, "
                f"{story.window_days:g}: regroup with a wider window first"
            )
        if setting.window_days < story.window_days and (why := why_one_window(run)):
            message = f"a window of {setting.window_days:g} days cannot be replayed: {why}"
            raise ConfigError(f"{message}; replay the window of the run only")
        replace(story, threshold=setting.threshold)  # raises where it is out of range


class _Replay:
    """What the clusters of a setting say of a population."""

    def __init__(self, run: Run, population: PairPopulation, asked: Int64s) -> None:
        """Count the documents of the last dump, which alone can be removed."""
        self._population, self._asked = population, asked
        self._documents = population.documents[asked]
        self._elections = RepeatedElections(run)
        self._fresh = DecidedStories.read(run.store).fresh(population.rows)
        self._is_fresh = population.rows >= run.store.dumps.first

    def outcome(self, setting: Setting, labels: Int64s) -> Outcome:
        """Return what a setting does that makes some clusters.

        Args:
            setting: The setting.
            labels: For each representative the first one of its cluster.
        """
        together = labels[self._population.left] == labels[self._population.right]
        clusters = _Clusters(labels)
        return Outcome(setting, together, self._lost(together, clusters), self._removed(clusters))

    def _lost(self, together: Bools, clusters: _Clusters) -> Float64s:
        """Return for each asked pair how many removed documents each of its documents is for."""
        population = self._population
        lost = np.zeros(self._asked.size)
        for place, pair in enumerate(self._asked.tolist()):
            if not together[pair]:
                continue
            one, other = int(population.left[pair]), int(population.right[pair])
            canonical = self._canonical(clusters.of(one))
            if canonical not in (one, other):
                continue
            removed = self._fresh[other if canonical == one else one]
            if one == other:
                removed -= self._is_fresh[one]
            lost[place] = removed / self._documents[place]
        return lost

    def _removed(self, clusters: _Clusters) -> int:
        """Return how many documents are removed: all of a story but its canonical."""
        elected = self._is_fresh[clusters.first].copy()
        fresh = clusters.count(self._is_fresh)
        mixed = (fresh > 0) & (fresh < clusters.sizes)
        for place in np.flatnonzero(mixed).tolist():
            elected[place] = self._is_fresh[self._canonical(clusters.at(place))]
        return int(self._fresh.sum() - elected.sum())

    def _canonical(self, cluster: Int64s) -> int:
        """Return the canonical of some representatives, all by their places."""
        rows = self._population.rows
        row = self._elections.canonical(rows[cluster].tolist())
        return int(np.searchsorted(rows, row))


class _Clusters:
    """The clusters of representatives, by their places.

    Attributes:
        first: The first representative of each.
        sizes: How many each has.
    """

    def __init__(self, labels: Int64s) -> None:
        """Sort representatives by the first one of their cluster."""
        self._labels = labels
        self._order = np.argsort(labels, kind="stable")
        self.first, self._starts, self.sizes = np.unique(
            labels[self._order], return_index=True, return_counts=True
        )

    def at(self, number: int) -> Int64s:
        """Return the representatives of a cluster, ascending."""
        start = self._starts[number]
        return self._order[start : start + self.sizes[number]]

    def of(self, place: int) -> Int64s:
        """Return those of the cluster of a representative."""
        return self.at(int(np.searchsorted(self.first, self._labels[place])))

    def count(self, chosen: Bools) -> Int64s:
        """Return how many of each cluster are chosen."""
        return np.add.reduceat(chosen[self._order].astype(np.int64), self._starts)
