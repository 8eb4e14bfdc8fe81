"""What the bench of an index measures, and that a whole run of it gives its figures."""

from __future__ import annotations

import json
import subprocess
import sys

import bench_index
import pytest
from make_dump import Shape, make_dump
from runs import ROOT
from start_redis import find_redis


class Recorder:
    """Knows what was added, and names what it knows of the first letters of an id."""

    def __init__(self):
        self.added = []

    def add(self, record):
        self.added.append(record["id"])

    def match(self, record):
        return self.added[:1]


def test_each_size_is_reached_and_what_is_asked_for_is_added_after_it(tmp_path):
    source = tmp_path / "dump.jsonl"
    make_dump(Shape(900, words=30), source)
    tool, used = Recorder(), iter([0, 1_000, 3_000])
    turns = bench_index.Turns(tmp_path / "lock")

    rows = list(bench_index.measure(tool, source, [200, 600], lambda: next(used), turns))

    assert [row["articles"] for row in rows] == [200, 600]
    assert [row["bytes_a_document"] for row in rows] == [round(1_000 / 150), round(3_000 / 550)]
    ids = [json.loads(line)["id"] for line in source.read_text().splitlines()]
    assert tool.added == ids[:600]
    assert all(0 <= row["named_right"] <= row["stories_named"] <= 1 for row in rows)


@pytest.mark.slow
def test_a_run_prints_a_table_and_writes_its_figures(tmp_path):
    figures = tmp_path / "figures.json"
    script = ROOT / "scripts" / "bench_index.py"

    options = ["--articles", "100", "200", "--words", "60", "--json", figures]
    options += ["--only", "datasketch", "StoryIndex copies"]
    done = subprocess.run(
        [sys.executable, script, *options], check=True, capture_output=True, text=True
    )

    rows = json.loads(figures.read_text())["results"]
    memory = [("datasketch", 100), ("datasketch", 200)]
    memory += [("StoryIndex copies", 100), ("StoryIndex copies", 200)]
    found = [(row["tool"], row["articles"]) for row in rows]
    assert found == (memory + memory[:1] + memory[2:] if find_redis() else memory)
    assert all(row["adds_a_second"] > 0 and row["matches_a_second"] > 0 for row in rows)
    assert done.stdout.count("\n| datasketch | memory |") == 2
