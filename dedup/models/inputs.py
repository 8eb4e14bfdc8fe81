"""Inputs as they were read.

What is made for each of them is not frozen, as in :mod:`dedup.models.stories`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Reason(StrEnum):
    """Why an input could not be used: the fixed words of ``rejected.jsonl``."""

    EMPTY = "empty"
    NOT_HTML = "not-html"
    UNKNOWN_KIND = "unknown-kind"
    UNREADABLE = "unreadable"
    OUTSIDE_INPUT = "outside-input"
    BROKEN_GZIP = "broken-gzip"
    BROKEN_ZSTD = "broken-zstd"
    BROKEN_BZ2 = "broken-bz2"
    BROKEN_XZ = "broken-xz"
    BROKEN_WARC = "broken-warc"
    BROKEN_JSON = "broken-json"
    BROKEN_TABLE = "broken-table"
    BROKEN_PARQUET = "broken-parquet"
    HTTP_STATUS = "http-status"
    WRONG_TYPE = "wrong-type"
    TOO_LARGE = "too-large"
    NO_TEXT = "no-text"
    TOO_SHORT = "too-short"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    DUPLICATE_ID = "duplicate-id"


@dataclass(frozen=True, slots=True)
class Rejection:
    """One input that could not be used.

    Attributes:
        reason: The fixed word.
        detail: One line for a person; may hold text of the dump, so it is never parsed.
    """

    reason: Reason
    detail: str = ""


@dataclass(slots=True)
class RawRecord:
    """One input document as it was read, before any cleaning.

    Exactly one of ``html``, ``text`` and ``rejection`` is set.

    Attributes:
        doc_id: The id by the rules of the contract (own ``id``, path, ``file#offset``,
            ``file:line``).
        source: Name of the file or stream, as in ``rejected.jsonl``.
        fields: The record's own fields under their own names, JSON values only; empty for a
            bare page.
        mapped: Standard names (``text html id url title date ...``) to the names they have in
            ``fields``; names that are the same are left out.
        html: A page's bytes, content encoding undone, character encoding untouched.
        text: Already clean text.
        rejection: Why the record cannot be used.
        consumed: Bytes of the input file read since the record before it (for the progress bar).
        stamp: Stamp of the line that it was parsed from, None where it was read as a record.
        digest: SHA-256 of ``html`` where reading has made it, as for a file that is one page.
    """

    doc_id: str
    source: str
    fields: dict[str, Any] = field(default_factory=dict)
    mapped: dict[str, str] = field(default_factory=dict)
    html: bytes | None = None
    text: str | None = None
    rejection: Rejection | None = None
    consumed: int = 0
    stamp: bytes | None = None
    digest: bytes | None = None

    def page_digest(self) -> bytes:
        """Return the digest under which the page is remembered, 16 bytes.

        Processors have instructions for SHA-256: 1.1 GB/s where BLAKE2b took 0.4.
        """
        return (self.digest or hashlib.sha256(self.html or b"").digest())[:16]


@dataclass(slots=True)
class RawLine:
    """A line of JSON Lines as it stands in the file: parsing it is left to whoever cleans it.

    Attributes:
        line: Its bytes.
        doc_id: The id that it has unless it brings its own: ``file:line``.
        source: Name of the file or stream.
        consumed: As in :class:`RawRecord`.
    """

    line: bytes
    doc_id: str
    source: str
    consumed: int = 0


Raw = RawRecord | RawLine
"""One input, whoever parses it."""
