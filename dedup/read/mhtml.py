"""MHTML: a page and its pictures in one MIME message; the page is the document.

Cut into parts by hand, because the parsers of the email package hold a whole message in memory; the
package reads the headers and undoes the transfer encodings.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from dedup.config import ReadConfig
from dedup.models import RawRecord, Reason, Rejection
from dedup.read.html import page_fault
from dedup.read.http import Response, in_declared_encoding
from dedup.read.input import Input
from dedup.read.records import rejected, valid_unicode
from dedup.read.warc_frames import parse_headers

HTML_TYPES = ("text/html", "application/xhtml+xml")

_LINE = 65_536
# Longest header that is looked at, and longest field in it. The package's parser of parameters
# takes the square of their length.
_HEADER = 65_536
_LONGEST_FIELD = 1_000
_LONGEST_ADDRESS = 8_192
# A saved page has some hundred pictures.
_MOST_PARTS = 10_000
# Quoted-printable writes three bytes for one, and breaks lines.
_ENCODED = 4

_FIELD = re.compile(
    rb"^(?:Content-(?:Type|Transfer-Encoding|ID)|Date)[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS = re.compile(
    rb"^(?:Snapshot-)?Content-Location[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)
_WEB = re.compile(rb"https?://[!-~]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SavedPage:
    """The page in a message.

    Attributes:
        html: Its bytes, transfer encoding undone; cut where it is too large.
        fields: Its address as ``url`` and when it was saved as ``fetched``, where known.
    """

    html: bytes
    fields: dict[str, str] = field(default_factory=dict)


class _Header(NamedTuple):
    """The header of a message or of a part."""

    message: Message
    url: str | None
    lines: list[bytes]


def read_mhtml(source: Input, config: ReadConfig) -> Iterator[RawRecord]:
    """Yield the one page of a file."""
    page = saved_page(source.body, config.max_document_bytes + 1)
    if isinstance(page, Rejection):
        yield rejected(source.name, source.name, source.fault or page)
    elif fault := page_fault(page.html, config):
        yield rejected(source.name, source.name, fault, fields=page.fields)
    else:
        yield RawRecord(
            source.name, source.name, {**page.fields},
            html=page.html, places=source.places, folder=source.folder,
        )  # fmt: skip


def saved_page(body: io.BufferedIOBase, limit: int) -> SavedPage | Rejection:
    """Return the page of a message: the part that it names as its start, else the first page in it.

    A blank page counts only where there is no other.

    Args:
        body: The message, from its first byte; read only as far as needed.
        limit: Bytes of a page, after which it is cut.
    """
    top = _header(body, first=True)
    start = _parameter(top, "start")
    first: SavedPage | None = None
    blank: SavedPage | None = None
    for header, content in _pages(body, top, limit * _ENCODED):
        page = SavedPage(_decoded(header, content)[:limit], _fields(header, top))
        if not page.html.strip():
            blank = blank or page
        elif not start or start == str(header.message.get("Content-ID", "")).strip():
            return page
        else:
            first = first or page
    return first or blank or Rejection(Reason.NOT_HTML, "the file is MHTML without an HTML part")


def _pages(body: io.BufferedIOBase, top: _Header, limit: int) -> Iterator[tuple[_Header, bytes]]:
    """Yield header and encoded content of each part that is a page, cut after ``limit`` bytes."""
    delimiters: dict[bytes, bool] = {}
    header: _Header | None = top
    for _ in range(_MOST_PARTS):
        kind = header.message.get_content_type() if header else ""
        if header and kind.startswith("multipart/"):
            boundary = _parameter(header, "boundary").encode("utf-8", "surrogateescape")
            delimiters |= {b"--" + boundary: False, b"--" + boundary + b"--": True}
        content, last = _content(body, delimiters, limit if kind in HTML_TYPES else 0)
        if header and kind in HTML_TYPES:
            yield header, content
        if last is None:
            return
        header = None if last else _header(body)  # behind the last part is nothing of the message


def _content(
    body: io.BufferedIOBase, delimiters: dict[bytes, bool], limit: int
) -> tuple[bytes, bool | None]:
    """Return the bytes before the next delimiter, at most ``limit`` or a line more.

    The second value says whether that delimiter ends a message; None where none follows.
    """
    content = bytearray()
    starts = True
    while line := body.readline(_LINE):
        ended = delimiters.get(line.rstrip()) if starts and line.startswith(b"--") else None
        if ended is not None:
            return bytes(content), ended
        if len(content) < limit:
            content += line
        starts = line.endswith(b"\n")
    return bytes(content), None


def _header(body: io.BufferedIOBase, *, first: bool = False) -> _Header:
    """Read a header and the blank line behind it; of a long one only the beginning counts.

    Args:
        body: The message.
        first: Whether blank lines before it are passed over.
    """
    lines: list[bytes] = []
    size = 0
    while line := body.readline(_LINE):
        if not line.strip():
            if first and not size:
                continue
            break
        size += len(line)
        if size <= _HEADER:
            lines.append(line.rstrip(b"\r\n").removeprefix(b"\xef\xbb\xbf"))
    text = b"\n".join(lines)
    fields = [each[:_LONGEST_FIELD] for each in _FIELD.findall(text)]
    addresses = (b"".join(each[:_LONGEST_ADDRESS].split()) for each in _ADDRESS.findall(text))
    url = next((each.decode() for each in addresses if _WEB.fullmatch(each)), None)
    return _Header(BytesHeaderParser().parsebytes(b"\n".join(fields)), url, lines)


def _parameter(header: _Header, name: str) -> str:
    """Return a parameter of the content type, empty where there is none."""
    value = header.message.get_param(name, "")
    return valid_unicode((value[2] if isinstance(value, tuple) else str(value)).strip())


def _decoded(header: _Header, content: bytes) -> bytes:
    """Return the content of a part with its transfer encoding undone, in UTF-8 if need be."""
    message = Message()
    message["Content-Transfer-Encoding"] = str(header.message.get("Content-Transfer-Encoding", ""))
    message.set_payload(content.decode("ascii", "surrogateescape"))
    decoded = message.get_payload(decode=True)
    page = decoded if isinstance(decoded, bytes) else content
    headers = parse_headers([b"HTTP/1.1 200", *header.lines])
    return page if headers is None else in_declared_encoding(page, Response(200, headers, page))


def _fields(header: _Header, top: _Header) -> dict[str, str]:
    """Return the fields of a page that the message gives."""
    fields = {}
    if url := header.url or top.url:
        fields["url"] = url
    try:
        fields["fetched"] = parsedate_to_datetime(str(top.message.get("Date", ""))).isoformat()
    except (ValueError, TypeError, OverflowError, IndexError):
        return fields
    return fields
