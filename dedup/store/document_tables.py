"""Inputs as they were read and cleaned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.json_codec import load_json
from dedup.models import SITE_BOILERPLATE, CleanPage, Draft, Extraction, Reason, Rejection, Removal
from dedup.store.cells import (
    DOCUMENT_COLUMNS,
    Cells,
    Stored,
    expand_removals,
    pack_removals,
    pack_text,
    stored_rejection,
)
from dedup.store.database import Database
from dedup.store.integrity import summed

_TAKEN = Rejection(Reason.DUPLICATE_ID, "an earlier input has this id")

# The tables beside ``documents``, each with what of an input stands in it.
_PARTS = {
    "contents": attrgetter("content"),
    "signatures": attrgetter("signature"),
    "sets": attrgetter("sets"),
}

_PLACE = {name: place for place, name in enumerate(DOCUMENT_COLUMNS)}


class Documents:
    """The inputs of a run: rows 0 to n - 1 in input order, rejected ones among them."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._db = database

    def count(self) -> int:
        """Return how many rows there are, those of inputs that were forgotten among them."""
        found = self._db.execute("SELECT max(row) FROM documents").fetchone()[0]
        return 0 if found is None else int(found) + 1

    def stamps(self) -> Iterator[bytes]:
        """Yield the stamps of the stored inputs of the dump at hand, in input order."""
        query = "SELECT stamp FROM documents WHERE row >= ? ORDER BY row"
        for (stamp,) in self._db.execute(query, [self._db.first]):
            yield stamp

    def add(self, batch: Sequence[Stored]) -> None:
        """Store a batch of inputs behind those that are there; the batch commits whole.

        An id that is taken makes an input a rejection.

        Args:
            batch: Their cells.
        """
        with self._db.commit():
            first = self.count()
            cells = [each.document for each in batch]
            self._db.insert_rows("documents", enumerate(cells, first), verb="INSERT OR IGNORE")
            taken = self._reject_taken(first, cells)
            kept = [pair for pair in enumerate(batch, first) if pair[0] not in taken]
            for table, cells_of in _PARTS.items():
                self._db.insert_rows(
                    table, [(row, cells) for row, each in kept if (cells := cells_of(each))]
                )

    def _reject_taken(self, first: int, batch: Sequence[Cells]) -> set[int]:
        """Store as rejections what was passed over because its id is taken; return their rows."""
        query = "SELECT row FROM documents WHERE row >= ?"
        stored = {row for (row,) in self._db.execute(query, [first])}
        taken = set(range(first, first + len(batch))) - stored
        for row in sorted(taken):
            doc_id, source, from_page, stamp, digest = (
                batch[row - first][_PLACE[name]]
                for name in ("doc_id", "source", "from_page", "stamp", "digest")
            )
            rejection = stored_rejection(
                doc_id, source, _TAKEN, stamp, from_page=from_page, digest=digest
            )
            self._db.insert_rows("documents", [(row, rejection.document)])
        return taken

    def recall(self, digest: bytes) -> CleanPage | Rejection | None:
        """Return what an earlier page with these bytes came to, or None.

        Raises:
            OutputError: What is stored of that page is damaged.
        """
        found = self._db.execute(
            "SELECT row, reason, detail, extraction, text, agency, dateline, credit, removed "
            "FROM documents LEFT JOIN contents USING (row) "
            "WHERE digest = ? AND (extraction IS NOT NULL OR reason IS NOT NULL) "
            "AND reason IS NOT 'duplicate-id' LIMIT 1",
            [digest],
        ).fetchone()
        if found is None:
            return None
        row, reason, detail, extraction, text, agency, dateline, credit, removed = found
        self._db.verify_input(row)  # it may be older than what a dump looks back at
        if reason is not None:
            return Rejection(Reason(reason), detail)
        extracted = Extraction(**load_json(extraction))
        return CleanPage(
            extracted,
            Draft(
                text=self._db.expand(text).decode(),
                title=extracted.title,
                author=extracted.author,
                agency=agency,
                dateline=dateline,
                credit=credit,
                removed=expand_removals(removed),
            ),
        )

    def host_numbers(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return a number for the host of each of some active rows; -1 where it is not known."""
        query = (
            "SELECT row, host FROM active CROSS JOIN documents USING (row) "
            "WHERE host IS NOT NULL AND reason IS NULL ORDER BY row"
        )
        known: dict[str, int] = {}
        found = [(row, known.setdefault(host, len(known))) for row, host in self._db.execute(query)]
        known_rows, known_numbers = np.array(found, np.int64).reshape(-1, 2).T
        numbers = np.full(rows.size, -1, np.int64)
        _, places, at = np.intersect1d(rows, known_rows, True, return_indices=True)
        numbers[places] = known_numbers[at]
        return numbers

    def line_digests(self) -> Iterator[tuple[int, str, bytes]]:
        """Yield row, host and digests of the lines of active documents whose host is known."""
        query = (
            "SELECT row, host, line_digests FROM active CROSS JOIN documents USING (row) "
            "WHERE host IS NOT NULL AND reason IS NULL ORDER BY row"
        )
        for row, host, lines in self._db.execute(query):
            yield row, host, lines or b""

    def texts(self, rows: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield row and cleaned text of some documents."""
        query = "SELECT row, text_field, fields, text FROM contents WHERE row IN"
        for row, *cells in self._db.select_rows(query, rows):
            yield row, text_in(self._db, *cells)

    def text(self, row: int) -> str:
        """Return the cleaned text of a document."""
        return next(self.texts([row]))[1]

    def removals(self, row: int) -> tuple[Removal, ...]:
        """Return what cleaning took out of a document."""
        found = self._db.execute("SELECT removed FROM contents WHERE row = ?", [row]).fetchone()
        return expand_removals(found[0])

    def cleaned(
        self,
    ) -> Iterator[tuple[dict[str, Any], str, dict[str, str | None], tuple[Removal, ...]]]:
        """Yield fields, cleaned text, what was recognised and what was removed, in input order."""
        query = (
            "SELECT text_field, fields, text, removed, agency, dateline, credit "
            "FROM documents JOIN contents USING (row) WHERE reason IS NULL ORDER BY row"
        )
        for *cells, removed, agency, dateline, credit in self._db.execute(query):
            recognised = {"agency": agency, "dateline": dateline, "credit": credit}
            yield (
                self._db.load(cells[1]),
                text_in(self._db, *cells),
                recognised,
                expand_removals(removed),
            )

    def strip(self, changes: Iterable[tuple[int, str, tuple[str, ...], Rejection | None]]) -> None:
        """Take residue out of documents, all in one commit.

        Their signatures go, too: they were those of the whole text.

        Args:
            changes: Row, text that stays, lines taken out, and a rejection where too little stays.
        """
        with self._db.commit():
            for row, text, lines, rejection in changes:
                removed = (
                    *self.removals(row),
                    *(Removal(SITE_BOILERPLATE, line) for line in lines),
                )
                self._change(
                    "contents",
                    row,
                    text=pack_text(text),
                    text_field=None,
                    removed=pack_removals(removed),
                )
                self._change(
                    "documents",
                    row,
                    leftovers=len(removed),
                    reason=rejection.reason.value if rejection else None,
                    detail=rejection.detail if rejection else None,
                )
                for table in ("signatures", "sets"):
                    self._db.execute(f"DELETE FROM {table} WHERE row = ?", [row])

    def _change(self, table: str, row: int, **cells: Any) -> None:
        """Change some cells of a row, and its sum."""
        found = self._db.execute(f"SELECT * FROM {table} WHERE row = ?", [row])
        names = [column[0] for column in found.description]
        changed = {**dict(zip(names, found.fetchone(), strict=True)), **cells}
        values = [changed[name] for name in names[1:-1]]
        self._db.insert_rows(table, [(row, summed(values))], verb="INSERT OR REPLACE")


def text_in(db: Database, text_field: str | None, fields: bytes, text: bytes | None) -> str:
    """Return the cleaned text that the cells of a document hold.

    Args:
        db: Where they were read.
        text_field: Field that holds it, or None.
        fields: The document's fields.
        text: The text by itself, where no field holds it.
    """
    if text is not None:
        return db.expand(text).decode()
    return str(db.load(fields)[text_field])
