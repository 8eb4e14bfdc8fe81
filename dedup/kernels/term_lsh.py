"""Loops over sets of terms: band keys directly from the sets, and the pairs inside buckets."""

from __future__ import annotations

import numpy as np

from dedup.kernels.array_types import Bools, Float64s, Int16s, Int64s, UInt32s, UInt64s
from dedup.kernels.compiled import compiled
from dedup.kernels.minhash import mix

# Sorted distinct values of all sets, end to end; set d is values[bounds[d]:bounds[d + 1]]; moments;
# numbers of languages, -1 if unknown.
Texts = tuple[UInt32s, Int64s, Float64s, Int16s]

# Most seconds between two moments, where an unknown one is near all; values that two sets must
# share; most others of a bucket in the window.
Limits = tuple[float, int, int]

# Up to here insertion beats numba's quicksort, whose call alone costs a microsecond.
SMALL = 20


@compiled(nogil=True)
def digests(values: UInt32s, bounds: Int64s, out: UInt64s) -> None:
    """Write a 64-bit digest of each set of sorted values."""
    for doc in range(out.size):
        digest = np.uint64(bounds[doc + 1] - bounds[doc])
        for index in range(bounds[doc], bounds[doc + 1]):
            digest = mix((digest << np.uint64(32)) ^ digest ^ np.uint64(values[index]))
        out[doc] = digest


@compiled(nogil=True)
def scrambled(
    values: UInt32s, bounds: Int64s, rows: Int64s, out: UInt32s, out_bounds: Int64s
) -> None:
    """Write the sets ``rows`` with each value through the 32-bit finaliser of MurmurHash3, sorted.

    The finaliser maps no two values to one, so that the new sets share as much as the old ones.

    Args:
        values: Distinct values of all sets, end to end.
        bounds: Set d is ``values[bounds[d]:bounds[d + 1]]``.
        rows: The sets to take, in the order to write them.
        out: Output, as long as the sets together.
        out_bounds: Output, ``rows.size + 1`` bounds in ``out``; the first is 0.
    """
    at = 0
    for place in range(rows.size):
        start = at
        for index in range(bounds[rows[place]], bounds[rows[place] + 1]):
            # as in dedup.kernels.minhash.minima: each cast takes a result back modulo 2**32
            h = values[index]
            h = np.uint32(np.uint32(h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B))
            h = np.uint32(np.uint32(h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35))
            out[at] = np.uint32(h ^ (h >> np.uint32(16)))
            at += 1
        out[start:at].sort()
        out_bounds[place + 1] = at


@compiled(nogil=True)
def band_keys(
    values: UInt32s,
    bounds: Int64s,
    docs: Int64s,
    multipliers: UInt32s,
    offsets: UInt32s,
    out: UInt64s,
) -> None:
    """Write one 64-bit key a document for one band: the minima of its permutations over the set.

    Up to two permutations the key holds the minima themselves; from three on it is a hash of them.
    The key of an empty set is that of minima of all ones.

    Args:
        values: Scrambled values of all sets, end to end; see :func:`scrambled`.
        bounds: Set d is ``values[bounds[d]:bounds[d + 1]]``.
        docs: The sets to take.
        multipliers: Multipliers of the band's permutations, odd.
        offsets: Their offsets.
        out: Output, one key for each of ``docs``.
    """
    for place in range(docs.size):
        start, end = bounds[docs[place]], bounds[docs[place] + 1]
        key = np.uint64(0)
        for row in range(multipliers.size):
            multiplier, offset = multipliers[row], offsets[row]
            least = np.uint32(0xFFFFFFFF)
            for index in range(start, end):
                value = np.uint32(np.uint32(multiplier * values[index]) + offset)
                least = min(least, value)
            if row >= 2:
                key = mix(key) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(least)
            else:
                key = (key << np.uint64(32)) | np.uint64(least)
        out[place] = key


@compiled(inline="always")
def _share(values: UInt32s, bounds: Int64s, one: int, other: int, least: int) -> bool:
    """Return whether two sorted sets have ``least`` values or more in common."""
    x, x_end = bounds[one], bounds[one + 1]
    y, y_end = bounds[other], bounds[other + 1]
    missing = least
    while missing > 0 and x + missing <= x_end and y + missing <= y_end:
        first, second = values[x], values[y]
        missing -= first == second
        x += first <= second
        y += second <= first
    return missing <= 0


@compiled(inline="always")
def _differ(languages: Int16s, one: int, other: int) -> bool:
    """Return whether two documents have two different known languages."""
    first, second = languages[one], languages[other]
    return bool(first != second and first >= 0 and second >= 0)


@compiled()
def _sort(members: Int64s) -> None:
    """Sort in place; most buckets hold a handful, for which insertion is fastest."""
    if members.size > SMALL:
        members.sort()
        return
    for index in range(1, members.size):
        member = members[index]
        place = index
        while place > 0 and members[place - 1] > member:
            members[place] = members[place - 1]
            place -= 1
        members[place] = member


@compiled()
def _put(pairs: UInt64s, at: int, one: int, other: int) -> UInt64s:
    """Write a pair as ``smaller << 32 | larger``; return the pairs, in twice the room when full."""
    if at == pairs.size:
        larger = np.empty(2 * at, np.uint64)
        larger[:at] = pairs
        pairs = larger
    pairs[at] = (np.uint64(min(one, other)) << np.uint64(32)) | np.uint64(max(one, other))
    return pairs


@compiled()
def _mark_full(
    moments: Float64s, members: Int64s, window: float, cap: int, full: Bools
) -> tuple[int, bool]:
    """Mark the documents with more than ``cap`` others in the window in one bucket.

    Returns:
        How many have no moment, 0 in a bucket that is small anyway; and whether any is marked.
    """
    count = members.size
    full[:] = False
    if count - 1 <= cap:
        return 0, False
    dated = 0
    while dated < count and np.isnan(moments[members[dated]]):
        full[dated] = True  # without a date all others are in the window
        dated += 1
    found = dated > 0
    low = high = dated
    for index in range(dated, count):
        moment = moments[members[index]]
        while moment - moments[members[low]] > window:
            low += 1
        while high < count and moments[members[high]] - moment <= window:
            high += 1
        full[index] = dated + (high - low) - 1 > cap
        found = found or full[index]
    return dated, found


@compiled(nogil=True)
def window_pairs(
    texts: Texts, order: Int64s, starts: Int64s, ends: Int64s, limits: Limits, full: Bools
) -> UInt64s:
    """Return the pairs of each bucket in the window, unless both are over the cap.

    At most ``cap`` pairs a document are looked at, and only those that pass take memory.

    Args:
        texts: See :data:`Texts`; moments are ascending, the unknown ones (NaN) first.
        order: Documents bucket by bucket; sorted in place in each.
        starts: Where in ``order`` each bucket begins.
        ends: Where each ends.
        limits: See :data:`Limits`.
        full: Output, as long as ``order``: which are over the cap; false outside the buckets.
    """
    values, bounds, moments, languages = texts
    window, least, cap = limits
    pairs = np.empty(1024, np.uint64)
    at = 0
    full[:] = False
    for bucket in range(starts.size):
        start, end = starts[bucket], ends[bucket]
        members, marks = order[start:end], full[start:end]
        _sort(members)
        undated, some_full = _mark_full(moments, members, window, cap, marks)
        for index in range(start, end):
            if full[index]:
                continue
            doc = order[index]
            moment = moments[doc]
            for later in range(index + 1, end):
                other = order[later]
                if moments[other] - moment > window:  # never true of an unknown moment
                    break
                if _differ(languages, doc, other) or not _share(values, bounds, doc, other, least):
                    continue
                pairs = _put(pairs, at, doc, other)
                at += 1
            earlier = index if some_full else start
            while earlier > start:  # an earlier one over the cap has not made this pair
                earlier -= 1
                other = order[earlier]
                if moment - moments[other] > window:
                    earlier = start + undated  # further back only those without a date are near
                    continue
                if not full[earlier] or _differ(languages, doc, other):
                    continue
                if _share(values, bounds, doc, other, least):
                    pairs = _put(pairs, at, doc, other)
                    at += 1
    return pairs[:at].copy()


@compiled(nogil=True)
def neighbour_pairs(
    texts: Texts, ranked: Int64s, buckets: Int64s, limits: Limits, neighbours: int
) -> UInt64s:
    """Return the pairs of each document and the next ``neighbours`` of its bucket.

    Those out of the window or in another language are skipped, at most ``cap`` of them.

    Args:
        texts: See :data:`Texts`.
        ranked: Documents bucket by bucket, in the order in which they are neighbours.
        buckets: Bucket of each of ``ranked``.
        limits: See :data:`Limits`.
        neighbours: Documents that each is compared with.
    """
    values, bounds, moments, languages = texts
    window, least, cap = limits
    pairs = np.empty(1024, np.uint64)
    at = 0
    for index in range(ranked.size):
        doc = ranked[index]
        met = 0
        for later in range(index + 1, min(index + 1 + cap, ranked.size)):
            if buckets[later] != buckets[index] or met == neighbours:
                break
            other = ranked[later]
            apart = abs(moments[doc] - moments[other]) > window
            if apart or _differ(languages, doc, other):
                continue
            met += 1
            if _share(values, bounds, doc, other, least):
                pairs = _put(pairs, at, doc, other)
                at += 1
    return pairs[:at].copy()
