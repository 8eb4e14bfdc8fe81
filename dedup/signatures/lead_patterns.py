"""One pattern a language for the names of days and the dates of a lead.

A lead is searched once, and from its spaces only where words are separated: that takes a third of
the time of a search at every letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from dedup.calendar_names import months_in
from dedup.signatures.day_names import DAY_NAMES, DayNames

TODAY, YESTERDAY = 7, 8
"""Numbers of the days that only the moment of publication makes weekdays."""

SHORTEST_UNKNOWN = 5
"""Letters of the shortest name that is a day in a text of unknown language."""

_MONTH_FIRST = frozenset({"en", "hu", "lt"})
"""Languages that write the month before the day; in the others, 03.04.2026 is in April."""

MOST_DAYS, MONTHS = 31, 12

_DIGITS = "[0-9٠-٩۰-۹०-९০-৯]"
_NAMED_MONTH = r"(?:st|nd|rd|th|er|[.º°ª])?\s(?:(?:de|of|den|من)\s|d['’]|ב)?(?P<name>{})(?!\w)"
_WITH_YEAR = r"[./](?P<month>\d{1,2})[./]\d{4}(?!\d)"
_VIETNAMESE = r"\stháng\s(?P<number>\d{1,2})(?!\d)|[-/.](?P<short>\d{1,2})(?![\d%])"
_IN_BRACKETS = r"/(?P<short>\d{1,2})(?![\d%])"
_EAST_ASIAN = (
    r"|(?:(?P<month>\d{1,2})\s?[月월]\s?)?(?P<day>\d{1,2})\s?[日号號일]"
    r"(?![間间內内後前目之以世經经連连ぶ分圓圆元本語语游遊간째])"
)
_DOTTED = r"\.(?P<short>\d{1,2})\."
_SHORT = {
    "de": _DOTTED,
    "vi": _VIETNAMESE,
    "pt": _IN_BRACKETS,
    "id": _IN_BRACKETS,
    "ms": _IN_BRACKETS,
}
"""Dates of figures without a year; in other languages they are as often a score or a version."""

_BEFORE_SHORT = {
    "de": re.compile(r"(?:(?:am|vom|zum|dem|den|bis)\s|,\s|\()$"),
    "vi": re.compile(r"(?:ngày|sáng|chiều|tối|trưa|đêm|hôm|vào|thứ \w+|nhật,?|\()\s*$"),
    "pt": re.compile(r"\($"),
    "id": re.compile(r"\($"),
    "ms": re.compile(r"\($"),
}

_NOTHING = re.compile(r"(?!)")


class LeadPatterns(NamedTuple):
    """The compiled names of days and months of a language; see :class:`DayNames`.

    Attributes:
        language: The names.
        search: Finds ``word``, a name of a day, or of a month that stands before its day, or
            ``day``, a number, with the month in one of the other groups.
        day_of: The number of each name of a day, 0 for Monday.
        month_of: The number of each name of a month, 1 for January.
        doubtful: The names of days that are other words as well.
        before: What makes one of these a day, before it, whole words.
        after: The same, after it.
        not_before: What makes a day that of no event, before it, whole words.
        not_after: The same, after it.
        before_short: What stands before a date of figures without a year.
    """

    language: DayNames
    search: re.Pattern[str]
    day_of: dict[str, int]
    month_of: dict[str, int]
    doubtful: frozenset[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    not_before: re.Pattern[str]
    not_after: re.Pattern[str]
    before_short: re.Pattern[str]


@cache
def lead_patterns(language: str) -> LeadPatterns:
    """Return the compiled names of a language.

    Args:
        language: A key of ``DAY_NAMES``.
    """
    names = DAY_NAMES[language]
    doubtful = _numbered(names.doubtful)
    day_of = _numbered(names.days) | doubtful
    day_of |= dict.fromkeys(filter(None, names.today.split("|")), TODAY)
    day_of |= dict.fromkeys(filter(None, names.yesterday.split("|")), YESTERDAY)
    month_of = months_in(language) if names.spaced else {}
    return LeadPatterns(
        language=names,
        search=_search(language, names, day_of, month_of),
        day_of=day_of,
        month_of=month_of,
        doubtful=frozenset(doubtful),
        before=_compiled(names.before),
        after=_compiled(names.after),
        not_before=_compiled(names.not_before, "" if names.spaced else "$"),
        not_after=_compiled(names.not_after, before=r"\s*"),
        before_short=_BEFORE_SHORT.get(language, _NOTHING),
    )


@cache
def names_of_all() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return a pattern of the names that are days in any text, and the first language of each.

    They are the longer ones that mean the same day in all languages that have them.
    """
    days: dict[str, set[int]] = {}
    language_of: dict[str, str] = {}
    other_words: set[str] = set()
    for language, names in DAY_NAMES.items():
        other_words.update(_numbered(names.doubtful))
        for form, day in _numbered(names.days).items():
            days.setdefault(form, set()).add(day)
            language_of.setdefault(form, language)
    plain = [
        form
        for form, numbers in days.items()
        if len(numbers) == 1 and form not in other_words and len(form) >= SHORTEST_UNKNOWN
    ]
    return re.compile(rf" (?P<word>{_any_of(plain)})"), language_of


def _search(
    language: str, names: DayNames, days: Iterable[str], months: Iterable[str]
) -> re.Pattern[str]:
    """Return the pattern that finds names of days and dates."""
    if not names.spaced:
        dates = "" if language == "th" else _EAST_ASIAN
        return re.compile(f"(?P<word>{_any_of(days)}){dates}")
    ending = f"(?:{names.endings})?" if names.endings else ""
    words = [*days, *months] if language in _MONTH_FIRST else days
    after_day = [_NAMED_MONTH.format(_any_of(months))]
    if language not in _MONTH_FIRST:
        after_day.append(_WITH_YEAR)
    if language in _SHORT:
        after_day.append(_SHORT[language])
    date = rf"(?P<day>{_DIGITS}{{1,2}})(?:{'|'.join(after_day)})"
    beginning = f"(?:{names.beginnings})?" if names.beginnings else ""
    return re.compile(rf" (?:{beginning}(?P<word>{_any_of(words)}){ending}(?!\w)|{date})")


def _any_of(forms: Iterable[str]) -> str:
    """Return a pattern of any form, the longest that fits: a tree of their letters."""
    forms = set(forms)
    rest: dict[str, set[str]] = {}
    for form in forms:
        if form:
            rest.setdefault(form[0], set()).add(form[1:])
    branches = [
        re.escape(letter) + (_any_of(ends) if any(ends) else "")
        for letter, ends in sorted(rest.items())
    ]
    optional = "?" if "" in forms else ""
    listed = "|".join(branches)
    return f"(?:{listed}){optional}" if optional or len(branches) > 1 else listed


def _compiled(pattern: str, after: str = "", before: str = "") -> re.Pattern[str]:
    """Return a compiled pattern between two others; one that is empty matches nothing."""
    return re.compile(f"{before}(?:{pattern}){after}") if pattern else _NOTHING


def _numbered(days: str) -> dict[str, int]:
    """Return the day of each form of a table."""
    return {
        form: day for day, forms in enumerate(days.split(",")) for form in forms.split("|") if form
    }
