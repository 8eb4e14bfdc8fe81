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
from dedup.write.part_files import PartFile, reported
from dedup.write.table_files import (
    BUFFER,
    MOST_SHARDS,
    Lines,
    shard_name,
    shards_of,
    too_many_shards,
    write_table,
)

Item = TypeVar("Item")


class _Passing(Generic[Item]):
    """Items on their way: how many have passed, and the last of them."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = items
        self.count = 0
        self.last: Item | None = None

    def __iter__(self) -> Iterator[Item]:
        for item in self._items:
            self.count += 1
            self.last = item
            yield item


def write_line_part(
    folder: Location,
    table: str,
    suffix: str,
    items: Iterable[Item],
    number: Callable[[Item], int],
    as_lines: Callable[[Iterable[Item]], Lines],
    shard_bytes: int | None = None,
) -> Iterator[pa.RecordBatch]:
    """Write lines to files of a folder, and yield their rows of ``PART_FILES``.

    Without lines no file is written.

    Args:
        folder: The folder, which is made where there is none.
        table: Name of the table.
        suffix: How it is written, one of :data:`dedup.write.SUFFIXES`.
        items: What the lines are made from, one each.
        number: Returns the number of an item, by which files are ordered.
        as_lines: Returns the lines of items, each when its item was taken; rows for Parquet.
        shard_bytes: Most bytes of lines, before compression, in a file, unless it has one line;
            None for one file.

    Raises:
        OutputError: A file cannot be written, or there are too many.
    """
    left = iter(items)
    first = next(left, None)
    if first is None:
        return
    passing = _Passing(chain([first], left))
    lines = as_lines(passing)
    shards = [lines] if shard_bytes is None else shards_of(lines, shard_bytes)
    for count, shard in enumerate(shards):
        if count == MOST_SHARDS:
            raise too_many_shards(table)
        # The line of the last item that was taken is the first of the file.
        begin = number(first if passing.last is None else passing.last)
        counted = _Passing(shard)
        name = f"{uuid.uuid4().hex}{suffix}"
        size = _write(folder, name, table, suffix, counted)
        yield PartFile(name, counted.count, size, begin).as_row()


def empty_part(folder: Location, table: str, suffix: str) -> PartFile:
    """Write the file of a table that has no line.

    Raises:
        OutputError: It cannot be written.
    """
    name = f"empty{suffix}"
    return PartFile(name, 0, _write(folder, name, table, suffix, ()), None)


def _write(folder: Location, name: str, table: str, suffix: str, lines: Lines) -> int:
    """Write a file, and return its size in bytes."""
    with reported(folder), (folder / name).written() as file:
        # To write each line to a file of Arrow takes ten times as long.
        buffered = BufferedWriter(file, BUFFER)
        write_table(cast(BinaryIO, buffered), lines, table, suffix)
        buffered.flush()
        size: int = file.tell()
        buffered.detach()
    return size


def part_names(
    stem: str, suffix: str, files: Sequence[PartFile], shard_bytes: int | None = None
) -> list[str]:
    """Return the last names of the parts of a table: those of shards.

    Args:
        stem: What the names begin with.
        suffix: What they end in.
        files: The files.
        shard_bytes: See :func:`write_line_part`.

    Raises:
        OutputError: There are too many.
    """
    if len(files) > MOST_SHARDS and shard_bytes is not None:
        raise too_many_shards(stem)
    if len(files) > MOST_SHARDS:
        raise OutputError(
            f"more than {MOST_SHARDS:,} files of {stem}; name larger files as inputs, or choose "
            "fewer --partitions"
        )
    return [shard_name(stem, suffix, number) for number in range(len(files))]
