"""Work on the partitions of tables: in workers where that pays, from files to files of a folder."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa

from dedup.engines.arrow_files import ArrowFile, writing
from dedup.engines.partition_tasks import (
    SLOTS,
    Partition,
    SortedFile,
    even_ranges,
    slot_ranges,
    sort_partition,
    write_partition,
)
from dedup.kernels.array_types import Int64s
from dedup.parallel.task_pool import TaskPool
from dedup.progress import Progress

LEAST_PARTITIONS = 8
"""Partitions of a table that is not small, so that no worker waits for the last one for long."""

SMALL_BYTES = 1_000_000
"""Bytes of a partition that are worth a task."""

Done = TypeVar("Done", ArrowFile, SortedFile)


class SpillFolder:
    """A folder that is removed when nothing refers to it any more."""

    def __init__(self, inside: Path) -> None:
        """Make it, under a name that no other folder has or had: those may be removed later."""
        inside.mkdir(parents=True, exist_ok=True)
        self.path = Path(tempfile.mkdtemp(dir=inside))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


class TableWork:
    """What all tables of an engine have in common: workers, a folder, and limits."""

    def __init__(
        self,
        folder: Path,
        pool: TaskPool | None,
        progress: Progress,
        *,
        partitions: int | None,
        partition_bytes: int,
        start_bytes: int,
    ) -> None:
        """See :class:`dedup.engines.local.LocalEngine`; without a pool this process works."""
        self._folder = folder
        self._pool = pool
        self._progress = progress
        self._partitions = partitions
        self._partition_bytes = partition_bytes
        self._start_bytes = start_bytes

    def new_folder(self) -> SpillFolder:
        """Return a new folder for files that nobody keeps."""
        return SpillFolder(self._folder)

    def write_files(
        self, folder: Path, batches: Iterable[pa.RecordBatch], schema: pa.Schema
    ) -> list[ArrowFile]:
        """Write rows that this process has to files of some bytes, a partition each."""
        files: list[ArrowFile] = []
        total = 0
        waiting = iter(batches)
        batch = next(waiting, None)
        while batch is not None or not files:
            path = folder / f"{len(files):06}.arrow"
            size = rows = 0
            with writing(path, schema) as writer:
                most = self._within(total)
                while batch is not None and size < most:
                    writer.write_batch(batch)
                    size, rows = size + batch.nbytes, rows + batch.num_rows
                    batch = next(waiting, None)
            files.append(ArrowFile(path, path.stat().st_size, rows))
            total += size
        return files

    def _within(self, size: int) -> int:
        """Return the bytes of a partition of a table of some bytes."""
        return min(self._partition_bytes, max(SMALL_BYTES, size // LEAST_PARTITIONS))

    def write_load(self, folder: Path, table: pa.Table) -> list[ArrowFile]:
        """Write a table of this process to files of some bytes, a partition each."""
        rows = table.num_rows * self._within(table.nbytes) // max(1, table.nbytes)
        return self.write_files(folder, table.to_batches(max_chunksize=max(1, rows)), table.schema)

    def write(
        self, name: str, partitions: Sequence[Partition], schema: pa.Schema, folder: Path
    ) -> list[ArrowFile]:
        """Compute the partitions of a table, and write each to a file."""
        return self._run(write_partition, name, partitions, schema, folder)

    def sort(
        self, name: str, partitions: Sequence[Partition], schema: pa.Schema, folder: Path
    ) -> list[SortedFile]:
        """Compute the partitions of a table, and write each to a file, sorted for an exchange."""
        return self._run(sort_partition, name, partitions, schema, folder)

    def _run(
        self,
        task: Callable[[Partition, pa.Schema, Path], Done],
        name: str,
        partitions: Sequence[Partition],
        schema: pa.Schema,
        folder: Path,
    ) -> list[Done]:
        """Do a task for each partition, in workers where that pays."""
        folder.mkdir(exist_ok=True)
        tasks = [
            (partition, schema, folder / f"{number:06}.arrow")
            for number, partition in enumerate(partitions)
        ]
        self._progress.start(name, len(tasks), "partition")
        if self._pool is not None and self._is_worth(self._pool, partitions):
            found = self._pool.results(task, tasks, self._count, waits=not self._start_bytes)
        else:
            found = []
            for each in tasks:
                found.append(task(*each))
                self._count(found[-1])
        self._progress.end()
        return found

    def _is_worth(self, pool: TaskPool, partitions: Sequence[Partition]) -> bool:
        """Return whether workers are faster than this process: to start them takes a second."""
        size = sum(each.source.size for each in partitions)
        return len(partitions) > 1 and (pool.is_started or size >= self._start_bytes)

    def _count(self, file: ArrowFile | SortedFile) -> None:
        """Count a partition that is done, and its rows."""
        self._progress.advance(1, file.rows)

    def ranges(self, inputs: Sequence[Sequence[SortedFile]]) -> list[tuple[int, int, int]]:
        """Return first slot, slot behind the last, and bytes of each partition of an exchange.

        Args:
            inputs: The files of each table.
        """
        sizes: Int64s = np.zeros(SLOTS, np.int64)
        for files in inputs:
            for file in files:
                sizes += file.slot_bytes()
        ranges = (
            slot_ranges(sizes, self._within(int(sizes.sum())))
            if self._partitions is None
            else even_ranges(self._partitions)
        )
        return [(first, last, int(sizes[first:last].sum())) for first, last in ranges]
