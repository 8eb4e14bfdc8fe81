"""What two texts have in common: terms, names, numbers, dates, quotes."""

from __future__ import annotations

import time

import numpy as np
import pytest

from dedup.explain.texts.text_facts import Article, quotes, shared_facts
from dedup.signatures.term_weights import DocumentFrequencies

NONE_COUNTED = DocumentFrequencies(np.empty(0, np.uint32), np.empty(0, np.int64), 0)

MONDAY, TUESDAY = 1_394_409_600 + 36_000, 1_394_496_000 + 36_000  # 2014-03-10 and 11, 10 a.m.


def facts(first, second, kind, **more):
    articles = [
        Article(**{"title": None, "language": "en", "moment": None, **more, **each})
        for each in (first, second)
    ]
    return next(each for each in shared_facts(*articles, NONE_COUNTED) if each.kind == kind)


def test_the_kinds_stand_in_one_order():
    empty = Article(None, "", None, None)

    kinds = shared_facts(empty, empty, NONE_COUNTED)

    assert [each.kind for each in kinds] == ["terms", "names", "numbers", "dates", "quotes"]
    assert not any((*each.shared, *each.first_only, *each.second_only) for each in kinds)
    assert not any(each.conflicting for each in kinds)


def test_terms_are_words_of_one_beginning_the_rarest_first():
    found = facts(
        {"text": "The investment in batteries and in Dunmarrow."},
        {"text": "The investor has batteries, the mayor said."},
        "terms",
    )

    assert set(found.shared[:2]) == {"investment", "batteries"}
    assert found.first_only[0] == "Dunmarrow"
    assert found.second_only[0] == "mayor"


def test_names_have_a_capital_inside_of_a_sentence():
    found = facts(
        {"text": "Thieves in Halden took it from Astrid Berg."},
        {"text": "Police in Halden asked Olaf Lund."},
        "names",
    )

    assert found.shared == ("Halden",)
    assert set(found.first_only) == {"Astrid", "Berg"}
    assert set(found.second_only) == {"Olaf", "Lund"}


@pytest.mark.parametrize(
    ("first", "second", "shared", "conflicting"),
    [
        ("It cost 5.6 million and 12 jobs.", "It cost 5,6 million.", ("5.6",), False),
        ("It cost 5 million.", "It cost 7 million.", (), True),
        ("It cost 5 million.", "It cost much.", (), False),
    ],
)
def test_numbers_conflict_where_both_have_some_and_none_in_common(
    first, second, shared, conflicting
):
    found = facts({"text": first}, {"text": second}, "numbers")

    assert (found.shared, found.conflicting) == (shared, conflicting)


def test_days_are_compared_as_weekdays_where_the_day_of_publication_is_known():
    found = facts(
        {"text": "Two men were hurt today, police said.", "moment": MONDAY},
        {"text": "Two men were hurt on Monday, police said.", "moment": TUESDAY},
        "dates",
    )

    assert found.shared == ("Monday",)
    assert found.first_only == ("published 2014-03-10",)
    assert found.second_only == ("published 2014-03-11",)
    assert not found.conflicting


def test_days_of_two_reports_conflict_though_both_are_published_on_one_day():
    found = facts(
        {"text": "Two men were hurt on Monday."},
        {"text": "Two men were hurt on Friday, 14 March."},
        "dates",
        moment=TUESDAY,
    )

    assert found.shared == ("published 2014-03-11",)
    assert found.first_only == ("Monday",)
    assert "14 March" in found.second_only
    assert found.conflicting


@pytest.mark.parametrize(
    "text",
    [
        "“It was very close,” he said.",
        '"It was very close", he said.',
        "„It was very close“, he said.",
        "«It was very close», he said.",
        "« It was very close », he said.",
        "»It was very close«, he said.",
        "”It was very close”, he said.",
        "‘It was very close’, he said. He’s well.",
        "「It was very close」",
        "『It was very close』",
    ],
)
def test_quotation_marks_of_all_kinds_are_read(text):
    assert list(quotes(text)) == ["it was very close"]


@pytest.mark.parametrize("text", ["the “so-called” plan", '5" and 6" pipes of 7" steel', "’tis"])
def test_one_or_two_words_in_marks_are_no_quote(text):
    assert quotes(text) == {}


def test_a_part_of_a_quote_is_the_same_quote():
    found = facts(
        {"text": "“It was very close, and we all knew it,” he said."},
        {"text": "He said: “We all knew it”. She said: “I did not know that.”"},
        "quotes",
    )

    assert found.shared == ("It was very close, and we all knew it",)
    assert found.second_only == ("I did not know that.",)


@pytest.mark.parametrize("mark", ["“", '"', "‘", "«", "」", "“a ", "‘a ", "\ud800"])
def test_hostile_texts_take_no_more_time_than_others(mark):
    text = mark * (1_000_000 // len(mark))
    began = time.perf_counter()

    facts({"text": text}, {"text": text}, "quotes")

    assert time.perf_counter() - began < 5
