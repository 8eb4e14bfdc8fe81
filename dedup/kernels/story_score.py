"""Loops over pairs of documents: the features of the story score."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.array_types import Float32s, Float64s, Int32s, Int64s, UInt32s
from dedup.kernels.compiled import compiled
from dedup.kernels.vectorizer import HEADLINE, LEAD, LEAD_NAMES, NAMES, PARTS, PLACES, WHOLE

# The arrays of dedup.models.TermVectors in their order, and for pairs the weights of the documents.
Vectors = tuple[Any, ...]


@compiled()
def _dot(terms: UInt32s, values: Float32s, others: UInt32s, other_values: Float32s) -> float:
    """Return the dot product of two sparse vectors with sorted terms."""
    total = 0.0
    x = y = 0
    while x < terms.size and y < others.size:
        if terms[x] == others[y]:
            total += values[x] * other_values[y]
            x += 1
            y += 1
        elif terms[x] < others[y]:
            x += 1
        else:
            y += 1
    return total


@compiled()
def _common(terms: UInt32s, weight: Float32s, others: UInt32s, other_weight: Float32s) -> float:
    """Return the weight of the terms that two parts share; the smaller where they differ."""
    total = 0.0
    x = y = 0
    while x < terms.size and y < others.size:
        if terms[x] == others[y]:
            total += min(weight[x], other_weight[y])
            x += 1
            y += 1
        elif terms[x] < others[y]:
            x += 1
        else:
            y += 1
    return total


@compiled()
def _share_found(terms: UInt32s, weight: Float32s, others: UInt32s) -> float:
    """Return which share of the weight of a part's terms is of terms that another part has."""
    found = total = 0.0
    y = 0
    for x in range(terms.size):
        while y < others.size and others[y] < terms[x]:
            y += 1
        total += weight[x]
        if y < others.size and others[y] == terms[x]:
            found += weight[x]
    return found / total if total > 0.0 else 0.0


@compiled(inline="always")
def _part_or_lead(bounds: Int64s, part: int) -> tuple[int, int]:
    """Return the bounds of a part, or of the whole lead where it is empty."""
    if bounds[part] == bounds[part + 1]:
        part = LEAD
    return bounds[part], bounds[part + 1]


@compiled()
def _shared_by_sentence(
    terms: UInt32s,
    weight: Float32s,
    sentence: Int32s,
    others: UInt32s,
    other_weight: Float32s,
    other_sentence: Int32s,
    one: Float64s,
    two: Float64s,
) -> None:
    """Add up what each first sentence of one document shares with each sentence of the other.

    Args:
        terms: The places of one document: terms, sorted.
        weight: Their weights.
        sentence: Their sentences.
        others: The places of the other, likewise.
        other_weight: Their weights.
        other_sentence: Their sentences.
        one: Output, first sentences of the one x sentences of the other.
        two: Output, first sentences of the other x sentences of the one.
    """
    x = y = 0
    while x < terms.size and y < others.size:
        if terms[x] < others[y]:
            x += 1
        elif terms[x] > others[y]:
            y += 1
        else:
            term = terms[x]
            x_last, y_last = x, y
            while x_last < terms.size and terms[x_last] == term:
                x_last += 1
            while y_last < others.size and others[y_last] == term:
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


@compiled()
def _retold(shared: Float64s, own: Float64s, other: Float64s) -> float:
    """Return how well single sentences of a document retell the first ones of another.

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


@compiled(nogil=True)
def best_overlaps(
    vectors: Vectors, document: int, others: Int64s, best: Float64s, place: Int32s
) -> None:
    """Write how well any sentence of each other document retells each one of a document.

    Args:
        vectors: The seven arrays of some documents.
        document: The document, as its index among them.
        others: The others, likewise.
        best: Output, others x sentences of the document: an overlap in [0, 1] each.
        place: Output, likewise: which sentence of the other it is, 0 where none is.
    """
    terms, weight, _, sentence, bounds, sentence_weight, sentence_bounds = vectors
    best[:] = 0.0
    place[:] = 0
    own = sentence_weight[sentence_bounds[document] : sentence_bounds[document + 1]]
    i, i_end = bounds[PARTS * document + PLACES], bounds[PARTS * document + PARTS]
    for row in range(others.size):
        other = others[row]
        its = sentence_weight[sentence_bounds[other] : sentence_bounds[other + 1]]
        shared = np.zeros((own.size, its.size))
        none = np.zeros((0, own.size))
        j, j_end = bounds[PARTS * other + PLACES], bounds[PARTS * other + PARTS]
        _shared_by_sentence(
            terms[i:i_end], weight[i:i_end], sentence[i:i_end],
            terms[j:j_end], weight[j:j_end], sentence[j:j_end], shared, none,
        )  # fmt: skip
        for s in range(own.size):
            for t in range(its.size):
                overlap = shared[s, t] / max(own[s], its[t])
                if overlap > best[row, s]:
                    best[row, s], place[row, s] = overlap, t


@compiled(nogil=True)
def part_weights(weight: Float32s, bounds: Int64s, out: Float64s) -> None:
    """Write the weight of the whole of each document."""
    for doc in range(out.size):
        total = 0.0
        for index in range(bounds[PARTS * doc], bounds[PARTS * doc + 1]):
            total += weight[index]
        out[doc] = total


@compiled(nogil=True)
def pair_features(
    vectors: Vectors, others: Vectors, left: Int64s, right: Int64s, sentences: int, out: Float64s
) -> None:
    """Write the features of each pair of documents; each is symmetric and in [0, 1].

    Args:
        vectors: The seven arrays of one batch, and the weight of the whole of each document.
        others: The same of another batch, or again of this one.
        left: Index of one document of each pair, in the one batch.
        right: Index of the other, in the other batch.
        sentences: First sentences whose retelling is looked for.
        out: Output, pairs x 6, in the order of ``dedup.match.story_score.FEATURES``.
    """
    terms, weight, normalised, sentence, bounds, weights, starts, wholes = vectors
    terms2, weight2, normalised2, sentence2, bounds2, weights2, starts2, wholes2 = others
    for pair in range(left.size):
        a, b = left[pair], right[pair]
        i = bounds[PARTS * a : PARTS * a + PARTS + 1]
        j = bounds2[PARTS * b : PARTS * b + PARTS + 1]
        names = NAMES
        if i[NAMES] == i[NAMES + 1] or j[NAMES] == j[NAMES + 1]:
            names = WHOLE  # a script without capitals, or a text without names
        for column, part in ((0, LEAD), (1, names)):
            x, x_end, y, y_end = i[part], i[part + 1], j[part], j[part + 1]
            out[pair, column] = _dot(
                terms[x:x_end], normalised[x:x_end], terms2[y:y_end], normalised2[y:y_end]
            )
        own = weights[starts[a] : starts[a + 1]]
        its = weights2[starts2[b] : starts2[b + 1]]
        one = np.zeros((min(own.size, sentences), its.size))
        two = np.zeros((min(its.size, sentences), own.size))
        x, x_end, y, y_end = i[PLACES], i[PARTS], j[PLACES], j[PARTS]
        _shared_by_sentence(
            terms[x:x_end], weight[x:x_end], sentence[x:x_end],
            terms2[y:y_end], weight2[y:y_end], sentence2[y:y_end], one, two,
        )  # fmt: skip
        out[pair, 2] = (_retold(one, own, its) + _retold(two, its, own)) / 2.0
        x, x_end, y, y_end = i[WHOLE], i[LEAD], j[WHOLE], j[LEAD]
        shared = _common(terms[x:x_end], weight[x:x_end], terms2[y:y_end], weight2[y:y_end])
        out[pair, 3] = shared / max(min(wholes[a], wholes2[b]), 1e-9)
        for column, part in ((4, HEADLINE), (5, LEAD_NAMES)):
            p, p_end = _part_or_lead(i, part)
            q, q_end = _part_or_lead(j, part)
            one_found = _share_found(terms[p:p_end], weight[p:p_end], terms2[y:y_end])
            other_found = _share_found(terms2[q:q_end], weight2[q:q_end], terms[x:x_end])
            out[pair, column] = (one_found + other_found) / 2.0
