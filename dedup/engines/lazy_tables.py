"""The tables of the engine of one machine: each knows how its partitions are computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from dedup.engines.arrow_files import ArrowFile, read_table
from dedup.engines.engine import Batches
from dedup.engines.partition_tasks import (
    Exchanged,
    MapStage,
    Partition,
    SortedFile,
    of_schema,
)
from dedup.engines.table_work import SpillFolder, TableWork


class LocalTable(Protocol):
    """A table that may not be computed yet."""

    @property
    def schema(self) -> pa.Schema:
        """Its columns."""
        ...

    @property
    def name(self) -> str:
        """What it is called while it is computed."""
        ...

    def partitions(self) -> list[Partition]:
        """Return its partitions; what stands before an exchange is computed for it."""
        ...


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A table in files.

    Attributes:
        schema: Its columns.
        name: Its name.
        files: A partition each.
        folder: Where the files are until nothing refers to it any more; None where they stay.
    """

    schema: pa.Schema
    name: str
    files: Sequence[ArrowFile]
    folder: SpillFolder | None = None

    def partitions(self) -> list[Partition]:
        """Return a partition for each file."""
        return [Partition(file) for file in self.files]


@dataclass(slots=True)
class ScannedTable:
    """A table that is read from parts, once."""

    work: TableWork
    parts: Sequence[Any]
    read: Callable[[Any], Batches]
    schema: pa.Schema
    stored: StoredTable | None = None

    @property
    def name(self) -> str:
        """The name of the function that reads."""
        return name_of(self.read)

    def partitions(self) -> list[Partition]:
        """Read all parts into files, unless that is done."""
        if self.stored is None:
            folder = self.work.new_folder()
            self.stored = StoredTable(self.schema, self.name, self.write(folder.path), folder)
        return self.stored.partitions()

    def write(self, folder: Path) -> list[ArrowFile]:
        """Read all parts into files of a folder."""
        batches = (batch for part in self.parts for batch in self.read(part))
        return self.work.write_files(folder, of_schema(batches, self.schema), self.schema)


@dataclass(frozen=True, slots=True)
class MappedTable:
    """A table behind a stage."""

    table: LocalTable
    stage: MapStage

    @property
    def schema(self) -> pa.Schema:
        """What the stage yields."""
        return self.stage.schema

    @property
    def name(self) -> str:
        """The name of the stage."""
        return name_of(self.stage.stage)

    def partitions(self) -> list[Partition]:
        """Return the partitions, with the stage behind each."""
        return [each.then(self.stage) for each in self.table.partitions()]


@dataclass(slots=True)
class ExchangedTable:
    """A table behind an exchange. Its rows are sorted once; then nothing refers to its tables."""

    work: TableWork
    tables: Sequence[LocalTable]
    stage: Callable[..., Iterable[pa.RecordBatch]]
    schema: pa.Schema
    folder: SpillFolder | None = None
    sources: Sequence[Exchanged] = ()

    @property
    def name(self) -> str:
        """The name of the stage."""
        return name_of(self.stage)

    def partitions(self) -> list[Partition]:
        """Sort the rows of all tables by key, unless that is done."""
        if self.folder is None:
            folder = self.work.new_folder()
            files = [
                self.work.sort(
                    table.name, table.partitions(), table.schema, folder.path / str(number)
                )
                for number, table in enumerate(self.tables)
            ]
            self.sources = [self._source(files, *each) for each in self.work.ranges(files)]
            self.folder, self.tables = folder, ()
        return [Partition(source) for source in self.sources]

    def _source(
        self, files: Sequence[Sequence[SortedFile]], first: int, last: int, size: int
    ) -> Exchanged:
        """Return the rows of some slots, through the stage."""
        inputs = tuple(
            (table.schema, tuple(file.within(first, last) for file in of_table))
            for table, of_table in zip(self.tables, files, strict=True)
        )
        return Exchanged(inputs, self.stage, self.schema, size)


@dataclass(frozen=True, slots=True)
class UnionTable:
    """Several tables as one."""

    tables: Sequence[LocalTable]

    @property
    def schema(self) -> pa.Schema:
        """That of each."""
        return self.tables[0].schema

    @property
    def name(self) -> str:
        """That of the first."""
        return self.tables[0].name

    def partitions(self) -> list[Partition]:
        """Return the partitions of all."""
        return [each for table in self.tables for each in table.partitions()]


@dataclass(frozen=True, slots=True)
class SharedTable:
    """A table in a file that the processes of this machine map when they ask for it."""

    path: Path
    schema: pa.Schema

    def __call__(self) -> pa.Table:
        """Return the table.

        Raises:
            OutputError: The file is damaged.
        """
        return read_table(self.path, self.schema)


def name_of(function: Callable[..., Any]) -> str:
    """Return the name of a function as a person reads it."""
    while isinstance(function, partial):
        function = function.func
    return getattr(function, "__name__", "stage").strip("_").replace("_", " ")
