"""Arrow IPC files: how an engine keeps rows on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from dedup.errors import OutputError


@dataclass(frozen=True, slots=True)
class ArrowFile:
    """A file of record batches.

    Attributes:
        path: Where it is.
        size: Its bytes.
        rows: Its rows.
    """

    path: Path
    size: int
    rows: int

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield its record batches, all columns of them, which lie in mapped memory.

        Raises:
            OutputError: It is damaged.
        """
        yield from read_batches(self.path)


@contextmanager
def writing(path: Path, schema: pa.Schema) -> Iterator[pa.ipc.RecordBatchFileWriter]:
    """Write a file of record batches.

    Raises:
        OSError: It cannot be written.
    """
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, schema) as writer:
        yield writer


def write_batches(path: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> ArrowFile:
    """Write record batches to a file.

    Raises:
        OSError: It cannot be written.
    """
    rows = 0
    with writing(path, schema) as writer:
        for batch in batches:
            if batch.num_rows:
                writer.write_batch(batch)
                rows += batch.num_rows
    return ArrowFile(path, path.stat().st_size, rows)


def read_batches(path: Path) -> list[pa.RecordBatch]:
    """Return the record batches of a file; they lie in mapped memory.

    Raises:
        OutputError: It is damaged.
    """
    try:
        with pa.memory_map(str(path)) as file:
            reader = pa.ipc.open_file(file)
            batches = [reader.get_batch(number) for number in range(reader.num_record_batches)]
            for batch in batches:
                batch.validate()
    except (pa.ArrowException, OSError) as error:
        raise OutputError(
            f"{path}, a temporary file of this run, is missing or damaged; run again with --resume",
            path=path,
        ) from error
    return batches


def read_table(path: Path, schema: pa.Schema) -> pa.Table:
    """Return the rows of a file; they lie in mapped memory.

    Raises:
        OutputError: It is damaged.
    """
    return pa.Table.from_batches(read_batches(path), schema)


def digest(path: Path) -> str:
    """Return a digest of the bytes of a file.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, hashlib.blake2b).hexdigest()
