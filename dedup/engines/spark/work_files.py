"""Files that the machines of a cluster share: partitions of tables, and tables that all read."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from dedup.engines.arrow_files import read_table
from dedup.errors import OutputError
from dedup.locations import Location

_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")

COPIED_AT_ONCE = 16_000_000
"""Bytes of a shared file that are copied at once."""

COPIES_STAY = 7 * 24 * 3600.0
"""Seconds for which a copy of a shared file stays on a machine; what is still needed is copied
again."""


@dataclass(frozen=True, slots=True)
class WorkFile:
    """A partition of a table in a file.

    Attributes:
        location: Where it is.
        size: Its bytes, compressed.
        rows: Its rows.
    """

    location: Location
    size: int
    rows: int

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield its record batches.

        Args:
            columns: Those that are read and unpacked, in the order of the file; None for all.

        Raises:
            OutputError: It is missing or damaged.
        """
        if not self.rows:
            return
        try:
            with self.location.read() as file, _opened(file, columns) as reader:
                for number in range(reader.num_record_batches):
                    batch = reader.get_batch(number)
                    batch.validate()
                    yield batch
        except (pa.ArrowException, OSError) as error:
            raise damaged(self.location) from error


def _opened(file: Any, columns: Sequence[str] | None) -> pa.ipc.RecordBatchFileReader:
    """Return a reader of some columns of a file.

    Raises:
        pa.ArrowException: The file is damaged.
    """
    if columns is None:
        return pa.ipc.open_file(file)
    with pa.ipc.open_file(file) as whole:
        names = whole.schema.names
    wanted = [place for place, name in enumerate(names) if name in columns]
    if not wanted:  # Arrow takes an empty list for all columns
        wanted = [0]
    file.seek(0)
    return pa.ipc.open_file(file, options=pa.ipc.IpcReadOptions(included_fields=wanted))


def damaged(location: Location) -> OutputError:
    """Return the error for a file of the run that cannot be read."""
    return OutputError(
        f"{location}, a temporary file of this run, is missing or damaged; run again with --resume"
    )


def write_work_file(
    location: Location, schema: pa.Schema, batches: Iterable[pa.RecordBatch]
) -> WorkFile:
    """Write a partition to a file.

    Raises:
        OSError: It cannot be written.
    """
    rows = 0
    with location.written() as file:
        with pa.ipc.new_file(file, schema, options=_OPTIONS) as writer:
            for batch in batches:
                if batch.num_rows:
                    writer.write_batch(batch)
                    rows += batch.num_rows
        size = file.tell()
    return WorkFile(location, size, rows)


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A table that every process of every machine can read; it lies in mapped memory.

    Attributes:
        location: The file.
        schema: Its columns.
        size: Its bytes.
    """

    location: Location
    schema: pa.Schema
    size: int

    def __call__(self) -> pa.Table:
        """Return the table; the first process of a machine copies a file that lies elsewhere.

        Raises:
            OutputError: It is missing or damaged, or the disk of the machine is full.
        """
        path = self.location.path if self.location.is_local else self._copied()
        return read_table(path, self.schema)

    def _copied(self) -> Path:
        """Return the copy on this machine."""
        folder = Path(tempfile.gettempdir()) / f"dedup-shared-{os.getuid()}"
        name = hashlib.sha256(self.location.address.encode()).hexdigest()[:32]
        path = folder / f"{name}.arrow"
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            if folder.lstat().st_uid != os.getuid():  # of a link, too: it is nobody else's
                raise OutputError(f"{folder} belongs to another user; remove it")
            with (folder / "lock").open("wb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not (path.is_file() and path.stat().st_size == self.size):
                    _remove_old(folder)
                    self._copy(Location(str(path)))
        except OSError as error:
            raise damaged(self.location) from error
        return path

    def _copy(self, to: Location) -> None:
        """Copy the file.

        Raises:
            OSError: It cannot be read or written.
        """
        with self.location.read() as file, to.written() as copy:
            while data := file.read(COPIED_AT_ONCE):
                copy.write(data)


def _remove_old(folder: Path) -> None:
    """Remove copies of runs that ended long ago: nobody tells a machine when a run ends."""
    for path in folder.glob("*.arrow*"):  # with those that were not finished
        if path.lstat().st_mtime < time.time() - COPIES_STAY:
            path.unlink(missing_ok=True)


def write_shared_file(location: Location, table: pa.Table) -> SharedFile:
    """Write a table for all to read.

    Raises:
        OSError: It cannot be written.
    """
    with location.written() as file:
        with pa.ipc.new_file(file, table.schema) as writer:
            for batch in table.combine_chunks().to_batches():
                writer.write_batch(batch)
        size = file.tell()
    return SharedFile(location, table.schema, size)
