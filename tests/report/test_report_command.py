"""`dedup report` and `dedup run --report`: what is written, what is said, and what is refused."""

from __future__ import annotations

import html
import json
import os
import re
import sqlite3

import pytest
from judged_runs import gold_stories, judge
from reported_runs import hostile_records, write
from runs import Out, dated_article, text_of

from dedup.report import read_report as reader


@pytest.fixture
def run(command, tmp_path):
    """A small run, which a test may change."""
    return command.run(write(tmp_path, hostile_records()), out=tmp_path / "out")


def files_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_the_page_is_written_and_the_run_stays_as_it_was(command, run, tmp_path):
    page, before = tmp_path / "report.html", files_of(run.path)
    done = command("report", run.path, "-o", page)

    assert done.exit_code == 0
    assert not done.stdout
    assert re.fullmatch(
        rf"wrote {page}, \d\.\d MB: 7 documents, \d pairs with texts\n", done.stderr
    )
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert files_of(run.path) == before
    assert [each for each in tmp_path.iterdir() if each.name.startswith(".report")] == []


def test_what_is_left_out_is_said(command, run, tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "PAIRS_BYTES", 10_000)
    monkeypatch.setattr(reader, "INDEX_BYTES", 100)
    done = command("report", run.path, "-o", tmp_path / "report.html")

    assert re.search(r"left out: 7 documents, \d pairs\n$", done.stderr)


def test_a_machine_reads_what_was_written(command, run, tmp_path):
    page = tmp_path / "report.html"
    done = command("report", run.path, "-o", page, "--log-format", "json")

    last = json.loads(done.stderr.splitlines()[-1])
    assert (last["event"], last["path"], last["documents"]) == ("report", str(page), 7)
    assert last["bytes"] == page.stat().st_size
    assert last["documents_left_out"] == 0


def test_judged_pairs_say_in_the_page_what_they_say_of_settings(
    command, sample_run, sample_gold, tmp_path
):
    labels, page = tmp_path / "labels.jsonl", tmp_path / "report.html"
    judge(sample_run.path, gold_stories(sample_gold), labels, 40)
    done = command("report", sample_run.path, "-o", page, "--labels", labels)
    said = command("tune", sample_run.path, labels, "--json")

    assert done.exit_code == said.exit_code == 0, done.stderr
    text = page.read_text("utf-8")
    assert html.escape(json.loads(said.stdout)["sentence"]) in text
    assert 'id="tuning"' in text


def test_labels_are_not_replaced_with_the_page(command, run, jsonl):
    labels = jsonl([{"a": "<b>0</b>", "b": "<b>1</b>", "same": True}], "labels.jsonl")
    before = labels.read_bytes()
    done = command("report", run.path, "-o", labels, "--labels", labels, "--overwrite")

    assert done.exit_code == 1
    assert "holds the labels" in done.stderr
    assert labels.read_bytes() == before


def test_quiet_says_nothing(command, run, tmp_path):
    done = command("report", run.path, "-o", tmp_path / "report.html", "-q")

    assert (done.exit_code, done.output) == (0, "")


@pytest.mark.slow
def test_the_same_run_gives_the_same_bytes_whatever_the_workers_and_the_hash_seed(
    command, samples, tmp_path
):
    pages = []
    for workers, seed in (("1", "0"), ("2", "7")):
        out, page = tmp_path / workers / "out", tmp_path / workers / "report.html"
        done = command.installed(
            "run", samples / "dump", "-o", out, "-q", "--workers", workers, "--report", page,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        pages.append(page.read_bytes())
        again = tmp_path / workers / "again.html"
        command.installed(
            "report", out, "-o", again, "-q", env={**os.environ, "PYTHONHASHSEED": "9"}
        )
        pages.append(again.read_bytes())

    assert len(set(pages)) == 1


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("out/manifest.json", "is a file of the run"),
        ("out/store.sqlite", "is a file of the run"),
        ("out/decisions.jsonl", "is a file of the run"),
        ("out", "File 'out' is a directory"),
        ("-", "--output writes a file, not stdout"),
        ("there.html", "already exists; replace it with --overwrite"),
        ("missing/report.html", "cannot write"),
        ("s3://bucket/report.html", "is an address"),
        (f"{'a' * 300}.html", "is no place for a file (File name too long)"),
        ("circle", "is no place for a file (Too many levels of symbolic links)"),
        ("circle/report.html", "is no place for a file (Too many levels of symbolic links)"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused(
    place, message, command, run, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.html").write_text("mine")
    (tmp_path / "circle").symlink_to("circle")
    before = files_of(run.path)
    done = command("report", "out", "-o", place)

    assert done.exit_code in (1, 2)
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert files_of(run.path) == before
    assert (tmp_path / "there.html").read_text() == "mine"


@pytest.mark.parametrize("change", ["story_id = 's-none'", "score = 'high'"])
def test_a_store_that_was_edited_is_refused(change, command, run, tmp_path):
    with sqlite3.connect(run.path / "store.sqlite") as store:
        assert store.execute(f"UPDATE decisions SET {change}").rowcount > 0
    store.close()
    done = command("report", run.path, "-o", tmp_path / "report.html")

    assert done.exit_code == 1
    assert "is damaged" in done.stderr


def test_a_page_is_replaced_with_overwrite(command, run, tmp_path):
    page = tmp_path / "there.html"
    page.write_text("mine")

    assert command("report", run.path, "-o", page, "--overwrite").exit_code == 0
    assert page.stat().st_size > 100_000


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["nothing", "-o", "report.html"], 1, "nothing does not exist; name the output folder"),
        (["out"], 2, "Missing option '-o'"),
        (["out", "-o", "report.html", "--labels", "nothing.jsonl"], 1, "nothing.jsonl"),
        (["out", "-o", "report.html", "--store", "nothing.sqlite"], 1, "nothing.sqlite"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(
    arguments, code, message, command, run, tmp_path, monkeypatch
):
    monkeypatch.chdir(run.path.parent)
    done = command("report", *arguments)

    assert done.exit_code == code
    assert message in done.stderr
    assert not (tmp_path / "report.html").exists()


def test_a_damaged_store_is_refused_with_a_sentence(command, run, tmp_path):
    store = run.path / "store.sqlite"
    data = bytearray(store.read_bytes())
    for at in range(40_000, len(data), 3_000):
        data[at] ^= 0xFF
    store.write_bytes(data)
    done = command("report", run.path, "-o", tmp_path / "report.html")

    assert done.exit_code in (0, 1)  # some bytes are no part of a report
    assert done.exit_code == 0 or "store.sqlite" in done.stderr


def test_a_run_writes_its_page_at_the_end(command, tmp_path):
    source, page = write(tmp_path, hostile_records()), tmp_path / "new" / "report.html"
    done = command("run", source, "-o", tmp_path / "out", "--report", page)

    assert done.exit_code == 0
    lines = done.stderr.splitlines()
    assert lines[-2].startswith("results: ")
    assert lines[-1].startswith(f"wrote {page}, ")
    again = tmp_path / "again.html"
    command("report", tmp_path / "out", "-o", again)
    assert again.read_bytes() == page.read_bytes()


def test_a_page_in_the_output_folder_stays_when_the_run_is_replaced(command, tmp_path):
    source, out = write(tmp_path, hostile_records()), tmp_path / "out"
    page = out / "report.html"
    command.run(source, "--report", page, out=out)
    first = page.read_bytes()
    command.run(source, "--overwrite", out=out)

    assert page.read_bytes() == first


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("out/manifest.json", "is a file of the run itself"),
        ("records.jsonl", "would be read and replaced"),
        ("there.html", "already exists; replace it with --overwrite"),
        ("all.jsonl", "--report and --annotate name one file"),
        ("there.html/report.html", "cannot be written"),
        ("s3://bucket/report.html", "is an address"),
        (f"{'a' * 300}.html", "is no place for a file"),
        ("circle", "is no place for a file"),
        ("news.sqlite", "is the store"),
        ("-", "--report writes a file, not stdout"),
    ],
)
def test_a_place_is_refused_before_the_run_begins(place, message, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, hostile_records())
    (tmp_path / "there.html").write_text("mine")
    (tmp_path / "circle").symlink_to("circle")
    options = ["--annotate", "all.jsonl"] if place == "all.jsonl" else []
    options += ["--store", "news.sqlite"] if place == "news.sqlite" else []
    done = command("run", "records.jsonl", "-o", "out", "--report", place, *options)

    assert done.exit_code in (1, 2)
    assert message in done.stderr
    assert not (tmp_path / "out").exists()
    assert (tmp_path / "there.html").read_text() == "mine"


def test_a_place_in_an_input_folder_is_refused(command, tmp_path):
    write(tmp_path / "dump", hostile_records())
    page = tmp_path / "dump" / "report.html"
    done = command("run", tmp_path / "dump", "-o", tmp_path / "out", "--report", page)

    assert done.exit_code == 1
    assert "lies in the input folder" in done.stderr


def test_a_settings_file_names_the_page(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, hostile_records())
    (tmp_path / "dedup.toml").write_text('[run]\nreport = "report.html"\n')
    assert command("run", "records.jsonl", "-o", "out").exit_code == 0
    assert (tmp_path / "report.html").exists()

    (tmp_path / "dedup.toml").write_text('[run]\nreport = "../report.html"\n')
    done = command("run", "records.jsonl", "-o", "out2")
    assert done.exit_code == 2
    assert "run.report names" in done.stderr
    assert not (tmp_path / "out2").exists()


def test_a_store_that_is_only_read_leaves_nothing_to_report(command, run, tmp_path):
    source, store = tmp_path / "records.jsonl", run.path / "store.sqlite"
    done = command(
        "run", source, "-o", tmp_path / "two", "--against", store, "--report", tmp_path / "a.html"
    )

    assert done.exit_code == 2
    assert "--against keeps none" in done.stderr


def test_results_are_there_though_the_page_cannot_be_written(command, tmp_path, monkeypatch):
    source, page = write(tmp_path, hostile_records()), tmp_path / "report.html"

    def fail(*_):
        page.write_text("somebody else was faster")
        return "<!DOCTYPE html>"

    monkeypatch.setattr("dedup.report.report_page.report_page", fail)
    done = command("run", source, "-o", tmp_path / "out", "--report", page)

    assert done.exit_code == 1
    assert "already exists; name another file" in done.stderr
    assert page.read_text() == "somebody else was faster"
    assert len(Out(tmp_path / "out").decisions) == 7


def test_a_run_that_could_use_no_input_writes_no_page(command, tmp_path):
    source = write(tmp_path, [{"id": "a", "text": ""}, {"id": "b", "text": "short"}])
    for store in ([], ["--store", tmp_path / "news.sqlite"]):
        out = tmp_path / f"out{len(store)}"
        done = command("run", source, "-o", out, "--report", tmp_path / "report.html", *store)
        assert done.exit_code == 1
        assert "Traceback" not in done.stderr
        assert len(Out(out).rejected) == 2
        assert not (tmp_path / "report.html").exists()


def test_a_dump_that_was_finished_leaves_its_page_or_writes_it_again(command, tmp_path):
    store = tmp_path / "news.sqlite"
    sources = [
        write(
            tmp_path, [dated_article(f"{name}{n}", text_of(n)) for n in range(4)], f"{name}.jsonl"
        )
        for name in "ab"
    ]
    first = [sources[0], "--store", store, "--report", tmp_path / "a.html"]
    command.run(*first, out=tmp_path / "a")
    page = (tmp_path / "a.html").read_bytes()
    command.run(sources[1], "--store", store, out=tmp_path / "b")
    command.run(*first, out=tmp_path / "a")
    assert (tmp_path / "a.html").read_bytes() == page

    (tmp_path / "a.html").unlink()
    command.run(*first, out=tmp_path / "a")
    assert (tmp_path / "a.html").read_bytes() == page
