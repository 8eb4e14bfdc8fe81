"""A disk that is full or may not be written ends a run with a sentence, and loses nothing."""

from __future__ import annotations

import os
import resource
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
from runs import ROOT, Out, read_lines

pytestmark = pytest.mark.slow


@contextmanager
def remounted(folder, options):
    """Mount a file system with other options for a while."""
    subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True)
    yield
    subprocess.run(["mount", "-o", "remount,rw,size=64m", folder], check=True)


def sentence(done):
    """The one line on stderr of a run that failed."""
    assert done.returncode == 1
    (line,) = done.stderr.decode().splitlines()
    return line


@pytest.mark.parametrize("size", ["4k", "400k", "1400k"])
def test_a_full_disk_is_reported_and_the_run_can_be_resumed_once_there_is_room(
    size, small, command, samples, sample_run
):
    folder = small(f"size={size}")
    arguments = ["run", samples / "dump", "-o", folder / "out", "--quiet", "--resume"]
    line = sentence(command.installed(*arguments))
    assert line.startswith("Error: no space left to write ")
    assert line.endswith("; free some and continue with the same command and --resume")

    with remounted(folder, "rw,size=64m"):
        done = command.installed(*arguments)
    assert done.returncode == 0, done.stderr
    assert Out(folder / "out").tables() == sample_run.tables()


def test_a_folder_that_may_not_be_written_is_reported(small, command, samples):
    folder = small("size=64m")
    with remounted(folder, "ro"):
        line = sentence(command.installed("run", samples / "dump", "-o", folder / "out", "-q"))
    assert "Read-only file system" in line
    assert "choose a folder that can be written" in line


def test_a_run_that_may_no_longer_be_written_cannot_go_on(small, command, samples):
    folder = small("size=64m")
    command.run(samples / "dump.jsonl", out=folder / "out")
    with remounted(folder, "ro"):
        arguments = ["run", samples / "dump.jsonl", "-o", folder / "out", "-q"]
        resumed = sentence(command.installed(*arguments, "--resume"))
        begun = sentence(command.installed(*arguments, "--overwrite"))
    assert "Read-only file system" in resumed
    assert "Read-only file system" in begun


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc")
def test_a_folder_that_cannot_be_made_is_reported(command, samples):
    line = sentence(command.installed("run", samples / "dump", "-o", "/proc/out", "-q"))
    assert "choose a folder that can be written" in line


@pytest.mark.parametrize("most", [20_000, 400_000])
def test_a_limit_on_the_size_of_files_is_reported_like_a_full_disk(
    most, command, samples, sample_run, tmp_path
):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    arguments = ["run", samples / "dump", "-o", tmp_path / "out", "-q", "--resume"]
    line = sentence(command.installed(*arguments, preexec_fn=limit))
    assert str(tmp_path / "out") in line

    assert command.installed(*arguments).returncode == 0
    assert Out(tmp_path / "out").tables() == sample_run.tables()


def test_a_store_to_run_against_that_cannot_be_copied_is_reported(
    command, samples, sample_run, tmp_path
):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    out, store = tmp_path / "out", sample_run.path / "store.sqlite"
    arguments = ["run", samples / "dump", "-o", out, "-q", "--against", store]
    line = sentence(command.installed(*arguments, preexec_fn=limit))
    assert f"cannot write to {out}" in line
    assert not out.exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_survivors_to_a_full_disk_fail_and_can_be_had_again(command, samples, sample_run, tmp_path):
    arguments = ["run", samples / "dump", "-o", tmp_path / "out", "-q", "--survivors", "-"]
    with Path("/dev/full").open("wb") as full:
        done = command.installed(
            *arguments, capture_output=False, stdout=full, stderr=subprocess.PIPE
        )
    assert "no space left" in sentence(done)

    again = command.installed(*arguments, "--resume")
    assert again.returncode == 0
    assert again.stdout == (sample_run.path / "survivors.jsonl").read_bytes()


def test_a_full_folder_for_temporary_files_is_reported(small, command, samples, tmp_path):
    """`dedup clean` keeps its working store there."""
    folder = small("size=40k")
    done = command.installed(
        "clean", samples / "dump", "-o", tmp_path / "clean.jsonl", "-q",
        env={**os.environ, "TMPDIR": str(folder)},
    )  # fmt: skip
    assert "no space left" in sentence(done)
    assert not (tmp_path / "clean.jsonl").exists()


def test_a_full_cache_costs_time_and_is_reported_once(
    small, command, samples, copies_run, tmp_path
):
    cache = small("size=4k,mode=755")
    done = command.installed(
        "run", samples / "dump", "-o", tmp_path / "out", "--level", "copies", text=True,
        env={**os.environ, "DEDUP_CACHE": str(cache)}, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("cannot be written (No space left on device)") == 1
    assert "Traceback" not in done.stderr
    assert [path for path in cache.rglob("*") if path.suffix == ".part"] == []
    assert Out(tmp_path / "out").tables() == copies_run.tables()


def test_a_second_run_on_a_folder_is_refused_and_harms_nothing(
    command, samples, sample_run, tmp_path
):
    out = tmp_path / "out"
    reader, writer = os.pipe()
    first = subprocess.Popen([command.program, "run", "-", "-o", out, "-q"], stdin=reader, cwd=ROOT)
    os.close(reader)
    while not (out / ".dedup.lock").exists():
        assert first.poll() is None
    for option in ("--resume", "--overwrite", "-q"):
        line = sentence(command.installed("run", samples / "dump", "-o", out, "-q", option))
        assert "in use by another run" in line or "holds an earlier run" in line
    with os.fdopen(writer, "wb") as stream:
        stream.write((samples / "dump.jsonl").read_bytes())
    assert first.wait(120) == 0
    assert len(read_lines(out / "decisions.jsonl")) == len(sample_run.decisions)
