"""Which documents have the same text, and which of them may be of one host."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedup.kernels.array_types import Bools, Int64s
from dedup.match.sorted_lookup import among, places_among
from dedup.store import Store


class ExactDuplicates:
    """Which documents have the same text.

    Attributes:
        rows: Documents with signature data, ascending.
        text_id: For each the first document with its text.
        text_ids: The distinct values of ``text_id``, ascending.
        repeated: Which of ``text_ids`` several documents have.
    """

    def __init__(self, rows: Int64s, text_id: Int64s, hosts: Int64s) -> None:
        """Index documents by their texts; ``hosts`` numbers the host of each, -1 if unknown."""
        self.rows, self.text_id = rows, text_id
        self.text_ids, counts = np.unique(text_id, return_counts=True)
        self.repeated = counts > 1
        self._by_text_id = np.argsort(text_id, kind="stable")
        self._sorted = text_id[self._by_text_id]
        self._host = hosts[np.searchsorted(rows, self.text_ids)]

    def documents(self, text_ids: Int64s) -> dict[int, int]:
        """Return the documents that have some texts, each with the first document of its text."""
        places, at = places_among(text_ids, self._sorted)
        rows = self.rows[self._by_text_id[at]]
        return dict(zip(rows.tolist(), text_ids[places].tolist(), strict=True))

    def texts(self, rows: Int64s) -> Int64s:
        """Return for each of some documents the first document with its text."""
        return self.text_id[np.searchsorted(self.rows, rows)]

    def of(self, rows: Sequence[int]) -> dict[int, int]:
        """Return for some documents the first document with their text."""
        return dict(zip(rows, self.texts(np.asarray(rows, np.int64)).tolist(), strict=True))

    def may_share_host(self, left: Int64s, right: Int64s) -> Bools:
        """Return for pairs of texts whether documents of one host may have them."""
        left, right = np.searchsorted(self.text_ids, left), np.searchsorted(self.text_ids, right)
        same: Bools = (self._host[left] == self._host[right]) & (self._host[left] >= 0)
        return same | self.repeated[left] | self.repeated[right]


def read_exact_duplicates(store: Store) -> ExactDuplicates:
    """Read which active documents have the same text."""
    rows, text_id = store.signatures.exact_duplicates()
    return ExactDuplicates(rows, text_id, store.documents.host_numbers(rows))


class RepeatedTexts:
    """The documents whose text others have, too; every other one is the only one with its text.

    Attributes:
        rows: The documents, ascending.
        text_id: For each the first document with its text.
    """

    def __init__(self, rows: Int64s, text_id: Int64s) -> None:
        """Index the documents."""
        order = np.argsort(rows)
        self.rows, self.text_id = rows[order], text_id[order]

    def texts(self, rows: Int64s) -> Int64s:
        """Return for each of some documents the first document with its text."""
        found = self.repeated(rows)
        texts = rows.copy()
        texts[found] = self.text_id[np.searchsorted(self.rows, rows[found])]
        return texts

    def repeated(self, rows: Int64s) -> Bools:
        """Return for some documents whether others have their text."""
        return among(rows, self.rows)
