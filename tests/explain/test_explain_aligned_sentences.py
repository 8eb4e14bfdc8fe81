"""Two texts, sentence beside sentence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.explain.texts.aligned_sentences import LEAST_OVERLAP, MOST_SENTENCES, aligned_sentences
from dedup.explain.texts.weighted_words import MOST_CHARACTERS
from dedup.signatures.term_weights import DocumentFrequencies

NONE_COUNTED = DocumentFrequencies(np.empty(0, np.uint32), np.empty(0, np.int64), 0)


def aligned(first, second, language="en"):
    return aligned_sentences(first, second, language, NONE_COUNTED)


def letters(text):
    return "".join(text.split())


WORDS = [
    "the",
    "of",
    "torc",
    "museum",
    "thieves",
    "Halden",
    "stolen",
    "1,400",
    "ferry's",
    "“quoted",
]
WORDS += ["東京駅", "で火事が", "駅前", "เรือ"]

TEXTS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=9),
        st.sampled_from([". ", "! ", ".\n", "\n", "。", ".” ", "? ", "… "]),
    ),
    max_size=12,
).map(lambda parts: "".join(" ".join(words) + stop for words, stop in parts))


def words_in(text):
    from dedup.signatures.terms import term_spans

    return {text[start:end].casefold() for start, end in term_spans(text)[1].tolist()}


@given(TEXTS, TEXTS)
def test_every_sentence_of_the_first_stands_once_in_its_order(first, second):
    rows = aligned(first, second)

    assert letters("".join(row.first or "" for row in rows)) == letters(first)


@given(TEXTS, TEXTS)
def test_every_sentence_of_the_second_stands_once(first, second):
    theirs = [row.second for row in aligned(first, second) if row.second is not None]
    alone = [row.second for row in aligned("", second)]

    assert sorted(theirs) == sorted(alone)
    assert letters("".join(alone)) == letters(second)


@given(TEXTS, TEXTS)
def test_marks_are_words_that_the_other_text_has(first, second):
    for row in aligned(first, second):
        for text, marks, other in (
            (row.first, row.first_marks, second),
            (row.second, row.second_marks, first),
        ):
            last = 0
            for start, end in marks:
                assert last <= start < end <= len(text)
                assert words_in(text[start:end]) <= words_in(other)
                last = end


@given(TEXTS)
def test_a_text_is_the_same_as_itself(text):
    rows = aligned(text, text)

    assert {row.how for row in rows} <= {"same"}
    assert all(row.first == row.second and row.overlap == 1.0 for row in rows)


def test_a_sentence_stands_beside_the_one_that_tells_it_best():
    first = "Thieves stole the Aske torc from the Halden museum. Police have no trace of them."
    second = (
        "The weather stays mild in the whole country. "
        "The Aske torc was taken from the museum of Halden by thieves."
    )

    alone, torc, police = aligned(first, second)

    assert (alone.first, alone.how) == (None, "only")
    assert (torc.how, torc.first[:7], torc.second[:8]) == ("alike", "Thieves", "The Aske")
    assert 0.2 <= torc.overlap < 1.0
    assert [torc.first[start:end] for start, end in torc.first_marks] == [
        "Thieves", "the Aske torc", "Halden", "museum",
    ]  # fmt: skip
    assert (police.second, police.how) == (None, "only")


def test_what_only_the_second_has_follows_the_sentence_before_it():
    rows = aligned(
        "One two three four. Five six seven eight.",
        "Zebras graze over there. One two three four. Lions sleep in trees. Five six seven eight.",
    )

    assert [(row.first, row.second) for row in rows] == [
        (None, "Zebras graze over there."),
        ("One two three four.", "One two three four."),
        (None, "Lions sleep in trees."),
        ("Five six seven eight.", "Five six seven eight."),
    ]


def test_sentences_of_one_text_alone_take_turns():
    rows = aligned(
        "One two three four. Red green blue. White black grey.",
        "One two three four. Cats hear dogs. Mice fear cats.",
    )

    assert [(row.first or row.second)[:3] for row in rows] == ["One", "Red", "Cat", "Whi", "Mic"]


def test_a_sentence_that_a_better_one_tells_is_alike_but_stands_alone():
    first = "Thieves stole the Aske torc in Halden."
    second = (
        "Thieves stole the Aske torc in Halden at night. Thieves stole the Aske torc yesterday."
    )

    beside, alone = aligned(first, second)

    assert (beside.how, alone.how, alone.first) == ("alike", "alike", None)
    assert alone.second_marks


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("ja", "東京駅前で火事があった。けが人はいない。", "昨夜、東京駅前で火事があった。"),
        ("zh", "市政府宣布新的地铁线路。明年开工。", "新的地铁线路由市政府宣布。"),
        ("th", "เกิดเพลิงไหม้ที่สถานีรถไฟ", "เกิดเพลิงไหม้ที่สถานีรถไฟเมื่อคืนนี้"),
    ],
)
def test_scripts_without_spaces_are_compared_by_couples(language, first, second):
    row = next(row for row in aligned(first, second, language) if row.first)

    assert row.how == "alike"
    assert row.first_marks
    assert row.second_marks


def test_what_is_left_out_of_long_texts_is_said():
    long = "".join(f"Word{number} runs over there. " for number in range(MOST_SENTENCES + 5))
    endless = "word " * MOST_CHARACTERS

    *rows, last = aligned(long, endless)

    assert len([row for row in rows if row.first]) == MOST_SENTENCES
    assert last.how == "cut"
    assert last.first == "5 sentences are not compared"
    assert last.second == f"{len(endless) - MOST_CHARACTERS:,} characters are not compared"


@pytest.mark.parametrize("text", ["", "...", "\ud800 \x1b[", "\n\n"])
def test_a_text_without_words_has_no_sentence(text):
    assert aligned(text, text) == ()
    assert [row.second for row in aligned(text, "Two.")] == ["Two."]


def test_rare_words_pair_sentences_that_are_told_in_other_words():
    first = (
        "Divers say the hull scraped over the Combs, jagged boulders half a mile from her berth, "
        "shortly before noon. The vessel is owned by a company of the north."
    )
    second = (
        "The vessel carried sheep and timber in its hold on the way down to the south. In thick "
        "fog she struck a notorious reef, which islanders know as the Combs, minutes before noon, "
        "as coastguard officers told several journalists at a crowded meeting in Saltby, "
        "where widows wept quietly."
    )

    rows = {row.first and row.first[:10]: row for row in aligned(first, second)}
    combs = rows["Divers say"]

    assert combs.how == "alike"
    assert combs.second is not None
    assert combs.second.startswith("In thick fog")
    assert combs.overlap < LEAST_OVERLAP
    assert rows["The vessel"].how == "only"  # one word in common is not enough


@pytest.mark.parametrize("short", ["St.", "Mr.", "Dr.", "Gen.", "J."])
def test_a_sentence_goes_on_behind_an_abbreviation(short):
    text = f"All 212 people on the ferry {short} Brannoc are safe. The crew, too, was saved."

    assert [row.first for row in aligned(text, "")] == [
        f"All 212 people on the ferry {short} Brannoc are safe.",
        "The crew, too, was saved.",
    ]


@pytest.mark.parametrize(
    "end", ["met Oskar. ", "has five. ", "is in it. ", "is a WHO. ", "saw Kim.\n"]
)
def test_a_sentence_ends_behind_other_words(end):
    assert len(aligned(f"The old crew {end}Then the ferry left port again.", "")) == 2
