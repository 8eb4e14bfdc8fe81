"""A step that no hint asks for would do nothing: on every text."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.clean import boilerplate, dateline, wire
from dedup.clean import boilerplate_tables as tables
from dedup.clean.hints import BOILERPLATE, EVERY, HEADLINE, NORMALISE, hints_of
from dedup.clean.normalise import normalise
from dedup.clean.pipeline import STEPS, clean_text
from dedup.kernels import lines as lines_kernel
from dedup.models import Draft
from dedup.text_batch import code_points

CASES = Path(__file__).parent.parent / "cases"
BOILERPLATE_CASES = json.loads((CASES / "boilerplate.json").read_text("utf-8"))
WIRE = json.loads((CASES / "wire.json").read_text("utf-8"))

ARTICLE = (
    "Council members of Port Elwood voted late on Monday to close the northern ramp of the ferry "
    "for three weeks while divers look at a second crack in the concrete that was found by chance "
    "during the repairs of the first, a decision that the owner had asked for."
)
TITLE, AUTHOR = "Council closes the northern ramp", "Jane Doe"

PIECES = sorted(
    {case["text"] for listed in (*BOILERPLATE_CASES.values(), *WIRE.values()) for case in listed}
    | {line for listed in WIRE.values() for case in listed for line in case["text"].split("\n")}
    | set(dateline.SIGNS)
    | {
        *tables.KNOWN,
        *tables.BY_WORD,
        *tables.EDGE_BY_WORD,
        *tables.LETTER,
        *wire.IN_CREDIT,
    }
    | {*wire.CREDITS_BY_WORD, *wire.COPYRIGHT_FIRST, TITLE, AUTHOR, *tables.TRIMMED, ARTICLE}
    | {
        "contributed",
        "sign up",
        "you",
        "abonnieren",
        ". ",
        " - ",
        "-",
        "ß",
        "İ",
        "ﬁ",
        "ſ",
        "©",
        "2026",
        "3",
        "²",
        " by ",
        " | ",
        ": ",
        *sorted(tables.STAMP_TOKENS)[::7],
        "A",
        "a",
        "“",
        "’",
        "/",
        "(AP)",
    }
)

lines = st.lists(
    st.sampled_from(PIECES) | st.text(max_size=4) | st.sampled_from([ARTICLE, ARTICLE[:130]]),
    min_size=1,
    max_size=4,
).flatmap(lambda parts: st.sampled_from(["", " "]).map(lambda between: between.join(parts)))
texts = st.lists(lines | st.just(ARTICLE), min_size=1, max_size=12).map("\n".join)


@settings(max_examples=400, deadline=None)
@given(texts, st.none() | st.just(TITLE) | lines)
def test_a_step_without_its_hint_returns_the_text_as_it_is(text, title):
    text = normalise(text)
    draft = Draft(text, title=title)
    (found,) = hints_of([text], [title])

    for step in STEPS:
        if not found & step.hint:
            assert step.run(draft) == draft, step.name


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30) | texts)
def test_what_needs_no_normalising_is_normalised(text):
    (found,) = hints_of([text], [None])
    assert found & NORMALISE or normalise(text) == text


@settings(max_examples=200, deadline=None)
@given(st.lists(texts, max_size=5), st.none() | st.just(TITLE), st.none() | st.just(AUTHOR))
def test_hints_change_no_result(given_texts, title, author):
    titles = [title] * len(given_texts)
    for text, found in zip(given_texts, hints_of(given_texts, titles), strict=True):
        told = clean_text(text, title=title, author=author, hinted=found)
        assert told == clean_text(text, title=title, author=author)


def test_a_character_is_left_alone_where_no_hint_says_otherwise():
    characters = [*map(chr, range(0x3100)), "\u2800", "\ud800", "\U0001f600"]
    given_texts = [f"{before}{each}b" for each in characters for before in "a\uac00\u1100"]
    titles = [None] * len(given_texts)
    for text, found in zip(given_texts, hints_of(given_texts, titles), strict=True):
        assert found & NORMALISE or normalise(text) == text


def test_an_article_gives_no_hint():
    given_texts = ["\n".join([ARTICLE] * 9), "", " a", "日本"]
    assert hints_of(given_texts, [TITLE] * 4) == [0, EVERY, EVERY, EVERY]


@pytest.mark.parametrize(
    "line",
    [
        "The river rose by 12 cm in May.",
        "In the end you get what you have asked for, the owner said to all of them.",
        "Also in doubt are the piers of the older bridge, which the town built after the flood.",
        "35.1 percent of those who were asked would rather have a tunnel.",
        "By Friday all of the divers had gone home.",
    ],
)
def test_short_lines_of_an_article_give_no_hint(line):
    text = "\n".join([ARTICLE, line, *[ARTICLE] * 9])
    assert hints_of([text], [TITLE]) == [0]


@pytest.mark.parametrize(
    ("top", "title", "asked"),
    [
        (TITLE, TITLE, True),
        ("Council closes - the northern ramp.", TITLE, True),
        ("Harbour: council closes the northern ramp", TITLE, True),
        ("Council closes the northern pier.", TITLE, False),
        (TITLE, None, False),
        (TITLE, "Council " * 40, False),
    ],
)
def test_the_headline_is_looked_for_where_a_line_could_be_it(top, title, asked):
    (found,) = hints_of(["\n".join([top, *[ARTICLE] * 9])], [title])
    assert bool(found & HEADLINE) == asked


def test_texts_full_of_furniture_are_hinted_one_and_all():
    given_texts = ["\n".join(["Read more: Ferry"] * 40)] * 120
    assert all(found & BOILERPLATE for found in hints_of(given_texts, [None] * 120))


@given(st.from_regex(tables.NUMBERED, fullmatch=True))
def test_a_number_that_counted_something_is_short(line):
    assert len(line) <= boilerplate.SHORT


def test_the_tables_are_what_hints_take_them_for():
    assert max(map(len, tables.PHRASES)) <= boilerplate.SHORT
    assert all(map(str.isalpha, tables.STAMP_TOKENS))
    held = {*tables.LETTER, *wire.IN_CREDIT}
    assert all(len(phrase) >= lines_kernel.PIECE_LETTERS for phrase in held)


def test_what_would_be_composed_is_to_be_normalised():
    for text in ("e\u0301", "\u1100\u1161", "\u09c7\u09be"):
        assert unicodedata.normalize("NFC", text) != text
        assert hints_of([f"{text} b"], [None])[0] & NORMALISE


@pytest.mark.parametrize("text", ["Plain", "Caf\u00e9 \u2014", "\U0001f600 a", "\ud800", ""])
def test_code_points_are_those_of_the_text(text):
    points, bounds = code_points(["a", text])
    assert points.tolist() == [97, *map(ord, text)]
    assert bounds.tolist() == [0, 1, 1 + len(text)]
