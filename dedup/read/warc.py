"""WARC: one document for each response record with an HTML page, each page or text without HTTP."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping

from fastwarc.warc import HeaderMap

from dedup.config import ReadConfig
from dedup.models import RawRecord, Reason, Rejection
from dedup.read.formats import starts_as_mhtml, starts_as_page
from dedup.read.html import page_fault
from dedup.read.http import Response, in_declared_encoding, payload_of, response_of
from dedup.read.input import Input
from dedup.read.mhtml import HTML_TYPES, saved_page
from dedup.read.plain_text import text_of
from dedup.read.records import rejected
from dedup.read.tally import Tally
from dedup.read.warc_frames import Frame, frames

# Room for the HTTP header before a payload.
_HTTP_HEADER = 65_536
_PAGE_TYPES = (*HTML_TYPES, "multipart/related", "application/x-mimearchive", "message/rfc822")
_TEXT_TYPE = "text/plain"
# Records that hold a document as it is: files of any source, and what pages were converted to (the
# clean texts of WET files).
_BARE = ("resource", "conversion")
# Schemes of addresses, empty for a record without one.
_WEB_SCHEMES = ("", "http", "https")
_DOCUMENT_SCHEMES = (*_WEB_SCHEMES, "file", "ftp")
# Types that say nothing of the payload, so that its content decides.
_VAGUE_TYPES = (
    "",
    "application/octet-stream",
    "application/x-unknown-content-type",
    "unknown",
)


def read_warc(source: Input, config: ReadConfig, tally: Tally) -> Iterator[RawRecord]:
    """Yield a record for each page or text of an archive, and for each damaged part of it.

    The id of a document is ``<file>#<offset>``, the offset of its record in the file as stored.
    Where one gzip member or zstd frame holds several records it is the offset of the member,
    followed, for all but the first, by ``+`` and the record's offset in the unpacked member.
    """

    def bytes_to_keep(headers: HeaderMap) -> int:
        return config.max_document_bytes + _HTTP_HEADER if _may_hold_text(headers) else 0

    for frame in frames(source.body, bytes_to_keep):
        doc_id = f"{source.name}#{source.locate(frame.position)}"
        if frame.fault and source.fault and not source.body.peek(1):
            break  # the record that was cut is part of what the fault has cost
        document = _document(frame, doc_id, source.name, config)
        if document:
            yield document
        else:
            tally.passed_over["WARC record without a page or text"] += 1
    else:
        doc_id = f"{source.name}#{source.locate(source.body.tell())}"
    if source.fault:
        yield rejected(doc_id, source.name, source.fault)


def _kind(headers: HeaderMap) -> str:
    return (headers.get("WARC-Type") or "").strip().lower()


def _may_hold_text(headers: HeaderMap) -> bool:
    """Return whether a record may hold a page or a text, by its header."""
    kind = _kind(headers)
    types = (*_PAGE_TYPES, *_VAGUE_TYPES, _TEXT_TYPE)
    return kind == "response" or (
        kind in _BARE and Response(200, headers, b"").content_type in types
    )


def _document(frame: Frame, doc_id: str, name: str, config: ReadConfig) -> RawRecord | None:
    """Return the document of a record, or None if it has none."""
    fields = _fields(frame.headers)
    wanted = _may_hold_text(frame.headers)
    if frame.fault and (not len(frame.headers) or wanted):
        return rejected(doc_id, name, Rejection(Reason.BROKEN_WARC, frame.fault), fields=fields)
    if not wanted:
        return None
    if _kind(frame.headers) == "response":
        return _from_response(frame, doc_id, name, fields, config)
    return _from_bare(frame, doc_id, name, fields, config)


def _from_response(
    frame: Frame, doc_id: str, name: str, fields: dict[str, str | int], config: ReadConfig
) -> RawRecord | None:
    """Return the page of an HTTP response, or None if it has none."""
    response = response_of(frame.block)
    if response is None:
        if _scheme(fields) not in _WEB_SCHEMES:  # as DNS answers have
            return None
        fault = Rejection(Reason.BROKEN_WARC, "the record holds no HTTP response")
        return rejected(doc_id, name, fault, fields=fields)
    payload = payload_of(response, config.max_document_bytes + 1)
    if not _is_page(payload, response.content_type):
        return None
    fields["http_status"] = response.status
    if not 200 <= response.status <= 299:
        fault = Rejection(Reason.HTTP_STATUS, f"the server answered {response.status}")
        return rejected(doc_id, name, fault, fields=fields)
    return _page(payload, response, doc_id, name, fields, config)


def _from_bare(
    frame: Frame, doc_id: str, name: str, fields: dict[str, str | int], config: ReadConfig
) -> RawRecord | None:
    """Return the page or text that a record holds without an HTTP header, or None if it has none.

    Crawlers keep their logs and what a browser showed under addresses of other schemes.
    """
    response = Response(200, frame.headers, frame.block)
    payload = frame.block[: config.max_document_bytes + 1]
    if _is_page(payload, response.content_type):
        return _page(payload, response, doc_id, name, fields, config)
    types = ("", _TEXT_TYPE) if _kind(frame.headers) == "conversion" else (_TEXT_TYPE,)
    if response.content_type not in types or _scheme(fields) not in _DOCUMENT_SCHEMES:
        return None
    text = text_of(in_declared_encoding(payload, response), config)
    if isinstance(text, Rejection):
        return rejected(doc_id, name, text, fields=fields)
    return RawRecord(doc_id, name, {**fields, "text": text}, text=text)


def _is_page(payload: bytes, content_type: str) -> bool:
    if content_type in _VAGUE_TYPES:
        return starts_as_page(payload) or starts_as_mhtml(payload)
    return content_type in _PAGE_TYPES


def _page(
    payload: bytes, response: Response, doc_id: str, name: str, fields: dict[str, str | int],
    config: ReadConfig,
) -> RawRecord:  # fmt: skip
    """Return the document of a page, or why it is none."""
    if starts_as_mhtml(payload, named_page=True):
        saved = saved_page(io.BytesIO(payload), config.max_document_bytes + 1)
        if isinstance(saved, Rejection):
            return rejected(doc_id, name, saved, fields=fields)
        page, fields = saved.html, {**saved.fields, **fields}
    else:
        page = payload
    if damage := page_fault(page, config):
        return rejected(doc_id, name, damage, fields=fields)
    if page is payload:
        page = in_declared_encoding(page, response)
    return RawRecord(doc_id, name, {**fields}, html=page)


def _scheme(fields: Mapping[str, str | int]) -> str:
    return str(fields.get("url", "")).partition(":")[0].lower()


def _fields(headers: HeaderMap) -> dict[str, str | int]:
    """Return the fields of a page that the archive gives; old ones have URLs in angle brackets."""
    fields: dict[str, str | int] = {}
    url = (headers.get("WARC-Target-URI") or "").strip().removeprefix("<").removesuffix(">")
    if url:
        fields["url"] = url
    if fetched := headers.get("WARC-Date"):
        fields["fetched"] = fetched
    return fields
