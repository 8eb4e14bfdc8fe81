"""What a plan asks of the dumps before its own, to number, date and compare its inputs."""

from __future__ import annotations

from typing import Protocol

import pyarrow as pa

from dedup.engines.engine import Batches
from dedup.kernels.array_types import Float64s
from dedup.models import CleanPage, Rejection
from dedup.pipeline.store_tables import (
    EarlierResults,
    documents_below,
    known_ids,
    read_earlier_results,
)
from dedup.pipeline.tables import KNOWN_IDS
from dedup.store import Store


class EarlierDumps(Protocol):
    """The dumps before one.

    An engine whose ``scan`` reads in other processes sends ``knows`` and ``recall`` to them.

    Attributes:
        number: Number of the dump at hand, from 1.
        first: Row of its first input.
    """

    number: int
    first: int

    def knows(self, doc_id: str) -> bool:
        """Return whether one of their inputs has this id."""
        ...

    def recall(self, digest: bytes) -> CleanPage | Rejection | None:
        """Return what an earlier page with these bytes gave, None for a new page."""
        ...

    def ids(self) -> pa.Table:
        """Return their inputs by id: a table of ``KNOWN_IDS``."""
        ...

    def look_back(self, moments: Float64s) -> None:
        """Choose their documents that are compared with those at hand: the active ones.

        Args:
            moments: The known moments of the documents at hand, in seconds.
        """
        ...

    def active(self, end: int) -> Batches:
        """Yield the active documents below a row: batches of ``DOCUMENTS``."""
        ...

    def results(self) -> EarlierResults:
        """Return what they found, as far as their active documents go."""
        ...


class NoEarlierDumps:
    """What is before the first dump; see :class:`EarlierDumps`."""

    number = 1
    first = 0

    def knows(self, doc_id: str) -> bool:
        """Return False."""
        return False

    def recall(self, digest: bytes) -> None:
        """Return None."""

    def ids(self) -> pa.Table:
        """Return no input."""
        return KNOWN_IDS.empty_table()

    def look_back(self, moments: Float64s) -> None:
        """Choose nothing."""

    def active(self, end: int) -> Batches:
        """Yield no document."""
        yield from ()

    def results(self) -> EarlierResults:
        """Return nothing."""
        return EarlierResults.empty()


class StoredDumps:
    """The dumps of a store before its current one; see :class:`EarlierDumps`."""

    def __init__(self, store: Store, window_days: float) -> None:
        """Read from an open store.

        Args:
            store: The store, in which the dump at hand has begun.
            window_days: The date window.
        """
        self.number, self.first = store.dumps.number, store.dumps.first
        self.knows, self.recall = store.dumps.knows, store.documents.recall
        self._store, self._window_days = store, window_days

    def ids(self) -> pa.Table:
        """Return the inputs by id."""
        return pa.Table.from_batches(known_ids(self._store), KNOWN_IDS)

    def look_back(self, moments: Float64s) -> None:
        """Choose the active rows of the store."""
        self._store.dumps.look_back(self._window_days, moments)

    def active(self, end: int) -> Batches:
        """Read active documents."""
        yield from documents_below(self._store, end)

    def results(self) -> EarlierResults:
        """Read what they found."""
        return read_earlier_results(self._store)
