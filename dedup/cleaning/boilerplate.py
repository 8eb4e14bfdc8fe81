"""Remove whole lines that extractors leave and that are not the article, group by group.

The tables are made for precision: a line must be a phrase of a table, or begin with one of a row's
words and match the row's pattern as a whole. A line that could be a sentence counts only near the
top or the end. Patterns have no nested quantifiers, and no line longer than 360 characters is
looked at.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace

from dedup.cleaning import boilerplate_tables as tables
from dedup.cleaning.dateline import MONTHS, holds_any
from dedup.cleaning.normalise import lines_of
from dedup.models import Draft, Removal

GROUPS = ("related", "photo", "buttons", "prompts", "notices", "stamps", "labels")
"""Names of the groups, as in ``Removal.step``."""

HEAD_LINES = 4
"""Remaining lines at the top that count as near the top."""

# Remaining lines at the end that count as near the end.
_TAIL_LINES = 6

# The longest boilerplate of the tables is a caption with its credits.
_MAX_LINE = 360

SHORT = 60
"""Characters of the longest line that may be a phrase of the tables or any caption."""

# The end of a longer line, where captions have their credit.
_ENDING = 90


def is_stamp(folded: str) -> bool:
    """Return whether a line is a date or time, or a small number that counted something."""
    unsigned = tables.BY_NAME.sub("", folded) if holds_any(folded, tables.BEFORE_NAME) else folded
    tokens = []
    for match in tables.TOKEN.finditer(unsigned):
        token = match[0]
        if token not in tables.STAMP_TOKENS and not (token[0].isdigit() and len(token) <= 6):
            return False  # most lines leave here
        tokens.append(token)
    if not 0 < len(tokens) <= 24 or not any(map(str.isdigit, folded)):
        return False
    return tokens == [folded] or not MONTHS.isdisjoint(tokens) or bool(tables.DATED.search(folded))


def _leads(folded: str) -> bool:
    """Return whether a line begins with a phrase for related articles and a separator."""
    led = tables.LED.match(folded)
    return led is not None and led[1] in tables.RELATED and bool(led[2] or " " in led[1])


def _group_at_edge(folded: str, word: str) -> str | None:
    """Return the group of a line near the top or the end, else None."""
    for group, pattern in tables.EDGE_BY_WORD.get(word, ()):
        if pattern.fullmatch(folded):
            return group
    if _may_begin_stamp(word) and len(folded) <= tables.MAX_STAMP and is_stamp(folded):
        return "stamps"
    if (
        holds_any(folded, tables.LETTER)
        and tables.READER.search(folded)
        and tables.CALL.search(folded)
    ):
        return "prompts"
    return None


def _may_begin_stamp(word: str) -> bool:
    """Return whether a date or time could begin with a word."""
    return word in tables.STAMP_TOKENS or not word.isalpha()


@functools.lru_cache(maxsize=4096)  # few different words begin most lines
def _first_word(written: str) -> tuple[str, tuple[str, ...], bool]:
    """Return what the tables have under the first word of a line.

    Args:
        written: All before the first blank.

    Returns:
        The word folded; how long boilerplate with this first word begins; whether the word begins
        other boilerplate near the top or the end.
    """
    word = written.casefold()
    if not word.isalnum():
        first = tables.FIRST.match(word)
        word = first[0] if first else ""
    # In scripts without spaces no word says what a line is.
    starts = ("",) if written[0] > "\u3000" else tables.STARTS.get(word, ())
    return word, starts, word in tables.EDGE_BY_WORD or _may_begin_stamp(word)


def group_of(line: str, *, at_edge: bool = False, bounds: str = tables.BOUND) -> str | None:
    """Return the group of boilerplate that a whole line belongs to, None if it may be the article.

    Args:
        line: One line of a text.
        at_edge: Whether the line is near the top or the end.
        bounds: Those of ``tables.BOUND`` that the text contains.

    >>> group_of("Read more: What we know so far"), group_of("Read more books, she said.")
    ('related', None)
    """
    if len(line) > _MAX_LINE:
        return None
    bare = line.strip(tables.TRIMMED)
    if not bare:  # rules, stars, bullets
        return "buttons"
    word, starts, edge_word = _first_word(bare.partition(" ")[0])
    short = len(bare) <= SHORT or bool(bounds and holds_any(bare[-_ENDING:], bounds))
    if not (short or starts or at_edge):
        return None  # most paragraphs leave here
    folded = bare.casefold()
    group = None
    if short or folded.startswith(starts):
        group = _group_anywhere(folded, word, short=short)
    if not group and at_edge and (edge_word or holds_any(folded, tables.LETTER)):
        group = _group_at_edge(folded, word)
    return group


def _group_anywhere(folded: str, word: str, *, short: bool) -> str | None:
    """Return the group of a line that is boilerplate wherever it stands, else None.

    Args:
        folded: The line.
        word: Its first word.
        short: Whether it is short or ends like a caption.
    """
    if group := tables.PHRASES.get(folded):
        return group
    patterns = tables.BY_WORD.get(word, [])
    if word in tables.PAIRED and (second := tables.LETTERS.match(folded, len(word) + 1)):
        patterns = patterns + tables.BY_WORD.get(f"{word} {second[0]}", [])
    for group, pattern in patterns:
        if pattern.fullmatch(folded):
            return group
    if folded.startswith(tables.RELATED_BY_WORD.get(word, ())) and _leads(folded):
        return "related"
    if folded[0].isdigit() and tables.NUMBERED.fullmatch(folded):
        return "buttons"
    if folded[0] > "\u3000" and tables.UNSPACED_PROMPT.fullmatch(folded):
        return "prompts"
    ending = folded[-_ENDING:]
    if "[" in ending and tables.MARKED.fullmatch(folded):
        return "related"
    if (
        short
        and holds_any(ending, tables.SIGNS)
        and holds_any(folded, tables.CAPTIONED)
        and tables.CAPTION.fullmatch(folded)
    ):
        return "photo"
    return None


# ---- the step -------------------------------------------------------------------------------

# Most entries of a box removed after its heading; site boilerplate finds longer lists.
_MAX_BOX = 12
_MAX_ENTRY = 180


def _is_entry(line: str) -> bool:
    """Return whether a line could be a headline in a box: short, and no sentence by its end."""
    return len(line) <= _MAX_ENTRY and line.rstrip("\"'”’»")[-1:] not in ".:。…;,"


def _box_end(lines: Sequence[str], start: int) -> int:
    """Return where a box of headlines ends that begins after the heading before ``start``.

    A box at the end of the text has all lines up to there. Before a paragraph it has the bulleted
    lines, and of two or more others all but the last: a single short line before a paragraph is the
    paragraph's own heading.
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
    """Return whether a line of the related group is a bare heading, without a title of its own."""
    folded = tables.folded(line)
    return (
        group == "related"
        and "[" not in folded
        and (folded in tables.RELATED or not _leads(folded))
    )


def _edge_groups(lines: Sequence[str], limit: int, bounds: str) -> list[str | None]:
    """Return the groups of the first lines, up to where ``limit`` of them stay.

    Near the top and the end is counted in lines that stay, so a second cleaning would count the
    same.
    """
    groups: list[str | None] = []
    kept = 0
    for line in lines:
        group = group_of(line, at_edge=True, bounds=bounds)
        groups.append(group)
        if group is None:
            kept += 1
            if kept == limit:
                break
    return groups


def _groups(lines: Sequence[str], bounds: str) -> list[str | None]:
    """Return the group of each line, None for lines that stay."""
    head = _edge_groups(lines, HEAD_LINES, bounds)
    rest = lines[len(head) :]
    tail = _edge_groups(rest[::-1], _TAIL_LINES, bounds)
    between = rest[: len(rest) - len(tail)]
    return [*head, *[group_of(line, bounds=bounds) for line in between], *reversed(tail)]


def boilerplate(draft: Draft) -> Draft:
    """Remove the lines of every group, and the titles behind a heading of related articles."""
    lines = lines_of(draft.text)
    groups = _groups(lines, "".join([sign for sign in tables.BOUND if sign in draft.text]))
    if not any(groups):
        return draft
    if all(groups):  # a picture and its caption are the whole article of some pages
        groups = [
            None if group == "photo" and len(line) > SHORT else group
            for group, line in zip(groups, lines, strict=True)
        ]
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
