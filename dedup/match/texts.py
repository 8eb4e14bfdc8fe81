"""Shingles and numbers of a few documents, held together to be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from dedup.config import MatchConfig
from dedup.match.copies import Evidence, Ragged, measure
from dedup.models import SAME, Pair

Hashes = npt.NDArray[np.uint32]

# Shared shingles count as a passage from this many in a row: about a sentence.
PASSAGE = 15


def ragged(parts: Sequence[Hashes]) -> Ragged:
    """Return sequences laid end to end, each as the sorted distinct values it holds."""
    from dedup.kernels.text import distinct_parts  # compiled code is loaded when it is first needed

    sizes = np.fromiter((part.size for part in parts), np.int64, len(parts))
    bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    values = np.concatenate([np.empty(0, np.uint32), *parts])
    out, out_bounds = np.empty_like(values), np.zeros_like(bounds)
    distinct_parts(values, bounds, out, out_bounds)
    return Ragged(out, out_bounds)


def pair_at(evidence: Evidence, index: int) -> Pair:
    """Return one measured pair, seen from its left document."""
    return Pair(
        jaccard=float(evidence.jaccard[index]),
        contained=float(evidence.left_in_right[index]),
        contains=float(evidence.right_in_left[index]),
        numbers=float(evidence.numbers[index]),
    )


def passage_share(one: Hashes, other: Hashes) -> float:
    """Return how much of what two texts share stands in whole passages, in [0, 1].

    Versions of one article share paragraphs and sentences. Two reports off one template share
    the words between their numbers and names: as many shingles, but in short runs.

    Args:
        one: Shingles of a text in text order.
        other: Shingles of the other in text order.

    Returns:
        The smaller of the two directions, 0 where nothing is shared.
    """
    return min(_in_passages(one, other), _in_passages(other, one))


def _in_passages(one: Hashes, other: Hashes) -> float:
    """Return the share of the common shingles of ``one`` in runs of ``PASSAGE`` or more."""
    common = np.concatenate([[False], np.isin(one, other), [False]])
    edges = np.flatnonzero(common[1:] != common[:-1])
    runs = edges[1::2] - edges[::2]
    return float(runs[runs >= PASSAGE].sum() / max(1, runs.sum()))


class LoadedTexts:
    """The texts of some documents, by the row of the first document that has each."""

    def __init__(
        self, shingles: Mapping[int, Hashes], numbers: Mapping[int, Hashes], config: MatchConfig
    ) -> None:
        """Hold shingles in text order, and numbers, under the same keys."""
        self._shingles = shingles
        self._numbers = numbers
        self._config = config

    @cached_property
    def _sets(self) -> tuple[dict[int, int], Ragged, Ragged]:
        """The place of each text, and the distinct shingles and numbers of all of them."""
        keys = list(self._shingles)
        numbers = ragged([self._numbers[key] for key in keys])
        shingles = ragged([self._shingles[key] for key in keys])
        return {key: place for place, key in enumerate(keys)}, shingles, numbers

    def shingles(self, twin: int) -> Hashes:
        """Return the shingles of a text, in text order."""
        return self._shingles[twin]

    def pairs(self, twin: int, others: Sequence[int]) -> list[Pair]:
        """Return what is measured between one text and others, seen from the others."""
        order = [twin, *others]
        evidence = self.measured(order, np.arange(1, len(order)), np.zeros(len(others), np.int64))
        return [
            SAME if other == twin else pair_at(evidence, index)
            for index, other in enumerate(others)
        ]

    def measured(
        self, keys: Sequence[int], left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]
    ) -> Evidence:
        """Return what is measured on pairs of some texts.

        Args:
            keys: The texts.
            left: Index in ``keys`` of one text of each pair.
            right: Index of the other.
        """
        place_of, shingles, numbers = self._sets
        places = np.array([place_of[key] for key in keys], np.int64)
        found = measure(shingles, numbers, places[left], places[right], self._config)
        return replace(found, left=left, right=right)

    def passages(self, one: int, other: int) -> float:
        """Return :func:`passage_share` of two texts."""
        return passage_share(self._shingles[one], self._shingles[other])
