"""Loops over pairs: what two sorted sets share, who stands in a bucket with whom."""

from __future__ import annotations

import numba as nb
import numpy as np

from dedup.kernels.array_types import Int64s, UInt32s, UInt64s


@nb.njit(cache=True, nogil=True)
def shared(values: UInt32s, bounds: Int64s, left: Int64s, right: Int64s, out: Int64s) -> None:
    """Write how many values the sorted sets ``left[k]`` and ``right[k]`` have in common.

    Args:
        values: Sorted distinct values of all sets, end to end.
        bounds: Set d is ``values[bounds[d]:bounds[d + 1]]``.
        left: Index of one set of each pair.
        right: Index of the other.
        out: Output, one count a pair.
    """
    for pair in range(left.size):
        x, x_end = bounds[left[pair]], bounds[left[pair] + 1]
        y, y_end = bounds[right[pair]], bounds[right[pair] + 1]
        count = 0
        while x < x_end and y < y_end:
            if values[x] == values[y]:
                count += 1
                x += 1
                y += 1
            elif values[x] < values[y]:
                x += 1
            else:
                y += 1
        out[pair] = count


@nb.njit(cache=True, nogil=True)
def in_half_of_documents(
    values: UInt32s, bounds: Int64s, weights: Int64s, groups: Int64s, inside: Int64s, common: Int64s
) -> None:
    """Count the values that sets with at least half of the weight of their group hold.

    Args:
        values: Distinct hashes of all sets, end to end.
        bounds: Set d is ``values[bounds[d]:bounds[d + 1]]``.
        weights: What each set counts, 1 or more.
        groups: Group g has the sets from ``groups[g]`` to ``groups[g + 1]``.
        inside: Output, how many of its group's values each set holds.
        common: Output, how many there are in each group.
    """
    for group in range(groups.size - 1):
        first, last = groups[group], groups[group + 1]
        start, end = bounds[first], bounds[last]
        size = 2
        while size < 2 * (end - start):
            size *= 2
        mask = np.uint32(size - 1)
        keys, votes = np.empty(size, np.uint32), np.zeros(size, np.int64)  # a hash table
        slots = np.empty(end - start, np.uint32)
        for part in range(first, last):
            for at in range(bounds[part], bounds[part + 1]):
                slot = values[at] & mask  # hashes already
                while votes[slot] and keys[slot] != values[at]:
                    slot = (slot + np.uint32(1)) & mask
                keys[slot] = values[at]
                votes[slot] += weights[part]
                slots[at - start] = slot
        least = (weights[first:last].sum() + 1) // 2
        for part in range(first, last):
            inside[part] = 0
            for at in range(bounds[part], bounds[part + 1]):
                inside[part] += votes[slots[at - start]] >= least
        common[group] = 0
        for vote in votes:
            common[group] += vote >= least


@nb.njit(cache=True, nogil=True)
def in_passages(one: UInt32s, other: UInt32s, least: int) -> float:
    """Return the share of the common values of two texts that stand in long runs of the first.

    Args:
        one: Values in text order.
        other: Sorted values.
        least: Values of a long run.
    """
    common, long, run = 0, 0, 0
    for value in one:
        at = np.searchsorted(other, value)
        if at < other.size and other[at] == value:
            run += 1
            common += 1
            if run == least:
                long += least
            elif run > least:
                long += 1
        else:
            run = 0
    return long / max(1, common)


@nb.njit(cache=True, nogil=True)
def band_keys(signatures: UInt32s, start: int, rows: int, out: UInt64s) -> None:
    """Write one 64-bit key a document for the band of ``rows`` values from column ``start``.

    Up to two rows the key holds the values themselves. From three on it is a hash of them: two of a
    million documents get one key by accident with a chance of about 3e-8, and verification drops
    them.
    """
    for doc in range(signatures.shape[0]):
        key = np.uint64(0)
        for row in range(start, start + rows):
            if row - start >= 2:
                key ^= key >> np.uint64(32)
                key *= np.uint64(0x9E3779B97F4A7C15)
                key ^= key >> np.uint64(29)
                key *= np.uint64(0xBF58476D1CE4E5B9)
                key ^= key >> np.uint64(32)
                key += np.uint64(signatures[doc, row]) * np.uint64(0x94D049BB133111EB)
            else:
                key = (key << np.uint64(32)) | np.uint64(signatures[doc, row])
        out[doc] = key


@nb.njit(cache=True, nogil=True)
def bucket_pairs(members: Int64s, starts: Int64s, ends: Int64s, out: UInt64s) -> None:
    """Write every pair inside each bucket as ``smaller << 32 | larger``."""
    at = 0
    for bucket in range(starts.size):
        for one in range(starts[bucket], ends[bucket]):
            for other in range(one + 1, ends[bucket]):
                low = min(members[one], members[other])
                high = max(members[one], members[other])
                out[at] = (np.uint64(low) << np.uint64(32)) | np.uint64(high)
                at += 1


@nb.njit(cache=True, nogil=True)
def components(count: int, left: Int64s, right: Int64s) -> Int64s:
    """Return for each of ``count`` nodes the smallest node it is connected to."""
    parent = np.arange(count)
    for edge in range(left.size):
        one, other = left[edge], right[edge]
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        while parent[other] != other:
            parent[other] = parent[parent[other]]
            other = parent[other]
        if one < other:
            parent[other] = one
        else:
            parent[one] = other
    for node in range(count):
        parent[node] = parent[parent[node]]  # a root is smaller than its nodes: already settled
    return parent
