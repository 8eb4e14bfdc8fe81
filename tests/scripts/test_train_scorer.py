"""The trainer: what a fit learns, what a score is worth, and that a whole run gives a scorer."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labelled_sets import StorySet
from runs import ROOT
from train_scorer import (
    Examples,
    by_set,
    examples,
    fit,
    prepare,
    prepare_both,
    raw_records,
    reliability,
    written,
)

from dedup.config import Config
from dedup.match.story_score import (
    FEATURES,
    GROUP_FEATURES,
    MODEL_FEATURES,
    shipped_scorer,
)
from dedup.scorer_file import scorer_file


def log_odds(chance):
    return math.log(chance / (1 - chance))


laws = settings(max_examples=50, deadline=None)

# --- learning ------------------------------------------------------------------------------------


def known(features, same, part=None, weights=None):
    """Pairs to learn from; all count alike, and 1 together."""
    features = np.array(features, np.float64)
    count = len(features)
    return Examples(
        features.reshape(count, -1),
        np.array(same, np.bool_),
        np.full(count, 1 / max(1, count)) if weights is None else np.array(weights, np.float64),
        np.zeros(count, np.int64) if part is None else np.array(part, np.int64),
    )


RNG = np.random.default_rng(7)
SAME = RNG.random(400) < 0.5
GOOD = np.clip(SAME * 0.4 + RNG.random(400) * 0.6, 0, 1)
NOISE = RNG.random(400)


def test_a_feature_of_the_same_gets_a_weight_and_its_opposite_none():
    model = fit(known(np.column_stack([GOOD, 1 - GOOD, NOISE]), SAME))
    assert model.weights[0] > 3
    assert model.weights[1] == 0.0
    assert 0.0 <= model.weights[2] < model.weights[0] / 5


def test_a_feature_that_is_left_out_changes_no_weight_of_the_others():
    alone = fit(known(GOOD, SAME))
    both = fit(known(np.column_stack([1 - GOOD, GOOD]), SAME))
    assert both.weights == pytest.approx((0.0, *alone.weights))
    assert both.intercept == pytest.approx(alone.intercept)


@laws
@given(st.integers(1, 5), st.integers(1, 30), st.booleans(), st.integers(0, 2**32 - 1))
def test_no_weight_is_below_zero(features, pairs, separate, seed):
    drawn = np.random.default_rng(seed)
    same, part = drawn.random(pairs) < 0.5, drawn.integers(0, 3, pairs)
    model = fit(known(drawn.random((pairs, features)), same, part), separate=separate)
    assert len(model.weights) == features
    assert min(model.weights) >= 0
    assert np.isfinite([model.intercept, *model.weights]).all()


def test_the_mean_of_the_scores_is_the_share_of_the_same():
    pairs = known(GOOD, SAME)
    model = fit(pairs)
    assert (1 / (1 + np.exp(-model.odds(pairs.features)))).mean() == pytest.approx(
        SAME.mean(), abs=1e-3
    )


def test_pairs_count_by_their_weights():
    rare = known([0.0] * 4, [True, False, False, False], weights=[0.75, 0.25, 0.0, 0.0])
    assert fit(rare).intercept == pytest.approx(log_odds(0.75), abs=1e-4)


# Two sets: in one most pairs are one story, and the feature is high in all of them.
PART = np.repeat([0, 1], 200)
OFTEN = RNG.random(400) < np.where(PART == 0, 0.9, 0.1)
OF_THE_SET = np.where(PART == 0, 0.6, 0.2) + RNG.random(400) * 0.2


def test_an_intercept_for_each_set_keeps_what_sets_differ_in_out_of_the_weights():
    together, separate = (
        fit(known(OF_THE_SET, OFTEN, PART), separate=each) for each in (False, True)
    )
    assert together.weights[0] > 5
    assert separate.weights[0] < together.weights[0] / 3


def test_the_model_has_the_mean_of_the_intercepts():
    flat = known(np.zeros(400), OFTEN, PART)
    own = [log_odds(OFTEN[part == PART].mean()) for part in (0, 1)]
    assert fit(flat, separate=True).intercept == pytest.approx(np.mean(own), abs=1e-3)
    assert fit(flat).intercept == pytest.approx(log_odds(OFTEN.mean()), abs=1e-3)


def part_of(name):
    return SimpleNamespace(labelled=SimpleNamespace(name=name))


def test_each_set_counts_alike_with_and_without_its_dates():
    labels = [[1, 0, -1, 0], [1, 1, 1, 1, 0, 0, 0, 0], [-1, 0]]
    parts = [part_of("a"), part_of("a"), part_of("b")]
    features = [np.full((len(each), 2), number) for number, each in enumerate(labels)]
    found = examples(parts, list(zip(features, map(np.array, labels), strict=True)))

    assert found.same.tolist() == [label == 1 for each in labels for label in each if label >= 0]
    assert [found.weights[found.part == part].sum() for part in range(3)] == [0.5, 0.5, 1.0]
    assert found.features[:, 0].tolist() == found.part.tolist()


def test_pairs_without_a_label_teach_nothing():
    found = examples([part_of("a")], [(np.ones((2, 3)), np.array([-1, -1]))])
    assert found.features.shape == (0, 3)
    assert fit(found).weights == (0.0, 0.0, 0.0)


def test_a_set_is_held_out_with_and_without_its_dates():
    parts = [part_of(name) for name in ("a", "a", "b", "c")]
    found = {name: (training, own) for name, training, own in by_set(parts)}
    assert list(found) == ["a", "b", "c"]
    assert found["a"] == (parts[2:], parts[:2])
    assert found["b"] == ([*parts[:2], parts[3]], [parts[2]])


# --- what scores are worth -----------------------------------------------------------------------


def odds_of(*chances):
    return np.array([log_odds(chance) for chance in chances])


def test_scores_are_compared_with_the_share_of_the_same_by_tenths():
    odds, same = odds_of(0.92, 0.94, 0.98, 0.05), np.array([1, 1, 0, 0])
    found = reliability([(odds, same, 1.0)])
    assert found.mean[9] == pytest.approx((0.92 + 0.94 + 0.98) / 3)
    assert found.share[9] == pytest.approx(2 / 3)
    assert found.weight.tolist() == pytest.approx([0.25, *[0.0] * 8, 0.75])
    assert np.isnan(found.mean[1:9]).all()
    expected = 0.25 * 0.05 + 0.75 * (0.92 + 0.94 + 0.98 - 2) / 3
    assert found.error == pytest.approx(expected)


def test_scores_that_are_the_share_of_the_same_have_no_error():
    odds, same = odds_of(*[0.75] * 4, *[0.25] * 4), np.array([1, 1, 1, 0, 0, 0, 0, 1])
    assert reliability([(odds, same, 1.0)]).error == pytest.approx(0.0)


def test_parts_count_what_they_are_to_count_however_many_pairs_they_have():
    many = odds_of(*[0.95] * 100), np.ones(100, np.int64), 1.0
    one = odds_of(0.95), np.zeros(1, np.int64), 1.0
    found = reliability([many, one])
    assert found.share[9] == pytest.approx(0.5)
    assert found.error == pytest.approx(0.45)


def test_pairs_without_a_label_have_no_part_in_it():
    with_them = odds_of(0.9, 0.1, 0.3), np.array([1, -1, -1]), 1.0
    assert reliability([with_them]).error == pytest.approx(0.1)
    assert reliability([(odds_of(0.9), np.array([-1]), 1.0)]).error == 0.0
    assert reliability([(np.empty(0), np.empty(0, np.int64), 1.0)]).error == 0.0


# --- sets ----------------------------------------------------------------------------------------

AFFAIRS = {
    "sea": [
        ("Marlona", "Kellin", "Ines Karlsen", "Sundale"),
        ("Brigantia", "Tessel", "Aldo Ferris", "Norvolt"),
        ("Ostwind", "Hallvik", "Greta Nyman", "Perrin"),
        ("Calliope", "Drumore", "Yann Keriou", "Atlas"),
    ],
    "river": [
        ("Vistana", "Oswick", "Paul Denby", "Hallen"),
        ("Morava", "Lindau", "Eva Brandt", "Riedel"),
        ("Ludmila", "Karsk", "Igor Belin", "Volgar"),
        ("Tamsin", "Penryth", "Moira Hale", "Corwen"),
    ],
}

# Three tellings of what happened, and three of what came of it two days later.
REPORTS = [
    (
        "The ferry {0} ran onto rocks off {1} with 214 people aboard. All were taken off by "
        "lifeboats, captain {2} said. The ship of {3} lost power in both engines. Divers are to "
        "look for holes in the hull in the morning, the harbour master of {1} said.",
        "Lifeboats rescued 214 people from the ferry {0} after it hit rocks near {1}. Both engines "
        "had failed, said {2}, the captain. The owner {3} promised an inquiry. The harbour master "
        "of {1} will send divers in the morning, who search the hull for holes.",
        "Rocks off {1} stopped the ferry {0}, whose engines had failed. Captain {2} counted 214 "
        "people into lifeboats. {3} owns the ship. In the morning divers go down from {1} and "
        "see whether the hull has holes. Nobody was hurt, and no oil has leaked so far.",
    ),
    (
        "Prosecutors in {1} charged {2}, captain of the ferry {0}, with negligence. A court will "
        "hear witnesses in spring. {3} suspended its manager and sold two other ships. The officer "
        "on watch is not accused, as he had warned the bridge twice before the rocks.",
        "The captain of the {0}, {2}, must stand trial for negligence, prosecutors in {1} decided. "
        "Witnesses are called for spring. A manager of {3} was suspended, and two ships are sold. "
        "Two warnings came from the officer on watch, who goes free.",
        "Negligence is what prosecutors in {1} accuse {2} of, who commanded the ferry {0}. The "
        "trial begins in spring. {3} is selling two ships and has sent a manager home. Nothing is "
        "held against the officer on watch: he gave two warnings before the ship struck.",
    ),
]


def articles_of(name, *, dated=True):
    """24 articles: four affairs of two reports, each told three times."""
    found = []
    for number, words in enumerate(AFFAIRS[name]):
        for report, tellings in enumerate(REPORTS):
            for telling, text in enumerate(tellings):
                date = {"date": f"2026-03-0{2 + 2 * report}T0{telling + 6}:00:00Z"} if dated else {}
                story = f"{name}-{number}-{report}"
                found.append(
                    {"id": f"{story}-{telling}", "text": text.format(*words), "story": story,
                     "topic": f"{name}-{number}"} | date
                )  # fmt: skip
    return sorted(found, key=lambda each: each["id"])


def set_of(name, *, dated=True, pairs=None):
    return StorySet(name, articles_of(name, dated=dated), pairs)


def test_a_run_of_the_trainer_reads_no_label():
    (first, *_) = raw_records(set_of("sea"), Config(), dated=False)
    shown = repr(first)
    assert "Marlona" in shown
    assert "sea-0'" not in shown
    assert "2026" not in shown


def test_a_set_is_taken_with_its_dates_and_without():
    with_dates, without = prepare_both(set_of("sea"), Config())
    assert np.isfinite(with_dates.representatives.numbered.moments).all()
    assert np.isnan(without.representatives.numbered.moments).all()
    (only,) = prepare_both(set_of("sea", dated=False), Config())
    assert only.features.tolist() == without.features.tolist()


def labels_of(part):
    """What is known of all pairs of the representatives of a part, by the ids of both."""
    rows = part.representatives.numbered.rows.tolist()
    left, right = np.triu_indices(len(rows), 1)
    ids = [part.labelled.articles[row]["id"] for row in rows]
    found = part.same(left, right).tolist()
    return {
        frozenset((ids[a], ids[b])): label
        for a, b, label in zip(left.tolist(), right.tolist(), found, strict=True)
    }


def test_two_articles_of_a_story_are_the_same_and_of_an_affair_are_not():
    found = labels_of(prepare(set_of("sea"), Config(), dated=True))
    assert len(found) == 24 * 23 // 2
    assert found[frozenset(("sea-0-0-0", "sea-0-0-1"))] == 1
    assert found[frozenset(("sea-0-0-0", "sea-0-1-0"))] == 0
    assert sum(found.values()) == 8 * 3


def test_of_judged_pairs_only_those_are_known():
    pairs = [
        {"a": "sea-0-0-0", "b": "sea-0-0-1", "same": 1},
        {"a": "sea-0-1-0", "b": "sea-0-0-1", "same": 0},
        {"a": "sea-0-1-0", "b": "sea-0-1-1", "same": None},
        {"a": "sea-0-1-0", "b": "gone", "same": 1},
    ]
    found = labels_of(prepare(set_of("sea", pairs=pairs), Config(), dated=False))
    told = {tuple(sorted(ends)): label for ends, label in found.items() if label >= 0}
    assert told == {("sea-0-0-0", "sea-0-0-1"): 1, ("sea-0-0-1", "sea-0-1-0"): 0}


def test_a_judged_copy_counts_for_the_document_that_stands_for_it():
    articles = [*articles_of("sea"), {**articles_of("sea")[0], "id": "zz"}]
    pairs = [{"a": "zz", "b": "sea-0-0-1", "same": 1}, {"a": "zz", "b": "sea-0-0-0", "same": 1}]
    found = labels_of(prepare(StorySet("sea", articles, pairs), Config(), dated=False))
    (told,) = [sorted(ends) for ends, label in found.items() if label >= 0]
    assert told[0] in ("sea-0-0-0", "sea-0-0-1")
    assert set(told) <= {"sea-0-0-0", "sea-0-0-1", "zz"}


# --- the file ------------------------------------------------------------------------------------


def test_a_scorer_that_is_written_can_be_used_and_says_what_taught_it(tmp_path):
    path = tmp_path / "own.json"
    sets = [set_of("river"), set_of("sea")]
    path.write_text(written(shipped_scorer(), sets, "boats", 0.12345), "utf-8")
    data = json.loads(path.read_text("utf-8"))

    assert scorer_file(path).scorer == shipped_scorer()
    assert scorer_file(path).data == "boats"
    assert data["data"]["sets"] == {"river": 24, "sea": 24}
    assert data["calibration_error"] == 0.1235
    assert data["features"] == dict(GROUP_FEATURES)
    assert list(data["candidate"]["weights"]) == list(FEATURES)


def digest_of(*sets):
    return json.loads(written(shipped_scorer(), sets, "x", None))["data"]["sha256"]


def test_the_digest_of_a_scorer_tells_what_it_was_trained_on():
    sea = set_of("sea")
    judged = set_of("sea", pairs=[{"a": "sea-0-0-0", "b": "sea-0-0-1", "same": 1}])
    assert digest_of(sea) == digest_of(set_of("sea"))
    assert len({digest_of(each) for each in (sea, judged, set_of("sea", dated=False))}) == 3


def train(*arguments, seed="0"):
    script = ROOT / "scripts" / "train_scorer.py"
    command = [sys.executable, script, *map(str, arguments)]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.fixture
def folder(tmp_path):
    """Two sets, one of them without dates."""
    path = tmp_path / "sets"
    path.mkdir()
    for name in AFFAIRS:
        write_set(path / f"{name}.jsonl", articles_of(name, dated=name == "sea"))
    return path


def write_set(path, articles):
    path.write_text("".join(json.dumps(each) + "\n" for each in articles), "utf-8")


@pytest.mark.slow
def test_the_same_sets_give_the_same_bytes(folder, tmp_path):
    one, other, each = tmp_path / "one.json", tmp_path / "other.json", tmp_path / "each"
    first = train(folder, "-o", one, "--each", each, "--name", "boats")
    assert first.returncode == 0, first.stderr
    for path in folder.iterdir():
        write_set(path, [json.loads(line) for line in reversed(path.read_text().splitlines())])
    again = train(*folder.iterdir(), "-o", other, "--name", "boats", seed="1")
    assert again.returncode == 0, again.stderr

    assert one.read_bytes() == other.read_bytes()
    assert first.stdout == again.stdout
    scorer = scorer_file(one).scorer
    for name in MODEL_FEATURES:
        assert min(getattr(scorer, name).weights) >= 0
        assert max(getattr(scorer, name).weights) > 0
    assert sorted(path.name for path in each.iterdir()) == ["river.json", "sea.json"]
    for path, taught in ((each / "sea.json", "river"), (each / "river.json", "sea")):
        assert scorer_file(path).scorer != scorer
        assert list(json.loads(path.read_text("utf-8"))["data"]["sets"]) == [taught]


@pytest.mark.slow
def test_folds_hold_out_stories_and_write_nothing(folder, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    done = train(folder, "--folds", "--seed", "3")
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert [row[1] for row in rows if row[0] == "fold"] == list("12345")
    assert done.stdout.count("\nall ") == 1
    assert len(rows) == 1 + 5 + 1 + 1 + 10
    assert sorted(tmp_path.rglob("*")) == before
