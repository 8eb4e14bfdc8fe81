"""Briefings, newsletters, live blogs: documents that tell several stories and belong to none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

STRONG = 0.3
"""Score from which a document counts as a neighbour."""

LEAST_PARTY = 2
"""Neighbours that make a party: one alone may be a stray."""

OWN_PART = 0.24
"""Least share of a document that each of two parties tells better than the other. Measured: two
roundups came to 0.25 and 0.26; of 31 plain articles between two parties 29 came to 0.16 or less."""

TOLD = 0.2
"""Overlap from which a sentence counts as told by another document."""

Overlaps = Callable[[int, Sequence[int]], tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]
"""Gives for a document the weight of each of its sentences, and the best overlap of each with any
sentence of some others."""


def roundups(
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    scores: npt.NDArray[np.float64],
    overlaps: Overlaps,
) -> list[int]:
    """Return the documents that tie stories together because they tell several.

    The neighbours of such a document fall into parties that do not know one another, and each party
    tells a part of it of its own. An article that only recalls what happened before has one party
    that tells nearly all of it.

    Args:
        left: One document of each scored pair, each pair once.
        right: The other.
        scores: In [0, 1].
        overlaps: Asked about documents between two parties only.

    Returns:
        Documents, ascending.
    """
    strong = scores >= STRONG
    near: dict[int, set[int]] = {}
    for one, other in zip(left[strong].tolist(), right[strong].tolist(), strict=True):
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    found = []
    for document in sorted(near):
        if len(near[document]) < 2 * LEAST_PARTY:
            continue
        parties = [each for each in _parties(near[document], near) if len(each) >= LEAST_PARTY]
        if len(parties) > 1 and _tells_several(document, parties, overlaps):
            found.append(document)
    return found


def _parties(neighbours: set[int], near: Mapping[int, set[int]]) -> Iterator[list[int]]:
    """Yield the connected sets among some documents."""
    waiting = set(neighbours)
    while waiting:
        reached = [min(waiting)]
        waiting.discard(reached[0])
        for document in reached:  # grows as it goes
            fresh = waiting & near[document]
            waiting -= fresh
            reached.extend(sorted(fresh))
        yield reached


def _tells_several(document: int, parties: Sequence[list[int]], overlaps: Overlaps) -> bool:
    """Return whether at least two parties each tell a part of a document of their own."""
    told = []
    weight = np.zeros(0)
    for party in parties:
        weight, best = overlaps(document, party)
        told.append(best)
    if not weight.sum():
        return False
    stacked = np.array(told)
    teller = np.where(stacked.max(axis=0) >= TOLD, stacked.argmax(axis=0), -1)
    shares = [float(weight[teller == party].sum() / weight.sum()) for party in range(len(parties))]
    return int(sum(share >= OWN_PART for share in shares)) > 1
