"""Plain text: one document a file, clean already."""

from __future__ import annotations

from collections.abc import Iterator

from dedup.config import ReadConfig
from dedup.models import RawRecord, Reason, Rejection
from dedup.read.encodings import encoding_of
from dedup.read.html import is_binary
from dedup.read.input import Input
from dedup.read.records import rejected, too_large, valid_unicode


def read_plain_text(source: Input, config: ReadConfig) -> Iterator[RawRecord]:
    """Yield the one document of a file."""
    content = source.first_bytes(config.max_document_bytes + 1)
    encoding = encoding_of(content)
    text = content.decode(encoding, "replace")
    fault = source.fault
    if len(content) > config.max_document_bytes:
        fault = too_large(config)
    elif not fault and not text.strip():
        fault = Rejection(Reason.EMPTY, "the file is empty")
    # Text in UTF-16 has control characters, but begins with a byte-order mark.
    elif not fault and is_binary(content) and not encoding.startswith(("utf-16", "utf-32")):
        fault = Rejection(Reason.UNKNOWN_KIND, "the file is binary data")
    if fault:
        yield rejected(source.name, source.name, fault)
    else:
        text = valid_unicode(text)
        yield RawRecord(source.name, source.name, {"text": text}, text=text)
