"""The measurement of the plan runs every candidate, and compares their bytes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from make_dump import Shape, make_dump
from runs import ROOT


@pytest.mark.slow
def test_each_engine_is_measured_and_has_the_bytes_of_the_command(tmp_path):
    dump, figures = tmp_path / "dump.jsonl", tmp_path / "figures.json"
    make_dump(Shape(300, words=60, copies=0.3), dump)

    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "bench_plan.py", dump, "--rounds", "1",
         "--folder", tmp_path, "--json", figures],
        check=True, capture_output=True, text=True,
    )  # fmt: skip

    rows = json.loads(figures.read_text("utf-8"))["results"]
    assert [row["name"] for row in rows] == [
        "dedup run", "plan, in memory", "plan, local, 1 worker", "plan, local, 2 workers",
    ]  # fmt: skip
    assert all(row["same_bytes"] and row["seconds"] > 0 for row in rows)
    assert len(done.stdout.splitlines()) == 1 + len(rows)
