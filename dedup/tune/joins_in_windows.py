"""The joins of all loose groups of a run, in its window and in narrower ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from dedup.kernels.array_types import Bools, Float64s
from dedup.label.scored_groups import read_groups_of, scored_groups
from dedup.match.loose_group_odds import SECONDS_A_DAY
from dedup.pipeline.group_candidates import LooseGroups
from dedup.pipeline.representatives import Representatives
from dedup.run.run_settings import scorer_of
from dedup.tune.group_joins import GroupJoins, group_joins
from dedup.tune.narrower_windows import NarrowerWindows

if TYPE_CHECKING:
    from dedup.explain.open_run import Run
    from dedup.match.story_score import Model


class JoinsInWindows:
    """Joins the loose groups of windows when these are asked for, each once.

    A group of a narrower window that the run has, too, and that lies within that window as a whole
    is not scored again: its scores are the same.
    """

    def __init__(self, run: Run, thresholds: Sequence[float], model: Model | None) -> None:
        """Join at some thresholds, with the scores of a model, or of that of the run."""
        self._model = model or scorer_of(run.store).group
        self._run, self._thresholds = run, thresholds
        self._narrower = NarrowerWindows(run)
        self._joins: dict[float, GroupJoins] = {}

    def joins(self, window_days: float) -> GroupJoins:
        """Return the joins of a window, not wider than the run's."""
        if window_days not in self._joins:
            own = window_days == self._run.config.story.window_days
            self._joins[window_days] = self._own[0] if own else self._in_narrower(window_days)
        return self._joins[window_days]

    @cached_property
    def _own(self) -> tuple[GroupJoins, frozenset[bytes]]:
        """The joins in the window of the run, and its groups, by the rows of their members."""
        representatives, groups = read_groups_of(self._run)
        links = self._run.store.measured.must_links()
        window = self._run.config.story.window_days
        made = self._scored(representatives, groups, links, window)
        return made, frozenset(_members(representatives, groups))

    def _in_narrower(self, window_days: float) -> GroupJoins:
        """Return the joins of a narrower window."""
        own, known = self._own
        groups = self._narrower.groups(window_days)
        representatives = self._narrower.representatives
        same = np.array([each in known for each in _members(representatives, groups)], np.bool_)
        same &= ~(_days(representatives, groups) > window_days)
        firsts = representatives.numbered.rows[groups.members[groups.bounds[:-1][same]]]
        fresh = self._scored(representatives, _picked(groups, ~same), {}, window_days)
        return own.of_groups(firsts).and_joins(fresh)

    def _scored(
        self,
        representatives: Representatives,
        groups: LooseGroups,
        links: dict[int, int],
        window_days: float,
    ) -> GroupJoins:
        """Return the joins of some groups with all their pairs scored."""
        story = replace(self._run.config.story, window_days=window_days)
        config = replace(self._run.config, story=story)
        rows = representatives.numbered.rows
        linked = np.array([links.get(row, row) for row in rows.tolist()], np.int64)
        scored = scored_groups(self._run, representatives, groups, self._model, config)
        parts = ((rows[numbers], linked[numbers], found) for numbers, found in scored)
        return group_joins(parts, self._thresholds, story)


def _members(representatives: Representatives, groups: LooseGroups) -> list[bytes]:
    """Return the rows of the members of each group, as bytes."""
    rows = representatives.numbered.rows[groups.members]
    return [each.tobytes() for each in np.split(rows, groups.bounds[1:-1])]


def _days(representatives: Representatives, groups: LooseGroups) -> Float64s:
    """Return the days between the first and the last of each group, NaN without a date."""
    moments, starts = representatives.numbered.moments[groups.members], groups.bounds[:-1]
    first, last = (each.reduceat(moments, starts) for each in (np.fmin, np.fmax))
    days: Float64s = (last - first) / SECONDS_A_DAY
    return days


def _picked(groups: LooseGroups, chosen: Bools) -> LooseGroups:
    """Return some of the groups."""
    sizes = np.diff(groups.bounds)
    bounds = np.append(0, np.cumsum(sizes[chosen]))
    return replace(groups, members=groups.members[np.repeat(chosen, sizes)], bounds=bounds)
