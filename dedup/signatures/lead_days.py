"""The days that a text speaks of first: weekdays and dates named in its lead.

A wire story says on which day it happened, and whoever rewrites it keeps the day. Two reports of
one affair name two days. A day to come, every week's, or a name with the word of a day in it is not
the day of the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from dedup.signatures.day_names import DAY_NAMES
from dedup.signatures.lead_patterns import (
    MONTHS,
    MOST_DAYS,
    TODAY,
    YESTERDAY,
    LeadPatterns,
    lead_patterns,
    names_of_all,
)

LEAD_CHARACTERS = 500
"""Characters of a text among which its day is looked for: two or three sentences."""

LEAD_UNSPACED = 170
"""The same in scripts without spaces, where a character is about as much text as three letters."""

NEAR_DAYS = range(-7, 2)
"""Days from publication to a date that names a weekday: what is further away is of the past or a
plan."""

DATE_BITS = 61
"""Dates share a bit when they are so many days apart: those of one month never do."""

_CONTEXT = 24  # characters before and after a name that are looked at
_WEEKDAYS = 7
_ALL_DAYS = (1 << _WEEKDAYS) - 1
_ALL_ZONES = (-8, 11)
_DAY_SECONDS = 86_400
_HOUR_SECONDS = 3_600
_EPOCH = date(1970, 1, 1).toordinal()
_LEAP_YEAR = 2000
_CALENDAR = range(1 - NEAR_DAYS[0], date.max.toordinal() - NEAR_DAYS[-1])
"""Days whose near days are all dates of Python."""

# Not behind "3. März", "at 8 p.m." or "the U.S."; it begins with characters, by which the search
# passes over all others at once.
_SENTENCE_END = re.compile(
    r"""[.!?…\n。！？](?:(?<=[\n。！？])|(?<!\d.)(?<!\W\w.)["'”’»)]*\s)""", re.DOTALL
)
_NAME_BEFORE = re.compile(r"""(?:^|\W)[^\W\d_a-zа-яё][^\W\d_]+\s$|["“«„]$""")
_CAPITAL_INSIDE = re.compile(r"[\w,]\s[^\W\d_a-zà-ÿά-ώ][\wά-ώ]*[^\W_A-ZÀ-Þ]")
_NAME_AFTER = re.compile(r"\s[A-ZÀ-ÞА-ЯЁ]")
_DAY_AFTER_MONTH = re.compile(r"\.?\s(\d{1,2})(?!\d|[.,:]\d|\s?%|\s(?:percent|million|billion)\b)")


class NamedDays(NamedTuple):
    """The days that a lead names, whenever it was published.

    Attributes:
        days: Bits: 1 for Monday to 64 for Sunday, 128 for today, 256 for yesterday.
        first: Those of the first sentence that names one; of the first with a date where none does.
        dates: Dates in order: 32 times the month, 0 where it is not written, and the day; and
            ``IN_FIRST`` for those of that sentence.
    """

    days: int
    first: int
    dates: tuple[int, ...]


NO_DAYS = NamedDays(0, 0, ())

IN_FIRST = 512

_DATE_SPAN = 32


class LeadDays(NamedTuple):
    """The days that a lead names, as bits.

    Attributes:
        days: Weekdays, 1 for Monday to 64 for Sunday.
        first: Those of the first sentence that names a day, as in :class:`NamedDays`.
        dates: Dates with day and month, 2 to the power of the day of the year modulo ``DATE_BITS``.
    """

    days: int
    first: int
    dates: int


class Mention(NamedTuple):
    """A day that a lead names.

    Attributes:
        start: Its place, 1 for the first character.
        weekday: 0 for Monday, or ``TODAY`` or ``YESTERDAY``; None for a date.
        month: The month of a date, 1 to 12; 0 where it only has a day, as in Chinese and Japanese.
        day: The day of a date, 1 to 31.
    """

    start: int
    weekday: int | None
    month: int = 0
    day: int = 0


def lead_days(text: str, language: str | None, moment: float | None = None) -> int:
    """Return the weekdays that a lead names, 1 for Monday to 64 for Sunday; see :func:`days_of`.

    >>> lead_days("Two men were hurt on Monday night. They left on Tuesday.", "en")
    3
    >>> lead_days("Two men were hurt yesterday.", "en", 1_394_496_000)  # Tuesday 2014-03-11
    1
    """
    return days_of(text, language, moment).days


def days_of(text: str, language: str | None, moment: float | None = None) -> LeadDays:
    """Return the weekdays and dates that a lead names; see :func:`weekdays_of`."""
    return weekdays_of(named_days(text, language), language, moment)


def named_days(text: str, language: str | None) -> NamedDays:
    """Return the days that a lead names.

    Args:
        text: A cleaned text.
        language: Its language in two letters; None for unknown, where that of the first name of a
            day counts that means the same in all.
    """
    language = language or _language_of(text)
    if language is None or language not in DAY_NAMES:
        return NO_DAYS
    patterns = lead_patterns(language)
    lead = text[: LEAD_CHARACTERS if patterns.language.spaced else LEAD_UNSPACED]
    found = list(mentions(lead, patterns))
    if not found:
        return NO_DAYS
    start = next((each.start for each in found if each.weekday is not None), found[0].start)
    stop = _SENTENCE_END.search(lead, start) if len(found) > 1 else None
    end = stop.start() if stop else len(lead)
    days = first = 0
    dates: list[int] = []
    for mention in found:
        in_first = start <= mention.start <= end
        if mention.weekday is None:
            dates.append(mention.month * _DATE_SPAN + mention.day + in_first * IN_FIRST)
        else:
            days |= 1 << mention.weekday
            first |= in_first << mention.weekday
    return NamedDays(days, first, tuple(dates))


def weekdays_of(named: NamedDays, language: str | None, moment: float | None) -> LeadDays:
    """Return the weekdays of named days where they are known.

    Args:
        named: The days.
        language: The language of the text, None if unknown.
        moment: Publication in seconds since 1970 UTC, None if unknown. With it, today, yesterday
            and near dates are weekdays, too; where the clock of the place may show one of two days,
            both.
    """
    published = _published(moment, language)
    days = _with_relative(named.days, published)
    first = _with_relative(named.first, published)
    dates = 0
    for code in named.dates:
        month, day = divmod(code & ~IN_FIRST, _DATE_SPAN)
        for ordinal in published:
            bit = _near(ordinal).get((month, day), 0)
            days |= bit
            first |= bit if code & IN_FIRST else 0
        dates |= _date_bit(month, day)
    return LeadDays(days, first, dates)


def mentions(lead: str, patterns: LeadPatterns) -> Iterator[Mention]:
    """Yield the days that a lead names as that of an event, in order.

    Args:
        lead: The start of a text.
        patterns: The names of its language.
    """
    lead = " " + lead.replace("İ", "I")  # the lower case of this letter alone has two characters
    lower = lead.lower()
    spaced = patterns.language.spaced
    searched = lower.replace("\n", " ").replace("(", " ") if spaced else lower
    for match in patterns.search.finditer(searched):
        word = match["word"]
        start, end = match.start("day" if word is None else "word"), match.end()
        if word is None:
            mention = _dated(match, start, lower, patterns)
        elif word in patterns.day_of:
            mention = _named(word, start, end, lead, lower, patterns)
        else:
            mention = _month_first(word, start, end, lead, patterns)
        if mention is not None:
            yield mention


def _named(
    word: str, start: int, end: int, lead: str, lower: str, patterns: LeadPatterns
) -> Mention | None:
    """Return the mention of a day by its name, None where the name means something else."""
    if patterns.not_after.match(lower, end) or _ends_in(
        lower, start, patterns.not_before, patterns
    ):
        return None
    if word in patterns.doubtful and not (
        patterns.after.match(lower, end)
        or _ends_in(lower, start, patterns.before, patterns)
        or (patterns.language.capital and _CAPITAL_INSIDE.match(lead, start - 2))
    ):
        return None
    day = patterns.day_of[word]
    has_capital = patterns.language.capital and day < _WEEKDAYS
    if not has_capital and _is_proper(lead, start, start + len(word)):
        return None
    return Mention(start, day)


def _dated(match: re.Match[str], start: int, lower: str, patterns: LeadPatterns) -> Mention | None:
    """Return the mention of a date whose day comes first, or of a day without its month."""
    found = match.groupdict()
    if name := found.get("name"):
        return _date(start, patterns.month_of[name], found["day"])
    short = found.get("short")
    if short and not patterns.before_short.search(lower[max(0, start - _CONTEXT) : start]):
        return None
    if short:
        return _date(start, int(short), found["day"])
    return _date(start, int(found.get("month") or found.get("number") or 0), found["day"])


def _month_first(
    word: str, start: int, end: int, lead: str, patterns: LeadPatterns
) -> Mention | None:
    """Return the mention of a date that begins with a month, which has a capital in English."""
    day = _DAY_AFTER_MONTH.match(lead, end)
    if day is None or (patterns.language.capital and lead[start].islower()):
        return None
    return _date(start, patterns.month_of[word], day[1])


def _date(start: int, month: int, day: str) -> Mention | None:
    """Return the mention of a date, None where the numbers are none."""
    number = int(day)
    fits = 0 < number <= MOST_DAYS and month <= MONTHS
    return Mention(start, None, month, number) if fits else None


def _ends_in(lower: str, start: int, pattern: re.Pattern[str], patterns: LeadPatterns) -> bool:
    """Return whether a pattern describes the one or two whole words before a place."""
    before = lower[max(0, start - _CONTEXT) : start]
    if not patterns.language.spaced:
        return pattern.search(before) is not None
    words = before.rsplit(None, 2)[-2:]
    if not words:
        return False
    return bool(pattern.fullmatch(words[-1].lstrip("(")) or pattern.fullmatch(" ".join(words)))


def _is_proper(lead: str, start: int, end: int) -> bool:
    """Return whether a name of a day with a capital is part of another name, or in quotes.

    Its neighbour has a capital, too, and the text around is not all in capitals.
    """
    if not lead[start].isupper() or lead[start:end].isupper():
        return False
    return bool(
        _NAME_BEFORE.search(lead[max(0, start - _CONTEXT) : start]) or _NAME_AFTER.match(lead, end)
    )


def _published(moment: float | None, language: str | None) -> tuple[int, ...]:
    """Return the days of publication where a language is written, as ordinals.

    A moment at midnight is a day without a time.
    """
    if moment is None:
        return ()
    known = DAY_NAMES.get(language or "")
    zones = known.zones if known else _ALL_ZONES
    hours = zones if moment % _DAY_SECONDS else (0,)
    days = (_EPOCH + int((moment + hour * _HOUR_SECONDS) // _DAY_SECONDS) for hour in hours)
    return tuple(day for day in days if day in _CALENDAR)


def _with_relative(bits: int, published: tuple[int, ...]) -> int:
    """Return the bits of weekdays, those of today and yesterday among them."""
    found = bits & _ALL_DAYS
    for day in published:
        if bits >> TODAY & 1:
            found |= _bit(day)
        if bits >> YESTERDAY & 1:
            found |= _bit(day - 1)
    return found


@lru_cache(maxsize=1024)
def _near(published: int) -> dict[tuple[int, int], int]:
    """Return the bit of each date near a day by month and day, and by 0 and day."""
    near: dict[tuple[int, int], int] = {}
    for apart in NEAR_DAYS:
        there = date.fromordinal(published + apart)
        near[there.month, there.day] = near[0, there.day] = _bit(published + apart)
    return near


def _bit(ordinal: int) -> int:
    """Return the bit of the weekday of a day; the first day of all was a Monday."""
    return 1 << (ordinal - 1) % _WEEKDAYS


def _date_bit(month: int, day: int) -> int:
    """Return the bit of a date, 0 where it has no month; the 31st of June is the 1st of July."""
    if not month:
        return 0
    return 1 << (date(_LEAP_YEAR, month, 1).toordinal() + day - 1) % DATE_BITS


def _language_of(text: str) -> str | None:
    """Return the first language that has the first name of a day that means the same in all."""
    pattern, language_of = names_of_all()
    match = pattern.search(" " + text[:LEAD_CHARACTERS].lower().replace("\n", " "))
    return language_of[match["word"]] if match else None
