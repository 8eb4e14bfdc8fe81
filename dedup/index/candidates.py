"""Which known documents are compared with a record to find its copies."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b

from dedup.config import Config
from dedup.index.known_documents import KnownDocuments
from dedup.index.lsh_tables import LshTables
from dedup.index.signed_document import SignedDocument

MOST_COMPARED = 100
"""Documents that a record is compared with. Where more share buckets with it, these are those that
share most; a copy shares more of them than another text off one template does."""

MOST_OF_PAGE = 8
"""Documents of one page or one text that are candidates for that, the first by id."""


class CopyTables:
    """The LSH over whole texts and over leads, and the keys of texts and pages."""

    def __init__(self, documents: KnownDocuments, name: str, config: Config) -> None:
        """Open the tables, or make them; see :class:`LshTables`."""
        sign, match = config.sign, config.match
        self._documents = documents
        self._texts = LshTables(
            documents, f"{name}:text:", sign.num_perm, match.bands, match.rows, sign
        )
        self._leads = LshTables(
            documents, f"{name}:lead:", sign.lead_perm, match.lead_bands, match.lead_rows, sign
        )

    def keys(self, document: SignedDocument) -> tuple[bytes, ...]:
        """Return the keys by which a document is found: of its text, page and named original."""
        keys = [_key(b"t", document.fingerprint), *_page_key(b"p", document.page)]
        if document.canonical_page != document.page:
            keys += _page_key(b"o", document.canonical_page)
        return tuple(keys)

    def add(self, document: SignedDocument) -> None:
        """Add a document, whose entry was put before; one of its id must have been removed."""
        if document.signature is not None and document.lead is not None:
            self._texts.insert(document.doc_id, document.signature)
            self._leads.insert(document.doc_id, document.lead)

    def remove(self, doc_id: str) -> None:
        """Remove a document, if it is there."""
        self._texts.remove(doc_id)
        self._leads.remove(doc_id)

    def candidates(self, asked: SignedDocument) -> list[str]:
        """Return which known documents a record is compared with, without the one of its own id.

        Those of its text and its pages come first, then those that share most buckets.
        """
        found = dict.fromkeys(self._found_by_key(asked))
        if asked.signature is not None and asked.lead is not None:
            shared = self._texts.shared(asked.signature)
            shared += self._leads.shared(asked.lead)
            found.update(dict.fromkeys(_most_shared(shared)))
        if not asked.unnamed:
            found.pop(asked.doc_id, None)
        return list(found)[:MOST_COMPARED]

    def _found_by_key(self, asked: SignedDocument) -> list[str]:
        """Return the documents of its text and page, its original, and those of which it is one."""
        keys = [_key(b"t", asked.fingerprint), *_page_key(b"p", asked.page)]
        keys += [*_page_key(b"p", asked.canonical_page), *_page_key(b"o", asked.page)]
        return [each for ids in self._documents.found_by(keys, MOST_OF_PAGE) for each in ids]


def _most_shared(shared: Counter[str]) -> list[str]:
    """Return documents, those of most buckets first, then by id."""
    return sorted(shared, key=lambda doc_id: (-shared[doc_id], doc_id))[: MOST_COMPARED + 1]


def _page_key(kind: bytes, page: str | None) -> list[bytes]:
    """Return the key of a page, none for None."""
    return [] if page is None else [_key(kind, page.encode("utf-8", "surrogatepass"))]


def _key(kind: bytes, value: bytes) -> bytes:
    """Return a key of 9 bytes; what it finds is compared, so that equal keys decide nothing."""
    return kind + blake2b(value, digest_size=8).digest()
