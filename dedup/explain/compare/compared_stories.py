"""Compared documents to what became of their stories: members count, not the ids of stories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup.explain.compare.compared_documents import ALONE, ComparedDocuments, OneSide
from dedup.kernels.array_types import Bools, Int64s

KINDS = ("split", "merged", "torn", "grown", "shrunk", "exchanged", "canonical", "same")
"""What can become of stories, see :class:`dedup.explain.compare.differences.StoryChange`."""

SPLIT, MERGED, TORN, GROWN, SHRUNK, EXCHANGED, CANONICAL, SAME = range(len(KINDS))


def count_story_changes(documents: ComparedDocuments) -> tuple[Int64s, Int64s]:
    """Return how many stories of the one run, and of the other, each of ``KINDS`` has.

    Stories that have a document in common are looked at together: where one of the one run and one
    of the other are connected with no third, the story is compared; else it was split, merged, or
    torn into parts that were put together anew.
    """
    links = _Links.of_stories(documents)
    one, other, linked, of, before = links.one, links.other, links.linked, links.of, links.before
    groups = _Groups(
        *links.sizes,
        *_count_alone(of[:before], one, linked, documents.after, of.size),
        *_count_alone(of[before:], other, linked, documents.before, of.size),
        np.zeros(of.size, np.bool_),
    )
    groups.moved[of[one[linked & ~documents.same_canonical]]] = True
    kinds = groups.kinds()
    first, second = (
        np.bincount(kinds, each, len(KINDS)).astype(np.int64)
        for each in (groups.before, groups.after)
    )
    return first, second


def in_same_story(documents: ComparedDocuments) -> Bools:
    """Return which documents are in stories of both runs that are one story.

    Such stories are connected with no third, and have another document in common: ids of stories
    and canonicals do not count.
    """
    links = _Links.of_stories(documents)
    before, after = links.sizes
    group = links.of[links.one[links.linked]]
    common = np.bincount(group, minlength=links.of.size)
    same = np.zeros(links.linked.size, np.bool_)
    same[links.linked] = ((before == 1) & (after == 1) & (common > 1))[group]
    return same


@dataclass(frozen=True, slots=True)
class _Links:
    """Stories of two runs that are connected by the documents they have in common.

    Attributes:
        one: The story of each document in the one run, numbered from 0; ``ALONE`` for none.
        other: The same in the other run.
        before: Stories of the one run.
        linked: Which documents are in a story of either run.
        of: The group of each story, those of the one run first.
    """

    one: Int64s
    other: Int64s
    before: int
    linked: Bools
    of: Int64s

    @classmethod
    def of_stories(cls, documents: ComparedDocuments) -> _Links:
        """Connect the stories of compared documents."""
        one, before = _labels(documents.before.stories)
        other, after = _labels(documents.after.stories)
        linked = (one != ALONE) & (other != ALONE)
        of = _connected(before + after, one[linked], other[linked] + before)
        return cls(one, other, before, linked, of)

    @property
    def sizes(self) -> tuple[Int64s, Int64s]:
        """Stories of the one run and of the other in each group."""
        before, after = (
            np.bincount(each, minlength=self.of.size).astype(np.int64)
            for each in (self.of[: self.before], self.of[self.before :])
        )
        return before, after


@dataclass(frozen=True, slots=True)
class _Groups:
    """Groups of connected stories; the number of a group may stand for none.

    Attributes:
        before: Stories of the one run in each.
        after: Stories of the other run.
        lost: Documents that are in no story of the other run.
        parted: Those of them that the other run does not reject.
        gained: Documents that are in no story of the one run.
        joined: Those of them that the one run does not reject.
        moved: Whether a document has another canonical.
    """

    before: Int64s
    after: Int64s
    lost: Int64s
    parted: Int64s
    gained: Int64s
    joined: Int64s
    moved: Bools

    def kinds(self) -> Int64s:
        """Return what became of the stories of each group, as places in ``KINDS``."""
        single = (self.before == 1) & (self.after == 1)
        lost, gained = self.lost > 0, self.gained > 0
        cases = [
            (single & lost & gained, EXCHANGED),
            (single & lost, SHRUNK),
            (single & gained, GROWN),
            (single & self.moved, CANONICAL),
            (single, SAME),
            ((self.after == 0) & (self.parted < 2), SHRUNK),
            ((self.before == 0) & (self.joined < 2), GROWN),
            (self.before == 1, SPLIT),
            (self.after == 1, MERGED),
        ]
        which, kinds = zip(*cases, strict=True)
        found: Int64s = np.select(list(which), list(kinds), default=TORN).astype(np.int64)
        return found


def _count_alone(
    groups: Int64s, stories: Int64s, linked: Bools, elsewhere: OneSide, size: int
) -> tuple[Int64s, Int64s]:
    """Return for each group how many documents of its stories are in no story elsewhere.

    Args:
        groups: The group of each story.
        stories: The story of each document, numbered.
        linked: Which documents are in a story of either run.
        elsewhere: The documents as the other run has them.
        size: Number of groups.

    Returns:
        Their number, and that of those which the other run does not reject.
    """
    alone = (stories != ALONE) & ~linked
    counts = [
        np.bincount(groups[stories[which]], minlength=size).astype(np.int64)
        for which in (alone, alone & elsewhere.compared)
    ]
    return counts[0], counts[1]


def _labels(stories: Int64s) -> tuple[Int64s, int]:
    """Return the stories of documents numbered from 0, ``ALONE`` for none; and their number."""
    within = stories != ALONE
    known, numbers = np.unique(stories[within], return_inverse=True)
    labels = np.full(stories.size, ALONE, np.int64)
    labels[within] = numbers
    return labels, known.size


def _connected(count: int, left: Int64s, right: Int64s) -> Int64s:
    """Return for each of ``count`` nodes the smallest node it is connected to.

    Few stories are connected with several others. So this takes few rounds, and less time than to
    load the kernel that does the same for documents.
    """
    labels = np.arange(count)
    while True:
        lower = np.minimum(labels[left], labels[right])
        before = labels.copy()
        np.minimum.at(labels, left, lower)
        np.minimum.at(labels, right, lower)
        labels = labels[labels]
        if np.array_equal(labels, before):
            return labels
