"""Dates of dumps and pages to one form: ISO 8601 in UTC, and seconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# Outside these years a date is a default of some software, not a publication.
FIRST_YEAR, LAST_YEAR = 1971, 2100

# Numbers above this are milliseconds: as seconds they would be in the year 5138.
MILLISECONDS_FROM = 100_000_000_000

_DAY = re.compile(r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|(\d{2})(\d{2}))\Z")
# Not the end of a day as 24:00, which only some Python versions read.
_IN_UTC = re.compile(r"\d{4}-\d\d-\d\dT(?!24)\d\d:\d\d:\d\dZ", re.ASCII)
_STARTS_WITH_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?!\d)")
# With a clock, and a zone as pages write it.
_TIMESTAMP = re.compile(
    r"\s*(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:[.,]\d{1,9})?"
    r"\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?\s*$"
)


def parse_date(value: object) -> tuple[str, float] | None:
    """Return a date as text and as seconds since 1970 UTC, or None if it has no known form.

    Known forms are ISO 8601, the dates of mail and HTTP headers, and Unix times in seconds or
    milliseconds. A time without a zone is taken as UTC. A day without a time counts as its noon:
    whatever its zone, that is wrong by little more than half a day at most. Forms that begin with
    the day or the month are not guessed.

    >>> parse_date("2024-05-03T10:00:00+02:00")
    ('2024-05-03T08:00:00Z', 1714723200.0)
    >>> parse_date("2024-05-03")
    ('2024-05-03', 1714737600.0)
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return _from_number(value)
    if not isinstance(value, str) or not value.strip():
        return None
    text = value.strip()
    if parsed := _in_output_form(text):
        return parsed
    if day := _DAY.match(text):
        return _from_day(*(int(part) for part in day.groups() if part))
    moment = _from_text(text)
    if moment is not None:
        return _in_utc(moment)
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


def _from_number(value: float) -> tuple[str, float] | None:
    """Read a Unix time."""
    if not 0 < value < MILLISECONDS_FROM * 1000:
        return None
    seconds = value / 1000 if value > MILLISECONDS_FROM else value
    return _in_utc(datetime.fromtimestamp(seconds, UTC))


def _from_day(year: int, month: int, day: int) -> tuple[str, float] | None:
    """Read a day without a time."""
    try:
        start = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    return start.date().isoformat(), (start + timedelta(hours=12)).timestamp()


def _from_text(text: str) -> datetime | None:
    """Read a time written out."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None


def _in_utc(moment: datetime) -> tuple[str, float] | None:
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


def _in_output_form(text: str) -> tuple[str, float] | None:
    """Read a time that already has the form of the output, as most dumps do; None for others."""
    if not _IN_UTC.fullmatch(text) or not FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        return None
    try:
        return text, datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
