"""An engine gives the rows of the one that keeps all in memory, whatever the chain of verbs."""

from __future__ import annotations

from itertools import count

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plans import ROWS, SCHEMA, VERBS, doubled, read, run_chain, sorted_rows, summed, table_of

from dedup.engines.in_memory import InMemoryEngine
from dedup.engines.local import LocalEngine

SHAPES = [(workers, partitions) for workers in (1, 2) for partitions in (1, 4, 7, None)]

prefixes = (f"table{number}-" for number in count())


@pytest.fixture(scope="module")
def engines(tmp_path_factory):
    """Engines of all shapes; small tables go to workers, too, and have several partitions."""
    opened = {
        shape: LocalEngine(
            tmp_path_factory.mktemp("engine") / "tables", workers=shape[0], partitions=shape[1],
            partition_bytes=300, start_bytes=0,
        )
        for shape in SHAPES
    }  # fmt: skip
    yield opened
    for engine in opened.values():
        engine.close()


@pytest.mark.parametrize("partitions", [4, 7])
@settings(max_examples=40)
@given(parts=st.lists(ROWS, max_size=4), verbs=st.lists(VERBS, max_size=6))
def test_the_number_of_partitions_changes_no_row(partitions, parts, verbs):
    expected = run_chain(InMemoryEngine(), [[], *parts], verbs, "")
    found = run_chain(InMemoryEngine(partitions), [[], *parts], verbs, "")
    assert sorted_rows(found) == sorted_rows(expected)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@settings(max_examples=40)
@given(parts=st.lists(ROWS, max_size=4), verbs=st.lists(VERBS, max_size=6))
def test_files_and_workers_change_no_row(engines, shape, parts, verbs):
    expected = run_chain(InMemoryEngine(), [[], *parts], verbs, "")
    found = run_chain(engines[shape], [[], *parts], verbs, next(prefixes))
    assert sorted_rows(found) == sorted_rows(expected)
    assert found.schema == SCHEMA


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_table_without_rows_is_a_table(engines, shape):
    engine = engines[shape]
    for table in (engine.scan([], read, SCHEMA), engine.load(table_of([]))):
        result = engine.exchange([engine.map(table, doubled, SCHEMA)], summed, SCHEMA)
        assert engine.collect(engine.keep(result, next(prefixes))) == table_of([])


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_rows_that_are_no_exchange_away_keep_their_order(engines, shape):
    rows = [(number, number, str(number)) for number in range(200)]
    parts = [rows[:70], [], rows[70:]]
    engine = engines[shape]
    scanned = engine.scan(parts, read, SCHEMA)
    loaded = engine.load(table_of(rows))
    twice = engine.collect(engine.map(engine.union(scanned, loaded), doubled, SCHEMA))
    assert twice["key"].to_pylist() == [*range(200), *range(200)]
    assert pa.Table.from_batches(engine.batches(scanned), SCHEMA) == table_of(rows)


def test_all_rows_of_a_key_come_together_in_all_tables(engines):
    for engine in engines.values():
        ones = [engine.load(table_of([(key, 1, "") for key in range(50)])) for _ in range(3)]
        found = engine.collect(engine.exchange(ones, _counted_keys, SCHEMA))
        assert sorted(found["key"].to_pylist()) == list(range(50))
        assert set(found["value"].to_pylist()) == {3}


def _counted_keys(*tables):
    keys = pa.concat_arrays([each for table in tables for each in table["key"].chunks])
    counts = keys.value_counts()
    values, numbers = counts.field("values"), counts.field("counts").cast(pa.int64())
    texts = pa.array([""] * len(values))
    yield pa.record_batch([values, numbers, texts], schema=SCHEMA)
