import json
from pathlib import Path

import pytest

from dedup.cleaning.dateline import dateline
from dedup.cleaning.pipeline import clean_text
from dedup.cleaning.wire import byline, credit
from dedup.models import Draft

CASES = json.loads((Path(__file__).parents[1] / "cases" / "wire.json").read_text("utf-8"))


def label(case):
    return case["label"]


@pytest.mark.parametrize("case", CASES["dateline"], ids=label)
def test_a_dateline_moves(case):
    draft = dateline(Draft(case["text"]))
    assert draft.text == case["expect"]
    assert (draft.agency, draft.dateline) == (case["agency"], case["dateline"])
    assert [removal.step for removal in draft.removed] == ["dateline"]


@pytest.mark.parametrize("case", CASES["byline"], ids=label)
def test_a_byline_goes_and_names_its_agency(case):
    draft = byline(Draft(case["text"], author=case.get("author")))
    assert (draft.text, draft.agency) == (case["expect"], case["agency"])


@pytest.mark.parametrize("case", CASES["credit"], ids=label)
def test_a_credit_moves(case):
    draft = clean_text(case["text"])
    assert (draft.text, draft.agency) == (case["expect"], case["agency"])
    assert draft.credit == case["credit"]
    assert credit(Draft(draft.text)).text == draft.text


@pytest.mark.parametrize("case", CASES["negative"], ids=label)
def test_a_sentence_stays(case):
    draft = Draft(case["text"], author=case.get("author"))
    for step in (byline, dateline, credit):
        draft = step(draft)
    assert draft.text == case["text"]
    assert draft.agency == case.get("agency")
    assert draft.removed == ()


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=pytest.mark.xfail(reason=case["reason"], strict=True))
        for case in CASES["known_failure"]
    ],
    ids=label,
)
def test_a_sentence_should_stay(case):
    assert dateline(Draft(case["text"])).text == case["text"]


def test_the_dateline_wins_over_credit_and_author_field():
    text = "LONDON (Reuters) - Shares rose.\n© 2024 AFP"
    draft = clean_text(text, author="Associated Press")
    assert (draft.agency, draft.dateline) == ("Reuters", "LONDON")
    assert {removal.step for removal in draft.removed} == {"dateline", "credit"}


def test_only_the_first_dateline_is_kept_in_the_field():
    draft = clean_text("(Reuters) - ROME, Nov. 3 — Rain fell.")
    assert (draft.text, draft.agency, draft.dateline) == ("Rain fell.", "Reuters", "ROME, Nov. 3")


def test_an_agency_in_the_middle_is_no_credit():
    body = [f"Sentence {number} of the report." for number in range(8)]
    text = "\n".join([*body, "— Reuters", *body])
    assert clean_text(text).text == text


OWN = ("Interwire", "AIM", "远洋社")
OWN_NAMES = {
    "a dateline": ("(Interwire) - The ferry runs again.", "Interwire"),
    "a dateline in other letters": ("ELWOOD (INTERWIRE) - The ferry runs again.", "Interwire"),
    "a dateline with a comma": ("ELWOOD, Interwire - The ferry runs again.", "Interwire"),
    "a byline": ("By Jane Doe, Interwire\nThe ferry runs again.", "Interwire"),
    "a byline of the agency": ("Interwire Staff\nThe ferry runs again.", "Interwire"),
    "a credit": ("The ferry runs again.\n(Interwire)", "Interwire"),
    "a credit at the end": ("The ferry runs again. (AIM)", "AIM"),
    "a credit of two": ("The ferry runs again.\nAIM/Reuters", "AIM"),
    "a credit in words": ("The ferry runs again.\nWith reporting by Interwire", "Interwire"),
    "a Chinese dateline": ("远洋社北京11月3日电 The ferry runs again.", "远洋社"),
}


@pytest.mark.parametrize(("text", "agency"), OWN_NAMES.values(), ids=OWN_NAMES)
def test_a_named_agency_is_recognised_as_those_of_the_table_are(text, agency):
    draft = clean_text(text, agencies=OWN)
    assert (draft.text, draft.agency) == ("The ferry runs again.", agency)


def test_a_named_agency_is_recognised_in_an_author_field():
    assert (
        clean_text("The ferry runs again.", author="Interwire", agencies=OWN).agency == "Interwire"
    )


@pytest.mark.parametrize("text", ["The aim (aim) is clear.", "Interwire said on Monday it grew."])
def test_a_named_agency_in_a_sentence_stays(text):
    assert clean_text(text, agencies=OWN).text == text
