"""What an explanation says of the documents themselves."""

from __future__ import annotations

from collections.abc import Sequence

from dedup.explain.evidence import DocumentSummary
from dedup.models import ALONE
from dedup.store import Store


def summaries(store: Store, rows: Sequence[int]) -> dict[int, DocumentSummary]:
    """Return summaries of some documents by row."""
    found = {}
    for *cells, reason, signed in store.lookups.summaries(rows):
        cells.append(reason or ALONE[bool(signed)])
        found[cells[0]] = DocumentSummary(*cells)
    return found
