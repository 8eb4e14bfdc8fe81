"""Records to signed documents, one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dedup.cleaning.to_document import clean_own_texts, names_of
from dedup.config import Config
from dedup.errors import RejectedRecordError
from dedup.index.learned_sites import LearnedSites
from dedup.index.signed_document import SignedDocument, read_values
from dedup.models import Document, RawRecord, Rejection
from dedup.pipeline.page_workers import PageCleaner
from dedup.pipeline.sign import signature_parts
from dedup.read.program_records import raw_record
from dedup.read.records import has_own_id
from dedup.store import StoredPart
from dedup.text_batch import TextBatch


class RecordSigner:
    """Cleans and signs records as a run does.

    Attributes:
        sites: The lines that sites put on their pages, as far as they are known.
    """

    def __init__(self, config: Config) -> None:
        """Remember the options; the first page starts a worker process."""
        self._config = config
        self._pages = PageCleaner(config.clean)
        self._last_page: tuple[RawRecord, Document | Rejection] | None = None
        self.sites = LearnedSites(config.clean)

    def sign(self, given: Mapping[str, Any], *, learn: bool = False) -> SignedDocument:
        """Return the signed document of a record.

        A record without an id is named by its address; without one, by a digest of its text.

        Args:
            given: The record, with values of any types; it stays as it is.
            learn: Whether it shows which lines are those of its site.

        Raises:
            RejectedRecordError: It has no text, too short a one, or a page that cannot be cleaned.
            TypeError: It is no mapping.
        """
        if not isinstance(given, Mapping):
            raise TypeError(f"a record is a mapping, not {type(given).__name__}")
        read = raw_record(given, "", self._config.read)
        document = self._cleaned(read)
        if isinstance(document, Document):
            if learn:
                self.sites.learn_document(document)
            document = self.sites.strip(document)
        if isinstance(document, Rejection):
            name = read.doc_id or names_of(read)["url"] or "without an id"
            raise RejectedRecordError(name, document.reason.value, document.detail)
        texts, titles = TextBatch([document.text]), [document.title]
        [part] = signature_parts(texts, titles, [document.language], self._config)
        return _signed(read, document, part)

    def close(self) -> None:
        """End the worker process."""
        self._pages.close()

    def _cleaned(self, read: RawRecord) -> Document | Rejection:
        """Return the document of a record, or why it has none.

        The last page is remembered: a crawler asks about a page, and then adds it.
        """
        if read.rejection is None and read.html is not None:
            if self._last_page is None or self._last_page[0] != read:
                self._last_page = read, self._pages.clean(read)
            return self._last_page[1]
        [document] = clean_own_texts([read], self._config.clean)
        return document


def signed_document(part: StoredPart, **facts: Any) -> SignedDocument:
    """Return a document from what is stored of its signed text.

    Args:
        part: Its signature data.
        facts: Its id and what is known of it, by the names of :class:`SignedDocument`.
    """
    facts["language"] = part.language or facts.get("language")
    return SignedDocument(
        fingerprint=part.fingerprint,
        tokens=part.tokens,
        shingles=read_values(part.shingles),
        numbers=read_values(part.numbers),
        terms=read_values(part.terms or b""),
        lead_days=part.lead_days,
        signature=None if part.signature is None else read_values(part.signature),
        lead=None if part.lead is None else read_values(part.lead),
        **facts,
    )


def _signed(read: RawRecord, document: Document, part: StoredPart) -> SignedDocument:
    """Return the signed document of a record."""
    name = read.doc_id if has_own_id(read) else document.url
    return signed_document(
        part,
        doc_id=name or f"text:{part.fingerprint.hex()}",
        title=document.title,
        url=document.url,
        page=document.page,
        canonical_page=document.canonical_page,
        host=document.host,
        date=document.date,
        moment=document.moment,
        language=document.language,
        unnamed=not name,
    )
