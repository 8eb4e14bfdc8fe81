"""WARC files cut into records: where each lies, its header, its block.

Cut by hand, because the archive iterator of fastwarc 2.0 ends after a damaged record, loses the
record after a chunked body that it unpacks, and gives all records of a gzip member one place.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fastwarc.warc import HeaderMap

# Longest line and longest header of a record.
_LINE = 65_536
_HEADER = 1 << 20
_SKIP = 65_536

# URLs of a few kB happen.
_LONGEST_FIELD = 8192

# The fields that are read, over several lines as old servers wrote them. The parser takes some
# 32 kB of a header, and servers send cookies and policies without end.
_FIELD = re.compile(
    rb"^(?:WARC-(?:Type|Target-URI|Date)|Content-(?:Type|Length|Encoding)|Transfer-Encoding)[ \t]*:"
    rb"[^\n]*(?:\n[ \t][^\n]*)*",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Frame:
    """One record of a WARC file, or a stretch of it that is none.

    Attributes:
        position: Its first byte in the unpacked file.
        headers: The record's header.
        block: What follows the header, as far as it was wanted.
        fault: Why the record is damaged, or empty.
    """

    position: int
    headers: HeaderMap
    block: bytes = b""
    fault: str = ""


def frames(body: io.BufferedReader, wanted: Callable[[HeaderMap], int]) -> Iterator[Frame]:
    """Yield every record of a WARC file, and every stretch that is none as one with a fault.

    Args:
        body: The unpacked file.
        wanted: Tells from a record's header how many bytes of its block to keep.
    """
    position, line, _ = _next_line(body)
    while line:
        headers = _headers(body, line) if line.startswith(b"WARC/") else None
        length = _length(headers)
        if headers is None or length is None:
            yield Frame(position, HeaderMap(), fault="no WARC record begins here")
            position, line = _next_record(body)
            continue
        block, missing = _block(body, length, wanted(headers))
        start = position
        position, line, parted = _next_line(body)
        fault = f"its last {missing} bytes are missing" if missing else ""
        if line and not parted and not line.startswith(b"WARC/"):
            fault = "its length is not the one that its header gives"
            position, line = _next_record(body)
        yield Frame(start, headers, block, fault)


def _next_line(body: io.BufferedReader) -> tuple[int, bytes, bool]:
    """Return the next line that is not blank, empty at the end, and its place.

    Returns:
        The place, the line, and whether two blank lines came before it, as they end a record.
    """
    blank = 0
    while True:
        position = body.tell()
        line = body.readline(_LINE)
        if not line or line.strip():
            return position, line, blank >= 2
        blank += 1


def _next_record(body: io.BufferedReader) -> tuple[int, bytes]:
    """Return the next line that a record can begin with, and its place; empty at the end."""
    while True:
        position = body.tell()
        line = body.readline(_LINE)
        if not line or line.startswith(b"WARC/"):
            return position, line


def _headers(body: io.BufferedReader, first: bytes) -> HeaderMap | None:
    """Return a record's header, or None if it has no end."""
    lines = [first.strip()]
    size = 0
    while (line := body.readline(_LINE)).strip():
        lines.append(line.rstrip(b"\r\n"))
        size += len(line)
        if size > _HEADER:
            return None
    return parsed(lines) if line else None


def parsed(lines: Sequence[bytes]) -> HeaderMap | None:
    """Return the fields of a WARC or HTTP header that are read, or None where they have no bounds.

    Args:
        lines: Its lines; the first is the status line.
    """
    fields = [each[:_LONGEST_FIELD] for each in _FIELD.findall(b"\n".join(lines[1:]))]
    headers = HeaderMap()
    try:
        headers.parse(io.BytesIO(b"\r\n".join([lines[0], *fields, b"", b""])))
    except OSError:  # together longer than the parser takes
        return None
    return headers


def _length(headers: HeaderMap | None) -> int | None:
    """Return a block's length, or None if the header gives none."""
    length = (headers.get("Content-Length") or "").strip() if headers is not None else ""
    # No file has 10 ** 18 bytes; the limit keeps absurd lengths out of arithmetic.
    return int(length) if length.isascii() and length.isdigit() and len(length) <= 18 else None


def _block(body: io.BufferedReader, length: int, wanted: int) -> tuple[bytes, int]:
    """Return the first bytes of a block, and how many of all are missing; stand after it."""
    block = body.read(min(length, wanted))
    left = length - len(block)
    while left and (skipped := body.read(min(left, _SKIP))):
        left -= len(skipped)
    return block, left
