"""A document's terms to the few by which it meets other tellings, and to their MinHash.

No later document is known when one is added. So the weights are those of the language alone: they
are the same for the first document of an index and for the last.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dedup.index.signed_document import SignedDocument
from dedup.kernels.array_types import Bools, Int64s, UInt32s
from dedup.signatures.minhash import permutations
from dedup.signatures.term_weights import PROPOSING, DocumentFrequencies, OwnShare, vectorize
from dedup.signatures.terms import distinct_terms, without_flags
from dedup.signatures.vectorizer import heaviest_terms
from dedup.signatures.word_frequencies import word_frequencies

BANDS, ROWS = 64, 2
"""Of the MinHash. A run has 128 bands, which take no memory there. With twice as many an index
names a telling of 69 % of the documents that have one in place of 66 %, and its tables of tellings
take twice as much memory."""

TermCounts = Callable[[UInt32s], tuple[Int64s, int]]
"""Returns how many known documents have each of some terms, and how many documents there are."""

_LANGUAGE_ALONE = OwnShare(0.0, 1.0)

# One document, as the weights of a dump without any are not defined.
_NO_DOCUMENTS = DocumentFrequencies(np.empty(0, np.uint32), np.empty(0, np.int64), 1)


def frequencies_of(tokens: UInt32s, asked: UInt32s, counts: TermCounts) -> DocumentFrequencies:
    """Return the frequencies of the known documents and of the one that is asked about.

    Args:
        tokens: Tokens of the documents that are compared.
        asked: Tokens of the one that is asked about; it counts, as it does in a run.
        counts: Counts the known documents.
    """
    terms = distinct_terms(tokens)
    known, documents = counts(terms)
    own = np.isin(terms, without_flags(asked))
    return DocumentFrequencies(terms, known + own, documents + 1)


def heaviest_of(document: SignedDocument, counts: TermCounts) -> UInt32s:
    """Return the heaviest terms of a document, sorted.

    Args:
        document: The document.
        counts: Counts the known documents, for a text in a language without a list of words.
    """
    frequencies, share = _NO_DOCUMENTS, _LANGUAGE_ALONE
    if document.language is None or word_frequencies(document.language) is None:
        frequencies, share = frequencies_of(document.terms, document.terms, counts), PROPOSING
    bounds = np.array([0, document.terms.size], np.int64)
    vectors, vocabulary = vectorize(document.terms, bounds, [document.language], frequencies, share)
    # Which of them other documents have is not known yet.
    every: Bools = np.ones(vocabulary.size, np.bool_)
    return heaviest_terms(vectors, vocabulary, every)[0]


def signature_of(terms: UInt32s, seed: int) -> UInt32s:
    """Return the MinHash of a set of terms, ``BANDS * ROWS`` values.

    Args:
        terms: Distinct terms, one or more.
        seed: Of the permutations.
    """
    from dedup.kernels.minhash import minima  # compiled: loaded when it is first needed

    multipliers, offsets = permutations(BANDS * ROWS, seed)
    signature = np.empty(BANDS * ROWS, np.uint32)
    minima(terms, multipliers, offsets, signature)
    return signature
