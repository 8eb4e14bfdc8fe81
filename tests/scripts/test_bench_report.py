"""The bench of reports gives what each page costs, and fails where one costs too much."""

from __future__ import annotations

import json
import subprocess
import sys

import bench_report
import pytest
from runs import ROOT


def bench(*arguments):
    command = [sys.executable, ROOT / "scripts" / "bench_report.py", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


@pytest.mark.slow
def test_each_page_is_measured(sample_run, tmp_path):
    figures = tmp_path / "figures.json"
    done = bench(sample_run.path, "--json", figures)

    assert done.returncode == 0, done.stderr
    (page,) = json.loads(figures.read_bytes())["pages"]
    assert page["documents"] == 62
    assert page["documents_left_out"] == 0
    assert page["same"]
    assert 1 < page["megabytes"] < 3
    assert page["mib"] > 50
    *_, line = done.stdout.splitlines()
    assert line.startswith("| 62 | 0 | ")
    assert line.endswith("| yes |")


@pytest.mark.slow
@pytest.mark.parametrize("limit", ["--most-mb", "--most-seconds"])
def test_a_page_that_costs_too_much_fails(limit, sample_run):
    assert bench(sample_run.path, limit, "0.01").returncode == 1


def test_a_command_that_fails_is_no_figure(tmp_path):
    with pytest.raises(RuntimeError, match="holds no finished run"):
        bench_report.measure(tmp_path, tmp_path)
