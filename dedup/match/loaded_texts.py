"""Shingles and numbers of a few documents, held together to be compared."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from dedup.config import MatchConfig
from dedup.kernels.array_types import Int64s, UInt32s
from dedup.match.similarity import PairScores, RaggedArray, measure
from dedup.models import SAME, Pair

Hashes = UInt32s

# Shared shingles count as a passage from this many in a row: about a sentence.
PASSAGE = 15


def sorted_sets(values: Hashes, bounds: Int64s) -> RaggedArray:
    """Return sequences laid end to end, each as the sorted distinct values it holds."""
    from dedup.kernels.minhash import (
        drop_repeats,
    )  # compiled code is loaded when it is first needed

    kept, kept_bounds = values.copy(), bounds.copy()
    for start, end in pairwise(bounds.tolist()):
        kept[start:end].sort()  # ten times as fast as a sort in compiled code of our own
    drop_repeats(kept, kept_bounds)
    return RaggedArray(kept[: kept_bounds[-1]], kept_bounds)


def pairs_of(pair_scores: PairScores) -> list[Pair]:
    """Return measured pairs one by one, each seen from its left document."""
    columns = (
        pair_scores.jaccard, pair_scores.left_in_right, pair_scores.right_in_left,
        pair_scores.numbers,
    )  # fmt: skip
    return [
        Pair(jaccard, contained, contains, False, numbers)
        for jaccard, contained, contains, numbers in zip(
            *(column.tolist() for column in columns), strict=True
        )
    ]


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
    from dedup.kernels.pairs import in_passages  # as in ragged

    there = float(in_passages(one, np.sort(other), PASSAGE))
    return min(there, float(in_passages(other, np.sort(one), PASSAGE)))


class LoadedTexts:
    """The texts of some documents, by the row of the first document that has each."""

    def __init__(
        self,
        rows: Sequence[int],
        shingles: tuple[Hashes, Int64s],
        numbers: tuple[Hashes, Int64s],
        config: MatchConfig,
    ) -> None:
        """Hold texts.

        Args:
            rows: The first document of each.
            shingles: Their shingles in text order, end to end, and n + 1 bounds.
            numbers: Their sorted distinct numbers, likewise.
            config: How texts are measured.
        """
        self._place = {row: place for place, row in enumerate(rows)}
        self._in_order = RaggedArray(*shingles)
        self._shingles = sorted_sets(*shingles)
        self._numbers = RaggedArray(*numbers)
        self._config = config
        self._known: dict[tuple[int, int], Pair] = {}

    def shingles(self, text_id: int) -> Hashes:
        """Return the shingles of a text, in text order."""
        return self._in_order.part(self._place[text_id])

    def all_distinct(self) -> RaggedArray:
        """Return the sorted distinct shingles of all texts, in the order of the rows."""
        return self._shingles

    def distinct(self, text_id: int) -> Hashes:
        """Return the sorted distinct shingles of a text."""
        return self._shingles.part(self._place[text_id])

    def pairs(self, text_id: int, others: Sequence[int]) -> list[Pair]:
        """Return what is measured between one text and others, seen from the others."""
        found = [self._remembered(other, text_id) for other in others]
        if not all(found):
            missing = [index for index, pair in enumerate(found) if pair is None]
            left = np.array([self._place[others[index]] for index in missing], np.int64)
            right = np.full(left.size, self._place[text_id], np.int64)
            for index, pair in zip(missing, pairs_of(self.measured(left, right)), strict=True):
                found[index] = pair
        return [pair for pair in found if pair is not None]

    def _remembered(self, one: int, other: int) -> Pair | None:
        """Return a pair that need not be measured, seen from the first text."""
        if one == other:
            return SAME
        pair = self._known.get((one, other))
        if pair is None and (turned := self._known.get((other, one))):
            return turned.reversed()
        return pair

    def remember(self, pair_scores: PairScores) -> None:
        """Keep measured pairs, given by rows, for when they are asked for."""
        keys = zip(pair_scores.left.tolist(), pair_scores.right.tolist(), strict=True)
        self._known.update(zip(keys, pairs_of(pair_scores), strict=True))

    def measured(self, left: Int64s, right: Int64s) -> PairScores:
        """Return what is measured on pairs of texts, by their places among the rows."""
        return measure(self._shingles, self._numbers, left, right, self._config)

    def passages(self, one: int, other: int) -> float:
        """Return :func:`passage_share` of two texts."""
        return passage_share(self.shingles(one), self.shingles(other))
