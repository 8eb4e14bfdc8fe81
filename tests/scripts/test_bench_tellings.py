"""The table of tellings that an index names: what is counted, and that a whole run gives it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from bench_tellings import Figures, Truth, ask
from labelled_sets import StorySet, read_sets
from runs import ROOT

from dedup import StoryIndex

LABELLED = ROOT.parent / "shared" / "data" / "stories"

NOTHING = {name: [] for name in "abcd"}

SET = StorySet(
    "x",
    [
        {"id": "a", "story": "s", "date": "2026-03-01"},
        {"id": "b", "story": "s", "date": "2026-03-02"},
        {"id": "c", "story": "t", "date": "2026-03-02"},
        {"id": "d", "story": "s", "date": "2026-03-20"},
    ],
    None,
)


def truth(labelled=SET, *, dated=True):
    return Truth(labelled, "abcd", 4.0, dated=dated)


def test_only_documents_with_an_earlier_telling_within_the_window_count():
    assert truth().figures(NOTHING, NOTHING) == Figures(documents=1)
    assert truth(dated=False).figures(NOTHING, NOTHING) == Figures(documents=2)


def test_a_document_whose_copy_is_known_needs_no_telling():
    assert truth().figures(NOTHING, {**NOTHING, "b": ["a"]}) == Figures()


def test_a_named_telling_is_right_within_its_story():
    named = {**NOTHING, "b": ["a"], "c": ["b", "a"]}
    assert truth().figures(named, NOTHING) == Figures(named=3, right=1, found=1, documents=1)


def test_of_judged_pairs_only_those_that_are_judged_count():
    pairs = [{"a": "a", "b": "b", "same": 1}, {"a": "c", "b": "a", "same": 0}]
    judged = truth(StorySet("x", SET.articles, pairs))
    named = {**NOTHING, "b": ["a"], "c": ["b", "a"]}
    assert judged.figures(named, NOTHING) == Figures(named=2, right=1, found=1, documents=1)


FERRY = (
    "The car ferry Ocean Star ran aground on a reef off Port Elwood on Tuesday with 214 "
    "passengers on board. All were taken off by lifeboats from Elwood and Marrow Bay within "
    "two hours, the coastguard said. Captain Ines Holloway told reporters that the steering "
    "had failed minutes before the ferry struck Gull Reef."
)
RETOLD = (
    "Lifeboats rescued 214 people on Tuesday from the Ocean Star, a ferry that hit Gull Reef near "
    "Port Elwood. Nobody was hurt, according to the coastguard. The steering of the vessel stopped "
    "working shortly before, captain Ines Holloway said. Boats from Marrow Bay helped."
)


def test_a_run_over_a_set_prints_its_row(tmp_path):
    articles = [
        {"id": "a", "story": "ferry", "text": FERRY, "date": "2026-03-10"},
        {"id": "b", "story": "ferry", "text": RETOLD, "date": "2026-03-10T20:00:00Z"},
    ]
    lines = "".join(f"{json.dumps(each)}\n" for each in articles)
    (tmp_path / "news.jsonl").write_text(lines, "utf-8")
    script = ROOT / "scripts" / "bench_tellings.py"
    done = subprocess.run(
        [sys.executable, script, tmp_path], capture_output=True, text=True, check=True
    )
    heading, row, total = done.stdout.splitlines()
    assert heading.split() == ["set", "documents", "right", "found", "run", "right", "found"]
    assert row.split() == ["news", "1", *["1.000"] * 4]
    assert total.split() == ["together", "1", *["1.000"] * 4]


@pytest.mark.slow
@pytest.mark.skipif(not LABELLED.is_dir(), reason="the labelled sets are not beside this folder")
def test_nine_of_ten_tellings_named_on_labelled_news_are_right():
    total = Figures()
    for name in ("ecbplus_dev", "vmds"):
        [labelled] = read_sets([LABELLED / f"{name}.jsonl"])
        with StoryIndex() as index:
            tellings, copies = ask(labelled, index, dated=True)
        total += Truth(labelled, list(tellings), 4.0, dated=True).figures(tellings, copies)
    assert total.right > 0.9 * total.named
    assert total.found > 0.6 * total.documents
