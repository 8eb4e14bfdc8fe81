"""What a setting would do, against a run that is decided again with it."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import joined_pairs, made_records
from runs import ROOT, Out

from dedup.errors import ConfigError
from dedup.explain.open_run import open_run
from dedup.label.pair_population import pair_population
from dedup.run.run_settings import scorer_of
from dedup.scorer_file import scorer_text
from dedup.tune.replay_settings import Setting, replay_settings

THRESHOLDS = (0.1, 0.18, 0.3, 0.5, 0.9)


@pytest.fixture(scope="module")
def made(command, tmp_path_factory):
    """A run on made news of eight days, some of them dated, and the records."""
    folder = tmp_path_factory.mktemp("made")
    records = made_records(folder, 3_000, days=8, seed=4)
    for record in records[::17]:
        del record["date"]
    source = folder / "records.jsonl"
    source.write_text("".join(f"{json.dumps(each)}\n" for each in records), "utf-8")
    return command.run(source, "--window", "3", out=folder / "out")


def documents_by_cell(run, population):
    """The ids of the documents that each representative stands for."""
    rows = population.rows.tolist()
    copies = run.store.results.copies(rows)
    documents = [[row, *copies.get(row, [])] for row in rows]
    ids = run.store.lookups.ids([row for listed in documents for row in listed])
    return [[ids[row] for row in listed] for listed in documents]


def lost_by_decisions(decisions, documents, left, right):
    """How many removed documents each pair of documents of a cell stands for."""
    one, other = documents[left], documents[right]
    sides = [(one, other)] if left == right else [(one, other), (other, one)]
    removed = sum(
        decisions[each]["status"] == "duplicate" and decisions[each]["canonical_id"] in kept
        for side, kept in sides
        for each in side
    )
    pairs = len(list(combinations(one, 2) if left == right else product(one, other)))
    return removed / pairs


def check(out, settings, folder):
    """Compare each setting with a run that is decided again; return joined pairs that were none."""
    outside = 0
    with open_run(out.path) as run:
        population = pair_population(run)
        documents = documents_by_cell(run, population)
        asked = np.arange(population.left.size)[::3]
        outcomes = list(replay_settings(run, population, settings, asked))
        assert [each.setting for each in outcomes] == list(settings)
        for number, outcome in enumerate(outcomes):
            place = folder / f"out-{number}"
            setting = outcome.setting
            with run.regroup(place, threshold=setting.threshold, window=setting.window_days):
                again = Out(place)
            decisions = {each["id"]: each for each in again.decisions}
            assert outcome.removed == again.manifest["counts"]["duplicate"]
            stories = [decisions[listed[0]]["story_id"] or listed[0] for listed in documents]
            assert outcome.together.tolist() == [
                stories[one] == stories[other]
                for one, other in zip(population.left, population.right, strict=True)
            ]
            joined = len(joined_pairs(again.decisions))
            outside += joined - int(population.documents[outcome.together].sum())
            assert outcome.lost.tolist() == pytest.approx(
                [
                    lost_by_decisions(
                        decisions, documents, population.left[pair], population.right[pair]
                    )
                    for pair in asked
                ]
            )
    return outside, outcomes


def test_settings_do_to_the_samples_what_deciding_again_does(sample_run, tmp_path):
    settings = [Setting(*each) for each in product((0.1, 0.18, 0.35, 0.9), (0.5, 2.0, 4.0))]
    outside, outcomes = check(sample_run, settings, tmp_path)
    assert outside == 0
    assert len({each.removed for each in outcomes}) > 2


@pytest.mark.slow
def test_settings_do_to_made_news_what_deciding_again_does(made, tmp_path):
    settings = [Setting(*each) for each in product(THRESHOLDS, (0.5, 1.0, 3.0))]
    outside, outcomes = check(made, settings, tmp_path)
    assert outside == 0
    by_window = {each.setting.window_days: each.removed for each in outcomes[:3]}
    assert by_window[0.5] < by_window[1.0] < by_window[3.0]


@pytest.mark.slow
def test_thresholds_do_to_labelled_news_what_deciding_again_does(command, tmp_path):
    source = ROOT.parent / "shared" / "data" / "dev.jsonl"
    if not source.exists():
        pytest.skip("the labelled news are not on this machine")
    out = command.run(source, out=tmp_path / "out")
    settings = [Setting(0.1 + 0.07 * each, 4.0) for each in range(12)]
    outside, _ = check(out, settings, tmp_path)
    assert outside == 0


def test_thresholds_do_to_a_second_dump_what_deciding_again_does(command, tmp_path):
    records = made_records(tmp_path)
    for name, part in (("one", records[::2]), ("two", records[1::2])):
        source = tmp_path / f"{name}.jsonl"
        source.write_text("".join(f"{json.dumps(each)}\n" for each in part), "utf-8")
        out = command.run(source, "--store", tmp_path / "news.sqlite", out=tmp_path / name)
    settings = [Setting(each, 4.0) for each in THRESHOLDS]
    with open_run(out.path) as run:
        population = pair_population(run)
        outcomes = list(replay_settings(run, population, settings, np.arange(0)))
        for number, outcome in enumerate(outcomes):
            place = tmp_path / f"again-{number}"
            with run.regroup(place, threshold=outcome.setting.threshold) as again:
                assert outcome.removed == Out(place).manifest["counts"]["duplicate"]
                known = again.store.lookups.tellings_of(population.rows.tolist())
                stories = {row: story for row, _, story in known}
            of = [stories.get(row, row) for row in population.rows.tolist()]
            assert outcome.together.tolist() == [
                of[one] == of[other]
                for one, other in zip(population.left, population.right, strict=True)
            ]
        assert (population.rows < run.store.dumps.first).any()
        with pytest.raises(ConfigError, match="the store has earlier dumps"):
            list(replay_settings(run, population, [Setting(0.2, 2.0)], np.arange(0)))


def test_the_setting_of_the_run_does_what_the_run_did(sample_run):
    with open_run(sample_run.path) as run:
        population = pair_population(run)
        story = run.config.story
        asked = np.arange(population.left.size)
        (outcome,) = replay_settings(
            run, population, [Setting(story.threshold, story.window_days)], asked
        )
        assert outcome.together.tolist() == population.together.tolist()
        assert outcome.removed == run.manifest["counts"]["duplicate"]
        assert (outcome.lost > 0).tolist() == population.linked.tolist()
        total = float((outcome.lost * population.documents).sum())
        assert total == pytest.approx(outcome.removed)


def test_another_model_does_what_deciding_again_with_its_scorer_does(sample_run, tmp_path):
    with open_run(sample_run.path) as run:
        own = scorer_of(run.store)
        model = replace(own.group, intercept=own.group.intercept - 3)
        scorer = tmp_path / "scorer.json"
        data = {"name": "made", "pairs": 0, "sha256": ""}
        scorer.write_text(scorer_text(replace(own, group=model), "a test", data), "utf-8")
        population = pair_population(run)
        settings = [Setting(each, 4.0) for each in THRESHOLDS]
        outcomes = list(replay_settings(run, population, settings, np.arange(0), model=model))
        for outcome in outcomes:
            threshold = outcome.setting.threshold
            place = tmp_path / f"out-{threshold:g}"
            with run.regroup(place, threshold=threshold, scorer=scorer):
                assert outcome.removed == Out(place).manifest["counts"]["duplicate"]
    assert outcomes[1].removed < run.manifest["counts"]["duplicate"]


@pytest.fixture(scope="module")
def replayed(sample_run):
    """Return what thresholds do to the samples, by threshold; each is replayed alone."""
    with open_run(sample_run.path) as run:
        population = pair_population(run)

        def replay(thresholds):
            settings = [Setting(each, run.config.story.window_days) for each in thresholds]
            return list(replay_settings(run, population, settings, np.arange(0)))

        yield replay


@given(st.lists(st.integers(10, 99), min_size=2, max_size=6))
def test_a_higher_threshold_joins_a_part_of_what_a_lower_one_does(replayed, hundredths):
    outcomes = replayed([each / 100 for each in hundredths])
    for one, other in combinations(outcomes, 2):
        low, high = sorted((one, other), key=lambda each: each.setting.threshold)
        assert (low.together | ~high.together).all()
        assert low.removed >= high.removed


@given(st.lists(st.integers(10, 99), min_size=2, max_size=4, unique=True))
def test_a_threshold_does_the_same_beside_any_others(replayed, hundredths):
    thresholds = [each / 100 for each in hundredths]
    for outcome in replayed(thresholds):
        (alone,) = replayed([outcome.setting.threshold])
        assert alone.together.tolist() == outcome.together.tolist()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (Setting(0.2, 9.0), "wider than that of the run, 4: regroup with a wider window first"),
        (Setting(0.05, 4.0), "--threshold"),
    ],
)
def test_what_cannot_be_replayed_is_refused(sample_run, setting, message):
    with open_run(sample_run.path) as run:
        population = pair_population(run)
        with pytest.raises(ConfigError, match=message):
            list(replay_settings(run, population, [setting], np.arange(0)))
