"""Documents that an explanation, a view or a list names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dedup.cluster.document_name import document_name
from dedup.explain.evidence import DocumentSummary
from dedup.models import ALONE, Facts
from dedup.store import Store


@dataclass(frozen=True, slots=True)
class NamedDocument:
    """A document by its names.

    Attributes:
        id: Its id.
        title: Its headline, or None.
        host: The host of its address, or None.
    """

    id: str
    title: str | None
    host: str | None

    def __str__(self) -> str:
        """Return what a sentence calls it, in one printable line."""
        return short_name(self.id, self.title, self.host)


def summaries(store: Store, rows: Sequence[int]) -> dict[int, DocumentSummary]:
    """Return summaries of some documents by row."""
    found = {}
    for *cells, reason, signed in store.lookups.summaries(rows):
        cells.append(reason or ALONE[bool(signed)])
        found[cells[0]] = DocumentSummary(*cells)
    return found


def named_document(store: Store, doc_id: str | None) -> NamedDocument | None:
    """Return a document by its id; None for none, and where the store no longer has it."""
    row = None if doc_id is None else store.lookups.row_of(doc_id)
    if row is None:
        return None
    summary = summaries(store, [row])[row]
    return NamedDocument(summary.id, summary.title, summary.host)


def short_name(doc_id: str, title: str | None, host: str | None) -> str:
    """Return what a sentence calls a document, in one printable line."""
    return document_name(Facts(0, doc_id, 0, host=host, title=title))
