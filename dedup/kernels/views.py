"""From tokens to the weighted parts of a document that the story score compares."""

from __future__ import annotations

import numba as nb
import numpy as np
import numpy.typing as npt

from dedup.kernels.sorting import sort_hashes
from dedup.kernels.terms import FLAGS, NAME, OPENS

# The parts of a document: its whole, its lead, its names, and the places of its terms.
WHOLE, LEAD, NAMES, PLACES = 0, 1, 2, 3
PARTS = 4


@nb.njit(cache=True, inline="always")
def _find(values: npt.NDArray[np.uint32], wanted: np.uint32) -> int:
    """Return where a value stands in a sorted array that holds it."""
    low, high = 0, values.size
    while low < high:
        middle = (low + high) >> 1
        if values[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@nb.njit(cache=True)
def _write_part(
    held: npt.NDArray[np.uint32],
    vocabulary: npt.NDArray[np.uint32],
    weights: npt.NDArray[np.float32],
    terms: npt.NDArray[np.uint32],
    mass: npt.NDArray[np.float32],
    unit: npt.NDArray[np.float32],
) -> int:
    """Write one part: its distinct terms sorted, their weights, and the same as a unit vector.

    In the vector a term that occurs tf times counts (1 + ln tf) times its weight.
    """
    sort_hashes(held, 0)
    count = 0
    square = 0.0
    at = 0
    while at < held.size:
        term = held[at]
        start = at
        while at < held.size and held[at] == term:
            at += 1
        weight = weights[_find(vocabulary, term)]
        value = weight * (1.0 + np.log(at - start))
        terms[count], mass[count], unit[count] = term, weight, value
        square += value * value
        count += 1
    norm = 1.0 / np.sqrt(square) if square > 0.0 else 0.0
    for index in range(count):
        unit[index] *= norm
    return count


@nb.njit(cache=True)
def _write_sentences(
    own: npt.NDArray[np.uint32],
    shortest: int,
    vocabulary: npt.NDArray[np.uint32],
    weights: npt.NDArray[np.float32],
    keys: npt.NDArray[np.uint64],
    terms: npt.NDArray[np.uint32],
    mass: npt.NDArray[np.float32],
    sentence: npt.NDArray[np.int32],
    sentence_mass: npt.NDArray[np.float64],
) -> tuple[int, int]:
    """Write where each term stands: (term, sentence) sorted, and the mass of each sentence.

    Returns:
        The number of places, and of sentences.
    """
    held = 0
    sentences = 0
    start = 0
    for index in range(1, own.size + 1):
        if index < own.size and not own[index] & np.uint32(OPENS):
            continue
        for place in range(start, index):
            keys[held + place - start] = np.uint64(own[place] & ~FLAGS)
        found = keys[held : held + index - start]
        found.sort()
        size = 0
        for place in range(found.size):
            if place == 0 or found[place] != found[size - 1]:
                found[size] = found[place]
                size += 1
        start = index
        if size < shortest:
            continue
        for place in range(size):
            found[place] = (found[place] << np.uint64(32)) | np.uint64(sentences)
        held += size
        sentences += 1
    sort_hashes(keys[:held], 32)  # sentences are in order already
    sentence_mass[:sentences] = 0.0
    for place in range(held):
        term = np.uint32(keys[place] >> np.uint64(32))
        where = np.int32(keys[place] & np.uint64(0xFFFFFFFF))
        terms[place] = term
        sentence[place] = where
        if place and terms[place - 1] == term:
            mass[place] = mass[place - 1]
        else:
            mass[place] = weights[_find(vocabulary, term)]
        sentence_mass[where] += mass[place]
    return held, sentences


@nb.njit(cache=True, nogil=True)
def build_views(
    tokens: npt.NDArray[np.uint32],
    bounds: npt.NDArray[np.int64],
    vocabulary: npt.NDArray[np.uint32],
    weights: npt.NDArray[np.float32],
    language: npt.NDArray[np.int64],
    lead: int,
    shortest: int,
    terms: npt.NDArray[np.uint32],
    mass: npt.NDArray[np.float32],
    unit: npt.NDArray[np.float32],
    sentence: npt.NDArray[np.int32],
    part_bounds: npt.NDArray[np.int64],
    sentence_mass: npt.NDArray[np.float64],
    sentence_bounds: npt.NDArray[np.int64],
) -> None:
    """Write the parts of a batch of documents: whole, lead, names, and places in sentences.

    Args:
        tokens: Tokens of all documents, see :mod:`dedup.kernels.terms`.
        bounds: Where each document begins, and the end: n + 1 values.
        vocabulary: Sorted distinct terms, all of the batch among them.
        weights: languages x terms: the weight of each.
        language: Row of ``weights`` of each document.
        lead: Tokens of a document that are its lead.
        shortest: Sentences with fewer distinct terms are left out.
        terms: Output, at least ``PARTS`` times as long as ``tokens``.
        mass: Output, as long: weights.
        unit: Output, as long: the same as unit vectors; unused in the places.
        sentence: Output, as long: sentence of each place; unused elsewhere.
        part_bounds: Output, ``PARTS`` * n + 1 bounds in ``terms``.
        sentence_mass: Output, as long as ``tokens``: weight of each sentence.
        sentence_bounds: Output, n + 1 bounds in ``sentence_mass``.
    """
    longest = 0
    for doc in range(bounds.size - 1):
        longest = max(longest, bounds[doc + 1] - bounds[doc])
    held = np.empty(longest, np.uint32)
    keys = np.empty(longest, np.uint64)
    at = 0
    part_bounds[0] = 0
    sentence_bounds[0] = 0
    for doc in range(bounds.size - 1):
        own = tokens[bounds[doc] : bounds[doc + 1]]
        row = weights[language[doc]]
        for which in range(PLACES):
            size = 0
            for index in range(own.size):
                if which == LEAD and index >= lead:
                    break
                if which != NAMES or own[index] & np.uint32(NAME):
                    held[size] = own[index] & ~FLAGS
                    size += 1
            at += _write_part(held[:size], vocabulary, row, terms[at:], mass[at:], unit[at:])
            part_bounds[PARTS * doc + which + 1] = at
        begin = sentence_bounds[doc]
        size, sentences = _write_sentences(
            own, shortest, vocabulary, row, keys,
            terms[at:], mass[at:], sentence[at:], sentence_mass[begin:],
        )  # fmt: skip
        at += size
        part_bounds[PARTS * (doc + 1)] = at
        sentence_bounds[doc + 1] = begin + sentences


@nb.njit(cache=True, nogil=True)
def heaviest(
    terms: npt.NDArray[np.uint32],
    unit: npt.NDArray[np.float32],
    part_bounds: npt.NDArray[np.int64],
    vocabulary: npt.NDArray[np.uint32],
    pairs: npt.NDArray[np.bool_],
    most: int,
    out: npt.NDArray[np.uint32],
    out_bounds: npt.NDArray[np.int64],
) -> None:
    """Write the heaviest terms of each document of a batch, sorted.

    Args:
        terms: See :func:`build_views`.
        unit: Likewise.
        part_bounds: Likewise.
        vocabulary: Sorted distinct terms.
        pairs: Whether a term of the vocabulary stands in two documents or more; others cannot pair.
        most: Terms a document keeps; of equal ones those with the smaller hash.
        out: Output, ``most`` values a document at most.
        out_bounds: Output, n + 1 bounds in ``out``; the first is 0.
    """
    for doc in range(out_bounds.size - 1):
        first = part_bounds[PARTS * doc]
        last = part_bounds[PARTS * doc + 1]
        values = np.empty(last - first, np.float32)
        for index in range(first, last):
            known = pairs[_find(vocabulary, terms[index])]
            values[index - first] = -unit[index] if known else np.float32(1.0)
        order = np.argsort(values, kind="mergesort")
        start = out_bounds[doc]
        kept = 0
        for index in order[:most]:
            if values[index] <= 0.0:
                out[start + kept] = terms[first + index]
                kept += 1
        out[start : start + kept].sort()
        out_bounds[doc + 1] = start + kept
