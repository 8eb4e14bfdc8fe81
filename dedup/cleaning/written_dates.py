"""Dates as people write them: names of months, day or month first, a clock with am and pm."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum

from dedup.calendar_names import month_of, weekdays_of

LONGEST = 100
"""Characters of the longest text that is read as a written date."""


class DayOrder(StrEnum):
    """What comes first in dates of figures such as 03.04.2026."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


# Minutes from UTC of the names of zones with one meaning: UTC, those of RFC 5322 but CST, which is
# China's too, and those of whole regions. Where another name stands, only the day is read.
_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 60, "cet": 60, "mez": 60, "cest": 120,
    "mesz": 120, "eet": 120, "eest": 180, "msk": 180, "мск": 180, "jst": 540, "kst": 540,
    "hkt": 480, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780, "est": -300, "edt": -240,
    "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
}  # fmt: skip

_AFTER_NOON = ("p", "下午", "午後", "午后", "오후")

_WEEKDAY = r"(?:le\s+)?(?:(?P<weekday>[^\W\d_][^\d\s.,:;/()]*)[.,]{0,2}\s+(?:den\s+)?)?"
_MONTH = r"(?:de\s+|of\s+|d['’])?(?P<month>[^\W\d_][^\d\s.,:;/()–—-]*)[.,]{0,2}"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|e|º|°|ª|\.)?"
_YEAR = r"(?:del?\s+)?(?P<year>\d{4})(?![\d/.-]\d)"

# What pages write before the date of publication, and spiders take with it.
_LABEL = re.compile(
    r"(?:(?:first\s+)?(?:published|posted)(?:\s+on)?|date|publié(?:e)?\s+le|veröffentlicht(?:\s+am)?"
    r"|publicad[oa](?:\s+(?:el|em))?|pubblicat[oa](?:\s+il)?|gepubliceerd(?:\s+op)?|опубликовано)"
    r"(?:\s*[:|–—-]\s*|\s+)(?=\S)"
)
# 14-Feb-18, as spreadsheets and databases write a day.
_SHORT_YEAR = re.compile(r"(\d{1,2}-[^\W\d_]{3,4}-)(\d\d)(?!\d)")
_LATEST_SHORT_YEAR = 68  # as strptime() of POSIX has it: 1 January 1970 stands for no date

_YEAR_FIRST = re.compile(r"(?P<year>\d{4})([-/.])(?P<number>\d{1,2})\2(?P<day>\d{1,2})(?!\d)")
_EAST_ASIAN = re.compile(
    r"(?P<year>\d{4})\s?[年년]\s?(?P<number>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]"
)
_NAMED = (
    re.compile(rf"{_WEEKDAY}{_DAY}[\s/-]*{_MONTH}[\s/-]*{_YEAR}"),  # 3. März 2026; 3-Mar-2026
    re.compile(rf"{_WEEKDAY}{_MONTH}[\s-]*{_DAY},?[\s-]+{_YEAR}"),  # March 3rd, 2026
    re.compile(rf"(?P<year>\d{{4}})[.,]?[\s-]*{_MONTH}[\s-]*{_DAY}(?!\d)"),  # 2026. március 3.
)
_IN_FIGURES = re.compile(
    rf"{_WEEKDAY}(?P<first>\d{{1,2}})(?P<by>[./-])\s?(?P<second>\d{{1,2}})(?P=by)\s?{_YEAR}"
)
# Tue Mar  3 10:00:00 2026, as ctime writes it, with or without a zone before the year.
_YEAR_LAST = re.compile(
    r"(?P<day>[^\W\d_]+,?\s+[^\W\d_]+\s+\d{1,2})\s+(?P<clock>\d\d:\d\d:\d\d(?:\s+[^\s\d]\S*)?)\s+"
    r"(?P<year>\d{4})"
)
# 10:00 AM EST, March 3, 2026
_CLOCK_FIRST = re.compile(
    r"(?P<clock>\d{1,2}:\d\d(?::\d\d)?(?:\s*[ap]\.?m\b\.?)?(?:\s+[^\W\d_]{1,4}(?=,))?)\s*[,|·–—-]?\s+"
    r"(?P<day>.+)"
)
_AFTER_YEAR = re.compile(r"\s*(?:г\.?|года|р\.?|року)(?=[\s,]|$)|[日일.]?(?=\s*$)")
_CLOCK = re.compile(
    r"(?:t|[\s,;:|·–—-]*(?:(?:at|um|à|a\s+las|alle(?:\s+ore)?|às|в|kl\.?|klo|om)\s+)?)"
    r"(?:(?P<noon>上午|午前|오전|下午|午後|午后|오후)\s*)?"
    r"(?P<hour>\d{1,2})(?:(?:[:.時时点]|\s?h\s?|시\s?)(?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,]\d{1,9})?)?"
    r"|(?=\s*(?:[ap]\.?m|uhr)))"
    r"[分분]?\s*(?:(?P<half>[ap])\.?m\b\.?)?\s*(?:uhr|hrs?|h)?"
    r"\s*(?P<open>\()?(?P<zone>[^\W\d_]{1,5})?"
    r"(?:(?P<sign>[+-])(?P<hours>\d\d?)(?::?(?P<minutes>\d\d))?)?(?(open)\))"
    r"(?:\s+(?:utc|gmt))?\s*(?:\(.*\)|\[.*\])?"
)


def read_written(text: str, order: DayOrder | None = None) -> datetime | date | None:
    """Return a written date, a day where no clock is read; None where it has no known form.

    Args:
        text: The text, without white space around.
        order: The order of day and month, where figures do not show it; None for unknown.

    >>> read_written("Tuesday, March 3rd, 2026, 10:00 pm")
    datetime.datetime(2026, 3, 3, 22, 0)
    >>> read_written("03.04.2026"), read_written("03.04.2026", DayOrder.DAY_FIRST)
    (None, datetime.date(2026, 4, 3))
    """
    if len(text) > LONGEST:
        return None
    text = _with_whole_year(_day_first_of_all(_without_label(text.casefold())))
    if match := _IN_FIGURES.match(text):
        days = _days_in_figures(match)
        if order is not None or len(set(days.values())) > 1:
            days = {each: day for each, day in days.items() if each is order}
        return _with_clock(next(iter(days.values())), text[match.end() :]) if days else None
    for form in (_YEAR_FIRST, _EAST_ASIAN, *_NAMED):
        if (match := form.match(text)) and (day := _day(match)):
            blank = " " if form is _EAST_ASIAN else ""  # its last sign ends the day
            return _with_clock(day, blank + text[match.end() :])
    return None


def order_shown(text: str) -> DayOrder | None:
    """Return which order of day and month a date of figures shows; None where it shows none.

    >>> order_shown("13.04.2026 10:00"), order_shown("03.04.2026"), order_shown("04.04.2026")
    (<DayOrder.DAY_FIRST: 'day-first'>, None, None)
    """
    if len(text) > LONGEST:
        return None
    match = _IN_FIGURES.match(_day_first_of_all(_without_label(text.casefold())))
    days = _days_in_figures(match) if match else {}
    return next(iter(days)) if len(days) == 1 else None


def _without_label(text: str) -> str:
    """Return a date without the word before it.

    >>> _without_label("published: 3 march 2026"), _without_label("since 3 march 2026")
    ('3 march 2026', 'since 3 march 2026')
    """
    label = _LABEL.match(text)
    return text[label.end() :] if label else text


def _with_whole_year(text: str) -> str:
    """Return a day whose month is named with the century of its year, 1969 to 2068.

    >>> _with_whole_year("14-feb-18"), _with_whole_year("3-mar-99 10:00")
    ('14-feb-2018', '3-mar-1999 10:00')
    """
    match = _SHORT_YEAR.match(text)
    if not match:
        return text
    century = "20" if int(match[2]) <= _LATEST_SHORT_YEAR else "19"
    return f"{match[1]}{century}{text[match.start(2) :]}"


def _day_first_of_all(text: str) -> str:
    """Move a clock that stands before a day, or before its year, to the end."""
    if moved := _YEAR_LAST.fullmatch(text):
        return "{day} {year} {clock}".format(**moved.groupdict())
    if moved := _CLOCK_FIRST.fullmatch(text):
        return "{day} {clock}".format(**moved.groupdict())
    return text


def _days_in_figures(match: re.Match[str]) -> dict[DayOrder, date]:
    """Return the days that a date of figures can be; a weekday before it must be theirs."""
    first, second, year = (int(match[name]) for name in ("first", "second", "year"))
    read = {
        DayOrder.DAY_FIRST: _valid(year, second, first),
        DayOrder.MONTH_FIRST: _valid(year, first, second),
    }
    weekdays = range(7) if match["weekday"] is None else weekdays_of(match["weekday"])
    return {order: day for order, day in read.items() if day and day.weekday() in weekdays}


def _day(match: re.Match[str]) -> date | None:
    """Return the day of a form in which figures do not decide the order."""
    groups = match.groupdict()
    month = int(groups["number"]) if "number" in groups else month_of(groups["month"])
    weekday = groups.get("weekday")
    if month is None or (weekday is not None and not weekdays_of(weekday)):
        return None  # other words before a date change what it says
    return _valid(int(groups["year"]), month, int(groups["day"]))


def _valid(year: int, month: int, day: int) -> date | None:
    """Return a day of the calendar, or None."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _with_clock(day: date, rest: str) -> datetime | date | None:
    """Return a day with the time that follows it, or the day where that has no known form.

    A day before other letters or figures is part of something longer, and no date.
    """
    if mark := _AFTER_YEAR.match(rest):
        rest = rest[mark.end() :]
    clock = _CLOCK.fullmatch(rest)
    if clock is None or (moment := _time(clock)) is None:
        return day if not rest or not (rest[0].isalnum() and rest[0] != "t") else None
    return datetime.combine(day, moment)


def _time(clock: re.Match[str]) -> time | None:
    """Return a time of day with its zone, if it has one; None where either is not known."""
    hour, minute, second = (int(clock[name] or 0) for name in ("hour", "minute", "second"))
    if half := clock["half"] or clock["noon"]:
        if not hour <= 12:
            return None
        hour = hour % 12 + 12 * (half in _AFTER_NOON)
    zone = None
    if clock["zone"] or clock["sign"]:
        minutes = _ZONES.get(clock["zone"] or "utc")
        if minutes is None or (minutes and clock["sign"]):
            return None
        offset = int(clock["hours"] or 0) * 60 + int(clock["minutes"] or 0)
        minutes += -offset if clock["sign"] == "-" else offset
        if abs(minutes) >= 24 * 60:
            return None
        zone = timezone(timedelta(minutes=minutes))
    try:
        return time(hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
