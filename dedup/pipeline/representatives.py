"""The representatives of tellings and their term vectors, read block by block."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dedup.kernels.array_types import Float64s, Int32s, Int64s, UInt32s
from dedup.match.similarity import RaggedArray
from dedup.models import TermVectors
from dedup.parallel.ordered_map import ordered_map
from dedup.pipeline.earlier_stories import EarlierStories
from dedup.progress import Progress
from dedup.signatures.lead_days import NamedDays, weekdays_of
from dedup.signatures.term_weights import (
    PROPOSING,
    DocumentFrequencies,
    count_terms,
    vectorize,
)
from dedup.signatures.vectorizer import HEAVIEST, heaviest_terms
from dedup.store import LeadDayCells, Store

BLOCK = 2_000
"""Documents whose term vectors are made at once: some 25 MB."""

TILE_TOKENS = 10_000_000
"""Tokens of a tile, the neighbours in time whose term vectors are in memory at once: some 400 MB,
and as much again while they are made."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of some representatives.

    Attributes:
        numbers: Which representatives, int64.
        tokens: Their tokens as :func:`dedup.signatures.terms` gives them, end to end.
        bounds: n + 1 bounds in ``tokens``.
        languages: Two letters each, None if unknown.
    """

    numbers: Int64s
    tokens: UInt32s
    bounds: Int64s
    languages: tuple[str | None, ...]

    def vectors(self, frequencies: DocumentFrequencies) -> TermVectors:
        """Return their term vectors, weighted by the frequencies of a dump."""
        return vectorize(self.tokens, self.bounds, self.languages, frequencies)[0]

    def heaviest(self, frequencies: DocumentFrequencies) -> tuple[UInt32s, Int64s]:
        """Return the heaviest terms of each that other documents of the dump have; n + 1 bounds."""
        vectors, vocabulary = vectorize(
            self.tokens, self.bounds, self.languages, frequencies, PROPOSING
        )
        return heaviest_terms(vectors, vocabulary, frequencies.of(vocabulary) > 1)


class Representatives:
    """What is left when copies are joined: uniques, and a canonical for each story of copies.

    They are numbered by id, so that input order decides nothing. Each takes a hundred bytes.

    Attributes:
        rows: Row of each, int64.
        moments: Publication of each in seconds, float64, NaN if unknown.
        languages: Language of each as a number, int16, -1 if unknown.
        lead_days: Weekdays that the lead of each names, uint8: 1 for Monday to 64 for Sunday.
        frequencies: How many of them, and of earlier ones, have each term.
        fresh: Which are of the dump at hand.
        must_link: Of each the first one that is of the same earlier story, by its number.
        changed: Which are fresh, or of an earlier story that must be merged again.
    """

    def __init__(self, store: Store, earlier: EarlierStories, threads: int = 1) -> None:
        """Read which there are, and count their terms.

        Args:
            store: Where they are.
            earlier: The earlier stories.
            threads: Threads that make term vectors; changes no result.
        """
        self._store = store
        self._threads = threads
        rows, moments, languages = array("q"), array("d"), array("h")
        numbers: dict[str | None, int] = {None: -1}
        days = array("B")
        for row, moment, language, named in store.results.representatives():
            rows.append(row)
            moments.append(np.nan if moment is None else moment)
            languages.append(numbers.setdefault(language or None, len(numbers) - 1))
            days.append(_weekdays_of_lead(named, language, moment))
        self.rows = np.array(rows, np.int64)
        self.fresh = self.rows >= earlier.first
        now = store.results.representatives_of(earlier.rows.tolist())
        self.must_link, again = earlier.must_link(self.rows, now)
        self.changed = self.fresh | again
        self.moments = np.array(moments, np.float64)
        self.languages = np.array(languages, np.int16)
        self.lead_days = np.array(days, np.uint8)
        self._names = [*list(numbers)[1:], None]  # the last one, -1, is unknown
        self._in_time = np.lexsort([np.arange(self.rows.size), self.moments])
        self.place = np.argsort(self._in_time).astype(np.int32)
        self.frequencies = self._counted()
        lengths = store.signatures.lengths(self.rows.tolist())
        self.tile = (np.cumsum(lengths[self._in_time]) // TILE_TOKENS).astype(np.int32)

    def _counted(self) -> DocumentFrequencies:
        """Return how many documents have each term.

        Those beyond the date window count, too: what is rare in a week need not be.
        """
        fresh = self._in_time[self.fresh[self._in_time]]
        read = map(self.tokens, _blocks(fresh))
        counted = count_terms((block.tokens, block.bounds) for block in read)
        earlier = DocumentFrequencies(*self._store.signatures.document_frequencies())
        return earlier.and_of(counted)

    @property
    def size(self) -> int:
        """How many there are."""
        return int(self.rows.size)

    def keep_document_frequencies(self) -> None:
        """Store how many documents have each term, for later dumps."""
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
        still = (self.rows[numbers] == rows).all(axis=1)  # one may have become a copy since
        numbers = np.sort(numbers[still], axis=1)
        return numbers[:, 0], numbers[:, 1], found[still, 2]

    def vectors(self, numbers: Int64s) -> TermVectors:
        """Return the term vectors of some of them."""
        return self.tokens(numbers).vectors(self.frequencies)

    def tokens(self, numbers: Int64s) -> Tokens:
        """Return the tokens of some of them."""
        ((tokens, bounds),) = self._store.signatures.sets(self.rows[numbers].tolist(), "terms")
        languages = (self._names[language] for language in self.languages[numbers].tolist())
        return Tokens(numbers, tokens, bounds, tuple(languages))

    def tokens_at(self, places: Int32s) -> Tokens:
        """Return the tokens of those at some places in the order of time."""
        return self.tokens(self._in_time[places])

    def heaviest(self, progress: Progress) -> RaggedArray:
        """Return the heaviest terms of each."""
        terms = np.empty((self.size, HEAVIEST), np.uint32)
        sizes = np.empty(self.size, np.int64)
        columns = np.arange(HEAVIEST)
        read = map(self.tokens, _blocks(self._in_time))
        for block, values, bounds in ordered_map(self._heaviest_of, read, self._threads):
            sizes[block] = np.diff(bounds)
            rows, within = np.nonzero(columns < np.diff(bounds)[:, np.newaxis])
            terms[block[rows], within] = values
            progress.advance(block.size, block.size)
        bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
        return RaggedArray(terms[columns < sizes[:, np.newaxis]], bounds)

    def _heaviest_of(self, block: Tokens) -> tuple[Int64s, UInt32s, Int64s]:
        """Return the numbers of a block, their heaviest terms, and the bounds of these."""
        return block.numbers, *block.heaviest(self.frequencies)


def _weekdays_of_lead(
    cells: LeadDayCells | None, language: str | None, moment: float | None
) -> int:
    """Return the weekdays that a lead names, as bits."""
    if cells is None:
        return 0
    days, first, dates = cells
    named = NamedDays(days, first, tuple(np.frombuffer(dates, "<u2").tolist()))
    return weekdays_of(named, language, moment).days


def _blocks(numbers: Int64s) -> Iterator[Int64s]:
    """Yield numbers block by block."""
    for start in range(0, numbers.size, BLOCK):
        yield numbers[start : start + BLOCK]
