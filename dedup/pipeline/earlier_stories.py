"""The stories of the earlier dumps of a store, which stay together whatever the new dump brings.

Documents that were once written as one story stay in one story, under its id. New documents can
join it, elect another canonical, or merge it with another story.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dedup.kernels.array_types import Bools, Int32s, Int64s
from dedup.models import Facts, Status, Story
from dedup.store import Store


@dataclass(frozen=True, slots=True)
class EarlierStory:
    """A story of an earlier dump.

    Attributes:
        story_id: Its id.
        first_dump: Number of the dump in which it was new.
        canonical_id: Its canonical until now.
        canonical: The row of that one.
        absorbed: Ids of stories that became part of it.
        size: Its documents until now.
    """

    story_id: str
    first_dump: int
    canonical_id: str
    canonical: int
    absorbed: tuple[str, ...]
    size: int


class EarlierStories:
    """The earlier stories of the active documents: twenty bytes of memory a document.

    Attributes:
        first: Row of the first input of the dump at hand.
        number: Number of the dump at hand.
        rows: Earlier documents that are in stories, ascending.
        representatives: The representative of the telling of each.
        open: Numbers of the stories that are stored in parts for now, and must be merged again.
    """

    def __init__(
        self,
        first: int,
        number: int,
        rows: Int64s,
        representatives: Int64s,
        stories: Int32s,
        known: Sequence[EarlierStory],
    ) -> None:
        """Index documents by their stories: ``stories`` has of each the place in ``known``."""
        self.first, self.number = first, number
        self.rows, self.representatives = rows, representatives
        self.open = set[int]()
        self._story, self._known = stories, known
        self._by_story = np.argsort(stories, kind="stable")
        self._canonicals = frozenset(each.canonical for each in known)

    @classmethod
    def empty(cls) -> EarlierStories:
        """Return those of a first dump: none."""
        rows = np.empty(0, np.int64)
        return cls(0, 1, rows, rows, np.empty(0, np.int32), [])

    def numbers(self, rows: Iterable[int]) -> list[int]:
        """Return the numbers of the stories that some documents were in, ascending."""
        if not self.rows.size:
            return []
        wanted = np.fromiter(rows, np.int64)
        places = np.searchsorted(self.rows, wanted)
        found = self.rows[np.minimum(places, self.rows.size - 1)] == wanted
        numbers: list[int] = np.unique(self._story[places[found]]).tolist()
        return numbers

    def story(self, number: int) -> EarlierStory:
        """Return a story by its number."""
        return self._known[number]

    def note(self, documents: Iterable[Facts]) -> None:
        """Note what earlier dumps decided on documents, and which new ones repeat their texts."""
        earlier = []
        for facts in documents:
            if facts.row < self.first:
                earlier.append(facts)
            else:
                facts.repeats = facts.text_id < self.first
        in_stories = np.isin([facts.row for facts in earlier], self.rows)
        for facts, in_story in zip(earlier, in_stories.tolist(), strict=True):
            if facts.row in self._canonicals:
                facts.earlier = Status.CANONICAL
            else:
                facts.earlier = Status.DUPLICATE if in_story else Status.UNIQUE

    def _rows_of(self, number: int) -> list[int]:
        """Return the documents of a story."""
        start, end = np.searchsorted(self._story, [number, number + 1], sorter=self._by_story)
        rows: list[int] = self.rows[self._by_story[start:end]].tolist()
        return rows

    def tellings(self, rows: Iterable[int]) -> list[tuple[int, ...]]:
        """Return the tellings among some documents: rows, that of the representative first."""
        if not self.rows.size:
            return []
        wanted = np.sort(np.fromiter(rows, np.int64))
        _, places, _ = np.intersect1d(self.rows, wanted, True, return_indices=True)
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

        Where it is only a part of an earlier story, that one is open from now on.
        """
        if not self.rows.size:
            return story, self.number
        rows = {member.row for member in story.members}
        parts = [each for each in self.numbers(rows) if not rows.issuperset(self._rows_of(each))]
        self.open.update(parts)
        return (story, self.number) if parts else self.keep_story_id(story)

    def must_link(self, representatives: Int64s, now: Mapping[int, int]) -> tuple[Int64s, Bools]:
        """Return which tellings are of one earlier story, and which of these must be merged again.

        Args:
            representatives: Rows of all representatives.
            now: For each earlier document its representative in the dump at hand.

        Returns:
            For each representative the place of the first one that must be linked with it, and a
            mask.
        """
        from dedup.kernels.components import components  # compiled: loaded when it is first needed

        rows = np.fromiter((now[row] for row in self.rows.tolist()), np.int64, self.rows.size)
        order = np.argsort(representatives)
        places = np.searchsorted(representatives, rows, sorter=order)
        known = places < representatives.size  # a text too short to compare is not among them
        known[known] = representatives[order[places[known]]] == rows[known]
        one, story = order[places[known]], self._story[known]
        count = representatives.size
        labels = components(count + len(self._known), one, count + story)[:count]
        again = np.zeros(count, np.bool_)
        again[labels[one[np.isin(story, list(self.open))]]] = True
        return labels, again[labels]

    def keep_story_id(self, story: Story) -> tuple[Story, int]:
        """Return a story under the id it had, and the dump in which it was new.

        Of several stories that became one the oldest keeps its id, then the largest.
        """
        known = [self._known[each] for each in self.numbers(member.row for member in story.members)]
        if not known:
            return story, self.number
        oldest = min(known, key=lambda each: (each.first_dump, -each.size, each.story_id))
        names = {name for each in known for name in (each.story_id, *each.absorbed)}
        absorbed = tuple(sorted(names - {oldest.story_id}))
        return replace(story, story_id=oldest.story_id, absorbed=absorbed), oldest.first_dump


def read_earlier_stories(store: Store) -> EarlierStories:
    """Read the earlier stories of the active documents."""
    rows, representatives, stories = array("q"), array("q"), array("i")
    numbers: dict[str, int] = {}
    for row, representative, story_id in store.results.earlier_members():
        rows.append(row)
        representatives.append(representative)
        stories.append(numbers.setdefault(story_id, len(numbers)))
    story_of = np.array(stories, np.int32)
    sizes = np.bincount(story_of, minlength=len(numbers)).tolist()
    known = {
        story_id: EarlierStory(
            story_id, first_dump, canonical_id, row, tuple(absorbed), sizes[numbers[story_id]]
        )
        for story_id, first_dump, canonical_id, row, absorbed in store.results.known_stories()
    }
    return EarlierStories(
        store.dumps.first,
        store.dumps.number,
        np.array(rows, np.int64),
        np.array(representatives, np.int64),
        story_of,
        [known[story_id] for story_id in numbers],
    )
