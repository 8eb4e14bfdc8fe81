"""Inputs to rows of the store: cleaned, signed and packed, in whatever process there is time."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from dedup.clean.own_texts import clean_own_texts
from dedup.clean.site_boilerplate import line_digests
from dedup.config import Config
from dedup.json_codec import dump_json
from dedup.models import CleanPage, Document, Raw, RawLine, RawRecord, Rejection
from dedup.pipeline.page_workers import Cleaned
from dedup.pipeline.sign import signature_parts
from dedup.read import parsed
from dedup.store import Stored, StoredPart, stored_document, stored_rejection
from dedup.text_batch import TextBatch


class Row(NamedTuple):
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
        page: Digest of its page where it has been made: pages are long.
    """
    digest = hashlib.sha256(raw.doc_id.encode("utf-8", "surrogatepass"))
    if isinstance(raw, RawLine):
        digest.update(raw.line)
        return digest.digest()[:8]
    if raw.stamp is not None:
        return raw.stamp
    if raw.html is not None:
        digest.update(page or raw.page_digest())
    digest.update((raw.text or "").encode("utf-8", "surrogatepass"))
    digest.update(dump_json(raw.fields))
    return digest.digest()[:8]


def size_of(raw: Raw) -> int:
    """Return how many bytes of text or page an input holds, a line's other fields among them."""
    return len(raw.line) if isinstance(raw, RawLine) else len(raw.html or raw.text or b"")


def prepare_texts(raws: Sequence[Raw], config: Config, *, signed: bool) -> list[Row | RawRecord]:
    """Return the rows of a batch of inputs, in their order; pages are given back as records.

    Args:
        raws: Lines, records with a text, records with a rejection, pages.
        config: The options.
        signed: Whether texts are signed, too.
    """
    # Whoever resumes reads the line of a page, and does not parse it: its stamp is the line's.
    records = [
        replace(record, stamp=stamp_of(raw))
        if record.html is not None and isinstance(raw, RawLine)
        else record
        for raw, record in ((raw, parsed(raw, config.read)) for raw in raws)
    ]
    texts = [pair for pair in zip(raws, records, strict=True) if pair[1].html is None]
    results = clean_own_texts([record for _, record in texts], config.clean)
    entries = [
        _Entry(record, stamp_of(raw), result, size_of(raw))
        for (raw, record), result in zip(texts, results, strict=True)
    ]
    rows = iter(_rows(entries, config, signed=signed))
    return [next(rows) if record.html is None else record for record in records]


def prepare_pages(cleaned: Sequence[Row | Cleaned], config: Config, *, signed: bool) -> list[Row]:
    """Return the rows of a batch in which pages are cleaned, and not rows yet.

    Args:
        cleaned: Rows, which stay as they are, and pages.
        config: The options.
        signed: Whether texts are signed, too.
    """
    entries = [
        _Entry(
            item.record, stamp_of(item.record, item.digest), item.result, size_of(item.record),
            item.digest, item.page,
        )
        for item in cleaned
        if isinstance(item, Cleaned)
    ]  # fmt: skip
    rows = iter(_rows(entries, config, signed=signed))
    return [next(rows) if isinstance(item, Cleaned) else item for item in cleaned]


class _Entry(NamedTuple):
    """One input that is cleaned.

    Attributes:
        record: As it was read.
        stamp: Its stamp.
        result: What cleaning made of it.
        size: Bytes of its text or page.
        digest: Digest of the page, None for a text.
        page: What the page alone came to.
    """

    record: RawRecord
    stamp: bytes
    result: Document | Rejection
    size: int
    digest: bytes | None = None
    page: CleanPage | Rejection | None = None


def _rows(entries: Sequence[_Entry], config: Config, *, signed: bool) -> list[Row]:
    """Return the rows of some entries."""
    documents = [each.result for each in entries if isinstance(each.result, Document)]
    made = iter(_made(documents, config, signed=signed))
    return [
        Row(
            _stored_document(each, each.result, *next(made))
            if isinstance(each.result, Document)
            else _stored_rejection(each, each.result),
            each.record.consumed,
            each.size,
        )
        for each in entries
    ]


def _made(
    documents: Sequence[Document], config: Config, *, signed: bool
) -> Iterable[tuple[bytes, StoredPart | None]]:
    """Return what is made of the texts of some documents: digests of lines, signature data."""
    if not documents:
        return ()  # and no compiled code is loaded
    lines = [line_digests(document.text).tobytes() for document in documents]
    if not signed:
        return zip(lines, itertools.repeat(None), strict=False)
    texts = TextBatch([document.text for document in documents])
    titles = [document.title for document in documents]
    languages = [document.language for document in documents]
    return zip(lines, signature_parts(texts, titles, languages, config), strict=True)


def _stored_rejection(entry: _Entry, rejection: Rejection) -> Stored:
    """Return the cells of an input that cannot be used."""
    record = entry.record
    return stored_rejection(
        record.doc_id, record.source, rejection, entry.stamp,
        from_page=record.html is not None, digest=entry.digest,
    )  # fmt: skip


def _stored_document(
    entry: _Entry, document: Document, lines: bytes, part: StoredPart | None
) -> Stored:
    """Return the cells of a document."""
    record = entry.record
    from_page = record.html is not None
    name = record.mapped.get("text", "text")
    in_field = not from_page and document.fields.get(name) == document.text
    return stored_document(
        document, entry.stamp, part, from_page=from_page, digest=entry.digest, page=entry.page,
        text_field=name if in_field else None,
        lines=lines if document.host else None,
    )  # fmt: skip
