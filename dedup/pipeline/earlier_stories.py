"""What earlier dumps of a store came to: stories that stay together whatever the new dump brings.

What was handed on once is not taken back: documents of one story stay in one story, under its id.
New documents can join it, elect another canonical, or tie it to another story.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from dedup.kernels.array_types import Bools, Int64s
from dedup.models import Story
from dedup.store import Store


@dataclass(frozen=True, slots=True)
class EarlierStory:
    """A story of an earlier dump.

    Attributes:
        story_id: Its id.
        first_dump: Number of the dump in which it was new.
        canonical_id: Its canonical until now.
        absorbed: Ids of stories that became part of it.
        size: Its documents until now.
    """

    story_id: str
    first_dump: int
    canonical_id: str
    absorbed: tuple[str, ...]
    size: int


class EarlierStories:
    """The earlier stories of the active documents. Twenty bytes of each document are held.

    Attributes:
        first: Row of the first input of the dump at hand.
        number: Number of the dump at hand.
        rows: Earlier documents that are in stories, ascending.
        representatives: Of each the head of its telling.
        open: Numbers of stories that lost the telling they were stored with, and must be united
            anew.
    """

    def __init__(self, store: Store) -> None:
        """Read the stories of active documents."""
        self.first = store.dumps.first
        self.number = store.dumps.number
        rows, representatives, stories = array("q"), array("q"), array("i")
        numbers: dict[str, int] = {}
        for row, representative, story_id in store.results.earlier_members():
            rows.append(row)
            representatives.append(representative)
            stories.append(numbers.setdefault(story_id, len(numbers)))
        self.rows = np.array(rows, np.int64)
        self.representatives = np.array(representatives, np.int64)
        self._story = np.array(stories, np.int32)
        self._by_story = np.argsort(self._story, kind="stable")
        sizes = np.bincount(self._story, minlength=len(numbers)).tolist()
        known = {
            story_id: EarlierStory(
                story_id, first_dump, canonical, tuple(absorbed), sizes[numbers[story_id]]
            )
            for story_id, first_dump, canonical, absorbed in store.results.known_stories()
        }
        self._known = [known[story_id] for story_id in numbers]
        self.open = set[int]()

    def numbers(self, rows: Iterable[int]) -> list[int]:
        """Return the numbers of the stories that some documents were in, ascending."""
        if not self.rows.size:
            return []
        asked = np.fromiter(rows, np.int64)
        places = np.searchsorted(self.rows, asked)
        found = self.rows[np.minimum(places, self.rows.size - 1)] == asked
        numbers: list[int] = np.unique(self._story[places[found]]).tolist()
        return numbers

    def story(self, number: int) -> EarlierStory:
        """Return a story by its number."""
        return self._known[number]

    def _rows_of(self, number: int) -> list[int]:
        """Return the documents of a story."""
        start, end = np.searchsorted(self._story, [number, number + 1], sorter=self._by_story)
        rows: list[int] = self.rows[self._by_story[start:end]].tolist()
        return rows

    def tellings(self, rows: Iterable[int]) -> list[tuple[int, ...]]:
        """Return the tellings among some documents: rows, that of the head first."""
        if not self.rows.size:
            return []
        asked = np.sort(np.fromiter(rows, np.int64))
        _, places, _ = np.intersect1d(self.rows, asked, True, return_indices=True)
        found: dict[int, list[int]] = {}
        for representative, row in zip(
            self.representatives[places].tolist(), self.rows[places].tolist(), strict=True
        ):
            members = found.setdefault(representative, [representative])
            if row != representative:
                members.append(row)
        return [tuple(members) for members in found.values()]

    def provisional_story(self, story: Story) -> tuple[Story, int]:
        """Return a story of copies as it is stored for now, and the dump in which it was new.

        Where it is only a part of an earlier story that one must be united anew.
        """
        if not self.rows.size:
            return story, self.number
        rows = {member.row for member in story.members}
        numbers = self.numbers(rows)
        parted = [number for number in numbers if not rows.issuperset(self._rows_of(number))]
        self.open.update(parted)
        return (story, self.number) if parted else self.keep_story_id(story, rows)

    def must_link(self, store: Store, representatives: Int64s) -> tuple[Int64s, Bools]:
        """Return which tellings are of one earlier story, and which of these must be united anew.

        Args:
            store: Knows in which tellings the documents are now.
            representatives: Rows of the heads.

        Returns:
            For each head the place of the first one that is held together with it, and a mask.
        """
        from dedup.kernels.pairs import components  # compiled code, loaded when first needed

        now = store.results.representatives_of(self.rows.tolist())
        rows = np.fromiter((now[row] for row in self.rows.tolist()), np.int64, self.rows.size)
        order = np.argsort(representatives)
        places = np.searchsorted(representatives, rows, sorter=order)
        known = (
            places < representatives.size
        )  # the head of a text too short to compare is not among them
        known[known] = representatives[order[places[known]]] == rows[known]
        one, story = order[places[known]], self._story[known]
        labels = components(
            representatives.size + len(self._known), one, representatives.size + story
        )[: representatives.size]
        anew = np.zeros(representatives.size, np.bool_)
        anew[labels[one[np.isin(story, list(self.open))]]] = True
        return labels, anew[labels]

    def keep_story_id(self, story: Story, rows: Iterable[int]) -> tuple[Story, int]:
        """Return a story under the id it had, and the dump in which it was new.

        Of several stories that became one the oldest keeps its id, then the largest.

        Args:
            story: As it was told.
            rows: Its documents.
        """
        known = [self._known[number] for number in self.numbers(rows)]
        if not known:
            return story, self.number
        oldest = min(known, key=lambda each: (each.first_dump, -each.size, each.story_id))
        names = {name for each in known for name in (each.story_id, *each.absorbed)}
        absorbed = tuple(sorted(names - {oldest.story_id}))
        return replace(story, story_id=oldest.story_id, absorbed=absorbed), oldest.first_dump
