"""Find briefings, newsletters, live blogs: documents that tell several stories."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, pairwise

import numpy as np

from dedup.kernels.array_types import Float64s, Int64s
from dedup.kernels.roundups import parties_of

STRONG = 0.3
"""Score from which a document counts as a neighbour."""

LEAST_PARTY = 2
"""Least neighbours of a party: a single one may be an error."""

OWN_PART = 0.24
"""Least share of a document that each of two parties tells better than the other. Measured: two
roundups came to 0.25 and 0.26; of 31 plain articles between two parties 29 came to 0.16 or less."""

LEAST_OVERLAP = 0.2
"""Overlap from which a sentence counts as one that another document has, too."""

SentenceOverlaps = tuple[Float64s, Float64s]
"""The weight of each sentence of a document, and the best overlap of each with any sentence of some
others."""

Overlaps = Callable[[Sequence[tuple[int, list[int]]]], Iterable[SentenceOverlaps]]
"""Returns this for documents and some others each."""


def roundups(left: Int64s, right: Int64s, scores: Float64s, overlaps: Overlaps) -> list[int]:
    """Return the documents that connect stories because they tell several.

    The neighbours of such a document fall into parties with no pair between them, and each party
    tells another part of it. An article that only recalls what happened before has one party that
    tells nearly all of it.

    Args:
        left: One document of each scored pair, each pair once.
        right: The other.
        scores: In [0, 1].
        overlaps: Is called with documents between two parties only.

    Returns:
        Documents, ascending.
    """
    strong = scores >= STRONG
    one = np.concatenate([left[strong], right[strong]])
    near = np.concatenate([right[strong], left[strong]])
    order = np.lexsort([near, one])
    one, near = one[order], near[order]
    bounds = np.searchsorted(one, np.arange(int(one.max(initial=-1)) + 2))
    party = np.empty(near.size, np.int32)
    parties = np.empty(bounds.size - 1, np.int32)
    parties_of(near, bounds, LEAST_PARTY, party, parties)
    questions = []
    for document in np.flatnonzero(parties > 1).tolist():
        own = slice(bounds[document], bounds[document + 1])
        numbered = np.argsort(party[own], kind="stable")
        edges = np.searchsorted(party[own][numbered], np.arange(parties[document] + 1))
        for start, end in pairwise(edges.tolist()):
            questions.append((document, near[own][numbered[start:end]].tolist()))
    answers = zip(questions, overlaps(questions), strict=True)
    return [
        document
        for document, given in groupby(answers, key=lambda answer: answer[0][0])
        if _tells_several([each for _, each in given])
    ]


def _tells_several(answers: Sequence[SentenceOverlaps]) -> bool:
    """Return whether at least two parties each tell a part of a document best."""
    weight = answers[0][0]
    if not weight.sum():
        return False
    stacked = np.array([best for _, best in answers])
    teller = np.where(stacked.max(axis=0) >= LEAST_OVERLAP, stacked.argmax(axis=0), -1)
    shares = [float(weight[teller == party].sum() / weight.sum()) for party in range(len(answers))]
    return int(sum(share >= OWN_PART for share in shares)) > 1
