"""What stages ask of documents, wherever these are: in a store, or in the rows of a partition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from dedup.kernels.array_types import Int64s, UInt32s
from dedup.models import Facts
from dedup.store import Store


class DocumentSource(Protocol):
    """Documents by row."""

    def facts(
        self, rows: Sequence[int], text_id_of: Mapping[int, int], *, with_fields: bool = False
    ) -> list[Facts]:
        """Return the facts of some documents, see :meth:`dedup.store.Results.facts`."""
        ...

    def sets(self, rows: Sequence[int], *columns: str) -> list[tuple[UInt32s, Int64s]]:
        """Return sets of some documents, see :meth:`dedup.store.Signatures.sets`."""
        ...

    def text(self, row: int) -> str:
        """Return the cleaned text of a document."""
        ...

    def records_without(self, step: str, rows: Sequence[int]) -> set[int]:
        """Return which of some documents are records from which a cleaning step took a piece."""
        ...

    def copies(self, representatives: Sequence[int]) -> dict[int, list[int]]:
        """Return the copies of those of some representatives that have any, rows ascending."""
        ...


class StoredDocuments:
    """The documents of a store; see :class:`DocumentSource`."""

    def __init__(self, store: Store) -> None:
        """Read from an open store."""
        self.facts = store.results.facts
        self.text = store.documents.text
        self.records_without = store.documents.records_without
        self.copies = store.results.copies
        self.sets = store.signatures.sets
