"""The sample dump gives the answer that lies beside it, whatever it is packed in."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter

import pytest
from runs import ROOT, read_lines

ANSWER = ("status", "canonical_id", "relation")

# Lines that two outlets put into every article and extraction leaves in.
LEFTOVERS = {
    "harborpost.example": "Sign up to the Harbor Post morning briefing",
    "northvalecourier.example": "The Courier is free to read because",
}

REJECTED = {
    "dailymeridian.example/n/all-sections.html": "no-text",
    "lakecitynews.example/a/lost-page.html": "empty",
    "northvalecourier.example/photos/gallery-17.html": "not-html",
}

REWRITES = {"ferry-grounding": 4, "battery-plant": 3, "museum-theft": 2, "teacher-pay": 2}

# Pairs about one affair, or of one template, that are two stories.
LOOK_ALIKES = [
    ("mayor-charged", "mayor-plea"),
    ("bank-outage", "bank-hearing"),
    ("striker-signs", "striker-injured"),
    ("forecast-mar-10", "forecast-mar-13"),
    ("match-lake-city", "match-rovers"),
    ("close-mar-10", "close-mar-12"),
]


@pytest.fixture(scope="module")
def expected(samples):
    return read_lines(samples / "expected.jsonl")


@pytest.fixture(scope="module")
def articles(samples):
    return json.loads((samples / "articles.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def jsonl_run(command, samples, tmp_path_factory):
    return command.run(samples / "dump.jsonl", out=tmp_path_factory.mktemp("jsonl") / "out")


@pytest.fixture(scope="module")
def warc_run(command, samples, tmp_path_factory):
    return command.run(samples / "dump.warc.gz", out=tmp_path_factory.mktemp("warc") / "out")


def answers(lines):
    return {line["id"]: tuple(line[name] for name in ANSWER) for line in lines}


def test_a_folder_of_pages_gives_the_expected_answer(sample_run, expected):
    assert answers(sample_run.decisions) == answers(expected)


def test_records_with_html_give_the_expected_answer(jsonl_run, expected):
    assert answers(jsonl_run.decisions) == answers(expected)


def test_an_archive_gives_the_expected_answer_under_its_own_ids(
    warc_run, samples, articles, expected
):
    """Every record is named by its place in the file; its address says which page it is."""
    page_of_url = {article["url"]: article["page"] for article in articles}
    page_of = {}
    for survivor in warc_run.survivors:
        page_of[survivor["id"]] = page_of_url[survivor["url"]]
    # What goes or is rejected has no line with an address; the records stand in the pages' order.
    pages = [line["id"] for line in read_lines(samples / "dump.jsonl")]
    by_place = dict(zip((each["id"] for each in warc_run.decisions), pages, strict=True))

    assert page_of.items() <= by_place.items()
    told = {
        by_place[each["id"]]: (
            each["status"],
            by_place.get(each["canonical_id"]),
            each["relation"],
        )
        for each in warc_run.decisions
    }
    assert told == answers(expected)


def test_counts_add_up(sample_run):
    counts = sample_run.manifest["counts"]
    status = Counter(sample_run.status().values())

    assert dict(status) == {name: counts[name] for name in status}
    assert counts["inputs"] == sum(status.values()) == 62
    assert counts["stories"] == len(sample_run.stories) == status["canonical"]
    assert len(sample_run.survivors) == status["canonical"] + status["unique"]
    assert len(sample_run.rejected) == status["rejected"]
    assert sum(story["size"] for story in sample_run.stories) == sum(
        status[name] for name in ("canonical", "duplicate")
    )


def test_what_cannot_be_used_is_named_with_its_reason(sample_run):
    assert {each["id"]: each["reason"] for each in sample_run.rejected} == REJECTED
    assert all(each["detail"] and each["source"] == each["id"] for each in sample_run.rejected)
    assert sample_run.manifest["rejected_by_reason"] == dict(Counter(sorted(REJECTED.values())))


@pytest.fixture(scope="module")
def cleaned(command, samples):
    """The pages as `dedup clean` gives them."""
    lines = command("clean", samples / "dump", "--quiet").stdout_bytes.splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("host", LEFTOVERS)
def test_the_leftover_line_of_an_outlet_is_gone_and_kept_as_removed(host, sample_run, cleaned):
    line = LEFTOVERS[host]
    pages = [each for each in cleaned if each["id"].startswith(host)]
    removed = [sum(line in piece["text"] for piece in page["removed"]) for page in pages]

    assert removed == [1] * len(pages)
    assert len(pages) >= 8
    assert not [page["id"] for page in pages if line in page["text"]]
    assert not [each["id"] for each in sample_run.survivors if line in each["text"]]


@pytest.mark.parametrize("story", REWRITES)
def test_rewrites_of_one_story_are_one_story(story, sample_run, expected):
    pages = [line["id"] for line in expected if line["story"] == story]
    relations = Counter(line["relation"] for line in expected if line["story"] == story)

    assert len(pages) == REWRITES[story]
    assert Counter(sample_run.status()[page] for page in pages) == {
        "canonical": 1,
        "duplicate": REWRITES[story] - 1,
    }
    assert relations == {None: 1, "rewrite": REWRITES[story] - 1}


def test_rewrites_stay_at_the_level_of_copies(copies_run, expected):
    pages = [line["id"] for line in expected if line["story"] in REWRITES]
    assert {copies_run.status()[page] for page in pages} == {"unique"}


@pytest.mark.parametrize("pair", LOOK_ALIKES, ids="-".join)
def test_look_alikes_stay(pair, sample_run, expected):
    pages = [line["id"] for line in expected if line["story"] in pair]

    assert len(pages) == 2
    assert {sample_run.status()[page] for page in pages} == {"unique"}


def test_survivors_carry_what_the_pages_say(sample_run, articles):
    article_of = {article["page"]: article for article in articles}
    for survivor in sample_run.survivors:
        article = article_of[survivor["id"]]
        assert survivor["title"] == article["title"]
        assert survivor["dedup"].keys() == {"story_id", "size", "status"}
        assert len(survivor["text"]) > 100


def test_the_samples_are_in_step_with_their_sources():
    check = [sys.executable, ROOT / "scripts" / "make_samples.py", "--check"]
    done = subprocess.run(check, check=False, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stdout + done.stderr
