"""One source to its records: opened, told apart, read by the reader of its kind, drained."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from dedup.config import ReadConfig
from dedup.models import RawLine, RawRecord, Reason, Rejection
from dedup.read.discover import Source
from dedup.read.html import read_page
from dedup.read.json_values import read_array
from dedup.read.jsonl import parsed, read_lines
from dedup.read.kinds import Kind, kind_of, kind_of_name
from dedup.read.opened import Input
from dedup.read.parquet import read_parquet
from dedup.read.plain import read_plain
from dedup.read.records import rejected
from dedup.read.streams import unreadable
from dedup.read.table import read_table
from dedup.read.tally import Tally
from dedup.read.warc import read_warc

_READERS: dict[Kind, Callable[[Input, ReadConfig], Iterator[RawRecord | RawLine]]] = {
    Kind.PAGE: read_page,
    Kind.LINES: read_lines,
    Kind.ARRAY: read_array,
    Kind.PARQUET: read_parquet,
    Kind.TABLE: read_table,
    Kind.PLAIN: read_plain,
}


def read(source: Source, config: ReadConfig, tally: Tally) -> Iterator[RawRecord]:
    """Yield every input document of a source, at least one; see :func:`read_raw`."""
    return (parsed(raw, config) for raw in read_raw(source, config, tally))


def read_raw(source: Source, config: ReadConfig, tally: Tally) -> Iterator[RawRecord | RawLine]:
    """Yield every input document of a source, at least one; lines of JSON are not parsed yet.

    Whatever is wrong with the source or with a document in it becomes a record with a rejection.
    Records come in the order of the file; what is held of it at once is one record and a buffer.

    Args:
        source: What to read.
        config: Says which field is which, and how large a document may be.
        tally: Counts the file when it has been read to its end, and what was passed over in it.

    Raises:
        InputError: The source is Parquet and pyarrow is not installed.
    """
    refusal = _refusal(source)
    if refusal:
        yield rejected(source.name, source.name, refusal.reason, refusal.detail)
        return
    try:
        opened = _open(source)
    except OSError as error:
        told = unreadable(error)
        yield rejected(source.name, source.name, told.reason, told.detail)
        return
    with opened as file:
        content = Input(file, source.name, source.path, source.size)
        last: RawRecord | RawLine | None = None
        for found in _records(content, config, tally):
            if last:
                yield last
            taken = content.meter.taken()
            last = replace(found, consumed=taken) if taken else found
        content.read_through()
        last = last or rejected(
            source.name, source.name, Reason.EMPTY, "no document is in the file"
        )
        last = replace(last, consumed=last.consumed + content.meter.taken())
        digest = content.meter.digest()
        if isinstance(last, RawRecord) and not content.packing:
            is_file = len(last.html or b"") == content.meter.count
            last = replace(last, digest=digest) if is_file else last
        yield last
        tally.add_file(source.name, digest.hex(), content.meter.count)


def _records(content: Input, config: ReadConfig, tally: Tally) -> Iterator[RawRecord | RawLine]:
    told = kind_of(content.head, content.name) if content.head else _kind_of_nothing(content)
    if isinstance(told, Rejection):
        yield rejected(content.name, content.name, told.reason, told.detail)
    elif told is Kind.WARC:
        yield from read_warc(content, config, tally)
    else:
        yield from _READERS[told](content, config)


def _kind_of_nothing(content: Input) -> Kind | Rejection:
    """Return what to do with an input of which not one byte could be unpacked."""
    if content.fault is None:
        return Rejection(Reason.EMPTY, "the file is empty")
    # The reader of the kind that it was to be tells the fault under an id of that kind.
    named = kind_of_name(content.name)
    return content.fault if named in (None, Kind.PARQUET) else named


def _open(source: Source) -> AbstractContextManager[BinaryIO]:
    if source.path is None:
        return nullcontext(sys.stdin.buffer)
    return source.path.open("rb", buffering=0)


def _refusal(source: Source) -> Rejection | None:
    """Return why a file must not even be opened, or None."""
    if source.path is None:
        return None
    if source.root:
        target = Path(os.path.realpath(source.path))
        if not target.is_relative_to(source.root):
            return Rejection(Reason.OUTSIDE_INPUT, f"a link to {target}, outside the INPUT folder")
    try:
        mode = source.path.stat().st_mode
    except OSError as error:
        return unreadable(error)
    if stat.S_ISDIR(mode):
        return Rejection(Reason.UNREADABLE, "a folder that cannot be listed")
    # Opening a pipe or a device can wait for ever.
    if not stat.S_ISREG(mode):
        return Rejection(Reason.UNREADABLE, "not a regular file: pipe it in and name it -")
    return None
