"""From tokens to the weighted parts of a document that the story score compares."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.array_types import Bools, Float32s, Float64s, Int32s, Int64s, UInt32s
from dedup.kernels.compiled import compiled
from dedup.kernels.terms import FLAGS, NAME, OPENS

# The parts of a document: its whole, its lead, its names, its headline, the names of its lead, and
# the places of its terms.
WHOLE, LEAD, NAMES, HEADLINE, LEAD_NAMES, PLACES = 0, 1, 2, 3, 4, 5
PARTS = 6

# A capitalised word that weighs less is no name: "I", and what nearly every document has.
LEAST_NAME_WEIGHT = 0.0005


@compiled(inline="always")
def _find(values: UInt32s, wanted: np.uint32) -> int:
    """Return the place of a value in a sorted array that contains it."""
    low, high = 0, values.size
    while low < high:
        middle = (low + high) >> 1
        if values[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@compiled()
def _bucket_starts(vocabulary: UInt32s) -> tuple[Int64s, np.uint32]:
    """Return where the terms with the same upper bits begin, about one to a place, and the shift.

    A binary search guesses wrong at every other step; this hardly searches at all.
    """
    bits = 1
    while bits < 24 and (1 << bits) < vocabulary.size:
        bits += 1
    shift = np.uint32(32 - bits)
    starts = np.empty(1 << bits, np.int64)
    at = 0
    for bucket in range(starts.size):
        while at < vocabulary.size and np.int64(vocabulary[at] >> shift) < bucket:
            at += 1
        starts[bucket] = at
    return starts, shift


@compiled()
def _sort_places(places: Int64s, index: Int64s, spare: Int64s, limit: int) -> None:
    """Sort places by their index, which is below ``limit``, equal ones as they were, by digits."""
    counts = np.empty(257, np.int64)
    shift = 0
    while (limit - 1) >> shift > 0:
        counts[:] = 0
        for at in range(places.size):
            counts[((index[places[at]] >> shift) & 255) + 1] += 1
        for digit in range(256):
            counts[digit + 1] += counts[digit]
        for at in range(places.size):
            digit = (index[places[at]] >> shift) & 255
            spare[counts[digit]] = places[at]
            counts[digit] += 1
        places[:] = spare[: places.size]
        shift += 8


@compiled()
def _headline_end(own: UInt32s, most: int) -> int:
    """Return where the headline of a document ends: its first sentence, or the start of it."""
    end = min(most, own.size)
    for place in range(1, end):
        if own[place] & np.uint32(OPENS):
            return place
    return end


@compiled()
def _write_part(
    end: int,
    names: bool,
    own: UInt32s,
    index: Int64s,
    places: Int64s,
    weights: Float32s,
    terms: UInt32s,
    weight: Float32s,
    normalised: Float32s,
) -> int:
    """Write one part: its distinct terms sorted, their weights, and the same as a unit vector.

    In the vector a term that occurs tf times counts (1 + ln tf) times its weight. The part has the
    tokens before ``end``, of these only the names where ``names`` is set.
    """
    count = 0
    square = 0.0
    at = 0
    while at < places.size:
        column = index[places[at]]
        term = own[places[at]] & ~FLAGS
        times = 0
        while at < places.size and index[places[at]] == column:
            place = places[at]
            if place < end and (not names or own[place] & np.uint32(NAME)):
                times += 1
            at += 1
        if times == 0 or (names and weights[column] < LEAST_NAME_WEIGHT):
            continue
        value = weights[column] * (1.0 + np.log(times) if times > 1 else 1.0)
        terms[count], weight[count], normalised[count] = term, weights[column], value
        square += value * value
        count += 1
    norm = 1.0 / np.sqrt(square) if square > 0.0 else 0.0
    for term_at in range(count):
        normalised[term_at] *= norm
    return count


@compiled()
def _number_sentences(
    own: UInt32s, shortest: int, index: Int64s, places: Int64s, sentences: Int64s
) -> int:
    """Write the sentence of each token, -1 in those that are too short; return how many there are.

    Tokens are numbered by ``places`` in the order of their terms, those of one term in text order.
    """
    last = 0
    for place in range(own.size):
        last += place > 0 and bool(own[place] & np.uint32(OPENS))
        sentences[place] = last
    distinct = np.zeros(last + 1, np.int64)
    for at in range(places.size):
        place = places[at]
        again = at > 0 and index[places[at - 1]] == index[place]
        if not (again and sentences[places[at - 1]] == sentences[place]):
            distinct[sentences[place]] += 1
    kept = 0
    for sentence in range(last + 1):
        enough = distinct[sentence] >= shortest
        distinct[sentence] = kept if enough else -1
        kept += enough
    for place in range(own.size):
        sentences[place] = distinct[sentences[place]]
    return kept


@compiled()
def _write_places(
    own: UInt32s,
    index: Int64s,
    places: Int64s,
    sentences: Int64s,
    weights: Float32s,
    terms: UInt32s,
    weight: Float32s,
    sentence: Int32s,
    sentence_weight: Float64s,
) -> int:
    """Write the places of terms, (term, sentence) sorted, and the weight of each sentence."""
    count = 0
    for at in range(places.size):
        place = places[at]
        where = sentences[place]
        if where < 0:
            continue
        term = own[place] & ~FLAGS
        if count and terms[count - 1] == term and sentence[count - 1] == where:
            continue
        terms[count], weight[count], sentence[count] = term, weights[index[place]], where
        sentence_weight[where] += weight[count]
        count += 1
    return count


@compiled(nogil=True)
def build_vectors(
    tokens: UInt32s,
    bounds: Int64s,
    vocabulary: UInt32s,
    weights: Float32s,
    language: Int64s,
    lead: int,
    headline: int,
    shortest: int,
    out: tuple[Any, ...],
) -> None:
    """Write the parts of a batch of documents; see :class:`dedup.models.TermVectors`.

    Args:
        tokens: Tokens of all documents, see :mod:`dedup.kernels.terms`.
        bounds: Where each document begins, and the end: n + 1 values.
        vocabulary: Sorted distinct terms, all of the batch among them.
        weights: languages x terms: the weight of each.
        language: Row of ``weights`` of each document.
        lead: Tokens of a document that are its lead.
        headline: Most tokens of its first sentence that are its headline.
        shortest: Sentences with fewer distinct terms are left out.
        out: Output, the arrays of :class:`dedup.models.TermVectors`: the first four at least
            ``PARTS`` times as long as ``tokens``, the weights of sentences as long.
    """
    terms, weight, normalised, sentence, part_bounds, sentence_weight, sentence_bounds = out
    longest = 0
    for doc in range(bounds.size - 1):
        longest = max(longest, bounds[doc + 1] - bounds[doc])
    index, order = np.empty(longest, np.int64), np.empty(longest, np.int64)
    spare, sentences = np.empty(longest, np.int64), np.empty(longest, np.int64)
    starts, shift = _bucket_starts(vocabulary)
    at = 0
    part_bounds[0] = sentence_bounds[0] = 0
    for doc in range(bounds.size - 1):
        own = tokens[bounds[doc] : bounds[doc + 1]]
        row = weights[language[doc]]
        places = order[: own.size]
        for place in range(own.size):
            term = own[place] & ~FLAGS
            column = starts[term >> shift]
            while vocabulary[column] < term:
                column += 1
            index[place] = column
            places[place] = place
        _sort_places(places, index, spare, vocabulary.size)
        ends = (own.size, lead, own.size, _headline_end(own, headline), lead)
        for which in range(PLACES):
            at += _write_part(
                ends[which], which in (NAMES, LEAD_NAMES),
                own, index, places, row, terms[at:], weight[at:], normalised[at:],
            )  # fmt: skip
            part_bounds[PARTS * doc + which + 1] = at
        begin = sentence_bounds[doc]
        end = begin + _number_sentences(own, shortest, index, places, sentences)
        sentence_weight[begin:end] = 0.0
        at += _write_places(
            own, index, places, sentences, row,
            terms[at:], weight[at:], sentence[at:], sentence_weight[begin:end],
        )  # fmt: skip
        part_bounds[PARTS * (doc + 1)] = at
        sentence_bounds[doc + 1] = end


@compiled(nogil=True)
def heaviest(
    terms: UInt32s,
    normalised: Float32s,
    part_bounds: Int64s,
    vocabulary: UInt32s,
    several: Bools,
    most: int,
    out: UInt32s,
    out_bounds: Int64s,
) -> None:
    """Write the heaviest terms of each document of a batch, sorted.

    Args:
        terms: As in :class:`dedup.models.TermVectors`.
        normalised: Likewise.
        part_bounds: Likewise.
        vocabulary: Sorted distinct terms.
        several: Whether a term of the vocabulary is in two documents or more; others cannot pair.
        most: Terms a document keeps; of equal ones those with the smaller hash.
        out: Output, ``most`` values a document at most.
        out_bounds: Output, n + 1 bounds in ``out``; the first is 0.
    """
    best = np.empty(most, np.int64)
    for doc in range(out_bounds.size - 1):
        kept = 0
        for index in range(part_bounds[PARTS * doc], part_bounds[PARTS * doc + 1]):
            value = normalised[index]
            if kept == most and value <= normalised[best[most - 1]]:
                continue
            if not several[_find(vocabulary, terms[index])]:
                continue
            place = min(kept, most - 1)
            kept = min(kept + 1, most)
            while place > 0 and normalised[best[place - 1]] < value:
                best[place] = best[place - 1]
                place -= 1
            best[place] = index
        start = out_bounds[doc]
        best[:kept].sort()
        for place in range(kept):
            out[start + place] = terms[best[place]]
        out_bounds[doc + 1] = start + kept
