"""Signatures and sets of the documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.store.database import Database, array, blob


@dataclass(frozen=True, slots=True)
class StoredPart:
    """Signature data of one document, as it is stored.

    Attributes:
        row: Position in input order.
        fingerprint: Digest of the cleaned text, 16 bytes.
        tokens: Tokens of the cleaned text.
        signature: uint32 values; None for a text too short to sign.
        lead: The signature of its first shingles, likewise.
        shingles: Shingle hashes in text order, uint32.
        numbers: Sorted distinct hashes of numbers, uint32.
        terms: Tokens of the story view in text order, uint32; None where nothing asked for them.
        language: Language of the text, two letters; None if unknown.
    """

    row: int
    fingerprint: bytes
    tokens: int
    signature: npt.NDArray[np.uint32] | None
    lead: npt.NDArray[np.uint32] | None
    shingles: npt.NDArray[np.uint32]
    numbers: npt.NDArray[np.uint32]
    terms: npt.NDArray[np.uint32] | None = None
    language: str | None = None


class Signatures:
    """What signing made of the documents, by row."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._db = database

    def unsigned(self, size: int) -> list[tuple[int, str, str | None, str | None]]:
        """Return row, text, title and stated language of the next documents not signed yet."""
        last = self._db.execute("SELECT max(row) FROM signatures").fetchone()[0]
        found = self._db.execute(
            "SELECT row, text, title, language FROM documents WHERE row > ? AND reason IS NULL "
            "ORDER BY row LIMIT ?",
            [-1 if last is None else last, size],
        )
        return [(row, self._db.expand(text).decode(), *rest) for row, text, *rest in found]

    def signable(self) -> int:
        """Return how many documents there are to sign."""
        query = "SELECT count(*) FROM documents WHERE reason IS NULL"
        return int(self._db.execute(query).fetchone()[0])

    def count(self) -> int:
        """Return how many documents have signature data."""
        return int(self._db.execute("SELECT count(*) FROM signatures").fetchone()[0])

    def add(self, parts: Iterable[StoredPart]) -> None:
        """Store a batch of signature data; commits whole."""
        with self._db.commit():
            self._db.executemany(
                "INSERT INTO signatures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        part.row, part.fingerprint, part.tokens,
                        None if part.signature is None else blob(part.signature),
                        None if part.lead is None else blob(part.lead),
                        blob(part.shingles), blob(part.numbers),
                        None if part.terms is None else blob(part.terms), part.language,
                    )
                    for part in parts
                ),
            )  # fmt: skip

    def twins(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the rows with signature data, and for each the first row with the same text."""
        rows, prints = [], bytearray()
        for row, fingerprint in self._db.execute(
            "SELECT row, fingerprint FROM signatures ORDER BY row"
        ):
            rows.append(row)
            prints += fingerprint
        ordered = np.array(rows, np.int64)
        keys = np.frombuffer(bytes(prints), "S16") if rows else np.empty(0, "S16")
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        return ordered, ordered[first[inverse]] if rows else ordered

    def matrices(
        self, rows: npt.NDArray[np.int64], num_perm: int, lead_perm: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
        """Return those of the rows that are signed, their signatures, and those of their leads.

        Args:
            rows: Ascending rows.
            num_perm: Values of a signature.
            lead_perm: Values of a lead's signature.
        """
        whole = np.empty((rows.size, num_perm), np.uint32)
        leads = np.empty((rows.size, lead_perm), np.uint32)
        signed = np.zeros(rows.size, np.bool_)
        at = 0
        for row, signature, lead in self._db.execute(
            "SELECT row, signature, lead FROM signatures WHERE signature IS NOT NULL ORDER BY row"
        ):
            while at < rows.size and rows[at] < row:
                at += 1
            if at < rows.size and rows[at] == row:
                whole[at], leads[at], signed[at] = array(signature), array(lead), True
        return rows[signed], whole[signed], leads[signed]

    def sets(
        self, rows: Sequence[int], *columns: str
    ) -> list[tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]]:
        """Return what signing made of some documents, in the order of ``rows``.

        Args:
            rows: Which documents.
            columns: Any of ``shingles``, ``numbers`` and ``terms``.

        Returns:
            For each column the values end to end, and n + 1 bounds.
        """
        query = f"SELECT row, {', '.join(columns)} FROM signatures WHERE row IN"
        found = {cells[0]: cells for cells in self._db.select_rows(query, sorted(set(rows)))}
        ordered = [found[row] for row in rows]
        return [
            _end_to_end([cells[column] or b"" for cells in ordered])
            for column in range(1, len(columns) + 1)
        ]


def _end_to_end(
    cells: Sequence[bytes],
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Return the values of cells, and n + 1 bounds."""
    bounds = np.zeros(len(cells) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, cells), np.int64, len(cells)) // 4, out=bounds[1:])
    return np.frombuffer(bytearray().join(cells), "<u4"), bounds
