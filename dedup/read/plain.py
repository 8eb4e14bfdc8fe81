"""Plain text: one document a file, clean already."""

from __future__ import annotations

from collections.abc import Iterator

from dedup.config import ReadConfig
from dedup.models import RawRecord, Reason, Rejection
from dedup.read.encodings import encoding_of
from dedup.read.html import is_binary
from dedup.read.input import Input
from dedup.read.records import rejected, too_large, whole


def read_plain(source: Input, config: ReadConfig) -> Iterator[RawRecord]:
    """Yield the one document of a file."""
    content = source.whole(config.max_document_bytes + 1)
    encoding = encoding_of(content)
    text = content.decode(encoding, "replace")
    fault = _fault(content, text, config)
    if source.fault and not (fault and fault.reason is Reason.TOO_LARGE):
        fault = source.fault
    if fault:
        yield rejected(source.name, source.name, fault.reason, fault.detail)
    else:
        text = whole(text)
        yield RawRecord(source.name, source.name, {"text": text}, text=text)


def _fault(content: bytes, text: str, config: ReadConfig) -> Rejection | None:
    if len(content) > config.max_document_bytes:
        return Rejection(Reason.TOO_LARGE, too_large(config))
    if not text.strip():
        return Rejection(Reason.EMPTY, "the file is empty")
    # Text in UTF-16 has control characters, but begins with a byte-order mark.
    if is_binary(content) and not encoding_of(content).startswith(("utf-16", "utf-32")):
        return Rejection(Reason.UNKNOWN_KIND, "the file is binary data")
    return None
