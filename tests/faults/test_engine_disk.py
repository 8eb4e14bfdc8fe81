"""A full disk ends a plan with a sentence, and the next run goes on from what was kept."""

from __future__ import annotations

import subprocess
import sys

import pyarrow as pa
import pytest

from dedup.engines.engine import as_batches
from dedup.engines.local import LocalEngine
from dedup.errors import FullDiskError, OutputError

pytestmark = pytest.mark.slow

SCHEMA = pa.schema([("key", pa.int64()), ("text", pa.string())])


def texts(count):
    return pa.table({"key": range(count), "text": ["x" * 100] * count}, schema=SCHEMA)


def widened(batches):
    """Each row fifty times."""
    for batch in batches:
        yield from [batch] * 50


def first_of_each(table):
    seen = {row["key"]: row for row in table.to_pylist()}
    yield from as_batches(pa.Table.from_pylist(list(seen.values()), schema=SCHEMA), SCHEMA)


def run(engine):
    rows = engine.keep(engine.load(texts(2000)), "rows")
    wide = engine.map(rows, widened, SCHEMA)
    return engine.collect(engine.exchange([wide], first_of_each, SCHEMA))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_plan_goes_on_when_there_is_room_again(workers, small):
    disk = small("size=2m")
    options = {"workers": workers, "plan_digest": "plan", "partition_bytes": 50_000}
    options["start_bytes"] = 0

    def opened_and_run():
        with LocalEngine(disk / "tables", **options) as engine:
            return run(engine)

    with pytest.raises(FullDiskError, match="no space left to write"):
        opened_and_run()
    assert (disk / "tables" / "kept" / "rows" / "whole.json").exists()
    assert not (disk / "tables" / "spilled").exists()

    subprocess.run(["mount", "-o", "remount,rw,size=64m", disk], check=True)
    assert sorted(opened_and_run()["key"].to_pylist()) == list(range(2000))
    assert list(disk.iterdir()) == []


@pytest.mark.parametrize("verb", ["load", "share", "keep"])
def test_whatever_is_written_to_a_full_disk_is_reported(verb, small):
    disk = small("size=100k")
    engine = LocalEngine(disk / "tables")
    with pytest.raises(FullDiskError):
        getattr(engine, verb)(*([engine.scan([texts(2000)], pa.Table.to_batches, SCHEMA), "rows"]
                                if verb == "keep" else [texts(2000)]))  # fmt: skip


def test_a_folder_that_may_not_be_written_is_reported(small):
    disk = small("size=100k")
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    with pytest.raises(OutputError, match=r"^cannot write to .*Read-only file system"):
        LocalEngine(disk / "tables")
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)


PROGRAM = """
import resource, sys
from pathlib import Path
import numpy as np, pyarrow as pa
from dedup.engines.engine import as_batches
from dedup.engines.local import LocalEngine
from dedup.kernels.array_types import Int64s

SCHEMA = pa.schema([("key", pa.int64()), ("text", pa.binary())])

def read(part):
    for number in range(100):
        keys = np.arange(1000) + 1000 * number + 100_000 * part
        text = [int(key).to_bytes(8, "little") * 100 for key in keys]
        yield pa.record_batch([pa.array(keys), pa.array(text)], schema=SCHEMA)

def same(table):
    assert table.nbytes < 20_000_000, table.nbytes
    yield from as_batches(table, SCHEMA)

def count(batches):
    for batch in batches:
        yield pa.record_batch([batch["key"], pa.array([b""] * len(batch), pa.binary())],
                              schema=SCHEMA)

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

before = peak()
with LocalEngine(Path(sys.argv[1]), partition_bytes=8_000_000) as engine:
    table = engine.keep(engine.scan(range(4), read, SCHEMA), "read")
    table = engine.keep(engine.exchange([table], same, SCHEMA), "exchanged")
    rows = engine.collect(engine.map(table, count, SCHEMA)).num_rows
print(rows, peak() - before)
"""


def test_memory_is_that_of_a_few_partitions_whatever_the_size_of_a_table(tmp_path):
    """A table of 320 MB in partitions of 8 MB; rows are sorted 32 MB at a time."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, "utf-8")
    done = subprocess.run(
        [sys.executable, program, tmp_path / "tables"], capture_output=True, text=True, check=True
    )
    rows, mib = map(int, done.stdout.split())
    assert rows == 400_000
    assert mib < 150
