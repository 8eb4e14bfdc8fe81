"""A scorer from judged pairs: refused, taken or not by what pairs that took no part say of it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from made_runs import made_records

from dedup.errors import ConfigError
from dedup.evaluation.labelled_pairs import LabelledPair
from dedup.evaluation.metrics import scores
from dedup.explain.open_run import open_run
from dedup.label.draw_pairs import draw_pairs
from dedup.label.pair_population import pair_population
from dedup.match.story_score import (
    GROUP_FEATURES,
    MODEL_FEATURES,
    Model,
    Scorer,
    shipped_scorer,
)
from dedup.run.run_settings import scorer_of
from dedup.scorer_file import scorer_file, scorer_text
from dedup.tune.fit_scorer import LEAST_LABELS, fit_scorer, write_scorer


@pytest.fixture(scope="module")
def made(command, tmp_path_factory):
    """OUT of a run on made news of eight days, and the records."""
    folder = tmp_path_factory.mktemp("made")
    records = made_records(folder, 3_000, days=8, seed=4)
    source = folder / "records.jsonl"
    source.write_text("".join(f"{json.dumps(each)}\n" for each in records), "utf-8")
    return command.run(source, out=folder / "out")


@pytest.fixture(scope="module")
def run(made):
    with open_run(made.path) as opened:
        yield opened


@pytest.fixture(scope="module")
def drawn(run):
    """Pairs of the run without answers."""
    return draw_pairs(run, pair_population(run), 600, 1)


def answered(drawn, answers):
    return [replace(each, same=bool(same)) for each, same in zip(drawn, answers, strict=True)]


def as_the_run(drawn):
    """Answers that agree with the run."""
    return answered(drawn, [each.together for each in drawn])


def by_score(drawn, least):
    """Answers by the score alone: a pair is one story from a score on."""
    return answered(drawn, [each.score >= least for each in drawn])


# --- what is refused -----------------------------------------------------------------------------


def test_fewer_pairs_than_are_needed_are_refused(run, drawn):
    labels = as_the_run(drawn)[: LEAST_LABELS - 1]
    with pytest.raises(ConfigError, match="a scorer needs 300 judged pairs, and there are 299"):
        fit_scorer(run, labels)
    unanswered = [*labels, *(replace(each, same=None) for each in as_the_run(drawn)[299:])]
    with pytest.raises(ConfigError, match="there are 299"):
        fit_scorer(run, unanswered)


@pytest.mark.parametrize(("same", "kind"), [(True, "the same story"), (False, "different")])
def test_pairs_of_one_kind_are_refused(run, drawn, same, kind):
    with pytest.raises(ConfigError, match=f"all judged pairs are {kind}"):
        fit_scorer(run, answered(drawn, [same] * len(drawn)))


# --- what is not taken ---------------------------------------------------------------------------


def check_stays(found, run):
    assert not found.is_better
    assert found.scorer is None
    assert found.file is None
    assert found.threshold == run.config.story.threshold
    assert found.sentence.startswith("The scorer of the run stays: ")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("seed", range(4))
def test_answers_at_random_teach_nothing(run, drawn, share, seed):
    answers = np.random.default_rng(seed).random(len(drawn)) < share
    check_stays(fit_scorer(run, answered(drawn, answers), seed=seed), run)


@pytest.mark.parametrize("seed", range(4))
def test_true_answers_on_other_pairs_teach_nothing(run, drawn, seed):
    answers = [each.together for each in drawn]
    np.random.default_rng(seed).shuffle(answers)
    check_stays(fit_scorer(run, answered(drawn, answers), seed=seed), run)


def test_answers_that_agree_with_the_run_leave_its_scorer(run, drawn):
    found = fit_scorer(run, as_the_run(drawn))
    check_stays(found, run)
    assert found.before == 1.0


def test_pairs_of_another_run_leave_the_scorer(run):
    labels = [LabelledPair(f"a{n}", f"b{n}", n % 2 == 0) for n in range(LEAST_LABELS)]
    found = fit_scorer(run, labels)
    check_stays(found, run)
    assert (found.labels, found.before, found.after) == (0, 0.0, 0.0)
    assert "0 loose groups, and 20 are needed" in found.sentence


def test_what_is_not_better_is_not_written(run, drawn, tmp_path):
    labels = as_the_run(drawn)
    found = fit_scorer(run, labels)
    assert write_scorer(tmp_path / "own.json", found, labels) == found
    assert not list(tmp_path.iterdir())


# --- what is taken -------------------------------------------------------------------------------


def stories_of(out):
    return {each["id"]: each["story_id"] or each["id"] for each in out.decisions}


def agreement(truth, out):
    """B-cubed F1 of a run against the stories of another one."""
    found = stories_of(out)
    return scores([truth[name] for name in found], list(found.values())).b3_f1


# A scorer that hears of nothing but the headline, as if the others said nothing.
HEADLINES = Scorer(
    shipped_scorer().candidate,
    Model(-3.0, tuple(5.0 if name == "headline" else 0.0 for name in GROUP_FEATURES)),
)

WORLDS = {"threshold": ("--threshold", "0.9"), "feature": ("--scorer", "headlines.json")}


@pytest.fixture(scope="module", params=WORLDS)
def odd(request, command, made, tmp_path_factory):
    """OUT of a run that has something wrong, its judged pairs, and the true stories."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "headlines.json").write_text(scorer_text(HEADLINES, "a test", {}), "utf-8")
    option, value = WORLDS[request.param]
    value = folder / value if option == "--scorer" else value
    source = made.path.parent / "records.jsonl"
    out = command.run(source, option, value, out=folder / "out")
    truth = stories_of(made)
    with open_run(out.path) as run:
        drawn = draw_pairs(run, pair_population(run), 600, 1)
        yield run, out, answered(drawn, [truth[each.a] == truth[each.b] for each in drawn]), truth


def test_what_is_better_is_taken_and_a_run_with_it_is_nearer_to_the_truth(
    odd, made, command, tmp_path
):
    run, out, labels, truth = odd
    source = made.path.parent / "records.jsonl"
    found = write_scorer(tmp_path / "own.json", fit_scorer(run, labels), labels)
    assert found.is_better
    assert found.gain[0] > 0
    assert found.after > found.before
    assert found.file == str(tmp_path / "own.json")
    assert found.sentence.startswith("The fitted scorer is better: ")
    assert found.sentence.endswith(f"use it with --threshold {found.threshold:g}.")
    assert min(found.scorer.group.weights) >= 0
    assert found.scorer.candidate == scorer_of(run.store).candidate

    options = ("--scorer", found.file, "--threshold", f"{found.threshold:g}")
    again = command.run(source, *options, out=tmp_path / "out")
    assert agreement(truth, again) > agreement(truth, out) + 0.01


def test_the_file_says_what_taught_it_and_is_the_same_for_the_same_labels(odd, tmp_path):
    run, _, labels, _ = odd
    paths = [tmp_path / name for name in ("one.json", "other.json")]
    for path, order in zip(paths, (labels, labels[::-1]), strict=True):
        write_scorer(path, fit_scorer(run, order), order)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    file, data = scorer_file(paths[0]), json.loads(paths[0].read_bytes())
    assert (file.made_by, file.data) == ("dedup tune", "600 judged pairs")
    assert data["data"]["pairs"] == 600
    for name in MODEL_FEATURES:
        assert min(data[name]["weights"].values()) >= 0
    others = [replace(labels[0], same=not labels[0].same), *labels[1:]]
    write_scorer(paths[1], fit_scorer(run, others), others)
    digests = [json.loads(path.read_bytes())["data"]["sha256"] for path in paths]
    assert digests[0] != digests[1]


def test_pairs_from_elsewhere_teach_as_well(odd):
    run, _, labels, _ = odd
    found = fit_scorer(run, [LabelledPair(each.a, each.b, each.same) for each in labels])
    assert found.is_better


def test_the_seed_changes_the_interval_and_not_the_scorer(odd):
    run, _, labels, _ = odd
    one, other = (fit_scorer(run, labels, seed=seed) for seed in (0, 1))
    assert one.gain != other.gain
    assert one.scorer == other.scorer
