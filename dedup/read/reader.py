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
from dedup.read.formats import Format, format_of, format_of_name
from dedup.read.html import read_page
from dedup.read.input import Input
from dedup.read.json_values import read_array
from dedup.read.jsonl import parsed, read_lines
from dedup.read.parquet import read_parquet
from dedup.read.plain import read_plain
from dedup.read.records import rejected
from dedup.read.streams import unreadable
from dedup.read.tabular import read_table
from dedup.read.tally import Tally
from dedup.read.warc import read_warc

_READERS: dict[Format, Callable[[Input, ReadConfig], Iterator[RawRecord | RawLine]]] = {
    Format.PAGE: read_page,
    Format.LINES: read_lines,
    Format.ARRAY: read_array,
    Format.PARQUET: read_parquet,
    Format.TABLE: read_table,
    Format.PLAIN: read_plain,
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
    """
    refusal = _refusal(source)
    if refusal:
        yield rejected(source.name, source.name, refusal.reason, refusal.detail)
        return
    try:
        opened = _open(source)
    except OSError as error:
        fault = unreadable(error)
        yield rejected(source.name, source.name, fault.reason, fault.detail)
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
    found = format_of(content.head, content.name) if content.head else _kind_of_nothing(content)
    if isinstance(found, Rejection):
        yield rejected(content.name, content.name, found.reason, found.detail)
    elif found is Format.WARC:
        yield from read_warc(content, config, tally)
    else:
        yield from _READERS[found](content, config)


def _kind_of_nothing(content: Input) -> Format | Rejection:
    """Return what to do with an input of which not one byte could be unpacked."""
    if content.fault is None:
        return Rejection(Reason.EMPTY, "the file is empty")
    # The reader of the kind that it was to be tells the fault under an id of that kind.
    named = format_of_name(content.name)
    return content.fault if named in (None, Format.PARQUET) else named


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
