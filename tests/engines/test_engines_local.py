"""The engine of one machine: what it keeps, removes, and survives."""

from __future__ import annotations

import os
import signal
import threading
import time
from functools import partial
from multiprocessing import active_children
from pathlib import Path

import pytest
from plans import (
    SCHEMA,
    counted,
    doubled,
    failing,
    killed_elsewhere,
    killed_first,
    made,
    of_another_schema,
    slow,
    sorted_rows,
    starved_elsewhere,
    summed,
    table_of,
)

from dedup.engines.local import LocalEngine
from dedup.errors import OutputError

ROWS = [(number % 7, number, str(number)) for number in range(100)]


@pytest.fixture
def opened(tmp_path):
    """Open engines on one folder that work with small partitions, and close them."""
    engines = []

    def opened(workers=1, **options):
        small = {"partition_bytes": 400, "start_bytes": 0, "plan_digest": "plan"}
        engines.append(LocalEngine(tmp_path / "tables", workers=workers, **{**small, **options}))
        return engines[-1]

    yield opened
    for engine in engines:
        engine.close()


def files_in(folder):
    return [path for path in Path(folder).rglob("*") if path.is_file()]


# Workers


@pytest.mark.parametrize("stage", ["killed once", killed_elsewhere, starved_elsewhere])
def test_no_row_is_lost_with_a_worker(stage, opened, tmp_path):
    engine = opened(2)
    stage = (
        partial(killed_first, str(tmp_path / "mark"))
        if stage == "killed once"
        else partial(stage, os.getpid())
    )
    table = engine.map(engine.load(table_of(ROWS)), stage, SCHEMA)
    assert engine.collect(table) == table_of(ROWS)
    assert sorted_rows(engine.collect(engine.exchange([table], summed, SCHEMA))) == sorted_rows(
        next(summed(table_of(ROWS)))
    )


def test_workers_that_are_killed_from_outside_cost_no_row(opened):
    engine = opened(2)
    over = threading.Event()

    def kill():
        while not over.wait(0.4):
            for process in active_children()[:1]:
                os.kill(process.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        table = engine.load(table_of(ROWS))
        for _ in range(3):
            table = engine.map(table, partial(slow, 0.02), SCHEMA)
            table = engine.load(engine.collect(engine.map(table, doubled, SCHEMA)))
        found = engine.collect(table)
    finally:
        over.set()
        killer.join()
    assert found["value"].to_pylist() == [8 * value for _, value, _ in ROWS]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_a_stage_is_that_of_the_engine_and_leaves_no_process(workers, opened):
    engine = opened(workers)
    loaded = engine.load(table_of(ROWS))
    with pytest.raises(ValueError, match="this stage has a fault"):
        engine.collect(engine.map(loaded, failing, SCHEMA))
    with pytest.raises(ValueError, match="instead of"):
        engine.collect(engine.map(loaded, of_another_schema, SCHEMA))
    engine.close()
    assert active_children() == []


def test_workers_end_at_once_whatever_they_are_doing(opened):
    engine = opened(2)
    table = engine.map(engine.load(table_of(ROWS)), partial(slow, 60), SCHEMA)

    def interrupt():
        while len(active_children()) < 2:
            time.sleep(0.01)
        time.sleep(0.2)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        engine.collect(table)
    began = time.monotonic()
    engine.close(resumable=True)
    assert time.monotonic() - began < 2
    assert active_children() == []


def test_small_tables_start_no_process(opened):
    engine = opened(2, start_bytes=1_000_000)
    engine.collect(engine.map(engine.load(table_of(ROWS)), doubled, SCHEMA))
    assert active_children() == []


def test_one_worker_is_this_process(opened):
    engine = opened(1)
    table = engine.map(engine.load(table_of(ROWS)), doubled, SCHEMA)
    engine.collect(engine.exchange([table], summed, SCHEMA))
    assert active_children() == []


# Files


def test_files_of_an_exchange_are_removed_when_nothing_refers_to_it(opened, tmp_path):
    engine = opened()
    kept = engine.keep(engine.exchange([engine.load(table_of(ROWS))], summed, SCHEMA), "sums")
    assert files_in(tmp_path / "tables" / "spilled") == []
    assert engine.collect(kept).num_rows == 7


def test_what_is_left_of_a_closed_engine_removes_nothing_of_the_next(opened):
    first = opened()
    old = first.exchange([first.load(table_of(ROWS))], summed, SCHEMA)
    old.partitions()
    first.close(resumable=True)
    second = opened()
    table = second.exchange([second.load(table_of(ROWS))], summed, SCHEMA)
    table.partitions()
    del old
    assert second.collect(table).num_rows == 7


def test_rows_that_were_collected_outlive_their_files(opened):
    engine = opened()
    found = engine.collect(engine.map(engine.load(table_of(ROWS)), doubled, SCHEMA))
    shared = engine.share(found)
    assert shared() == found
    engine.close()
    assert found["value"].to_pylist() == [2 * value for _, value, _ in ROWS]


def test_an_engine_that_is_closed_leaves_nothing(opened, tmp_path):
    with opened() as engine:
        engine.keep(engine.load(table_of(ROWS)), "rows")
        engine.share(table_of(ROWS))
    assert not (tmp_path / "tables").exists()


def test_the_number_of_partitions_follows_from_the_bytes(opened, tmp_path):
    engine = opened(partition_bytes=200_000)
    few = engine.keep(engine.exchange([engine.load(made(1000))], summed, SCHEMA), "few")
    many = engine.keep(engine.exchange([engine.load(made(20_000))], summed, SCHEMA), "many")
    assert len(few.files) == 1
    assert 5 <= len(many.files) <= 10


def test_a_stage_reads_the_columns_it_asked_for(opened):
    engine = opened()
    table = engine.map(engine.load(table_of(ROWS)), of_another_schema, SCHEMA, ["key", "value"])
    with pytest.raises(ValueError, match="instead of"):
        engine.collect(table)


@pytest.mark.parametrize("damage", ["cut", "gone"])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_damaged_file_is_one_sentence(workers, damage, opened, tmp_path):
    engine = opened(workers)
    table = engine.exchange([engine.load(table_of(ROWS))], summed, SCHEMA)
    table.partitions()
    for path in files_in(tmp_path / "tables" / "spilled"):
        if damage == "cut":
            os.truncate(path, path.stat().st_size // 2)
        else:
            path.unlink()
    with pytest.raises(OutputError, match=r"is missing or damaged; run again with --resume$"):
        engine.collect(table)


# Kept tables


def keep(engine, folder, name="rows"):
    """Keep a table whose stage tells when it runs; return its rows, and whether it ran."""
    before = len(list(folder.iterdir()))
    table = engine.map(engine.load(table_of(ROWS)), partial(counted, str(folder)), SCHEMA)
    found = engine.collect(engine.keep(table, name))
    assert found == table_of(ROWS)
    return len(list(folder.iterdir())) > before


@pytest.fixture
def calls(tmp_path):
    folder = tmp_path / "calls"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("workers", [1, 2])
def test_a_kept_table_is_read_by_the_run_that_is_resumed(workers, opened, calls):
    engine = opened(workers)
    assert keep(engine, calls)
    engine.close(resumable=True)
    assert not keep(opened(), calls)


def test_a_run_of_another_plan_reads_nothing_that_was_kept(opened, calls, tmp_path):
    engine = opened()
    assert keep(engine, calls)
    engine.close(resumable=True)
    other = opened(plan_digest="another")
    assert files_in(tmp_path / "tables") == [tmp_path / "tables" / "plan.json"]
    assert keep(other, calls)


def test_without_a_digest_nothing_that_was_kept_is_read(opened, calls):
    for _ in range(2):
        engine = opened(plan_digest=None)
        assert keep(engine, calls)
        engine.close(resumable=True)


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path):
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("pattern", ["0*.arrow", "whole.json"])
@pytest.mark.parametrize("damage", [flip, cut, Path.unlink])
def test_a_damaged_kept_table_is_computed_again(damage, pattern, opened, calls, tmp_path):
    engine = opened()
    assert keep(engine, calls)
    engine.close(resumable=True)
    damage(sorted((tmp_path / "tables" / "kept" / "rows").glob(pattern))[-1])
    assert keep(opened(), calls)


def test_a_kept_table_of_other_columns_is_computed_again(opened, calls):
    engine = opened()
    engine.keep(engine.load(table_of(ROWS).drop_columns("text")), "rows")
    engine.close(resumable=True)
    assert keep(opened(), calls)


def test_an_error_leaves_kept_tables_for_the_next_run(opened, calls):
    def interrupted():
        with opened() as engine:
            assert keep(engine, calls)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not keep(opened(), calls)


def test_two_tables_of_one_name_are_refused(opened):
    engine = opened()
    engine.keep(engine.load(table_of(ROWS)), "rows")
    with pytest.raises(ValueError, match="keeps two tables as rows"):
        engine.keep(engine.load(table_of(ROWS)), "rows")


# Progress


class Seen:
    """A progress that remembers each stage with its partitions and its rows."""

    def __init__(self):
        self.stages = []

    def start(self, stage, total, unit):
        self.stages.append([stage, total, 0, 0])

    def advance(self, amount, documents=0):
        self.stages[-1][2] += amount
        self.stages[-1][3] += documents

    def end(self):
        assert self.stages[-1][1] == self.stages[-1][2]


@pytest.mark.parametrize("workers", [1, 2])
def test_each_table_that_is_computed_is_shown_with_its_rows(workers, opened):
    seen = Seen()
    engine = opened(workers, progress=seen, partitions=3)
    table = engine.keep(engine.load(table_of(ROWS)), "rows")
    files = len(table.files)
    engine.collect(engine.exchange([engine.map(table, doubled, SCHEMA)], summed, SCHEMA))
    engine.collect(table)
    assert seen.stages == [
        ["rows", files, files, 100],
        ["doubled", files, files, 100],
        ["summed", 3, 3, 7],
    ]
