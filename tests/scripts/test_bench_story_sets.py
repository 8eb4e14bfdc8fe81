"""The table of labelled sets: what each kind of set counts, and that a whole run gives it."""

from __future__ import annotations

import json
import subprocess
import sys

import bench_story_sets
import pytest
from bench_story_sets import lost_of_pairs, measured, summed
from labelled_sets import StorySet
from runs import ROOT

from dedup.models import Decision, Status

FERRY = (
    "The ferry Marlona ran onto rocks off Kellin Point on Monday with 214 people aboard. "
    "All were taken off by lifeboats, the Brannish coastguard said. The ship lost power in both "
    "engines, said its owner, Sundale Line. Its captain dropped two anchors, which did not hold."
)
STORM = (
    "A storm tore the roofs off thirty houses in the valley of the Orrin on Friday night. "
    "The mayor of Tessel asked the army for tents and blankets. Roads to the east are closed by "
    "fallen trees, and the power will be off until Sunday, the supplier Norvolt said."
)


def output(*stories):
    """Decisions on documents named by a letter; the first of each story is its canonical."""
    decisions = {}
    for story in stories:
        for place, name in enumerate(story):
            alone = len(story) == 1
            status = Status.DUPLICATE if place else Status.UNIQUE if alone else Status.CANONICAL
            label = None if alone else f"s{story[0]}"
            decisions[name] = Decision(0, name, status, label, None if alone else story[0])
    return decisions


def labelled(pairs=None, **labels):
    """A set of articles by name, each with a story, or a story and an event."""
    named = {
        name: dict(zip(("story", "event"), label.split("/"), strict=False))
        for name, label in labels.items()
    }
    return StorySet("x", [{"id": name, **each} for name, each in named.items()], pairs)


def test_stories_are_scored_by_b_cubed_and_beside_joining_nothing():
    row = measured(labelled(a="x", b="x", c="y", d="z"), output("abc", "d"))

    assert (row.kind, row.documents, row.stories) == ("stories", 4, 3)
    assert row.precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert row.recall == 1.0
    assert row.alone == pytest.approx(2 * 0.75 / 1.75)
    assert (row.far, row.joined, row.removed, row.lost) == (2, 3, 2, 1)


def test_with_events_a_pair_is_right_within_an_event_and_wanted_within_a_story():
    row = measured(labelled(a="x/e", b="y/e", c="z/f", d="z/f", e="z/f"), output("abc", "de"))

    assert row.kind == "events"
    assert (row.far, row.joined) == (2, 4)
    assert (row.precision, row.recall) == (1 - 2 / 4, 1 / 3)
    assert row.f1 == pytest.approx(2 * 0.5 / 3 / (0.5 + 1 / 3))
    # The event of b remains with a, that of c with d.
    assert (row.removed, row.lost) == (3, 0)


def test_articles_that_all_differ_show_only_what_is_joined_and_lost():
    row = measured(labelled(a="x", b="y", c="z"), output("ab", "c"))

    assert (row.kind, row.f1) == ("all differ", None)
    assert (row.far, row.joined, row.lost) == (1, 1, 1)


def test_a_rejected_article_is_neither_removed_nor_kept():
    decisions = output("ab") | {"c": Decision(0, "c", Status.REJECTED, reason="no-text")}
    row = measured(labelled(a="x", b="y", c="y"), decisions)

    assert (row.removed, row.lost) == (1, 1)


def test_judged_pairs_are_scored_alone():
    pairs = [
        {"a": "a", "b": "b", "same": 1},
        {"a": "c", "b": "d", "same": 1},
        {"a": "e", "b": "f", "same": 0},
        {"a": "a", "b": "c", "same": 0},
        {"a": "a", "b": "e", "same": None},
        {"a": "a", "b": "gone", "same": 1},
    ]
    row = measured(labelled(pairs, **dict.fromkeys("abcdef", "")), output("ab", "c", "d", "ef"))

    assert (row.kind, row.same, row.different) == ("pairs", 2, 2)
    assert (row.far, row.joined) == (1, 2)
    assert (row.precision, row.recall, row.f1) == (0.5, 0.5, 0.5)
    assert (row.removed, row.lost) == (2, 1)
    assert "different 1 of 2" in bench_story_sets.shown(row)
    assert " 1+ " in bench_story_sets.shown(row)


@pytest.mark.parametrize(
    ("same", "different", "stories", "lost"),
    [
        ("", "ab", ["ab"], 1),
        ("", "ab", ["a", "b"], 0),
        ("", "bc", ["abc"], 1),
        ("", "ab ac bc", ["abc"], 2),
        ("", "ab cb", ["abc"], 1),
        ("bd", "ab", ["ab", "d"], 0),
        ("bd", "ab", ["ab", "de"], 0),
        ("be", "ab", ["ab", "de"], 1),
        ("bd", "bc", ["abc", "d"], 0),
    ],
    ids=[
        "the canonical is another report",
        "nothing is joined",
        "one of two duplicates is, whichever",
        "both duplicates are",
        "a document counts once",
        "a unique document is the same",
        "a canonical is the same",
        "what is the same is removed too",
        "the canonical may tell the other",
    ],
)
def test_of_pairs_the_least_loss_is_counted(same, different, stories, lost):
    assert lost_of_pairs(same.split(), different.split(), output(*stories)) == lost


def test_the_total_is_a_mean_over_sets_and_a_sum_of_counts():
    rows = [
        measured(labelled(a="x", b="x", c="y"), output("ab", "c")),
        measured(labelled(a="x", b="y"), output("ab")),
        measured(labelled([{"a": "a", "b": "b", "same": 0}], a="", b=""), output("ab")),
    ]
    total = summed(rows)

    assert (total["macro_f1"], total["sets"]) == (0.5, 2)
    assert (total["documents"], total["removed"]) == (7, 3)
    assert (total["lost"], total["lost_by_pairs"]) == (2, 1)


@pytest.fixture
def sets(tmp_path):
    """A folder with a set of stories, and a set of judged pairs."""

    def write(name, lines):
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (tmp_path / name).write_text(text, "utf-8")

    date = {"date": "2026-03-02"}
    texts = [("a", FERRY), ("b", f"{FERRY}\u2028"), ("c", STORM)]
    write(
        "two.jsonl", [{"id": name, "text": text, "story": text[:8]} | date for name, text in texts]
    )
    write("judged.jsonl", [{"id": name, "text": text, "story": name} for name, text in texts])
    write("judged.pairs.jsonl", [{"a": "a", "b": "b", "same": 1}, {"a": "a", "b": "c", "same": 0}])
    return tmp_path


def table(*arguments):
    script = ROOT / "scripts" / "bench_story_sets.py"
    command = [sys.executable, script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_whole_run_prints_and_writes_the_table(sets, tmp_path):
    scorers = tmp_path / "scorers"
    scorers.mkdir()
    shipped = (ROOT / "dedup" / "match" / "scorer.json").read_bytes()
    for name in ("two", "judged"):
        (scorers / f"{name}.json").write_bytes(shipped)
    told = tmp_path / "figures"
    done = table(sets, "--scorer", scorers / "{set}.json", "--threshold", "0.6", "-o", told)

    assert done.returncode == 0, done.stderr
    assert "macro F1 1.0000 over 2 sets" in done.stdout
    assert "articles lost: 0 of 2 removed, of 6 documents" in done.stdout
    figures = json.loads(told.read_text())
    assert [row["kind"] for row in figures["sets"]] == ["pairs", "stories"]
    assert figures["total"]["macro_f1"] == 1.0
    assert all(0.0 <= row["calibration_error"] < 1.0 for row in figures["sets"])


@pytest.mark.slow
def test_a_folder_without_sets_is_refused(tmp_path):
    done = table(tmp_path)

    assert done.returncode == 2
    assert "no .jsonl in" in done.stderr
