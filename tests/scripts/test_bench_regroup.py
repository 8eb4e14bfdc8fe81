"""The script that measures `dedup regroup` gives a row for each kind of option."""

from __future__ import annotations

import json
import subprocess
import sys

import bench_regroup
import pytest
from runs import ROOT


@pytest.mark.slow
def test_a_whole_run_gives_its_figures(samples, tmp_path):
    figures = tmp_path / "figures.json"
    command = [sys.executable, ROOT / "scripts" / "bench_regroup.py", samples / "dump.jsonl"]
    done = subprocess.run(
        [*command, "--only", "threshold", "--json", figures], check=False, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(figures.read_bytes())["rows"]
    assert row["kind"] == "threshold"
    assert row["same"]
    assert row["ratio"] == pytest.approx(row["seconds"] / row["fresh_seconds"], abs=1e-3)


def test_a_command_that_fails_is_no_figure(tmp_path):
    with pytest.raises(RuntimeError, match="holds no finished run"):
        bench_regroup.dedup(["regroup", tmp_path, "-o", tmp_path / "out"], tmp_path / "log")
