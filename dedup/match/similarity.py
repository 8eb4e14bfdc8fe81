"""Candidate pairs to scores: exact Jaccard and containment, and the number veto."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.config import MatchConfig
from dedup.kernels.array_types import Bools, Float64s, Int64s, UInt32s
from dedup.kernels.minhash import drop_repeats
from dedup.kernels.similarity import shared
from dedup.models import Pair


@dataclass(frozen=True, slots=True)
class PairScores:
    """What was measured on p pairs of documents.

    Attributes:
        left: Row of the first document, int64.
        right: Row of the second.
        jaccard: |A & B| / |A or B| of the shingle sets, float64 in [0, 1].
        left_in_right: Containment of the first in the second, |A & B| / |A|.
        right_in_left: Containment of the second in the first, |A & B| / |B|.
        numbers: Share of the distinct numbers of the document with fewer of them that are also in
            the other; 1 where one of them has fewer than the veto asks for.
    """

    left: Int64s
    right: Int64s
    jaccard: Float64s
    left_in_right: Float64s
    right_in_left: Float64s
    numbers: Float64s

    def columns(self) -> tuple[npt.NDArray[Any], ...]:
        """Return the arrays in the order of the attributes."""
        return (
            self.left, self.right, self.jaccard,
            self.left_in_right, self.right_in_left, self.numbers,
        )  # fmt: skip

    def max_containment(self) -> Float64s:
        """Return the larger containment of each pair."""
        return np.maximum(self.left_in_right, self.right_in_left)

    def pick(self, chosen: Bools | Int64s) -> PairScores:
        """Return the pairs where a mask is true, or those with some numbers."""
        return PairScores(*(column[chosen] for column in self.columns()))

    def of_rows(self, rows: Int64s) -> PairScores:
        """Return the same pairs with each index replaced by ``rows[index]``."""
        return replace(self, left=rows[self.left], right=rows[self.right])

    @classmethod
    def concatenate(cls, parts: Sequence[PairScores]) -> PairScores:
        """Return the pairs of several parts, in their order."""
        rows, shares = np.empty(0, np.int64), np.empty(0, np.float64)
        parts = [cls(rows, rows, shares, shares, shares, shares), *parts]
        return cls(*map(np.concatenate, zip(*(part.columns() for part in parts), strict=True)))


def pairs_of(pair_scores: PairScores) -> list[Pair]:
    """Return measured pairs one by one, each seen from its left document."""
    _, _, *columns = (column.tolist() for column in pair_scores.columns())
    return [
        Pair(jaccard, contained, contains, False, numbers)
        for jaccard, contained, contains, numbers in zip(*columns, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class RaggedArray:
    """Sets of hashes of n documents, end to end.

    Attributes:
        values: Sorted distinct values of each set, uint32.
        bounds: Set d is ``values[bounds[d]:bounds[d + 1]]``, int64, n + 1 values.
    """

    values: UInt32s
    bounds: Int64s

    def part(self, document: int) -> UInt32s:
        """Return the values of one document."""
        return self.values[self.bounds[document] : self.bounds[document + 1]]


def sorted_sets(values: UInt32s, bounds: Int64s) -> RaggedArray:
    """Return the sorted distinct values of each of some sequences, end to end."""
    kept, kept_bounds = values.copy(), bounds.copy()
    for start, end in pairwise(bounds.tolist()):
        kept[start:end].sort()  # ten times as fast as a sort in compiled code of our own
    drop_repeats(kept, kept_bounds)
    return RaggedArray(kept[: kept_bounds[-1]], kept_bounds)


def measure(
    shingles: RaggedArray, numbers: RaggedArray, left: Int64s, right: Int64s, config: MatchConfig
) -> PairScores:
    """Measure pairs on their whole shingle sets; linear in the size of the sets.

    Two empty sets share nothing: their Jaccard is 0, so that nothing is ever a copy of nothing.

    Args:
        shingles: Shingle sets.
        numbers: Sets of numbers.
        left: Index into both, of one document of each pair.
        right: Index of the other.
        config: How many numbers the veto asks for.
    """
    common, left_size, right_size = _overlap(shingles, left, right)
    union = left_size + right_size - common
    common_numbers, left_numbers, right_numbers = _overlap(numbers, left, right)
    fewer = np.minimum(left_numbers, right_numbers)
    share = common_numbers / np.maximum(fewer, 1)
    return PairScores(
        left=left,
        right=right,
        jaccard=common / np.maximum(union, 1),
        left_in_right=common / np.maximum(left_size, 1),
        right_in_left=common / np.maximum(right_size, 1),
        numbers=np.where(fewer >= config.veto_numbers, share, 1.0),
    )


def accepted(pair_scores: PairScores, config: MatchConfig) -> Bools:
    """Return which pairs are copies by their text: near or contained, and not vetoed by numbers.

    Args:
        pair_scores: Measured pairs.
        config: The thresholds, each inclusive.
    """
    near = pair_scores.jaccard >= config.near
    contained = pair_scores.max_containment() >= config.contained
    return (near | contained) & (pair_scores.numbers >= config.shared_numbers)


def _overlap(sets: RaggedArray, left: Int64s, right: Int64s) -> tuple[Int64s, Int64s, Int64s]:
    """Return the sizes of the intersection, of the left and of the right set of each pair."""
    common = np.empty(left.size, np.int64)
    shared(sets.values, sets.bounds, left, right, common)
    sizes = np.diff(sets.bounds)
    return common, sizes[left], sizes[right]
