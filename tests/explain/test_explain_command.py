"""`dedup explain` on a finished run of the samples."""

from __future__ import annotations

import itertools
import json
import random
import re

import pytest
from lxml import html
from runs import dated_article, text_of

from dedup.explain.open_run import open_run
from dedup.json_codec import dump_json

PAIR = "ferry-aground", "archive/n2311"


@pytest.fixture
def explain(command, samples_run, monkeypatch):
    """The command on the run of the samples, piped."""
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments):
        return command("explain", samples_run, *arguments)

    return run


def test_the_answer_comes_first_and_nothing_else_is_on_stdout(explain):
    done = explain(*PAIR)

    assert done.exit_code == 0
    assert done.stdout.startswith("One story")
    assert done.stderr == ""
    assert not re.search("\x1b| $", done.stdout, re.MULTILINE)
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_the_json_has_the_fields_of_the_explanation(explain, samples_run):
    with open_run(samples_run) as run:
        expected = dump_json(run.explain(*PAIR))

    done = explain(*PAIR, "--json")

    assert json.loads(done.stdout) == json.loads(expected)
    assert done.stdout.count("\n") == 1


def test_the_json_has_no_character_that_a_terminal_obeys(command, opened):
    records = [dated_article(f"{name}\x9b2J\x7f", text_of(1)) for name in "ab"]

    done = command("explain", opened(records).path, "a\x9b", "b\x9b", "--json")

    assert not re.search("[\x00-\x09\x7f-\x9f]", done.stdout)
    assert json.loads(done.stdout)["first"]["id"] == records[0]["id"]


def test_the_page_is_that_of_the_explanation(explain, samples_run, tmp_path):
    with open_run(samples_run) as run:
        expected = run.explain(*PAIR).page()

    done = explain(*PAIR, "--html", tmp_path / "pair.html")

    assert done.exit_code == 0
    assert (done.stdout, done.stderr) == ("", f"wrote {tmp_path / 'pair.html'}\n")
    assert (tmp_path / "pair.html").read_text("utf-8") == expected
    assert [path.name for path in tmp_path.iterdir()] == ["pair.html"]
    assert html.document_fromstring(expected).findtext(".//h1").startswith("One story")


def test_a_page_replaces_a_file_only_where_that_is_asked(explain, tmp_path):
    page = tmp_path / "pair.html"
    page.write_text("mine")

    refused = explain(*PAIR, "--html", page)
    kept = page.read_text()
    replaced = explain(*PAIR, "--html", page, "--overwrite", "-q")

    assert (refused.exit_code, kept) == (1, "mine")
    assert refused.stderr == f"Error: {page} already exists; replace it with --overwrite\n"
    assert (replaced.exit_code, replaced.stderr) == (0, "")
    assert page.read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("name", ["store.sqlite", "manifest.json", "decisions.jsonl"])
def test_a_page_never_replaces_a_file_of_the_run(explain, samples_run, name):
    before = (samples_run / name).read_bytes()

    done = explain(*PAIR, "--html", samples_run / name, "--overwrite")

    assert done.exit_code == 1
    assert "is a file of the run" in done.stderr
    assert (samples_run / name).read_bytes() == before


def test_a_page_in_a_folder_that_there_is_not_is_refused_in_one_sentence(explain, tmp_path):
    done = explain(*PAIR, "--html", tmp_path / "missing" / "pair.html")

    assert done.exit_code == 1
    assert done.stderr.startswith(f"Error: cannot write to {tmp_path / 'missing'}")


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["no-such-document"], 1, "no-such-document"),
        ([PAIR[0], "no-such-document"], 1, "no-such-document"),
        ([PAIR[0], "\x1b[2J"], 1, r"\x1b[2J"),
        ([PAIR[0], "harborpost.example"], 1, "harborpost.example"),
        ([], 2, "Missing argument"),
        ([*PAIR, "--sentences", "-1"], 2, "--sentences"),
    ],
)
def test_what_cannot_be_answered_is_said(explain, arguments, exit_code, message):
    done = explain(*arguments)

    assert (done.exit_code, done.stdout) == (exit_code, "")
    assert message in done.stderr
    assert "\x1b" not in done.stderr


def test_a_folder_without_a_run_is_refused(command, tmp_path):
    done = command("explain", tmp_path, *PAIR)

    assert done.exit_code == 1
    assert "holds no finished run" in done.stderr


def test_rows_of_sentences_are_limited(explain):
    few, every = explain(*PAIR, "--sentences", "1"), explain(*PAIR, "--sentences", "0")

    assert "more rows: --sentences 0 shows all" in few.stdout
    assert "more rows" not in every.stdout
    assert len(few.stdout) < len(explain(*PAIR).stdout) < len(every.stdout)


def test_a_reader_that_stops_early_is_no_error(command, samples_run):
    import subprocess

    explained = f"{command.program} explain {samples_run} {' '.join(PAIR)} | head -1"
    done = subprocess.run(explained, shell=True, capture_output=True, check=True)

    assert done.stdout.startswith(b"One story")
    assert done.stderr == b""


def test_any_two_documents_are_rendered(samples_run):
    with open_run(samples_run) as run:
        ids = [json.loads(line)["id"] for line in _decisions(samples_run)]
        for first, second in random.Random(7).sample([*itertools.permutations(ids, 2)], 60):
            found = run.explain(first, second)
            page = html.document_fromstring(found.page())

            assert page.findtext(".//h1").strip() == found.verdict
            for row in found.sentences:
                for text, marks in (
                    (row.first, row.first_marks),
                    (row.second, row.second_marks),
                ):
                    assert all(0 <= start < end <= len(text) for start, end in marks)


def _decisions(folder):
    return (folder / "decisions.jsonl").read_text("utf-8").splitlines()
