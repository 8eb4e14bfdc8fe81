"""WARC: one document for each response record with an HTML page."""

from __future__ import annotations

from collections.abc import Iterator

from fastwarc.warc import HeaderMap

from dedup.config import ReadConfig
from dedup.models import RawRecord, Reason, Rejection
from dedup.read.formats import starts_as_page
from dedup.read.html import page_fault
from dedup.read.http import in_declared_encoding, payload_of, response_of
from dedup.read.input import Input
from dedup.read.records import rejected
from dedup.read.tally import Tally
from dedup.read.warc_frames import Frame, frames

# Room for the HTTP header before a payload.
_HTTP_HEADER = 65_536
_HTML_TYPES = ("text/html", "application/xhtml+xml")
# Types that say nothing of the payload, so that its content decides.
_VAGUE_TYPES = (
    "",
    "application/octet-stream",
    "application/x-unknown-content-type",
    "unknown",
)


def read_warc(source: Input, config: ReadConfig, tally: Tally) -> Iterator[RawRecord]:
    """Yield a record for each page of an archive, and for each damaged part of it.

    The id of a page is ``<file>#<offset>``, the offset of its record in the file as stored. Where
    one gzip member or zstd frame holds several records it is the offset of the member, followed,
    for all but the first, by ``+`` and the record's offset in the unpacked member.
    """

    def bytes_to_keep(headers: HeaderMap) -> int:
        return config.max_document_bytes + _HTTP_HEADER if _is_response(headers) else 0

    for frame in frames(source.body, bytes_to_keep):
        doc_id = f"{source.name}#{source.locate(frame.position)}"
        if frame.fault and source.fault and not source.body.peek(1):
            break  # the record that was cut is part of what the fault has cost
        page = _page(frame, doc_id, source.name, config)
        if page:
            yield page
        else:
            tally.passed_over["WARC record without an HTML page"] += 1
    else:
        doc_id = f"{source.name}#{source.locate(source.body.tell())}"
    if source.fault:
        yield rejected(doc_id, source.name, source.fault)


def _is_response(headers: HeaderMap) -> bool:
    return (headers.get("WARC-Type") or "").strip().lower() == "response"


def _page(frame: Frame, doc_id: str, name: str, config: ReadConfig) -> RawRecord | None:
    """Return the document of a record, or None if it has no page."""
    fields = _fields(frame.headers)
    if frame.fault and (not len(frame.headers) or _is_response(frame.headers)):
        return rejected(doc_id, name, Rejection(Reason.BROKEN_WARC, frame.fault), fields=fields)
    if not _is_response(frame.headers):
        return None
    response = response_of(frame.block)
    if response is None:
        scheme = str(fields.get("url", "")).partition(":")[0].lower()
        if scheme and scheme not in ("http", "https"):  # as DNS answers have
            return None
        fault = Rejection(Reason.BROKEN_WARC, "the record holds no HTTP response")
        return rejected(doc_id, name, fault, fields=fields)
    payload = payload_of(response, config.max_document_bytes + 1)
    vague = response.content_type in _VAGUE_TYPES
    if not (starts_as_page(payload) if vague else response.content_type in _HTML_TYPES):
        return None
    fields["http_status"] = response.status
    if not 200 <= response.status <= 299:
        fault = Rejection(Reason.HTTP_STATUS, f"the server answered {response.status}")
        return rejected(doc_id, name, fault, fields=fields)
    if damage := page_fault(payload, config):
        return rejected(doc_id, name, damage, fields=fields)
    page = in_declared_encoding(payload, response)
    return RawRecord(doc_id, name, fields, html=page)


def _fields(headers: HeaderMap) -> dict[str, str | int]:
    """Return the fields of a page that the archive gives; old ones have URLs in angle brackets."""
    fields: dict[str, str | int] = {}
    url = (headers.get("WARC-Target-URI") or "").strip().removeprefix("<").removesuffix(">")
    if url:
        fields["url"] = url
    if fetched := headers.get("WARC-Date"):
        fields["fetched"] = fetched
    return fields
