"""Parts of a table of a run, as the processes of an engine write them, and their last names."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BufferedWriter
from itertools import chain
from typing import BinaryIO, Generic, TypeVar, cast

import pyarrow as pa

from dedup.errors import OutputError
from dedup.locations import Location
from dedup.write.part_files import PartFile, unwritable
from dedup.write.table_files import BUFFER, MOST_SHARDS, Lines, shard_name, write_table

Item = TypeVar("Item")


class _Counted(Generic[Item]):
    """Counts what passes."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = items
        self.count = 0

    def __iter__(self) -> Iterator[Item]:
        for item in self._items:
            self.count += 1
            yield item


def write_line_part(
    folder: Location,
    table: str,
    suffix: str,
    items: Iterable[Item],
    number: Callable[[Item], int],
    as_lines: Callable[[Iterable[Item]], Lines],
) -> Iterator[pa.RecordBatch]:
    """Write lines to a file of a folder, and yield its row of ``PART_FILES``.

    Without lines no file is written.

    Args:
        folder: The folder, which is made where there is none.
        table: Name of the table.
        suffix: How it is written, one of :data:`dedup.write.SUFFIXES`.
        items: What the lines are made from, one each.
        number: Returns the number of an item, by which files are ordered.
        as_lines: Returns the lines of items; rows for Parquet.

    Raises:
        OutputError: The file cannot be written.
    """
    left = iter(items)
    first = next(left, None)
    if first is None:
        return
    counted = _Counted(chain([first], left))
    name = f"{uuid.uuid4().hex}{suffix}"
    size = _write(folder, name, table, suffix, as_lines(counted))
    yield PartFile(name, counted.count, size, number(first)).as_row()


def empty_part(folder: Location, table: str, suffix: str) -> PartFile:
    """Write the file of a table that has no line.

    Raises:
        OutputError: It cannot be written.
    """
    name = f"empty{suffix}"
    return PartFile(name, 0, _write(folder, name, table, suffix, ()), None)


def _write(folder: Location, name: str, table: str, suffix: str, lines: Lines) -> int:
    """Write a file, and return its size in bytes."""
    try:
        with (folder / name).written() as file:
            # To write each line to a file of Arrow takes ten times as long.
            buffered = BufferedWriter(file, BUFFER)
            write_table(cast(BinaryIO, buffered), lines, table, suffix)
            buffered.flush()
            size: int = file.tell()
            buffered.detach()
    except OSError as error:
        raise unwritable(folder, error) from error
    return size


def part_names(stem: str, suffix: str, files: Sequence[PartFile]) -> list[str]:
    """Return the last names of the parts of a table: those of shards.

    Raises:
        OutputError: There are too many.
    """
    if len(files) > MOST_SHARDS:
        raise OutputError(
            f"more than {MOST_SHARDS:,} files of {stem}; name larger files as inputs, or choose "
            "fewer --partitions"
        )
    return [shard_name(stem, suffix, number) for number in range(len(files))]
