"""Bands of signatures to candidate pairs, by sorting one band at a time.

The candidates are those of datasketch's ``MinHashLSH`` with the same bands and rows, as long as no
bucket is larger than the cap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from dedup.config import MatchConfig
from dedup.kernels.array_types import Bools, Int64s, UInt32s, UInt64s

# Pairs found in several bands are folded into one whenever this many have gathered: 160 MB.
FOLD_AT = 20_000_000

# Signature columns that order a bucket over the cap; documents that agree on many of them stand
# side by side.
SORT_COLUMNS = 8


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs that share a bucket.

    Attributes:
        left: Row of the first document of each pair, int64, ascending.
        right: Row of the second, greater than ``left``.
        capped: Buckets over the cap, joined through sorted neighbours instead of all pairs.
        largest: Documents in the largest bucket.
    """

    left: Int64s
    right: Int64s
    capped: int
    largest: int

    def pick(self, chosen: Bools) -> Candidates:
        """Return the pairs where a mask is true."""
        return replace(self, left=self.left[chosen], right=self.right[chosen])

    def summary(self) -> dict[str, int]:
        """Return the counts, for the manifest."""
        return {
            "pairs": int(self.left.size),
            "buckets_over_cap": self.capped,
            "largest_bucket": self.largest,
        }


def candidate_pairs(signatures: UInt32s, leads: UInt32s, config: MatchConfig) -> Candidates:
    """Return every pair of rows that agree on all values of at least one band.

    The cost is a sort of n keys a band, and the pairs themselves.

    Args:
        signatures: n x num_perm, with at least ``bands * rows`` columns; n below 2**32.
        leads: n x lead_perm, with at least ``lead_bands * lead_rows`` columns.
        config: Bands, rows, and the bucket cap.
    """
    collected = PairCollector()
    for band in range(config.bands):
        _join(signatures, band * config.rows, config.rows, config, collected)
    for band in range(config.lead_bands):
        _join(leads, band * config.lead_rows, config.lead_rows, config, collected)
    return Candidates(*_parted(collected.fold()), collected.capped, collected.largest)


class PairCollector:
    """Pairs gathered so far, each as ``left << 32 | right``."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.capped = 0
        self.largest = 0
        self._parts: list[UInt64s] = []
        self._gathered = 0

    def add(self, part: UInt64s) -> None:
        """Take some more, folding those found before when they have become many."""
        self._parts.append(part)
        self._gathered += part.size
        if self._gathered > FOLD_AT:
            self._parts = [self.fold()]
            self._gathered = 0

    def fold(self) -> UInt64s:
        """Return the distinct pairs, ascending."""
        pairs = np.concatenate([np.empty(0, np.uint64), *self._parts])
        pairs.sort()  # numpy's unique would hash them, which takes twenty times as long
        return pairs[np.append(pairs[1:] != pairs[:-1], True)] if pairs.size else pairs


def _join(
    signatures: UInt32s, start: int, rows: int, config: MatchConfig, collected: PairCollector
) -> None:
    """Add the pairs of one band: the documents that agree on ``rows`` columns from ``start``."""
    from dedup.kernels.pairs import band_keys  # compiled code is loaded when it is first needed

    keys = np.empty(signatures.shape[0], np.uint64)
    band_keys(signatures, start, rows, keys)
    order, starts, ends = bucket_bounds(keys)
    sizes = ends - starts
    over = sizes > config.bucket_cap
    collected.largest = max(collected.largest, int(sizes.max(initial=1)))
    collected.capped += int(over.sum())
    collected.add(_all_pairs(order, starts[~over], ends[~over]))
    for first, last in zip(starts[over], ends[over], strict=True):
        collected.add(
            _neighbour_pairs(signatures, order[first:last], start + rows, config.neighbours)
        )


def bucket_bounds(keys: UInt64s) -> tuple[Int64s, Int64s, Int64s]:
    """Return the sorted order of rows, and where each bucket of two or more begins and ends."""
    order = np.argsort(keys)
    ordered = keys[order]
    edges = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    starts = np.concatenate([np.zeros(min(1, keys.size), np.int64), edges])
    ends = np.concatenate([edges, np.full(min(1, keys.size), keys.size, np.int64)])
    several = ends - starts > 1
    return order.astype(np.int64), starts[several], ends[several]


def pairs_inside(starts: Int64s, ends: Int64s) -> tuple[Int64s, Int64s]:
    """Return every pair inside each of some runs of numbers, the smaller first, in order."""
    return _parted(_all_pairs(np.arange(ends.max(initial=0)), starts, ends))


def _parted(pairs: UInt64s) -> tuple[Int64s, Int64s]:
    """Return pairs that are encoded as ``left << 32 | right``."""
    left = (pairs >> np.uint64(32)).astype(np.int64)
    return left, (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _all_pairs(order: Int64s, starts: Int64s, ends: Int64s) -> UInt64s:
    """Return every pair inside each bucket, encoded as ``left << 32 | right``."""
    from dedup.kernels.pairs import bucket_pairs  # as in candidate_pairs

    sizes = ends - starts
    out = np.empty(int((sizes * (sizes - 1) // 2).sum()), np.uint64)
    bucket_pairs(order, starts, ends, out)
    return out


def _neighbour_pairs(signatures: UInt32s, members: Int64s, column: int, neighbours: int) -> UInt64s:
    """Return the pairs of near neighbours of one large bucket, in the order of further columns.

    All pairs of a bucket of m documents are m * (m - 1) / 2; this keeps it at m * neighbours. Each
    band sorts by other columns, so that over the bands a document meets many different neighbours.
    """
    from dedup.kernels.pairs import band_keys  # as in _join

    width = signatures.shape[1]
    columns = [(column + k) % width for k in range(min(SORT_COLUMNS, width))]
    whole = np.empty(members.size, np.uint64)
    band_keys(signatures[members], 0, width, whole)  # so that the order of rows decides nothing
    by = signatures[np.ix_(members, columns)]
    ranked = members[np.lexsort([whole, *by.T[::-1]])]
    parts = []
    for distance in range(1, min(neighbours, ranked.size - 1) + 1):
        low = np.minimum(ranked[:-distance], ranked[distance:]).astype(np.uint64)
        high = np.maximum(ranked[:-distance], ranked[distance:]).astype(np.uint64)
        parts.append((low << np.uint64(32)) | high)
    return np.concatenate(parts)
