"""What a plan asks of an engine.

A table is a set of partitions of Arrow record batches; only the engine knows where they are. A
stage is a function of batches that depends on them and on the values it was given, and on nothing
else. An engine may call it in any process, several times, and on any number of partitions: the rows
that come out must be the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

import pyarrow as pa

KEY = "key"
"""The int64 column by which :meth:`Engine.exchange` brings rows together."""

Part = TypeVar("Part")
Table = TypeVar("Table")

Batches = Iterator[pa.RecordBatch]

Shared = Callable[[], pa.Table]
"""Returns a table that all processes can read; it can be sent to them."""


class Engine(Protocol[Table]):
    """Runs the verbs of a plan.

    Functions that are given to an engine are sent to other processes: they are functions of a
    module, or partials of one with values that can be sent.
    """

    def scan(
        self, parts: Sequence[Part], read: Callable[[Part], Batches], schema: pa.Schema
    ) -> Table:
        """Return a table with what ``read`` yields for each part, in the order of parts."""
        ...

    def map(
        self, table: Table, stage: Callable[[Batches], Batches], schema: pa.Schema,
        columns: Sequence[str] | None = None,
    ) -> Table:  # fmt: skip
        """Return a table with what a stage yields for the batches of each partition.

        Args:
            table: What the stage reads; its order inside of a partition stays.
            stage: The function.
            schema: Schema of what it yields.
            columns: The columns that it reads; None for all.
        """
        ...

    def exchange(
        self, tables: Sequence[Table], stage: Callable[..., Iterable[pa.RecordBatch]],
        schema: pa.Schema,
    ) -> Table:  # fmt: skip
        """Return a table with what a stage yields for rows that are brought together by key.

        All rows of all tables with one value of ``KEY`` are in one partition. The stage gets the
        rows of a partition, a table for each of ``tables``, in an order that it must not rely on.
        It is called for partitions without rows, too.

        Args:
            tables: Tables with a column ``KEY``.
            stage: The function.
            schema: Schema of what it yields.
        """
        ...

    def union(self, *tables: Table) -> Table:
        """Return the rows of several tables of one schema."""
        ...

    def keep(self, table: Table, name: str) -> Table:
        """Compute a table once, and keep it for all who read it.

        A run that is resumed reads the tables that were kept before; ``name`` is unique in a plan.
        """
        ...

    def collect(self, table: Table) -> pa.Table:
        """Return all rows to the process that runs the plan."""
        ...

    def batches(self, table: Table) -> Batches:
        """Yield all rows to the process that runs the plan, not all of them in memory at once."""
        ...

    def load(self, table: pa.Table) -> Table:
        """Return rows of this process as a table."""
        ...

    def share(self, table: pa.Table) -> Shared:
        """Return a table of this process in a form that stages in other processes can read."""
        ...


def as_batches(value: Any, schema: pa.Schema, most: int = 20_000) -> Batches:
    """Yield columns, in the order of a schema, as record batches of at most so many rows."""
    table = value if isinstance(value, pa.Table) else pa.table(value, schema=schema)
    yield from table.combine_chunks().to_batches(max_chunksize=most)
