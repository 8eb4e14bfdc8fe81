"""The comparison of the plan with the stages times both, and names files and rows that differ."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import compare_plan
import pytest
from make_dump import Shape, make_dump
from runs import ROOT


@pytest.mark.slow
@pytest.mark.parametrize("options", [("--engine", "local"), ("--store", "--partitions", "4")])
def test_both_ways_are_measured_in_rounds_and_have_the_same_bytes(options, tmp_path):
    dump = tmp_path / "dump.jsonl"
    make_dump(Shape(300, words=60, copies=0.3), dump)

    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "compare_plan.py", dump, "--rounds", "2", *options],
        check=True, capture_output=True, text=True,
    )  # fmt: skip

    *runs, summary, result = done.stdout.splitlines()
    assert [line.split()[1] for line in runs] == ["stages", "plan", "plan", "stages"]
    assert summary.startswith("dump.jsonl: stages ")
    assert result == "the same bytes and rows"


@pytest.fixture
def copied(sample_run, tmp_path):
    """A run and a copy of it."""
    return sample_run.path, shutil.copytree(sample_run.path, tmp_path / "copy")


def test_a_copy_of_a_run_does_not_differ(copied):
    one, other = copied
    assert list(compare_plan.differing_files(one, other)) == []
    assert list(compare_plan.differing_rows(one / "store.sqlite", other / "store.sqlite")) == []


def test_files_that_differ_or_that_one_run_alone_has_are_named(copied):
    one, other = copied
    with (other / "decisions.jsonl").open("ab") as file:
        file.write(b"{}\n")
    (other / "stories.jsonl").unlink()
    (other / "another.jsonl").touch()
    assert list(compare_plan.differing_files(one, other)) == [
        "another.jsonl", "decisions.jsonl", "stories.jsonl",
    ]  # fmt: skip


@pytest.mark.parametrize("change", ["UPDATE {} SET row = 999999 WHERE row = {}",
                                    "DELETE FROM {} WHERE row = {}"])  # fmt: skip
def test_tables_with_other_rows_are_named(change, copied):
    one, other = (path / "store.sqlite" for path in copied)
    with closing(sqlite3.connect(other)) as database:
        (row,) = database.execute("SELECT max(row) FROM decisions").fetchone()
        database.execute(change.format("decisions", row))
        database.commit()
    (found,) = compare_plan.differing_rows(one, other)
    assert found.startswith("table decisions:")
