from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.cleaning.dates import FIRST_YEAR, LAST_YEAR, parse_date

TEN = ("2024-05-03T10:00:00Z", 1714730400.0)
DAY = ("2024-05-03", 1714737600.0)

KNOWN = {
    "ISO 8601 in UTC": ("2024-05-03T10:00:00Z", TEN),
    "another zone": ("2024-05-03T12:00:00+02:00", TEN),
    "a zone without colon": ("2024-05-03T12:00:00+0200", TEN),
    "no zone is UTC": ("2024-05-03T10:00:00", TEN),
    "a space between": ("2024-05-03 10:00:00", TEN),
    "no seconds": ("2024-05-03T10:00Z", TEN),
    "fractions are cut": ("2024-05-03T10:00:00.999999Z", TEN),
    "nine digits of fraction": ("2024-05-03T10:00:00.123456789Z", TEN),
    "mail": ("Fri, 03 May 2024 10:00:00 GMT", TEN),
    "mail in another zone": ("Fri, 3 May 2024 06:00:00 -0400", TEN),
    "mail without a zone known": ("Fri, 3 May 2024 10:00:00 -0000", TEN),
    "white space around": ("\n 2024-05-03T10:00:00Z\t", TEN),
    "seconds": (1714730400, TEN),
    "seconds with a fraction": (1714730400.75, TEN),
    "milliseconds": (1714730400123, TEN),
    "a bare day is its noon": ("2024-05-03", DAY),
    "a day with slashes": ("2024/05/03", DAY),
    "a day with dots and no zeros": ("2024.5.3", DAY),
    "the first day": ("1971-01-01", ("1971-01-01", 31579200.0)),
    "the last day": ("2100-12-31", ("2100-12-31", 4133937600.0)),
    "the last second": (4133980799, ("2100-12-31T23:59:59Z", 4133980799.0)),
}


@pytest.mark.parametrize(("value", "expected"), KNOWN.values(), ids=KNOWN)
def test_a_known_form_is_read(value, expected):
    assert parse_date(value) == expected


UNKNOWN = {
    "nothing": None,
    "empty": "",
    "white space": " \n",
    "true": True,
    "false": False,
    "a list": ["2024-05-03"],
    "bytes": b"2024-05-03",
    "zero": 0,
    "a negative number": -1714730400,
    "not a number": float("nan"),
    "infinity": float("inf"),
    "a huge float": 1e300,
    "a number of no year": 100_000_000_000,
    "milliseconds past all years": 99_999_999_999_999,
    "seconds of 1970": 31_535_999,
    "zeros": "0000-00-00",
    "zeros with a time": "0000-00-00 00:00:00",
    "year 1": "0001-01-01",
    "year 1 in a zone": "0001-01-01T00:00:00+14:00",
    "year 9999": "9999-12-31",
    "year 9999 in a zone": "9999-12-31T23:59:59-14:00",
    "before the web": "1969-07-20",
    "after all": "2101-01-01",
    "the thirtieth of February": "2024-02-30",
    "month 13": "2024-13-01 (updated)",
    "day first": "03/05/2024",
    "a year": "2024",
    "words": "yesterday",
    "half a surrogate pair": "\ud800",
    "very long": "2" * 200_000,
    "very long words": "Fri, " * 50_000,
    "a mail date of nothing": "Fri, 99 Foo 2024 99:99:99 GMT",
}


@pytest.mark.parametrize("value", UNKNOWN.values(), ids=UNKNOWN)
def test_an_unknown_form_is_no_date(value):
    assert parse_date(value) is None


TOO_LARGE = {
    "a huge integer": 10**400,
    "a mail date of a huge year": "Mon, 01 Jan 99999999999999 00:00:00 GMT",
    "a short year with a huge zone": "Mon, 01-Jan-20 00:00:00 +99999999999999",
}


@pytest.mark.parametrize("value", TOO_LARGE.values(), ids=TOO_LARGE)
def test_a_number_too_large_for_a_date_is_no_date(value):
    assert parse_date(value) is None


@pytest.mark.parametrize("value", ["2024-05-03 (updated)", "20240503", "2024-05-03T25:00"])
def test_a_day_without_a_time_is_its_noon_in_any_form(value):
    assert parse_date(value)[1] == DAY[1]


@pytest.mark.parametrize(
    "value",
    [
        "2024-05-03 (updated)",
        "2024-05-03, 10 o'clock",
        "Fri, 03 May 2024 99999999999999:00:00 GMT",
        "Fri, 03 May 2024 00:00:00 +99999999999999",
    ],
)
def test_the_day_that_a_text_begins_with_is_certain(value):
    assert parse_date(value)[0].startswith("2024-05-03")


@pytest.mark.parametrize("value", ["1971-01-01T00:00:00+05:00", "2100-12-31T23:00:00-05:00"])
def test_no_date_lies_outside_the_years_in_utc(value):
    assert parse_date(value) is None


moments = st.datetimes(
    datetime(FIRST_YEAR, 1, 2),
    datetime(LAST_YEAR, 12, 30),
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
)


@given(moments)
def test_one_moment_is_one_date_however_it_is_written(moment):
    moment = moment.replace(microsecond=0)
    iso, seconds = parse_date(moment.isoformat())
    assert seconds == moment.timestamp()
    assert parse_date(format_datetime(moment)) == (iso, seconds)
    if seconds >= 1e8:  # as news are; eight digits are a day
        assert parse_date(moment.timestamp()) == (iso, seconds)
    assert parse_date(moment.astimezone(UTC).isoformat()) == (iso, seconds)


@given(moments)
def test_a_date_that_was_read_is_read_again_as_itself(moment):
    for written in (moment.isoformat(), moment.date().isoformat()):
        found = parse_date(written)
        assert parse_date(found[0]) == found


@given(
    st.text(max_size=40)
    | st.text("0123456789-/.:TZ+ GMT", max_size=30)
    | st.floats()
    | st.integers(-(2**70), 2**70)
)
def test_no_value_is_an_error(value):
    found = parse_date(value)
    if found is not None:
        assert str(FIRST_YEAR - 1) <= found[0][:4] <= str(LAST_YEAR + 1)
        assert parse_date(found[0]) == found
