"""The documents that stand for a write-up each, weighed for the story view, read block by block."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from dedup.match import Ragged
from dedup.models import Views
from dedup.observe import Observer
from dedup.sign import Census, heaviest_terms, weighed
from dedup.store import Store

BLOCK = 2_000
"""Documents that are weighed at once: some 25 MB of views."""

HELD = 40
"""Blocks of views that are kept: a gigabyte at most."""


class Heads:
    """What is left when copies are joined: uniques, and a canonical for each story of copies.

    They are numbered by id, so that input order decides nothing.

    Attributes:
        rows: Row of each, int64.
        moments: Publication of each in seconds, float64, NaN if unknown.
        languages: Language of each as a number, int16, -1 if unknown.
        frequencies: In how many of them each term stands.
    """

    def __init__(self, store: Store) -> None:
        """Read who they are, and count their terms."""
        self._store = store
        listed = list(store.results.heads())
        self.rows = np.array([row for row, _, _ in listed], np.int64)
        self.moments = np.array([np.nan if m is None else m for _, m, _ in listed], np.float64)
        self._names = [language for _, _, language in listed]
        numbers = {name: k for k, name in enumerate(sorted({n for n in self._names if n}))}
        self.languages = np.array([numbers.get(n or "", -1) for n in self._names], np.int16)
        self._in_time = np.lexsort([np.arange(self.rows.size), self.moments])
        self._place = np.argsort(self._in_time)
        self._blocks: OrderedDict[int, Views] = OrderedDict()
        census = Census()
        for block in self._all_blocks():
            census.add(*self.tokens(block))
        self.frequencies = census.frequencies()

    @property
    def size(self) -> int:
        """How many there are."""
        return int(self.rows.size)

    def _all_blocks(self) -> Iterator[npt.NDArray[np.int64]]:
        """Yield all of them, neighbours in time together."""
        for start in range(0, self.size, BLOCK):
            yield self._in_time[start : start + BLOCK]

    def tokens(
        self, numbers: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
        """Return the tokens of some of them end to end, and their bounds."""
        return self._store.signatures.sets(self.rows[numbers].tolist(), "terms")[0]

    def views(self, numbers: npt.NDArray[np.int64]) -> tuple[Views, npt.NDArray[np.uint32]]:
        """Return the views of some of them, and their sorted distinct terms."""
        languages = [self._names[number] for number in numbers.tolist()]
        return weighed(*self.tokens(numbers), languages, self.frequencies)

    def heaviest(self, observer: Observer) -> Ragged:
        """Return the heaviest terms of each."""
        parts: list[npt.NDArray[np.uint32]] = [np.empty(0, np.uint32)] * self.size
        for block in self._all_blocks():
            views, vocabulary = self.views(block)
            several = self.frequencies.of(vocabulary) > 1
            values, bounds = heaviest_terms(views, vocabulary, several)
            for index, number in enumerate(block.tolist()):
                parts[number] = values[bounds[index] : bounds[index + 1]].copy()
            observer.advance(block.size, block.size)
        sizes = np.fromiter(map(len, parts), np.int64, len(parts))
        bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
        return Ragged(np.concatenate([np.empty(0, np.uint32), *parts]), bounds)

    def places(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return where some of them stand in the order of time."""
        return self._place[numbers]

    def block(self, index: int) -> Views:
        """Return the views of one block of neighbours in time: ``BLOCK`` places."""
        if index in self._blocks:
            self._blocks.move_to_end(index)
        else:
            while len(self._blocks) >= HELD:
                self._blocks.popitem(last=False)
            start = index * BLOCK
            self._blocks[index] = self.views(self._in_time[start : start + BLOCK])[0]
        return self._blocks[index]

    def release(self) -> None:
        """Forget the blocks."""
        self._blocks.clear()
