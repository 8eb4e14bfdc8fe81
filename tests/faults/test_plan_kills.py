"""A dump on its way through the plan is killed again and again, and ends with the same bytes."""

from __future__ import annotations

import random
import subprocess
import sys
import time

import killed_run_plan
import pytest
from make_dump import Shape, make_dump

pytestmark = pytest.mark.slow

KILLS = 3


def start(source, folder, workers):
    folder.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, killed_run_plan.__file__, source, folder, str(workers)],
        stderr=subprocess.PIPE,
    )


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A dump of texts of all kinds."""
    source = tmp_path_factory.mktemp("killed") / "dump.jsonl"
    make_dump(Shape(600, words=80, copies=0.3), source)
    return source


@pytest.mark.parametrize("workers", [1, 2])
def test_a_dump_that_is_killed_in_the_plan_ends_with_the_same_bytes(workers, source, tmp_path):
    began = time.monotonic()
    whole = start(source, tmp_path / "whole", workers)
    assert whole.communicate()[1] == b""
    seconds = time.monotonic() - began
    expected = (tmp_path / "whole" / "out").read_bytes()
    assert expected

    rng, folder = random.Random(workers), tmp_path / "killed"
    for _ in range(KILLS):
        running = start(source, folder, workers)
        end = time.monotonic() + rng.uniform(0.3, 1.0) * seconds
        while running.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        running.kill()
        running.communicate()
    last = start(source, folder, workers)
    assert last.communicate()[1] == b""
    assert (folder / "out").read_bytes() == expected
    assert not (folder / "tables").exists()
