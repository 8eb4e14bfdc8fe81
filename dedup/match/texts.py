"""Shingles, numbers and leads of a few documents, held together to be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from dedup.config import MatchConfig
from dedup.match.copies import Evidence, Ragged, measure
from dedup.models import Pair

Sets = Mapping[int, npt.NDArray[np.uint32]]


def ragged(parts: Sequence[npt.NDArray[np.uint32]]) -> Ragged:
    """Return sets laid end to end."""
    sizes = np.fromiter((part.size for part in parts), np.int64, len(parts))
    values = np.concatenate(parts) if parts else np.empty(0, np.uint32)
    return Ragged(values.astype(np.uint32, copy=False), np.concatenate([[0], np.cumsum(sizes)]))


def pair_at(evidence: Evidence, index: int, *, same: bool = False) -> Pair:
    """Return one measured pair, seen from its left document."""
    return Pair(
        jaccard=float(evidence.jaccard[index]),
        contained=float(evidence.left_in_right[index]),
        contains=float(evidence.right_in_left[index]),
        same=same,
        numbers=float(evidence.numbers[index]),
    )


class LoadedTexts:
    """The texts of some documents, by the row of the first document that has each."""

    def __init__(self, shingles: Sets, numbers: Sets, leads: Sets, config: MatchConfig) -> None:
        """Hold the sets; all three have the same keys."""
        self._shingles = shingles
        self._numbers = numbers
        self._leads = leads
        self._config = config

    def shingles(self, twin: int) -> npt.NDArray[np.uint32]:
        """Return the sorted distinct shingles of a text."""
        return self._shingles[twin]

    def lead(self, twin: int) -> npt.NDArray[np.uint32]:
        """Return the first shingles of a text, in text order."""
        return self._leads[twin]

    def pairs(self, twin: int, others: Sequence[int]) -> list[Pair]:
        """Return what is measured between one text and others, seen from the others."""
        order = [twin, *others]
        evidence = measure(
            ragged([self._shingles[key] for key in order]),
            ragged([self._numbers[key] for key in order]),
            np.arange(1, len(order)),
            np.zeros(len(others), np.int64),
            self._config,
        )
        return [
            pair_at(evidence, index, same=other == twin) for index, other in enumerate(others)
        ]
