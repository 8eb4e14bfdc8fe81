"""Dates as people write them: what is read, what is not guessed."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from babel.dates import format_date
from hypothesis import assume, given
from hypothesis import strategies as st

from dedup.cleaning.dates import FIRST_YEAR, LAST_YEAR, own_date, parse_date
from dedup.cleaning.written_dates import DayOrder, order_shown, read_written

DAY_FIRST, MONTH_FIRST = DayOrder.DAY_FIRST, DayOrder.MONTH_FIRST

DAYS = [
    "3 March 2026",
    "03 Mar 2026",
    "3rd of March, 2026",
    "Tuesday 3 March 2026",
    "March 3, 2026",
    "Mar. 3rd 2026",
    "Tuesday, March 03, 2026",
    "3-Mar-2026",
    "03MAR2026",
    "3-Mar-26",
    "03-MAR-26",
    "2026-Mar-03",
    "Published: 3 March 2026",
    "Posted on March 3, 2026",
    "Publié le 3 mars 2026",
    "Veröffentlicht am 3. März 2026",
    "2026 March 3",
    "3. März 2026",
    "Di., 3. März 2026",
    "3 de marzo de 2026",
    "mar. 3 mars 2026",
    "terça-feira, 3 de março de 2026",
    "3 de març de 2026",
    "3 marzo 2026",
    "3 maart 2026",
    "3. maaliskuuta 2026",
    "3 марта 2026 г.",
    "3 березня 2026 року",
    "3 marca 2026",
    "2026. március 3.",
    "3 Mart 2026",
    "3 Μαρτίου 2026",
    "3 مارس 2026",
    "3 मार्च 2026",
    "2026年3月3日",
    "2026년 3월 3일",
    "3 March 2026 (updated 5 March)",
    "3 March 2026, 10:00 ET",
    "3 March 2026 10:00 CST",
    "2026年3月3日夜",
]


@pytest.mark.parametrize("text", DAYS)
def test_a_day_with_the_name_of_its_month_is_read_in_many_languages(text):
    assert parse_date(text) == ("2026-03-03", 1772539200.0)


TEN = [
    "3 March 2026 10:00",
    "March 3, 2026, 10:00 am",
    "March 3, 2026 at 10 a.m.",
    "Mar 3, 2026 10:00:00.123 UTC",
    "March 3, 2026 5:00 AM EST",
    "3. März 2026, 10.00 Uhr",
    "Dienstag, 3. März 2026 um 11:00 Uhr MEZ",
    "3 mars 2026 à 10h00",
    "3 de marzo de 2026 a las 10:00",
    "3 марта 2026 г., 13:00 МСК",
    "2026年3月3日 10:00",
    "2026年3月3日10時00分",
    "2026년 3월 3일 오전 10:00",
    "3/Mar/2026:10:00:00 +0000",
    "10:00, 3 марта 2026",
    "5:00 AM EST, March 3, 2026",
    "Published 5:00 AM EST, Tue March 3, 2026",
    "Published: 2026-03-03 10:00",
    "3-Mar-26 10:00",
    "Tue, 03 Mar 2026 10:00:00 GMT",
    "Tue, 03 Mar 2026 11:00:00 +0100",
    "Tue Mar  3 10:00:00 2026",
    "Tue Mar 03 10:00:00 +0000 2026",
    "Tue Mar 03 2026 11:00:00 GMT+0100 (Central European Standard Time)",
    "2026-03-03 10:00:00 UTC",
    "2026-03-03 10:00:00.123456 UTC",
    "2026-03-03 10:00:00.123456+00",
    "2026-03-03 10:00:00 +0000 UTC",
    "2026-03-03 19:00 JST",
    "2026-03-03T11:00:00+01:00[Europe/Berlin]",
    "2026-03-03t10:00:00z",
    "2026/03/03 10:00:00",
    "2026/3/3 10:00 AM",
    "1772532000",
    "1772532000.0",
    "1772532000000",
    "1772532000000000",
    "1772532000000000000",
    "1.772532000E9",
    "20260303100000",
    "202603031000",
    {"$date": "2026-03-03T10:00:00Z"},
    {"$date": {"$numberLong": "1772532000000"}},
]


@pytest.mark.parametrize("text", TEN, ids=str)
def test_a_time_is_read_however_a_program_or_a_person_writes_it(text):
    assert parse_date(text) == ("2026-03-03T10:00:00Z", 1772532000.0)


UNREAD = [
    "03.04.2026",
    "03/04/2026 10:00",
    "3-4-2026",
    "30.02.2026",
    "13.13.2026",
    "13.04.26",
    "3.4.2026.1",
    "Fri, 03/05/2026",
    "3 listopada 2026",
    "since 3 March 2026",
    "Updated 3 March 2026",
    "26-Mar-3",
    "31-Feb-26",
    "Published",
    "3 Marchember 2026",
    "31 April 2026",
    "March 2026",
    "2026-03",
    "2026-W10",
    "3 March 20261",
    "3 March 2569",
    "2026",
    "1.77E+09",
    "17725320",
    "20261303",
    "20260303990000",
    "1-Jan-70",
]


@pytest.mark.parametrize("text", UNREAD)
def test_what_is_no_day_or_may_be_another_is_not_guessed(text):
    assert parse_date(text) is None
    assert own_date(text).unread == text


@pytest.mark.parametrize(
    "value",
    [None, "", " ", "null", "None", "NaN", "n/a", "\\N", "-", "0", 0, "0000-00-00 00:00:00", []],
    ids=repr,
)
def test_what_stands_for_no_date_is_missing_not_unreadable(value):
    assert own_date(value) == (None, None, None)


@pytest.mark.parametrize("value", [True, {"day": 3}, ["yesterday"], 1e300, 10**400], ids=str)
def test_an_unreadable_value_of_any_type_is_kept_as_a_short_text(value):
    found = own_date(value)
    assert found.date is None
    assert 0 < len(found.unread) <= 100


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("13.04.2026", DAY_FIRST, "2026-04-13"),
        ("13. 4. 2026", DAY_FIRST, "2026-04-13"),
        ("13/04/2026", DAY_FIRST, "2026-04-13"),
        ("13-04-2026", DAY_FIRST, "2026-04-13"),
        ("04/13/2026", MONTH_FIRST, "2026-04-13"),
        ("Thu, 03/05/2026", MONTH_FIRST, "2026-03-05"),
        ("Do, 05.03.2026", DAY_FIRST, "2026-03-05"),
        ("04.04.2026", None, "2026-04-04"),
    ],
)
def test_figures_that_can_be_one_day_only_are_read_and_show_the_order(text, order, day):
    for clock in ("", " 10:00", ", 10:00 Uhr", "T10:00:00Z", " 10:00 AM"):
        found = own_date(text + clock)
        assert clock[:1] != " " or own_date(f"{clock[1:]}, {text}") == found
        assert found.date[0] == (f"{day}T10:00:00Z" if clock else day)
        assert found.order is order


days = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
marks = st.sampled_from(["{0}.{1}.{2}", "{0}/{1}/{2}", "{0}-{1}-{2}", "{0:02}.{1:02}.{2}"])


@given(days, marks, st.sampled_from(DayOrder))
def test_figures_are_the_day_that_was_written_or_nothing(day, mark, order):
    parts = (day.day, day.month) if order is DAY_FIRST else (day.month, day.day)
    text = mark.format(*parts, day.year)
    alone, known = parse_date(text), parse_date(text, order)

    assert known[0] == day.isoformat()
    sure = day.day > 12 or day.day == day.month
    assert alone == (known if sure else None)
    assert order_shown(text) == (order if day.day > 12 else None)


languages = st.sampled_from(
    ["en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "fi", "pl", "cs", "ru", "uk", "ro", "el"]
)


@given(days, languages, st.sampled_from(["long", "full"]))
def test_a_day_written_in_full_is_read_in_each_language(day, language, width):
    assume((language, day.month) != ("pl", 11))  # listopada is October in Croatian
    text = format_date(day, width, language)
    assert parse_date(text)[0] == day.isoformat()


moments = st.datetimes(datetime(1974, 1, 1), datetime(2099, 12, 30)).map(
    lambda moment: moment.replace(microsecond=0)
)
clocks = st.sampled_from(["%H:%M:%S", "%I:%M:%S %p", "%I:%M:%S%p", "at %H:%M:%S", "%H.%M.%S Uhr"])
forms = st.sampled_from(
    ["%d %B %Y", "%B %d, %Y", "%a, %d %b %Y", "%b. %d %Y", "%Y/%m/%d", "%Y-%m-%d", "%d-%b-%Y"]
)
minutes = st.integers(-14 * 60, 14 * 60)


@given(moments, forms, clocks, st.none() | minutes)
def test_a_time_in_any_form_comes_back(moment, form, clock, offset):
    text = moment.strftime(f"{form} {clock}")
    zone = UTC if offset is None else timezone(timedelta(minutes=offset))
    if offset is not None:
        text += moment.replace(tzinfo=zone).strftime(" %z")
    expected = moment.replace(tzinfo=zone)
    assert parse_date(text)[1] == expected.timestamp()


@given(moments, st.sampled_from([1, 1000, 10**6, 10**9]))
def test_a_unix_time_is_read_in_each_unit_as_number_and_as_text(moment, unit):
    seconds = int(moment.replace(tzinfo=UTC).timestamp())
    if unit > 1 and seconds < 10**9:
        return  # fewer digits than the unit has since 2001
    number = seconds * unit
    expected = (moment.isoformat() + "Z", float(seconds))
    assert parse_date(number) == parse_date(str(number)) == expected
    assert parse_date(f"{seconds}.25") == parse_date(seconds + 0.25)


@given(st.text("0123456789.,:/-–apmMarchT年月日 +()", max_size=60) | st.text(max_size=120))
def test_no_text_is_an_error_or_a_day_out_of_bounds(text):
    for order in (None, *DayOrder):
        read_written(text, order)
        found = parse_date(text, order)
        assert found is None or str(FIRST_YEAR) <= found[0][:4] <= str(LAST_YEAR)
    assert own_date(text).unread is None or parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13/04/2026 10:05 (GMT+7)", "2026-04-13T03:05:00Z"),
        ("13.04.2026 10:05 (CEST)", "2026-04-13T08:05:00Z"),
        ("13.04.2026 10:05 (local)", "2026-04-13"),
        ("13.04.2026 10:05 (corrected)", "2026-04-13T10:05:00Z"),
        ("le lundi 13 avril 2026 à 10h05", "2026-04-13T10:05:00Z"),
        ("le 1er avril 2026", "2026-04-01"),
        ("13 Mrz 2026", "2026-03-13"),
        ("/Date(1776074700000+0200)/", "2026-04-13T10:05:00Z"),
    ],
)
def test_zones_in_brackets_articles_and_the_dates_of_dot_net_are_read(text, expected):
    assert parse_date(text)[0] == expected
