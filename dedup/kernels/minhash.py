"""From code points to token hashes, shingles and signatures, one document after another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.kernels.compiled import compiled

# Character classes of dedup.tokens; a kernel takes no enum.
SEPARATOR, LETTER, DIGIT, SINGLE, MARK = 0, 1, 2, 3, 4

# FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/
FNV_OFFSET = np.uint64(0xCBF29CE484222325)
FNV_PRIME = np.uint64(0x00000100000001B3)

LANES = 32
"""Values that a processor takes the minimum of at once, four registers full; what is left over it
takes one by one."""


@compiled(inline="always")
def mix(value: np.uint64) -> np.uint64:
    """Apply the 64-bit finaliser of MurmurHash3 (Appleby, public domain constants)."""
    value ^= value >> np.uint64(33)
    value *= np.uint64(0xFF51AFD7ED558CCD)
    value ^= value >> np.uint64(33)
    value *= np.uint64(0xC4CEB9FE1A85EC53)
    value ^= value >> np.uint64(33)
    return value


@compiled()
def _tokenise_plain(
    points: npt.NDArray[np.uint32],
    kinds: npt.NDArray[np.uint8],
    folded: npt.NDArray[np.uint32],
    tokens: npt.NDArray[np.uint64],
    numeric: npt.NDArray[np.bool_],
) -> int:
    """Do what :func:`tokenise` does for a text of letters, digits and separators alone.

    Where a word ends cannot be foreseen, so no branch depends on it: each character writes to the
    place of the token that may end there.

    Returns:
        The number of tokens; -1 where another class of character stands in the text.
    """
    count = 0
    last = first = np.uint8(SEPARATOR)
    digest = FNV_OFFSET
    for at in range(points.size):
        # Past the table, as at its first place, stand separators.
        point = points[at] if points[at] < kinds.size else np.uint32(0)
        kind = kinds[point]
        if kind > DIGIT:
            return -1
        tokens[count] = digest
        first = kind if last == SEPARATOR else first
        numeric[count] = first == DIGIT
        count += int(kind == SEPARATOR) & int(last != SEPARATOR)
        goes_on = np.uint64(0) - np.uint64(kind != SEPARATOR)  # all ones or none
        digest = (digest ^ np.uint64(folded[point])) * FNV_PRIME
        digest = (digest & goes_on) | (FNV_OFFSET & ~goes_on)
        last = kind
    if last != SEPARATOR:
        tokens[count], numeric[count] = digest, first == DIGIT
        count += 1
    for index in range(count):
        tokens[index] = mix(tokens[index])
    return count


@compiled()
def tokenise(
    points: npt.NDArray[np.uint32],
    kinds: npt.NDArray[np.uint8],
    folded: npt.NDArray[np.uint32],
    tokens: npt.NDArray[np.uint64],
    numeric: npt.NDArray[np.bool_],
) -> int:
    """Write the hash of each token of one text and whether it starts with a digit.

    Args:
        points: Code points of the text.
        kinds: Character class by code point; code points past its end are separators.
        folded: Lower-case code point by code point, as long as ``kinds``.
        tokens: Output, at least as long as ``points``.
        numeric: Output, at least as long as ``points``.

    Returns:
        The number of tokens.
    """
    count: int = _tokenise_plain(points, kinds, folded, tokens, numeric)
    if count >= 0:
        return count
    count = 0
    at = 0
    limit = kinds.size
    while at < points.size:
        kind = kinds[points[at]] if points[at] < limit else SEPARATOR
        if kind in (SEPARATOR, MARK):
            at += 1
            continue
        digest = FNV_OFFSET
        numeric[count] = kind == DIGIT
        single = kind == SINGLE
        first = True
        while at < points.size:
            kind = kinds[points[at]] if points[at] < limit else SEPARATOR
            if kind == SEPARATOR or (single and not first and kind != MARK):
                break
            if not single and kind == SINGLE:
                break
            digest = (digest ^ np.uint64(folded[points[at]])) * FNV_PRIME
            first = False
            at += 1
        tokens[count] = mix(digest)
        count += 1
    return count


@compiled()
def shingle(tokens: npt.NDArray[np.uint64], size: int, out: npt.NDArray[np.uint32]) -> int:
    """Write the hash of each run of ``size`` tokens, in text order; return how many there are."""
    count = tokens.size - size + 1
    if count <= 0:
        return 0
    for start in range(count):
        digest = FNV_OFFSET
        for offset in range(size):
            digest = mix((digest ^ tokens[start + offset]) * FNV_PRIME)
        out[start] = np.uint32(digest >> np.uint64(32))
    return count


@compiled(inline="always")
def _finalise(h: np.uint32) -> np.uint32:
    """Apply the 32-bit finaliser of MurmurHash3 (Appleby, public domain constants)."""
    # numba widens uint32 arithmetic to 64 bits; each cast takes the result back modulo 2**32
    h = np.uint32(np.uint32(h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B))
    h = np.uint32(np.uint32(h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35))
    return np.uint32(h ^ (h >> np.uint32(16)))


@compiled()
def permuted(
    shingles: npt.NDArray[np.uint32],
    multiplier: np.uint32,
    offset: np.uint32,
) -> npt.NDArray[np.uint32]:
    """Return the values whose smallest one :func:`minima` keeps for one permutation."""
    out = np.empty(shingles.size, np.uint32)
    for index in range(shingles.size):
        out[index] = np.uint32(np.uint32(multiplier * _finalise(shingles[index])) + offset)
    return out


@compiled()
def minima(
    shingles: npt.NDArray[np.uint32],
    multipliers: npt.NDArray[np.uint32],
    offsets: npt.NDArray[np.uint32],
    out: npt.NDArray[np.uint32],
) -> None:
    """Write the MinHash signature of a set: datasketch's scheme ``affine32``, bit for bit.

    Each value passes the 32-bit finaliser of MurmurHash3 once; permutation k is then
    ``multipliers[k] * h + offsets[k]`` modulo 2**32, and the smallest over the set is kept.
    """
    hashed = np.empty((shingles.size + LANES - 1) // LANES * LANES, np.uint32)
    for index in range(shingles.size):
        hashed[index] = _finalise(shingles[index])
    for index in range(shingles.size, hashed.size):
        hashed[index] = hashed[0]  # changes no minimum
    for k in range(out.size):
        least = np.uint32(0xFFFFFFFF)
        for h in hashed:  # as a minimum over one array it is vectorised
            least = min(least, np.uint32(np.uint32(multipliers[k] * h) + offsets[k]))
        out[k] = least


@compiled()
def distinct(values: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Return the sorted distinct values; sorts its argument in place."""
    values.sort()
    kept = 0
    for index in range(values.size):
        if index == 0 or values[index] != values[kept - 1]:
            values[kept] = values[index]
            kept += 1
    return values[:kept]


@compiled(nogil=True)
def sign_batch(
    points: npt.NDArray[np.uint32],
    bounds: npt.NDArray[np.int64],
    kinds: npt.NDArray[np.uint8],
    folded: npt.NDArray[np.uint32],
    size: int,
    signable: int,
    lead: int,
    multipliers: npt.NDArray[np.uint32],
    offsets: npt.NDArray[np.uint32],
    signatures: npt.NDArray[np.uint32],
    leads: npt.NDArray[np.uint32],
    counts: npt.NDArray[np.int64],
    shingles: npt.NDArray[np.uint32],
    shingle_bounds: npt.NDArray[np.int64],
    numbers: npt.NDArray[np.uint32],
    number_bounds: npt.NDArray[np.int64],
) -> None:
    """Sign a batch of texts laid end to end.

    Args:
        points: Code points of all texts.
        bounds: Where each text begins, and the end: n + 1 values.
        kinds: Character classes, see :func:`tokenise`.
        folded: Lower-case code points.
        size: Tokens in a shingle.
        signable: Texts with fewer tokens get no shingles and the signature of the empty set.
        lead: First shingles of a text that its lead's signature is made of.
        multipliers: Permutation multipliers, odd.
        offsets: Permutation offsets.
        signatures: Output, n x permutations.
        leads: Output, n x permutations of the lead's signature, at most as many.
        counts: Output, tokens of each text.
        shingles: Output, shingles of all texts in text order, end to end; as long as ``points``.
        shingle_bounds: Output, n + 1 bounds in ``shingles``.
        numbers: Output, sorted distinct hashes of tokens that start with a digit; as long as
            ``points``.
        number_bounds: Output, n + 1 bounds in ``numbers``.
    """
    longest = 0
    for doc in range(bounds.size - 1):
        longest = max(longest, bounds[doc + 1] - bounds[doc])
    tokens = np.empty(longest, np.uint64)
    numeric = np.empty(longest, np.bool_)
    scratch = np.empty(longest, np.uint32)
    for doc in range(bounds.size - 1):
        text = points[bounds[doc] : bounds[doc + 1]]
        found = tokenise(text, kinds, folded, tokens, numeric)
        counts[doc] = found
        start = shingle_bounds[doc]
        made = 0
        if found >= signable:
            made = shingle(tokens[:found], size, shingles[start:])
        shingle_bounds[doc + 1] = start + made
        minima(shingles[start : start + made], multipliers, offsets, signatures[doc])
        minima(shingles[start : start + min(lead, made)], multipliers, offsets, leads[doc])
        count = 0
        for index in range(found):
            if numeric[index]:
                scratch[count] = np.uint32(tokens[index] >> np.uint64(32))
                count += 1
        values = distinct(scratch[:count])
        start = number_bounds[doc]
        numbers[start : start + values.size] = values
        number_bounds[doc + 1] = start + values.size


@compiled(nogil=True)
def drop_repeats(values: npt.NDArray[np.uint32], bounds: npt.NDArray[np.int64]) -> None:
    """Keep each value of each part of a ragged array once, in place.

    Args:
        values: Sorted values of all parts, end to end.
        bounds: n + 1 bounds in ``values``.
    """
    kept, start = 0, 0
    for part in range(bounds.size - 1):
        end = bounds[part + 1]
        bounds[part] = kept
        for index in range(start, end):
            if index == start or values[index] != values[kept - 1]:
                values[kept] = values[index]
                kept += 1
        start = end
    bounds[-1] = kept
