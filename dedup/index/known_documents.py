"""Where an index keeps what it knows of each document, beside the tables of its LSH."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dedup.kernels.array_types import Int64s, UInt32s


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as an index keeps it.

    Attributes:
        doc_id: Its id.
        value: What comparing it takes, in the bytes of :mod:`dedup.index.entry_bytes`.
        keys: By what it is found beside the LSH: digests of its text and of its addresses.
        moment: Publication in seconds since 1970 UTC, else when it was added.
        terms: Distinct terms of its text, uint32, for the frequencies.
    """

    doc_id: str
    value: bytes
    keys: tuple[bytes, ...]
    moment: float
    terms: UInt32s


class KnownDocuments(Protocol):
    """Keeps entries; in memory or on a server that several processes share."""

    @property
    def storage(self) -> dict[str, Any]:
        """The ``storage_config`` of datasketch's ``MinHashLSH``, without its ``basename``."""

    def put(self, entry: Entry) -> None:
        """Keep an entry; one of the same id must have been removed."""

    def values(self, doc_ids: Sequence[str]) -> list[bytes | None]:
        """Return the values of documents, None for one that is not known."""

    def remove(self, doc_id: str) -> None:
        """Forget a document; one that is not known is nothing to do."""

    def found_by(self, key: bytes) -> list[str]:
        """Return the ids of the documents that have a key, sorted."""

    def older_than(self, moment: float) -> list[str]:
        """Return the ids of the documents of before a moment, sorted."""

    def term_counts(self, terms: UInt32s) -> tuple[Int64s, int]:
        """Return how many known documents have each term, and how many documents there are."""

    def __len__(self) -> int:
        """Return how many documents are known."""

    def __contains__(self, doc_id: object) -> bool:
        """Return whether a document is known."""

    def close(self) -> None:
        """End connections."""
