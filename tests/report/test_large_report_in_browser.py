"""The report of 100,000 made articles in a browser: complete, small, and quick to search."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from browsing import PHONE, check_accessible, expect
from make_dump import Shape, make_dump

pytestmark = pytest.mark.slow

ARTICLES = 100_000

MOST_BYTES = 15_000_000


@pytest.fixture(scope="module")
def large_run(command, tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    make_dump(Shape(ARTICLES, words=60), folder / "dump.jsonl")
    return command.run(folder / "dump.jsonl", out=folder / "out")


@pytest.fixture(scope="module")
def large_report(command, large_run, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    done = command("report", large_run.path, "-o", path, "--quiet")
    assert done.exit_code == 0, done.stderr
    return path


def test_it_has_all_figures_and_a_list_behind_each(large_run, large_report, open_report):
    report = open_report(large_report)
    counts, decisions = large_run.manifest["counts"], large_run.decisions

    assert large_report.stat().st_size < MOST_BYTES
    assert report.headlines() == {
        "inputs": ARTICLES,
        "survivors": counts["canonical"] + counts["unique"],
        "duplicates removed": counts["duplicate"],
        "stories": counts["canonical"],
        "rejected": counts["rejected"],
    }
    relations = Counter(each["relation"] for each in decisions if each["relation"])
    assert report.table("relations") == {name: [times] for name, times in relations.items()}
    for address, number in random.Random(1).sample(report.links(), 60):
        report.go(address)
        assert (address, report.count()) == (address, number)


def test_it_is_searched_and_unfolded(large_run, large_report, open_report):
    report = open_report(large_report)
    story = max(large_run.stories, key=lambda each: (each["size"], each["story_id"]))
    report.search(story["canonical_id"])
    assert story["canonical_id"] in report.listed()
    report.go(f"#list?story={story['story_id']}")
    assert sorted(report.listed()) == sorted(each["id"] for each in story["members"])

    report.unfold(report.find("#list-rows .story").first)
    expect(report.find("#list-rows .member").first).to_be_visible()
    report.unfold(report.find("#list-rows .texts").first)
    expect(report.find("#list-rows .compared").first).to_be_visible()
    entry = report.find("[data-doubts=weakest] .doubted").first
    report.unfold(entry)
    expect(entry.locator("table.sentences").first).to_be_visible()
    check_accessible(report.page)


def test_it_fits_a_phone(large_report, open_report):
    report = open_report(large_report, viewport=PHONE)
    report.draw_all()

    assert not report.seen.is_wider_than_window()
    check_accessible(report.page)
