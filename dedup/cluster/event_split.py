"""A loose group to stories: reports of one affair are told apart.

Two reports of one affair share its people, places and past, and differ in what happened. That shows
less between two documents than between two clusters of them: each has words that all of its own
use and none of the other's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dedup.kernels.array_types import Bools, Float32s, Float64s, Int64s, UInt32s

MOST_TERMS = 1000
"""Terms of a group that are looked at: the heaviest that part it best."""


@dataclass(frozen=True, slots=True)
class Join:
    """Two clusters of a loose group that were joined.

    Attributes:
        left: A document of the one, as its index in the group.
        right: A document of the other.
        odds: What the join was worth, in log odds: 0 and more, unless the two were held together.
    """

    left: int
    right: int
    odds: float


def split_events(
    odds: Float64s,
    terms: Sequence[UInt32s],
    weights: Sequence[Float32s],
    *,
    contrast_weight: float,
    singleton_penalty: float = 0.0,
    must_link: Int64s | None = None,
) -> list[Join]:
    """Return the joins that make stories of a loose group; what is not joined is no one's.

    Args:
        odds: n x n, symmetric: log odds that two documents tell one story, less the threshold's.
        terms: Distinct terms of each document, sorted.
        weights: Their weights, in [0, 1].
        contrast_weight: Share of the contrast of two clusters that a unit of contrast terms costs.
        singleton_penalty: Log odds by which two single documents must exceed the threshold: they
            have no contrast terms.
        must_link: A label of each document; documents with one label are joined first, whatever
            the join is worth. None: every document has a label of its own.
    """
    from dedup.kernels.event_split import agglomerate  # compiled code, loaded when first needed

    n = len(terms)
    holds, heavy = _spread(terms, weights)
    merges = np.empty((max(0, n - 1), 2), np.int64)
    strengths = np.empty(max(0, n - 1))
    must_link = np.arange(n) if must_link is None else must_link
    made = agglomerate(
        odds, holds, heavy, must_link, contrast_weight, singleton_penalty, merges, strengths
    )
    return [Join(int(merges[k, 0]), int(merges[k, 1]), float(strengths[k])) for k in range(made)]


def _spread(terms: Sequence[UInt32s], weights: Sequence[Float32s]) -> tuple[Bools, Float64s]:
    """Return which document holds which term, and the weights of those terms.

    Terms of one document are nobody's rivals, terms of all tell nothing.
    """
    n = len(terms)
    if n == 2:
        return np.zeros((2, 0), np.bool_), np.zeros(0)
    stacked = np.concatenate([np.empty(0, np.uint32), *terms])
    vocabulary, first, inverse = np.unique(stacked, return_index=True, return_inverse=True)
    counts = np.bincount(inverse, minlength=vocabulary.size)
    heavy = np.concatenate([np.empty(0, np.float32), *weights])[first].astype(np.float64)
    kept = np.flatnonzero((counts > 1) & (counts < n))
    parting = heavy[kept] * np.minimum(counts[kept], n - counts[kept])
    kept = np.sort(kept[np.argsort(-parting, kind="stable")[:MOST_TERMS]])
    place = np.full(vocabulary.size, -1)
    place[kept] = np.arange(kept.size)
    holds = np.zeros((n, kept.size), np.bool_)
    document = np.repeat(np.arange(n), [part.size for part in terms])
    column = place[inverse]
    holds[document[column >= 0], column[column >= 0]] = True
    return holds, heavy[kept]
