"""JSON Lines: one record a line; a bad line costs that line alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from dedup.config import ReadConfig
from dedup.models import RawLine, RawRecord, Reason, Rejection
from dedup.read.input import Input
from dedup.read.json_array import read_values
from dedup.read.json_value import OVERHEAD, BrokenJson, parse_json
from dedup.read.records import record, rejected, too_large

# What is skipped at once of a line that is too long.
_SKIP = 65_536


def read_lines(source: Input, config: ReadConfig) -> Iterator[RawRecord | RawLine]:
    """Yield each line that is not blank, unparsed, or a record for each object over several."""
    if _is_pretty_printed(source.head):
        yield from read_values(source, config)
        return
    number = 0
    for number, line in enumerate(lines(source.body, config.max_document_bytes * OVERHEAD), 1):
        if line is not None and line.isspace():
            continue
        place = f"{source.name}:{number}"
        if line is None:
            yield rejected(place, source.name, too_large(config))
            continue
        raw = RawLine(line, place, source.name)
        # The last line before a fault is cut, and part of what the fault has cost.
        if source.fault and not line.endswith(b"\n") and parse_line(raw, config).rejection:
            number -= 1
            break
        yield raw
    if source.fault:
        yield rejected(f"{source.name}:{number + 1}", source.name, source.fault)


def parse_line(raw: RawRecord | RawLine, config: ReadConfig) -> RawRecord:
    """Return the record of a line, and any record as it is."""
    if isinstance(raw, RawRecord):
        return raw
    try:
        parsed = record(parse_json(raw.line), raw.source, raw.doc_id, config)
    except BrokenJson as error:
        parsed = rejected(raw.doc_id, raw.source, Rejection(Reason.BROKEN_JSON, str(error)))
    # Many lines are read at once, and only the first of them has consumed anything.
    return replace(parsed, consumed=raw.consumed) if raw.consumed else parsed


def lines(file: BinaryIO, limit: int) -> Iterator[bytes | None]:
    """Yield each line of a file from its position on; None for one over the limit, never kept.

    Args:
        file: An uncompressed file or stream.
        limit: Most bytes of a line, its end left out.
    """
    while line := file.readline(limit + 1):
        if len(line) <= limit or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(_SKIP)
        yield None


def lines_in_range(file: BinaryIO, start: int, stop: int, limit: int) -> Iterator[bytes | None]:
    """Yield each line that begins in a byte range; ranges that cover a file share no line.

    Args:
        file: An uncompressed, seekable file.
        start: First byte of the range.
        stop: First byte after the range.
        limit: As in :func:`lines`.
    """
    file.seek(max(start - 1, 0))
    rest = lines(file, limit)
    if start:
        next(rest, None)  # the end of the line before, a lone line end at least
    while file.tell() < stop and (line := next(rest, b"")) != b"":
        yield line


def _is_pretty_printed(head: bytes) -> bool:
    """Return whether the first object continues after the first line, as pretty-printed ones do.

    Such a first line ends where a line of JSON Lines cannot, not even a damaged one but by chance.
    """
    first, _, rest = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")
    return first.rstrip().endswith((b"{", b"[", b",", b":")) and bool(rest.strip())
