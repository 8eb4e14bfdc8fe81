"""The engine of one machine: worker processes, and tables in files of a folder.

A table is computed when it is kept or collected, or when an exchange behind it is read. The stages
between two exchanges run in one task for each partition. A table that is read twice without being
kept is computed twice, but for the exchanges before it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import pyarrow as pa

from dedup.engines.arrow_files import ArrowFile, write_batches
from dedup.engines.engine import Batches, Part, Shared
from dedup.engines.kept_tables import KeptTables
from dedup.engines.lazy_tables import (
    ExchangedTable,
    LocalTable,
    MappedTable,
    ScannedTable,
    SharedTable,
    StoredTable,
    UnionTable,
)
from dedup.engines.partition_tasks import MapStage
from dedup.engines.table_work import SpillFolder, TableWork
from dedup.errors import refused
from dedup.parallel.task_pool import TaskPool
from dedup.progress import NullProgress, Progress

PARTITION_BYTES = 32_000_000
"""Most bytes of a partition, where their number is not given."""

START_BYTES = 8_000_000
"""Rows that are worth starting workers for."""

_KEPT, _SPILLED, _PLAN = "kept", "spilled", "plan.json"


class LocalEngine:
    """Runs a plan on one machine; see :class:`dedup.engines.engine.Engine`."""

    def __init__(
        self,
        folder: Path,
        *,
        workers: int = 1,
        partitions: int | None = None,
        plan_digest: str | None = None,
        preload: str = "dedup.engines.local",
        progress: Progress | None = None,
        partition_bytes: int = PARTITION_BYTES,
        start_bytes: int = START_BYTES,
    ) -> None:
        """Open a folder; what it holds of another plan is removed.

        Args:
            folder: Where tables are; made where it is missing, and nobody else's.
            workers: Processes that work; 1 for this one alone.
            partitions: Partitions behind an exchange, None for as many as its bytes ask for.
            plan_digest: A digest of all that the tables depend on: inputs, options, program. None
                where no table that was kept is to be read.
            preload: See :func:`dedup.parallel.processes.worker_context`.
            progress: Learns of each table that is computed and its partitions; a scan is for its
                reader to show.
            partition_bytes: Most bytes of a partition.
            start_bytes: Bytes that are worth starting workers for. This process works until they
                have started; where this is 0, it waits for them.

        Raises:
            OutputError: The folder cannot be written.
        """
        self._folder = folder
        self._kept = KeptTables(folder / _KEPT)
        self._pool = TaskPool(workers, preload) if workers > 1 else None
        self._work = TableWork(
            folder / _SPILLED, self._pool, progress or NullProgress(),
            partitions=partitions, partition_bytes=partition_bytes, start_bytes=start_bytes,
        )  # fmt: skip
        self._names: set[str] = set()
        self._shared: list[SpillFolder] = []
        with refused(folder):
            self._open(plan_digest)

    def _open(self, plan_digest: str | None) -> None:
        """Keep the tables of the same plan, and remove all else."""
        shutil.rmtree(self._folder / _SPILLED, ignore_errors=True)
        plan = self._folder / _PLAN
        try:
            is_same = plan_digest is not None and json.loads(plan.read_bytes()) == plan_digest
        except (OSError, ValueError):
            is_same = False
        if not is_same:
            self._remove_kept()
            self._folder.mkdir(parents=True, exist_ok=True)
            part = plan.with_name(f".{_PLAN}.part")
            part.write_text(json.dumps(plan_digest), "utf-8")
            part.replace(plan)

    def _remove_kept(self) -> None:
        """Remove all kept tables, the digest of their plan first."""
        (self._folder / _PLAN).unlink(missing_ok=True)
        shutil.rmtree(self._folder / _KEPT, ignore_errors=True)

    def __enter__(self) -> LocalEngine:
        """Return the engine."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Close; after an error kept tables stay for the run that is resumed."""
        self.close(resumable=kind is not None)

    def close(self, *, resumable: bool = False) -> None:
        """End the workers, and remove what was written.

        Args:
            resumable: Whether kept tables stay.
        """
        if self._pool is not None:
            self._pool.stop()
        self._shared.clear()
        shutil.rmtree(self._folder / _SPILLED, ignore_errors=True)
        if not resumable:
            self._remove_kept()
            if self._folder.is_dir() and not any(self._folder.iterdir()):
                self._folder.rmdir()

    def scan(
        self, parts: Sequence[Part], read: Callable[[Part], Batches], schema: pa.Schema
    ) -> LocalTable:
        """Read parts in this process, one after another, into files of some bytes."""
        return ScannedTable(self._work, parts, read, schema)

    def map(
        self,
        table: LocalTable,
        stage: Callable[[Batches], Batches],
        schema: pa.Schema,
        columns: Sequence[str] | None = None,
    ) -> LocalTable:
        """Call a stage for each partition."""
        return MappedTable(table, MapStage(stage, schema, columns))

    def exchange(
        self,
        tables: Sequence[LocalTable],
        stage: Callable[..., Iterable[pa.RecordBatch]],
        schema: pa.Schema,
    ) -> LocalTable:
        """Bring rows together by key."""
        return ExchangedTable(self._work, tables, stage, schema)

    def union(self, *tables: LocalTable) -> LocalTable:
        """Return the partitions of all."""
        return UnionTable(tables)

    def keep(self, table: LocalTable, name: str) -> LocalTable:
        """Compute a table, unless it was kept before.

        Raises:
            ValueError: The plan keeps two tables under one name.
            OutputError: It cannot be written, or a file before it is damaged.
        """
        if name in self._names:
            raise ValueError(f"the plan keeps two tables as {name}")
        self._names.add(name)
        with refused(self._folder):
            files = self._kept.load(name, table.schema)
            if files is None:
                write = partial(self._write, table, name)
                files = self._kept.save(name, table.schema, write)
        return StoredTable(table.schema, name, files)

    def collect(self, table: LocalTable) -> pa.Table:
        """Return all rows; those that are not in memory lie in mapped files.

        Raises:
            OutputError: A file cannot be written, or is damaged.
        """
        return pa.Table.from_batches(self.batches(table), table.schema)

    def batches(self, table: LocalTable) -> Batches:
        """Yield all rows; those of one file after another lie in mapped memory.

        Raises:
            OutputError: A file cannot be written, or is damaged.
        """
        if not isinstance(table, StoredTable):
            with refused(self._folder):
                folder = self._work.new_folder()
                files = self._write(table, table.name, folder.path)
                table = StoredTable(table.schema, table.name, files, folder)
        for file in table.files:
            yield from file.batches()

    def load(self, table: pa.Table) -> LocalTable:
        """Write rows of this process to files.

        Raises:
            OutputError: They cannot be written.
        """
        with refused(self._folder):
            folder = self._work.new_folder()
            files = self._work.write_load(folder.path, table)
        return StoredTable(table.schema, "load", files, folder)

    def share(self, table: pa.Table) -> Shared:
        """Write rows to a file that all processes map; it stays until the engine is closed.

        Raises:
            OutputError: They cannot be written.
        """
        with refused(self._folder):
            folder = self._work.new_folder()
            path = folder.path / "shared.arrow"
            write_batches(path, table.schema, iter(table.combine_chunks().to_batches()))
        self._shared.append(folder)
        return SharedTable(path, table.schema)

    def _write(self, table: LocalTable, name: str, folder: Path) -> list[ArrowFile]:
        """Write a table to files of a folder, one for each partition."""
        if isinstance(table, ScannedTable) and table.stored is None:
            return table.write(folder)
        return self._work.write(name, table.partitions(), table.schema, folder)
