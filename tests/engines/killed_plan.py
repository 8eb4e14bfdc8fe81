"""A plan that is run as a process of its own: FOLDER of its tables, OUT for its result, WORKERS."""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path

import pyarrow as pa
from plans import SCHEMA, by_value, doubled, joined, multiplied, slow, sorted_rows, summed, table_of

from dedup.engines.engine import Engine
from dedup.engines.local import LocalEngine


def rows_of(part):
    """Yield batches of a part slowly, as cleaning does."""
    time.sleep(0.02)
    yield from table_of([(n % 11, n % 7, str(n)) for n in range(part, part + 40)]).to_batches()


def run(engine: Engine[object]) -> pa.Table:
    """Run the plan: a scan, maps, exchanges, and three kept tables."""
    read = engine.keep(engine.scan(range(0, 400, 40), rows_of, SCHEMA), "read")
    later = engine.map(engine.map(read, partial(slow, 0.02), SCHEMA), doubled, SCHEMA)
    sums = engine.keep(engine.exchange([later], summed, SCHEMA), "sums")
    shared = engine.share(engine.collect(sums))
    pairs = engine.exchange([engine.map(later, by_value, SCHEMA), sums], joined, SCHEMA)
    pairs = engine.map(engine.map(pairs, partial(slow, 0.02), SCHEMA), partial(multiplied, shared),
                       SCHEMA)  # fmt: skip
    return engine.collect(engine.keep(engine.exchange([pairs, read], joined, SCHEMA), "pairs"))


def main() -> None:
    """Run it, and write its rows in one order."""
    folder, out, workers = sys.argv[1:]
    engine = LocalEngine(
        Path(folder), workers=int(workers), plan_digest="plan", partition_bytes=2000, start_bytes=0
    )
    with engine:
        text = "\n".join(map(repr, sorted_rows(run(engine))))
    Path(out).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
