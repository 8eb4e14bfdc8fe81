"""From code points to the terms of the story view, one document after another."""

from __future__ import annotations

import numpy as np

from dedup.kernels.array_types import Int32s, Int64s, UInt8s, UInt32s
from dedup.kernels.compiled import compiled
from dedup.kernels.minhash import DIGIT, FNV_OFFSET, FNV_PRIME, LETTER, MARK, SEPARATOR, SINGLE, mix

# A token is 29 bits of hash and three flags, so that one array holds all that scoring asks of it.
NAME, NUMBER, OPENS = 1, 2, 4
FLAGS = np.uint32(NAME | NUMBER | OPENS)

# Traits of dedup.tokens.
UPPER, STOP, JOINS = 1, 2, 4

# Class, lower-case code point, and traits of each character, by code point.
Tables = tuple[UInt8s, UInt32s, UInt8s]

# The Arabic letters with which an article or a particle before one begins lie between these.
ALEF, WAW = 0x0627, 0x0648

# A point or comma inside of a number is hashed as a point: 5.6 and 5,6.
POINT = 46

# A sentence with fewer tokens ("Mr.", "U.S.") is no sentence: the next one goes on with it.
SENTENCE_TOKENS = 3


@compiled(inline="always")
def _packed(digest: np.uint64, flags: int) -> np.uint32:
    """Return a token: the upper 29 bits of the mixed hash, the flags below."""
    return np.uint32((mix(digest) >> np.uint64(32)) & np.uint64(0xFFFFFFF8)) | np.uint32(flags)


@compiled(inline="always")
def _ends_anyway(point: np.uint32) -> bool:
    """Return whether a character ends a sentence without a space: line ends, full-width stops."""
    return bool(point == np.uint32(10) or point >= np.uint32(0x3000))


@compiled()
def _number(
    points: UInt32s, at: int, kinds: UInt8s, folded: UInt32s, traits: UInt8s, prefix: int
) -> tuple[np.uint64, int]:
    """Return the hash of the number from ``at`` with the letters after it, and where it ends."""
    digest = FNV_OFFSET
    limit = kinds.size
    length = 0
    while at < points.size:
        point = points[at]
        kind = kinds[point] if point < limit else SEPARATOR
        if kind == SINGLE:
            break
        if kind == SEPARATOR:
            after = points[at + 1] if at + 1 < points.size else np.uint32(limit)
            joins = point < limit and traits[point] & JOINS
            if not joins or after >= limit or kinds[after] != DIGIT:
                break
            digest = (digest ^ np.uint64(POINT)) * FNV_PRIME
        else:
            if length < prefix or kind == DIGIT:
                digest = (digest ^ np.uint64(folded[point])) * FNV_PRIME
            length += 1
        at += 1
    return digest, at


@compiled(inline="always")
def _article(points: UInt32s, at: int, kinds: UInt8s) -> int:
    """Return how many characters of an Arabic word from ``at`` are its article, al-.

    One of wa-, fa-, bi-, ka- may be before it; at least three letters follow.
    """
    start = at
    if points[at] in (0x0648, 0x0641, 0x0628, 0x0643):
        start = at + 1
    if start + 4 >= points.size or points[start] != 0x0627 or points[start + 1] != 0x0644:
        return 0
    for index in range(start + 2, start + 5):
        if points[index] >= kinds.size or kinds[points[index]] != LETTER:
            return 0
    return start + 2 - at


@compiled()
def _couple(
    points: UInt32s, at: int, kinds: UInt8s, folded: UInt32s
) -> tuple[np.uint64, int, bool]:
    """Return the hash of a character and the next, where the next is, and whether there is one."""
    digest = (FNV_OFFSET ^ np.uint64(folded[points[at]])) * FNV_PRIME
    at += 1
    while at < points.size and points[at] < kinds.size and kinds[points[at]] == MARK:
        at += 1
    follows = at < points.size and points[at] < kinds.size and kinds[points[at]] == SINGLE
    if follows:
        digest = (digest ^ np.uint64(folded[points[at]])) * FNV_PRIME
    return digest, at, follows


@compiled()
def _stops(points: UInt32s, at: int, kinds: UInt8s) -> bool:
    """Return whether a sentence ends at a character that may end one."""
    if at + 1 == points.size or _ends_anyway(points[at]):
        return True
    after = points[at + 1]
    return bool(after >= kinds.size or kinds[after] == SEPARATOR)


@compiled()
def terms_of(points: UInt32s, tables: Tables, prefix: int, out: UInt32s, spans: Int32s) -> int:
    """Write the tokens of one text in text order, cut to their first characters.

    A run of letters and digits is hashed over its first ``prefix`` letters and all its digits;
    a number takes in the points and commas between its digits. Of a script without spaces each two
    characters in a row make a token.

    Args:
        points: Code points of the text.
        tables: See :data:`Tables`; code points past their end are separators.
        prefix: Letters that count.
        out: Output, at least as long as ``points``: hash and flags of each token.
        spans: Output: where each token begins and ends in ``points``, as long as ``points`` x 2;
            0 x 2 where nobody asks.

    Returns:
        The number of tokens.
    """
    kinds, folded, traits = tables
    count = at = 0
    since = SENTENCE_TOKENS  # the first token opens the first sentence
    opens = first = True
    while at < points.size:
        # Past the tables, as at their first place, are separators without a trait.
        point = points[at] if points[at] < kinds.size else np.uint32(0)
        kind, trait = kinds[point], traits[point]
        if kind in (SEPARATOR, MARK):
            if trait & STOP and _stops(points, at, kinds):
                first = True
                opens = opens or since >= SENTENCE_TOKENS
            at += 1
            continue
        flags = OPENS if opens else 0
        start, end = at, 0
        if kind == SINGLE:
            digest, at, follows = _couple(points, at, kinds, folded)
            if not follows and count and not first:
                continue  # the last character of a run is in the couple before
            end = at + int(follows)
        elif kind == DIGIT:
            flags |= NUMBER
            digest, at = _number(points, at, kinds, folded, traits, prefix)
        else:
            if trait & UPPER and not first:
                flags |= NAME
            if ALEF <= point <= WAW:
                at += _article(points, at, kinds)
            digest, length = FNV_OFFSET, 0
            # Written out here: a call that passes arrays takes longer than a word does.
            while at < points.size and points[at] < kinds.size:
                point = points[at]
                kind = kinds[point]
                if kind in (SEPARATOR, SINGLE):
                    break
                if length < prefix or kind == DIGIT:
                    digest = (digest ^ np.uint64(folded[point])) * FNV_PRIME
                length += 1
                at += 1
        since = 1 if opens else since + 1
        opens = first = False
        out[count] = _packed(digest, flags)
        if spans.shape[0]:
            spans[count, 0], spans[count, 1] = start, max(at, end)
        count += 1
    return count


@compiled(nogil=True)
def terms_batch(
    points: UInt32s,
    bounds: Int64s,
    tables: Tables,
    prefix: int,
    out: UInt32s,
    out_bounds: Int64s,
    spans: Int32s,
) -> None:
    """Write the tokens of a batch of texts, end to end; see :func:`terms_of`.

    Args:
        points: Code points of all texts.
        bounds: Where each text begins, and the end: n + 1 values.
        tables: See :data:`Tables`.
        prefix: Letters that count.
        out: Output, as long as ``points``.
        out_bounds: Output, n + 1 bounds in ``out``; the first is 0.
        spans: Output, where each token is in its text, as long as ``points`` x 2; or 0 x 2.
    """
    for doc in range(bounds.size - 1):
        text = points[bounds[doc] : bounds[doc + 1]]
        start = out_bounds[doc]
        out_bounds[doc + 1] = start + terms_of(text, tables, prefix, out[start:], spans[start:])
