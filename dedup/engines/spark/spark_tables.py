"""The tables of the engine of a cluster, and how each kind gets its partitions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dedup.engines.engine import Batches
from dedup.engines.lazy_tables import LocalTable, name_of
from dedup.engines.partition_tasks import Partition, of_schema
from dedup.engines.spark.work_files import WorkFile
from dedup.engines.spark.work_folder import SpilledFolder

SparkTable = LocalTable
"""A table that may not be computed yet: its columns, its name, and its partitions."""


@dataclass(frozen=True, slots=True)
class PartSource:
    """A part of the inputs that a task reads.

    Attributes:
        part: The part.
        read: The function that reads it.
        schema: Schema of what it yields.
    """

    part: Any
    read: Callable[[Any], Batches]
    schema: pa.Schema

    @property
    def size(self) -> int:
        """Its bytes, 0 where that is not known."""
        return getattr(self.part, "size", None) or 0

    def batches(self, columns: Sequence[str] | None = None) -> Batches:
        """Read it, all columns of it."""
        return of_schema(self.read(self.part), self.schema)


@dataclass(frozen=True, slots=True)
class ScannedParts:
    """A table that is read from parts, each time it is read."""

    sources: Sequence[PartSource]
    read: Callable[[Any], Batches]
    schema: pa.Schema

    @property
    def name(self) -> str:
        """The name of the function that reads."""
        return name_of(self.read)

    def partitions(self) -> list[Partition]:
        """Return a partition for each part."""
        return [Partition(source) for source in self.sources]


@dataclass(frozen=True, slots=True)
class StoredFiles:
    """A table in files.

    Attributes:
        schema: Its columns.
        name: Its name.
        files: Those of its partitions that have rows.
        folder: What keeps the files: a folder, or a table that has one; None where they stay.
    """

    schema: pa.Schema
    name: str
    files: Sequence[WorkFile]
    folder: SpilledFolder | SparkTable | None = None

    def partitions(self) -> list[Partition]:
        """Return a partition for each file."""
        return [Partition(file) for file in self.files]


@dataclass(slots=True)
class ExchangedFiles:
    """A table behind an exchange: it is computed when it is first read, into files.

    Attributes:
        tables: What is brought together; nothing refers to them any more when it is computed.
        stage: The function.
        schema: Schema of what it yields.
        compute: Computes it.
        files: The computed table, None before.
    """

    tables: Sequence[SparkTable]
    stage: Callable[..., Iterable[pa.RecordBatch]]
    schema: pa.Schema
    compute: Callable[[ExchangedFiles], StoredFiles]
    files: StoredFiles | None = None

    @property
    def name(self) -> str:
        """The name of the stage."""
        return name_of(self.stage)

    def stored(self) -> StoredFiles:
        """Compute it, unless that is done."""
        if self.files is None:
            self.files, self.tables = self.compute(self), ()
        return self.files

    def partitions(self) -> list[Partition]:
        """Return a partition for each of its files."""
        return self.stored().partitions()
