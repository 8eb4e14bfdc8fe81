"""The scores and the joins of one loose group, computed again by the functions of the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from dedup.cluster.event_split import Join, ScoredGroups, joins_of, square, terms_of
from dedup.config import StoryConfig
from dedup.kernels.array_types import Float64s, Int64s
from dedup.match.loose_group_odds import OddsParts, days_apart
from dedup.models import TermVectors
from dedup.pipeline.cluster_rewrites import group_odds, read_groups
from dedup.pipeline.document_source import StoredDocuments
from dedup.pipeline.earlier_stories import EarlierStories
from dedup.pipeline.group_candidates import LooseGroups
from dedup.pipeline.representatives import (
    TILE_TOKENS,
    Representatives,
    language_numbers,
    number_representatives,
    weekdays_of_lead,
)
from dedup.run.run_settings import scorer_of

if TYPE_CHECKING:
    from dedup.explain.open_run import Run


@dataclass(frozen=True)
class GroupReplay:
    """A loose group with all its pairs scored, as the run had it.

    Attributes:
        dump: Number of the dump that made the group; None for documents that are no group.
        rows: Its representatives, in the order of the bytes of their ids.
        must_link: A label of each: those with the same one are of one earlier story.
        vectors: Their term vectors.
        left: One representative of each pair, as its index in the group.
        right: The other.
        days: Days between the two, NaN where a date is unknown.
        parts: What the log odds of each pair are made of.
        odds: n x n: log odds that two of them tell one story, 0 on the diagonal.
        config: Threshold, contrast weight and penalties.
    """

    dump: int | None
    rows: tuple[int, ...]
    must_link: Int64s
    vectors: TermVectors
    left: Int64s
    right: Int64s
    days: Float64s
    parts: OddsParts
    odds: Float64s
    config: StoryConfig

    @property
    def size(self) -> int:
        """How many representatives it has."""
        return len(self.rows)

    def pair(self, one: int, other: int) -> int:
        """Return the number of a pair, given by two indices in the group."""
        low, high = min(one, other), max(one, other)
        return low * self.size - low * (low + 1) // 2 + high - low - 1

    @cached_property
    def joins(self) -> list[Join]:
        """The joins of the run, in order."""
        return self.joins_at(self.config)

    def joins_at(self, config: StoryConfig) -> list[Join]:
        """Return the joins with other penalties or another threshold, in order."""
        terms, weights = terms_of(self.vectors, 0, self.size)
        return joins_of(self.odds, terms, weights, self.must_link, config)

    @cached_property
    def labels(self) -> Int64s:
        """Of each representative the smallest index of its cluster."""
        labels = np.arange(self.size)
        for join in self.joins:
            labels[labels == join.right] = join.left
        return labels


def replay(run: Run, row: int) -> GroupReplay | None:
    """Return the loose group of a representative, None where it is in none.

    The terms are weighted by the frequencies of the last dump: figures of a group that an earlier
    dump made differ from those of then.

    Args:
        run: The run.
        row: The representative.
    """
    found = run.store.lookups.loose_group(row)
    if found is None or found[1] is None:
        return None
    dump, _, members = found
    rows, linked = zip(*members, strict=True)
    return _replayed(run, rows, linked, dump)


def replay_alone(run: Run, rows: Sequence[int]) -> GroupReplay:
    """Return some representatives as if they were a loose group of their own."""
    return _replayed(run, rows, rows, None)


def _replayed(
    run: Run, rows: Sequence[int], linked: Sequence[int], dump: int | None
) -> GroupReplay:
    """Score all pairs of some representatives."""
    labels = dict(zip(rows, linked, strict=True))
    representatives = read_tellings(run, rows)
    numbered = representatives.numbered
    ordered = tuple(numbered.rows.tolist())
    every = np.arange(len(ordered))
    bounds = np.array([0, every.size])
    group = LooseGroups(every, bounds, np.empty(0, np.int64))
    source, model = StoredDocuments(run.store), scorer_of(run.store).group
    (loaded,) = read_groups(source, representatives, group, run.config)
    vectors, left, right, parts = group_odds(representatives, model, run.config, loaded)
    scored = ScoredGroups(bounds, vectors, left, right, parts.odds(), parts.shared)
    return GroupReplay(
        dump,
        ordered,
        np.array([labels[row] for row in ordered], np.int64),
        vectors,
        left,
        right,
        days_apart(numbered.moments, left, right),
        parts,
        square(scored, 0, every.size, slice(None), scored.odds),
        run.config.story,
    )


def read_tellings(run: Run, rows: Sequence[int]) -> Representatives:
    """Return some representatives as if they were all there are, but for their frequencies."""
    known = list(run.store.lookups.tellings(rows))
    ordered = np.array([row for row, *_ in known], np.int64)
    moments = np.array([np.nan if moment is None else moment for _, moment, *_ in known])
    numbered = number_representatives(
        ordered,
        moments,
        *language_numbers(language for _, _, language, _ in known),
        np.array(
            [weekdays_of_lead(days, moment, language) for _, moment, language, days in known],
            np.uint8,
        ),
        np.zeros(ordered.size, np.int64),
        EarlierStories.empty(),
        {},
        TILE_TOKENS,
    )
    return Representatives(run.store.signatures.sets, numbered, run.frequencies)
