"""The cells of a store's rows, which any process can prepare and send."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import zstandard

from dedup.json_codec import dump_json, load_json
from dedup.models import (
    SITE_BOILERPLATE,
    CleanPage,
    Document,
    Reason,
    Rejection,
    Removal,
    StrippedText,
)

Cells = tuple[Any, ...]

LeadDayCells = tuple[int, int, bytes]
"""The days that a lead names: bits of all and of the first sentence, dates as little-endian
uint16; see :class:`dedup.signatures.lead_days.NamedDays`."""

DOCUMENT_COLUMNS = (
    "doc_id", "source", "reason", "detail", "from_page", "title", "url", "page", "canonical_page",
    "host", "date", "moment", "language", "agency", "agency_page", "dateline", "credit",
    "leftovers", "digest", "stamp", "line_digests",
)  # fmt: skip

CONTENT_COLUMNS = ("text_field", "removed", "extraction", "fields", "text")

DUPLICATE_ID = Rejection(
    Reason.DUPLICATE_ID,
    "an earlier input has this id; --field id=NAME takes the ids of records from another field; if "
    "no field has one for each, leave id out",
)
"""Why an input is rejected whose id an earlier one has."""

KEPT_OF_DUPLICATE_ID = (
    "doc_id", "source", "stamp", "from_page", "digest", "title", "url", "host",
)  # fmt: skip
"""The cells of such an input that stay, beside those of its written date."""

# Level 3 makes the store of news texts no smaller and takes half as long again.
COMPRESSION_LEVEL = 1

# Texts and fields up to this size are stored as they are: compressing an article takes four times
# as long as writing it. Longer ones hold the HTML of a page, which shrinks to a sixth.
PLAIN_BYTES = 30_000


class Stored(NamedTuple):
    """The cells of one input, without row number and checksums.

    Attributes:
        document: Cells of ``documents``, in the order of ``DOCUMENT_COLUMNS``.
        content: Cells of ``contents``; None for a rejection.
        signature: Cells of ``signatures``; None where nothing is signed.
        sets: Cells of ``sets``, likewise.
        written_date: Cells of ``written_dates``; None for a date that tells nothing of the others.
        lead_days: Cells of ``lead_days``; None for a text whose lead names no day.
    """

    document: Cells
    content: Cells | None = None
    signature: Cells | None = None
    sets: Cells | None = None
    written_date: Cells | None = None
    lead_days: Cells | None = None


class StoredPart(NamedTuple):
    """Signature data of one document, as it is stored; arrays as :func:`blob` returns them.

    Attributes:
        fingerprint: Digest of the cleaned text, 16 bytes.
        tokens: Number of tokens of the cleaned text.
        language: Language of the text, two letters; None if unknown.
        signature: uint32 values; None for a text too short to sign.
        lead: The signature of the first shingles, likewise.
        shingles: Shingle hashes in text order, uint32.
        numbers: Sorted distinct hashes of numbers, uint32.
        terms: Tokens of the story view in text order, uint32; None at the level ``copies``.
        lead_days: The days that the lead names; None where it names none, and at the level
            ``copies``.
    """

    fingerprint: bytes
    tokens: int
    language: str | None
    signature: bytes | None
    lead: bytes | None
    shingles: bytes
    numbers: bytes
    terms: bytes | None = None
    lead_days: LeadDayCells | None = None


def stored_document(
    document: Document,
    stamp: bytes,
    part: StoredPart | None = None,
    *,
    from_page: bool = False,
    digest: bytes | None = None,
    page: CleanPage | Rejection | None = None,
    text_field: str | None = None,
    lines: bytes | None = None,
) -> Stored:
    """Return the cells of a document.

    Args:
        document: The document.
        stamp: Digest of the input as it was read.
        part: Its signature data.
        from_page: Whether the input was a page.
        digest: Digest of the page.
        page: The result for the page alone, which is kept under its digest.
        text_field: The field that holds the cleaned text itself, which is then not stored twice.
        lines: Digests of the lines of the text, as :func:`blob` returns them.
    """
    signature, sets = (None, None) if part is None else signature_cells(part)
    return Stored(
        (
            document.doc_id, document.source, None, None, int(from_page), document.title,
            document.url, document.page, document.canonical_page, document.host, document.date,
            document.moment, document.language, document.agency, int(document.agency_page),
            document.dateline, document.credit, len(document.removed), digest, stamp, lines,
        ),
        (
            text_field, pack_removals(document.removed),
            dump_json(page.extraction) if isinstance(page, CleanPage) else None,
            pack(dump_json(document.fields)),
            None if text_field is not None else pack_text(document.text),
        ),
        signature,
        sets,
        _written_date(document.unread_date, document.date_order),
        None if part is None else part.lead_days,
    )  # fmt: skip


def stored_rejection(
    doc_id: str,
    source: str,
    rejection: Rejection,
    stamp: bytes,
    *,
    from_page: bool = False,
    digest: bytes | None = None,
    date_order: str | None = None,
    title: str | None = None,
    url: str | None = None,
    host: str | None = None,
) -> Stored:
    """Return the cells of an input that cannot be used.

    Args:
        doc_id: Its id.
        source: Name of its file or stream.
        rejection: Why it cannot be used.
        stamp: Digest of the input as it was read.
        from_page: Whether it was a page.
        digest: Digest of the page.
        date_order: The order of day and month that its own date shows.
        title: Its headline, as far as it is known.
        url: Its address, likewise.
        host: The host of the address, likewise.
    """
    cells = {
        "doc_id": doc_id,
        "source": source,
        "reason": rejection.reason.value,
        "detail": rejection.detail,
        "from_page": int(from_page),
        "digest": digest,
        "stamp": stamp,
        "agency_page": 0,
        "leftovers": 0,
        "title": title,
        "url": url,
        "host": host,
    }
    return Stored(
        tuple(map(cells.get, DOCUMENT_COLUMNS)), written_date=_written_date(None, date_order)
    )


def stripped_cells(
    change: StrippedText, removed: bytes | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the cells of ``documents`` and of ``contents`` that change with site boilerplate.

    Args:
        change: What was taken out.
        removed: What was removed from the document before, as it is stored.
    """
    document: dict[str, Any] = {"line_digests": change.lines} if change.lines else {}
    content: dict[str, Any] = {}
    if change.removed:
        boilerplate = [Removal(SITE_BOILERPLATE, line) for line in change.removed]
        removals = (*expand_removals(removed), *boilerplate)
        content = {
            "text_field": None, "removed": pack_removals(removals), "text": pack_text(change.text),
        }  # fmt: skip
        document["leftovers"] = len(removals)
    if change.rejection:
        document["reason"] = change.rejection.reason.value
        document["detail"] = change.rejection.detail
    return document, content


def _written_date(unread: str | None, order: str | None) -> Cells | None:
    """Return the cells of a record's own date that is not read or shows an order."""
    return None if unread is None and order is None else (unread, order)


def signature_cells(part: StoredPart) -> tuple[Cells, Cells]:
    """Return the cells of a document's signature, and of its sets."""
    signature = (
        part.fingerprint, part.tokens, len(part.shingles) // 4, part.language, part.signature,
        part.lead,
    )  # fmt: skip
    return signature, (part.numbers, part.shingles, part.terms)


def pack(data: bytes) -> bytes:
    """Return UTF-8 bytes, compressed where they are many."""
    return data if len(data) <= PLAIN_BYTES else zstandard.compress(data, COMPRESSION_LEVEL)


def pack_text(text: str) -> bytes:
    """Return a text as bytes, see :func:`pack`; lone surrogates become question marks."""
    return pack(text.encode("utf-8", "replace"))


def text_of(text_field: str | None, fields: bytes, text: bytes | None) -> str:
    """Return the cleaned text of a document from its cells.

    Args:
        text_field: Name of the field that holds the text, or None.
        fields: The document's fields.
        text: The text, where no field holds it.

    Raises:
        zstandard.ZstdError: The bytes are damaged.
        ValueError: The fields are damaged.
    """
    if text is not None:
        return expand(text).decode()
    return str(load_json(expand(fields))[text_field])


def pack_removals(removed: Iterable[Removal]) -> bytes | None:
    """Return removals as JSON that SQL can read, never compressed; None if there are none."""
    listed = [[removal.step, removal.text] for removal in removed]
    return dump_json(listed) if listed else None


def expand(data: bytes) -> bytes:
    """Undo :func:`pack`: compressed bytes begin as no UTF-8 does.

    Raises:
        zstandard.ZstdError: The bytes are damaged.
    """
    return zstandard.decompress(data) if data.startswith(zstandard.FRAME_HEADER) else data


def expand_removals(data: bytes | None) -> tuple[Removal, ...]:
    """Undo :func:`pack_removals`."""
    if data is None:
        return ()
    return tuple(Removal(step, text) for step, text in load_json(data))


def blob(values: npt.NDArray[Any]) -> bytes:
    """Return an array of numbers as little-endian bytes."""
    return values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()


def blobs(values: npt.NDArray[Any], bounds: npt.NDArray[np.int64]) -> list[bytes]:
    """Return the parts of a ragged array, each as little-endian bytes.

    Args:
        values: The parts, end to end.
        bounds: Their n + 1 bounds.
    """
    data = blob(values[: bounds[-1]])  # converting each part by itself takes several times as long
    places = (bounds * values.itemsize).tolist()
    return [data[start:end] for start, end in itertools.pairwise(places)]
