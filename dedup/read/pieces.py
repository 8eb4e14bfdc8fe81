"""Pieces of inputs that are read apart: together they give the records of the whole.

A piece is a file, some lines of a file of JSON lines, or some row groups of Parquet. It can be sent
to other processes and machines.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from dedup.config import ReadConfig
from dedup.errors import InputError
from dedup.models import RawLine, RawRecord, Rejection
from dedup.read.discover import Source
from dedup.read.formats import Format, format_of_name, is_named_compressed
from dedup.read.input import CHUNK, Input
from dedup.read.jsonl import begins_lines, read_numbered
from dedup.read.opening import open_source
from dedup.read.parquet import opened_parquet, read_row_group
from dedup.read.reader import detected_format, read_raw
from dedup.read.streams import Body, StreamFault, unreadable
from dedup.read.tally import Tally

# A read of a file whose lines are counted.
_COUNTED = 1 << 20


@dataclass(frozen=True, slots=True)
class LineRange:
    """Some bytes of a file, from the beginning of a line to that of another or the file's end.

    Attributes:
        start: The first byte.
        stop: The byte behind the last.
        first: Number of the first line, from 1.
    """

    start: int
    stop: int
    first: int


@dataclass(frozen=True, slots=True)
class RowGroups:
    """Some row groups of a Parquet file.

    Attributes:
        start: The first, from 0.
        stop: The one behind the last.
        rows: Rows of the file before them.
        size: Their bytes in the file.
    """

    start: int
    stop: int
    rows: int
    size: int


@dataclass(frozen=True, slots=True)
class Piece:
    """What is read by one process.

    Attributes:
        source: The file.
        within: What of it; None for all of it.
    """

    source: Source
    within: LineRange | RowGroups | None = None

    @property
    def size(self) -> int:
        """Its stored bytes."""
        if isinstance(self.within, LineRange):
            return self.within.stop - self.within.start
        return self.source.size if self.within is None else self.within.size


def sendable(source: Source) -> Source:
    """Return a source that a process with another current folder reads as this one does."""
    if isinstance(source.path, Path):
        return replace(source, path=source.path.absolute())
    return source


def read_piece(piece: Piece, config: ReadConfig, tally: Tally) -> Iterator[RawRecord | RawLine]:
    """Yield the records of a piece; see :func:`dedup.read.reader.read_raw`.

    Args:
        piece: What to read.
        config: Says which field is which, and how large a document may be.
        tally: Counts the file with its first piece, and the bytes of each.

    Raises:
        InputError: The file cannot be read at an address, or changed since it was cut into pieces.
    """
    path = piece.source.path
    if piece.source.size and isinstance(path, Path) and not os.path.lexists(path):
        raise InputError(
            f"{path} is not there for the process that reads it: give an address or a path that "
            "all machines reach",
            path=path,
        )
    if piece.within is None:
        yield from read_raw(piece.source, config, tally)
        return
    if isinstance(piece.within, LineRange):
        yield from _read_lines(piece.source, piece.within, config)
    else:
        yield from _read_row_groups(piece.source, piece.within, config)
    tally.files += piece.within.start == 0
    tally.bytes += piece.size


def may_be_split(source: Source) -> bool:
    """Return whether the name of a file leaves it open that it can be read in pieces."""
    named = format_of_name(source.name)
    return named in (None, Format.LINES, Format.PARQUET) and not is_named_compressed(source.name)


def format_to_split(source: Source) -> Format | None:
    """Return the format of a file that can be read in pieces, None for any other.

    Raises:
        InputError: It is at an address and cannot be read.
    """
    opened = open_source(source)
    if isinstance(opened, Rejection):
        return None
    with opened as file:
        content = Input(file, source.name, source.path, source.size)
        if content.compression or not content.head:
            return None
        detected = detected_format(content)
    if detected is Format.LINES and begins_lines(content.head):
        return Format.LINES
    return Format.PARQUET if detected is Format.PARQUET else None


def row_groups(source: Source, most_bytes: int) -> list[Piece]:
    """Return pieces of a Parquet file of at most so many bytes, unless one row group has more.

    Raises:
        InputError: It is at an address and cannot be read.
    """
    if source.path is None:
        return [Piece(source)]
    with opened_parquet(source.path) as file:
        if isinstance(file, Rejection):
            return [Piece(source)]
        groups = [file.metadata.row_group(group) for group in range(file.num_row_groups)]
        rows = [group.num_rows for group in groups]
        sizes = [
            sum(group.column(each).total_compressed_size for each in range(group.num_columns))
            for group in groups
        ]
    sizes = sizes or [0]
    sizes[-1] += source.size - sum(sizes)  # what stands between and behind them
    if not sum(rows):
        return [Piece(source)]  # what is said of a file without documents is said once
    starts, size = [0], 0
    for group, each in enumerate(sizes):
        if size and size + each > most_bytes:
            starts.append(group)
            size = 0
        size += each
    bounds = zip(starts, [*starts[1:], len(groups)], strict=True)
    return [
        Piece(source, RowGroups(start, stop, sum(rows[:start]), sum(sizes[start:stop])))
        for start, stop in bounds
    ]


def count_lines(source: Source, start: int, stop: int) -> tuple[int, int] | None:
    """Return where the first line begins in some bytes of a file, and how many lines do.

    Args:
        source: An uncompressed file.
        start: The first byte.
        stop: The byte behind the last.

    Returns:
        The byte, ``stop`` where no line begins, and the number; None where they cannot be read.

    Raises:
        InputError: The file is at an address and cannot be read.
    """
    begin, lines = (0, 1) if start == 0 else (stop, 0)
    position = max(0, start - 1)  # a line begins behind a line end
    opened = open_source(source)
    if isinstance(opened, Rejection):
        return None
    with opened as file:
        try:
            file.seek(position)
            while position < stop - 1 and (chunk := file.read(min(_COUNTED, stop - 1 - position))):
                if not lines and (end := chunk.find(b"\n")) >= 0:
                    begin = position + end + 1
                lines += chunk.count(b"\n")
                position += len(chunk)
        except OSError:
            return None
    return begin, lines


@contextmanager
def _open_again(source: Source) -> Iterator[BinaryIO]:
    """Open a file that was cut into pieces.

    Raises:
        InputError: It cannot be opened any more, or has another size.
    """
    opened = open_source(source)
    if isinstance(opened, Rejection):
        raise _changed(source)
    with opened as file:
        if file.seek(0, io.SEEK_END) != source.size:
            raise _changed(source)
        yield file


def _changed(source: Source) -> InputError:
    return InputError(f"{source.path} changed while it was read: begin anew when it is written")


def _read_lines(
    source: Source, within: LineRange, config: ReadConfig
) -> Iterator[RawRecord | RawLine]:
    """Yield what some lines of a file hold."""
    with _open_again(source) as file:
        file.seek(within.start)
        body = Body(_chunks(file, within.stop - within.start))
        lines = io.BufferedReader(body, CHUNK)
        seen = 0
        for raw in read_numbered(lines, lambda: body.fault, source.name, within.first, config):
            consumed, seen = body.tell() - seen, body.tell()
            yield replace(raw, consumed=consumed) if consumed else raw


def _chunks(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield the next bytes of a file; a disk that fails raises StreamFault."""
    while size:
        try:
            chunk = file.read(min(CHUNK, size))
        except OSError as error:
            raise StreamFault(unreadable(error)) from error
        if not chunk:
            return
        size -= len(chunk)
        yield chunk


def _read_row_groups(
    source: Source, within: RowGroups, config: ReadConfig
) -> Iterator[RawRecord | RawLine]:
    """Yield the rows of some row groups of a file."""
    if source.path is None:
        return
    with _open_again(source), opened_parquet(source.path) as file:
        if isinstance(file, Rejection) or file.num_row_groups < within.stop:
            raise _changed(source)
        rows = within.rows
        for group in range(within.start, within.stop):
            yield from read_row_group(file, group, source.name, rows, config)
            rows += file.metadata.row_group(group).num_rows
