"""Inputs to rows of the store: cleaned, signed and packed, in whatever process there is time."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

from dedup.cleaning.dates import own_date
from dedup.cleaning.site_lines import line_digests
from dedup.cleaning.to_document import clean_own_texts, names_of
from dedup.config import Config
from dedup.json_codec import dump_json
from dedup.models import Document, Raw, RawLine, RawRecord, Rejection
from dedup.pipeline.page_workers import Cleaned
from dedup.pipeline.sign import signature_parts
from dedup.read import parse_line
from dedup.store import Stored, StoredPart, stored_document, stored_rejection
from dedup.text_batch import TextBatch

Passed = TypeVar("Passed")


class PreparedRow(NamedTuple):
    """One input, ready to be stored.

    Attributes:
        stored: Its cells.
        consumed: Bytes of the input file read for it.
        size: Bytes of the text or page.
    """

    stored: Stored
    consumed: int
    size: int


def stamp_of(raw: Raw, page: bytes | None = None) -> bytes:
    """Return a digest of an input as it was read, 8 bytes: what a resumed run must read again.

    Args:
        raw: The input.
        page: Digest of its page where it is known: pages are long.
    """
    if isinstance(raw, RawRecord) and raw.stamp is not None:
        return raw.stamp
    digest = hashlib.sha256(raw.doc_id.encode("utf-8", "surrogatepass"))
    if isinstance(raw, RawLine):
        digest.update(raw.line)
    else:
        if raw.html is not None:
            digest.update(page or raw.page_digest())
        digest.update((raw.text or "").encode("utf-8", "surrogatepass"))
        digest.update(dump_json(raw.fields))
    return digest.digest()[:8]


def size_of(raw: Raw) -> int:
    """Return how many bytes of text or page an input holds, a line's other fields among them."""
    return len(raw.line) if isinstance(raw, RawLine) else len(raw.html or raw.text or b"")


def prepare_texts(
    raws: Sequence[Raw], config: Config, *, signed: bool
) -> list[PreparedRow | RawRecord]:
    """Return the rows of a batch of inputs, in their order; pages are returned as records.

    Args:
        raws: Lines, records with a text, records with a rejection, pages.
        config: The options.
        signed: Whether texts are signed, too.
    """
    records = [parse_line(raw, config.read) for raw in raws]
    for raw, record in zip(raws, records, strict=True):
        if isinstance(raw, RawLine):  # a resumed run compares lines without parsing them
            record.stamp = stamp_of(raw)
    texts = [record for record in records if record.html is None]
    results = iter(clean_own_texts(texts, config.clean))
    return prepare_rows(
        [
            Cleaned(record, next(results), size_of(raw)) if record.html is None else record
            for raw, record in zip(raws, records, strict=True)
        ],
        config,
        signed=signed,
    )


def prepare_rows(
    items: Sequence[Cleaned | Passed], config: Config, *, signed: bool
) -> list[PreparedRow | Passed]:
    """Return the rows of a batch of cleaned inputs, in their order; other items stay.

    Args:
        items: Cleaned inputs, and other items.
        config: The options.
        signed: Whether texts are signed, too.
    """
    cleaned = [item for item in items if isinstance(item, Cleaned)]
    documents = [item.result for item in cleaned if isinstance(item.result, Document)]
    parts: Iterator[StoredPart | None] = itertools.repeat(None)
    if signed and documents:  # else no compiled code is loaded
        texts = TextBatch([document.text for document in documents])
        titles = [document.title for document in documents]
        languages = [document.language for document in documents]
        parts = iter(signature_parts(texts, titles, languages, config))
    return [
        PreparedRow(_stored(item, parts), item.record.consumed, item.size)
        if isinstance(item, Cleaned)
        else item
        for item in items
    ]


def _stored(cleaned: Cleaned, parts: Iterator[StoredPart | None]) -> Stored:
    """Return the cells of an input; a document takes the next of the signature data."""
    record, result, _, digest, page, _ = cleaned
    stamp, from_page = stamp_of(record, digest), record.html is not None
    if isinstance(result, Rejection):
        return stored_rejection(
            record.doc_id, record.source, result, stamp, from_page=from_page, digest=digest,
            date_order=own_date(record.own("date")).order, **names_of(record),
        )  # fmt: skip
    name = record.mapped.get("text", "text")
    in_field = not from_page and result.fields.get(name) == result.text
    return stored_document(
        result, stamp, next(parts), from_page=from_page, digest=digest, page=page,
        text_field=name if in_field else None,
        lines=line_digests(result.text).tobytes() if result.host else None,
    )  # fmt: skip
