"""Pages: one document a file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dedup.config import ReadConfig
from dedup.models import RawRecord, Reason, Rejection
from dedup.read.formats import foreign_format
from dedup.read.input import Input
from dedup.read.records import rejected, too_large
from dedup.text_encoding import wide_encoding

_TAG = re.compile(rb"<(?:/?[a-zA-Z]|!doctype)[^<>]*>", re.IGNORECASE)
# Control characters that no text in any encoding of one or more bytes has; ESC is left out: old
# Japanese encodings switch their tables with it.
_CONTROLS = bytes(range(9)) + bytes(range(0x0E, 0x1B)) + bytes(range(0x1C, 0x20))
# Of random bytes one in ten is a control character; of a page with some NULs by mistake far fewer.
_MOST_CONTROLS = 0.05
_SAMPLE = 65_536


def read_page(source: Input, config: ReadConfig) -> Iterator[RawRecord]:
    """Yield the one page of a file."""
    page = source.first_bytes(config.max_document_bytes + 1)
    damage = source.fault if len(page) <= config.max_document_bytes else None
    if fault := damage or page_fault(page, config):
        yield rejected(source.name, source.name, fault)
    else:
        yield RawRecord(
            source.name, source.name, html=page, places=source.places, folder=source.folder
        )


def page_fault(page: bytes, config: ReadConfig) -> Rejection | None:
    """Return why bytes that claim to be a page are none, or None."""
    if len(page) > config.max_document_bytes:
        return too_large(config)
    if not page or page.isspace():
        return Rejection(Reason.EMPTY, "the page is empty")
    if what := foreign_format(page):
        return Rejection(Reason.NOT_HTML, f"the page is {what}")
    if is_binary(page):
        return Rejection(Reason.NOT_HTML, "the page is binary data")
    # Without NULs the ASCII of a page in UTF-16 is that of any other.
    if not _TAG.search(page.replace(b"\0", b"") if wide_encoding(page) else page):
        return Rejection(Reason.NOT_HTML, "the page has no tag")
    return None


def is_binary(content: bytes) -> bool:
    """Return whether content is no text in any encoding.

    >>> is_binary(b"<p>text"), is_binary(bytes(range(256)))
    (False, True)
    """
    sample = content[:_SAMPLE]
    if wide_encoding(sample):
        return False
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return controls > _MOST_CONTROLS * len(sample)
