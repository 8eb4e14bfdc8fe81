"""What a term is worth: rare in the language, and rare in the dump."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dedup.kernels.array_types import Float32s, Int64s, UInt32s
from dedup.models import TermVectors
from dedup.signatures.vectorizer import vectors
from dedup.signatures.word_frequencies import lookup, word_frequencies

COMMONEST = 7.5
"""Zipf frequency (log10 of occurrences in a billion words) that makes a word worth nothing."""

LEAST = 0.05
"""What even the commonest term is worth before the power."""

POWER = 3
"""Rare terms tell stories apart: weights are cubed."""

OWN_SAY = 0.25
"""Share that the dump's own frequencies have in a weight. More made scores depend on the size of
the dump; without it a dump's own commonplaces (its outlets, its town) tie strangers together."""

SETTLED = 50
"""Documents with which a dump's frequencies have half of that share: in a dump of five they tell
little."""


@dataclass(frozen=True, slots=True)
class DocumentFrequencies:
    """In how many documents of a dump each term stands.

    Attributes:
        terms: Sorted distinct terms, uint32, without flags.
        counts: Documents of each, int64.
        documents: Documents in all.
    """

    terms: UInt32s
    counts: Int64s
    documents: int

    def and_of(self, other: DocumentFrequencies) -> DocumentFrequencies:
        """Return the counts of the documents of both."""
        stacked = np.concatenate([self.terms, other.terms])
        terms, places = np.unique(stacked, return_inverse=True)
        counts = np.zeros(terms.size, np.int64)
        np.add.at(counts, places, np.concatenate([self.counts, other.counts]))
        return DocumentFrequencies(terms, counts, self.documents + other.documents)

    def of(self, wanted: UInt32s) -> Int64s:
        """Return the counts of some terms, 0 for those that are in no document."""
        if not self.terms.size:
            return np.zeros(wanted.size, np.int64)
        at = np.minimum(np.searchsorted(self.terms, wanted), self.terms.size - 1)
        return np.where(self.terms[at] == wanted, self.counts[at], 0)


class TermCounter:
    """Counts the documents of each term, batch by batch."""

    def __init__(self) -> None:
        """Begin with none."""
        self._keys, self._counts, self._last = _table(1024)
        self._terms = 0
        self._documents = 0

    def add(self, tokens: UInt32s, bounds: Int64s) -> None:
        """Count a batch of documents by their tokens."""
        from dedup.kernels.term_weights import count_terms, move_counts  # compiled, as below

        needed = 2 * (self._terms + tokens.size)
        if needed > self._keys.size:
            larger = _table(1 << needed.bit_length())
            move_counts(self._keys, self._counts, self._last, *larger)
            self._keys, self._counts, self._last = larger
        self._terms += count_terms(
            without_flags(tokens), bounds, self._documents, self._keys, self._counts, self._last
        )
        self._documents += bounds.size - 1

    def frequencies(self) -> DocumentFrequencies:
        """Return what was counted."""
        used = np.flatnonzero(self._counts)
        used = used[np.argsort(self._keys[used])]
        return DocumentFrequencies(self._keys[used], self._counts[used], self._documents)


def _table(size: int) -> tuple[UInt32s, Int64s, Int64s]:
    """Return an empty table: terms, counts, and the last document counted for each."""
    return np.empty(size, np.uint32), np.zeros(size, np.int64), np.empty(size, np.int64)


def without_flags(tokens: UInt32s) -> UInt32s:
    """Return tokens as terms: the same word is the same number wherever it stands."""
    from dedup.kernels.terms import FLAGS  # compiled code is loaded when it is first needed

    return tokens & ~FLAGS


def term_weights(
    frequencies: DocumentFrequencies, wanted: UInt32s, zipf: Float32s | None
) -> Float32s:
    """Return the weight of some terms, in (0, 1].

    A mean of how rare a term is in the language and in the dump, cubed.

    Args:
        frequencies: Those of the dump.
        wanted: The terms.
        zipf: Their Zipf frequency in the language, 0 where unknown; None for no language.
    """
    n = frequencies.documents
    rare = np.log((n + 1) / (frequencies.of(wanted) + 0.5)) / np.log(n + 1)
    own = np.clip(rare, LEAST, 1.0)
    rarity = own
    if zipf is not None:
        known = np.clip((COMMONEST - zipf.astype(np.float64)) / COMMONEST, LEAST, 1.0)
        share = OWN_SAY * n / (n + SETTLED)
        rarity = (1 - share) * known + share * own
    weights: Float32s = (rarity**POWER).astype(np.float32)
    return weights


def vectorize(
    tokens: UInt32s,
    bounds: Int64s,
    languages: Sequence[str | None],
    frequencies: DocumentFrequencies,
) -> tuple[TermVectors, UInt32s]:
    """Return the views of a batch of documents, and the batch's sorted distinct terms.

    Args:
        tokens: Their tokens, as :func:`dedup.signatures.terms.terms` gives them.
        bounds: n + 1 bounds in ``tokens``.
        languages: Two letters each; None weighs by the dump alone.
        frequencies: Those of the dump.
    """
    vocabulary = np.sort(without_flags(tokens))
    # numpy's unique would hash them, which takes many times as long
    vocabulary = vocabulary[np.append(vocabulary[1:] != vocabulary[:-1], True)[: vocabulary.size]]
    names = sorted(set(languages), key=lambda name: name or "")
    weights = np.empty((len(names), vocabulary.size), np.float32)
    for row, name in enumerate(names):
        known = word_frequencies(name) if name else None
        zipf = None if known is None else lookup(known, vocabulary)
        weights[row] = term_weights(frequencies, vocabulary, zipf)
    place = {name: row for row, name in enumerate(names)}
    language = np.array([place[name] for name in languages], np.int64)
    return vectors(tokens, bounds, vocabulary, weights, language), vocabulary
