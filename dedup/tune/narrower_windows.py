"""The loose groups of a run as they would be if fewer days were allowed between two tellings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from dedup.cluster.roundups import Neighbourhood, Verdict, judged
from dedup.explain.rewrites.loose_group_replay import read_tellings
from dedup.match.term_lsh import DAY
from dedup.pipeline.group_candidates import LooseGroups, ScoredPairs, group_pairs
from dedup.pipeline.match_rewrites import overlaps_of
from dedup.pipeline.representatives import Representatives

if TYPE_CHECKING:
    from dedup.explain.open_run import Run


class NarrowerWindows:
    """Makes the loose groups of a run again, in the first dump of a store.

    Its candidates are those of the run that are near enough: a bucket that is not over the cap has
    no other pairs in a narrower window.
    """

    def __init__(self, run: Run) -> None:
        """Read nothing until a window is asked for."""
        self._run = run
        self._verdicts: dict[tuple[int, bytes, bytes], Verdict | None] = {}

    @cached_property
    def representatives(self) -> Representatives:
        """All representatives that were scored with another."""
        rows = np.unique(self._run.store.measured.candidate_scores()[:, :2].astype(np.int64))
        return read_tellings(self._run, rows.tolist())

    @cached_property
    def _scored(self) -> ScoredPairs:
        """The pairs that the run scored."""
        numbered = self.representatives.numbered
        return numbered.pairs(self._run.store.measured.candidate_scores())

    def groups(self, window_days: float) -> LooseGroups:
        """Return the loose groups of a window."""
        numbered, (left, right, scores) = self.representatives.numbered, self._scored
        far = np.abs(numbered.moments[left] - numbered.moments[right]) > window_days * DAY
        none = np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
        story = replace(self._run.config.story, window_days=window_days)
        config = replace(self._run.config, story=story)
        return group_pairs(
            numbered, none, (left[~far], right[~far], scores[~far]), self._judge, config
        )

    def _judge(self, neighbourhoods: Sequence[Neighbourhood]) -> Iterator[Verdict]:
        """Yield what :func:`dedup.cluster.roundups.judged` does; each question is asked once."""
        keys = [_key(each) for each in neighbourhoods]
        new = [
            each
            for key, each in zip(keys, neighbourhoods, strict=True)
            if key not in self._verdicts
        ]
        found = judged(new, partial(overlaps_of, self.representatives))
        self._verdicts |= dict.fromkeys(map(_key, new))
        at = {each.document: _key(each) for each in new}
        self._verdicts |= {at[verdict.document]: verdict for verdict in found}
        yield from filter(None, map(self._verdicts.__getitem__, keys))


def _key(near: Neighbourhood) -> tuple[int, bytes, bytes]:
    """Return what a verdict depends on."""
    return near.document, near.others.tobytes(), near.party.tobytes()
