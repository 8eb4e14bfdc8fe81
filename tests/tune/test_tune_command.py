"""`dedup tune` from a run to a better one: what it says, and whether that is so."""

from __future__ import annotations

import csv
import json
import shlex
from pathlib import Path

import pytest
from judged_runs import gold_stories, judge, judged_pairs
from made_runs import Shape, make_dump
from runs import Out

from dedup.evaluation.labelled_pairs import LabelledPair, write_labels

ASKED = 300


@pytest.fixture(scope="module")
def gold(tmp_path_factory):
    """The gold stories of made news, which lie beside them."""
    source = tmp_path_factory.mktemp("tuned") / "news.jsonl"
    make_dump(Shape(600, seed=5, words=150, days=2), source)
    return source.with_name("news.gold.jsonl")


@pytest.fixture(scope="module")
def strict(command, gold):
    """A run on them that joins too little."""
    return command.run(
        gold.with_name("news.jsonl"), "--threshold", 0.9, out=gold.with_name("strict")
    )


@pytest.fixture(scope="module")
def labels(strict, gold):
    return judge(strict.path, gold_stories(gold), gold.with_name("labels.jsonl"), ASKED)


AIM = ("--precision", 0.9)


@pytest.fixture(scope="module")
def tuned(command, strict, labels):
    return report_of(command, "tune", strict.path, labels, *AIM)


@pytest.fixture(scope="module")
def applied(command, strict, labels, tmp_path_factory):
    """The run that the last line of the command makes when it is pasted."""
    done = command("tune", strict.path, labels, *AIM)
    assert done.exit_code == 0, done.output
    program, *words = shlex.split(done.stdout.splitlines()[-1])
    assert program == "dedup"
    place = words.index("-o") + 1
    words[place] = str(tmp_path_factory.mktemp("applied") / Path(words[place]).name)
    assert command(*words, "--quiet").exit_code == 0
    return Out(Path(words[place]))


def report_of(command, *arguments):
    """The JSON object that a command prints."""
    done = command(*arguments, "--json")
    assert done.exit_code == 0, done.output
    assert len(done.stdout.splitlines()) == 1
    return json.loads(done.stdout)


def refused(command, *arguments, code):
    """The one sentence with which the command refuses."""
    done = command("tune", *arguments)
    assert (done.exit_code, done.stdout) == (code, ""), done.output
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    return line


class TestRecommendation:
    def test_the_run_it_makes_joins_and_removes_what_was_said(self, applied, tuned):
        sizes = [len(each["members"]) for each in applied.stories]

        assert tuned["recommended"]["removed"] == applied.manifest["counts"]["duplicate"]
        # A pair that was never compared may come to be in one story through others.
        assert tuned["recommended"]["pairs"] <= sum(size * (size - 1) // 2 for size in sizes)

    def test_that_run_is_as_right_as_was_said(self, command, applied, tuned, gold, labels):
        said = tuned["recommended"]["estimate"]
        whole = report_of(command, "evaluate", applied.path, gold)
        judged = report_of(command, "evaluate", applied.path, labels)["pairs"]

        assert said["precision"]["low"] <= whole["all"]["pair_precision"]
        assert whole["articles_lost"]["count"] <= said["lost"]["high"]
        for name in ("precision", "recall"):
            assert said[name]["low"] <= judged[name] <= said[name]["high"]

    def test_it_is_better_than_the_run_that_was_labelled(self, command, applied, strict, gold):
        before, after = (
            report_of(command, "evaluate", out.path, gold)["all"] for out in (strict, applied)
        )

        assert after["pair_f1"] > before["pair_f1"] + 0.05
        assert after["b3_f1"] > before["b3_f1"]

    def test_the_current_setting_is_that_of_the_run(self, tuned, strict):
        (current,) = [each for each in tuned["settings"] if each["is_current"]]

        assert current["setting"]["threshold"] == 0.9
        assert current["removed"] == strict.manifest["counts"]["duplicate"]
        assert tuned["labels"] == ASKED == tuned["same"] + (tuned["labels"] - tuned["same"])
        assert (tuned["unknown"], tuned["skipped"]) == (0, 0)

    def test_another_run_on_the_labels_knows_its_setting_to_be_the_best(
        self, command, applied, labels, gold, tmp_path
    ):
        """Labels of the run that was made anew recommend about what it has."""
        anew = judge(applied.path, gold_stories(gold), tmp_path / "anew.jsonl", ASKED)
        found = report_of(command, "tune", applied.path, anew)
        (current,) = [each for each in found["settings"] if each["is_current"]]
        best = found["recommended"]["estimate"]["recall"]["value"]

        assert current["estimate"]["recall"]["value"] >= best - 0.05

    def test_a_precision_that_is_asked_for_is_reached(self, command, strict, labels):
        found = report_of(command, "tune", strict.path, labels, "--precision", 0.98)

        assert found["least_precision"] == 0.98
        assert found["recommended"]["estimate"]["precision"]["value"] >= 0.98
        assert "0.98" in found["sentence"]

    def test_a_better_setting_that_may_lose_more_is_named_and_not_recommended(
        self, command, strict, labels, tuned
    ):
        found = report_of(command, "tune", strict.path, labels)
        best = tuned["recommended"]["setting"]["threshold"]

        assert (found["recommended"]["is_current"], found["command"]) == (True, None)
        assert "has a better F1" in found["sentence"]
        assert found["sentence"].endswith("in doubt, both stay.")
        assert best < 0.9

    def test_the_terminal_has_what_json_has(self, command, strict, labels, tuned):
        lines = command("tune", strict.path, labels, *AIM).stdout.splitlines()

        assert lines[-2:] == [tuned["sentence"], tuned["command"]]
        assert any(line.lstrip().startswith("* 0.9 ") for line in lines)
        row = next(line for line in lines if line.lstrip().startswith("> "))
        best = tuned["recommended"]
        assert row.split()[1:5] == [
            f"{best['setting']['threshold']:g}", f"{best['setting']['window_days']:g}",
            f"{best['pairs']:,}", f"{best['removed']:,}",
        ]  # fmt: skip

    def test_the_same_labels_give_the_same_bytes(self, command, strict, labels):
        first, again = (command("tune", strict.path, labels, "--all").stdout for _ in range(2))

        assert first == again


class TestFit:
    def test_a_scorer_is_written_only_where_it_is_better_and_the_command_takes_it(
        self, command, strict, labels, tmp_path
    ):
        place = tmp_path / "scorer.json"
        done = command("tune", strict.path, labels, "--fit", place, "--json")
        found = json.loads(done.stdout)

        assert done.exit_code == 0
        assert 0 < found["fitted"]["labels"] <= ASKED
        assert "scorer" not in found["fitted"]
        assert place.exists() == found["fitted"]["is_better"] == bool(found["with_fitted"])
        assert ("--scorer" in (found["command"] or "")) == (
            found["recommended"] in found["with_fitted"]
        )
        assert (f"wrote {place}" in done.stderr) == place.exists()
        shown = command("tune", strict.path, labels, "--fit", place, "--overwrite").stdout
        assert found["fitted"]["sentence"] in shown.splitlines()

    def test_too_few_labels_are_refused(self, command, strict, gold, tmp_path):
        few = judge(strict.path, gold_stories(gold), tmp_path / "few.jsonl", 100)
        line = refused(command, strict.path, few, "--fit", tmp_path / "scorer.json", code=2)

        assert "300" in line
        assert not (tmp_path / "scorer.json").exists()


class TestLabels:
    def test_answers_of_a_table_say_what_those_of_the_library_say(
        self, command, strict, gold, labels, tmp_path
    ):
        stories = gold_stories(gold)
        table, own = tmp_path / "pairs.csv", tmp_path / "labels.jsonl"
        asked = ("label", strict.path, "-o", own, "--pairs", ASKED)
        assert command(*asked, "--csv", table).exit_code == 0
        with table.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            row["same"] = "y" if stories[row["a"]] == stories[row["b"]] else "n"
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        read = command("label", strict.path, "-o", own, "--from-csv", table)
        assert read.exit_code == 0, read.output

        assert own.read_bytes() == labels.read_bytes()

    def test_pairs_of_another_run_are_counted_and_not_used(
        self, command, strict, labels, gold, tuned, tmp_path
    ):
        pairs = judged_pairs(strict.path, gold_stories(gold), ASKED)
        elsewhere = [LabelledPair("no-such", f"document-{at}", same=True) for at in range(4)]
        skipped = [LabelledPair("a", "b", skipped=True)]
        write_labels(tmp_path / "more.jsonl", [*pairs, *elsewhere, *skipped])
        found = report_of(command, "tune", strict.path, tmp_path / "more.jsonl")

        assert (found["unknown"], found["skipped"]) == (4, 1)
        assert found["settings"] == tuned["settings"]
        lines = command("tune", strict.path, tmp_path / "more.jsonl").stdout
        assert "4 of them are not used for estimates" in lines

    def test_labels_of_another_run_only_are_refused(self, command, strict, tmp_path):
        path = tmp_path / "other.jsonl"
        write_labels(path, [LabelledPair("x", f"y{at}", same=at % 2 > 0) for at in range(200)])

        assert refused(command, strict.path, path, code=2)

    def test_a_file_without_an_answer_is_refused(self, command, strict, tmp_path):
        path = tmp_path / "none.jsonl"
        write_labels(path, [LabelledPair("x", "y")])

        assert refused(command, strict.path, path, code=2)


class TestRefusals:
    def test_files_that_are_not_there(self, command, strict, labels, tmp_path):
        assert "cannot be read" in refused(command, strict.path, tmp_path / "none", code=1)
        assert "dedup run" in refused(command, tmp_path / "none", labels, code=1)

    @pytest.mark.parametrize("share", ["0", "1", "99", "-1", "x", "nan"])
    def test_a_precision_that_is_no_share(self, share, command, strict, labels):
        line = refused(command, strict.path, labels, f"--precision={share}", code=2)

        assert "--precision" in line

    @pytest.mark.parametrize(
        "name", ["store.sqlite", "decisions.jsonl", "manifest.json", "labels", "folder", "there"]
    )
    def test_a_place_where_no_scorer_is_written(self, name, command, strict, labels, tmp_path):
        (tmp_path / "there").write_text("mine")
        place = {"labels": labels, "folder": tmp_path, "there": tmp_path / "there"}.get(
            name, strict.path / name
        )
        before = place.read_bytes() if place.is_file() else b""
        done = command("tune", strict.path, labels, "--fit", place)

        assert (done.exit_code, done.stdout) in ((1, ""), (2, ""))
        assert "Traceback" not in done.stderr
        assert not place.is_file() or place.read_bytes() == before

    def test_a_run_without_rewrites(self, command, copies_run, labels):
        assert "stories" in refused(command, copies_run.path, labels, code=1)


def test_an_id_that_is_no_text_is_of_no_document(command, strict, labels, tuned, tmp_path):
    path = tmp_path / "labels.jsonl"
    path.write_bytes(labels.read_bytes() + b'{"a": "\\ud800", "b": "b\\udfff", "same": true}\n')
    found = report_of(command, "tune", strict.path, path)

    assert found["unknown"] == 1
    assert found["settings"] == tuned["settings"]


def test_no_control_character_of_a_label_reaches_the_terminal(command, strict, gold, tmp_path):
    bad = "a\x1b[2J\x07\x9b‮z"
    pairs = judged_pairs(strict.path, gold_stories(gold), ASKED)
    write_labels(tmp_path / "labels.jsonl", [*pairs, LabelledPair(bad, "b", same=True)])
    for option in ([], ["--json"]):
        done = command("tune", strict.path, tmp_path / "labels.jsonl", *option)
        assert done.exit_code == 0
        assert (done.stdout + done.stderr).replace("\n", "").isprintable()
