"""Remove the title where it stands in the text again."""

from __future__ import annotations

import re
from dataclasses import replace

from dedup.cleaning.boilerplate import HEAD_LINES
from dedup.cleaning.normalise import lines_of
from dedup.models import Draft, Removal

# Share of the shorter one's words that a line must have in common with the title, if it is not the
# title itself: many sites have a second headline on the page.
_TITLE_SHARE = 0.6
_MIN_TITLE_WORDS = 5
# In letters, for scripts without spaces, where a title is one or two runs.
_MIN_TITLE_LETTERS = 8
_TWO_SENTENCES = re.compile(r"[?!] \w")
# Longest line, or title, that is taken for a headline.
_MAX_HEADLINE = 250

_WORDS = re.compile(r"\w+")
_STOPS = ".。:;,"


def _ends_sentence(line: str) -> bool:
    """Return whether a line ends as sentences do and headlines do not."""
    return line[-1:] in _STOPS or line.rstrip("\"'”’»)")[-1:] in _STOPS


def _is_variant(line: str, wanted: list[str]) -> bool:
    """Return whether a line is the title with a kicker, a site's name or other words around."""
    words = _WORDS.findall(line.casefold())
    if not words or line[0].islower() or _TWO_SENTENCES.search(line):
        return False
    if len(words) > 2 * len(wanted) or len(wanted) > 2 * len(words):
        return False
    joined, title_joined = "".join(words), "".join(wanted)
    if len(joined) >= _MIN_TITLE_LETTERS and (
        title_joined.startswith(joined) or joined.endswith(title_joined)
    ):
        return True
    shorter = min(len(words), len(wanted))
    common = len(set(words) & set(wanted))
    return shorter >= _MIN_TITLE_WORDS and common >= _TITLE_SHARE * shorter


def _is_title(line: str, title: str) -> bool:
    """Return whether a line has the letters of the title; ``title`` is folded, without blanks."""
    letter = line[:1].lower()
    if letter.isascii() and letter.isalnum() and letter != title[0]:
        return False  # most lines begin otherwise
    return "".join(_WORDS.findall(line.casefold())) == title


def headline(draft: Draft) -> Draft:
    """Remove lines near the top that repeat the title, unless nothing else would stay.

    The title itself is removed anywhere near the top, a variant of it only before the first
    sentence.
    """
    if not draft.title or len(draft.title) > _MAX_HEADLINE:
        return draft
    wanted = _WORDS.findall(draft.title.casefold())
    title = "".join(wanted)
    if not title:
        return draft
    lines = lines_of(draft.text)
    kept: list[str] = []
    repeats: list[str] = []
    begun = False
    for line in lines[:-1]:
        if len(line) <= _MAX_HEADLINE and (
            _is_title(line, title)
            or (not (begun or _ends_sentence(line)) and _is_variant(line, wanted))
        ):
            repeats.append(line)
            continue
        kept.append(line)
        if len(kept) == HEAD_LINES:
            break
        begun = begun or _ends_sentence(line)
    if not repeats:
        return draft
    removed = tuple(Removal("headline", line) for line in repeats)
    text = "\n".join([*kept, *lines[len(kept) + len(repeats) :]])
    return replace(draft, text=text, removed=(*draft.removed, *removed))
