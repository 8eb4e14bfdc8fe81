"""Fits on half of labelled articles: how halves are made, and that the other half never loses."""

from __future__ import annotations

import json

import bench_fit
import pytest
from bench_fit import Row, rows_of, shown, summed
from labelled_sets import StorySet, halves_of, read_sets
from runs import ROOT

DATA = ROOT.parent / "shared" / "data"

PLACES = ("Kellin", "Tessel", "Hallvik", "Drumore", "Oswick", "Lindau", "Karsk", "Penryth")
TELLINGS = (
    "The ferry {0} Star ran onto rocks off {0} with 214 people, and lifeboats took them off.",
    "Lifeboats rescued 214 people from the ferry {0} Star, which had hit rocks near {0} at night.",
    "Rocks off {0} stopped the ferry {0} Star; 214 people climbed into lifeboats, said he.",
)


def small_set(**more):
    articles = [
        {"id": f"{place}-{number}", "text": text.format(place), "story": place} | more
        for place in PLACES
        for number, text in enumerate(TELLINGS)
    ]
    return StorySet("ferries", articles, None)


def stories(labelled):
    return {article["story"] for article in labelled.articles}


@pytest.mark.parametrize("more", [{}, {"topic": "ferries"}])
def test_halves_have_half_of_the_stories_each_and_none_in_common(more):
    one, other = halves_of(small_set(**more), 3)
    assert len(stories(one)) == len(stories(other)) == 4
    assert not stories(one) & stories(other)
    assert halves_of(small_set(**more), 3) == (one, other)
    assert stories(halves_of(small_set(**more), 4)[0]) != stories(one)


def test_topics_stay_together():
    labelled = small_set()
    topics = [{**a, "topic": f"{a['story'] in PLACES[:5]}"} for a in labelled.articles]
    one, other = halves_of(StorySet("ferries", topics, None), 0)
    assert sorted([len(stories(one)), len(stories(other))]) == [3, 5]


def test_too_few_pairs_are_said_and_change_nothing():
    rows = list(rows_of(small_set(), [300], 0, None, dated=False))
    assert [row.half for row in rows] == [0, 1]
    for row in rows:
        assert (row.taken, row.gain, row.used) == (False, 0.0, 0)
        assert "a scorer needs 300 judged pairs" in shown(row)


def row(name, gain, *, taken):
    return Row(name, 0, 0, 300, 200, 0.9, gain, taken, 0.9, 0.95, 0.01, 0.08, "")


def test_sets_are_summed_by_their_mean_and_their_worst_gain():
    rows = [row("a", 0.02, taken=True), row("a", 0.0, taken=False), row("b", -0.01, taken=True)]
    assert summed(rows) == {
        "a": {"fits": 2, "taken": 1, "mean": 0.01, "worst": 0.0},
        "b": {"fits": 1, "taken": 1, "mean": -0.01, "worst": -0.01},
    }


@pytest.mark.slow
@pytest.mark.skipif(not DATA.exists(), reason="the labelled articles are not beside this folder")
def test_a_half_never_loses_by_a_scorer_that_the_other_half_taught(monkeypatch, tmp_path, capsys):
    sets = [DATA / "dev.jsonl", DATA / "stories"]
    figures = tmp_path / "figures.json"
    arguments = [*map(str, sets), "--seeds", "0", "--labels", "600", "-o", str(figures)]
    monkeypatch.setattr("sys.argv", ["bench_fit.py", *arguments])
    bench_fit.main()
    found = json.loads(figures.read_bytes())["sets"]
    assert set(found) == {each.name for each in read_sets(sets)}
    assert min(each["worst"] for each in found.values()) >= -0.005, capsys.readouterr().out
    assert sum(each["taken"] for each in found.values()) >= 3
