"""The engine that keeps all tables in the memory of one process: the reference for the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dedup.engines.engine import KEY, Batches, Part, Shared
from dedup.kernels.array_types import Int64s

# Fibonacci hashing: 2**64 divided by the golden ratio, see Knuth, TAOCP 3, section 6.4.
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_HIGH_BITS = np.uint64(40)

Table = list[pa.Table]


def partition_of(keys: pa.ChunkedArray, partitions: int) -> Int64s:
    """Return the partition of each key, int64."""
    with np.errstate(over="ignore"):
        mixed = (keys.to_numpy().view(np.uint64) * _MULTIPLIER) >> _HIGH_BITS
    found: Int64s = (mixed % np.uint64(partitions)).astype(np.int64)
    return found


@dataclass(frozen=True, slots=True)
class InMemoryEngine:
    """Runs a plan in this process.

    Attributes:
        partitions: Partitions of a table behind an exchange.
    """

    partitions: int = 1

    def scan(
        self, parts: Sequence[Part], read: Callable[[Part], Batches], schema: pa.Schema
    ) -> Table:
        """Read each part; see :meth:`dedup.engines.engine.Engine.scan`."""
        return [pa.Table.from_batches(read(part), schema) for part in parts]

    def map(
        self,
        table: Table,
        stage: Callable[[Batches], Batches],
        schema: pa.Schema,
        columns: Sequence[str] | None = None,
    ) -> Table:
        """Call a stage for each partition; see :meth:`dedup.engines.engine.Engine.map`."""
        parts = table if columns is None else [part.select(columns) for part in table]
        return [pa.Table.from_batches(stage(iter(part.to_batches())), schema) for part in parts]

    def exchange(
        self,
        tables: Sequence[Table],
        stage: Callable[..., Iterable[pa.RecordBatch]],
        schema: pa.Schema,
    ) -> Table:
        """Bring rows together by key; see :meth:`dedup.engines.engine.Engine.exchange`."""
        whole = [pa.concat_tables(table) for table in tables]
        where = [partition_of(table[KEY], self.partitions) for table in whole]
        found = []
        for partition in range(self.partitions):
            parts = [
                table.filter(pa.array(numbers == partition)).combine_chunks()
                for table, numbers in zip(whole, where, strict=True)
            ]
            found.append(pa.Table.from_batches(stage(*parts), schema))
        return found

    def union(self, *tables: Table) -> Table:
        """Return the partitions of all; see :meth:`dedup.engines.engine.Engine.union`."""
        return [part for table in tables for part in table]

    def keep(self, table: Table, name: str) -> Table:
        """Return the table, which is kept already."""
        return table

    def collect(self, table: Table) -> pa.Table:
        """Return all rows."""
        return pa.concat_tables(table)

    def batches(self, table: Table) -> Batches:
        """Yield all rows."""
        for part in table:
            yield from part.to_batches()

    def load(self, table: pa.Table) -> Table:
        """Return a table of one partition."""
        return [table]

    def share(self, table: pa.Table) -> Shared:
        """Return a function that returns the table."""
        return lambda: table
