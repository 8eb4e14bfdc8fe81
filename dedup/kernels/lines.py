"""What a line could be that cleaning steps know, by its characters and words."""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

from dedup.kernels.minhash import FNV_OFFSET, FNV_PRIME

# Traits of a character. It may stand anywhere in a normalised text, its folded form is one
# character, and this is of a word, a letter; it is a capital, no part of a first word.
PLAIN, FOLDED, WORD, LETTER, UPPER, ENDS_FIRST = 1, 2, 4, 8, 16, 32
# It stands around boilerplate, in the end of a caption, around a place, in a dateline, first or
# second in an agency's name, before a credit, around one, behind one; it is a dash before one.
(
    AROUND_BOILERPLATE, IN_CAPTION, AROUND_PLACE, IN_DATELINE, INITIAL, SECOND, BEFORE_CREDIT,
    AROUND_CREDIT, BEHIND_CREDIT, CREDIT_DASH,
) = (64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)  # fmt: skip
# It parts a phrase for related articles from a title, ends a sentence, stands behind its end.
LEADER, STOPS, BEHIND_STOPS = 1 << 16, 1 << 17, 1 << 18

# What a word is: boilerplate begins with it; only before a separator; only near the top or the end;
# it stands in a date; behind one before a name; a credit begins with it.
BOILERPLATE_FIRST, RELATED_FIRST, EDGE_FIRST, STAMP, BEFORE_NAME, CREDIT_FIRST = 1, 2, 4, 8, 16, 32

# What a few letters in a row are part of: what prompts are for, or a word of a credit.
IN_PROMPT, IN_CREDIT = 1, 2

PLACES = 1 << 18
"""Places in the table of words: so many that the thousand words that steps know hardly ever share
theirs with a word of an article."""

PIECE_LETTERS = 5
"""Letters in a row that are looked at together, a byte of each."""

PIECE = np.uint64((1 << 8 * PIECE_LETTERS) - 1)
PIECE_BITS = 15
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
"""Spreads pieces over ``1 << PIECE_BITS`` places: its upper bits depend on all of theirs."""

BLANK, STOP, COLON, HYPHEN, SLASH, COPYRIGHT = 0x20, 0x2E, 0x3A, 0x2D, 0x2F, 0xA9

Points = npt.NDArray[np.uint32]


class Limits(NamedTuple):
    """Lengths in characters, and how many lines are looked at, as the steps have them."""

    headline: int
    headline_lines: int
    led_from: int
    led_to: int
    byline: int
    byline_lines: int
    dateline: int
    place: int
    credit: int
    credit_lines: int
    cut_lines: int
    agencies: int
    dashed: int
    boilerplate: int
    head_lines: int
    tail_lines: int
    short: int
    ending: int
    stamp: int


class Tables(NamedTuple):
    """What is known of characters and words.

    Attributes:
        traits: Those of each code point, zero for one that is not looked into; uint32.
        folded: Its folded form, 0 where that is several; as long as ``traits``.
        kinds: What the words of each place are, all of them together: a word that no step knows
            may share the place of one that is known; uint8.
        pieces: The same of letters in a row.
    """

    traits: npt.NDArray[np.uint32]
    folded: Points
    kinds: npt.NDArray[np.uint8]
    pieces: npt.NDArray[np.uint8]


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


@nb.njit(cache=True, inline="always")
def _longer(piece: np.uint64, point: np.uint32) -> np.uint64:
    """Return the last letters of a line with the next one."""
    longer: np.uint64 = piece << np.uint64(8) | np.uint64(point & 0xFF)
    return longer


@nb.njit(cache=True, inline="always")
def _piece_place(piece: np.uint64) -> np.uint64:
    """Return the place of a few letters in a row."""
    place: np.uint64 = (piece & PIECE) * GOLDEN >> np.uint64(64 - PIECE_BITS)
    return place


@nb.njit(cache=True)
def piece_place(points: Points) -> np.uint64:
    """Return the place of ``PIECE_LETTERS`` folded letters."""
    piece = np.uint64(0)
    for point in points:
        piece = _longer(piece, point)
    place: np.uint64 = _piece_place(piece)
    return place


@nb.njit(cache=True)
def _held(points: Points, tables: Tables) -> int:
    """Return what a line could hold, by any letters in a row; all where folding is hard.

    Most lines hold nothing, but where one does cannot be foreseen, so no branch depends on it.
    """
    found, hard = 0, False
    piece = np.uint64(0)
    for point in points:
        folded = tables.folded[point]
        hard |= folded == 0
        piece = _longer(piece, folded)
        found |= tables.pieces[_piece_place(piece)]
    return 255 if hard else int(found)


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
def may_hold_dateline(line: Points, tables: Tables, limits: Limits) -> bool:
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
def may_end_with_credit(line: Points, tables: Tables, limits: Limits) -> bool:
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
def may_be_credit(line: Points, tables: Tables, limits: Limits) -> bool:
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
    return bool((first | both) & CREDIT_FIRST) or bool(_held(line, tables) & IN_CREDIT)


@nb.njit(cache=True)
def _may_lead(line: Points, traits: Points, limits: Limits) -> bool:
    """Return whether a separator could stand near the beginning of a line."""
    for at in range(min(line.size, limits.led_to)):
        trait = traits[line[at]]
        if not trait & FOLDED or (at >= limits.led_from and trait & LEADER):
            return True
    return False


@nb.njit(cache=True)
def _may_be_stamp(line: Points, tables: Tables) -> bool:
    """Return whether all words of a line are of a date or time, but for a name at its end."""
    traits, at = tables.traits, 0
    while at < line.size:
        if not traits[line[at]] & LETTER:
            at += 1
            continue
        end = at
        while end < line.size and traits[line[end]] & LETTER:
            if not traits[line[end]] & FOLDED:
                return True
            end += 1
        kind = _kind(_folded_digest(line[at:end], tables), tables)
        if kind & BEFORE_NAME or (at and traits[line[at - 1]] & WORD):
            return True
        if not kind & STAMP:
            return False
        at = end
    return True


@nb.njit(cache=True)
def begins_with(line: Points, title: Points, tables: Tables) -> bool:
    """Return whether a line could begin with the letters of a title, whatever stands between."""
    traits, at = tables.traits, 0
    for point in title:
        if point >= traits.size or not traits[point] & FOLDED:
            return True
        if not traits[point] & WORD:
            continue
        while at < line.size and traits[line[at]] & (WORD | FOLDED) == FOLDED:
            at += 1
        if at == line.size:
            return False
        if not traits[line[at]] & FOLDED:
            return True
        if tables.folded[line[at]] != tables.folded[point]:
            return False
        at += 1
    return True


@nb.njit(cache=True)
def ends_sentence(line: Points, traits: Points) -> bool:
    """Return whether a line ends as sentences do and headlines do not."""
    end = line.size
    while end and traits[line[end - 1]] & BEHIND_STOPS:
        end -= 1
    return bool(end and traits[line[end - 1]] & STOPS)


@nb.njit(cache=True)
def may_be_boilerplate(line: Points, at_edge: bool, tables: Tables, limits: Limits) -> bool:
    """Return whether a whole line could be of a group of boilerplate."""
    traits = tables.traits
    if line.size > limits.boilerplate:
        return False
    bare = _bare(line, traits, AROUND_BOILERPLATE)
    if bare.size <= limits.short:
        return True
    for point in bare[bare.size - min(bare.size, limits.ending) :]:
        if traits[point] & IN_CAPTION:
            return True
    end = 0
    while end < bare.size and not traits[bare[end]] & ENDS_FIRST:
        if not traits[bare[end]] & FOLDED:
            return True
        end += 1
    second = min(end + 1, bare.size)
    while second < bare.size and traits[bare[second]] & LETTER:
        second += 1
    kind = _kind(_folded_digest(bare[:end], tables), tables)
    both = _kind(_folded_digest(bare[:second], tables), tables)
    if end == 0 or (kind | both) & BOILERPLATE_FIRST:
        return True
    if kind & RELATED_FIRST and _may_lead(bare, traits, limits):
        return True
    if not at_edge:
        return False
    if kind & EDGE_FIRST or (bare.size <= limits.stamp and _may_be_stamp(bare, tables)):
        return True
    return bool(_held(bare, tables) & IN_PROMPT)
