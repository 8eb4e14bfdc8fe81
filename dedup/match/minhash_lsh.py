"""Signatures to candidate pairs: documents that share a bucket of a band.

The candidates are those of datasketch's ``MinHashLSH`` with the same bands and rows, as long as no
bucket is larger than the cap. Bands do not depend on one another, nor do the buckets of a band.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from dedup.config import MatchConfig
from dedup.kernels import minhash_lsh as kernels
from dedup.kernels.array_types import Bools, Int64s, UInt32s, UInt64s

# Pairs found in several bands are folded into one whenever this many have gathered: 160 MB.
FOLD_AT = 20_000_000

# Signature columns that order a bucket over the cap, so that documents that agree on many of them
# are neighbours.
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

    def and_pairs(self, left: Int64s, right: Int64s) -> Candidates:
        """Return these pairs and others, given by rows in any order."""
        low, high = np.minimum(left, right), np.maximum(left, right)
        both = np.stack([np.append(self.left, low), np.append(self.right, high)])
        left, right = np.unique(both[:, both[0] != both[1]], axis=1)
        return replace(self, left=left, right=right)

    def summary(self) -> dict[str, int]:
        """Return the counts, for the manifest."""
        return candidate_counts(int(self.left.size), self.capped, self.largest)


def candidate_counts(pairs: int, capped: int, largest: int) -> dict[str, int]:
    """Return counts of candidates by the names that they have in the manifest."""
    return {"pairs": pairs, "buckets_over_cap": capped, "largest_bucket": largest}


@dataclass(frozen=True, slots=True)
class BucketPairs:
    """The pairs of some buckets.

    Attributes:
        codes: ``smaller << 32 | larger`` of each pair, uint64; a pair occurs once a bucket.
        capped: Members of each bucket over the cap, int64. Their pairs are not in ``codes``; see
            :func:`neighbour_pairs`.
        largest: Documents in the largest bucket, at least 1.
    """

    codes: UInt64s
    capped: tuple[Int64s, ...]
    largest: int


def candidate_pairs(signatures: UInt32s, leads: UInt32s, config: MatchConfig) -> Candidates:
    """Return every pair of rows that agree on all values of at least one band.

    The cost is a sort of n keys a band, and the pairs themselves.

    Args:
        signatures: n x num_perm, with at least ``bands * rows`` columns; n below 2**32.
        leads: n x lead_perm, with at least ``lead_bands * lead_rows`` columns.
        config: Bands, rows, and the bucket cap.
    """
    collected = PairCollector()
    for matrix, start, rows in lsh_bands(signatures, leads, config):
        found = bucket_pairs(band_keys(matrix, start, rows), config.bucket_cap)
        collected.add(found.codes, capped=len(found.capped), largest=found.largest)
        for members in found.capped:
            collected.add(neighbour_pairs(matrix, members, start + rows, config.neighbours))
    return Candidates(*decoded(collected.fold()), collected.capped, collected.largest)


def lsh_bands(
    signatures: UInt32s, leads: UInt32s, config: MatchConfig
) -> Iterator[tuple[UInt32s, int, int]]:
    """Yield the matrix of each band, its first column, and its number of columns."""
    for band in range(config.bands):
        yield signatures, band * config.rows, config.rows
    for band in range(config.lead_bands):
        yield leads, band * config.lead_rows, config.lead_rows


def equal_bands(signatures: UInt32s, leads: UInt32s, config: MatchConfig) -> list[bool]:
    """Return for each band of :func:`lsh_bands` whether two documents are in one bucket.

    Args:
        signatures: 2 x num_perm.
        leads: 2 x lead_perm.
        config: Bands and rows.
    """
    keys = (band_keys(*band).tolist() for band in lsh_bands(signatures, leads, config))
    return [one == other for one, other in keys]


def band_keys(signatures: UInt32s, start: int, rows: int) -> UInt64s:
    """Return one key a document for the band of ``rows`` columns from ``start``."""
    keys = np.empty(signatures.shape[0], np.uint64)
    kernels.band_keys(signatures, start, rows, keys)
    return keys


def bucket_pairs(keys: UInt64s, cap: int) -> BucketPairs:
    """Return the pairs of the documents with equal keys.

    Args:
        keys: Keys of one band, or of those of its documents that fall into some of its buckets.
            Documents are numbered by their places here.
        cap: Most documents of a bucket whose pairs are all returned.
    """
    order, starts, ends = bucket_bounds(keys)
    sizes = ends - starts
    over = sizes > cap
    capped = tuple(order[first:last] for first, last in zip(starts[over], ends[over], strict=True))
    return BucketPairs(
        all_pairs(order, starts[~over], ends[~over]), capped, int(sizes.max(initial=1))
    )


def neighbour_pairs(signatures: UInt32s, members: Int64s, column: int, neighbours: int) -> UInt64s:
    """Return the pairs of near neighbours of one bucket over the cap, in the order of columns.

    All pairs of a bucket of m documents are m * (m - 1) / 2; this keeps it at m * neighbours. Each
    band sorts by other columns, so that over the bands a document meets many different neighbours.

    Args:
        signatures: n x num_perm.
        members: Rows of the documents of the bucket.
        column: The first of the columns to sort by: that behind the band.
        neighbours: Documents on either side with which each makes a pair.

    Returns:
        Codes of pairs, as in :class:`BucketPairs`.
    """
    return ranked_pairs(members, *sort_values(signatures[members], column), neighbours)


def sort_values(signatures: UInt32s, column: int) -> tuple[UInt32s, UInt64s]:
    """Return by what the documents of a bucket over the cap are sorted.

    Args:
        signatures: m x num_perm.
        column: The first of the columns to sort by: that behind the band.

    Returns:
        The values of these columns, m x ``SORT_COLUMNS`` or less, and a number for the whole of
        each signature, so that the order of rows decides nothing.
    """
    width = signatures.shape[1]
    columns = [(column + k) % width for k in range(min(SORT_COLUMNS, width))]
    return signatures[:, columns], band_keys(signatures, 0, width)


def ranked_pairs(members: Int64s, by: UInt32s, whole: UInt64s, neighbours: int) -> UInt64s:
    """Return the pairs of near neighbours in the order of some values; see :func:`sort_values`.

    Args:
        members: Rows of the documents of a bucket, ascending.
        by: What they are sorted by first.
        whole: What they are sorted by then.
        neighbours: See :func:`neighbour_pairs`.
    """
    ranked = members[np.lexsort([whole, *by.T[::-1]])]
    parts = []
    for distance in range(1, min(neighbours, ranked.size - 1) + 1):
        one, other = ranked[:-distance], ranked[distance:]
        parts.append(encoded(np.minimum(one, other), np.maximum(one, other)))
    return np.concatenate(parts)


class PairCollector:
    """The pairs of several bands.

    Attributes:
        capped: Buckets over the cap so far.
        largest: Documents in the largest bucket so far.
    """

    def __init__(self) -> None:
        """Begin with no pairs."""
        self.capped = 0
        self.largest = 0
        self._parts: list[UInt64s] = []
        self._gathered = 0

    def add(self, codes: UInt64s, *, capped: int = 0, largest: int = 1) -> None:
        """Add pairs, and fold those that were found before when they have become many."""
        self.capped += capped
        self.largest = max(self.largest, largest)
        self._parts.append(codes)
        self._gathered += codes.size
        if self._gathered > FOLD_AT:
            self._parts = [self.fold()]
            self._gathered = 0

    def fold(self) -> UInt64s:
        """Return the codes of the distinct pairs, ascending."""
        return distinct_codes(np.concatenate([np.empty(0, np.uint64), *self._parts]))


def distinct_codes(codes: UInt64s) -> UInt64s:
    """Return distinct codes, ascending; the array is sorted in its place."""
    codes.sort()  # numpy's unique would hash them, which takes twenty times as long
    return codes[np.append(codes[1:] != codes[:-1], True)] if codes.size else codes


def bucket_bounds(keys: UInt64s) -> tuple[Int64s, Int64s, Int64s]:
    """Return the sorted order of rows, and where each bucket of two or more begins and ends."""
    order = np.argsort(keys, kind="stable")  # equal keys: by row, on every processor
    ordered = keys[order]
    edges = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    starts = np.concatenate([np.zeros(min(1, keys.size), np.int64), edges])
    ends = np.concatenate([edges, np.full(min(1, keys.size), keys.size, np.int64)])
    several = ends - starts > 1
    return order.astype(np.int64), starts[several], ends[several]


def pairs_inside(starts: Int64s, ends: Int64s) -> tuple[Int64s, Int64s]:
    """Return every pair inside each of some runs of numbers, the smaller first, in order."""
    return decoded(all_pairs(np.arange(ends.max(initial=0)), starts, ends))


def encoded(left: Int64s, right: Int64s) -> UInt64s:
    """Return pairs as ``left << 32 | right``."""
    return (left.astype(np.uint64) << np.uint64(32)) | right.astype(np.uint64)


def decoded(codes: UInt64s) -> tuple[Int64s, Int64s]:
    """Return the left and the right of pairs that are ``left << 32 | right``."""
    left = (codes >> np.uint64(32)).astype(np.int64)
    return left, (codes & np.uint64(0xFFFFFFFF)).astype(np.int64)


def all_pairs(members: Int64s, starts: Int64s, ends: Int64s) -> UInt64s:
    """Return the codes of every pair inside each bucket: ``members[starts[k]:ends[k]]``."""
    sizes = ends - starts
    out = np.empty(int((sizes * (sizes - 1) // 2).sum()), np.uint64)
    kernels.bucket_pairs(members, starts, ends, out)
    return out
