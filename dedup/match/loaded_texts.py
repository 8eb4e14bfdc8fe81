"""Shingles and numbers of some texts, and what is measured between any two of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedup.config import MatchConfig
from dedup.kernels.array_types import Int64s, UInt32s
from dedup.kernels.similarity import in_passages
from dedup.match.similarity import PairScores, RaggedArray, measure, pairs_of, sorted_sets
from dedup.models import SAME, Pair

# Shared shingles count as a passage from this many in a row: about a sentence.
PASSAGE = 15


def passage_share(one: UInt32s, other: UInt32s) -> float:
    """Return which share of the common shingles of two texts is in whole passages, in [0, 1].

    Versions of one article share paragraphs and sentences. Two reports off one template share
    the words between their numbers and names: as many shingles, but in short runs.

    Args:
        one: Shingles of a text in text order.
        other: Shingles of the other in text order.

    Returns:
        The smaller of the two directions, 0 where nothing is shared.
    """
    there = float(in_passages(one, np.sort(other), PASSAGE))
    return min(there, float(in_passages(other, np.sort(one), PASSAGE)))


class LoadedTexts:
    """The texts of some documents, by the row of the first document that has each."""

    def __init__(
        self,
        rows: Sequence[int],
        shingles: tuple[UInt32s, Int64s],
        numbers: tuple[UInt32s, Int64s],
        config: MatchConfig,
    ) -> None:
        """Sort the shingles of each text.

        Args:
            rows: The first document of each text.
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

    def shingles(self, text_id: int) -> UInt32s:
        """Return the shingles of a text, in text order."""
        return self._in_order.part(self._place[text_id])

    def all_distinct(self) -> RaggedArray:
        """Return the sorted distinct shingles of all texts, in the order of the rows."""
        return self._shingles

    def distinct(self, text_id: int) -> UInt32s:
        """Return the sorted distinct shingles of a text."""
        return self._shingles.part(self._place[text_id])

    def has_numbers(self, *text_ids: int) -> bool:
        """Return whether each text has as many numbers as the veto on numbers asks for."""
        found = (self._numbers.part(self._place[text_id]).size for text_id in text_ids)
        return min(found) >= self._config.veto_numbers

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
        """Keep measured pairs, given by rows, for :meth:`pairs`."""
        keys = zip(pair_scores.left.tolist(), pair_scores.right.tolist(), strict=True)
        self._known.update(zip(keys, pairs_of(pair_scores), strict=True))

    def measured(self, left: Int64s, right: Int64s) -> PairScores:
        """Return what is measured on pairs of texts, by their places among the rows."""
        return measure(self._shingles, self._numbers, left, right, self._config)

    def passages(self, one: int, other: int) -> float:
        """Return :func:`passage_share` of two texts."""
        return passage_share(self.shingles(one), self.shingles(other))
