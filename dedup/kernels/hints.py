"""What in a text could give a cleaning step something to do: each character is looked at once."""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

from dedup.kernels.text import FNV_OFFSET, FNV_PRIME

# Hints of :mod:`dedup.clean.hints`; a kernel takes no enum.
NORMALISE, HEADLINE, BYLINE, DATELINE, CREDIT, FURNITURE = 1, 2, 4, 8, 16, 32
EVERY = 63

# Traits of a character. It may stand anywhere in a normalised text, its folded form is one
# character, and this is of a word, a letter; it is a digit, a capital, no part of a first word.
PLAIN, FOLDED, WORD, LETTER, DIGIT, UPPER, ENDS_FIRST = 1, 2, 4, 8, 16, 32, 64
# It stands around furniture, in the end of a caption, around a place, in a dateline, first or
# second in an agency's name, before a credit, around one, behind one; it is a dash before one.
(
    AROUND_FURNITURE, IN_CAPTION, AROUND_PLACE, IN_DATELINE, INITIAL, SECOND, BEFORE_CREDIT,
    AROUND_CREDIT, BEHIND_CREDIT, CREDIT_DASH,
) = (128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536)  # fmt: skip

# What a word is: furniture begins with it; only near the top or the end; a date begins with it; a
# prompt calls its reader so; a credit begins with it, or holds it.
FURNITURE_FIRST, EDGE_FIRST, STAMP_FIRST, READER, CREDIT_FIRST, IN_CREDIT = 1, 2, 4, 8, 16, 32

PLACES = 1 << 18
"""Places in the table of words: so many that the thousand words that steps know hardly ever share
theirs with a word of an article."""

BREAK, BLANK, STOP, COLON, HYPHEN, SLASH, COPYRIGHT = 0x0A, 0x20, 0x2E, 0x3A, 0x2D, 0x2F, 0xA9

Points = npt.NDArray[np.uint32]


class Limits(NamedTuple):
    """Lengths in characters, and how many lines are looked at, as the steps have them."""

    headline: int
    headline_lines: int
    byline: int
    byline_lines: int
    dateline: int
    place: int
    credit: int
    credit_lines: int
    cut_lines: int
    agencies: int
    dashed: int
    furniture: int
    head_lines: int
    tail_lines: int
    short: int
    ending: int
    stamp: int


class Tables(NamedTuple):
    """What is known of characters and words.

    Attributes:
        traits: Those of each code point, zero for one that is not looked into; uint32.
        folded: Its folded form, as long as ``traits``.
        kinds: What the words of each place are, all of them together: a word that no step knows
            may share the place of one that is known; uint8.
    """

    traits: npt.NDArray[np.uint32]
    folded: Points
    kinds: npt.NDArray[np.uint8]


@nb.njit(cache=True, inline="always")
def place_of(digest: np.uint64) -> np.uint64:
    """Return the place of a word's digest; the last letter has not reached its upper half."""
    place: np.uint64 = (digest ^ (digest >> np.uint64(32))) & np.uint64(PLACES - 1)
    return place


@nb.njit(cache=True)
def word_place(points: Points) -> np.uint64:
    """Return the place of a folded word."""
    digest = FNV_OFFSET
    for point in points:
        digest = (digest ^ np.uint64(point)) * FNV_PRIME
    place: np.uint64 = place_of(digest)
    return place


@nb.njit(cache=True)
def _folded_digest(points: Points, tables: Tables) -> np.uint64:
    """Return the digest of the folded form of a few characters, each folded to one."""
    digest = FNV_OFFSET
    for point in points:
        digest = (digest ^ np.uint64(tables.folded[point])) * FNV_PRIME
    return digest


@nb.njit(cache=True, inline="always")
def _kind(digest: np.uint64, tables: Tables) -> int:
    """Return what a word is, 0 where it is not known."""
    return int(tables.kinds[place_of(digest)])


@nb.njit(cache=True)
def _words(points: Points, tables: Tables) -> int:
    """Return what the words of a line are, all together; of all kinds where folding is hard.

    Where a word ends cannot be foreseen, so no branch depends on it.
    """
    found, hard, inside = 0, False, False
    digest = FNV_OFFSET
    for point in points:
        trait = tables.traits[point]
        hard |= not trait & FOLDED
        goes_on = bool(trait & WORD)
        ends = inside & (not goes_on)
        found |= _kind(digest, tables) & -int(ends)
        longer = (digest ^ np.uint64(tables.folded[point])) * FNV_PRIME
        digest = longer if goes_on else FNV_OFFSET
        inside = goes_on
    if inside:
        found |= _kind(digest, tables)
    return 255 if hard else found


@nb.njit(cache=True)
def _bare(points: Points, traits: Points, trait: int) -> Points:
    """Return a line without the characters of a trait on either side."""
    start, end = 0, points.size
    while start < end and traits[points[start]] & trait:
        start += 1
    while start < end and traits[points[end - 1]] & trait:
        end -= 1
    return points[start:end]


@nb.njit(cache=True)
def _may_hold_dateline(line: Points, tables: Tables, limits: Limits) -> bool:
    """Return whether a line near the top could be a place, or begin with a dateline."""
    if _bare(line, tables.traits, AROUND_PLACE).size <= limits.place:
        return True
    start = line[: limits.dateline]
    for at in range(start.size):
        point, trait = start[at], tables.traits[start[at]]
        if trait & IN_DATELINE:
            return True
        following = start[at + 1] if at + 1 < start.size else np.uint32(BLANK)
        if point == COLON and following == BLANK:
            return True
        # A hyphen inside of a word is none of a dateline.
        if point == HYPHEN and (following in (BLANK, HYPHEN) or tables.traits[following] & INITIAL):
            return True
        # Before an agency without brackets stands a dash or a full stop.
        named = trait & INITIAL and tables.traits[following] & SECOND
        if named and at > 1 and start[at - 1] == BLANK and start[at - 2] == STOP:
            return True
    return False


@nb.njit(cache=True)
def _may_end_with_credit(line: Points, tables: Tables, limits: Limits) -> bool:
    """Return whether a line could end with a credit in brackets or behind a dash."""
    traits = tables.traits
    last = line.size - 1
    if traits[line[last]] & BEHIND_CREDIT:
        return True
    if last and line[last] == STOP and traits[line[last - 1]] & BEHIND_CREDIT:
        return True
    for at in range(max(1, line.size - limits.dashed), line.size):
        if traits[line[at]] & CREDIT_DASH and line[at - 1] == BLANK:
            return True
    return False


@nb.njit(cache=True)
def _may_be_credit(line: Points, tables: Tables, limits: Limits) -> bool:
    """Return whether a whole line near the end could be a credit."""
    traits = tables.traits
    if line.size > limits.credit:
        return False
    if traits[line[line.size - 1]] & UPPER:
        return True
    if _bare(line, traits, AROUND_CREDIT).size <= limits.agencies:
        return True
    at = 0
    while at < line.size and traits[line[at]] & BEFORE_CREDIT:
        at += 1
    end = at
    while end < line.size and traits[line[end]] & LETTER:
        end += 1
    if end < line.size and (line[end] == SLASH or (end == at and line[end] == COPYRIGHT)):
        return True
    second = min(end + 1, line.size)
    while second < line.size and traits[line[second]] & LETTER:
        second += 1
    first = _kind(_folded_digest(line[at:end], tables), tables)
    both = _kind(_folded_digest(line[at:second], tables), tables)
    return bool((first | both) & CREDIT_FIRST) or bool(_words(line, tables) & IN_CREDIT)


@nb.njit(cache=True)
def _may_be_furniture(line: Points, at_edge: bool, tables: Tables, limits: Limits) -> bool:
    """Return whether a whole line could be of a group of furniture."""
    traits = tables.traits
    if line.size > limits.furniture:
        return False
    bare = _bare(line, traits, AROUND_FURNITURE)
    if bare.size <= limits.short or traits[bare[0]] & DIGIT:
        return True
    for point in bare[bare.size - min(bare.size, limits.ending) :]:
        if traits[point] & IN_CAPTION:
            return True
    end, letters = 0, True
    while end < bare.size and not traits[bare[end]] & ENDS_FIRST:
        if not traits[bare[end]] & FOLDED:
            return True
        letters = letters and bool(traits[bare[end]] & LETTER)
        end += 1
    kind = _kind(_folded_digest(bare[:end], tables), tables)
    if end == 0 or kind & FURNITURE_FIRST:
        return True
    if not at_edge:
        return False
    stamp = bare.size <= limits.stamp and (kind & STAMP_FIRST or not letters)
    return bool(kind & EDGE_FIRST or stamp or _words(bare, tables) & READER)


@nb.njit(cache=True)
def _line_ends(text: Points, traits: Points, ends: npt.NDArray[np.int64]) -> int:
    """Write where each line of a text ends; return their number, 0 for a text to be normalised.

    Where a word ends cannot be foreseen, so no branch depends on it.
    """
    count = 0
    apart, plain = True, True  # no blank may follow one, nor begin or end a text
    for at in range(text.size):
        point = text[at] if text[at] < traits.size else np.uint32(0)
        blank = (point == BLANK) | (point == BREAK)
        plain &= bool(traits[point] & PLAIN) & (not (blank & apart))
        ends[count] = at
        count += point == BREAK
        apart = blank
    ends[count] = text.size
    return count + 1 if plain and not apart else 0


@nb.njit(cache=True)
def _hints(
    text: Points, ends: npt.NDArray[np.int64], count: int, tables: Tables, limits: Limits
) -> int:
    """Return the hints of a normalised text.

    Args:
        text: Its code points.
        ends: Where each of its lines ends.
        count: Their number.
        tables: What is known.
        limits: Those of the steps.
    """
    found = 0
    for number in range(count):
        start = ends[number - 1] + 1 if number else 0
        line = text[start : ends[number]]
        before_last, to_end = number < count - 1, count - 1 - number
        if before_last and number < limits.headline_lines and line.size <= limits.headline:
            found |= HEADLINE
        if before_last and number < limits.byline_lines and line.size <= limits.byline:
            found |= BYLINE
        if number < limits.byline_lines and _may_hold_dateline(line, tables, limits):
            found |= DATELINE
        if to_end < limits.cut_lines and _may_end_with_credit(line, tables, limits):
            found |= CREDIT
        if to_end < limits.credit_lines and _may_be_credit(line, tables, limits):
            found |= CREDIT
        at_edge = number < limits.head_lines or to_end < limits.tail_lines
        if not found & FURNITURE and _may_be_furniture(line, at_edge, tables, limits):
            found |= FURNITURE
    return found


@nb.njit(cache=True, nogil=True)
def find_hints(
    points: Points,
    bounds: npt.NDArray[np.int64],
    tables: Tables,
    limits: Limits,
    out: npt.NDArray[np.uint8],
) -> None:
    """Write the hints of each of some texts laid end to end.

    Args:
        points: Code points of all texts.
        bounds: Where each text begins, and the end: n + 1 values.
        tables: What is known of characters and words.
        limits: Those of the steps.
        out: Output, one value a text.
    """
    longest = 0
    for index in range(out.size):
        longest = max(longest, bounds[index + 1] - bounds[index])
    ends = np.empty(longest + 1, np.int64)
    for index in range(out.size):
        text = points[bounds[index] : bounds[index + 1]]
        count = _line_ends(text, tables.traits, ends)
        out[index] = _hints(text, ends, count, tables, limits) if count else EVERY
