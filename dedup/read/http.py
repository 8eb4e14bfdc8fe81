"""HTTP responses in archives: the body with its transfer and content encodings undone."""

from __future__ import annotations

import io
import re
import zlib
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import zstandard
from fastwarc.stream_io import BrotliReader, ChunkedReader
from fastwarc.warc import HeaderMap

from dedup.read.warc_frames import parse_headers
from dedup.text_encoding import charset_of, page_in_utf8

_HEADER_END = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})\b")
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
    """Return a page in UTF-8 where the HTTP header names an encoding; any other as it is."""
    declared = charset_of(response.headers.get("Content-Type") or "")
    return page_in_utf8(page, declared) if declared else page
