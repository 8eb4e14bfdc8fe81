"""Inputs as they were read and cleaned."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.jsontext import dump_json, load_json
from dedup.models import (
    CleanPage,
    Document,
    Draft,
    Extraction,
    RawRecord,
    Reason,
    Rejection,
    Removal,
)
from dedup.store.database import Database, storable

_TAKEN = Rejection(Reason.DUPLICATE_ID, "an earlier input has this id")


def stamp_of(record: RawRecord, page: bytes | None) -> bytes:
    """Return a digest of an input as it was read, 8 bytes: what a resumed run must read again.

    Args:
        record: The input.
        page: Digest of its page, None where it has none; pages are long, and digested once.
    """
    digest = hashlib.blake2b(record.doc_id.encode("utf-8", "surrogatepass"), digest_size=8)
    digest.update(page or b"")
    digest.update((record.text or "").encode("utf-8", "surrogatepass"))
    digest.update(dump_json(record.fields))
    return digest.digest()


class Documents:
    """The inputs of a run: rows 0 to n - 1 in input order, rejected ones among them."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._db = database

    def count(self) -> int:
        """Return how many inputs are stored; they are rows 0 to count - 1."""
        found = self._db.execute("SELECT max(row) FROM documents").fetchone()[0]
        return 0 if found is None else int(found) + 1

    def stamps(self) -> Iterator[bytes]:
        """Yield :func:`stamp_of` of the stored inputs in input order."""
        for (stamp,) in self._db.execute("SELECT stamp FROM documents ORDER BY row"):
            yield stamp

    def add(
        self,
        batch: Sequence[
            tuple[RawRecord, Document | Rejection, bytes | None, CleanPage | Rejection | None]
        ],
    ) -> None:
        """Store a batch of inputs behind those that are there; the batch commits whole.

        An id that is taken makes a document a rejection.

        Args:
            batch: Record, what became of it, and for pages the digest and what it is remembered as.
        """
        with self._db.commit():
            for row, (record, result, digest, page) in enumerate(batch, self.count()):
                if isinstance(result, Document):
                    result = self._insert(row, record, result, digest, page)
                if isinstance(result, Rejection):
                    self._insert_rejected(row, record, result, digest)

    def _insert_rejected(
        self, row: int, record: RawRecord, rejection: Rejection, digest: bytes | None
    ) -> None:
        """Store an input that cannot be used; where its id is taken, that is the reason."""
        for told in (rejection, _TAKEN):
            try:
                self._db.execute(
                    "INSERT INTO documents "
                    "(row, doc_id, source, reason, detail, from_page, digest, stamp) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        row, storable(record.doc_id), storable(record.source), told.reason.value,
                        storable(told.detail), record.html is not None, digest,
                        stamp_of(record, digest),
                    ],
                )  # fmt: skip
            except sqlite3.IntegrityError:
                continue
            return

    def _insert(
        self,
        row: int,
        record: RawRecord,
        document: Document,
        digest: bytes | None,
        page: CleanPage | Rejection | None,
    ) -> Document | Rejection:
        """Store one document, or return the rejection it becomes because its id is taken."""
        extraction = dump_json(asdict(page.extraction)) if isinstance(page, CleanPage) else None
        columns = {
            "row": row,
            "doc_id": storable(document.doc_id),
            "source": storable(document.source),
            "from_page": record.html is not None,
            "fields": self._db.squeeze(dump_json(document.fields)),
            "text": self._db.squeeze(document.text.encode("utf-8", "replace")),
            "agency_page": document.agency_page,
            "moment": document.moment,
            "leftovers": len(document.removed),
            "removed": self._db.squeeze_removals(document.removed),
            "digest": digest,
            "stamp": stamp_of(record, digest),
            "extraction": extraction,
        }
        for name in ("title", "url", "page", "canonical_page", "host", "date", "language"):
            columns[name] = storable(getattr(document, name))
        for name in ("agency", "dateline", "credit"):
            columns[name] = storable(getattr(document, name))
        marks = ", ".join("?" * len(columns))
        try:
            self._db.execute(
                f"INSERT INTO documents ({', '.join(columns)}) VALUES ({marks})",
                list(columns.values()),
            )
        except sqlite3.IntegrityError:
            return _TAKEN
        return document

    def recall(self, digest: bytes) -> CleanPage | Rejection | None:
        """Return what an earlier page with these bytes came to, or None."""
        found = self._db.execute(
            "SELECT reason, detail, extraction, text, agency, dateline, credit, removed "
            "FROM documents WHERE digest = ? AND (extraction IS NOT NULL OR reason IS NOT NULL) "
            "AND reason IS NOT 'duplicate-id' LIMIT 1",
            [digest],
        ).fetchone()
        if found is None:
            return None
        reason, detail, extraction, text, agency, dateline, credit, removed = found
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
                removed=self._db.expand_removals(removed),
            ),
        )

    def host_numbers(self) -> npt.NDArray[np.int64]:
        """Return a number for the host of each input, by row; -1 where it is not known."""
        numbers = np.full(self.count(), -1, np.int64)
        query = (
            "SELECT row, dense_rank() OVER (ORDER BY host) FROM documents "
            "WHERE host IS NOT NULL AND reason IS NULL"
        )
        for row, number in self._db.execute(query):
            numbers[row] = number
        return numbers

    def hosts(self, documents: int) -> list[str]:
        """Return the hosts with at least this many documents, sorted."""
        found = self._db.execute(
            "SELECT host FROM documents WHERE host IS NOT NULL AND reason IS NULL "
            "GROUP BY host HAVING count(*) >= ? ORDER BY host",
            [documents],
        )
        return [host for (host,) in found]

    def texts_of_host(self, host: str) -> Iterator[tuple[int, str]]:
        """Yield row and cleaned text of a host's documents, by row."""
        query = "SELECT row, text FROM documents WHERE host = ? AND reason IS NULL ORDER BY row"
        for row, text in self._db.execute(query, [host]):
            yield row, self._db.expand(text).decode()

    def text(self, row: int) -> str:
        """Return the cleaned text of a document."""
        found = self._db.execute("SELECT text FROM documents WHERE row = ?", [row]).fetchone()
        return self._db.expand(found[0]).decode()

    def removals(self, row: int) -> tuple[Removal, ...]:
        """Return what cleaning took out of a document."""
        found = self._db.execute("SELECT removed FROM documents WHERE row = ?", [row]).fetchone()
        return self._db.expand_removals(found[0])

    def cleaned(
        self,
    ) -> Iterator[tuple[dict[str, Any], str, dict[str, str | None], tuple[Removal, ...]]]:
        """Yield fields, cleaned text, what was recognised and what was removed, in input order."""
        query = (
            "SELECT fields, text, removed, agency, dateline, credit FROM documents "
            "WHERE reason IS NULL ORDER BY row"
        )
        for fields, text, removed, agency, dateline, credit in self._db.execute(query):
            recognised = {"agency": agency, "dateline": dateline, "credit": credit}
            yield (
                load_json(self._db.expand(fields)),
                self._db.expand(text).decode(),
                recognised,
                self._db.expand_removals(removed),
            )

    def strip(self, changes: Iterable[tuple[int, str, tuple[str, ...], Rejection | None]]) -> None:
        """Take residue out of documents and mark the stage as done, all in one commit.

        Args:
            changes: Row, text that stays, lines taken out, and a rejection where too little stays.
        """
        with self._db.commit():
            for row, text, lines, rejection in changes:
                removed = (*self.removals(row), *(Removal("residue", line) for line in lines))
                self._db.execute(
                    "UPDATE documents SET text = ?, removed = ?, leftovers = ?, reason = ?, "
                    "detail = ? WHERE row = ?",
                    [
                        self._db.squeeze(text.encode("utf-8", "replace")),
                        self._db.squeeze_removals(removed),
                        len(removed),
                        rejection.reason.value if rejection else None,
                        rejection.detail if rejection else None,
                        row,
                    ],
                )
            self._db.execute("INSERT INTO meta VALUES ('residue', 'true')")
