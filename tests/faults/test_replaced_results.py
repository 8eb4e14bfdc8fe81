"""``--overwrite`` leaves the earlier results as they were until the new ones are whole."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest
from runs import ROOT, Out

pytestmark = pytest.mark.slow

HIDDEN = ".dedup.new"
HIDES = (HIDDEN, ".dedup.lock")


def files(folder):
    """What a person sees in a folder; a kill leaves the lock, too."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in HIDES}


@pytest.fixture
def new(samples):
    return samples / "dump"


@pytest.fixture
def tables(sample_run):
    return sample_run.tables()


def stopped_at(sight, command, new, old, number):
    """Begin to replace results, and send a signal as soon as a file is there."""
    options, out = old
    arguments = [command.program, "run", new, "-o", out, "-q", "--overwrite", *options]
    running = subprocess.Popen(
        [*map(str, arguments)], stderr=subprocess.PIPE, cwd=ROOT, start_new_session=True
    )
    limit = time.monotonic() + 120
    while not (out / sight).exists() and running.poll() is None:
        assert time.monotonic() < limit
        time.sleep(0.001)
    with suppress(ProcessLookupError):
        os.killpg(running.pid, number) if number == signal.SIGKILL else running.send_signal(number)
    return running.communicate(timeout=120)[1], running.returncode


@pytest.fixture(params=["own store", "--store"])
def old(request, command, jsonl, samples, tmp_path):
    """The options of a run with results of another dump in its folder, and that folder."""
    out = tmp_path / "out"
    options = [] if request.param == "own store" else ["--store", tmp_path / "news.sqlite"]
    command.run(samples / "dump.jsonl", *options, out=out)
    return options, out


def check_usable(command, old, before):
    """The old results are as they were, and their run writes them again."""
    options, out = old
    assert files(out) == before
    if not options:
        listed = json.loads(command("store", out / "store.sqlite", "--json").stdout)["dumps"]
        assert [each["state"] for each in listed] == ["finished"]


SIGHTS = [
    ".dedup.new/store.sqlite-wal",
    ".dedup.new/.decisions.jsonl.part",
    ".dedup.new/whole.json",
]


@pytest.mark.parametrize("sight", SIGHTS)
def test_a_kill_leaves_the_earlier_results_and_resume_goes_on(sight, command, new, tables, old):
    options, out = old
    before = files(out)
    if options and "store" in sight:
        sight = "../news.sqlite-wal"
    stopped_at(sight, command, new, old, signal.SIGKILL)
    if (out / HIDDEN).exists() and not (out / HIDDEN / "whole.json").exists():
        check_usable(command, old, before)

    done = command.installed("run", new, "-o", out, "-q", "--resume", *options)
    if done.returncode:  # nothing was begun yet: the earlier run is still that of the folder
        assert b"the inputs changed" in done.stderr
        assert b"--overwrite" in done.stderr
        check_usable(command, old, before)
        done = command.installed("run", new, "-o", out, "-q", "--overwrite", *options)
    assert done.returncode == 0, done.stderr
    assert Out(out).tables() == tables
    assert not (out / HIDDEN).exists()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_leaves_the_earlier_results_and_overwrite_begins_again(
    name, command, new, tables, old
):
    options, out = old
    before = files(out)
    sight = "../news.sqlite-wal" if options else SIGHTS[0]
    errors, code = stopped_at(sight, command, new, old, getattr(signal, name))
    if code:
        assert b"earlier results stay until the new ones are whole" in errors
        assert b"--resume in place of --overwrite" in errors
        check_usable(command, old, before)

    done = command.installed("run", new, "-o", out, "-q", "--overwrite", *options)
    assert done.returncode == 0, done.stderr
    assert Out(out).tables() == tables


@pytest.mark.parametrize("most", [20_000, 200_000])
def test_a_full_disk_leaves_the_earlier_results(most, command, samples, new, tables, old):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    options, out = old
    before = files(out)
    arguments = ["run", new, "-o", out, "-q", "--overwrite", *options]
    done = command.installed(*arguments, preexec_fn=limit)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    check_usable(command, old, before)

    assert command.installed(*arguments).returncode == 0
    assert Out(out).tables() == tables


def test_inputs_that_cannot_be_used_leave_the_earlier_results(command, old, tmp_path):
    options, out = old
    before = files(out)
    (tmp_path / "empty.jsonl").write_text('{"id": "a", "body": "No text."}\n', "utf-8")
    for name in ("empty.jsonl", "missing.jsonl"):
        done = command("run", tmp_path / name, "-o", out, "-q", "--overwrite", *options)
        assert done.exit_code == 1
        assert files(out) == before
    assert not (out / HIDDEN).exists()


def test_a_store_of_another_run_takes_the_place_of_the_own_store(command, samples, tmp_path):
    out = tmp_path / "out"
    command.run(samples / "dump.jsonl", "--format", "parquet", out=out)
    command.run(samples / "dump.jsonl", "--store", tmp_path / "s", "--overwrite", out=out)
    assert sorted(files(out)) == [
        "changes.jsonl", "decisions.jsonl", "manifest.json", "rejected.jsonl", "stories.jsonl",
        "survivors.jsonl",
    ]  # fmt: skip
    done = command("run", samples / "dump.jsonl", "-o", out, "-q", "--resume")
    assert done.exit_code == 1
    assert "holds the results of another run" in done.stderr


if sys.platform == "linux" and os.geteuid() == 0:

    @pytest.mark.parametrize("room", [60, 400, 1500])
    def test_a_disk_without_room_for_the_new_results_keeps_the_earlier_ones(
        room, command, samples, new, tables, short_path
    ):
        folder = short_path / "disk"
        folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder]
        if subprocess.run(mount, check=False).returncode:
            pytest.skip("this system mounts nothing")
        try:
            out = folder / "out"
            command.run(samples / "dump.jsonl", out=out)
            before = files(out)
            used = sum(map(len, before.values())) // 1024
            resize = ["mount", "-o", f"remount,size={used + room}k", folder]
            subprocess.run(resize, check=True)
            done = command.installed("run", new, "-o", out, "-q", "--overwrite")
            assert done.returncode == 1
            assert b"no space left" in done.stderr
            assert files(out) == before
            subprocess.run(["mount", "-o", "remount,size=64m", folder], check=True)
            assert command.run(new, "--resume", out=out).tables() == tables
        finally:
            subprocess.run(["umount", folder], check=True)
