"""Where an index keeps what it knows of each document, beside the tables of its LSH."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import TYPE_CHECKING, Protocol

import numpy as np

from dedup.index.compact_tables import compact_lsh
from dedup.kernels.array_types import Int64s, UInt32s

if TYPE_CHECKING:
    from datasketch import MinHashLSH


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

    def lsh(self, name: str, width: int, bands: int, rows: int) -> MinHashLSH:
        """Return datasketch's LSH over tables that are kept in the same place.

        Args:
            name: Prefix of the keys of its tables where others share the place.
            width: Values of a signature.
            bands: Bands, two or more.
            rows: Rows of a band.
        """

    def put(self, entry: Entry) -> None:
        """Keep an entry; one of the same id must have been removed."""

    def values(self, doc_ids: Sequence[str]) -> list[bytes | None]:
        """Return the values of documents, None for one that is not known."""

    def remove(self, doc_id: str) -> None:
        """Forget a document; one that is not known is nothing to do."""

    def found_by(self, keys: Sequence[bytes], most: int) -> list[list[str]]:
        """Return for each key the ids of the documents that have it, sorted, the first ``most``."""

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


class DocumentsInMemory:
    """Keeps entries in this process; see :class:`KnownDocuments`."""

    def __init__(self) -> None:
        """Begin with no documents."""
        self._entries: dict[str, Entry] = {}
        self._found_by: dict[bytes, str | list[str]] = {}  # a single id is kept without a list
        self._counts: dict[int, int] = {}

    def lsh(self, name: str, width: int, bands: int, rows: int) -> MinHashLSH:
        """Return an LSH over tables in memory; see :class:`KnownDocuments`."""
        return compact_lsh(width, bands, rows)

    def put(self, entry: Entry) -> None:
        """Keep an entry; one of the same id must have been removed."""
        self._entries[entry.doc_id] = entry
        for key in set(entry.keys):
            others = self._found_by.get(key)
            if others is None:
                self._found_by[key] = entry.doc_id
            elif isinstance(others, str):
                self._found_by[key] = [others, entry.doc_id]
            else:
                others.append(entry.doc_id)
        counts = self._counts
        for term in entry.terms.tolist():
            counts[term] = counts.get(term, 0) + 1

    def values(self, doc_ids: Sequence[str]) -> list[bytes | None]:
        """Return the values of documents, None for one that is not known."""
        found = map(self._entries.get, doc_ids)
        return [None if entry is None else entry.value for entry in found]

    def remove(self, doc_id: str) -> None:
        """Forget a document; one that is not known is nothing to do."""
        entry = self._entries.pop(doc_id, None)
        if entry is None:
            return
        for key in set(entry.keys):
            others = [each for each in self._ids_of(key) if each != doc_id]
            if others:
                self._found_by[key] = others if len(others) > 1 else others[0]
            else:
                del self._found_by[key]
        for term in entry.terms.tolist():
            self._counts[term] -= 1
            if not self._counts[term]:
                del self._counts[term]

    def found_by(self, keys: Sequence[bytes], most: int) -> list[list[str]]:
        """Return for each key the ids of the documents that have it, sorted, the first ``most``."""
        return [nsmallest(most, self._ids_of(key)) for key in keys]

    def _ids_of(self, key: bytes) -> list[str]:
        """Return the ids of the documents that have a key."""
        found = self._found_by.get(key, [])
        return [found] if isinstance(found, str) else found

    def older_than(self, moment: float) -> list[str]:
        """Return the ids of the documents of before a moment, sorted."""
        return sorted(each.doc_id for each in self._entries.values() if each.moment < moment)

    def term_counts(self, terms: UInt32s) -> tuple[Int64s, int]:
        """Return how many known documents have each term, and how many documents there are."""
        counts = [self._counts.get(term, 0) for term in terms.tolist()]
        return np.array(counts, np.int64), len(self._entries)

    def __len__(self) -> int:
        """Return how many documents are known."""
        return len(self._entries)

    def __contains__(self, doc_id: object) -> bool:
        """Return whether a document is known."""
        return doc_id in self._entries

    def close(self) -> None:
        """Nothing is connected."""
