"""A run that is killed at any moment and resumed ends as if it had never been killed."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import time

import pytest
from runs import TABLES, Command, Out

pytestmark = pytest.mark.slow

SEED = 20260314

# A comment of this size makes pages fill a batch, so that some are committed before the others.
PADDING = "x" * 150_000

# More than the thousand that fill one.
RECORDS = 1200


def changed(text, rng):
    """A text with a word in twenty replaced."""
    words = text.split(" ")
    for place in rng.sample(range(len(words)), len(words) // 20):
        words[place] = rng.choice(["amber", "copper", "granite", "lantern", "orchard"])
    return " ".join(words)


@pytest.fixture(scope="module")
def large(samples, sample_run, tmp_path_factory):
    """A dump that takes several seconds and several commits: pages, and records with text."""
    rng = random.Random(SEED)
    dump = tmp_path_factory.mktemp("large") / "dump"
    pages = [path for path in sorted((samples / "dump").rglob("*.html")) if path.stat().st_size]
    for path in pages:
        copy = dump / path.relative_to(samples / "dump")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes() + f"<!-- {PADDING} -->".encode("ascii"))
    texts = [each["text"] for each in sample_run.survivors]
    with (dump / "w.jsonl").open("w") as file:
        for number in range(RECORDS):
            host = f"https://outlet{number % 50}.example/{number}"
            text = changed(rng.choice(texts), rng)
            file.write(json.dumps({"id": f"r{number}", "url": host, "text": text}) + "\n")
    return dump


@pytest.fixture(scope="module")
def uninterrupted(large, tmp_path_factory):
    """The outputs of an undisturbed run, and how long it took."""
    out = tmp_path_factory.mktemp("uninterrupted") / "out"
    began = time.monotonic()
    done = Command().installed("run", large, "-o", out, "--quiet")
    assert done.returncode == 0, done.stderr
    return Out(out), time.monotonic() - began


def run_until(moment, command, *arguments):
    """Start a run and kill it and its workers at a moment; return whether it was still running."""
    running = command.spawn("run", *arguments, "--quiet")
    try:
        running.process.wait(moment)
    except subprocess.TimeoutExpired:
        running.kill()
        return True
    assert running.process.returncode == 0
    return False


def check_nothing_is_half_written(out, whole):
    for name in TABLES:
        path = out / f"{name}.jsonl"
        if path.exists():
            assert path.read_bytes() == whole.tables()[name], (
                f"{name} was named before it was whole"
            )
    if (out / "manifest.json").exists():
        assert (
            json.loads((out / "manifest.json").read_bytes())["counts"] == whole.manifest["counts"]
        )
        assert all((out / f"{name}.jsonl").exists() for name in TABLES)


def finish(command, large, out, whole):
    done = command.installed("run", large, "-o", out, "--resume", "--quiet")

    assert done.returncode == 0, done.stderr
    assert Out(out).tables() == whole.tables()
    assert Out(out).manifest["counts"] == whole.manifest["counts"]
    assert Out(out).manifest["read"] == whole.manifest["read"]
    return Out(out)


# Shares of the run's time: its first half second, three places in between, its end.
SHARES = ("start", (0.1, 0.4), (0.4, 0.7), (0.7, 0.93), (0.93, 1.0))


@pytest.mark.parametrize("number", range(len(SHARES)), ids=lambda n: f"kill{n}")
def test_a_killed_run_ends_as_if_it_had_not_been_killed(
    number, command, large, uninterrupted, tmp_path
):
    whole, seconds = uninterrupted
    rng = random.Random(SEED + number)
    share = SHARES[number]
    moment = rng.uniform(0.05, 0.5) if share == "start" else seconds * rng.uniform(*share)
    again = seconds * rng.uniform(0.1, 0.6)
    moments = f"killed after {moment:.2f} s of {seconds:.2f} s, perhaps again after {again:.2f} s"
    sys.stdout.write(moments)  # pytest shows it when the test fails
    out = tmp_path / "out"

    run_until(moment, command, large, "-o", out)
    check_nothing_is_half_written(out, whole)
    if number % 2:
        run_until(again, command, large, "-o", out, "--resume")
        check_nothing_is_half_written(out, whole)
    finish(command, large, out, whole)


def run_until_there_is(name, command, large, out, seconds):
    """Start a run and kill it as soon as a file exists."""
    running = command.spawn("run", large, "-o", out, "--quiet")
    limit = time.monotonic() + 5 * seconds
    while not (out / name).exists() and running.process.poll() is None:
        assert time.monotonic() < limit
        time.sleep(0.002)
    running.kill()


def test_a_run_killed_while_it_makes_its_store_can_be_resumed(
    command, large, uninterrupted, tmp_path
):
    whole, seconds = uninterrupted
    out = tmp_path / "out"
    run_until_there_is("store.sqlite", command, large, out, seconds)

    check_nothing_is_half_written(out, whole)
    finish(command, large, out, whole)


def test_a_run_killed_while_it_writes_does_not_clean_again(command, large, uninterrupted, tmp_path):
    whole, seconds = uninterrupted
    out = tmp_path / "out"
    run_until_there_is(".dedup.new/.decisions.jsonl.part", command, large, out, seconds)

    check_nothing_is_half_written(out, whole)
    cleaned = finish(command, large, out, whole).manifest["timings"]["read and clean"]
    assert cleaned < 0.7 * whole.manifest["timings"]["read and clean"]


def test_a_resumption_may_use_other_workers(command, samples, sample_run, tmp_path):
    out = command.run(samples / "dump", "--workers", 1, out=tmp_path / "out")
    again = command.run(samples / "dump", "--workers", 2, "--resume", out=out.path)

    assert again.tables() == sample_run.tables()


@pytest.mark.parametrize("made", [True, False], ids=["empty folder", "no folder"])
def test_resume_with_nothing_to_resume_is_a_run(made, command, samples, sample_run, tmp_path):
    if made:
        (tmp_path / "out").mkdir()
    run = command.run(samples / "dump", "--resume", out=tmp_path / "out")

    assert run.tables() == sample_run.tables()


def test_resuming_a_finished_run_changes_nothing(command, samples, sample_run, tmp_path):
    first = command.run(samples / "dump", out=tmp_path / "out").manifest
    again = command.run(samples / "dump", "--resume", out=tmp_path / "out")

    assert again.tables() == sample_run.tables()
    for part in ("counts", "config", "read", "candidates", "duplicates_by_relation"):
        assert again.manifest[part] == first[part]


@pytest.mark.parametrize("name", ["dump", "dump.jsonl", "dump.warc.gz"])
def test_every_kind_of_input_can_be_resumed(name, command, samples, tmp_path):
    first = command.run(samples / name, out=tmp_path / "out").tables()

    assert command.run(samples / name, "--resume", out=tmp_path / "out").tables() == first


def test_a_file_that_was_lost_is_written_again(command, samples, sample_run, tmp_path):
    out = tmp_path / "out"
    command.run(samples / "dump", out=out)
    (out / "stories.jsonl").unlink()
    (out / "manifest.json").unlink()

    assert command.run(samples / "dump", "--resume", out=out).tables() == sample_run.tables()


def refused(command, *arguments):
    """Run what must be refused, and return the sentence."""
    done = command("run", *arguments, "--quiet")
    assert done.exit_code == 1, "was not refused"
    (line,) = done.stderr.splitlines()
    return line


@pytest.fixture(scope="module")
def finished(command, samples, tmp_path_factory):
    """A run that is only to be refused its resumption."""
    return command.run(samples / "dump.jsonl", out=tmp_path_factory.mktemp("finished") / "out")


@pytest.mark.parametrize(
    "option",
    [
        ("--min-tokens", "6"),
        ("--timeout", "29"),
        ("--canonical", "latest"),
        ("--field", "title=headline"),
        ("--max-bytes", "19000000"),
        ("--memory", "0"),
        ("--agency", "Interwire"),
    ],
    ids=" ".join,
)
def test_resuming_with_other_options_is_refused(option, command, samples, finished):
    before = finished.tables()
    line = refused(command, samples / "dump.jsonl", "-o", finished.path, "--resume", *option)

    assert re.search(r"begun with other options.*--overwrite", line)
    assert finished.tables() == before


CHANGES = {
    "one is gone from the middle": lambda lines: lines[:20] + lines[21:],
    "the last are gone": lambda lines: lines[:-5],
    "two have changed places": lambda lines: [lines[1], lines[0], *lines[2:]],
    "a new one in the middle": lambda lines: [*lines[:9], {"id": "new", "text": "x"}, *lines[9:]],
    "all are others": lambda lines: [{**line, "id": "x" + line["id"]} for line in lines],
}

UNSEEN_CHANGES = {
    "new ones at the end": lambda lines: [*lines, {**lines[0], "id": "new"}],
    "another text under its id": lambda lines: [
        {**lines[0], "text": "Quite other words."},
        *lines[1:],
    ],
}


@pytest.fixture
def texts(sample_run, tmp_path):
    """Records with text, two of them equal."""
    records = [{"id": each["id"], "text": each["text"]} for each in sample_run.survivors]
    return [*records, {**records[0], "id": "copy"}]


def check_refused(texts, change, command, jsonl, tmp_path):
    out = command.run(jsonl(texts), out=tmp_path / "out")
    before = out.tables()
    line = refused(command, jsonl(change(texts)), "-o", out.path, "--resume")

    assert re.search(r"inputs changed.*--overwrite", line)
    assert out.tables() == before


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_resuming_on_changed_inputs_is_refused(change, texts, command, jsonl, tmp_path):
    check_refused(texts, change, command, jsonl, tmp_path)


@pytest.mark.parametrize("change", UNSEEN_CHANGES.values(), ids=UNSEEN_CHANGES)
def test_resuming_on_inputs_changed_under_their_ids_is_refused(
    change, texts, command, jsonl, tmp_path
):
    check_refused(texts, change, command, jsonl, tmp_path)
