"""HTTP responses in archives: the body with its transfer and content encodings undone."""

from __future__ import annotations

import codecs
import io
import re
import zlib
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import zstandard
from fastwarc.stream_io import BrotliReader, ChunkedReader
from fastwarc.warc import HeaderMap

from dedup.read.formats import encoding_of_mark, wide_encoding
from dedup.read.warc_frames import parse_headers

_HEADER_END = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})\b")
# Possessive: a header may hold 64 KiB of blanks.
_CHARSET = re.compile(r"charset\s*+=\s*+[\"']?\s*+([^\s\"';,]+)", re.IGNORECASE)
# A declaration counts in the first 1024 bytes; pages put it later and browsers wait for it.
_DECLARED = re.compile(rb"<meta\s[^<>]*charset\s*=|<\?xml\s[^<>]*encoding\s*=", re.IGNORECASE)
_DECLARED_WITHIN = 16_384
# Encodings that every browser reads as a larger one.
_READ_AS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
}
_STEP = 65_536


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response.

    Attributes:
        status: Its status code.
        headers: Its header.
        body: Its body as sent.
    """

    status: int
    headers: HeaderMap
    body: bytes

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters; empty if none is given."""
        return (self.headers.get("Content-Type") or "").partition(";")[0].strip().lower()


def response_of(block: bytes) -> Response | None:
    """Return the response that a record's block is, or None if it is none."""
    status = _STATUS_LINE.match(block)
    end = _HEADER_END.search(block)
    if not status or not end:
        return None
    headers = parse_headers(block[: end.start()].splitlines())
    if headers is None:
        return None
    return Response(int(status[1]), headers, block[end.end() :])


def payload_of(response: Response, limit: int) -> bytes:
    """Return a response's payload, all its encodings undone, cut after ``limit`` bytes.

    Archives often store a body as a library has unpacked it, under the header of the packed one,
    so an encoding that the body is not in is skipped. A body that was cut gives what is there.
    """
    payload = response.body
    if "chunked" in (response.headers.get("Transfer-Encoding") or "").lower():
        payload = _read(ChunkedReader, payload, limit) or payload
    codings = (response.headers.get("Content-Encoding") or "").lower().split(",")
    for coding in reversed(codings):
        payload = _decoded(coding.strip(), payload, limit) or payload
    return payload[:limit]


def _decoded(coding: str, payload: bytes, limit: int) -> bytes:
    """Return a payload with one content encoding undone; nothing if it is not in that encoding."""
    if coding in ("gzip", "x-gzip", "deflate"):
        # 47: gzip or zlib, by the first bytes. Some servers send deflate bare: -15.
        return _inflated(payload, limit, 47) or (
            _inflated(payload, limit, -15) if coding == "deflate" else b""
        )
    if coding == "br":
        return _read(BrotliReader, payload, limit)
    if coding == "zstd":
        return _read(zstandard.ZstdDecompressor().stream_reader, payload, limit)
    return b""


def _inflated(payload: bytes, limit: int, window: int) -> bytes:
    decoder = zlib.decompressobj(window)
    unpacked = bytearray()
    with suppress(zlib.error):
        while payload and len(unpacked) < limit:
            unpacked += decoder.decompress(payload, _STEP)
            payload = decoder.unconsumed_tail
    return bytes(unpacked)


def _read(reader: Any, payload: bytes, limit: int) -> bytes:
    """Return what a reader unpacks of a payload, up to the first error."""
    unpacked = bytearray()
    with suppress(OSError, zstandard.ZstdError):
        stream = reader(io.BytesIO(payload))
        while len(unpacked) < limit and (piece := stream.read(_STEP)):
            unpacked += piece
    return bytes(unpacked)


def in_declared_encoding(page: bytes, response: Response) -> bytes:
    """Return a page in UTF-8 where only the HTTP header names its encoding; any other as it is.

    A page that is valid UTF-8 is UTF-8, whatever a header says: no page in another encoding is by
    chance, and many servers are set up wrong.
    """
    head = page[:_DECLARED_WITHIN]
    charset = _CHARSET.search(response.headers.get("Content-Type") or "")
    if not charset or encoding_of_mark(head) or wide_encoding(head) or _DECLARED.search(head):
        return page
    with suppress(UnicodeDecodeError):
        page.decode("utf-8")
        return page
    with suppress(LookupError, ValueError):  # no such encoding, or the page is not in it
        name = codecs.lookup(charset[1]).name
        return page.decode(_READ_AS.get(name, name)).encode("utf-8")
    return page
