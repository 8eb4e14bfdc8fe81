"""The verbs of a plan over Spark Connect.

A table is a list of files at a location that all machines share, one a partition. What stands
between two exchanges runs in one task for each partition. An exchange is a shuffle of Spark whose
result is written to files, too: so no table depends on what is in the memory of a machine.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa

from dedup.engines.engine import Batches, Part, Shared
from dedup.engines.lazy_tables import MappedTable, UnionTable
from dedup.engines.partition_tasks import MapStage, Partition
from dedup.engines.spark.packed_rows import PACKED_DDL, spark_numbers
from dedup.engines.spark.session import EngineSession, Rows
from dedup.engines.spark.spark_tables import (
    ExchangedFiles,
    PartSource,
    ScannedParts,
    SparkTable,
    StoredFiles,
)
from dedup.engines.spark.spark_tasks import (
    REPORTS,
    REPORTS_DDL,
    ExchangeTask,
    PackTask,
    Prepare,
    Task,
    WriteTask,
    run_tasks,
)
from dedup.engines.spark.stage_costs import StageCost, TaskCost, stage_cost
from dedup.engines.spark.work_files import WorkFile, write_shared_file, write_work_file
from dedup.engines.spark.work_folder import WorkFolder
from dedup.errors import OutputError
from dedup.locations import Location
from dedup.progress import NullProgress, Progress

PARTITION_BYTES = 32_000_000
"""Bytes of the files, compressed, for each of which an exchange has a partition: about 100 MB of
rows, where a stage takes some 400 MB."""

MOST_PARTITIONS = 20_000
LEAST_PARTITIONS = 8
SMALL_BYTES = 1_000_000
"""Bytes that are worth a task of their own."""

HERE_BYTES = 400_000
HERE_FILES = 64
"""What has no more bytes and files than these is done in this process, without the half second that
a job of Spark takes."""


class SparkEngine:
    """Runs a plan on a cluster; see :class:`dedup.engines.engine.Engine`.

    Attributes:
        costs: What the stages took so far, in their order.
    """

    def __init__(
        self,
        session: EngineSession,
        work: Location,
        *,
        partitions: int | None = None,
        plan_digest: str | None = None,
        prepare: Prepare | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Open a folder; what it holds of another plan is removed.

        Args:
            session: An open session.
            work: A folder that all machines read and write, and that is nobody else's.
            partitions: Partitions behind an exchange, and all work is sent to the cluster; None
                for as many as its bytes ask for, and small tables are made in this process.
            plan_digest: A digest of all that the tables depend on: inputs, options, program. None
                where no table that was kept is to be read.
            prepare: Is called in every process of a machine before its first task.
            progress: Learns of each stage and its tasks.

        Raises:
            OutputError: The folder cannot be written.
        """
        self.costs: list[StageCost] = []
        self._session, self._partitions, self._prepare = session, partitions, prepare
        self._progress = progress or NullProgress()
        self._folder = WorkFolder(work)
        self._names: set[str] = set()
        with written(work):
            self._folder.open(plan_digest)

    def __enter__(self) -> SparkEngine:
        """Return the engine."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Close; after an error kept tables stay for the run that is resumed."""
        self.close(resumable=kind is not None)

    def close(self, *, resumable: bool = False) -> None:
        """Remove what was written; the session stays open.

        Args:
            resumable: Whether kept tables stay.
        """
        self._folder.close(resumable=resumable)

    def scan(
        self, parts: Sequence[Part], read: Callable[[Part], Batches], schema: pa.Schema
    ) -> SparkTable:
        """Read each part in a task."""
        sources = [PartSource(part, read, schema) for part in parts]
        return ScannedParts(sources, read, schema)

    def map(
        self,
        table: SparkTable,
        stage: Callable[[Batches], Batches],
        schema: pa.Schema,
        columns: Sequence[str] | None = None,
    ) -> SparkTable:
        """Call a stage for each partition."""
        return MappedTable(table, MapStage(stage, schema, columns))

    def exchange(
        self,
        tables: Sequence[SparkTable],
        stage: Callable[..., Iterable[pa.RecordBatch]],
        schema: pa.Schema,
    ) -> SparkTable:
        """Bring rows together by key."""
        return ExchangedFiles(tables, stage, schema, self._spill_exchange)

    def union(self, *tables: SparkTable) -> SparkTable:
        """Return the partitions of all."""
        return UnionTable(tables)

    def keep(self, table: SparkTable, name: str) -> SparkTable:
        """Compute a table, unless it was kept before.

        Raises:
            ValueError: The plan keeps two tables under one name.
            OutputError: It cannot be written.
            EngineError: A task failed again and again.
        """
        if name in self._names:
            raise ValueError(f"the plan keeps two tables as {name}")
        self._names.add(name)
        with written(self._folder.location):
            files = self._folder.kept(name, table.schema)
            if files is None:
                folder = self._folder.new_kept(name)
                files = self._write(table, folder)
                self._folder.mark_kept(name, table.schema, files)
        return StoredFiles(table.schema, name, files)

    def collect(self, table: SparkTable) -> pa.Table:
        """Return all rows."""
        return pa.Table.from_batches(self.batches(table), table.schema)

    def batches(self, table: SparkTable) -> Batches:
        """Yield all rows, those of one file after another."""
        stored = self.stored(table)
        for file in stored.files:
            yield from file.batches()

    def load(self, table: pa.Table) -> SparkTable:
        """Write rows of this process to files."""
        with written(self._folder.location):
            folder = self._folder.new_spilled()
            parts = self._partitions_of(table.nbytes)
            rows = max(1, -(-table.num_rows // parts))
            batches = table.to_batches(max_chunksize=rows) or [None]
            files = [
                write_work_file(
                    folder.location / f"{number:06}.arrow", table.schema, [batch] if batch else []
                )
                for number, batch in enumerate(batches)
            ]
        return StoredFiles(table.schema, "load", files, folder)

    def share(self, table: pa.Table) -> Shared:
        """Write rows to a file that all processes map; it stays until the engine is closed."""
        with written(self._folder.location):
            return write_shared_file(self._folder.new_shared(), table)

    def stored(self, table: SparkTable) -> StoredFiles:
        """Return a table in files, a partition each; it is computed unless it is."""
        if isinstance(table, StoredFiles):
            return table
        if isinstance(table, ExchangedFiles):
            return table.stored()
        partitions = table.partitions()
        files = [each.source for each in partitions if isinstance(each.source, WorkFile)]
        if len(files) == len(partitions) and not any(each.stages for each in partitions):
            return StoredFiles(table.schema, table.name, files, table)
        with written(self._folder.location):
            folder = self._folder.new_spilled()
            written_files = self._write(table, folder.location)
        return StoredFiles(table.schema, table.name, written_files, folder)

    def _spill_exchange(self, table: ExchangedFiles) -> StoredFiles:
        """Compute an exchange into files that go with their table."""
        with written(self._folder.location):
            folder = self._folder.new_spilled()
            files = self._exchange(table, folder.location)
        return StoredFiles(table.schema, table.name, files, folder)

    def _write(self, table: SparkTable, folder: Location) -> list[WorkFile]:
        """Compute a table into files of a folder, one a partition."""
        if isinstance(table, ExchangedFiles) and table.files is None:
            return self._exchange(table, folder)
        partitions = table.partitions()
        tasks = tuple(WriteTask(each, table.schema, folder) for each in partitions)
        if self._is_small(partitions):
            return self._files(table.name, lambda: self._done_here(tasks), len(tasks), folder)
        rows = self._rows_of(tasks, REPORTS_DDL)
        return self._files(table.name, lambda: self._collected(rows), len(tasks), folder)

    def _exchange(self, table: ExchangedFiles, folder: Location) -> list[WorkFile]:
        """Compute an exchange into files of a folder."""
        inputs = [each.partitions() for each in table.tables]
        every = [each for listed in inputs for each in listed]
        partitions = self._partitions or self._partitions_of(
            sum(each.source.size for each in every)
        )
        targets = np.array(spark_numbers(partitions), np.int64)
        tasks = tuple(
            PackTask(each, number, targets)
            for number, listed in enumerate(inputs)
            for each in listed
        )
        schemas = tuple(each.schema for each in table.tables)
        last = ExchangeTask(schemas, table.stage, table.schema, folder, self._prepare)
        count = len(tasks) + partitions
        if self._is_small(every):
            return self._files(table.name, lambda: self._done_here(tasks, last), count, folder)
        rows = self._rows_of(tasks, PACKED_DDL).repartition(partitions, "to")
        rows = rows.mapInArrow(lambda batches: last.run(batches), REPORTS_DDL)
        return self._files(table.name, lambda: self._collected(rows), count, folder)

    def _is_small(self, partitions: Sequence[Partition]) -> bool:
        """Return whether this process is faster than a job; it reads no inputs of a dump."""
        files = [each.source for each in partitions if isinstance(each.source, WorkFile)]
        if self._partitions or not len(files) == len(partitions) <= HERE_FILES:
            return False
        return sum(file.size for file in files) <= HERE_BYTES

    def _partitions_of(self, size: int) -> int:
        """Return the partitions of a table of some bytes."""
        within = min(PARTITION_BYTES, max(SMALL_BYTES, size // LEAST_PARTITIONS))
        return max(1, min(MOST_PARTITIONS, -(-size // within)))

    def _rows_of(self, tasks: tuple[Task, ...], ddl: str) -> Rows:
        """Return the rows that tasks yield, each task in a partition of its own."""
        prepare = self._prepare
        numbers = self._session.range(max(1, len(tasks)))
        return numbers.mapInArrow(lambda batches: run_tasks(tasks, prepare, batches), ddl)

    def _collected(self, rows: Rows) -> pa.Table:
        """Run a job, and return what its tasks report."""
        return self._session.collect(rows, self._progress.advance)

    def _done_here(self, tasks: tuple[Task, ...], last: ExchangeTask | None = None) -> pa.Table:
        """Do tasks, and the one behind them, in this process; return what they report."""
        numbers = pa.record_batch([pa.array(range(len(tasks)), pa.int64())], ["id"])
        batches = run_tasks(tasks, self._prepare, iter([numbers]))
        reports = pa.Table.from_batches(last.run(batches) if last else batches, REPORTS)
        self._progress.advance(len(tasks) + bool(last))
        return reports

    def _files(
        self, name: str, job: Callable[[], pa.Table], tasks: int, folder: Location
    ) -> list[WorkFile]:
        """Run a job, and return the files that its tasks report, in order."""
        began = time.perf_counter()
        self._progress.start(name, tasks, "partition")
        reports = job()
        self._progress.end()
        found = sorted(
            zip(reports["number"].to_pylist(), reports["report"].to_pylist(), strict=True)
        )
        listed = [json.loads(report) for _, report in found]
        files = [_work_file(folder, each["file"]) for each in listed if each["file"]["rows"]]
        before = [TaskCost(**cost) for each in listed for cost in each.get("before", ())]
        costs = [TaskCost(**each["cost"]) for each in listed]
        total = sum(file.rows for file in files), sum(file.size for file in files)
        self.costs.append(stage_cost(name, time.perf_counter() - began, before, costs, *total))
        return files


def _work_file(folder: Location, reported: dict[str, Any]) -> WorkFile:
    """Return a file that a task reports."""
    return WorkFile(folder / reported["name"], reported["size"], reported["rows"])


@contextmanager
def written(place: Location) -> Iterator[None]:
    """Report an error of the disk or of the store of objects as one sentence."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"cannot write to {place} ({str(error).partition(chr(10))[0]}); choose a folder that "
            "this process and all machines of the cluster can write, with room for about the size "
            "of the input"
        ) from error
