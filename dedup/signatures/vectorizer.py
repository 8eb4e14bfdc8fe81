"""Weighted tokens to term vectors: the parts of a document that are compared."""

from __future__ import annotations

import numpy as np

from dedup.kernels.array_types import Bools, Float32s, Int64s, UInt32s
from dedup.kernels.vectorizer import PARTS, build_vectors, heaviest
from dedup.models import TermVectors

LEAD_TOKENS = 80
"""Tokens of a text that are its lead: a paragraph or two."""

HEADLINE_TOKENS = 14
"""Most tokens of a headline: as many of the first sentence of a text without a title."""

SENTENCE_TERMS = 3
"""A sentence with fewer distinct terms has nothing that could be retold."""

HEAVIEST = 25
"""Terms by which a document meets others."""


def vectors(
    tokens: UInt32s, bounds: Int64s, vocabulary: UInt32s, weights: Float32s, language: Int64s
) -> TermVectors:
    """Return the term vectors of a batch of documents.

    Args:
        tokens: Their tokens, as :func:`dedup.signatures.terms.terms` gives them.
        bounds: n + 1 bounds in ``tokens``.
        vocabulary: Sorted distinct terms, all of the batch among them.
        weights: languages x terms.
        language: Row of ``weights`` of each document.
    """
    n, room = bounds.size - 1, PARTS * tokens.size
    terms, weight = np.empty(room, np.uint32), np.empty(room, np.float32)
    normalised, sentence = np.zeros(room, np.float32), np.zeros(room, np.int32)
    part_bounds, sentence_bounds = np.zeros(PARTS * n + 1, np.int64), np.zeros(n + 1, np.int64)
    sentence_weight = np.empty(tokens.size, np.float64)
    out = terms, weight, normalised, sentence, part_bounds, sentence_weight, sentence_bounds
    limits = LEAD_TOKENS, HEADLINE_TOKENS, SENTENCE_TERMS
    build_vectors(tokens, bounds, vocabulary, weights, language, *limits, out)
    end, sentences = part_bounds[-1], sentence_bounds[-1]
    return TermVectors(
        terms[:end].copy(), weight[:end].copy(), normalised[:end].copy(), sentence[:end].copy(),
        part_bounds, sentence_weight[:sentences].copy(), sentence_bounds,
    )  # fmt: skip


def heaviest_terms(
    vectors: TermVectors, vocabulary: UInt32s, several: Bools
) -> tuple[UInt32s, Int64s]:
    """Return the heaviest terms of each document, sorted, and their n + 1 bounds.

    Args:
        vectors: The documents.
        vocabulary: Sorted distinct terms, all of the documents' among them.
        several: Which of them are in two documents or more; others cannot pair and are left out.
    """
    out = np.empty(vectors.size * HEAVIEST, np.uint32)
    bounds = np.zeros(vectors.size + 1, np.int64)
    whole = vectors.terms, vectors.normalised, vectors.bounds
    heaviest(*whole, vocabulary, several, HEAVIEST, out, bounds)
    return out[: bounds[-1]].copy(), bounds
