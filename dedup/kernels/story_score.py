"""Loops over pairs of documents: what the story score is made of."""

from __future__ import annotations

import numba as nb
import numpy as np

from dedup.kernels.array_types import Float32s, Float64s, Int32s, Int64s, UInt32s
from dedup.kernels.vectorizer import LEAD, NAMES, PARTS, PLACES, WHOLE


@nb.njit(cache=True)
def _dot(
    terms: UInt32s,
    values: Float32s,
    x: int,
    x_end: int,
    others: UInt32s,
    other_values: Float32s,
    y: int,
    y_end: int,
) -> float:
    """Return the dot product of two sparse vectors with sorted terms."""
    total = 0.0
    while x < x_end and y < y_end:
        if terms[x] == others[y]:
            total += values[x] * other_values[y]
            x += 1
            y += 1
        elif terms[x] < others[y]:
            x += 1
        else:
            y += 1
    return total


@nb.njit(cache=True)
def _common(
    terms: UInt32s,
    weight: Float32s,
    x: int,
    x_end: int,
    others: UInt32s,
    other_weight: Float32s,
    y: int,
    y_end: int,
) -> float:
    """Return the weight of the terms that two parts share; the smaller where they differ."""
    total = 0.0
    while x < x_end and y < y_end:
        if terms[x] == others[y]:
            total += min(weight[x], other_weight[y])
            x += 1
            y += 1
        elif terms[x] < others[y]:
            x += 1
        else:
            y += 1
    return total


@nb.njit(cache=True)
def _shared_by_sentence(
    terms: UInt32s,
    weight: Float32s,
    sentence: Int32s,
    x: int,
    x_end: int,
    others: UInt32s,
    other_weight: Float32s,
    other_sentence: Int32s,
    y: int,
    y_end: int,
    one: Float64s,
    two: Float64s,
) -> None:
    """Add up what each first sentence of one document shares with each sentence of the other.

    Args:
        terms: Terms, sorted within each document's places.
        weight: Their weights.
        sentence: Their sentences.
        x: Places of one document, from here.
        x_end: To here.
        others: Terms that the other's are among.
        other_weight: Their weights.
        other_sentence: Their sentences.
        y: Places of the other, from here.
        y_end: To here.
        one: Output, first sentences of the one x sentences of the other.
        two: Output, first sentences of the other x sentences of the one.
    """
    while x < x_end and y < y_end:
        if terms[x] < others[y]:
            x += 1
        elif terms[x] > others[y]:
            y += 1
        else:
            term = terms[x]
            x_last, y_last = x, y
            while x_last < x_end and terms[x_last] == term:
                x_last += 1
            while y_last < y_end and others[y_last] == term:
                y_last += 1
            part_weight = min(weight[x], other_weight[y])
            for a in range(x, x_last):
                for b in range(y, y_last):
                    s, t = sentence[a], other_sentence[b]
                    if s < one.shape[0]:
                        one[s, t] += part_weight
                    if t < two.shape[0]:
                        two[t, s] += part_weight
            x, y = x_last, y_last


@nb.njit(cache=True)
def _retold(shared: Float64s, own: Float64s, other: Float64s) -> float:
    """Return how well the first sentences of one document are told by single ones of another.

    The mean over those sentences of the best overlap: shared weight by the weight of the heavier.
    """
    if shared.shape[0] == 0:
        return 0.0
    total = 0.0
    for s in range(shared.shape[0]):
        best = 0.0
        for t in range(shared.shape[1]):
            best = max(best, shared[s, t] / max(own[s], other[t]))
        total += best
    return float(total / shared.shape[0])


@nb.njit(cache=True, nogil=True)
def best_overlaps(
    terms: UInt32s,
    weight: Float32s,
    sentence: Int32s,
    bounds: Int64s,
    sentence_weight: Float64s,
    sentence_bounds: Int64s,
    out: Float64s,
) -> None:
    """Write how well each sentence of the first document is told by any sentence of the others.

    Args:
        terms: See :func:`dedup.kernels.vectorizer.build_vectors`, and so for the next five.
        weight: Weights.
        sentence: Sentences.
        bounds: Bounds of parts.
        sentence_weight: Weight of each sentence.
        sentence_bounds: Bounds of documents in it.
        out: Output, one overlap in [0, 1] a sentence of the first document.
    """
    out[:] = 0.0
    own = sentence_weight[sentence_bounds[0] : sentence_bounds[1]]
    for doc in range(1, sentence_bounds.size - 1):
        its = sentence_weight[sentence_bounds[doc] : sentence_bounds[doc + 1]]
        shared = np.zeros((own.size, its.size))
        none = np.zeros((0, own.size))
        _shared_by_sentence(
            terms, weight, sentence, bounds[PLACES], bounds[PARTS],
            terms, weight, sentence, bounds[PARTS * doc + PLACES], bounds[PARTS * doc + PARTS],
            shared, none,
        )  # fmt: skip
        for s in range(own.size):
            for t in range(its.size):
                out[s] = max(out[s], shared[s, t] / max(own[s], its[t]))


@nb.njit(cache=True, nogil=True)
def part_weights(weight: Float32s, bounds: Int64s, out: Float64s) -> None:
    """Write the weight of the whole of each document."""
    for doc in range(out.size):
        total = 0.0
        for index in range(bounds[PARTS * doc], bounds[PARTS * doc + 1]):
            total += weight[index]
        out[doc] = total


@nb.njit(cache=True, nogil=True)
def pair_features(
    terms: UInt32s,
    weight: Float32s,
    normalised: Float32s,
    sentence: Int32s,
    bounds: Int64s,
    sentence_weight: Float64s,
    sentence_bounds: Int64s,
    part_weight: Float64s,
    others: UInt32s,
    other_weight: Float32s,
    other_normalised: Float32s,
    other_sentence: Int32s,
    other_bounds: Int64s,
    other_sentence_weight: Float64s,
    other_sentence_bounds: Int64s,
    other_part_weight: Float64s,
    left: Int64s,
    right: Int64s,
    sentences: int,
    out: Float64s,
) -> None:
    """Write the features of each pair of documents; each is symmetric and lies in [0, 1].

    Args:
        terms: Terms of all parts of one batch, see :func:`dedup.kernels.vectorizer.build_vectors`.
        weight: Their weights.
        normalised: Their values in unit vectors.
        sentence: Their sentences.
        bounds: Bounds of parts in ``terms``.
        sentence_weight: Weight of each sentence.
        sentence_bounds: Bounds of documents in it.
        part_weight: Weight of the whole of each document.
        others: The same eight of another batch, or again of this one.
        other_weight: See ``weight``.
        other_normalised: See ``normalised``.
        other_sentence: See ``sentence``.
        other_bounds: See ``bounds``.
        other_sentence_weight: See ``sentence_weight``.
        other_sentence_bounds: See ``sentence_bounds``.
        other_part_weight: See ``part_weight``.
        left: Index of one document of each pair, in the one batch.
        right: Index of the other, in the other batch.
        sentences: First sentences whose retelling is looked for.
        out: Output, pairs x 5, in the order of ``dedup.match.story_score.FEATURES``.
    """
    for pair in range(left.size):
        a, b = left[pair], right[pair]
        i = bounds[PARTS * a : PARTS * a + PARTS + 1]
        j = other_bounds[PARTS * b : PARTS * b + PARTS + 1]
        out[pair, 0] = _dot(
            terms, normalised, i[LEAD], i[NAMES], others, other_normalised, j[LEAD], j[NAMES]
        )
        part = NAMES
        if i[NAMES] == i[PLACES] or j[NAMES] == j[PLACES]:
            part = WHOLE  # a script without capitals, or a text without names
        out[pair, 1] = _dot(
            terms, normalised, i[part], i[part + 1], others, other_normalised, j[part], j[part + 1]
        )
        own = sentence_weight[sentence_bounds[a] : sentence_bounds[a + 1]]
        its = other_sentence_weight[other_sentence_bounds[b] : other_sentence_bounds[b + 1]]
        one = np.zeros((min(own.size, sentences), its.size))
        two = np.zeros((min(its.size, sentences), own.size))
        _shared_by_sentence(
            terms, weight, sentence, i[PLACES], i[PARTS],
            others, other_weight, other_sentence, j[PLACES], j[PARTS], one, two,
        )  # fmt: skip
        out[pair, 2] = (_retold(one, own, its) + _retold(two, its, own)) / 2.0
        shared = _common(terms, weight, i[WHOLE], i[LEAD], others, other_weight, j[WHOLE], j[LEAD])
        out[pair, 3] = shared / max(part_weight[a] + other_part_weight[b] - shared, 1e-9)
        out[pair, 4] = shared / max(min(part_weight[a], other_part_weight[b]), 1e-9)
