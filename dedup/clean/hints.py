"""Tell which cleaning steps could find something in a text: in most articles most find nothing.

One compiled look at each character takes a tenth of the time of the steps; lines that could be
bylines or boilerplate, one or two of a text, are shown to the rules of these. It errs on one side
only: a step whose hint is not given would return the text as it is.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dedup.clean import boilerplate, dateline, headline, normalise, wire
from dedup.clean import boilerplate_tables as tables
from dedup.text_batch import code_points

if TYPE_CHECKING:
    from dedup.kernels.lines import Limits, Tables

NORMALISE, HEADLINE, BYLINE, DATELINE, CREDIT, BOILERPLATE = 1, 2, 4, 8, 16, 32
"""One bit for each step that could find something."""

EVERY = NORMALISE | HEADLINE | BYLINE | DATELINE | CREDIT | BOILERPLATE

# Texts with characters past this one, Chinese to emoji, get every hint: boilerplate in their
# scripts is not known by its first word.
_POINTS = 0x3000

# Texts that are looked at together: their code points stay in the processor's cache.
_AT_ONCE = 50

# Lines of a text, on average, that are shown to the rules; with more of them the step may as well
# run.
_SUSPECTS = 8


def hints_of(texts: Sequence[str], titles: Sequence[str | None]) -> list[int]:
    """Return the hints of some texts; one that is to be normalised first gets every hint.

    What an author field gives the step for bylines to do, none of them tells.

    Args:
        texts: The texts.
        titles: The title of each.
    """
    found: list[int] = []
    for start in range(0, len(texts), _AT_ONCE):
        together = slice(start, start + _AT_ONCE)
        found += _hints_of(texts[together], titles[together])
    return found


def _hints_of(texts: Sequence[str], titles: Sequence[str | None]) -> list[int]:
    """Return the hints of a few texts."""
    from dedup.kernels.hints import (
        TextBatch,
        find_hints,
    )  # compiled code is loaded when it is needed

    known = [t if t and len(t) <= headline.MAX_HEADLINE else "" for t in titles]
    out = np.empty(len(texts), np.uint8)
    suspects = np.empty((len(texts) * _SUSPECTS, 4), np.int32)
    count = find_hints(
        TextBatch(*code_points(texts)),
        TextBatch(*code_points(known)),
        _known(),
        _limits(),
        out,
        suspects,
    )
    found: list[int] = out.tolist()
    for index, start, end, asked in suspects[:count].tolist():
        line = texts[index][start:end]
        if asked & BYLINE and wire.is_byline(line, frozenset()):
            found[index] |= BYLINE
        if asked & BOILERPLATE and boilerplate.group_of(line, at_edge=True):
            found[index] |= BOILERPLATE
    return found


@functools.cache
def _limits() -> Limits:
    """Return the limits of the steps."""
    from dedup.kernels.lines import Limits  # as in _hints_of

    return Limits(
        headline=headline.MAX_HEADLINE,
        headline_lines=boilerplate.HEAD_LINES,
        led_from=tables.LED_WITHIN[0],
        led_to=tables.LED_WITHIN[1],
        byline=wire.MAX_BYLINE,
        byline_lines=dateline.HEAD_LINES,
        dateline=dateline.MAX_HEAD,
        place=dateline.LONGEST_CITY,
        credit=wire.MAX_CREDIT,
        credit_lines=wire.TAIL_LINES,
        cut_lines=wire.CUT_LINES,
        agencies=wire.MAX_AGENCIES,
        dashed=wire.MAX_DASHED,
        boilerplate=boilerplate.MAX_LINE,
        head_lines=boilerplate.HEAD_LINES,
        tail_lines=boilerplate.TAIL_LINES,
        short=boilerplate.SHORT,
        ending=boilerplate.ENDING,
        stamp=tables.MAX_STAMP,
    )


@functools.cache
def _known() -> Tables:
    """Return what is known of characters and words: the tables of the steps in other words."""
    from dedup.kernels import lines as kernel  # as in _hints_of

    characters = [chr(point) for point in range(_POINTS)]
    folded = [character.casefold() for character in characters]
    traits = np.zeros(_POINTS, np.uint32)

    def mark(trait: int, marked: Iterable[bool]) -> None:
        traits[np.fromiter(marked, np.bool_, _POINTS)] |= trait

    mark(kernel.PLAIN, _plain(characters))
    mark(kernel.FOLDED, (len(form) == 1 for form in folded))
    mark(kernel.WORD, (form.isalnum() or form == "_" for form in folded))
    mark(kernel.LETTER, (form.isalpha() for form in folded))
    mark(kernel.UPPER, (character.isupper() for character in characters))
    mark(kernel.ENDS_FIRST, (not tables.FIRST.match(f"{c}a") or c == "©" for c in characters))
    mark(kernel.LEADER, (bool(tables.LEADER.match(character)) for character in characters))
    for trait, listed in {
        kernel.AROUND_BOILERPLATE: tables.TRIMMED,
        kernel.IN_CAPTION: tables.BOUND,
        kernel.AROUND_PLACE: dateline.AROUND_PLACE,
        kernel.IN_DATELINE: [sign for sign in dateline.SIGNS if sign not in "-:"],
        kernel.INITIAL: {name[0] for name in dateline.BARE_NAMES},
        kernel.SECOND: {name[1] for name in dateline.BARE_NAMES},
        kernel.BEFORE_CREDIT: wire.BEFORE,
        kernel.AROUND_CREDIT: wire.AROUND_AGENCIES,
        kernel.BEHIND_CREDIT: wire.CLOSED,
        kernel.CREDIT_DASH: wire.DASHES,
        kernel.STOPS: headline.STOPS,
        kernel.BEHIND_STOPS: headline.BEHIND_STOPS,
    }.items():
        mark(trait, (character in listed for character in characters))
    points = np.array([ord(form) if len(form) == 1 else 0 for form in folded], np.uint32)
    return kernel.Tables(traits, points, _kinds(), _pieces())


def _plain(characters: Sequence[str]) -> Iterable[bool]:
    """Tell of each character whether normalising leaves it alone, whatever stands beside it."""
    parts = [unicodedata.decomposition(character).split() for character in characters]
    composed = {part[1] for part in parts if len(part) == 2 and "<" not in part[0]}
    for point, character in enumerate(characters):
        yield (
            character != "&"
            and (character == "\n" or character.isprintable())
            and character not in normalise.PRINTABLE_BLANKS
            and not unicodedata.combining(character)
            and not 0x1100 <= point < 0x1200  # Hangul letters make syllables
            and f"{point:04X}" not in composed  # what joins the character before it
            and unicodedata.is_normalized("NFC", character)
        )


def _kinds() -> npt.NDArray[np.uint8]:
    """Return what the words are that steps know, by their places."""
    from dedup.kernels import lines as kernel  # as in _hints_of

    kinds = np.zeros(kernel.PLACES, np.uint8)
    for kind, words in (
        (kernel.BOILERPLATE_FIRST, tables.BY_WORD),
        (kernel.RELATED_FIRST, tables.RELATED_FIRST),
        (kernel.EDGE_FIRST, tables.EDGE_BY_WORD),
        (kernel.STAMP, tables.STAMP_TOKENS),
        (kernel.BEFORE_NAME, tables.BEFORE_NAME),
        (kernel.CREDIT_FIRST, wire.CREDITS_BY_WORD),
        (kernel.CREDIT_FIRST, wire.COPYRIGHT_FIRST),
    ):
        for word in words:
            kinds[kernel.word_place(np.array([*map(ord, word)], np.uint32))] |= kind
    return kinds


def _pieces() -> npt.NDArray[np.uint8]:
    """Return what letters in a row are part of, by their places: those amid what is looked for."""
    from dedup.kernels import lines as kernel  # as in _hints_of

    pieces = np.zeros(1 << kernel.PIECE_BITS, np.uint8)
    for kind, phrases in (
        (kernel.IN_PROMPT, tables.LETTER),
        (kernel.IN_CREDIT, wire.IN_CREDIT),
    ):
        for phrase in phrases:
            # A third into it: the middle of *mail briefing* stands before any brief.
            start = (len(phrase) - kernel.PIECE_LETTERS) // 3
            piece = phrase[start : start + kernel.PIECE_LETTERS]
            pieces[kernel.piece_place(np.array([*map(ord, piece)], np.uint32))] |= kind
    return pieces
