"""What in a text could give a cleaning step something to do: each character is looked at once."""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

from dedup.kernels.lines import (
    BLANK,
    PLAIN,
    Limits,
    Points,
    Tables,
    begins_with,
    ends_sentence,
    may_be_boilerplate,
    may_be_credit,
    may_end_with_credit,
    may_hold_dateline,
)

# Hints of :mod:`dedup.clean.hints`; a kernel takes no enum.
NORMALISE, HEADLINE, BYLINE, DATELINE, CREDIT, BOILERPLATE = 1, 2, 4, 8, 16, 32
EVERY = 63

BREAK = 0x0A

Lines = npt.NDArray[np.int64]
"""Where each line of a text ends."""

Suspects = npt.NDArray[np.int32]
"""A row for a line that could be boilerplate or a byline: its text, its beginning and end
there, and the hints for which its step is to be asked."""


class TextBatch(NamedTuple):
    """Some texts, laid end to end.

    Attributes:
        points: Code points of all of them.
        bounds: Where each begins, and the end: n + 1 values, int64.
    """

    points: Points
    bounds: npt.NDArray[np.int64]


@nb.njit(cache=True)
def _line_ends(text: Points, traits: Points, ends: Lines) -> int:
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
def _may_hold_headline(
    text: Points, ends: Lines, title: Points, tables: Tables, limits: Limits
) -> bool:
    """Return whether a line near the top, not the last, could be the title or a variant of it."""
    begun = title.size == 0
    for number in range(min(ends.size - 1, limits.headline_lines)):
        line = _line(text, ends, number)
        begun |= ends_sentence(line, tables.traits)
        if line.size <= limits.headline and (not begun or begins_with(line, title, tables)):
            return title.size > 0
    return False


@nb.njit(cache=True, inline="always")
def _line(text: Points, ends: Lines, number: int) -> Points:
    """Return a line of a text."""
    return text[ends[number - 1] + 1 if number else 0 : ends[number]]


@nb.njit(cache=True)
def _hints(text: Points, ends: Lines, tables: Tables, limits: Limits) -> int:
    """Return the hints of a normalised text for its datelines and credits.

    Args:
        text: Its code points.
        ends: Where each of its lines ends.
        tables: What is known.
        limits: Those of the steps.
    """
    found = 0
    for number in range(min(ends.size, limits.byline_lines)):
        if may_hold_dateline(_line(text, ends, number), tables, limits):
            found |= DATELINE
    for number in range(max(0, ends.size - limits.cut_lines), ends.size):
        if may_end_with_credit(_line(text, ends, number), tables, limits):
            found |= CREDIT
    for number in range(max(0, ends.size - limits.credit_lines), ends.size):
        if may_be_credit(_line(text, ends, number), tables, limits):
            found |= CREDIT
    return found


@nb.njit(cache=True)
def _write_suspects(
    text: Points, ends: Lines, tables: Tables, limits: Limits, out: Suspects
) -> int:
    """Write the lines of a normalised text that could be bylines or boilerplate.

    Args:
        text: Its code points.
        ends: Where each of its lines ends.
        tables: What is known.
        limits: Those of the steps.
        out: Output; once it is full no more are written.

    Returns:
        Their number, which may be more than were written.
    """
    count = 0
    for number in range(ends.size):
        line, to_end = _line(text, ends, number), ends.size - 1 - number
        at_edge = number < limits.head_lines or to_end < limits.tail_lines
        hint = 0
        if to_end and number < limits.byline_lines and line.size <= limits.byline:
            hint |= BYLINE
        if may_be_boilerplate(line, at_edge, tables, limits):
            hint |= BOILERPLATE
        if hint and count < out.shape[0]:
            end = ends[number]
            out[count, 1], out[count, 2], out[count, 3] = end - line.size, end, hint
        count += hint > 0
    return count


@nb.njit(cache=True, nogil=True)
def find_hints(
    texts: TextBatch,
    titles: TextBatch,
    tables: Tables,
    limits: Limits,
    out: npt.NDArray[np.uint8],
    suspects: Suspects,
) -> int:
    """Write the hints of each of some texts, and the lines that could be bylines or boilerplate.

    Args:
        texts: The texts.
        titles: The title of each, empty where there is none.
        tables: What is known of characters and words.
        limits: Those of the steps.
        out: Output, one value a text.
        suspects: Output, one row a line; where no more fit, texts get the hint itself.

    Returns:
        The number of suspects.
    """
    longest, written = 0, 0
    for index in range(out.size):
        longest = max(longest, texts.bounds[index + 1] - texts.bounds[index])
    ends = np.empty(longest + 1, np.int64)
    for index in range(out.size):
        text = texts.points[texts.bounds[index] : texts.bounds[index + 1]]
        title = titles.points[titles.bounds[index] : titles.bounds[index + 1]]
        count = _line_ends(text, tables.traits, ends)
        if not count:
            out[index] = EVERY
            continue
        lines = ends[:count]
        out[index] = _hints(text, lines, tables, limits)
        if _may_hold_headline(text, lines, title, tables, limits):
            out[index] |= HEADLINE
        left = suspects[written:]
        asked = _write_suspects(text, lines, tables, limits, left)
        if asked > left.shape[0]:
            out[index] |= BYLINE | BOILERPLATE
            continue
        left[:asked, 0] = index
        written += asked
    return written
