import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.cleaning import boilerplate_tables as tables
from dedup.cleaning.boilerplate import GROUPS, SHORT, boilerplate, group_of
from dedup.cleaning.headline import headline
from dedup.cleaning.pipeline import clean_text
from dedup.models import Draft

CASES = json.loads((Path(__file__).parents[1] / "cases" / "boilerplate.json").read_text("utf-8"))
NUMBERS = ("one", "two", "three", "four", "five")
BODY = [f"This is sentence number {word} of a report." for word in NUMBERS]


def label(case):
    return case["label"]


@pytest.mark.parametrize("case", CASES["anywhere"], ids=label)
def test_boilerplate_is_removed_wherever_it_stands(case):
    assert group_of(case["text"]) == case["group"]
    lines = [*BODY, *BODY, case["text"], *BODY, *BODY]
    draft = boilerplate(Draft("\n".join(lines)))
    assert draft.text == "\n".join(BODY * 4)
    assert [(r.step, r.text) for r in draft.removed] == [(case["group"], case["text"])]


@pytest.mark.parametrize("case", CASES["edges"], ids=label)
def test_what_could_be_text_is_removed_only_near_the_edges(case):
    assert group_of(case["text"], at_edge=True) == case["group"]
    middle = "\n".join([*BODY, *BODY, case["text"], *BODY, *BODY])
    assert boilerplate(Draft(middle)).text == middle
    top = "\n".join([BODY[0], case["text"], *BODY, *BODY])
    assert boilerplate(Draft(top)).text == "\n".join([BODY[0], *BODY, *BODY])
    end = "\n".join([*BODY, *BODY, case["text"], BODY[0]])
    assert boilerplate(Draft(end)).text == "\n".join([*BODY, *BODY, BODY[0]])


@pytest.mark.parametrize("case", CASES["negative"], ids=label)
def test_a_sentence_stays_even_at_the_edge(case):
    assert group_of(case["text"], at_edge=True) is None


def test_every_phrase_is_short_and_recognised():
    assert max(map(len, tables.PHRASES)) <= SHORT
    assert {phrase: group_of(f"- {phrase.title()} >") for phrase in ("related", "share")} == {
        "related": "related",
        "share": "buttons",
    }
    assert {phrase: group_of(phrase) for phrase in tables.PHRASES} == tables.PHRASES


@settings(max_examples=30, deadline=None)
@given(st.from_regex(tables.NUMBERED, fullmatch=True))
def test_a_number_with_what_it_counts_is_short_and_recognised(line):
    assert len(line) <= SHORT
    assert group_of(line) == "buttons"


def test_every_group_of_the_cases_is_announced():
    assert {case["group"] for case in [*CASES["anywhere"], *CASES["edges"]]} == set(GROUPS)


def test_a_long_line_is_never_boilerplate():
    assert group_of("Read more: " + "words " * 80) is None


def test_a_box_at_the_end_goes_whole():
    text = "\n".join([*BODY, "You may also like", "Ten bridges to see", "Who built the dam?"])
    assert boilerplate(Draft(text)).text == "\n".join(BODY)


def test_a_box_in_the_middle_goes_but_for_the_heading_of_the_next_paragraph():
    text = "\n".join(
        [*BODY, *BODY, "DON'T MISS", "Ten bridges", "Two dams", "What happens now", *BODY * 2]
    )
    kept = "\n".join([*BODY, *BODY, "What happens now", *BODY, *BODY])
    assert boilerplate(Draft(text)).text == kept


def test_one_short_line_behind_a_box_heading_is_a_heading_of_the_text():
    text = "\n".join([*BODY, *BODY, "Read more", "What happens now", *BODY, *BODY])
    assert boilerplate(Draft(text)).text == text.replace("Read more\n", "")


def test_bulleted_titles_behind_a_box_heading_go():
    text = "\n".join([*BODY, *BODY, "Related", "- Ten bridges", *BODY, *BODY])
    assert boilerplate(Draft(text)).text == "\n".join(BODY * 4)


def test_a_box_is_not_endless():
    entries = [f"Title number {number}" for number in range(30)]
    text = "\n".join([*BODY, "Related", *entries])
    assert len(boilerplate(Draft(text)).text.split("\n")) > 20


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("River rises after night of rain", "River rises after night of rain"),
        ("RIVER RISES AFTER NIGHT OF RAIN.", "River rises after night of rain"),
        ("Floods in the north: River rises after night of rain", "River rises after night of rain"),
        ("The river rises again after a night of rain", "River rises after night of rain"),
        ("River rises after", "River rises after night"),
        ("河水上涨一夜大雨之后", "河水上涨一夜大雨之后"),
    ],
)
def test_a_headline_before_the_text_goes(line, title):
    text = "\n".join([line, *BODY])
    assert headline(Draft(text, title=title)).text == "\n".join(BODY)


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("The river rose after a night of rain, the town said.", "River rises after night of rain"),
        ("Is the river rising? The town says after the rain", "The river is rising after rain"),
        ("after a night of rain the river rises", "River rises after night of rain"),
        ("The river", "The river rises after a night of rain in the north"),
        ("Words " * 60, "Words"),
        ("Anything at all", None),
        ("Anything at all", "Title " * 60),
        ("Anything at all", "?!"),
        ("...", "River rises"),
        ("What the town can do about it now", "River rises after night of rain"),
    ],
)
def test_other_lines_before_the_text_stay(line, title):
    text = "\n".join([line, *BODY])
    assert headline(Draft(text, title=title)).text == text


def test_a_variant_of_the_title_behind_the_first_sentence_is_a_heading_of_the_text():
    text = "\n".join([BODY[0], "The river rises again after a night of rain", *BODY])
    assert headline(Draft(text, title="River rises after night of rain")).text == text


def test_a_text_that_is_its_title_stays():
    assert clean_text("River rises", title="River rises").text == "River rises"


HOSTILE = ["(" * 350, "a/" * 170, "1-" * 60, "published " * 12 + "1", "get our " * 40,
           "photo " * 58,
           ". photo: " * 38, "contributed " * 29, "[" * 360, "\u3001" * 350, "follow " * 50,
           "(ap photo " * 34, "sign up our newsletter " * 15, "by A " * 24,
           f"AP {'-' * 28} AP x", f"(AP) - a {'-' * 28}", f"Rome {'- ' * 50}(AP)"]  # fmt: skip


@pytest.mark.parametrize("line", HOSTILE, ids=lambda line: line[:12])
def test_a_hostile_line_takes_no_time(line):
    start = time.perf_counter()
    clean_text("\n".join([line] * 50), title=line[:200], author=line[:200])
    assert time.perf_counter() - start < 2
