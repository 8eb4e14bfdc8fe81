"""The days that leads name, in the words of each language; cases in ``cases/lead_days.json``."""

import json
from datetime import UTC, date, datetime

import pytest
from babel.dates import get_day_names
from hypothesis import given
from hypothesis import strategies as st
from runs import ROOT

from dedup.signatures.day_names import DAY_NAMES
from dedup.signatures.lead_days import DATE_BITS, LEAD_CHARACTERS, days_of, lead_days

CASES = json.loads((ROOT / "tests" / "cases" / "lead_days.json").read_text("utf-8"))

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

LOCALES = {"sh": "sr_Latn"}

LEAST = 2

FIRST, LAST = (datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in (1, 9999))


def names_of(bits):
    return [name for place, name in enumerate(DAYS) if bits >> place & 1]


def in_order(names):
    return sorted(names, key=DAYS.index)


def date_bits(dates):
    """One bit for each ``month-day``, computed anew."""
    ordinals = [date(2000, *map(int, each.split("-"))).toordinal() for each in dates]
    return sum({1 << ordinal % DATE_BITS for ordinal in ordinals})


def moment_of(case):
    if "published" not in case:
        return None
    return datetime.fromisoformat(case["published"]).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['language']} {case['text'][:40]}")
def test_a_lead_names_its_days(case):
    found = days_of(case["text"], case["language"], moment_of(case))

    assert in_order(case["days"]) == names_of(found.days)
    assert date_bits(case["dates"]) == found.dates
    if "first" in case:
        assert in_order(case["first"]) == names_of(found.first)


@pytest.mark.parametrize("language", sorted(set(DAY_NAMES) - {"ms"}))
def test_the_names_of_the_cldr_are_known(language):
    """Their first letters: a table may have inflected forms alone."""
    listed = DAY_NAMES[language].days + DAY_NAMES[language].doubtful
    names = get_day_names("wide", "format", LOCALES.get(language, language)).values()

    assert [name for name in names if name.lower()[:LEAST] not in listed] == []


def test_days_that_come_later_are_not_of_the_lead():
    filler = "The committee met again. " * (LEAD_CHARACTERS // 25 + 1)

    assert lead_days(filler + "It was Monday.", "en") == 0
    assert lead_days("It was Monday. " + filler, "en") == 1


@pytest.mark.parametrize(
    ("hour", "language", "expected"),
    [
        (0, "en", ["tue"]),  # a day without a time
        (2, "en", ["mon", "tue"]),  # still Monday in the west of America
        (9, "en", ["tue"]),
        (16, "en", ["tue", "wed"]),  # already Wednesday in Sydney
        (2, "de", ["tue"]),
        (23, "de", ["tue", "wed"]),
        (18, "ja", ["wed"]),
    ],
)
def test_today_is_the_day_where_the_language_is_written(hour, language, expected):
    moment = datetime(2026, 3, 3, hour, tzinfo=UTC).timestamp()
    texts = {"en": "Rain fell today.", "de": "Es regnete heute.", "ja": "今日、雨が降った。"}

    assert names_of(lead_days(texts[language], language, moment)) == expected


@given(st.text(), st.sampled_from([None, "xx", *DAY_NAMES]), st.none() | st.floats(FIRST, LAST))
def test_any_text_has_days_that_fit_their_bits(text, language, moment):
    found = days_of(text, language, moment)

    assert 0 <= found.first <= found.days < 1 << len(DAYS)
    assert found.first & ~found.days == 0
    assert 0 <= found.dates < 1 << DATE_BITS


@pytest.mark.parametrize("year", [1, 9999])
def test_the_first_and_the_last_days_of_the_calendar_are_days_of_publication(year):
    moment = datetime(year, 1 if year == 1 else 12, 1 if year == 1 else 31, tzinfo=UTC).timestamp()

    assert lead_days("It was said on Monday, March 3, and today.", "en", moment) & 1


@given(
    st.lists(
        st.sampled_from(["monday", "March", "3", "31", "until", "(", "montag", " ", "\n", "2日"])
    ),
    st.sampled_from(sorted(DAY_NAMES)),
)
def test_words_of_days_in_any_order_are_read(words, language):
    found = days_of(" ".join(words), language, 1_772_496_000.0)

    assert found.first & ~found.days == 0
