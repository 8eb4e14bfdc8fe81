"""WARC: one document for each response record with an HTML page."""

from __future__ import annotations

from collections.abc import Iterator

from fastwarc.warc import HeaderMap

from dedup.config import ReadConfig
from dedup.models import RawRecord, Reason
from dedup.read.formats import starts_as_page
from dedup.read.html import page_fault
from dedup.read.http import Response, in_declared_encoding, payload_of, response_of
from dedup.read.input import Input
from dedup.read.records import rejected
from dedup.read.tally import Tally
from dedup.read.warc_frames import Frame, frames

# Room for the HTTP header before a payload.
_HTTP_HEADER = 65_536
_HTML_TYPES = ("text/html", "application/xhtml+xml")
# Types that say nothing, so that the payload is asked.
_SILENT_TYPES = ("", "application/octet-stream", "application/x-unknown-content-type", "unknown")


def read_warc(source: Input, config: ReadConfig, tally: Tally) -> Iterator[RawRecord]:
    """Yield a record for each page of an archive, and for each damaged stretch of it.

    The id of a page is ``<file>#<offset>``, the offset of its record in the file as stored. Where
    one gzip member or zstd frame holds several records it is that of the member, followed, for all
    but the first of them, by ``+`` and the record's place in the unpacked member.
    """

    def wanted(headers: HeaderMap) -> int:
        return config.max_document_bytes + _HTTP_HEADER if _is_response(headers) else 0

    for frame in frames(source.body, wanted):
        doc_id = f"{source.name}#{source.locate(frame.position)}"
        if frame.fault and source.fault and not source.body.peek(1):
            break  # the record that was cut is part of what the fault has cost
        found = _page(frame, doc_id, source.name, config)
        if found:
            yield found
        else:
            tally.passed_over["WARC record without an HTML page"] += 1
    else:
        doc_id = f"{source.name}#{source.locate(source.body.tell())}"
    if source.fault:
        yield rejected(doc_id, source.name, source.fault.reason, source.fault.detail)


def _is_response(headers: HeaderMap) -> bool:
    return (headers.get("WARC-Type") or "").strip().lower() == "response"


def _page(frame: Frame, doc_id: str, name: str, config: ReadConfig) -> RawRecord | None:
    """Return the document that a record holds, or None if it is not about one."""
    if frame.fault and (not len(frame.headers) or _is_response(frame.headers)):
        fields = _fields(frame.headers, None)
        return rejected(doc_id, name, Reason.BROKEN_WARC, frame.fault, fields=fields)
    if not _is_response(frame.headers):
        return None
    response = response_of(frame.block)
    if response is None:
        return _without_response(frame, doc_id, name)
    payload = payload_of(response, config.max_document_bytes + 1)
    if not _is_html(response, payload):
        return None
    fields = _fields(frame.headers, response)
    if not 200 <= response.status <= 299:
        detail = f"the server answered {response.status}"
        return rejected(doc_id, name, Reason.HTTP_STATUS, detail, fields=fields)
    if fault := page_fault(payload, config):
        return rejected(doc_id, name, fault.reason, fault.detail, fields=fields)
    page = in_declared_encoding(payload, response.charset)
    return RawRecord(doc_id, name, fields, html=page)


def _without_response(frame: Frame, doc_id: str, name: str) -> RawRecord | None:
    """Return what to say of a response record that holds no HTTP response; DNS answers are such."""
    scheme = _target(frame.headers).partition(":")[0].lower()
    if scheme and scheme not in ("http", "https"):
        return None
    fields = _fields(frame.headers, None)
    detail = "the record holds no HTTP response"
    return rejected(doc_id, name, Reason.BROKEN_WARC, detail, fields=fields)


def _is_html(response: Response, payload: bytes) -> bool:
    if response.content_type in _SILENT_TYPES:
        return starts_as_page(payload)
    return response.content_type in _HTML_TYPES


def _fields(headers: HeaderMap, response: Response | None) -> dict[str, str | int]:
    """Return what the archive knows of a page."""
    fields: dict[str, str | int] = {}
    if url := _target(headers):
        fields["url"] = url
    if fetched := headers.get("WARC-Date"):
        fields["fetched"] = fetched
    if response:
        fields["http_status"] = response.status
    return fields


def _target(headers: HeaderMap) -> str:
    """Return a record's URL; old archives have it in angle brackets."""
    return (headers.get("WARC-Target-URI") or "").strip().removeprefix("<").removesuffix(">")
