"""What holds for the engine of a cluster whatever answers its client: Spark, or Sail."""

from __future__ import annotations

from functools import partial
from itertools import count

import killed_plan
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from plans import SCHEMA, doubled, failing, made, of_another_schema, read, sorted_rows, summed
from plans import table_of as rows_of

from dedup.engines.in_memory import InMemoryEngine
from dedup.engines.spark import packed_rows
from dedup.engines.spark.spark_engine import SparkEngine
from dedup.errors import DedupError, EngineError, OutputError
from dedup.locations import Location

NESTED = pa.schema([
    ("key", pa.int64()),
    ("bits", pa.uint64()),
    ("small", pa.uint8()),
    ("bytes", pa.binary()),
    ("lists", pa.list_(pa.uint32())),
    ("cells", pa.struct([("name", pa.string()), ("parts", pa.list_(pa.string()))])),
    ("score", pa.float32()),
    ("known", pa.bool_()),
])  # fmt: skip

prefixes = (f"table{number}-" for number in count())


def nested(rows):
    """A table of types that the rows of Spark do not have, with empty cells."""
    values = [
        {
            "key": n % 5 - 2, "bits": 2**64 - 1 - n, "small": 255 - n % 4, "bytes": bytes([n]),
            "lists": None if n % 7 == 0 else [2**32 - 1 - n] * (n % 3),
            "cells": None if n % 11 == 0 else {"name": f"é{n}", "parts": ["", None] * (n % 2)},
            "score": n / 3, "known": None if n % 3 else n % 2 == 0,
        }
        for n in range(rows)
    ]  # fmt: skip
    return pa.Table.from_pylist(values, schema=NESTED)


def whole(table):
    """All rows of a partition as they came."""
    yield from table.to_batches()


def same(batches):
    yield from batches


def lengths(table):
    """Keys, and how many bytes their texts have."""
    sizes = pc.binary_length(table["text"]).cast(pa.int64())
    texts = pa.chunked_array([pa.array([""] * table.num_rows, pa.string())])
    yield from pa.table([table["key"], sizes, texts], schema=SCHEMA).to_batches()


def of_process(table):
    """One row a partition: its keys as text."""
    keys = ",".join(map(str, sorted(table["key"].to_pylist())))
    yield from rows_of([(0, table.num_rows, keys)]).to_batches()


def opened(session, folder, **options):
    """An engine on a folder, whose tables go to the cluster even if they are small."""
    default = {"plan_digest": "plan", "partitions": 2}
    return SparkEngine(session, Location.of(folder), **{**default, **options})


class SparkLaws:
    """Tests that take a fixture ``session``; each starts few jobs."""

    def test_a_plan_with_all_verbs_has_the_rows_of_the_engine_in_memory(self, session, tmp_path):
        with opened(session, tmp_path / "work", partitions=3) as engine:
            found = killed_plan.run(engine)
        assert sorted_rows(found) == sorted_rows(killed_plan.run(InMemoryEngine()))
        assert found.schema == SCHEMA
        assert not (tmp_path / "work").exists()

    def test_types_of_any_kind_come_through_an_exchange(self, session, tmp_path):
        table = nested(100)
        with opened(session, tmp_path) as engine:
            loaded = engine.load(table)
            mapped = engine.map(loaded, same, NESTED)
            found = engine.collect(engine.exchange([mapped], whole, NESTED))
        assert found.schema == NESTED
        assert sorted(found.to_pylist(), key=repr) == sorted(table.to_pylist(), key=repr)

    def test_a_row_of_any_size_comes_through_an_exchange(self, session, tmp_path, monkeypatch):
        large = packed_rows.LARGEST_PACK
        sizes = [large + 1, 5, 2 * large, 0, large // 2, large // 2, 7]
        table = rows_of([(n, 0, "x" * size) for n, size in enumerate(sizes)])
        with opened(session, tmp_path) as engine:
            found = engine.collect(engine.exchange([engine.load(table)], lengths, SCHEMA))
        assert sorted_rows(found) == [(n, size, "") for n, size in enumerate(sizes)]

    def test_there_may_be_more_partitions_than_rows(self, session, tmp_path):
        with opened(session, tmp_path, partitions=12) as engine:
            table = engine.load(rows_of([(n % 3, n, "") for n in range(9)]))
            sums = engine.exchange([engine.map(table, doubled, SCHEMA)], summed, SCHEMA)
            found = engine.collect(sums)
        assert sorted_rows(found) == [(0, 18, "||"), (1, 24, "||"), (2, 30, "||")]

    def test_a_table_without_rows_is_a_table(self, session, tmp_path):
        with opened(session, tmp_path) as engine:
            for table in (engine.scan([], read, SCHEMA), engine.load(rows_of([]))):
                sums = engine.exchange([engine.map(table, doubled, SCHEMA)], summed, SCHEMA)
                assert engine.collect(engine.keep(sums, next(prefixes))) == rows_of([])

    def test_rows_that_are_no_exchange_away_keep_their_order(self, session, tmp_path):
        rows = [(number, number, str(number)) for number in range(200)]
        with opened(session, tmp_path) as engine:
            scanned = engine.scan([rows[:70], [], rows[70:]], read, SCHEMA)
            both = engine.union(scanned, engine.load(rows_of(rows)))
            twice = engine.collect(engine.map(both, doubled, SCHEMA))
        assert twice["key"].to_pylist() == [*range(200), *range(200)]

    def test_small_tables_are_made_in_this_process(self, session, tmp_path, monkeypatch):
        with opened(session, tmp_path, partitions=None) as engine:
            read = engine.keep(engine.scan([0, 40], killed_plan.rows_of, SCHEMA), "rows")
            monkeypatch.setattr(session, "collect", None)
            sums = engine.exchange([engine.map(read, doubled, SCHEMA)], summed, SCHEMA)
            found = engine.collect(engine.union(sums, with_shared(engine, read)))
        assert found.num_rows == 11 + 80

    def test_an_error_of_a_stage_is_one_sentence(self, session, tmp_path):
        with opened(session, tmp_path) as engine:
            table = engine.load(rows_of([(1, 2, "")]))
            with pytest.raises(EngineError, match=r"ValueError: this stage has a fault.*log"):
                engine.collect(engine.map(table, failing, SCHEMA))
            with pytest.raises(EngineError, match=r"a stage yields"):
                engine.collect(engine.map(table, of_another_schema, SCHEMA))
            assert engine.collect(engine.map(table, doubled, SCHEMA))["value"].to_pylist() == [4]

    def test_a_file_that_is_lost_is_named(self, session, tmp_path):
        engine = opened(session, tmp_path)
        table = engine.exchange([engine.load(made(100))], summed, SCHEMA)
        files = [file.location.path for file in engine.stored(table).files]
        for path in files:
            path.unlink()
        anyone = "|".join(path.name for path in files)  # tasks read them side by side
        with pytest.raises(DedupError, match=f"({anyone}).* is missing or damaged; run"):
            engine.collect(engine.map(table, doubled, SCHEMA))
        with pytest.raises(OutputError, match=f"{files[0].name}.* is missing or damaged; run"):
            engine.collect(table)

    def test_costs_of_a_stage_are_those_of_its_tasks(self, session, tmp_path):
        with opened(session, tmp_path) as engine:
            sums = engine.collect(engine.exchange([engine.load(made(3000))], summed, SCHEMA))
            (cost,) = engine.costs
        manifest = cost.as_manifest()
        assert (cost.stage, cost.rows, cost.tasks) == ("summed", sums.num_rows, 3)
        assert cost.shuffled_bytes > made(3000).nbytes
        assert 0 < cost.median_bytes <= cost.largest_bytes < cost.shuffled_bytes
        assert 10_000 < cost.median_kib <= cost.largest_kib
        assert 0 < cost.cpu_seconds <= cost.task_seconds + 0.1
        assert cost.seconds > 0
        assert manifest["written_bytes"] > 0


def shared_rows(shared, batches):
    """Rows with the sum of the values of a shared table."""
    total = int(np.sum(shared()["value"].to_numpy()))
    for batch in batches:
        values = pa.array([total] * batch.num_rows, pa.int64())
        yield pa.record_batch([batch["key"], values, batch["text"]], schema=SCHEMA)


def with_shared(engine, table):
    """Share a table, and read it in a stage over another."""
    shared = engine.share(rows_of([(n, n, "") for n in range(10)]))
    return engine.map(table, partial(shared_rows, shared), SCHEMA)
