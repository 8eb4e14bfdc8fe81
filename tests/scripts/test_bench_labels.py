"""How often intervals hold the truth: on made news, and on labelled news where these are there."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from bench_labels import FIGURES, labels_of, measured
from labelled_sets import StorySet
from made_runs import joined_pairs, made_records
from make_dump import gold_file
from runs import ROOT

from dedup.explain.open_run import open_run
from dedup.label.draw_pairs import draw_pairs
from dedup.label.pair_population import pair_population

SHARED = ROOT.parent / "shared" / "data"

SEEDS = 50

# By the labelled set: those from which a scorer is trained that never saw it. `dev` has the
# articles of the two that it leaves out.
SETS = {
    "dev": ("gva_train", "np4e_dev", "semeval22", "tgpairs", "vmds"),
    "gva_train": ("ecbplus_dev", "fnc1_dev", "np4e_dev", "semeval22", "tgpairs", "vmds"),
}


@pytest.fixture(scope="module")
def made(command, tmp_path_factory):
    """OUT of a run on made news, and their labels."""
    folder = tmp_path_factory.mktemp("made")
    records = made_records(folder, 1500)
    source = folder / "made-1500.jsonl"
    story = {
        each["id"]: each["story"]
        for each in map(json.loads, gold_file(source).read_bytes().splitlines())
    }
    labelled = StorySet("made", [{**each, "story": story[each["id"]]} for each in records], None)
    return command.run(source, out=folder / "out"), labelled


def by_figure(rows):
    """The rows of one setting and one number of answers."""
    assert [row.figure for row in rows] == list(FIGURES)
    return dict(zip(FIGURES, rows, strict=True))


def test_the_truth_is_that_of_the_labels(made):
    out, labelled = made
    story = {each["id"]: each["story"] for each in labelled.articles}
    with open_run(out.path) as run:
        population = pair_population(run)
        truth = labels_of(run, population, labelled)
        every = draw_pairs(run, population, 1_000_000, 0)
        figures = by_figure(list(measured(run, labelled, 1, [1_000_000], [])))
    same = sum(story[each.a] == story[each.b] for each in every)
    right = sum(story[one] == story[other] for one, other in joined_pairs(out.decisions))
    assert truth.same.sum() == same
    assert np.bincount(truth.answers(every).pair).tolist() == population.documents.tolist()
    assert figures["precision"].true == right / len(joined_pairs(out.decisions))
    assert figures["recall"].true == right / same
    wrong = [
        each
        for each in out.decisions
        if each["status"] == "duplicate" and story[each["id"]] != story[each["canonical_id"]]
    ]
    assert figures["lost"].true == pytest.approx(len(wrong))
    assert all(row.width == pytest.approx(0) == row.error for row in figures.values())


@pytest.mark.slow
def test_intervals_hold_the_truth_of_made_news(made):
    out, labelled = made
    with open_run(out.path) as run:
        rows = list(measured(run, labelled, SEEDS, [100], [0.5]))
    assert len(rows) == 2 * len(FIGURES)
    assert all(row.within >= 0.9 for row in rows), rows


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="the labelled articles are not beside this folder")
@pytest.mark.parametrize("name", SETS)
def test_intervals_hold_the_truth_of_labelled_news_and_are_narrow(name, tmp_path):
    others = tmp_path / "others"
    others.mkdir()
    for each in (SHARED / "stories").iterdir():
        if each.name.split(".")[0] in SETS[name]:
            (others / each.name).symlink_to(each)
    scorer, figures = tmp_path / "scorer.json", tmp_path / "figures.json"
    source = SHARED / "dev.jsonl" if name == "dev" else SHARED / "stories" / f"{name}.jsonl"
    for script, *arguments in (
        ("train_scorer.py", others, "--name", "others", "-o", scorer),
        ("bench_labels.py", source, "--scorer", scorer, "--counts", "200", "-o", figures),
    ):
        command = [sys.executable, ROOT / "scripts" / script, *arguments]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    rows = json.loads(figures.read_bytes())["rows"]
    assert {row["threshold"] for row in rows} == {0.18, 0.2, 0.5, 0.8}
    for row in rows:
        assert row["within"] >= 0.9, row
        if row["is_current"] and row["figure"] != "lost":
            assert row["width"] <= 0.12, row
