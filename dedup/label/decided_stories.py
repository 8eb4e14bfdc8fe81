"""Which documents are in which story, and whose copies they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup.kernels.array_types import Bools, Int64s

if TYPE_CHECKING:
    from dedup.store import Store


@dataclass(frozen=True, slots=True)
class DecidedStories:
    """What is in stories.

    Attributes:
        first: Row of the first input of the last dump.
        rows: The documents in stories, ascending.
        representatives: The representative of each.
        story: The number of the story of each.
        is_canonical: Whether it is its canonical.
    """

    first: int
    rows: Int64s
    representatives: Int64s
    story: Int64s
    is_canonical: Bools

    @classmethod
    def read(cls, store: Store) -> DecidedStories:
        """Read the stories of a store."""
        numbers: dict[str, int] = {}
        found = [
            (row, representative, numbers.setdefault(story, len(numbers)), canonical)
            for row, representative, story, canonical in store.measured.stories()
        ]
        cells = np.array(found, np.int64).reshape(-1, 4).T
        return cls(store.dumps.first, cells[0], cells[1], cells[2], cells[3] > 0)

    def of(self, rows: Int64s) -> tuple[Int64s, Bools]:
        """Return the story of each representative, -1 for none, and whether it is its canonical."""
        if not self.rows.size:
            return np.full(rows.size, -1), np.zeros(rows.size, np.bool_)
        places = np.minimum(np.searchsorted(self.rows, rows), self.rows.size - 1)
        known = self.rows[places] == rows
        return np.where(known, self.story[places], -1), known & self.is_canonical[places]

    def representatives_of(self, rows: Int64s) -> Int64s:
        """Return the representatives of documents; one in no story is its own."""
        if not self.rows.size:
            return rows
        places = np.minimum(np.searchsorted(self.rows, rows), self.rows.size - 1)
        found: Int64s = np.where(self.rows[places] == rows, self.representatives[places], rows)
        return found

    def copies(self, rows: Int64s) -> Int64s:
        """Return how many documents representatives stand for, rows ascending."""
        ends = np.sort(self.representatives)
        counts = np.searchsorted(ends, rows, side="right") - np.searchsorted(ends, rows)
        copies: Int64s = np.maximum(counts, 1)
        return copies

    def fresh(self, rows: Int64s) -> Int64s:
        """Return how many documents of the last dump representatives stand for, rows ascending."""
        ends = np.sort(self.representatives[self.rows >= self.first])
        counts = np.searchsorted(ends, rows, side="right") - np.searchsorted(ends, rows)
        alone = ~np.isin(rows, self.rows) & (rows >= self.first)
        fresh: Int64s = counts + alone
        return fresh

    def copies_of(self, row: int) -> Int64s:
        """Return the documents that a representative stands for, itself among them, ascending."""
        found = self.rows[self.representatives == row]
        return found if found.size else np.array([row], np.int64)

    def copied(self) -> Int64s:
        """Return the representatives with copies, a document of the last dump among them."""
        found, counts = np.unique(self.representatives, return_counts=True)
        fresh = np.isin(found, self.representatives[self.rows >= self.first])
        rows: Int64s = found[(counts > 1) & fresh]
        return rows
