"""Dates of dumps and pages to one form: ISO 8601 in UTC, and seconds."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from dedup.cleaning.written_dates import DayOrder, order_shown, read_written
from dedup.json_codec import dump_json

# Outside these years a date is a default of some software, not a publication.
FIRST_YEAR, LAST_YEAR = 1971, 2100

_DAY = re.compile(r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|(\d{2})(\d{2}))\Z")
_WEEK = re.compile(r"\d{4}-?W\d\d(-?\d)?")
# Not the end of a day as 24:00, which only some Python versions read.
_IN_UTC = re.compile(r"\d{4}-\d\d-\d\dT(?!24)\d\d:\d\d:\d\dZ", re.ASCII)
_STARTS_WITH_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?!\d)")
# With a clock, and a zone as pages write it.
_TIMESTAMP = re.compile(
    r"\s*(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:[.,]\d{1,9})?"
    r"\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?\s*$"
)
# Mail and HTTP headers with a year of two digits; those with four are read as written dates.
_SHORT_YEAR = re.compile(
    r"(?:[a-z]{3,9},\s*)?\d{1,2}[\s-][a-z]{3}[\s-]\d\d\s+\d\d:\d\d(?::\d\d)?"
    r"\s+(?:gmt|utc?|[+-]\d{4})",
    re.IGNORECASE,
)

# Figures alone: the digits before the point say the unit, and no unit has a day of news in the
# digits of another. A power of ten with fewer digits is rounded by a spreadsheet.
_FIGURES = re.compile(r"(\d{9,19})(?:\.\d*)?", re.ASCII)
_DOT_NET = re.compile(r"/Date\((\d{13})(?:[+-]\d{4})?\)/", re.ASCII)  # its zone is for showing only
_POWER = re.compile(r"\d\.\d{7,18}e\+?\d\d?", re.ASCII | re.IGNORECASE)
_SECONDS_OF_UNIT = {9: 1.0, 10: 1.0, 13: 1e-3, 16: 1e-6, 19: 1e-9}
_CLOCK_OF_DIGITS = {12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}

# What exports write where there is no date.
_ABSENT = frozenset({"", "-", "--", "null", "none", "nil", "nan", "nat", "na", "n/a", "\\n", "0"})
_ZERO_DAY = re.compile(r"0000-00-00\b|0001-01-01\b")

_LONGEST_UNREAD = 100

Date = tuple[str, float]
"""A day, or a time in UTC, as ISO 8601, and its seconds since 1970 UTC."""


class OwnDate(NamedTuple):
    """The date that a record gives itself.

    Attributes:
        date: The date, None where there is none or it is not read.
        unread: It as it is written, cut to 100 characters, where it is not read.
        order: The order of day and month that it shows.
    """

    date: Date | None = None
    unread: str | None = None
    order: DayOrder | None = None


def own_date(value: object) -> OwnDate:
    """Read the date of a record.

    >>> own_date("03.04.2026").unread, own_date("13.04.2026").order.value, own_date("n/a").unread
    ('03.04.2026', 'day-first', None)
    """
    date = parse_date(value)
    if isinstance(value, str):
        if date is not None:
            return OwnDate(
                date, order=None if value[:4].isdecimal() else order_shown(value.strip())
            )
        text = " ".join(value[: 2 * _LONGEST_UNREAD].split())
        absent = text.casefold() in _ABSENT or _ZERO_DAY.match(text)
        return OwnDate(unread=None if absent else text[:_LONGEST_UNREAD])
    if date is not None or not value or value != value:
        return OwnDate(date)
    return OwnDate(unread=dump_json(value).decode()[:_LONGEST_UNREAD])


def parse_date(value: object, order: DayOrder | None = None) -> Date | None:
    """Return a date as text and as seconds since 1970 UTC, or None if it has no known form.

    Known forms are ISO 8601, Unix times in seconds to nanoseconds, written dates, and the dates of
    mail and HTTP headers, of MongoDB's exports and of JSON from .NET. A number and its text are the
    same. A time without a zone is taken as UTC. A day without a time counts as its noon: whatever
    its zone, that is wrong by little more than half a day at most.

    Args:
        value: A JSON value.
        order: The order of day and month in the dates of the same file, where they show it; without
            it 03.04.2026 is not read.

    >>> parse_date("2024-05-03T10:00:00+02:00")
    ('2024-05-03T08:00:00Z', 1714723200.0)
    >>> parse_date("2024-05-03")
    ('2024-05-03', 1714737600.0)
    """
    if isinstance(value, dict) and len(value) == 1:
        return parse_date(value.get("$date", value.get("$numberLong")), order)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    text = value.strip() if isinstance(value, str) else _in_figures(value)
    if text.endswith(".0") and text[:-2].isdecimal():  # what pandas makes of a number
        text = text[:-2]
    if not text:
        return None
    if parsed := _in_output_form(text):
        return parsed
    if day := _DAY.match(text):
        return _from_day(*(int(part) for part in day.groups() if part))
    if _FIGURES.fullmatch(text) or _POWER.fullmatch(text):
        return _from_figures(text)
    if milliseconds := _DOT_NET.fullmatch(text):
        return _from_figures(milliseconds[1])
    moment = _from_text(text, order)
    if isinstance(moment, datetime):
        return _in_utc(moment)
    if moment is not None:
        return _from_day(moment.year, moment.month, moment.day)
    if day := _STARTS_WITH_DAY.match(text):  # "2024-05-03 (updated)": the day is certain
        return _from_day(*map(int, day.groups()))
    return None


def parse_timestamp(text: str) -> datetime | None:
    """Return the time of an ISO 8601 stamp with at least minutes, in its own zone, else None.

    >>> parse_timestamp(" 2024-05-03 10:00:00.25 GMT").isoformat()
    '2024-05-03T10:00:00+00:00'
    """
    match = _TIMESTAMP.match(text)
    if not match:
        return None
    day, clock, zone = match.groups(default="")
    zone = "+00:00" if zone in ("Z", "UTC", "GMT") else zone
    try:
        return datetime.fromisoformat(f"{day}T{clock}{zone}")
    except ValueError:
        return None


def _in_figures(value: float) -> str:
    """Return a number as the text that a table has for it; empty for one that is no date."""
    if not 0 < value < 1e19:
        return ""
    whole = int(value)
    return str(whole) if value == whole else repr(float(value))


def _from_figures(text: str) -> Date | None:
    """Read a Unix time, or a day and a clock without marks between."""
    if _POWER.fullmatch(text):
        text = str(int(float(text)))
    whole = text.partition(".")[0]
    if unit := _SECONDS_OF_UNIT.get(len(whole)):
        # Not the whole number times the unit: of nanoseconds a float has no fractions.
        seconds = float(text) if unit == 1.0 else int(whole) // round(1 / unit)
        return _in_utc(datetime.fromtimestamp(seconds, UTC))
    if form := _CLOCK_OF_DIGITS.get(len(text)):
        try:
            return _in_utc(datetime.strptime(text, form).replace(tzinfo=UTC))
        except ValueError:
            return None
    return None


def _from_day(year: int, month: int, day: int) -> Date | None:
    """Read a day without a time."""
    try:
        start = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    return start.date().isoformat(), (start + timedelta(hours=12)).timestamp()


def _from_text(text: str, order: DayOrder | None) -> datetime | date | None:
    """Read a day or a time written out."""
    if moment := _from_iso(text):
        week = _WEEK.fullmatch(text)  # without its last digit it is no day
        return (moment.date() if week[1] else None) if week else moment
    if _SHORT_YEAR.fullmatch(text):
        with suppress(ValueError, IndexError, TypeError, OverflowError):
            return parsedate_to_datetime(text)
    return read_written(text, order)


def _from_iso(text: str) -> datetime | None:
    """Read a time in ISO 8601."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _in_utc(moment: datetime) -> Date | None:
    """Return a time as text and seconds, or None outside the years of the web."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:  # a time of the year 1 or 9999 in a far zone
        return None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    if moment.microsecond:
        moment = moment.replace(microsecond=0)
    return moment.isoformat().removesuffix("+00:00") + "Z", moment.timestamp()


def _in_output_form(text: str) -> Date | None:
    """Read a time that already has the form of the output, as most dumps do; None for others."""
    if not _IN_UTC.fullmatch(text) or not FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        return None
    try:
        return text, datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
