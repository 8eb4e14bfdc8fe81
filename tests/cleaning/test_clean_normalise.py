import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.cleaning.normalise import normalise

CASES = json.loads((Path(__file__).parents[1] / "cases" / "normalise.json").read_text("utf-8"))


def label(case):
    return case["label"]


@pytest.mark.parametrize("case", CASES["synthetic"], ids=label)
def test_a_text_takes_its_one_form(case):
    assert normalise(case["text"]) == case["expect"]


@pytest.mark.parametrize("case", CASES["negative"], ids=label)
def test_a_text_in_form_is_untouched(case):
    assert normalise(case["text"]) == case["text"]


@pytest.mark.parametrize("case", [*CASES["synthetic"], *CASES["negative"]], ids=label)
def test_twice_is_once(case):
    once = normalise(case["text"])
    assert normalise(once) == once


PIECES = ["&", "amp;", "#38;", "lt;", "&nbsp;", "&shy;", "\u200c", "\u200d", "\u0628", "\u0301",
          "a", "e", " ", "\u00a0", "\n", "\r", "\u2028", "\u00ad", "\ufeff", "\ud83d", "\U0001f600",
          "\u1100", "\u1161", "\u3164", "&am", "p;"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=60))
def test_twice_is_once_on_anything(text):
    once = normalise(text)
    assert normalise(once) == once
    once.encode("utf-8")


def test_deeply_escaped_text_takes_no_time():
    assert normalise("&" + "amp;" * 200_000 + "x") == "&x"
    nested = "&am" * 20_000 + "&shy;p;" * 20_000
    assert "&shy;" not in normalise(nested)
    chain = "&shy;"
    for _ in range(12):  # every round uncovers the next
        chain = f"&am{chain}p;shy;"
    assert len(normalise(chain)) < len(chain)


def test_a_joiner_that_loses_its_letter_to_the_order_of_marks_goes_at_once():
    once = normalise("\u0926\u093f\u05aa\u094d\u200c\u0940")
    assert normalise(once) == once
