"""A recorded plan has each verb once, with what it reads, and runs as it would without."""

from __future__ import annotations

from functools import partial

import killed_plan
import pyarrow as pa
from plans import SCHEMA, doubled, multiplied, sorted_rows, summed, table_of

from dedup.engines.in_memory import InMemoryEngine
from dedup.engines.recording import RecordingEngine


def test_a_recorded_plan_has_the_same_result():
    found = killed_plan.run(RecordingEngine(InMemoryEngine(2)))
    assert sorted_rows(found) == sorted_rows(killed_plan.run(InMemoryEngine()))


def test_a_step_names_its_stage_and_what_it_reads():
    engine = RecordingEngine(InMemoryEngine())
    killed_plan.run(engine)
    assert [(step.verb, step.stage, step.reads, step.shared) for step in engine.steps] == [
        ("scan", "rows_of", (), ()),
        ("map", "slow", (0,), ()),
        ("map", "doubled", (1,), ()),
        ("exchange", "summed", (2,), ()),
        ("share", "", (), ()),
        ("map", "by_value", (2,), ()),
        ("exchange", "joined", (5, 3), ()),
        ("map", "slow", (6,), ()),
        ("map", "multiplied", (7,), (4,)),
        ("exchange", "joined", (8, 0), ()),
    ]
    assert {step.kept: number for number, step in enumerate(engine.steps) if step.kept} == {
        "read": 0, "sums": 3, "pairs": 9,
    }  # fmt: skip
    assert [number for number, step in enumerate(engine.steps) if step.is_collected] == [3, 9]
    assert {(step.plan, step.part) for step in engine.steps} == {("killed_plan", "run")}
    assert {step.module for step in engine.steps} == {"killed_plan", "plans", ""}


def test_a_union_is_a_step_where_it_is_kept():
    engine = RecordingEngine(InMemoryEngine())
    one, other = engine.load(table_of([(1, 2, "")])), engine.load(pa.table({"key": [1]}))
    both = engine.union(one, engine.map(one, doubled, SCHEMA))
    kept = engine.keep(both, "both")
    engine.exchange([both, other], summed_of_two, SCHEMA)
    engine.map(kept, doubled, SCHEMA)
    assert [(step.verb, step.reads) for step in engine.steps] == [
        ("load", ()),
        ("load", ()),
        ("map", (0,)),
        ("union", (0, 2)),
        ("exchange", (0, 2, 1)),
        ("map", (3,)),
    ]


def test_what_a_loop_does_again_is_one_step():
    engine = RecordingEngine(InMemoryEngine())
    for value in range(3):
        table = engine.load(table_of([(1, value, "")]))
        shared = engine.share(engine.collect(table))
        engine.collect(engine.map(table, partial(multiplied, shared), SCHEMA))
    assert [step.verb for step in engine.steps] == ["load", "share", "map"]


def summed_of_two(one, _):
    yield from summed(one)
