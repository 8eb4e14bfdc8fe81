"""Inputs as they were read; not frozen, for the reason in :mod:`dedup.models.stories`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from numbers import Integral
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
    BROKEN_ZIP = "broken-zip"
    BROKEN_TAR = "broken-tar"
    ENCRYPTED = "encrypted"
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
    EXCLUDED_HOST = "excluded-host"
    DUPLICATE_ID = "duplicate-id"


@dataclass(frozen=True, slots=True)
class Rejection:
    """One input that could not be used.

    Attributes:
        reason: The fixed word.
        detail: One line for a person; it may quote the dump, so it is never parsed.
    """

    reason: Reason
    detail: str = ""


def value_at(fields: Mapping[str, Any], name: str) -> Any:
    """Return the value of a field, or None; dots reach into nested objects.

    A field of exactly this name wins. A list on the way gives the values of all its elements.

    >>> value_at({"article": {"parts": [{"p": "a"}, {"p": "b"}, {}]}}, "article.parts.p")
    ['a', 'b']
    """
    value = fields.get(name)
    if value is not None or "." not in name:
        return value
    value = fields
    for part in name.split("."):
        value = _inner(value, part)
    return value


def _inner(value: Any, part: str) -> Any:
    """Return what an object has under a name, or all that the objects of a list have."""
    if isinstance(value, Mapping):
        return value.get(part)
    if not isinstance(value, list):
        return None
    found = [_inner(each, part) for each in value if isinstance(each, dict)]
    return [
        each
        for one in found
        if one is not None
        for each in (one if isinstance(one, list) else [one])
    ] or None


def asked_id(given: object) -> object:
    """Return an id as documents have it: a whole number, also one of NumPy, is text.

    >>> asked_id(101), asked_id("a")
    ('101', 'a')
    """
    is_number = isinstance(given, Integral) and not isinstance(given, bool)
    return str(given) if is_number else given


def only_value(value: Any) -> Any:
    r"""Return the one value of a list that has one, blank texts aside; anything else as it is.

    Item loaders of crawlers write each field as a list.

    >>> only_value(["\n", "Rain"]), only_value(["Rain", "Snow"]), only_value([]), only_value("a")
    ('Rain', ['Rain', 'Snow'], None, 'a')
    """
    if not isinstance(value, list):
        return value
    found = [each for each in value if each is not None and not _is_blank(each)]
    only = next(iter(found), None)
    return value if len(found) > 1 or isinstance(only, (dict, list)) else only


def field_text(value: Any, name: str) -> str | None:
    """Return the value of a standard field if it is a text; a list of authors becomes one.

    >>> field_text(["Ann Lee", "Bo Ek"], "author"), field_text(["Rain", "Snow"], "title")
    ('Ann Lee, Bo Ek', None)
    """
    value = only_value(value)
    if name == "author" and isinstance(value, list):
        value = ", ".join(each for each in value if isinstance(each, str))
    return value if isinstance(value, str) else None


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and (not value or value.isspace())


@dataclass(slots=True)
class RawRecord:
    """One input document as it was read, before any cleaning.

    Exactly one of ``html``, ``text`` and ``rejection`` is set.

    Attributes:
        doc_id: The record's own ``id``, or a path, ``file#offset`` or ``file:line``.
        source: Name of the file or stream, as in ``rejected.jsonl``.
        fields: The record's own fields under their own names, JSON values only; empty for a page
            that is a file.
        mapped: Standard names (``text html id url title date ...``) to different names in
            ``fields``, or to paths as :func:`value_at` reads them; a record may lack them, and then
            has no such value.
        html: A page's bytes, content encoding undone, character encoding unchanged.
        text: Already clean text.
        rejection: Why the record cannot be used.
        consumed: Bytes of the input file since the record before, for the progress bar.
        stamp: Stamp of the line that it was parsed from, None where it was read as a record.
        digest: SHA-256 of ``html`` if already known, as for a page that is a file.
        places: Paths of a page that is a file, relative to what it was found in: first its archive
            if it is in one, last the INPUT folder; where it was named itself, none.
        folder: Name of its INPUT folder, where ids begin with it; else empty.
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
    places: tuple[str, ...] = ()
    folder: str = ""

    def own(self, name: str) -> Any:
        """Return the record's own value of a standard field, or None; see :func:`only_value`.

        Where the field has another name, a field of the standard name is something else.

        >>> RawRecord("a", "a", {"title": "Weather"}, {"title": "headline"}).own("title") is None
        True
        """
        return only_value(value_at(self.fields, self.mapped.get(name, name)))

    def page_digest(self) -> bytes:
        """Return the digest under which results for the page are kept, 16 bytes."""
        # SHA-256 has processor instructions: 1.1 GB/s, where BLAKE2b had 0.4.
        return (self.digest or hashlib.sha256(self.html or b"").digest())[:16]


@dataclass(slots=True)
class RawLine:
    """A line of JSON Lines that is not parsed yet; the process that cleans its text parses it.

    Attributes:
        line: Its bytes.
        doc_id: ``file:line``, the id of a record without its own.
        source: Name of the file or stream.
        consumed: As in :class:`RawRecord`.
    """

    line: bytes
    doc_id: str
    source: str
    consumed: int = 0


Raw = RawRecord | RawLine
"""One input, parsed or not."""
