"""The loose groups of a run that have judged pairs, to be scored and joined by any model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup.cluster.event_split import ScoredGroups
from dedup.config import StoryConfig
from dedup.kernels.array_types import Bools, Float64s, Int64s
from dedup.label.decided_stories import DecidedStories
from dedup.label.scored_groups import read_groups_of
from dedup.match.loose_group_odds import OddsParts
from dedup.match.minhash_lsh import encoded
from dedup.match.story_score import Model, probability
from dedup.models import TermVectors
from dedup.pipeline.cluster_rewrites import group_odds, read_groups
from dedup.pipeline.document_source import StoredDocuments
from dedup.pipeline.group_candidates import LooseGroups
from dedup.pipeline.representatives import Representatives
from dedup.run.run_settings import scorer_of
from dedup.tune.group_joins import group_joins

if TYPE_CHECKING:
    from dedup.evaluation.labelled_pairs import LabelledPair
    from dedup.explain.open_run import Run


@dataclass(frozen=True, slots=True)
class GroupBatch:
    """Some loose groups, which a run scores at once.

    Attributes:
        members: Numbers of the representatives, group by group.
        bounds: n + 1 bounds of the groups in ``members``.
        vectors: Term vectors of the members.
        left: One representative of each of all pairs, as its index in ``members``.
        right: The other.
        parts: What the log odds of each pair are made of.
    """

    members: Int64s
    bounds: Int64s
    vectors: TermVectors
    left: Int64s
    right: Int64s
    parts: OddsParts

    def scored_by(self, model: Model, config: StoryConfig) -> OddsParts:
        """Return what the log odds of all pairs are made of by another model."""
        size = self.members.size
        return self.parts.scored_by(model, self.left, self.right, size, config.affair_odds)


@dataclass(frozen=True, slots=True)
class LabelledGroups:
    """The loose groups of a run that have judged pairs.

    Attributes:
        batches: The groups.
        copies: Documents that each representative stands for, by its number.
        must_link: A label of each: those with the same one are of one earlier story.
        left: Number of one representative of each judged pair.
        right: Number of the other.
        place: Number of the pair among all pairs of all batches.
        group: Number of its group, from 0.
        same: Whether it is one story.
        counts: Pairs of documents that it speaks for.
    """

    batches: tuple[GroupBatch, ...]
    copies: Int64s
    must_link: Int64s
    left: Int64s
    right: Int64s
    place: Int64s
    group: Int64s
    same: Bools
    counts: Float64s

    def features(self, model: Model, config: StoryConfig) -> tuple[Float64s, Float64s, Bools]:
        """Return what there is to learn from the judged pairs.

        Returns:
            Their features; what their affairs and days take by the model; and which are ruled out
            whatever a model says.
        """
        scored = [each.scored_by(model, config) for each in self.batches]
        features = np.concatenate([each.features for each in scored])
        taken = np.concatenate([each.affair + each.date for each in scored])
        ruled_out = np.concatenate([each.is_ruled_out for each in scored])
        return features[self.place], taken[self.place], ruled_out[self.place]

    def story_sizes(self, model: Model, config: StoryConfig) -> Float64s:
        """Return how many documents the story of each judged pair has, the mean of both ends.

        Each document of the group counts by how likely it is of the story: where the odds of the
        model are calibrated, the sum is what is to be expected.
        """
        documents = self.copies.astype(np.float64)
        sizes = documents.copy()
        for each in self.batches:
            chance = probability(each.scored_by(model, config).odds())
            left, right = each.members[each.left], each.members[each.right]
            np.add.at(sizes, left, chance * documents[right])
            np.add.at(sizes, right, chance * documents[left])
        expected: Float64s = (sizes[self.left] + sizes[self.right]) / 2
        return expected

    def joined(self, model: Model, thresholds: Sequence[float], config: StoryConfig) -> Bools:
        """Return which judged pairs are in one story by a model: thresholds x pairs."""
        groups = (
            (
                each.members,
                self.must_link[each.members],
                ScoredGroups(
                    each.bounds, each.vectors, each.left, each.right,
                    each.scored_by(model, config).odds(), each.parts.shared,
                ),
            )
            for each in self.batches
        )  # fmt: skip
        joins, every = group_joins(groups, thresholds, config), np.arange(self.copies.size)
        labels = (joins.labels(every, threshold) for threshold in thresholds)
        return np.array([found[self.left] == found[self.right] for found in labels])


def read_labelled_groups(run: Run, labels: Sequence[LabelledPair]) -> LabelledGroups:
    """Return the loose groups of a run that have judged pairs.

    Pairs of copies, and those that are of no loose group together, are left out: the model of loose
    groups decides nothing on them.

    Args:
        run: The run.
        labels: Judged pairs; their order changes nothing.
    """
    representatives, groups = read_groups_of(run)
    labels = sorted(labels, key=lambda each: (min(each.a, each.b), max(each.a, each.b)))
    numbers, known = representatives.numbered.numbers(_rows(run, labels))
    ends = np.sort(np.where(known, numbers, -1), axis=0)
    group_of = np.full(representatives.size + 1, -1)  # the last one is of no representative
    group_of[groups.members] = np.repeat(np.arange(groups.bounds.size - 1), np.diff(groups.bounds))
    group = np.where(group_of[ends[0]] == group_of[ends[1]], group_of[ends[0]], -1)
    kept = np.flatnonzero((group >= 0) & (ends[0] != ends[1]))
    left, right = ends[:, kept]
    found, number = np.unique(group[kept], return_inverse=True)
    batches = tuple(_batches(run, representatives, _picked(groups, found)))
    counts = np.array(counts_of(labels), np.float64)[kept]
    same = np.array([each.same for each in labels], np.bool_)[kept]
    return LabelledGroups(
        batches, _copies(run, representatives), representatives.numbered.must_link,
        left, right, _places(batches, left, right), number, same, counts,
    )  # fmt: skip


def levels_of(run: Run, labels: Sequence[LabelledPair]) -> Int64s:
    """Return how near a run has judged pairs.

    Returns:
        2 for pairs of one story, 1 for others of one loose group, 0 for what is left; -1 where a
        document is none of the run.
    """
    rows = _rows(run, labels)
    stories, _ = DecidedStories.read(run.store).of(rows.ravel())
    story = stories.reshape(rows.shape)
    stored = run.store.measured.loose_groups()
    order = np.argsort(stored[:, 0])
    members, firsts = stored[order, 0], stored[order, 1]
    places = np.minimum(np.searchsorted(members, rows), max(0, members.size - 1))
    group = np.where(np.isin(rows, members), firsts[places] if members.size else -1, -1)
    together = ((story[0] == story[1]) & (story[0] >= 0)) | (rows[0] == rows[1])
    near = (group[0] == group[1]) & (group[0] >= 0)
    levels: Int64s = np.where(together, 2, near.astype(np.int64))
    return np.where((rows >= 0).all(axis=0), levels, -1)


def counts_of(labels: Sequence[LabelledPair]) -> list[float]:
    """Return for how many pairs of documents each judged pair speaks.

    One that was drawn speaks for its share of its stratum, one from elsewhere for itself.
    """
    answered = Counter(each.stratum for each in labels)
    return [
        1.0 if each.stratum_pairs is None else each.stratum_pairs / answered[each.stratum]
        for each in labels
    ]


def _rows(run: Run, labels: Sequence[LabelledPair]) -> Int64s:
    """Return the rows of the representatives of judged pairs, 2 x pairs, -1 for no document."""
    lookups = run.store.lookups
    row_of: dict[str, int] = {}
    for name in sorted({name for each in labels for name in (each.a, each.b)}):
        row = lookups.row_of(name)
        row_of[name] = -1 if row is None else lookups.representative(row)
    rows = np.array([[row_of[each.a], row_of[each.b]] for each in labels], np.int64)
    return rows.reshape(-1, 2).T


def _picked(groups: LooseGroups, numbers: Int64s) -> LooseGroups:
    """Return some of the groups."""
    sizes = np.diff(groups.bounds)
    picked = np.isin(np.arange(sizes.size), numbers)
    members = groups.members[np.repeat(picked, sizes)]
    return LooseGroups(members, np.append(0, np.cumsum(sizes[picked])), groups.roundups)


def _batches(
    run: Run, representatives: Representatives, groups: LooseGroups
) -> Iterator[GroupBatch]:
    """Yield groups, scored by the model of the run."""
    model = scorer_of(run.store).group
    for loaded in read_groups(StoredDocuments(run.store), representatives, groups, run.config):
        scored = group_odds(representatives, model, run.config, loaded)
        yield GroupBatch(loaded[1].numbers, loaded[0], *scored)


def _copies(run: Run, representatives: Representatives) -> Int64s:
    """Return how many documents each representative stands for."""
    rows = representatives.numbered.rows
    order = np.argsort(rows)
    copies = np.empty(rows.size, np.int64)
    copies[order] = DecidedStories.read(run.store).copies(rows[order])
    return copies


def _places(batches: Sequence[GroupBatch], left: Int64s, right: Int64s) -> Int64s:
    """Return the numbers of some pairs among all pairs of all batches."""
    none: Int64s = np.empty(0, np.int64)
    of_batches = [encoded(each.members[each.left], each.members[each.right]) for each in batches]
    codes = np.concatenate([none, *of_batches])
    order = np.argsort(codes)
    places: Int64s = order[np.searchsorted(codes, encoded(left, right), sorter=order)]
    return places
