"""Plain text: one document a file, clean already."""

from __future__ import annotations

from collections.abc import Iterator

from dedup.config import ReadConfig
from dedup.models import RawRecord, Reason, Rejection
from dedup.read.html import is_binary
from dedup.read.input import Input
from dedup.read.records import rejected, too_large, valid_unicode
from dedup.text_encoding import decode_text


def read_plain_text(source: Input, config: ReadConfig) -> Iterator[RawRecord]:
    """Yield the one document of a file."""
    content = source.first_bytes(config.max_document_bytes + 1)
    whole = len(content) <= config.max_document_bytes
    text = (source.fault if whole else None) or text_of(content, config)
    if isinstance(text, Rejection):
        yield rejected(source.name, source.name, text)
    else:
        yield RawRecord(source.name, source.name, {"text": text}, text=text)


def text_of(content: bytes, config: ReadConfig) -> str | Rejection:
    """Return the text that bytes are, or why they are none."""
    if len(content) > config.max_document_bytes:
        return too_large(config)
    text = decode_text(content)
    if not text.strip():
        return Rejection(Reason.EMPTY, "the text is empty")
    if is_binary(content):
        return Rejection(Reason.UNKNOWN_KIND, "the text is binary data")
    return valid_unicode(text)
