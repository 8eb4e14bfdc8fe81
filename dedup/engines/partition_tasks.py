"""The work on one partition, done in one go: rows from files, through stages, to a file.

A partition is a source and the stages behind it. Nothing is written between two stages. All of it
can be sent to another process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa

from dedup.engines.arrow_files import ArrowFile, read_batches, write_batches, writing
from dedup.engines.engine import KEY, Batches
from dedup.engines.in_memory import partition_of
from dedup.kernels.array_types import Int64s

SLOTS = 4096
"""Parts into which rows are sorted by their keys; a partition is a range of these."""

BUFFER_BYTES = 32_000_000
"""Rows that are sorted together."""


@dataclass(frozen=True, slots=True)
class MapStage:
    """A stage that reads one partition; see :meth:`dedup.engines.engine.Engine.map`."""

    stage: Callable[[Batches], Batches]
    schema: pa.Schema
    columns: Sequence[str] | None

    def run(self, batches: Batches) -> Batches:
        """Yield what the stage yields.

        Raises:
            ValueError: That has another schema.
        """
        if self.columns is not None:
            columns = list(self.columns)
            batches = (batch.select(columns) for batch in batches)
        return of_schema(self.stage(batches), self.schema)


def of_schema(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Batches:
    """Yield record batches.

    Raises:
        ValueError: One has another schema.
    """
    for batch in batches:
        if not batch.schema.equals(schema):
            raise ValueError(f"a stage yields {batch.schema} instead of {schema}")
        yield batch


@dataclass(frozen=True, slots=True)
class SortedFile:
    """Rows of one partition before an exchange, sorted by the slots of their keys.

    Attributes:
        path: The file.
        rows: Its rows.
        bounds: For each of its record batches the first row of each slot, and the number of all;
            int64 [SLOTS + 1].
        row_bytes: For each of its record batches the bytes of a row, on average.
    """

    path: Path
    rows: int
    bounds: tuple[Int64s, ...]
    row_bytes: tuple[float, ...]

    def slot_bytes(self) -> Int64s:
        """Return the bytes of the rows of each slot, int64 [SLOTS]."""
        total = np.zeros(SLOTS, np.int64)
        for bounds, each in zip(self.bounds, self.row_bytes, strict=True):
            total += np.ceil(np.diff(bounds) * each).astype(np.int64)
        return total

    def within(self, first: int, last: int) -> Slices:
        """Return where the rows of the slots from ``first`` up to ``last`` are."""
        return Slices(self.path, tuple((int(each[first]), int(each[last])) for each in self.bounds))


@dataclass(frozen=True, slots=True)
class Slices:
    """Rows of a file.

    Attributes:
        path: The file.
        bounds: For each of its record batches the first row, and the one behind the last.
    """

    path: Path
    bounds: tuple[tuple[int, int], ...]

    def batches(self) -> Batches:
        """Yield the rows.

        Raises:
            OutputError: The file is damaged.
        """
        if any(first < last for first, last in self.bounds):
            batches = read_batches(self.path)
            for batch, (first, last) in zip(batches, self.bounds, strict=True):
                if first < last:
                    yield batch.slice(first, last - first)


@dataclass(frozen=True, slots=True)
class Exchanged:
    """The rows of several tables that belong to some slots, through a stage.

    Attributes:
        inputs: For each table its schema, and where the rows are.
        stage: See :meth:`dedup.engines.engine.Engine.exchange`.
        schema: Schema of what the stage yields.
        size: Bytes of the rows.
    """

    inputs: tuple[tuple[pa.Schema, tuple[Slices, ...]], ...]
    stage: Callable[..., Iterable[pa.RecordBatch]]
    schema: pa.Schema
    size: int

    def batches(self, columns: Sequence[str] | None = None) -> Batches:
        """Yield what the stage yields, all columns of it."""
        tables = (
            pa.Table.from_batches((batch for part in parts for batch in part.batches()), schema)
            for schema, parts in self.inputs
        )
        return of_schema(self.stage(*(table.combine_chunks() for table in tables)), self.schema)


class Source(Protocol):
    """Where the rows of a partition come from."""

    @property
    def size(self) -> int:
        """Their bytes, 0 where that is not known."""
        ...

    def batches(self, columns: Sequence[str] | None = None) -> Iterable[pa.RecordBatch]:
        """Yield them.

        Args:
            columns: Those that are needed, None for all; others may come, too.
        """
        ...


@dataclass(frozen=True, slots=True)
class Partition:
    """A source of rows, and the stages that they go through one after another."""

    source: Source
    stages: tuple[MapStage, ...] = ()

    def then(self, stage: MapStage) -> Partition:
        """Return the partition behind one more stage."""
        return replace(self, stages=(*self.stages, stage))

    def batches(self) -> Batches:
        """Yield the rows behind all stages."""
        columns = self.stages[0].columns if self.stages else None
        batches: Batches = iter(self.source.batches(columns))
        for stage in self.stages:
            batches = stage.run(batches)
        return batches


def write_partition(partition: Partition, schema: pa.Schema, path: Path) -> ArrowFile:
    """Write the rows of a partition to a file.

    Raises:
        OSError: It cannot be written.
    """
    return write_batches(path, schema, partition.batches())


def sort_partition(partition: Partition, schema: pa.Schema, path: Path) -> SortedFile:
    """Write the rows of a partition to a file, sorted by the slots of their keys.

    Raises:
        OSError: It cannot be written.
    """
    bounds, row_bytes, rows = [], [], 0
    with writing(path, schema) as writer:
        for table in buffered(partition.batches(), BUFFER_BYTES):
            slots = partition_of(table[KEY], SLOTS).astype(np.uint16)
            order = np.argsort(slots, kind="stable")  # a radix sort: of 16 bits
            (batch,) = table.take(pa.array(order)).combine_chunks().to_batches()
            writer.write_batch(batch)
            bounds.append(np.searchsorted(slots[order], np.arange(SLOTS + 1)).astype(np.int64))
            row_bytes.append(batch.nbytes / batch.num_rows)
            rows += batch.num_rows
    return SortedFile(path, rows, tuple(bounds), tuple(row_bytes))


def buffered(batches: Batches, most_bytes: int) -> Iterator[pa.Table]:
    """Yield rows in tables of at most so many bytes, unless one batch alone has more."""
    buffer: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        if buffer and size + batch.nbytes > most_bytes:
            yield pa.Table.from_batches(buffer)
            buffer, size = [], 0
        if batch.num_rows:
            buffer.append(batch)
            size += batch.nbytes
    if buffer:
        yield pa.Table.from_batches(buffer)


def slot_ranges(slot_bytes: Int64s, most_bytes: int) -> list[tuple[int, int]]:
    """Return ranges of slots that have at most so many bytes, unless one slot alone has more.

    >>> sizes = np.zeros(SLOTS, np.int64)
    >>> sizes[[3, 4, 5, 7]] = 5, 6, 20, 1
    >>> slot_ranges(sizes, 11)
    [(0, 5), (5, 6), (6, 4096)]
    """
    starts, size = [0], 0
    for slot, each in enumerate(slot_bytes.tolist()):
        if size and size + each > most_bytes:
            starts.append(slot)
            size = 0
        size += each
    return list(pairwise([*starts, SLOTS]))


def even_ranges(partitions: int) -> list[tuple[int, int]]:
    """Return so many ranges of slots of about one size."""
    return list(pairwise(SLOTS * each // partitions for each in range(partitions + 1)))
