"""The bench of questions asks each of them, and shows runs side by side."""

from __future__ import annotations

import subprocess
import sys
import time

import bench_explain
from runs import ROOT


def test_every_question_is_asked_about_every_run(sample_run):
    script = ROOT / "scripts" / "bench_explain.py"
    command = [sys.executable, script, sample_run.path, sample_run.path]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    head, _, *lines = done.stdout.splitlines()

    assert head.count("62 documents") == 2
    asked = {line.split(" | ")[0].removeprefix("| ") for line in lines}
    for word in ("open_run", "story", "document", "stories", "documents", "explain", "diff"):
        assert any(each.startswith(word) for each in asked)
    for line in lines:
        assert all(float(cell) >= 0 for cell in line.strip("| ").split(" | ")[1:])
    assert len(lines) > 25


def test_memory_that_a_call_takes_is_seen():
    _, _, memory = bench_explain.measured(lambda: b"x" * (50 << 20))

    assert 45 < memory < 60


def test_the_answer_that_other_programs_delay_least_is_counted():
    waits = iter([0.3, 0.0, 0.3])
    seconds, *_ = bench_explain.measured(lambda: time.sleep(next(waits)))

    assert seconds < 0.2
