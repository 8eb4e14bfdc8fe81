"""Tables, stages and chains of verbs for tests of engines; workers import the stages."""

from __future__ import annotations

import os
import signal
import time
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

SCHEMA = pa.schema([("key", pa.int64()), ("value", pa.int64()), ("text", pa.string())])

ROWS = st.lists(
    st.tuples(
        st.integers(-3, 3) | st.integers(-(2**63), 2**63 - 1),
        st.integers(0, 9),
        st.none() | st.text(max_size=3),
    ),
    max_size=30,
)


def table_of(rows):
    """A table of some rows."""
    return pa.Table.from_pylist(
        [dict(zip(SCHEMA.names, row, strict=True)) for row in rows], schema=SCHEMA
    )


def made(count, seed=0, keys=1000, text="news " * 8):
    """A table of many rows."""
    numbers = np.random.default_rng(seed)
    columns = numbers.integers(0, keys, count), numbers.integers(0, 10, count), [text] * count
    return pa.table([pa.array(each) for each in columns], schema=SCHEMA)


def sorted_rows(table):
    """The rows of a table in one order; engines promise none."""
    return sorted((tuple(row.values()) for row in table.to_pylist()), key=repr)


def read(part):
    """The batches of a part: its rows, three at a time."""
    yield from table_of(part).to_batches(max_chunksize=3)


def doubled(batches):
    for batch in batches:
        value = pa.array(batch["value"].to_numpy() * 2)
        yield pa.record_batch([batch["key"], value, batch["text"]], schema=SCHEMA)


def even(batches):
    for batch in batches:
        yield batch.filter(pa.array(batch["value"].to_numpy() % 2 == 0))


def by_value(batches):
    """Rows with their values as keys, each twice."""
    for batch in batches:
        out = pa.record_batch([batch["value"], batch["value"], batch["text"]], schema=SCHEMA)
        yield out
        yield out


def without_text(batches):
    """What a stage sees of two columns stands in the third."""
    for batch in batches:
        names = pa.array([",".join(batch.schema.names)] * batch.num_rows, pa.string())
        yield pa.record_batch([batch["key"], batch["value"], names], schema=SCHEMA)


def nothing(batches):
    """Read all and yield nothing."""
    for _ in batches:
        pass
    yield from ()


def summed(table):
    """One row a key: the number of its rows, and all their texts, sorted."""
    found = {}
    for row in table.to_pylist():
        found.setdefault(row["key"], []).append((row["value"], row["text"] or ""))
    rows = [
        (key, sum(value for value, _ in each) % 1000, "|".join(sorted(text for _, text in each)))
        for key, each in found.items()
    ]
    yield from table_of(rows).to_batches()


def joined(one, other):
    """Pairs of rows with one key."""
    right = {}
    for row in other.to_pylist():
        right.setdefault(row["key"], []).append(row)
    rows = [
        (row["key"], (row["value"] * 7 + each["value"]) % 1000, each["text"])
        for row in one.to_pylist()
        for each in right.get(row["key"], [])[:5]
        if len(right[row["key"]]) <= 5
    ]
    yield from table_of(rows).to_batches()


def multiplied(shared, batches):
    """Rows with their values times the number of rows of a shared table."""
    for batch in batches:
        value = pa.array(batch["value"].to_numpy() * len(shared()))
        yield pa.record_batch([batch["key"], value, batch["text"]], schema=SCHEMA)


MAPS = (doubled, even, by_value, nothing)

VERBS = st.one_of(
    st.tuples(st.just("map"), st.sampled_from(MAPS)),
    st.just(("columns",)),
    st.just(("sum",)),
    st.tuples(st.just("join"), st.integers(0, 5)),
    st.tuples(st.just("union"), st.integers(0, 5)),
    st.just(("keep",)),
    st.just(("load",)),
    st.just(("share",)),
)


def run_chain(engine, parts, verbs, prefix):
    """Do verbs one after another, each on the table before; return the rows of the last."""
    tables = [engine.scan(parts, read, SCHEMA)]
    for number, (verb, *arguments) in enumerate(verbs):
        tables.append(done(engine, tables, verb, arguments, f"{prefix}{number}"))
    return engine.collect(tables[-1])


def done(engine, tables, verb, arguments, name):
    """Do one verb."""
    table = tables[-1]
    match verb:
        case "map":
            return engine.map(table, arguments[0], SCHEMA)
        case "columns":
            return engine.map(table, without_text, SCHEMA, ["key", "value"])
        case "sum":
            return engine.exchange([table], summed, SCHEMA)
        case "join":
            other = tables[arguments[0] % len(tables)]
            return engine.exchange([table, other], joined, SCHEMA)
        case "union":
            return engine.union(table, tables[arguments[0] % len(tables)])
        case "keep":
            return engine.keep(table, name)
        case "load":
            return engine.load(engine.collect(table))
        case "share":
            shared = engine.share(engine.collect(table))
            return engine.map(table, partial(multiplied, shared), SCHEMA)
    raise AssertionError(verb)


def killed_first(mark, batches):
    """The same rows; the first process that comes here is killed."""
    for batch in batches:
        try:
            os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            yield batch
        else:
            os.kill(os.getpid(), signal.SIGKILL)


def killed_elsewhere(main, batches):
    """The same rows; all processes but one are killed."""
    if os.getpid() != main:
        os.kill(os.getpid(), signal.SIGKILL)
    yield from batches


def starved_elsewhere(main, batches):
    """The same rows; all processes but one have no memory for them."""
    if os.getpid() != main:
        raise MemoryError
    yield from batches


def slow(seconds, batches):
    """The same rows, later."""
    time.sleep(seconds)
    yield from batches


def counted(folder, batches):
    """The same rows; a file tells that this ran."""
    yield from batches
    (Path(folder) / str(time.perf_counter_ns())).touch()


def failing(batches):
    """No rows but an error."""
    raise ValueError("this stage has a fault")
    yield from batches


def of_another_schema(batches):
    for batch in batches:
        yield batch.select(["key", "value"])
