"""WARC files cut into records: the offset, header and block of each.

Cut by hand, because the archive iterator of fastwarc 2.0 ends after a damaged record, loses the
record after a chunked body that it unpacks, and gives all records of a gzip member one offset.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fastwarc.warc import HeaderMap

_MAGIC = b"WARC/"

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
    """One record of a WARC file, or a part of it that is none.

    Attributes:
        position: Its first byte in the unpacked file.
        headers: The record's header.
        block: The first bytes after the header, as many as were wanted.
        fault: Why the record is damaged, or empty.
    """

    position: int
    headers: HeaderMap
    block: bytes = b""
    fault: str = ""


def frames(body: io.BufferedReader, wanted: Callable[[HeaderMap], int]) -> Iterator[Frame]:
    """Yield every record of a WARC file, and every part that is none as one with a fault.

    Args:
        body: The unpacked file.
        wanted: Returns for a record's header how many bytes of its block to keep.
    """
    position, line, _ = _next_line(body)
    while line:
        headers = _headers(body, line) if line.startswith(_MAGIC) else None
        length = (headers.get("Content-Length") or "").strip() if headers is not None else ""
        # No file has 10 ** 18 bytes; the limit keeps absurd lengths out of arithmetic.
        if headers is None or not (length.isascii() and length.isdigit() and len(length) <= 18):
            yield Frame(position, HeaderMap(), fault="no WARC record begins here")
            position, line, _ = _next_line(body, _MAGIC)
            continue
        block = body.read(min(int(length), wanted(headers)))
        missing = int(length) - len(block)
        while missing and (skipped := body.read(min(missing, _SKIP))):
            missing -= len(skipped)
        start = position
        position, line, blank_lines = _next_line(body)
        fault = f"its last {missing} bytes are missing" if missing else ""
        if line and blank_lines < 2 and not line.startswith(_MAGIC):
            fault = "its length is not the one that its header gives"
            position, line, _ = _next_line(body, _MAGIC)
        yield Frame(start, headers, block, fault)


def _next_line(body: io.BufferedReader, start: bytes = b"") -> tuple[int, bytes, int]:
    """Return the next line that is not blank and has a start: its position, it, lines skipped.

    The line is empty at the end of the file. Two blank lines end a record.
    """
    skipped = 0
    while True:
        position = body.tell()
        line = body.readline(_LINE)
        if not line or (line.strip() and line.startswith(start)):
            return position, line, skipped
        skipped += 1


def _headers(body: io.BufferedReader, first: bytes) -> HeaderMap | None:
    """Return a record's header, or None if it has no end."""
    lines = [first.strip()]
    size = 0
    while (line := body.readline(_LINE)).strip():
        lines.append(line.rstrip(b"\r\n"))
        size += len(line)
        if size > _HEADER:
            return None
    return parse_headers(lines) if line else None


def parse_headers(lines: Sequence[bytes]) -> HeaderMap | None:
    """Return the fields of a WARC or HTTP header that are read, or None where they are too long.

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
