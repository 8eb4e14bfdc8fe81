"""A scorer of one's own for `dedup run` and `deduplicate`, and the stores that keep its scores."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import replace
from importlib.resources import files

import pytest
from runs import Out, read_lines

from dedup import deduplicate
from dedup.errors import ConfigError
from dedup.match.story_score import shipped_scorer
from dedup.store import Step, Store

SHIPPED = files("dedup.match").joinpath("scorer.json").read_bytes()

NEWS = [
    {
        "id": "first",
        "date": "2026-03-02T06:00:00Z",
        "text": "A crane fell across the Tarn bridge in Oswick on Monday and closed both lanes. "
        "Nobody was hurt, the Oswick fire brigade said. The crane belongs to the builder Hallen, "
        "which is renewing the railing of the bridge. Traffic is sent over Lower Marsh Road.",
    },
    {
        "id": "second",
        "date": "2026-03-02T09:00:00Z",
        "text": "Both lanes of the Tarn bridge in Oswick are closed after a crane toppled onto it. "
        "The fire brigade of Oswick found nobody hurt. Hallen, the builder that renews the "
        "railing, owns the crane. Drivers have to take Lower Marsh Road.",
    },
]


@pytest.fixture
def scorer(tmp_path):
    """Write a scorer that joins no rewrites, or all that are proposed."""

    def write(name, intercept):
        data = json.loads(SHIPPED)
        for model in ("candidate", "group"):
            data[model]["intercept"] = intercept
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(data), "utf-8")
        return path

    return write


@pytest.fixture
def never(scorer):
    return scorer("never", -100.0)


def joined(run):
    return "duplicate" in run.status().values()


def test_a_scorer_of_ones_own_decides_what_is_one_story(command, jsonl, never, tmp_path):
    news = jsonl(NEWS)
    assert joined(command.run(news, out=tmp_path / "usual"))
    assert not joined(command.run(news, "--scorer", never, out=tmp_path / "never"))


def test_the_shipped_weights_from_a_file_decide_as_without_it(command, jsonl, tmp_path):
    news, copy = jsonl(NEWS), tmp_path / "copy.json"
    copy.write_bytes(SHIPPED)
    usual = command.run(news, out=tmp_path / "usual")
    assert command.run(news, "--scorer", copy, out=tmp_path / "copied").tables() == usual.tables()


def test_the_manifest_names_the_scorer(command, jsonl, never, tmp_path):
    news = jsonl(NEWS)
    usual = command.run(news, out=tmp_path / "usual").manifest["scorer"]
    own = command.run(news, "--scorer", never, out=tmp_path / "never").manifest["scorer"]

    assert (usual["name"], own["name"]) == ("shipped", str(never))
    assert usual["sha256"] == hashlib.sha256(SHIPPED).hexdigest()
    assert own["sha256"] == hashlib.sha256(never.read_bytes()).hexdigest()
    assert own["made_by"] == usual["made_by"] == "scripts/train_scorer.py"


@pytest.mark.parametrize("content", [None, b"{}", b"no JSON"])
def test_a_file_that_is_no_scorer_stops_the_run_before_anything_is_read(
    content, command, jsonl, tmp_path
):
    path = tmp_path / "own.json"
    if content is not None:
        path.write_bytes(content)
    done = command("run", jsonl(NEWS), "-o", tmp_path / "out", "--scorer", path)

    assert done.exit_code == 2
    line = done.stderr.splitlines()[-1]
    assert str(path) in line
    assert "scripts/train_scorer.py" in line
    assert not (tmp_path / "out").exists()


def test_the_library_takes_a_file_a_name_or_a_scorer(never):
    def status(scorer):
        return [each.status.value for each in deduplicate(NEWS, scorer=scorer).decisions]

    group = replace(shipped_scorer().group, intercept=-100.0)
    mute = replace(shipped_scorer(), group=group)
    assert status(None) == status(shipped_scorer()) != ["unique", "unique"]
    assert status(never) == status(str(never)) == status(mute) == ["unique", "unique"]
    with pytest.raises(ConfigError, match="train_scorer"):
        deduplicate(NEWS, scorer=never.with_name("missing.json"))


class Dumps:
    """Dumps of one document each, added to one store."""

    def __init__(self, command, jsonl, folder):
        self.command, self.jsonl, self.folder = command, jsonl, folder
        self.store = folder / "news.sqlite"

    def add(self, number, *options):
        return self.command(
            "run", self.jsonl([NEWS[number]], f"{number}.jsonl"), "-o",
            self.folder / f"out-{number}", "--store", self.store, "--quiet", *options,
        )  # fmt: skip

    def joined(self, number):
        return joined(Out(self.folder / f"out-{number}"))


@pytest.fixture
def dumps(command, jsonl, tmp_path):
    return Dumps(command, jsonl, tmp_path)


def test_a_store_goes_on_with_the_scorer_it_began_with(dumps, never, tmp_path):
    assert dumps.add(0, "--scorer", never).exit_code == 0
    moved = never.rename(tmp_path / "moved.json")
    assert dumps.add(1, "--scorer", moved).exit_code == 0
    assert not dumps.joined(1)


@pytest.mark.parametrize("first", ["shipped", "own"])
def test_a_store_refuses_another_scorer(first, dumps, scorer):
    own = ("--scorer", scorer("own", -3.0))
    begun, other = ((), own) if first == "shipped" else (own, ())
    assert dumps.add(0, *begun).exit_code == 0
    done = dumps.add(1, *other)

    assert done.exit_code == 1
    (line,) = done.stderr.splitlines()
    assert "scores of another scorer; give the same --scorer" in line
    assert dumps.add(1, *begun).exit_code == 0


def test_a_file_with_the_shipped_content_is_no_other_scorer(dumps, tmp_path):
    copy = tmp_path / "copy.json"
    copy.write_bytes(SHIPPED)
    assert dumps.add(0).exit_code == 0
    assert dumps.add(1, "--scorer", copy).exit_code == 0
    assert dumps.joined(1)


def forget_scorer(path):
    """Make a store what it was before scorers were noted."""
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM meta WHERE name = 'scorer'")
    connection.close()


def test_a_store_from_before_the_option_has_scores_of_the_shipped_scorer(dumps, never):
    assert dumps.add(0).exit_code == 0
    forget_scorer(dumps.store)
    assert "another scorer" in dumps.add(1, "--scorer", never).stderr
    assert dumps.add(1).exit_code == 0
    assert dumps.joined(1)


def test_a_stopped_run_is_not_resumed_with_another_scorer(command, jsonl, never, tmp_path):
    news, out = jsonl(NEWS), tmp_path / "out"
    command.run(news, "--scorer", never, out=out)
    with Store(out / "store.sqlite") as store:
        store.dumps.reach(Step.STRIPPED)
    done = command("run", news, "-o", out, "--resume", "--quiet")

    assert done.exit_code == 1
    (line,) = done.stderr.splitlines()
    assert "begun with another --scorer; give the same ones, or begin anew with --over" in line
    assert command("run", news, "-o", out, "--resume", "--scorer", never).exit_code == 0
    assert {each["status"] for each in read_lines(out / "decisions.jsonl")} == {"unique"}
