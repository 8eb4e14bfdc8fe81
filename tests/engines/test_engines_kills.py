"""A plan that is killed at any moment goes on to the same bytes, and leaves nothing behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import killed_plan
import pytest
from plans import sorted_rows

from dedup.engines.in_memory import InMemoryEngine

pytestmark = pytest.mark.slow

KILLS = 5

# This one, the server that forks workers and what tracks its resources, and a worker.
LEAST_PROCESSES = 4

with_processes = pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc")


def wait_for_workers(running, folder):
    """Wait until workers have begun with what was read."""
    limit = time.monotonic() + 20
    kept = folder / "tables" / "kept" / "read"
    while not kept.exists() or len(_session(running.pid)) < LEAST_PROCESSES:
        assert running.poll() is None, "the plan has ended"
        assert time.monotonic() < limit, "no worker has started"
        time.sleep(0.01)


def start(folder, workers):
    program = [sys.executable, killed_plan.__file__, folder / "tables", folder / "out", workers]
    return subprocess.Popen(list(map(str, program)), start_new_session=True, stderr=subprocess.PIPE)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("seed", range(3))
def test_a_plan_that_is_killed_again_and_again_ends_with_the_same_bytes(workers, seed, tmp_path):
    rng = random.Random(seed)
    expected = "\n".join(map(repr, sorted_rows(killed_plan.run(InMemoryEngine()))))
    for _ in range(KILLS):
        running = start(tmp_path, workers)
        begun = time.monotonic() + rng.uniform(0.5, 2.5)
        while running.poll() is None and time.monotonic() < begun:
            time.sleep(0.005)
        running.kill()
        running.wait()
    running = start(tmp_path, workers)
    _, errors = running.communicate(timeout=60)
    assert errors == b""
    assert (tmp_path / "out").read_text("utf-8") == expected
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@with_processes
def test_workers_end_with_the_process_that_started_them(tmp_path):
    running = start(tmp_path, 2)
    wait_for_workers(running, tmp_path)
    running.kill()
    running.wait()
    limit = time.monotonic() + 20
    while _session(running.pid) and time.monotonic() < limit:
        time.sleep(0.05)
    assert _session(running.pid) == []


def _session(session):
    """The processes of a session that have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, number = path.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(number) == session and state != "Z":
            found.append(int(path.parent.name))
    return found


@with_processes
def test_a_ctrl_c_of_the_terminal_reaches_this_process_only(tmp_path):
    running = start(tmp_path, 2)
    wait_for_workers(running, tmp_path)
    os.killpg(running.pid, signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    assert errors.decode().count("Traceback") == 1
    assert errors.decode().splitlines()[-1] == "KeyboardInterrupt"
