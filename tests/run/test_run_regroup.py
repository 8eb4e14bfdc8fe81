"""`dedup regroup`: the results of a fresh run, from what the store of another run keeps."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from importlib.resources import files

import pytest
from runs import ROOT, Out, dated_article, text_of

from dedup.errors import FullDiskError
from dedup.explain.open_run import open_run
from dedup.store import Store

DEV = ROOT.parent / "shared" / "data" / "dev.jsonl"

SETTINGS = [
    ["--threshold", "0.1"],
    ["--threshold", "0.3"],
    ["--threshold", "0.5"],
    ["--threshold", "0.9"],
    ["--window", "0"],
    ["--window", "1"],
    ["--window", "7"],
    ["--window", "40"],
    ["--level", "copies"],
    ["--canonical", "earliest"],
    ["--canonical", "latest"],
    ["--canonical", "longest,shortest-url"],
    ["--canonical", "id"],
    ["--scorer", "SCORER"],
    ["--threshold", "0.4", "--window", "6"],
    ["--threshold", "0.12", "--canonical", "latest"],
    ["--threshold", "0.5", "--window", "1", "--scorer", "SCORER"],
    ["--level", "copies", "--canonical", "shortest-url"],
    ["--threshold", "0.3", "--window", "0.5", "--canonical", "earliest"],
    ["--window", "9", "--canonical", "cleanest,longest", "--scorer", "SCORER"],
]

FROM_COPIES = [
    ["--level", "stories"],
    ["--level", "stories", "--threshold", "0.4", "--window", "2"],
]


@pytest.fixture(scope="module")
def scorer(tmp_path_factory):
    """A file with another scorer."""
    data = json.loads(files("dedup.match").joinpath("scorer.json").read_bytes())
    for model in ("candidate", "group"):
        data[model]["intercept"] -= 0.4
        data[model]["weights"]["names"] *= 1.3
    path = tmp_path_factory.mktemp("scorer") / "other.json"
    path.write_text(json.dumps(data), "utf-8")
    return path


@pytest.fixture(scope="module")
def dumps(command, samples, tmp_path_factory):
    """The inputs by name, each with its finished run at either level."""
    folder = tmp_path_factory.mktemp("dumps")
    found = {}

    def finished(name, level):
        source = {"samples": samples / "dump.jsonl", "dev": DEV}[name]
        if not source.exists():
            pytest.skip("the labelled news are not on this machine")
        if (name, level) not in found:
            out = folder / f"{name}-{level}"
            found[name, level] = source, command.run(source, "--level", level, out=out)
        return found[name, level]

    return finished


@pytest.fixture
def regroup(command, tmp_path):
    """Regroup a run, which must end so; return its folder, or what it said."""

    def regrouped(run, *options, to="regrouped", exit_code=0):
        path = run.path if isinstance(run, Out) else run
        done = command("regroup", path, "-o", tmp_path / to, *options, "--quiet")
        assert done.exit_code == exit_code, done.stderr
        return Out(tmp_path / to) if exit_code == 0 else done.stderr

    return regrouped


def content(run):
    """The bytes of all files of a run that must not change."""
    names = [path.name for path in run.path.iterdir() if not path.name.startswith("store")]
    return {name: (run.path / name).read_bytes() for name in names if name != "manifest.json"}


def counted(run):
    """What the manifest counts; pairs of copies are not proposed again."""
    names = ("counts", "duplicates_by_relation", "story_candidates", "event_splits", "scorer")
    return {name: run.manifest[name] for name in names}


def compare(command, regroup, source, run, options, out):
    again = regroup(run, *options)
    fresh = command.run(source, *options, out=out)
    assert content(again) == content(fresh)
    assert counted(again) == counted(fresh)


@pytest.mark.parametrize("options", SETTINGS, ids=" ".join)
@pytest.mark.parametrize("name", ["samples", pytest.param("dev", marks=pytest.mark.slow)])
def test_other_settings_decide_as_a_fresh_run(
    command, regroup, dumps, scorer, tmp_path, name, options
):
    source, run = dumps(name, "stories")
    options = [scorer if each == "SCORER" else each for each in options]
    compare(command, regroup, source, run, options, tmp_path / "fresh")


@pytest.mark.parametrize("options", FROM_COPIES, ids=" ".join)
@pytest.mark.parametrize("name", ["samples", pytest.param("dev", marks=pytest.mark.slow)])
def test_rewrites_are_found_from_a_run_of_copies(command, regroup, dumps, tmp_path, name, options):
    source, run = dumps(name, "copies")
    compare(command, regroup, source, run, options, tmp_path / "fresh")


@pytest.mark.parametrize("level", ["stories", "copies"])
@pytest.mark.parametrize("name", ["samples", pytest.param("dev", marks=pytest.mark.slow)])
def test_the_same_settings_change_no_byte(regroup, dumps, name, level):
    _, run = dumps(name, level)
    before = (run.path / "store.sqlite").read_bytes()
    again = regroup(run)
    assert content(again) == content(run)
    assert counted(again) == counted(run)
    assert (run.path / "store.sqlite").read_bytes() == before
    with Store(again.path / "store.sqlite") as store:
        store.verify(whole=True)


@pytest.mark.parametrize(
    "options", [["--format", "parquet"], ["--compress", "zst"]], ids=lambda each: each[-1]
)
def test_tables_are_written_as_in_the_run(command, regroup, samples, tmp_path, options):
    run = command.run(samples / "dump.jsonl", *options, out=tmp_path / "out")
    assert content(regroup(run)) == content(run)


def test_pages_are_not_read_again(command, regroup, samples, tmp_path):
    shutil.copytree(samples / "dump", tmp_path / "dump")
    run = command.run(tmp_path / "dump", out=tmp_path / "out")
    fresh = command.run(tmp_path / "dump", "--threshold", "0.5", out=tmp_path / "fresh")
    shutil.rmtree(tmp_path / "dump")
    assert content(regroup(run)) == content(run)
    assert content(regroup(run, "--threshold", "0.5", to="other")) == content(fresh)


def test_what_was_regrouped_can_be_regrouped(command, regroup, dumps):
    _, run = dumps("samples", "stories")
    there = regroup(run, "--threshold", "0.6", "--window", "1", "--canonical", "latest", to="there")
    options = ["--threshold", "0.18", "--window", "4", "--canonical", "default"]
    assert content(regroup(there, *options, to="back")) == content(run)


def test_the_manifest_says_what_was_changed(regroup, dumps):
    _, run = dumps("samples", "stories")
    again = regroup(run, "--threshold", "0.6")
    assert again.manifest["regrouped"] == {
        "run": str(run.path), "changed": {"story.threshold": [0.18, 0.6]},
    }  # fmt: skip
    assert again.manifest["read"] == run.manifest["read"]
    assert again.manifest["config"]["story"]["threshold"] == 0.6


def test_the_difference_is_printed(command, dumps, tmp_path):
    _, run = dumps("samples", "stories")
    done = command("regroup", run.path, "-o", tmp_path / "out", "--level", "copies")
    told = command("diff", run.path, tmp_path / "out")
    assert done.stdout == told.stdout
    assert "copies" in done.stdout
    options = ("-o", tmp_path / "out", "--overwrite", "--level", "copies", "--json", "--limit", "3")
    done = command("regroup", run.path, *options)
    assert done.stdout == command("diff", run.path, tmp_path / "out", *options[-3:]).stdout
    assert len(json.loads(done.stdout)["examples"]) == 3


class TestSeveralDumps:
    @pytest.fixture
    def days(self, command, jsonl, tmp_path):
        """Three dumps of one store: what is told on one day is told again on the next."""
        texts = [text_of(number) for number in range(6)]
        outs = []
        for day in (1, 2, 3):
            records = [
                dated_article(f"d{day}-{number}", text + f" extra{day}" * day, day)
                for number, text in enumerate(texts[day - 1 : day + 3])
            ]
            source = jsonl(records, f"day-{day}.jsonl")
            options = ["--store", tmp_path / "news.sqlite"]
            outs.append(command.run(source, *options, out=tmp_path / f"out-{day}"))
        return outs

    def test_the_same_settings_change_no_byte(self, regroup, days, tmp_path):
        again = regroup(days[-1], "--store", tmp_path / "news.sqlite")
        assert content(again) == content(days[-1])
        assert "changes.jsonl" in content(again)
        with Store(again.path / "store.sqlite") as store:
            assert [dump.number for dump in store.dumps.all()] == [1, 2, 3]
            store.verify(whole=True)

    @pytest.mark.parametrize(
        "options", [["--window", "1"], ["--window", "30"], ["--canonical", "latest"]], ids=" ".join
    )
    def test_others_decide_the_last_dump_as_a_fresh_run(
        self, command, regroup, days, tmp_path, options
    ):
        again = regroup(days[-1], *options, "--store", tmp_path / "news.sqlite")
        command("store", tmp_path / "news.sqlite", "--remove-last")
        store = ["--store", tmp_path / "news.sqlite"]
        fresh = command.run(tmp_path / "day-3.jsonl", *store, *options, out=tmp_path / "fresh")
        assert content(again) == content(fresh)

    def test_an_earlier_dump_is_refused(self, regroup, days, tmp_path):
        said = regroup(days[0], "--store", tmp_path / "news.sqlite", exit_code=1)
        assert "is not the last dump" in said

    def test_another_level_or_scorer_is_refused(self, regroup, days, scorer, tmp_path):
        for option, value in (("--level", "copies"), ("--scorer", scorer)):
            store = ["--store", tmp_path / "news.sqlite"]
            said = regroup(days[-1], option, value, *store, exit_code=2)
            assert f"{option} cannot be changed" in said

    def test_the_next_dump_can_be_added(self, command, regroup, days, jsonl, tmp_path):
        options = ["--canonical", "latest", "--store", tmp_path / "news.sqlite"]
        again = regroup(days[-1], *options)
        source = jsonl([dated_article("d4", text_of(4), 4)], "day-4.jsonl")
        options = ["--store", again.path / "store.sqlite", "--canonical", "latest"]
        added = command.run(source, *options, out=again.path.parent / "out-4")
        assert added.decisions[0]["status"] in ("canonical", "duplicate")


class TestExcludedHosts:
    @pytest.fixture
    def run(self, command, jsonl, tmp_path):
        """Three hosts have one text, and the first of them has another one with a fourth."""
        records = [
            dated_article("a", text_of(1), 1, 8),
            dated_article("b", text_of(1), 1, 9),
            dated_article("c", f"{text_of(1)} more", 1, 10),
            dated_article("e", text_of(2), 1, 8, url="https://news.a.example/e"),
            dated_article("f", f"{text_of(2)} more", 1, 9),
        ]
        return command.run(jsonl(records), out=tmp_path / "out")

    def test_its_documents_are_rejected_and_the_others_decided_without_them(self, regroup, run):
        again = regroup(run, "--exclude-host", "a.example")
        assert again.status() == {
            "a": "rejected", "b": "duplicate", "c": "canonical", "e": "rejected", "f": "unique",
        }  # fmt: skip
        assert {each["reason"] for each in again.rejected} == {"excluded-host"}
        assert again.manifest["config"]["clean"]["exclude_hosts"] == ["a.example"]
        with Store(again.path / "store.sqlite") as store:
            store.verify(whole=True)

    def test_they_stay_out_when_it_is_decided_again(self, regroup, run):
        once = regroup(run, "--exclude-host", "a.example", to="once")
        assert content(regroup(once, to="twice")) == content(once)
        other = regroup(once, "--exclude-host", "b.example", to="other")
        assert other.status()["a"] == other.status()["b"] == "rejected"
        assert other.status()["c"] == "unique"

    def test_a_host_without_documents_changes_no_byte(self, regroup, run):
        assert content(regroup(run, "--exclude-host", "x.example")) == content(run)

    def test_a_host_without_documents_is_named(self, command, run, tmp_path):
        hosts = ("--exclude-host", "x.example", "--exclude-host", "a.example")
        done = command("regroup", run.path, "-o", tmp_path / "less", *hosts)
        assert "no document is of a host x.example" in done.stderr
        assert "no document is of a host a.example" not in done.stderr

    def test_the_story_of_the_others_stays_the_same(self, command, run, tmp_path):
        options = ("-o", tmp_path / "less", "--exclude-host", "a.example", "--quiet", "--json")
        found = json.loads(command("regroup", run.path, *options).stdout)
        assert (found["other_story"], found["other_canonical"]) == (0, 1)

    def test_decisions_are_those_of_a_fresh_run_where_no_frequency_differs(
        self, command, regroup, run, tmp_path
    ):
        fresh = command.run(
            tmp_path / "records.jsonl", "--exclude-host", "a.example", out=tmp_path / "fresh"
        )
        assert content(regroup(run, "--exclude-host", "a.example")) == content(fresh)

    def test_terms_are_counted_anew_where_the_run_had_counted_none(
        self, command, regroup, dumps, tmp_path
    ):
        source, copies = dumps("samples", "copies")
        host = ["--exclude-host", "lakecitynews.example"]
        fresh = command.run(source, *host, out=tmp_path / "fresh")
        once = regroup(copies, *host, "--level", "stories", to="once")
        assert once.stories == fresh.stories
        there = regroup(once, "--level", "copies", to="there")
        assert regroup(there, "--level", "stories", to="back").stories == fresh.stories

    def test_their_dates_count_no_more(self, command, regroup, jsonl, tmp_path):
        store = ["--store", tmp_path / "news.sqlite"]
        first = jsonl([dated_article("a", text_of(1), 1)], "first.jsonl")
        command.run(first, *store, out=tmp_path / "out-1")
        records = [
            dated_article("b", text_of(2), 1),
            dated_article("c", text_of(3), 20),
            {**dated_article("d", text_of(1)), "date": None},
        ]
        second = jsonl(records, "second.jsonl")
        run = command.run(second, *store, out=tmp_path / "out-2")
        assert run.status()["d"] == "duplicate"
        again = regroup(run, "--exclude-host", "b.example", *store)
        command("store", tmp_path / "news.sqlite", "--remove-last")
        options = ["--exclude-host", "b.example", *store]
        fresh = command.run(second, *options, out=tmp_path / "fresh")
        assert again.status() == fresh.status()
        assert again.status()["d"] == "unique"
        with Store(again.path / "store.sqlite") as opened:
            opened.verify(whole=True)

    def test_the_only_dump_can_be_removed(self, command, regroup, run):
        again = regroup(run, "--exclude-host", "a.example")
        done = command("store", again.path / "store.sqlite", "--remove-last")
        assert done.exit_code == 0, done.stderr
        with Store(again.path / "store.sqlite") as store:
            assert store.signatures.document_frequencies()[2] == 0


class TestRefusals:
    def test_a_folder_without_a_run(self, regroup, tmp_path):
        (tmp_path / "empty").mkdir()
        assert "holds no finished run" in regroup(tmp_path / "empty", exit_code=1)

    def test_the_run_itself(self, regroup, dumps):
        _, run = dumps("samples", "stories")
        assert "choose another folder" in regroup(run, to=run.path, exit_code=1)

    def test_a_folder_with_another_run(self, regroup, dumps):
        _, run = dumps("samples", "stories")
        regroup(run)
        assert "replace it with --overwrite" in regroup(run, exit_code=1)
        other = regroup(run, "--threshold", "0.9", "--overwrite")
        assert other.manifest["config"]["story"]["threshold"] == 0.9

    def test_a_run_against_a_store(self, command, regroup, dumps, samples, tmp_path):
        _, run = dumps("samples", "stories")
        against = command.run(
            samples / "dump", "--against", run.path / "store.sqlite", out=tmp_path / "out"
        )
        assert "kept no store" in regroup(against, exit_code=1)

    def test_a_threshold_below_that_of_loose_groups(self, regroup, dumps):
        _, run = dumps("samples", "stories")
        assert "--threshold is 0.05" in regroup(run, "--threshold", "0.05", exit_code=2)

    def test_a_rule_on_a_field_that_no_document_has(self, regroup, dumps):
        _, run = dumps("samples", "stories")
        said = regroup(run, "--canonical", "field:nothing:asc", exit_code=1)
        assert "no document has the field" in said

    def test_a_store_of_another_run(self, command, regroup, dumps, tmp_path):
        _, run = dumps("samples", "stories")
        _, other = dumps("samples", "copies")
        shutil.copytree(run.path, tmp_path / "out")
        shutil.copy(other.path / "store.sqlite", tmp_path / "out" / "store.sqlite")
        assert "is not that of the run" in regroup(tmp_path / "out", exit_code=1)


@pytest.mark.parametrize("stage", ["decide_again", "manifest_of"])
def test_an_error_leaves_no_folder(regroup, dumps, monkeypatch, tmp_path, stage):
    _, run = dumps("samples", "stories")

    def fail(*_arguments, **_options):
        raise OSError(28, "No space left on device", "/tmp/file")

    monkeypatch.setattr(f"dedup.run.regroup.{stage}", fail)
    assert "no space left" in regroup(run, exit_code=1)
    assert not (tmp_path / "regrouped").exists()


def test_a_full_disk_is_that_of_the_results(regroup, dumps, monkeypatch, tmp_path):
    _, run = dumps("samples", "stories")

    def fail(store, *_arguments):
        raise FullDiskError(store.path)

    monkeypatch.setattr("dedup.run.regroup.decide_again", fail)
    said = regroup(run, exit_code=1)
    assert said.strip() == f"Error: no space left to write {tmp_path / 'regrouped'}; free some"
    assert not (tmp_path / "regrouped").exists()


def test_a_kill_leaves_no_half_folder(command, regroup, dumps, tmp_path):
    _, run = dumps("samples", "stories")
    out = tmp_path / "regrouped"
    spawned = command.spawn("regroup", run.path, "-o", out)
    end = time.monotonic() + 60
    while not (out / ".dedup.new" / "regrouped.sqlite").exists() and time.monotonic() < end:
        time.sleep(0.005)
    spawned.kill()
    assert {path.name for path in out.iterdir()} <= {".dedup.new", ".dedup.lock"}
    assert content(regroup(run)) == content(run)
    assert not (out / ".dedup.new").exists()


def test_a_damaged_store_is_refused(regroup, dumps, tmp_path):
    _, run = dumps("samples", "stories")
    shutil.copytree(run.path, tmp_path / "out")
    connection = sqlite3.connect(tmp_path / "out" / "store.sqlite")
    with connection:
        connection.execute("UPDATE copy_pairs SET matched = 1 - matched")
    connection.close()
    assert "is damaged" in regroup(tmp_path / "out", exit_code=1)
    assert not (tmp_path / "regrouped").exists()


def test_the_library_regroups(dumps, tmp_path):
    _, run = dumps("samples", "stories")
    with open_run(run.path) as opened:
        with opened.regroup(tmp_path / "out", threshold=0.6, canonical=["earliest"]) as again:
            assert again.config.story.threshold == 0.6
            assert again.config.cluster.canonical == ("earliest",)
            assert again.store.get("manifest") == Out(tmp_path / "out").manifest
        assert opened.store.get("manifest") == run.manifest


def test_the_library_takes_one_host_or_rule_as_a_text(dumps, tmp_path):
    _, run = dumps("samples", "stories")
    host = "harborpost.example"
    with (
        open_run(run.path) as opened,
        opened.regroup(tmp_path / "out", canonical="earliest", exclude_hosts=host) as again,
    ):
        assert again.config.cluster.canonical == ("earliest",)
        assert again.config.clean.exclude_hosts == (host,)
        assert {each.status for each in again.documents(host=host, limit=0)} == {"rejected"}
