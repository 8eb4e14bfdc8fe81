"""Two stories that no setting joins say why; numbers that are too few are not compared."""

from __future__ import annotations

import json

import pytest
from runs import read_lines

from dedup.config import Config
from dedup.explain.no_setting import no_setting
from dedup.explain.open_run import open_run

FERRY = "harborpost.example/2026/03/14/ferry-aground.html"


@pytest.fixture(scope="module")
def explained(samples_run):
    """Explanations of one document beside each other one of the run."""
    ids = [each["id"] for each in read_lines(samples_run / "decisions.jsonl")]
    with open_run(samples_run) as run:
        return [run.explain(FERRY, each) for each in ids if each != FERRY]


def test_two_stories_name_a_setting_or_say_why_there_is_none(explained):
    apart = [each for each in explained if not each.together]

    assert len(apart) > 30
    for each in explained:
        is_said = each.no_setting is not None
        assert is_said == (not each.together and not each.settings), each.verdict
    assert {each.no_setting for each in apart} >= {
        "No setting of dedup regroup joins them: they were not compared, as too little proposes "
        "them.",
    }


@pytest.mark.parametrize(
    ("causes", "reason"),
    [
        (("loose-threshold",), "no loose group has both"),
        (("language", "not-compared"), "they are in two languages"),
        (("other-copies", "roundup"), "tells several stories"),
        (("threshold",), "the least threshold that can be given, 0.1, too; another --scorer may"),
        (("threshold", "earlier-dump"), "an earlier dump decided"),
        (("rejected",), "a rejected input is in no story"),
    ],
)
def test_the_reason_follows_from_the_cause(causes, reason):
    said = no_setting(causes, Config())

    assert said.startswith("No setting of dedup regroup joins them: ")
    assert reason in said


def test_a_run_of_an_earlier_version_is_regrouped_first():
    assert no_setting(("earlier-version",), Config()) is None


def test_numbers_are_compared_where_both_texts_have_four(explained):
    shares = {each.copies.numbers for each in explained if each.copies}

    assert None in shares
    assert all(0 <= each <= 1 for each in shares if each is not None)


def test_numbers_that_are_not_compared_are_null_and_said_so(command, samples_run):
    pair = (samples_run, FERRY, "archive/n2311")
    text = command("explain", *pair).stdout

    assert "numbers      not compared: fewer than 4 numbers in one text\n" in text
    assert "causes:" not in text
    found = json.loads(command("explain", *pair, "--json").stdout)
    assert found["copies"]["numbers"] is None
    assert found["causes"] == ["rewrite"]
