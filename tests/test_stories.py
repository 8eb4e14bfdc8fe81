"""Rewrites: whole runs on labelled news that was written for these tests."""

from __future__ import annotations

import functools
import itertools
import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from dedup import Config, deduplicate
from dedup.config import StoryConfig

THRESHOLD = Config().story.threshold

AGAIN = (
    "of each report one document is left: two alone show no rivals, and no parties stand around "
    "a roundup"
)

HELD = "of an affair that is held out: its decisions are counted, not looked at"

RECALLS = (
    "the later report tells most of the earlier one again, and without a day in its lead nothing "
    "shows that it is another"
)

FREE = (
    "free rewrites that share little but names: what they share is no more than what the reports "
    "of other days of their affair share, and both stay"
)

ROADS = "two of four share most of their roads and places"

TEASERS = "the briefing tells each story in other words and is the only other telling"

COUPLES = "couples of characters find fewer common words, and no names"

KNOWN: dict[tuple[str, str, str], str] = {
    (label, mode, question): reason
    for reason, mode, question, labels in (
        (
            AGAIN,
            "dated",
            "again",
            (
                "roundup-live-blog",
                "two-recalls-by-one-car-maker",
                "kelmouth-harbour-fraud",
                "lunnmark-ferry-strike",
                "cyclone-odalys",
                "pellworth-mattress-fire",
                "corrigan-hiker-search",
                "cullerton-tap-water",
                "tinfar-medics",
            ),
        ),
        (
            COUPLES,
            "dated",
            "split",
            (
                "chinese-metro-and-film",
                "japanese-landslide-and-recall",
            ),
        ),
        (
            FREE,
            "dated",
            "split",
            (
                "arabic-tomb-and-rates",
                "granitsa-velska",
                "cullerton-tap-water",
                "every affair",
            ),
        ),
        (
            FREE,
            "undated",
            "split",
            (
                "fichaje-ibarrola",
                "granitsa-velska",
                "saturday-shootings",
                "cullerton-tap-water",
                "operacao-prato-raso",
                "every affair",
            ),
        ),
        (
            HELD,
            "dated",
            "met",
            (
                "avalanches-du-dimanche",
                "nordkvist-montalbero",
            ),
        ),
        (
            HELD,
            "undated",
            "met",
            (
                "tinfar-medics",
                "avalanches-du-dimanche",
                "nordkvist-montalbero",
            ),
        ),
        (HELD, "undated", "split", ("tinfar-medics",)),
        (
            RECALLS,
            "undated",
            "met",
            (
                "granitsa-velska",
                "every affair",
            ),
        ),
        (ROADS, "dated", "met", ("traffic-template",)),
        (TEASERS, "dated", "met", ("roundup-morning-briefing",)),
    )
    for label in labels
}
"""Known failures and why: (label, mode, question)."""

QUESTIONS = {"met", "split", "again"}

CASES = Path(__file__).parent / "cases"

STORIES = json.loads((CASES / "stories.json").read_text("utf-8"))["cases"]
AFFAIRS = json.loads((CASES / "affairs.json").read_text("utf-8"))["affairs"]
HELD_OUT = json.loads((CASES / "affairs_held_out.json").read_text("utf-8"))["affairs"]

EVERY_AFFAIR = "every affair"


# --- dumps ---------------------------------------------------------------------------------------


def in_affair(affair):
    """The documents of an affair, in the form of those in stories.json."""
    return [
        {
            "id": f"{report['report']}-{text['outlet']}",
            "title": text["title"],
            "text": text["text"],
            "date": text["time"],
            "host": f"{text['outlet']}.example",
            "story": report["report"],
        }
        for report in affair["reports"]
        for text in report["texts"]
    ]


DUMPS = {
    **{case["label"]: case["documents"] for case in STORIES},
    **{affair["affair"]: in_affair(affair) for affair in (*AFFAIRS, *HELD_OUT)},
    EVERY_AFFAIR: [document for affair in AFFAIRS for document in in_affair(affair)],
}
MODES = [
    *((case["label"], "dated") for case in STORIES),
    *(
        (affair["affair"], mode)
        for affair in (*AFFAIRS, *HELD_OUT)
        for mode in ("dated", "undated")
    ),
    (EVERY_AFFAIR, "dated"),
    (EVERY_AFFAIR, "undated"),
]
ENGLISH = [
    (each.get("label") or each["affair"], "dated")
    for each in (*STORIES, *AFFAIRS, *HELD_OUT)
    if each["language"] == "en"
]


def record_of(document, mode="dated"):
    """A document as it is read, without its label."""
    found = {name: document[name] for name in ("id", "text", "title") if document.get(name)}
    if document.get("host"):
        found["url"] = f"https://{document['host']}/{document['id']}"
    if document.get("date") and mode == "dated":
        found["date"] = document["date"]
    return found


def records_of(label, mode="dated"):
    return [record_of(document, mode) for document in DUMPS[label]]


@functools.cache
def run(label, mode="dated"):
    return deduplicate(records_of(label, mode))


def homes(result):
    """The story of each document; its own id where it has none."""
    return {each.doc_id: each.story_id or each.doc_id for each in result.decisions}


def wrong_pairs(label, mode, *, met):
    """Pairs of documents that met though they are of two reports, or were split though of one."""
    home = homes(run(label, mode))
    report = {each["id"]: each["story"] or each["id"] for each in DUMPS[label]}
    return [
        (one, other)
        for one, other in itertools.combinations(report, 2)
        if (home[one] == home[other]) is met and (report[one] == report[other]) is not met
    ]


def questions(question, modes=MODES):
    """Dumps for one question, those that are known to fail marked."""
    return [
        pytest.param(
            label,
            mode,
            id=f"{label}-{mode}",
            marks=[pytest.mark.xfail(strict=True, reason=KNOWN[label, mode, question])]
            if (label, mode, question) in KNOWN
            else [],
        )
        for label, mode in modes
    ]


@pytest.mark.parametrize(("label", "mode"), questions("met"))
def test_no_two_reports_meet(label, mode):
    assert wrong_pairs(label, mode, met=True) == []


@pytest.mark.parametrize(("label", "mode"), questions("split"))
def test_no_report_is_split(label, mode):
    assert wrong_pairs(label, mode, met=False) == []


def test_every_known_failure_is_of_a_case_that_is_run():
    assert {key[:2] for key in KNOWN} <= {*MODES}
    assert {key[2] for key in KNOWN} <= QUESTIONS


# --- laws ----------------------------------------------------------------------------------------


def without_rows(result):
    return {each.doc_id: replace(each, row=0) for each in result.decisions}


@pytest.mark.parametrize("label", [*DUMPS])
def test_the_order_of_documents_changes_no_decision(label):
    records = records_of(label)
    random.Random(5).shuffle(records)
    assert without_rows(deduplicate(records)) == without_rows(run(label))


@pytest.mark.parametrize(("label", "mode"), questions("again", ENGLISH))
def test_the_survivors_lose_nothing_in_a_second_run(label, mode):
    again = deduplicate(run(label, mode).survivors)
    assert [each.doc_id for each in again.decisions if each.status != "unique"] == []


@pytest.mark.parametrize("label", [*DUMPS])
def test_every_rewrite_has_a_score_and_a_reason(label):
    for each in run(label).decisions:
        if each.relation in ("rewrite", "derived"):
            assert 0 < each.score <= 1
            assert each.canonical_id in each.reason
            assert f"story score {each.score:.2f}" in each.reason
            assert len(each.reason.split()) > 5
            assert ("below the threshold" in each.reason) == (each.score < THRESHOLD)


LENIENT = {"singleton_penalty": 0.0, "size_penalty": 0.0}
"""Without these penalties a mean just over the threshold joins."""


@pytest.mark.parametrize("threshold", [0.18, 0.3, 0.5])
def test_a_reason_says_why_a_member_is_below_the_threshold(threshold):
    config = Config(story=StoryConfig(threshold=threshold, **LENIENT))
    result = deduplicate(records_of("saturday-shootings"), config=config)
    below = {each.doc_id for each in result.decisions if "below the threshold" in each.reason}
    assert below == {
        each.doc_id
        for each in result.decisions
        if each.score_kind == "probability" and each.score < threshold
    }
    for each in result.decisions:
        if each.doc_id in below:
            mean = each.reason.rsplit("the mean with the other tellings joined them, ", 1)[1]
            assert float(mean) >= threshold
    if threshold == 0.5:
        assert below


def test_a_member_that_an_earlier_dump_joined_says_so(command, jsonl, tmp_path):
    """Its score is far below the threshold of the second dump."""
    records = records_of("saturday-shootings")
    store = tmp_path / "store.sqlite"
    first = command.run(jsonl(records, "1.jsonl"), "--store", store, out=tmp_path / "1")
    rewrite = next(each for each in first.decisions if each["relation"] == "rewrite")
    again = next(each for each in records if each["id"] == rewrite["id"])
    copy = {**again, "id": "copy", "url": "https://other.example/copy"}
    options = ("--store", store, "--threshold", "0.99")
    second = command.run(jsonl([copy], "2.jsonl"), *options, out=tmp_path / "2")
    (decision,) = second.decisions
    assert decision["canonical_id"] == rewrite["canonical_id"]
    assert decision["score"] < 0.99
    assert decision["reason"].endswith(
        ", below the threshold 0.99: an earlier dump had joined them"
    )


@pytest.mark.parametrize("label", [*DUMPS])
def test_a_story_has_its_origins_and_its_weakest_join(label):
    for story in run(label).stories:
        members = {member["id"] for member in story["members"]}
        assert 1 <= story["origins"] <= story["size"] == len(members)
        assert {story["weakest"]["left"], story["weakest"]["right"]} <= members
        assert story["weakest"]["left"] != story["weakest"]["right"]
        assert Config().story.threshold <= story["weakest"]["score"] <= 1


# --- copies and rewrites together ----------------------------------------------------------------

RECALLS = {each["id"]: record_of(each) for each in DUMPS["two-recalls-by-one-car-maker"]}
ONE, OTHER = RECALLS["n3-a-1"], RECALLS["n3-a-2"]
STRANGERS = [*records_of("earthquakes-on-two-islands"), *records_of("two-verdicts-of-one-court")]


def copy_of(record, number, changes=()):
    """The same text at another address, somewhat later, with some words changed."""
    text = record["text"]
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return {
        **record,
        "id": f"{record['id']}-copy-{number}",
        "url": f"https://copy-{number}.example/{record['id']}",
        "date": f"2025-06-16T20:{number:02}:00Z",
        "text": text,
    }


MIXED = [
    ONE,
    OTHER,
    *(copy_of(OTHER, number) for number in (1, 2)),
    copy_of(OTHER, 3, [("caution", "care"), ("look closely", "look")]),
    *STRANGERS,
]


def story_of(result, doc_id):
    home = result.decision(doc_id).story_id
    return next((story for story in result.stories if story["story_id"] == home), None)


def test_copies_of_a_telling_are_of_its_story_and_count_once():
    story = story_of(deduplicate(MIXED), "n3-a-1")
    assert {member["id"] for member in story["members"]} == {each["id"] for each in MIXED[:5]}
    assert story["origins"] == 2
    assert len(story["outlets"]) == 5


def test_a_copy_of_another_telling_has_the_relation_of_that_telling():
    result = deduplicate(MIXED)
    story = story_of(result, "n3-a-1")
    relation_of = {
        member["id"]: (member["relation"], member["score"]) for member in story["members"]
    }
    of_other = {relation_of[each["id"]] for each in MIXED[1:5]}
    if story["canonical_id"] == "n3-a-1":
        ((relation, score),) = of_other
    else:
        assert {relation for relation, _ in of_other} == {None, "exact", "near"}
        relation, score = relation_of["n3-a-1"]
    assert relation == "rewrite"
    assert Config().story.threshold <= score < 1


def test_the_rules_of_the_user_elect_the_canonical_of_rewrites():
    config = Config()
    for rule, canonical in (("earliest", "n3-a-1"), ("latest", "n3-a-2")):
        chosen = replace(config, cluster=replace(config.cluster, canonical=(rule,)))
        result = deduplicate([ONE, OTHER, *STRANGERS], config=chosen)
        assert story_of(result, "n3-a-1")["canonical_id"] == canonical


def test_at_the_level_of_copies_rewrites_stay():
    result = deduplicate(MIXED, config=Config(level="copies"))
    assert str(result.decision("n3-a-1").status) == "unique"
    story = story_of(result, "n3-a-2")
    assert {member["id"] for member in story["members"]} == {each["id"] for each in MIXED[1:5]}
    assert story["origins"] == 1
    assert {member["relation"] for member in story["members"]} == {None, "exact", "near"}


# --- options -------------------------------------------------------------------------------------


def joined(first, second):
    result = deduplicate([first, second, *STRANGERS])
    home = homes(result)
    return home[first["id"]] == home[second["id"]]


def dated(record, date):
    return {**record, "date": date} if date else {k: v for k, v in record.items() if k != "date"}


DATES = [
    ("2025-06-16T12:00:00Z", True),
    ("2025-06-18", True),
    ("2025-06-26T10:00:00Z", False),
    ("2025-06-06T10:00:00Z", False),
    (None, True),
]


@pytest.mark.parametrize(("date", "expected"), DATES, ids=[str(date) for date, _ in DATES])
def test_one_event_is_joined_within_the_window_or_undated(date, expected):
    assert joined(dated(ONE, "2025-06-16T10:00:00Z"), dated(OTHER, date)) is expected


def test_a_wider_window_joins_what_came_later():
    config = Config()
    wide = replace(config, story=replace(config.story, window_days=6.0))
    records = [ONE, dated(OTHER, "2025-06-21T10:00:00Z"), *STRANGERS]
    assert story_of(deduplicate(records), "n3-a-1") is None
    assert story_of(deduplicate(records, config=wide), "n3-a-1")


def test_a_copy_is_a_copy_however_late():
    late = dated(copy_of(ONE, 1), "2025-09-01")
    assert joined(ONE, late)


def test_a_higher_threshold_joins_fewer_documents_and_splits_no_copies():
    config = Config()
    records = [*records_of(EVERY_AFFAIR), *MIXED]
    gone = {}
    for threshold in (0.5, 0.9, 0.99):
        chosen = replace(config, story=replace(config.story, threshold=threshold))
        result = deduplicate(records, config=chosen)
        gone[threshold] = sum(each.status == "duplicate" for each in result.decisions)
        home = homes(result)
        assert len({home[each["id"]] for each in MIXED[1:5]}) == 1
    assert gone[0.5] >= gone[0.9] >= gone[0.99]
    assert gone[0.5] > gone[0.99]


# --- the command ---------------------------------------------------------------------------------


def test_a_run_on_files_writes_what_the_library_returns(command, jsonl, tmp_path):
    label = "two-recalls-by-one-car-maker"
    out = command.run(jsonl(records_of(label)), out=tmp_path / "out")

    assert out.stories == run(label).stories
    assert all({"origins", "weakest"} <= story.keys() for story in out.stories)
    fields = ("status", "story_id", "relation", "score", "reason")
    for line, decision in zip(out.decisions, run(label).decisions, strict=True):
        assert line["id"] == decision.doc_id
        assert [line[field] for field in fields] == [getattr(decision, field) for field in fields]
    assert [each["id"] for each in out.survivors] == [each["id"] for each in run(label).survivors]


def test_options_of_the_command_reach_the_stories(command, jsonl, tmp_path):
    file = jsonl([ONE, OTHER, *STRANGERS])

    def duplicates(name, *options):
        return [*command.run(file, *options, out=tmp_path / name).status().values()].count(
            "duplicate"
        )

    usual = duplicates("usual")
    assert usual > 0
    assert duplicates("copies", "--level", "copies") == 0
    assert duplicates("strict", "--threshold", "0.99") <= usual
    assert duplicates("window", "--window", "0") == 0
