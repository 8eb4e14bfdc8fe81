"""A text as the story score reads it: words with place, weight and sentence, by their terms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dedup.kernels.array_types import Float32s, UInt32s
from dedup.kernels.terms import NAME, NUMBER, OPENS
from dedup.signatures.term_weights import DocumentFrequencies, weights_in
from dedup.signatures.terms import term_spans, terms, without_flags
from dedup.tokens import STOPS

MOST_CHARACTERS = 50_000
"""Characters of a text that are compared, about 8,000 words: what is longer is a book or a list."""

_LINE_END = "\n"

# The end of a sentence: its stops with quotation marks and brackets behind them, or a line end.
_CLOSE = re.compile(
    rf"""[{re.escape(STOPS.replace(_LINE_END, ""))}]+["'”’»)\]」』】）]*|{_LINE_END}"""
)


@dataclass(frozen=True, slots=True)
class WeightedWords:
    """The words of a text; in a script without spaces each two characters in a row.

    Attributes:
        text: The text, at most ``MOST_CHARACTERS`` of it.
        cut: Characters that were left out.
        words: The words as they stand, n.
        spans: Where each begins and ends.
        terms: The term of each, without flags, uint32.
        flags: Flags of :mod:`dedup.kernels.terms`, uint32.
        weights: In (0, 1], float32.
    """

    text: str
    cut: int
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    terms: UInt32s
    flags: UInt32s
    weights: Float32s

    def flagged(self, flag: int) -> list[int]:
        """Return the places of the words that are names or numbers."""
        return np.flatnonzero(self.flags & np.uint32(flag)).tolist()

    @property
    def names(self) -> list[int]:
        """The places of words with a capital inside of a sentence."""
        return self.flagged(NAME)

    @property
    def numbers(self) -> list[int]:
        """The places of numbers."""
        return self.flagged(NUMBER)

    def sentences(self) -> Iterator[tuple[range, int, int]]:
        """Yield the sentences as the score parts them: places of words, beginning and end."""
        opens = self.flagged(OPENS)
        begin = 0
        for first, stop in pairwise([*opens, len(self.words)]):
            end = self._end_of_sentence(stop)
            yield range(first, stop), begin, end
            begin = end

    def _end_of_sentence(self, stop: int) -> int:
        """Return where the sentence before a word ends: behind its stop, or at the next word."""
        if stop == len(self.words):
            return len(self.text)
        start, end = self.spans[stop - 1][1], self.spans[stop][0]
        close = _CLOSE.search(self.text, start, end)
        return close.end() if close else end


def weighted_words(
    text: str, language: str | None, frequencies: DocumentFrequencies
) -> WeightedWords:
    """Return the words of a text with their weights in a run.

    Args:
        text: A cleaned text, of which the first ``MOST_CHARACTERS`` are read.
        language: Two letters, or None.
        frequencies: Those of the run.
    """
    read = text[:MOST_CHARACTERS]
    found, places = term_spans(read)
    flagged, _ = terms([read])
    spans = tuple((start, end) for start, end in places.tolist())
    return WeightedWords(
        text=read,
        cut=len(text) - len(read),
        words=tuple(read[start:end] for start, end in spans),
        spans=spans,
        terms=found,
        flags=flagged - without_flags(flagged),
        weights=_weights(found, language, frequencies),
    )


def _weights(wanted: UInt32s, language: str | None, frequencies: DocumentFrequencies) -> Float32s:
    """Return the weights of some terms; without a dump to weigh by, those of the language."""
    with np.errstate(divide="ignore"):  # a run at --level copies counts no terms
        return weights_in(language, wanted, frequencies)


def words_of_terms(title: str | None, text: str) -> dict[int, str]:
    """Return for each term of a document the first word that has it, in the order of the document.

    A term is the hash of the first letters of a word, so that several words may have one.

    Args:
        title: Its headline, which comes first.
        text: Its cleaned text.

    Returns:
        The words as they are written, by the terms without flags.
    """
    words: dict[int, str] = {}
    for part in (title or "", text):
        found, spans = term_spans(part)
        for term, (start, end) in zip(found.tolist(), spans.tolist(), strict=True):
            if term not in words:
                words[term] = part[start:end]
    return words
