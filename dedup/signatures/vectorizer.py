"""Weighted tokens to views: the parts of a document that are compared, and its heaviest terms."""

from __future__ import annotations

import numpy as np

from dedup.kernels.array_types import Bools, Float32s, Int64s, UInt32s
from dedup.models import TermVectors

LEAD_TOKENS = 80
"""Tokens of a text that are its lead: a paragraph or two."""

SENTENCE_TERMS = 3
"""A sentence with fewer distinct terms tells nothing that could be told again."""

HEAVIEST = 25
"""Terms by which a document meets others."""


def vectors(
    tokens: UInt32s, bounds: Int64s, vocabulary: UInt32s, weights: Float32s, language: Int64s
) -> TermVectors:
    """Return the views of a batch of documents.

    Args:
        tokens: Their tokens, as :func:`dedup.signatures.terms.terms` gives them.
        bounds: n + 1 bounds in ``tokens``.
        vocabulary: Sorted distinct terms, all of the batch among them.
        weights: languages x terms.
        language: Row of ``weights`` of each document.
    """
    from dedup.kernels.vectorizer import (
        PARTS,
        build_vectors,
    )  # compiled code, when it is first needed

    n = bounds.size - 1
    room = PARTS * tokens.size
    made = TermVectors(
        terms=np.empty(room, np.uint32),
        weight=np.empty(room, np.float32),
        normalised=np.zeros(room, np.float32),
        sentence=np.zeros(room, np.int32),
        bounds=np.zeros(PARTS * n + 1, np.int64),
        sentence_weight=np.empty(tokens.size, np.float64),
        sentence_bounds=np.zeros(n + 1, np.int64),
    )
    build_vectors(
        tokens, bounds, vocabulary, weights, language, LEAD_TOKENS, SENTENCE_TERMS,
        made.terms, made.weight, made.normalised, made.sentence, made.bounds,
        made.sentence_weight, made.sentence_bounds,
    )  # fmt: skip
    end, sentences = made.bounds[-1], made.sentence_bounds[-1]
    return TermVectors(
        made.terms[:end].copy(), made.weight[:end].copy(), made.normalised[:end].copy(),
        made.sentence[:end].copy(), made.bounds,
        made.sentence_weight[:sentences].copy(), made.sentence_bounds,
    )  # fmt: skip


def heaviest_terms(
    made: TermVectors, vocabulary: UInt32s, several: Bools
) -> tuple[UInt32s, Int64s]:
    """Return the heaviest terms of each document, sorted, and their n + 1 bounds.

    Args:
        made: The documents.
        vocabulary: Sorted distinct terms, all of the documents' among them.
        several: Which of them stand in two documents or more; others cannot pair and are left out.
    """
    from dedup.kernels.vectorizer import heaviest  # as in views

    n = made.size
    out, bounds = np.empty(n * HEAVIEST, np.uint32), np.zeros(n + 1, np.int64)
    heaviest(made.terms, made.normalised, made.bounds, vocabulary, several, HEAVIEST, out, bounds)
    return out[: bounds[-1]].copy(), bounds
