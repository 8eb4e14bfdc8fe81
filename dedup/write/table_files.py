"""The files of a table: JSON lines, compressed or not, or Parquet; in one file or in shards."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import zstandard

from dedup.config import COMPRESSIONS
from dedup.errors import OutputError
from dedup.json_codec import dump_json

Lines = Iterable[dict[str, Any] | bytes]
"""JSON objects, one a line of a file; bytes are JSON already. Rows of Parquet are objects."""

BUFFER = 1 << 20
"""Bytes of a file that are written at once."""

TABLES = ("survivors", "decisions", "stories", "rejected", "changes")
"""The tables of a run."""

PARQUET = ".parquet"

STORE_TABLES, STORE_LIST = "store", "store.json"
"""The folder where a run on an engine leaves its store as tables, and the file there that names
all others."""

ENGINE_FOLDER = ".dedup.engine"
"""The hidden folder in an output folder for all of a run on an engine that is in progress."""

SUFFIXES = (".jsonl", *(f".jsonl.{name}" for name in COMPRESSIONS), PARQUET)
"""What the name of a file of a table ends in; it says how the file is written."""

SHARDED = "survivors"
"""The table that can be in shards by size; on an engine all tables are in parts, named alike."""

MOST_SHARDS = 100_000

_OF_A_RUN = re.compile(
    rf"(?:{'|'.join(TABLES)})(?:-[0-9]{{5}})?(?:{'|'.join(map(re.escape, SUFFIXES))})"
)

_GZIP_LEVEL = 6
_ZSTD_LEVEL = 3


@dataclass(frozen=True, slots=True)
class Layout:
    """How the tables of a run are written.

    Attributes:
        table_format: ``jsonl`` or ``parquet``.
        compression: ``gz`` or ``zst`` for JSON lines, None for none.
        shard_bytes: Most bytes of JSON lines, before compression, in one file of survivors; None
            for one file, on an engine for one of each part of the inputs.
        plain_survivors: Whether survivors are JSON lines without compression, whatever other tables
            are: they are to be streamed.
    """

    table_format: str = "jsonl"
    compression: str | None = None
    shard_bytes: int | None = None
    plain_survivors: bool = False

    @property
    def suffix(self) -> str:
        """What the names of the files end in."""
        return f".{self.table_format}" + (f".{self.compression}" if self.compression else "")

    @property
    def survivors_suffix(self) -> str:
        """What the names of the files of survivors end in."""
        return SUFFIXES[0] if self.plain_survivors else self.suffix


def layout_of(folder: Path) -> Layout:
    """Return how the tables in a folder are written; shards are written as one file again."""
    files = files_in(folder, "decisions")
    split = split_name(files[0].name) if files else None
    if split is None:
        return Layout()
    table_format, _, compression = split[1].removeprefix(".").partition(".")
    return Layout(table_format, compression or None)


def files_in(folder: Path, table: str) -> list[Path]:
    """Return the files of a table of a run in their order: one, or its shards or parts."""
    for suffix in SUFFIXES:
        files = [*folder.glob(f"{table}{suffix}"), *folder.glob(f"{table}-{'[0-9]' * 5}{suffix}")]
        if files:
            return sorted(files)
    return []


def split_name(name: str) -> tuple[str, str] | None:
    """Return the stem of a file's name and its suffix, None for one that is no table's.

    >>> split_name("all.2026.jsonl.zst"), split_name("all.csv")
    (('all.2026', '.jsonl.zst'), None)
    """
    for suffix in SUFFIXES:
        if name.endswith(suffix) and name != suffix:
            return name.removesuffix(suffix), suffix
    return None


def shard_name(stem: str, suffix: str, number: int) -> str:
    """Return the name of a shard; the numbers of all have the same length.

    >>> shard_name("survivors", ".jsonl.zst", 12)
    'survivors-00012.jsonl.zst'
    """
    return f"{stem}-{number:05}{suffix}"


def is_table_of_run(name: str) -> bool:
    """Return whether a name is that of a file of a table of a run, in any layout.

    >>> is_table_of_run("decisions-00003.jsonl.zst"), is_table_of_run("all.jsonl")
    (True, False)
    """
    return _OF_A_RUN.fullmatch(name) is not None


def files_of(
    stem: str, suffix: str, lines: Lines, shard_bytes: int | None
) -> Iterator[tuple[str, Lines]]:
    """Yield the name and the lines of each file of a table; one is used up before the next.

    A shard has as many lines as fit, one at least; a table without lines has one empty file.

    Raises:
        OutputError: There are too many shards.
    """
    if shard_bytes is None:
        yield f"{stem}{suffix}", lines
        return
    for number, shard in enumerate(shards_of(lines, shard_bytes)):
        if number == MOST_SHARDS:
            raise too_many_shards(stem)
        yield shard_name(stem, suffix, number), shard


def too_many_shards(stem: str) -> OutputError:
    """Return the error for a table in more files than there are names."""
    return OutputError(f"more than {MOST_SHARDS:,} files of {stem}; choose a larger --shard-size")


def shards_of(lines: Lines, most: int) -> Iterator[Lines]:
    """Yield lines in runs of at most so many bytes, one at least; one is used up before the next.

    When a run is yielded, no line behind its first one was taken.
    """
    left = ((line, len(line if isinstance(line, bytes) else dump_json(line)) + 1) for line in lines)
    first = next(left, None)
    if first is None:
        yield ()

    def shard() -> Iterator[dict[str, Any] | bytes]:
        nonlocal first
        size = 0
        while first and (not size or size + first[1] <= most):
            size += first[1]
            yield first[0]
            first = next(left, None)

    while first:
        yield shard()


def write_table_file(path: Path, lines: Lines, table: str, suffix: str) -> None:
    """Write a file of a table, to the disk.

    Args:
        path: The file.
        lines: Its lines; for Parquet its rows.
        table: Name of its schema in Parquet.
        suffix: Says how; one of ``SUFFIXES``.

    Raises:
        OSError: It cannot be written.
    """
    with path.open("wb", buffering=BUFFER) as file:
        write_table(file, lines, table, suffix)
        file.flush()
        os.fsync(file.fileno())


def write_table(file: BinaryIO, lines: Lines, table: str, suffix: str) -> None:
    """Write what a file of a table has in it to an open file; see :func:`write_table_file`.

    Raises:
        OSError: It cannot be written.
    """
    if suffix == PARQUET:
        from dedup.write.parquet import write_parquet  # pyarrow: slow to import

        write_parquet(file, cast(Iterable[dict[str, Any]], lines), table)
        return
    with ExitStack() as stack:
        write_lines(_compressed(file, suffix, stack), lines)


def _compressed(file: BinaryIO, suffix: str, stack: ExitStack) -> BinaryIO:
    """Return a stream that compresses into a file; the same lines give the same bytes."""
    stream: Any = file
    if suffix.endswith(".gz"):
        stream = stack.enter_context(gzip.GzipFile("", "wb", _GZIP_LEVEL, file, mtime=0))
    elif suffix.endswith(".zst"):
        compressor = zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_checksum=True)
        stream = stack.enter_context(compressor.stream_writer(file, closefd=False))
    return cast(BinaryIO, stream)


def write_lines(file: BinaryIO, lines: Lines) -> None:
    """Write JSON lines to an open stream."""
    write = file.write
    for line in lines:
        write(line if type(line) is bytes else dump_json(line))
        write(b"\n")
