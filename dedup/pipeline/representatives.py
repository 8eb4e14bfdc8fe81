"""The representatives of tellings and their term vectors, read block by block."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dedup.kernels.array_types import Bools, Float64s, Int16s, Int32s, Int64s, UInt8s, UInt32s
from dedup.match.similarity import RaggedArray
from dedup.models import TermVectors
from dedup.parallel.ordered_map import ordered_map
from dedup.pipeline.earlier_decision import EarlierDecision
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

Sets = Callable[..., list[tuple[UInt32s, Int64s]]]
"""Returns sets of documents by row, see :meth:`dedup.store.Signatures.sets`."""


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

    def proposing_vectors(self, frequencies: DocumentFrequencies) -> tuple[TermVectors, UInt32s]:
        """Return the vectors by which they meet others, and the distinct terms of all."""
        return vectorize(self.tokens, self.bounds, self.languages, frequencies, PROPOSING)

    def heaviest(self, frequencies: DocumentFrequencies) -> tuple[UInt32s, Int64s]:
        """Return the heaviest terms of each that other documents of the dump have; n + 1 bounds."""
        vectors, vocabulary = self.proposing_vectors(frequencies)
        return heaviest_terms(vectors, vocabulary, frequencies.of(vocabulary) > 1)


@dataclass(frozen=True, slots=True, eq=False)
class Numbered:
    """What is left when copies are joined: uniques, and a canonical for each story of copies.

    They are numbered by id, so that input order decides nothing. Each takes sixty bytes.

    Attributes:
        rows: Row of each, int64.
        by_row: Their numbers in the order of rows, int64.
        moments: Publication of each in seconds, float64, NaN if unknown.
        languages: Language of each as a number, int16, -1 if unknown.
        lead_days: Weekdays that the lead of each names, uint8: 1 for Monday to 64 for Sunday.
        fresh: Which are of the dump at hand.
        must_link: Of each the first one that is of the same earlier story, by its number.
        changed: Which are fresh, or of an earlier story that must be merged again.
        in_time: Their numbers in the order of time, int64.
        place: The place of each in that order, int32.
        tile: The tile of each place, int32.
        names: The languages by their numbers, two letters each; the last one, -1, is unknown.
    """

    rows: Int64s
    by_row: Int64s
    moments: Float64s
    languages: Int16s
    lead_days: UInt8s
    fresh: Bools
    must_link: Int64s
    changed: Bools
    in_time: Int64s
    place: Int32s
    tile: Int32s
    names: tuple[str | None, ...]

    @property
    def size(self) -> int:
        """How many there are."""
        return int(self.rows.size)

    def numbers(self, rows: Int64s) -> tuple[Int64s, Bools]:
        """Return the numbers of documents by their rows, and which of these are among them."""
        if not self.size:
            return np.zeros(rows.shape, np.int64), np.zeros(rows.shape, np.bool_)
        places = np.searchsorted(self.rows, rows, sorter=self.by_row)
        numbers = self.by_row[np.minimum(places, self.size - 1)]
        return numbers, self.rows[numbers] == rows

    def pairs(self, scored: Float64s) -> tuple[Int64s, Int64s, Float64s]:
        """Return scored pairs by number, the smaller first, and the scores.

        Args:
            scored: Rows of one and the other of each, and the score, n x 3. A pair of documents one
                of which has become a copy since is left out.
        """
        numbers, known = self.numbers(scored[:, :2].astype(np.int64))
        still = known.all(axis=1)
        numbers = np.sort(numbers[still], axis=1)
        return numbers[:, 0], numbers[:, 1], scored[still, 2]


def number_representatives(
    rows: Int64s,
    moments: Float64s,
    languages: Int16s,
    names: tuple[str | None, ...],
    lead_days: UInt8s,
    lengths: Int64s,
    earlier: EarlierStories,
    now: Mapping[int, int],
    tile_tokens: int,
) -> Numbered:
    """Number representatives.

    Args:
        rows: Their rows, in the order of the bytes of their ids.
        moments: Publication of each in seconds, NaN if unknown.
        languages: See :func:`language_numbers`.
        names: Likewise.
        lead_days: Weekdays that the lead of each names.
        lengths: Tokens of each.
        earlier: The earlier stories.
        now: The representative of each earlier document that is in a story.
        tile_tokens: Tokens of a tile.
    """
    fresh = rows >= earlier.first
    must_link, again = earlier.must_link(rows, now)
    in_time = np.lexsort([np.arange(rows.size), moments])
    return Numbered(
        rows,
        np.argsort(rows),
        moments,
        languages,
        lead_days,
        fresh,
        must_link,
        fresh | again,
        in_time,
        np.argsort(in_time).astype(np.int32),
        (np.cumsum(lengths[in_time]) // tile_tokens).astype(np.int32),
        names,
    )


def language_numbers(languages: Iterable[str | None]) -> tuple[Int16s, tuple[str | None, ...]]:
    """Return languages as numbers, and the languages by their numbers.

    Args:
        languages: Two letters each, None or nothing if unknown, which is -1: the last one.

    >>> language_numbers(["en", None, "de", "en"])
    (array([ 0, -1,  1,  0], dtype=int16), ('en', 'de', None))
    """
    numbers: dict[str | None, int] = {None: -1}
    found = [numbers.setdefault(name or None, len(numbers) - 1) for name in languages]
    return np.array(found, np.int16), (*list(numbers)[1:], None)


class Representatives:
    """The representatives and their tokens, of all of them or of those at hand.

    Attributes:
        numbered: What is known of all.
        frequencies: How many of them, and of earlier ones, have each term.
    """

    def __init__(self, sets: Sets, numbered: Numbered, frequencies: DocumentFrequencies) -> None:
        """Read tokens as the sets ``terms``."""
        self._sets, self.numbered, self.frequencies = sets, numbered, frequencies

    @property
    def size(self) -> int:
        """How many there are."""
        return self.numbered.size

    def vectors(self, numbers: Int64s) -> TermVectors:
        """Return the term vectors of some of them."""
        return self.tokens(numbers).vectors(self.frequencies)

    def tokens(self, numbers: Int64s) -> Tokens:
        """Return the tokens of some of them."""
        ((tokens, bounds),) = self._sets(self.numbered.rows[numbers].tolist(), "terms")
        names = self.numbered.names
        languages = (names[language] for language in self.numbered.languages[numbers].tolist())
        return Tokens(numbers, tokens, bounds, tuple(languages))

    def tokens_at(self, places: Int32s) -> Tokens:
        """Return the tokens of those at some places in the order of time."""
        return self.tokens(self.numbered.in_time[places])

    def heaviest(self, threads: int, progress: Progress) -> RaggedArray:
        """Return the heaviest terms of each; threads change no result."""
        terms = np.empty((self.size, HEAVIEST), np.uint32)
        sizes = np.empty(self.size, np.int64)
        columns = np.arange(HEAVIEST)
        for block, values, bounds in self.heaviest_of(self.numbered.in_time, threads):
            sizes[block] = np.diff(bounds)
            rows, within = np.nonzero(columns < np.diff(bounds)[:, np.newaxis])
            terms[block[rows], within] = values
            progress.advance(block.size, block.size)
        bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
        return RaggedArray(terms[columns < sizes[:, np.newaxis]], bounds)

    def heaviest_of(
        self, numbers: Int64s, threads: int = 1
    ) -> Iterator[tuple[Int64s, UInt32s, Int64s]]:
        """Yield block by block the numbers of some, their heaviest terms, and bounds of these."""
        return ordered_map(self._heaviest_of, map(self.tokens, _blocks(numbers)), threads)

    def _heaviest_of(self, block: Tokens) -> tuple[Int64s, UInt32s, Int64s]:
        """Return the numbers of a block, their heaviest terms, and the bounds of these."""
        return block.numbers, *block.heaviest(self.frequencies)


def read_representatives(
    store: Store, earlier: EarlierStories, decided: EarlierDecision | None = None
) -> Representatives:
    """Read the representatives of a store, and count their terms.

    Args:
        store: Has the documents, and the stories of copies.
        earlier: The earlier stories.
        decided: What is kept of the decision before, where the dump is decided again.
    """
    rows, moments, lead_days = array("q"), array("d"), array("B")
    languages: list[str | None] = []
    for row, moment, language, named in store.results.representatives():
        rows.append(row)
        moments.append(np.nan if moment is None else moment)
        languages.append(language and sys.intern(language))
        lead_days.append(weekdays_of_lead(named, moment, language))
    numbered = number_representatives(
        np.array(rows, np.int64),
        np.array(moments, np.float64),
        *language_numbers(languages),
        np.array(lead_days, np.uint8),
        store.signatures.lengths(rows.tolist()),
        earlier,
        store.results.representatives_of(earlier.rows.tolist()),
        TILE_TOKENS,
    )
    return Representatives(store.signatures.sets, numbered, _frequencies(store, numbered, decided))


def _frequencies(
    store: Store, numbered: Numbered, decided: EarlierDecision | None
) -> DocumentFrequencies:
    """Return how many documents have each term, those of earlier dumps among them.

    Terms of documents beyond the date window count, too: what is rare in a week need not be.
    """
    stored = DocumentFrequencies(*store.signatures.document_frequencies())
    counted = np.empty(0, np.int64)
    if decided is not None:
        if decided.counted is None:
            return stored
        counted = decided.counted
    rows = np.sort(numbered.rows[numbered.fresh])
    gone, new = np.setdiff1d(counted, rows, True), np.setdiff1d(rows, counted, True)
    if gone.size:
        stored = stored.without(count_rows(store, gone.tolist()))
    return stored.and_of(count_rows(store, new.tolist())) if new.size else stored


def count_rows(store: Store, rows: Sequence[int]) -> DocumentFrequencies:
    """Return how many of some documents have each term."""
    starts = range(0, len(rows), BLOCK)
    return count_terms(
        store.signatures.sets(rows[start : start + BLOCK], "terms")[0] for start in starts
    )


def weekdays_of_lead(cells: LeadDayCells | None, moment: float | None, language: str | None) -> int:
    """Return the weekdays that a lead names, as bits.

    Args:
        cells: The days that it names, None for none.
        moment: Publication in seconds, None if unknown.
        language: The language of the text.
    """
    if cells is None:
        return 0
    days, first, dates = cells
    named = NamedDays(days, first, tuple(np.frombuffer(dates, "<u2").tolist()))
    return weekdays_of(named, language, moment).days


def _blocks(numbers: Int64s) -> Iterator[Int64s]:
    """Yield numbers block by block."""
    for start in range(0, numbers.size, BLOCK):
        yield numbers[start : start + BLOCK]
