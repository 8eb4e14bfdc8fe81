"""The engine of a cluster on Sail, which answers clients of Spark in this process."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plans import (
    ROWS,
    SCHEMA,
    VERBS,
    counted,
    doubled,
    made,
    run_chain,
    sorted_rows,
    summed,
    table_of,
)
from spark_laws import SparkLaws, opened, prefixes, shared_rows, with_shared

from dedup.engines.in_memory import InMemoryEngine
from dedup.engines.spark import spark_engine, work_files
from dedup.engines.spark.session import open_session
from dedup.engines.spark.stage_costs import TaskClock, TaskCost, earlier_peak_kib, stage_cost
from dedup.engines.spark.work_files import SharedFile, write_shared_file
from dedup.engines.spark.work_folder import WorkFolder
from dedup.errors import OutputError
from dedup.locations import Location
from dedup.write import peak_memory

PARTITIONS = (None, 1, 3, 7)


@pytest.fixture(scope="module")
def session():
    """A session of Sail, for all tests of this file."""
    with open_session("sail", None) as session:
        yield session


@pytest.fixture(scope="module")
def engines(session, tmp_path_factory):
    """Engines of some partitions."""
    folders = {partitions: tmp_path_factory.mktemp("work") for partitions in PARTITIONS}
    made_on = {each: opened(session, folder, partitions=each) for each, folder in folders.items()}
    yield made_on
    for engine in made_on.values():
        engine.close()


class TestSail(SparkLaws):
    """What holds for each."""


@pytest.mark.parametrize("partitions", PARTITIONS)
@settings(max_examples=25)
@given(parts=st.lists(ROWS, max_size=4), verbs=st.lists(VERBS, max_size=6))
def test_a_chain_of_verbs_has_the_rows_of_the_engine_in_memory(engines, partitions, parts, verbs):
    expected = run_chain(InMemoryEngine(), [[], *parts], verbs, "")
    found = run_chain(engines[partitions], [[], *parts], verbs, next(prefixes))
    assert sorted_rows(found) == sorted_rows(expected)
    assert found.schema == SCHEMA


# Files


def files_in(folder):
    return [path for path in Path(folder).rglob("*") if path.is_file()]


def test_files_of_an_exchange_are_removed_when_nothing_refers_to_it(session, tmp_path):
    engine = opened(session, tmp_path)
    table = engine.exchange([engine.load(made(100))], summed, SCHEMA)
    kept = engine.keep(engine.map(table, doubled, SCHEMA), "sums")
    assert files_in(tmp_path / "spilled")
    del table
    assert files_in(tmp_path / "spilled") == []
    assert engine.collect(kept).num_rows > 0


def test_a_closed_engine_leaves_nothing(session, tmp_path):
    with opened(session, tmp_path / "work") as engine:
        table = engine.exchange([engine.load(made(100))], summed, SCHEMA)
        engine.collect(engine.keep(table, "sums"))
        engine.collect(with_shared(engine, engine.load(made(5))))
    assert list(tmp_path.iterdir()) == []


def test_what_others_put_into_the_folder_stays(session, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with opened(session, tmp_path) as engine:
        engine.keep(engine.load(made(10)), "rows")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_folder_that_cannot_be_written_is_one_sentence(session, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"^cannot write to .*file.*; choose a folder that"):
        opened(session, tmp_path / "file")


@pytest.mark.parametrize(
    ("rows", "partitions"), [(0, 1), (40_000, 1), (100_000, 3), (400_000, 8), (1_000_000, 10)]
)
def test_the_number_of_partitions_follows_from_the_bytes(
    session, tmp_path, monkeypatch, rows, partitions
):
    monkeypatch.setattr(spark_engine, "PARTITION_BYTES", 2_500_000)
    engine = opened(session, tmp_path, partitions=None)
    table = pa.table({"key": pa.array(range(rows), pa.int64()), "x": pa.array([1.0] * rows)})
    table = table.append_column("y", table["x"])
    assert len(engine.stored(engine.load(table)).files) == partitions


def test_files_that_are_there_are_read_where_they_are(session, tmp_path):
    engine = opened(session, tmp_path)
    one = engine.exchange([engine.load(made(100))], summed, SCHEMA)
    both = engine.union(one, engine.exchange([one], summed, SCHEMA))
    del one
    assert len(engine.collect(both)) == 2 * len(pa.Table.from_batches(summed(made(100))))
    assert [cost.stage for cost in engine.costs] == ["summed", "summed"]


# Kept tables


@pytest.fixture
def calls(tmp_path):
    folder = tmp_path / "calls"
    folder.mkdir()
    return folder


def keep(engine, folder):
    """Keep a table whose stage leaves a file; return whether it ran."""
    before = len(list(folder.iterdir()))
    table = engine.map(engine.load(made(50)), partial(counted, str(folder)), SCHEMA)
    assert engine.collect(engine.keep(table, "some rows")) == made(50)
    return len(list(folder.iterdir())) > before


def kept_then(session, tmp_path, calls):
    """Keep a table, and leave it as an error does; return its folder."""
    engine = opened(session, tmp_path / "work")
    assert keep(engine, calls)
    engine.close(resumable=True)
    return tmp_path / "work" / "kept" / "some-rows"


def test_a_kept_table_is_read_by_the_run_that_is_resumed(session, calls, tmp_path):
    kept_then(session, tmp_path, calls)
    for _ in range(2):
        interrupted = opened(session, tmp_path / "work")
        assert not keep(interrupted, calls)
        interrupted.__exit__(KeyboardInterrupt)
    with opened(session, tmp_path / "work") as engine:
        assert not keep(engine, calls)
    assert not (tmp_path / "work").exists()


@pytest.mark.parametrize("digest", ["another", None])
def test_a_run_of_another_plan_reads_nothing_that_was_kept(session, calls, tmp_path, digest):
    folder = kept_then(session, tmp_path, calls)
    engine = opened(session, tmp_path / "work", plan_digest=digest)
    assert not folder.exists()
    assert keep(engine, calls)


def cut(path):
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("pattern", ["*.arrow", "whole.json"])
@pytest.mark.parametrize("damage", [cut, Path.unlink])
def test_a_damaged_kept_table_is_computed_again(session, calls, tmp_path, damage, pattern):
    folder = kept_then(session, tmp_path, calls)
    damage(next(folder.glob(pattern)))
    engine = opened(session, tmp_path / "work")
    assert keep(engine, calls)
    assert len(list(folder.glob("*.arrow"))) == 1


def test_a_kept_table_of_other_columns_is_computed_again(session, calls, tmp_path):
    folder = kept_then(session, tmp_path, calls)
    engine = opened(session, tmp_path / "work")
    engine.keep(engine.load(made(50).drop_columns("text")), "some rows")
    engine.close(resumable=True)
    assert folder.exists()
    assert keep(opened(session, tmp_path / "work"), calls)


def test_two_tables_of_one_name_are_refused(session, tmp_path):
    engine = opened(session, tmp_path)
    engine.keep(engine.load(made(5)), "rows")
    with pytest.raises(ValueError, match="keeps two tables as rows"):
        engine.keep(engine.load(made(5)), "rows")


# Addresses, and shared tables


def test_the_folder_of_a_run_may_be_an_address(session, tmp_path):
    work = Location(f"file://{tmp_path}/work")
    assert not work.is_local
    with opened(session, work, partitions=2) as engine:
        kept = engine.keep(engine.load(made(500)), "rows")
        found = engine.collect(engine.exchange([kept], summed, SCHEMA))
        assert files_in(tmp_path / "work" / "kept")
        shared = engine.collect(with_shared(engine, engine.load(made(5))))
        assert shared["value"].to_pylist() == [45] * 5
    assert sorted_rows(found) == sorted_rows(pa.Table.from_batches(summed(made(500))))
    assert files_in(tmp_path) == []


def test_a_shared_table_at_an_address_is_copied_once_to_a_machine(tmp_path, monkeypatch):
    monkeypatch.setattr(work_files.tempfile, "gettempdir", lambda: str(tmp_path / "machine"))
    (tmp_path / "machine").mkdir()
    shared = write_shared_file(Location(f"file://{tmp_path}/far/shared.arrow"), made(100))
    assert shared() == made(100)
    (tmp_path / "far" / "shared.arrow").unlink()
    assert shared() == made(100)
    (copy,) = (tmp_path / "machine").rglob("*.arrow")
    cut(copy)
    with pytest.raises(OutputError, match=r"far/shared.arrow.* is missing or damaged"):
        shared()


def test_copies_on_a_machine_do_not_stay_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(work_files.tempfile, "gettempdir", lambda: str(tmp_path))
    write_shared_file(Location(f"file://{tmp_path}/far/old.arrow"), made(1))()
    write_shared_file(Location(f"file://{tmp_path}/far/later.arrow"), made(2))()
    old, later = sorted(
        tmp_path.glob("dedup-shared-*/*.arrow"), key=lambda each: each.stat().st_size
    )
    unfinished = old.with_name(f".{old.name}.5a.part")
    unfinished.touch()
    for path in (old, unfinished):
        os.utime(path, (0, 0))
    write_shared_file(Location(f"file://{tmp_path}/far/new.arrow"), made(3))()
    left = {*old.parent.iterdir()}
    assert later in left
    assert not left & {old, unfinished}


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_a_folder_for_copies_of_another_user_is_not_read(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(work_files.tempfile, "gettempdir", lambda: str(tmp_path))
    shared = write_shared_file(Location(f"file://{tmp_path}/far/shared.arrow"), made(100))
    shared()
    (folder,) = tmp_path.glob("dedup-shared-*")
    user = os.getuid() + 1
    theirs = folder.with_name(f"dedup-shared-{user}")
    if kind == "link":
        theirs.symlink_to(folder)
    else:
        folder.rename(theirs)
    monkeypatch.setattr(work_files.os, "getuid", lambda: user)
    with pytest.raises(OutputError, match=f"{theirs} belongs to another user"):
        shared()


def test_a_shared_table_on_this_machine_is_not_copied(tmp_path):
    shared = write_shared_file(Location.of(tmp_path / "shared.arrow"), made(100))
    assert shared() == made(100)
    assert files_in(tmp_path) == [tmp_path / "shared.arrow"]


def test_a_shared_table_that_is_lost_is_named(tmp_path):
    shared = SharedFile(Location.of(tmp_path / "lost.arrow"), SCHEMA, 10)
    with pytest.raises(OutputError, match=r"lost\.arrow"):
        list(shared_rows(shared, iter(table_of([(1, 2, "")]).to_batches())))


def test_a_spilled_folder_is_removed_with_the_last_that_refers_to_it(tmp_path):
    folder = WorkFolder(Location.of(tmp_path)).new_spilled()
    (folder.location / "0.arrow").write_bytes(b"rows")
    other = folder
    del folder
    assert files_in(tmp_path)
    del other
    assert files_in(tmp_path) == []


# Costs


def test_the_costs_of_a_stage_are_those_of_the_tasks_that_wrote_its_rows():
    packing = [TaskCost(1.0, 0.5, 900, 7), TaskCost(1.0, 0.5, 100, 8)]
    writing = [TaskCost(2.0, 1.5, 300, 10), TaskCost(4.0, 2.5, 100, 70), TaskCost(1.0, 0, 200, 20)]
    cost = stage_cost("joined", 5.0, packing, writing, 12, 34)
    assert cost.as_manifest() == {
        "stage": "joined", "seconds": 5.0, "tasks": 5, "task_seconds": 9.0, "cpu_seconds": 5.0,
        "shuffled_bytes": 100, "rows": 12, "written_bytes": 34, "largest_bytes": 70,
        "median_bytes": 20, "largest_kib": 300, "median_kib": 200,
    }  # fmt: skip
    assert stage_cost("scan", 1.0, [], writing, 1, 2).shuffled_bytes == 0
    assert stage_cost("nothing", 1.0, [], [], 0, 0).largest_bytes == 0


def test_the_peak_of_a_process_is_known_after_a_task_measured_its_own():
    before = peak_memory()
    TaskClock()
    assert max(peak_memory(), earlier_peak_kib() / 1024) >= before - 0.1
