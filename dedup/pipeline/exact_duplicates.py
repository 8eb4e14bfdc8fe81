"""Which documents have the same text, and on which hosts they stand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedup.kernels.array_types import Bools, Int64s
from dedup.store import Store


class ExactDuplicates:
    """Which documents have the same text; each text stands for all its documents.

    Attributes:
        rows: Documents with signature data, ascending.
        text_id: For each the first document with its text.
        text_ids: The distinct values of ``text_id``, ascending.
    """

    def __init__(self, store: Store) -> None:
        """Read the fingerprints."""
        self.rows, self.text_id = store.signatures.exact_duplicates()
        self.text_ids = np.unique(self.text_id)
        self._by_text_id = np.argsort(self.text_id, kind="stable")
        self._sorted = self.text_id[self._by_text_id]
        hosts = store.documents.host_numbers(self.rows)
        self._host = hosts[np.searchsorted(self.rows, self.text_ids)]
        self._several = np.bincount(np.searchsorted(self.text_ids, self.text_id)) > 1

    def documents(self, text_ids: Int64s) -> dict[int, int]:
        """Return the documents that have some texts, each with the first document of its text."""
        starts = np.searchsorted(self._sorted, text_ids, "left")
        ends = np.searchsorted(self._sorted, text_ids, "right")
        counts = ends - starts
        total = np.cumsum(counts)
        at = np.arange(counts.sum()) + np.repeat(starts - total + counts, counts)
        rows = self.rows[self._by_text_id[at]]
        return dict(zip(rows.tolist(), np.repeat(text_ids, counts).tolist(), strict=True))

    def texts(self, rows: Int64s) -> Int64s:
        """Return for each of some documents the first document with its text."""
        return self.text_id[np.searchsorted(self.rows, rows)]

    def of(self, rows: Sequence[int]) -> dict[int, int]:
        """Return for some documents the first document with their text."""
        return dict(zip(rows, self.texts(np.asarray(rows, np.int64)).tolist(), strict=True))

    def may_share_host(self, left: Int64s, right: Int64s) -> Bools:
        """Return for pairs of texts whether documents of one host may have them."""
        left, right = np.searchsorted(self.text_ids, left), np.searchsorted(self.text_ids, right)
        one, other = self._host[left], self._host[right]
        same: Bools = (one == other) & (one >= 0)
        return same | self._several[left] | self._several[right]

    def repeated(self) -> Bools:
        """Return which of ``text_ids`` stand for the text of several documents."""
        return self._several
