"""Files that the processes of an engine write, and how they report them.

A task may run several times, and at once on several machines: each time it writes a file under
another name. Only the files that a task reports count; the process that runs the plan gives them
the names that they keep.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from zlib import crc32

import pyarrow as pa
import pyarrow.parquet as pq

from dedup.errors import OutputError, refusal
from dedup.locations import Location, reason_of
from dedup.parallel.ordered_map import ordered_map

PART_FILES = pa.schema(
    [("name", pa.string()), ("rows", pa.int64()), ("bytes", pa.int64()), ("first", pa.int64()),
     ("checksum", pa.int64())]
)  # fmt: skip
"""Files that were written; ``first`` is the first whole number in it, by which they are ordered."""

ROWS_A_GROUP, BYTES_A_GROUP = 10_000, 32_000_000
"""Most rows of a row group of Parquet, and its most bytes in memory unless one row has more."""

_BLOCK_BYTES = 1 << 22

_THREADS = 16
"""Files that are moved at once: at an address each takes a request or two."""


class PartFile(NamedTuple):
    """A file that was written: a row of ``PART_FILES``.

    Attributes:
        name: Its name.
        rows: Its rows.
        bytes: Its bytes.
        first: The cell of its first row and column, None where that is no whole number.
        checksum: Of a file of Parquet its checksum, see :func:`checksum_of`.
    """

    name: str
    rows: int
    bytes: int
    first: int | None
    checksum: int | None = None

    def as_row(self) -> pa.RecordBatch:
        """Return it as a row of ``PART_FILES``."""
        cells = zip(self, PART_FILES.types, strict=True)
        return pa.record_batch([pa.array([cell], kind) for cell, kind in cells], schema=PART_FILES)


def part_files(table: pa.Table) -> list[PartFile]:
    """Return the files that stages reported, in order."""
    files = (PartFile(**row) for row in table.to_pylist())
    return sorted(files, key=lambda file: (-1 if file.first is None else file.first, file.name))


def write_parquet_part(
    folder: Location, schema: pa.Schema, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Write rows to a file of Parquet in a folder, and yield its row of ``PART_FILES``.

    It is a stage for :meth:`dedup.engines.engine.Engine.map`. Without rows it writes no file.

    Args:
        folder: The folder, which is made where there is none.
        schema: The schema of the rows.
        batches: The rows.

    Raises:
        OutputError: The file cannot be written.
    """
    groups = row_groups(batches)
    group = next(groups, None)
    if group is None:
        return
    name, rows = f"{uuid.uuid4().hex}.parquet", 0
    first = group[0][0].as_py() if pa.types.is_integer(schema[0].type) else None
    with reported(folder), (folder / name).written() as file:
        summed = _Summed(file)
        with pq.ParquetWriter(summed, schema, compression="zstd") as to:
            while group is not None:
                to.write_table(group, row_group_size=len(group))
                rows += len(group)
                group = next(groups, None)
    yield PartFile(name, rows, summed.size, first, summed.checksum).as_row()


def checksum_of(file: Any) -> int:
    """Return the checksum of an open file, CRC-32, which is read from its beginning to its end."""
    checksum = 0
    while block := file.read(_BLOCK_BYTES):
        checksum = crc32(block, checksum)
    return checksum


class _Summed:
    """A file that is written, with the checksum of what was."""

    closed = False

    def __init__(self, file: Any) -> None:
        self._file = file
        self.checksum = self.size = 0

    def write(self, data: Any) -> int:
        self.checksum = crc32(data, self.checksum)
        self._file.write(data)
        self.size += len(data)
        return len(data)

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        """Write nothing: the file is flushed when it is closed."""


def row_groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Yield rows, in their order, in tables that are row groups; none is empty.

    A reader of Parquet has a row group in memory, and so has its writer.
    """
    group: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        for piece in _pieces(batch):
            if group and (
                rows + piece.num_rows > ROWS_A_GROUP or size + piece.nbytes > BYTES_A_GROUP
            ):
                yield pa.Table.from_batches(group)
                group, rows, size = [], 0, 0
            group.append(piece)
            rows, size = rows + piece.num_rows, size + piece.nbytes
    if group:
        yield pa.Table.from_batches(group)


def _pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Yield a batch in pieces that are about small enough for a row group."""
    if batch.num_rows:
        of_bytes = BYTES_A_GROUP * batch.num_rows // max(batch.nbytes, 1)
        length = max(1, min(ROWS_A_GROUP, of_bytes))
        for start in range(0, batch.num_rows, length):
            yield batch.slice(start, length)


def has_all(folder: Location, sizes: Mapping[str, int]) -> bool:
    """Return whether files of some sizes are in a folder.

    Args:
        folder: The folder.
        sizes: Their bytes by name.

    Raises:
        OutputError: It cannot be read.
    """
    with reported(folder):
        there = {each.name: each.size for each in folder.entries()}
    return all(there.get(name) == size for name, size in sizes.items())


def move_all(moves: Iterable[tuple[Location, Location]]) -> None:
    """Give files their last places, as far as that is not done: it can be repeated.

    Args:
        moves: Where each is, and where it belongs.

    Raises:
        OSError: One cannot be moved.
    """
    for _ in ordered_map(_move_one, moves, _THREADS):
        pass


def _move_one(move: tuple[Location, Location]) -> None:
    """Move a file, unless that is done."""
    source, place = move
    if source.info() is not None:
        source.move(place)


@contextmanager
def reported(folder: Location) -> Iterator[None]:
    """Report an error of the disk, or of the store of objects, as one sentence on a folder.

    Raises:
        OutputError: There was one.
    """
    try:
        yield
    except OSError as error:
        raise unwritable(folder, error) from error


def unwritable(folder: Location, error: OSError) -> OutputError:
    """Return the error for a person where a folder cannot be written."""
    if folder.is_local:
        return refusal(folder.path, error)
    return OutputError(
        f"cannot write to {folder} ({reason_of(error)}); choose a folder that can be written"
    )
