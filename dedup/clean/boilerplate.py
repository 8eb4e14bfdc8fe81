"""Remove whole lines that extractors leave and that are not the article, group by group.

The tables are made for precision: a line must be a phrase of a table, or begin with one of a row's
words and fit the row's pattern as a whole. What could be a sentence counts only near the top or the
end. Patterns have no nested quantifiers, and no line longer than 360 characters is looked at.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import replace

from dedup.clean import boilerplate_tables as tables
from dedup.clean.dateline import MONTHS, holds_any
from dedup.clean.text_lines import lines_of
from dedup.models import Draft, Removal

GROUPS = ("related", "photo", "buttons", "prompts", "notices", "stamps", "labels")
"""Names of the groups, as in ``Removal.step``."""

HEAD_LINES = 4
"""Remaining lines at the top that count as near the top."""

TAIL_LINES = 6
"""Remaining lines at the end that count as near the end."""

# The longest boilerplate of the tables is a caption with its credits.
MAX_LINE = 360

SHORT, ENDING = 60, 90
"""A line up to the one is looked at closely, and the end of a longer one, where captions have their
credit."""


def _is_stamp(folded: str) -> bool:
    """Tell whether a line is a date or time, or a small number that counted something."""
    if len(folded) > tables.MAX_STAMP:
        return False
    first = tables.TOKEN.search(folded)
    if not first or not _in_stamp(first[0]):
        return False  # most lines leave here
    tokens = []
    for found in tables.TOKEN.finditer(tables.BY_NAME.sub("", folded)):
        if not _in_stamp(found[0]):
            return False
        tokens.append(found[0])
    if not 0 < len(tokens) <= 24 or not any(map(str.isdigit, folded)):
        return False
    return tokens == [folded] or not MONTHS.isdisjoint(tokens) or bool(tables.DATED.search(folded))


def _in_stamp(token: str) -> bool:
    """Tell whether a word or number may stand in a date or time."""
    return token in tables.STAMP_TOKENS or (token[0].isdigit() and len(token) <= 6)


def _leads(folded: str) -> bool:
    """Tell whether a line begins with a phrase for related articles and a separator."""
    if not tables.LEADER.search(folded, *tables.LED_WITHIN):
        return False
    led = tables.LED.match(folded)
    return led is not None and led[1] in tables.RELATED and bool(led[2] or " " in led[1])


def _group_of_edge(folded: str, word: str) -> str | None:
    """Return the group of a line near the top or the end, else None."""
    for group, pattern in tables.EDGE_BY_WORD.get(word, ()):
        if pattern.fullmatch(folded):
            return group
    if (word in tables.STAMP_TOKENS or not word.isalpha()) and _is_stamp(folded):
        return "stamps"
    if (
        holds_any(folded, tables.LETTER)
        and tables.READER.search(folded)
        and tables.CALL.search(folded)
    ):
        return "prompts"
    return None


def _first_word(bare: str) -> str:
    """Return the first word of a line as the tables have it, empty where none of them fits."""
    end = bare.find(" ")
    word = bare if end < 0 else bare[:end]
    if word.isalnum():  # as most are
        return word.casefold()
    found = tables.FIRST.match(bare)
    return found[0].casefold() if found else ""


def _patterns_of(folded: str, word: str) -> list[tuple[str, re.Pattern[str]]]:
    """Return (group, pattern) of what begins with the first word of a line, or its first two."""
    listed = tables.BY_WORD.get(word, [])
    if word in tables.PAIRED and (second := tables.LETTERS.match(folded, len(word) + 1)):
        listed = listed + tables.BY_WORD.get(f"{word} {second[0]}", [])
    return listed


def group_of(
    line: str, *, at_edge: bool = False, bounds: str | tuple[str, ...] = tables.BOUND
) -> str | None:
    """Return the group of boilerplate that a whole line belongs to, None if it may be the article.

    Args:
        line: One line of a text.
        at_edge: Whether it stands near the top or the end.
        bounds: Those of ``tables.BOUND`` that can stand in it: who has seen the whole text knows.

    >>> group_of("Read more: What we know so far"), group_of("Read more books, she said.")
    ('related', None)
    """
    return None if len(line) > MAX_LINE else _group_of(line, at_edge, bounds)


@functools.lru_cache(maxsize=512)  # a text from which something was taken is looked at again
def _group_of(line: str, at_edge: bool, bounds: str | tuple[str, ...]) -> str | None:
    """Return the group of a line that is not too long; see :func:`group_of`."""
    bare = line.strip(tables.TRIMMED)
    if not bare:  # rules, stars, bullets
        return "buttons"
    word = _first_word(bare)
    bounded = len(bare) <= SHORT or bool(bounds and holds_any(bare[-ENDING:], bounds))
    if not (bounded or word in tables.KNOWN or bare[0] > "\u3000"):
        # Most paragraphs leave here.
        return _group_of_edge(bare.casefold(), word) if at_edge else None
    folded = bare.casefold()
    if group := tables.PHRASES.get(folded):
        return group
    for group, pattern in _patterns_of(folded, word):
        if pattern.fullmatch(folded):
            return group
    if word in tables.RELATED_FIRST and _leads(folded):
        return "related"
    if folded[0].isdigit() and tables.NUMBERED.fullmatch(folded):
        return "buttons"
    if folded[0] > "\u3000" and tables.UNSPACED_PROMPT.fullmatch(folded):
        return "prompts"
    ending = folded[-ENDING:]
    if "[" in ending and tables.MARKED.fullmatch(folded):
        return "related"
    if (
        bounded
        and holds_any(ending, tables.SIGNS)
        and holds_any(folded, tables.CAPTIONED)
        and tables.CAPTION.fullmatch(folded)
    ):
        return "photo"
    return _group_of_edge(folded, word) if at_edge else None


# ---- the step -------------------------------------------------------------------------------

# Most entries of a box taken after its heading; longer lists are found by the host's residue.
_MAX_BOX = 12
_MAX_ENTRY = 180


def _is_entry(line: str) -> bool:
    """Tell whether a line could be a headline in a box: short, and not ended like a sentence."""
    return len(line) <= _MAX_ENTRY and line.rstrip("\"'”’»")[-1:] not in ".:。…;,"


def _box_end(lines: Sequence[str], start: int) -> int:
    """Return where a box of headlines ends that begins after the heading before ``start``.

    Up to the end of the text all goes; before a paragraph bulleted lines, and others from two on,
    but for the last: a single short line before a paragraph is the paragraph's own heading.
    """
    end = start
    while end < len(lines) and end - start < _MAX_BOX and _is_entry(lines[end]):
        end += 1
    if end == len(lines):
        return end
    bulleted = start
    while bulleted < end and lines[bulleted].startswith(("- ", "• ", "* ")):
        bulleted += 1
    return max(bulleted, end - 1) if end - start >= 3 else bulleted


def _is_box_heading(line: str, group: str) -> bool:
    """Tell whether a line of the related group is a bare heading, without a title of its own."""
    folded = tables.folded(line)
    return (
        group == "related"
        and "[" not in folded
        and (folded in tables.RELATED or not _leads(folded))
    )


def _groups(lines: Sequence[str], bounds: tuple[str, ...]) -> list[str | None]:
    """Return the group of each line, None for lines that stay.

    Near the top and the end is counted in lines that stay, so a second cleaning would count the
    same.
    """
    found: dict[int, str | None] = {}
    count = len(lines)
    for order, limit in ((range(count), HEAD_LINES), (range(count - 1, -1, -1), TAIL_LINES)):
        kept = 0
        for index in order:
            if kept == limit:
                break
            if index not in found:
                found[index] = group_of(lines[index], at_edge=True, bounds=bounds)
            kept += found[index] is None
    return [
        found[index] if index in found else group_of(line, bounds=bounds)
        for index, line in enumerate(lines)
    ]


def boilerplate(draft: Draft) -> Draft:
    """Remove the lines of every group, and behind a heading of related articles their titles."""
    lines = lines_of(draft.text)
    groups = _groups(lines, tuple(sign for sign in tables.BOUND if sign in draft.text))
    if not any(groups):
        return draft
    kept: list[str] = []
    removed: list[Removal] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        group = groups[index]
        index += 1
        if group is None:
            kept.append(line)
            continue
        removed.append(Removal(group, line))
        if _is_box_heading(line, group):
            end = _box_end(lines, index)
            removed += [Removal("related", entry) for entry in lines[index:end]]
            index = end
    return replace(draft, text="\n".join(kept), removed=(*draft.removed, *removed))
