"""Judged pairs of a run to a recommendation, with answers from the gold of made news."""

from __future__ import annotations

import json
import os
import random
import shlex
from dataclasses import replace

import pytest
from made_runs import made_records
from runs import Out, read_lines

from dedup.errors import ConfigError
from dedup.evaluation.labelled_pairs import LabelledPair, write_labels
from dedup.explain.open_run import open_run
from dedup.label.draw_pairs import draw_pairs
from dedup.label.pair_population import pair_population
from dedup.progress import NullProgress
from dedup.tune.tune_run import LEAST_ANSWERS, THRESHOLDS, tune_run


@pytest.fixture(scope="module")
def made(command, tmp_path_factory):
    """An opened run on made news at a threshold that is too low, and the story of each document."""
    folder = tmp_path_factory.mktemp("made")
    made_records(folder, 1_500, days=6, seed=2)
    source = folder / "made-1500.jsonl"
    out = command.run(source, "--threshold", "0.1", out=folder / "the run")
    gold = read_lines(folder / "made-1500.gold.jsonl")
    with open_run(out.path) as run:
        yield run, {each["id"]: each["story"] for each in gold}


def judged(run, stories, count, seed=1):
    """Pairs drawn for a run, with true answers."""
    drawn = draw_pairs(run, pair_population(run), count, seed)
    return [replace(each, same=stories[each.a] == stories[each.b]) for each in drawn]


@pytest.fixture(scope="module")
def labels(made):
    return judged(*made, 150)


@pytest.fixture(scope="module")
def tuned(made, labels):
    return tune_run(made[0], labels)


@pytest.fixture(scope="module")
def aim(tuned):
    """A precision that the run does not reach with confidence, and other settings do."""
    current = next(each for each in tuned.settings if each.is_current)
    ends = [current, max(tuned.settings, key=lambda each: each.estimate.precision.low)]
    low, high = (each.estimate.precision.low for each in ends)
    assert low < high
    return (low + high) / 2


def test_the_settings_are_thresholds_by_window_and_have_that_of_the_run_once(made, tuned):
    settings = [each.setting for each in tuned.settings]
    windows = sorted({each.window_days for each in settings})
    assert windows == [1.0, 2.0, 3.0, 4.0]
    thresholds = [each for each in THRESHOLDS if each >= 0.1]
    assert [(each.window_days, each.threshold) for each in settings] == [
        (window, threshold) for window in windows for threshold in thresholds
    ]
    (current,) = [each for each in tuned.settings if each.is_current]
    assert (current.setting.threshold, current.setting.window_days) == (0.1, 4.0)
    assert current.removed == made[0].manifest["counts"]["duplicate"]


def test_what_is_counted_adds_up(made, labels, tuned):
    population = pair_population(made[0])
    assert tuned.labels == len(labels) == 150
    assert tuned.same == sum(each.same for each in labels)
    assert (tuned.skipped, tuned.unknown) == (0, 0)
    assert tuned.population == population.documents.sum()
    for each in tuned.settings:
        assert 0 <= each.pairs <= tuned.population
        for interval in (each.estimate.precision, each.estimate.recall):
            assert 0 <= interval.low <= interval.value <= interval.high <= 1
    current = next(each for each in tuned.settings if each.is_current)
    assert current.pairs == population.documents[population.together].sum()


def test_the_recommended_command_makes_the_run_that_was_promised(
    command, made, labels, aim, tmp_path
):
    found = tune_run(made[0], labels, least_precision=aim)
    assert found.recommended is not None
    assert not found.recommended.is_current
    words = shlex.split(found.command)
    assert words[:4] == ["dedup", "regroup", str(made[0].path), "-o"]
    assert words[4] == f"{made[0].path}-tuned"
    words[4] = str(tmp_path / "out")
    assert command(*words[1:], "--quiet").exit_code == 0
    out = Out(tmp_path / "out")
    assert out.manifest["counts"]["duplicate"] == found.recommended.removed
    assert out.manifest["config"]["story"]["threshold"] == found.recommended.setting.threshold


def test_the_folder_of_the_command_is_never_one_that_is_there(made, labels, aim):
    place = made[0].path.with_name(f"{made[0].path.name}-tuned")
    place.mkdir()
    try:
        found = tune_run(made[0], labels, least_precision=aim)
    finally:
        place.rmdir()
    assert shlex.split(found.command)[4] == f"{place}1"


def test_the_recommended_setting_reaches_the_aim_with_confidence_and_finds_most(made, labels, aim):
    found = tune_run(made[0], labels, least_precision=aim)
    reaching = [each for each in found.settings if each.estimate.precision.low >= aim]
    assert found.recommended in reaching
    best = max(each.estimate.recall.value for each in reaching)
    assert found.recommended.estimate.recall.value == pytest.approx(best)
    assert f"begins at {aim:g} or above" in found.sentence


def test_an_aim_that_nothing_reaches_is_said(made, labels):
    found = tune_run(made[0], labels, least_precision=0.999999)
    assert found.recommended is found.command is None
    assert found.sentence.startswith("No setting has a precision of 0.999999 with confidence")


def test_the_order_of_the_labels_changes_nothing(made, labels, tuned):
    shuffled = random.Random(5).sample(labels, len(labels))
    assert tune_run(made[0], shuffled) == tuned


@pytest.mark.slow
def test_the_order_of_sets_changes_no_byte(command, made, labels, tmp_path):
    file = tmp_path / "labels.jsonl"
    write_labels(file, labels)
    found = set()
    for seed in ("0", "1"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = command.installed("tune", made[0].path, file, "--json", env=environment)
        assert done.returncode == 0, done.stderr
        found.add(done.stdout)
    assert len(found) == 1


def test_answers_that_agree_with_the_run_leave_it_as_it_is(made):
    run, _ = made
    stories = {each["id"]: each["story_id"] or each["id"] for each in Out(run.path).decisions}
    found = tune_run(run, judged(run, stories, 150))
    assert found.recommended.is_current
    assert found.recommended.estimate.precision.value == 1
    assert found.recommended.estimate.recall.value == 1
    assert found.command is None
    assert found.sentence.startswith("Threshold 0.1 with a window of 4 days stays")


def test_pairs_that_were_not_drawn_for_this_run_are_not_used(made, labels, tuned):
    elsewhere = [
        LabelledPair("no-such-id", "neither", same=True),
        *(LabelledPair(each.a, each.b, same=False) for each in labels[:5]),
        replace(labels[5], stratum_pairs=labels[5].stratum_pairs + 1),
        replace(labels[6], same=None, skipped=True),
        replace(labels[7], same=None),
    ]
    found = tune_run(made[0], [*elsewhere, *labels[8:]])
    assert (found.labels, found.unknown, found.skipped) == (149, 7, 1)
    assert found.settings == tune_run(made[0], labels[8:]).settings


def test_too_few_answers_are_refused_with_how_many_are_needed(made, labels):
    with pytest.raises(ConfigError, match=f"3 answers .* judge at least {LEAST_ANSWERS}"):
        tune_run(made[0], labels[:3])


def test_answers_on_another_run_are_refused(made, labels, tmp_path):
    place = tmp_path / "out"
    with (
        made[0].regroup(place, threshold=0.6) as other,
        pytest.raises(ConfigError, match="were drawn for this run as it is") as refused,
    ):
        tune_run(other, labels)
    assert str(refused.value).endswith(f"with dedup label {place} -o labels-2.jsonl")


@pytest.mark.slow
def test_labels_from_elsewhere_teach_a_scorer_and_estimate_nothing(made, tmp_path):
    run, stories = made
    drawn = judged(run, stories, 600)
    elsewhere = [LabelledPair(each.a, each.b, same=each.same) for each in drawn]
    with pytest.raises(ConfigError, match="of 600 judged pairs 0 were drawn for this run"):
        tune_run(run, elsewhere)
    found = tune_run(run, elsewhere, fit=tmp_path / "scorer.json")
    assert (found.settings, found.with_fitted, found.recommended) == ((), (), None)
    assert found.unknown == 600
    assert found.fitted.labels > 0
    assert (found.command is not None) == found.fitted.is_better
    assert found.sentence.startswith("No setting is estimated")


def test_the_settings_are_counted_as_they_are_replayed(made, labels, tuned):
    counted = {}

    class Counted(NullProgress):
        def start(self, stage, total, unit):
            self.stage = stage
            counted[stage] = [total, 0]

        def advance(self, units, documents=0):
            counted[self.stage][1] += units

    tune_run(made[0], labels, progress=Counted())
    assert counted["replay settings"] == [len(tuned.settings)] * 2
    assert "read pairs" in counted


def test_a_run_whose_documents_have_no_dates_has_one_window(command, tmp_path):
    records = made_records(tmp_path, 600)
    for record in records:
        del record["date"]
    source = tmp_path / "undated.jsonl"
    source.write_text("".join(f"{json.dumps(each)}\n" for each in records), "utf-8")
    gold = {each["id"]: each["story"] for each in read_lines(tmp_path / "made-600.gold.jsonl")}
    out = command.run(source, out=tmp_path / "out")
    with open_run(out.path) as run:
        found = tune_run(run, judged(run, gold, 60))
    assert {each.setting.window_days for each in found.settings} == {4.0}
    assert 0.18 in {each.setting.threshold for each in found.settings}
