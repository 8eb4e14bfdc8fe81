"""Signatures and sets of the documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.store.cells import StoredPart, blob, signature_cells
from dedup.store.database import ROWS_AT_ONCE, Database

# Columns of a document by their names in an index, those of its signature behind them.
_FACTS = ("doc_id", "title", "url", "page", "canonical_page", "host", "date", "moment")

_KEPT = f"""
SELECT {", ".join(_FACTS)}, d.language, line_digests, fingerprint, tokens, s.language, signature,
    lead, sets.shingles, sets.numbers, terms, days, l.first, dates
FROM documents d JOIN signatures s USING (row) JOIN sets USING (row)
LEFT JOIN lead_days l USING (row) WHERE d.reason IS NULL ORDER BY d.row
"""


class Signatures:
    """Signatures and sets of the documents, by row."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._db = database

    def unsigned(
        self, after: int, size: int
    ) -> list[tuple[int, str, str | None, str | None, bytes | None]]:
        """Return what is signed of documents that have no signature yet.

        Args:
            after: The row after which to begin; all documents of earlier dumps are signed.
            size: How many documents at most, those of the lowest rows.

        Returns:
            Row, text, title, stated language and line digests of each.
        """
        found = self._db.execute(
            "SELECT d.row, title, language, line_digests, text_field, fields, text "
            "FROM documents d JOIN contents USING (row) "
            "WHERE d.row > ? AND reason IS NULL AND NOT EXISTS "
            "(SELECT 1 FROM signatures s WHERE s.row = d.row) ORDER BY d.row LIMIT ?",
            [after, size],
        )
        return [
            (row, self._db.text(*cells), title, language, lines)
            for row, title, language, lines, *cells in found
        ]

    def signable(self) -> int:
        """Return how many documents of the current dump need a signature."""
        query = "SELECT count(*) FROM documents WHERE reason IS NULL AND row >= ?"
        return int(self._db.execute(query, [self._db.first]).fetchone()[0])

    def count(self) -> int:
        """Return how many documents of the current dump have signature data."""
        query = "SELECT count(*) FROM signatures WHERE row >= ?"
        return int(self._db.execute(query, [self._db.first]).fetchone()[0])

    def add(self, parts: Iterable[tuple[int, StoredPart]]) -> None:
        """Store signature data by row; commits whole."""
        listed = list(parts)
        cells = [(row, *signature_cells(part)) for row, part in listed]
        days = [(row, *part.lead_days) for row, part in listed if part.lead_days is not None]
        with self._db.commit():
            self._db.insert("signatures", ((row, *signature) for row, signature, _ in cells))
            self._db.insert("sets", ((row, *sets) for row, _, sets in cells))
            self._db.insert("lead_days", days)

    def exact_duplicates(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the active rows that are signed, and for each the first one with its text."""
        query = "SELECT row, fingerprint FROM signatures JOIN active USING (row) ORDER BY row"
        cells = np.dtype([("row", np.int64), ("fingerprint", "S16")])
        signed = np.fromiter(self._db.execute(query), cells)
        rows = signed["row"].copy()
        _, first, inverse = np.unique(signed["fingerprint"], return_index=True, return_inverse=True)
        return rows, rows[first[inverse]]

    def documents(self) -> Iterator[tuple[dict[str, Any], bytes | None, StoredPart]]:
        """Yield the documents that can be used, by row.

        Yields:
            Facts by name, digests of the lines, and signature data.
        """
        for cells in self._db.execute(_KEPT):
            facts = dict(zip((*_FACTS, "language"), cells, strict=False))
            lines, *part, days, first, dates = cells[len(facts) :]
            named = None if days is None else (days, first, dates)
            yield facts, lines, StoredPart(*part)._replace(lead_days=named)

    def lengths(self, rows: Sequence[int]) -> npt.NDArray[np.int64]:
        """Return the number of terms of some documents, in the order of ``rows``."""
        query = "SELECT row, length(terms) / 4 FROM sets WHERE row IN"
        terms = dict(self._db.select_rows(query, sorted(set(rows))))
        return np.array([terms[row] or 0 for row in rows], np.int64)

    def document_frequencies(self) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64], int]:
        """Return the document frequencies of earlier dumps.

        Returns:
            Distinct terms, uint32; the number of documents with each, int64; and the number of all
            documents counted.
        """
        query = "SELECT terms, counts, documents FROM document_frequencies"
        terms, counts, documents = self._db.execute(query).fetchone() or (b"", b"", 0)
        return np.frombuffer(terms, "<u4"), np.frombuffer(counts, "<i8"), documents

    def keep_document_frequencies(
        self, terms: npt.NDArray[np.uint32], counts: npt.NDArray[np.int64], documents: int
    ) -> None:
        """Replace the document frequencies of earlier dumps."""
        rows = [(documents, blob(terms), blob(counts))] if documents else []
        with self._db.commit():
            self._db.execute("DELETE FROM document_frequencies")
            self._db.insert("document_frequencies", rows)

    def counted(self) -> list[int]:
        """Return the documents of the current dump that its document frequencies count."""
        query = (
            "SELECT row FROM signatures LEFT JOIN decisions USING (row) WHERE row >= ? "
            "AND signature IS NOT NULL AND (representative IS NULL OR representative = row) "
            "ORDER BY row"
        )
        return [row for (row,) in self._db.execute(query, [self._db.first])]

    def matrices(
        self, rows: npt.NDArray[np.int64], num_perm: int, lead_perm: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
        """Return which of some rows have a signature, and the signatures.

        Args:
            rows: Active rows, ascending, int64.
            num_perm: Values of a signature.
            lead_perm: Values of a lead's signature.

        Returns:
            The n rows with a signature, int64; their signatures, uint32, n x ``num_perm``; and
            their leads' signatures, uint32, n x ``lead_perm``.
        """
        signed = np.empty(rows.size, np.int64)
        whole = np.empty((rows.size, num_perm), np.uint32)
        leads = np.empty((rows.size, lead_perm), np.uint32)
        found = self._db.execute(
            "SELECT row, signature, lead FROM active CROSS JOIN signatures USING (row) "
            "WHERE signature IS NOT NULL ORDER BY row"
        )
        count = 0
        while batch := found.fetchmany(ROWS_AT_ONCE):
            numbers, *columns = zip(*batch, strict=True)
            part = np.array(numbers, np.int64)
            wanted = np.isin(part, rows, assume_unique=True)
            place = slice(count, count + int(wanted.sum()))
            signed[place] = part[wanted]
            for matrix, cells in zip((whole, leads), columns, strict=True):
                values = np.frombuffer(b"".join(cells), "<u4")
                matrix[place] = values.reshape(part.size, matrix.shape[1])[wanted]
            count = place.stop
        return signed[:count], whole[:count], leads[:count]

    def sets(
        self, rows: Sequence[int], *columns: str
    ) -> list[tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]]:
        """Return sets of some documents, in the order of ``rows``.

        Args:
            rows: The documents; one may be given several times.
            columns: Any of ``shingles``, ``numbers`` and ``terms``.

        Returns:
            For each column the values end to end, uint32, and n + 1 bounds, int64.
        """
        query = f"SELECT row, {', '.join(columns)} FROM sets WHERE row IN"
        cells_of = {cells[0]: cells for cells in self._db.select_rows(query, sorted(set(rows)))}
        ragged = []
        for column in range(1, len(columns) + 1):
            cells = [cells_of[row][column] or b"" for row in rows]
            bounds = np.zeros(len(cells) + 1, np.int64)
            np.cumsum(np.fromiter(map(len, cells), np.int64, len(cells)) // 4, out=bounds[1:])
            ragged.append((np.frombuffer(bytearray().join(cells), "<u4"), bounds))
        return ragged
