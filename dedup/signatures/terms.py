"""Texts to terms: the story view.

Two articles that tell one story in other words share names, numbers and the stems of the words that
matter. The first five characters of a token serve as its stem: on labelled news that was better
than a Snowball stemmer, and needs no language.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedup.kernels.array_types import Int32s, Int64s, UInt32s
from dedup.text_batch import code_points
from dedup.tokens import character_tables, trait_table

PREFIX = 5


def terms(texts: Sequence[str]) -> tuple[UInt32s, Int64s]:
    """Tokenise a batch of texts for the story view.

    Args:
        texts: Cleaned texts.

    Returns:
        The tokens of all texts in text order, end to end: a hash in the upper 29 bits, and the
        flags of :mod:`dedup.kernels.terms` below; and their n + 1 bounds.
    """
    return _tokenised(texts, np.empty((0, 2), np.int32))


def term_spans(text: str) -> tuple[UInt32s, Int32s]:
    """Return the terms of a text, in text order and without flags, and where each stands in it.

    Args:
        text: A text.

    Returns:
        n terms; n x 2: the first character of each, and that behind its last one.
    """
    spans = np.empty((len(text), 2), np.int32)
    found, _ = _tokenised([text], spans)
    return without_flags(found), spans[: found.size].copy()


def _tokenised(texts: Sequence[str], spans: Int32s) -> tuple[UInt32s, Int64s]:
    """Return what :func:`terms` does; write where each token is, unless ``spans`` is empty."""
    from dedup.kernels.terms import terms_batch  # compiled: loaded when it is first needed

    points, bounds = code_points(texts)
    tables = (*character_tables(), trait_table())
    out = np.empty(points.size, np.uint32)
    out_bounds = np.zeros(len(texts) + 1, np.int64)
    terms_batch(points, bounds, tables, PREFIX, out, out_bounds, spans)
    return out[: out_bounds[-1]].copy(), out_bounds


def titled_terms(titles: Sequence[str | None], texts: Sequence[str]) -> tuple[UInt32s, Int64s]:
    """Tokenise texts with their titles before them, as a sentence of their own.

    Many titles have a capital in every word, so their tokens are no names.

    Args:
        titles: The title of each text, None where there is none.
        texts: Cleaned texts.

    Returns:
        Tokens and bounds as :func:`terms` returns them.
    """
    from dedup.kernels.terms import NAME  # as in terms

    first, first_bounds = terms([title or "" for title in titles])
    tokens, bounds = terms(texts)
    places = np.repeat(bounds[:-1], np.diff(first_bounds))
    return np.insert(tokens, places, first & ~np.uint32(NAME)), bounds + first_bounds


def term_hashes(texts: Sequence[str]) -> tuple[UInt32s, Int64s]:
    """Return the same without flags: equal terms are equal numbers, multiples of 8."""
    found, bounds = terms(texts)
    return without_flags(found), bounds


def distinct_terms(tokens: UInt32s) -> UInt32s:
    """Return the sorted distinct terms of tokens with flags."""
    return np.unique(without_flags(tokens))


def without_flags(tokens: UInt32s) -> UInt32s:
    """Return tokens as terms: the same word is the same number at any place."""
    from dedup.kernels.terms import FLAGS  # as in terms

    return tokens & ~FLAGS
