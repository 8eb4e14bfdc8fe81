"""The documents that stand for a telling each, weighed for the story view, read block by block."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import numpy as np

from dedup.kernels.array_types import Float64s, Int32s, Int64s, UInt32s
from dedup.match import RaggedArray
from dedup.models import TermVectors
from dedup.parallel.ordered_map import ordered_map
from dedup.pipeline.earlier_stories import EarlierStories
from dedup.progress import Progress
from dedup.signatures import HEAVIEST, DocumentFrequencies, TermCounter, heaviest_terms, vectorize
from dedup.store import Store

BLOCK = 2_000
"""Documents that are weighed at once: some 25 MB of views."""

TILE_TOKENS = 10_000_000
"""Tokens of the neighbours in time whose views are held at once: some 400 MB, and as much again
while they are made."""

Tokens = tuple[Int64s, UInt32s, Int64s]


class Representatives:
    """What is left when copies are joined: uniques, and a canonical for each story of copies.

    They are numbered by id, so that input order decides nothing. A hundred bytes of each are held.

    Attributes:
        rows: Row of each, int64.
        moments: Publication of each in seconds, float64, NaN if unknown.
        languages: Language of each as a number, int16, -1 if unknown.
        frequencies: In how many of them, and of earlier ones, each term stands.
        fresh: Which are of the dump at hand.
        must_link: Of each the first one that is of the same earlier story, by its number.
        open: Which are of an earlier story that must be united anew.
    """

    def __init__(self, store: Store, earlier: EarlierStories, threads: int = 1) -> None:
        """Read who they are, and count their terms.

        Args:
            store: Where they are.
            earlier: The earlier stories.
            threads: Threads that weigh them; changes no result.
        """
        self._store = store
        self._threads = threads
        rows, moments, languages = array("q"), array("d"), array("h")
        numbers: dict[str | None, int] = {None: -1}
        for row, moment, language in store.results.representatives():
            rows.append(row)
            moments.append(np.nan if moment is None else moment)
            languages.append(numbers.setdefault(language or None, len(numbers) - 1))
        self.rows = np.array(rows, np.int64)
        self.fresh = self.rows >= earlier.first
        self.must_link, self.open = earlier.must_link(store, self.rows)
        self.moments = np.array(moments, np.float64)
        self.languages = np.array(languages, np.int16)
        self._names = [*list(numbers)[1:], None]  # the last one, -1, is unknown
        self._in_time = np.lexsort([np.arange(self.rows.size), self.moments])
        self._place = np.argsort(self._in_time).astype(np.int32)
        self.frequencies = self._counted()
        lengths = store.signatures.lengths(self.rows.tolist())
        self._tile = (np.cumsum(lengths[self._in_time]) // TILE_TOKENS).astype(np.int32)

    def _counted(self) -> DocumentFrequencies:
        """Return in how many documents each term stands.

        Those beyond the date window count, too: what is rare in a week need not be.
        """
        counter = TermCounter()
        fresh = self._in_time[self.fresh[self._in_time]]
        for start in range(0, fresh.size, BLOCK):
            counter.add(*self.tokens(fresh[start : start + BLOCK])[1:])
        earlier = DocumentFrequencies(*self._store.signatures.document_frequencies())
        return earlier.and_of(counter.frequencies())

    @property
    def size(self) -> int:
        """How many there are."""
        return int(self.rows.size)

    def keep_document_frequencies(self) -> None:
        """Store in how many documents each term stands, for later dumps."""
        found = self.frequencies
        self._store.signatures.keep_document_frequencies(found.terms, found.counts, found.documents)

    def keep(self, left: Int64s, right: Int64s, scores: Float64s) -> None:
        """Store the scores of some pairs, for later dumps."""
        pairs = self.rows[left].tolist(), self.rows[right].tolist(), scores.tolist()
        self._store.results.add_story_scores(zip(*pairs, strict=True))

    def kept(self) -> tuple[Int64s, Int64s, Float64s]:
        """Return the pairs that earlier dumps scored, the smaller number first, and the scores."""
        found = self._store.results.story_scores()
        order = np.argsort(self.rows)
        rows = found[:, :2].astype(np.int64)
        places = np.minimum(np.searchsorted(self.rows, rows, sorter=order), self.size - 1)
        numbers = order[places]
        still = (self.rows[numbers] == rows).all(axis=1)  # a head may have become a copy since
        numbers = np.sort(numbers[still], axis=1)
        return numbers[:, 0], numbers[:, 1], found[still, 2]

    def places(self, numbers: Int64s) -> Int32s:
        """Return where some of them stand in the order of time."""
        return self._place[numbers]

    def tiles(self, places: Int32s) -> Int32s:
        """Return the tile of some places: a run of neighbours in time that are held at once."""
        return self._tile[places]

    def vectors(self, numbers: Int64s) -> TermVectors:
        """Return the views of some of them."""
        return self.weigh(self.tokens(numbers))[0]

    def tokens(self, numbers: Int64s) -> Tokens:
        """Return some of them, their tokens end to end, and the bounds of these."""
        ((tokens, bounds),) = self._store.signatures.sets(self.rows[numbers].tolist(), "terms")
        return numbers, tokens, bounds

    def tokens_at(self, places: Int32s) -> Tokens:
        """Return what :meth:`weigh` asks of those that stand at some places in time."""
        return self.tokens(self._in_time[places])

    def weigh(self, given: Tokens) -> tuple[TermVectors, UInt32s]:
        """Return the views of some of them, and their sorted distinct terms; for any thread."""
        numbers, tokens, bounds = given
        languages = [self._names[language] for language in self.languages[numbers].tolist()]
        return vectorize(tokens, bounds, languages, self.frequencies)

    def heaviest(self, progress: Progress) -> RaggedArray:
        """Return the heaviest terms of each."""
        terms = np.empty((self.size, HEAVIEST), np.uint32)
        sizes = np.empty(self.size, np.int64)
        columns = np.arange(HEAVIEST)
        read = map(self.tokens, self._all_blocks())
        for block, values, bounds in ordered_map(self._heaviest_of, read, self._threads):
            sizes[block] = np.diff(bounds)
            rows, within = np.nonzero(columns < np.diff(bounds)[:, np.newaxis])
            terms[block[rows], within] = values
            progress.advance(block.size, block.size)
        bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
        return RaggedArray(terms[columns < sizes[:, np.newaxis]], bounds)

    def _heaviest_of(self, given: Tokens) -> Tokens:
        """Return the numbers of a block, their heaviest terms, and the bounds of these."""
        vectors, vocabulary = self.weigh(given)
        return given[0], *heaviest_terms(vectors, vocabulary, self.frequencies.of(vocabulary) > 1)

    def _all_blocks(self) -> Iterator[Int64s]:
        """Yield all of them, neighbours in time together."""
        for start in range(0, self.size, BLOCK):
            yield self._in_time[start : start + BLOCK]
