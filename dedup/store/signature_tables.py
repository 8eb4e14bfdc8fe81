"""Signatures and sets of the documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from dedup.store.cells import StoredPart, blob, signature_cells
from dedup.store.database import ROWS_AT_ONCE, Database
from dedup.store.document_tables import text_in


class Signatures:
    """What signing made of the documents, by row."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._db = database

    def unsigned(self, after: int, size: int) -> list[tuple[int, str, str | None, str | None]]:
        """Return row, text, title and stated language of documents not signed yet.

        Args:
            after: Only those of higher rows; those of earlier dumps are all signed.
            size: How many at most, the lowest rows.
        """
        found = self._db.execute(
            "SELECT d.row, title, language, text_field, fields, text "
            "FROM documents d JOIN contents USING (row) "
            "WHERE d.row > ? AND reason IS NULL AND NOT EXISTS "
            "(SELECT 1 FROM signatures s WHERE s.row = d.row) ORDER BY d.row LIMIT ?",
            [after, size],
        )
        return [
            (row, text_in(self._db, *cells), title, language)
            for row, title, language, *cells in found
        ]

    def signable(self) -> int:
        """Return how many documents of the dump at hand there are to sign."""
        query = "SELECT count(*) FROM documents WHERE reason IS NULL AND row >= ?"
        return int(self._db.execute(query, [self._db.first]).fetchone()[0])

    def count(self) -> int:
        """Return how many documents of the dump at hand have signature data."""
        query = "SELECT count(*) FROM signatures WHERE row >= ?"
        return int(self._db.execute(query, [self._db.first]).fetchone()[0])

    def add(self, parts: Iterable[tuple[int, StoredPart]]) -> None:
        """Store signature data by row; commits whole."""
        cells = [(row, signature_cells(part)) for row, part in parts]
        with self._db.commit():
            self._db.insert_rows("signatures", ((row, signature) for row, (signature, _) in cells))
            self._db.insert_rows("sets", ((row, sets) for row, (_, sets) in cells))

    def exact_duplicates(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the active rows that are signed, and for each the first one with its text."""
        rows, prints = [], bytearray()
        for row, fingerprint in self._db.execute(
            "SELECT row, fingerprint FROM signatures JOIN active USING (row) ORDER BY row"
        ):
            rows.append(row)
            prints += fingerprint
        ordered = np.array(rows, np.int64)
        keys = np.frombuffer(bytes(prints), "S16") if rows else np.empty(0, "S16")
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        return ordered, ordered[first[inverse]] if rows else ordered

    def lengths(self, rows: Sequence[int]) -> npt.NDArray[np.int64]:
        """Return how many tokens the story view has of some documents, in the order of ``rows``."""
        query = "SELECT row, length(terms) / 4 FROM sets WHERE row IN"
        found = dict(self._db.select_rows(query, sorted(set(rows))))
        return np.array([found[row] or 0 for row in rows], np.int64)

    def document_frequencies(self) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64], int]:
        """Return the terms of earlier dumps, in how many documents each stood, and of how many."""
        found = self._db.execute(
            "SELECT terms, counts, documents FROM document_frequencies"
        ).fetchone()
        terms, counts, documents = found or (b"", b"", 0)
        return np.frombuffer(terms, "<u4"), np.frombuffer(counts, "<i8"), documents

    def keep_document_frequencies(
        self, terms: npt.NDArray[np.uint32], counts: npt.NDArray[np.int64], documents: int
    ) -> None:
        """Keep a census in the place of that of earlier dumps."""
        with self._db.commit():
            self._db.execute("DELETE FROM document_frequencies")
            cells = documents, blob(terms), blob(counts)
            self._db.insert("document_frequencies", [cells])

    def matrices(
        self, rows: npt.NDArray[np.int64], num_perm: int, lead_perm: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
        """Return those of the rows that are signed, their signatures, and those of their leads.

        Args:
            rows: Ascending rows, all of them active.
            num_perm: Values of a signature.
            lead_perm: Values of a lead's signature.
        """
        signed = np.empty(rows.size, np.int64)
        whole = np.empty((rows.size, num_perm), np.uint32)
        leads = np.empty((rows.size, lead_perm), np.uint32)
        found = self._db.execute(
            "SELECT row, signature, lead FROM active CROSS JOIN signatures USING (row) "
            "WHERE signature IS NOT NULL ORDER BY row"
        )
        count = 0
        while some := found.fetchmany(ROWS_AT_ONCE):
            numbers, *columns = zip(*some, strict=True)
            part = np.array(numbers, np.int64)
            asked = np.isin(part, rows, assume_unique=True)
            place = slice(count, count + int(asked.sum()))
            signed[place] = part[asked]
            for matrix, cells in zip((whole, leads), columns, strict=True):
                values = np.frombuffer(b"".join(cells), "<u4")
                matrix[place] = values.reshape(part.size, matrix.shape[1])[asked]
            count = place.stop
        return signed[:count], whole[:count], leads[:count]

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
        query = f"SELECT row, {', '.join(columns)} FROM sets WHERE row IN"
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
