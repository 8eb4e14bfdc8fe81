"""Inputs as they were read and cleaned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.json_codec import load_json
from dedup.models import (
    SITE_BOILERPLATE,
    CleanPage,
    DateReport,
    Draft,
    Extraction,
    Listed,
    Reason,
    Rejection,
    Removal,
    StrippedText,
)
from dedup.store.cells import (
    CONTENT_COLUMNS,
    DOCUMENT_COLUMNS,
    DUPLICATE_ID,
    KEPT_OF_DUPLICATE_ID,
    Stored,
    expand_removals,
    stored_rejection,
    stripped_cells,
)
from dedup.store.database import NO_END, Database
from dedup.store.document_columns import document_columns, insert_columns
from dedup.store.integrity import input_holds, with_checksum

# Tables beside ``documents``, and the field of ``Stored`` that has their cells.
_PARTS = (
    ("contents", "content"), ("signatures", "signature"), ("sets", "sets"),
    ("written_dates", "written_date"), ("lead_days", "lead_days"),
)  # fmt: skip

# Rows that are changed between two reads of a table, and the characters of their texts: a hostile
# one may have twenty million.
_ROWS_AT_ONCE = 1000
_CHARACTERS_AT_ONCE = 20_000_000


class Documents:
    """The inputs of all dumps, rejected ones among them; their rows rise in input order."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._db = database

    def count(self) -> int:
        """Return the number of rows, those of expired inputs among them."""
        last = self._db.execute("SELECT max(row) FROM documents").fetchone()[0]
        return 0 if last is None else int(last) + 1

    def stamps(self, first: int | None = None, end: int | None = None) -> Iterator[bytes]:
        """Yield the stamps of stored inputs, in input order.

        Args:
            first: Row of the first; None for the first of the current dump.
            end: Row behind the last; None for all.
        """
        query = "SELECT stamp FROM documents WHERE row >= ? AND row < ? ORDER BY row"
        bounds = [self._db.first if first is None else first, NO_END if end is None else end]
        for (stamp,) in self._db.execute(query, bounds):
            yield stamp

    def add(self, batch: Sequence[Stored]) -> None:
        """Store the cells of a batch of inputs behind the others; the batch commits whole.

        An input whose id an earlier one has becomes a rejection.
        """
        with self._db.commit():
            first = self.count()
            rows = dict(enumerate(batch, first))
            documents = ((row, *stored.document) for row, stored in rows.items())
            self._db.insert("documents", documents, verb="INSERT OR IGNORE")
            query = "SELECT row FROM documents WHERE row >= ?"
            inserted = {row for (row,) in self._db.execute(query, [first])}
            for row in sorted(rows.keys() - inserted):
                self._reject_duplicate_id(row, rows.pop(row))
            for table, name in _PARTS:
                parts = ((row, getattr(stored, name)) for row, stored in rows.items())
                self._db.insert(table, ((row, *cells) for row, cells in parts if cells))

    def _reject_duplicate_id(self, row: int, stored: Stored) -> None:
        """Store an input whose id an earlier one has as a rejection."""
        cells = dict(zip(DOCUMENT_COLUMNS, stored.document, strict=True))
        kept = {name: cells[name] for name in KEPT_OF_DUPLICATE_ID}
        rejected = stored_rejection(rejection=DUPLICATE_ID, **kept)
        self._db.insert("documents", [(row, *rejected.document)])
        if stored.written_date is not None:
            self._db.insert("written_dates", [(row, *stored.written_date)])

    def recall(self, digest: bytes) -> CleanPage | Rejection | None:
        """Return the result for an earlier page with the same bytes, or None.

        Raises:
            OutputError: The stored result is damaged.
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
        self._db.require(input_holds, row)  # it may be outside of the date window
        if reason is not None:
            return Rejection(Reason(reason), detail)
        extracted = _extraction(load_json(extraction))
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
        """Return the number of the host of each active row, in the order of ``rows``.

        Args:
            rows: Active rows, ascending, int64.

        Returns:
            Equal numbers for equal hosts; -1 where the host is unknown.
        """
        query = (
            "SELECT row, host FROM active CROSS JOIN documents USING (row) "
            "WHERE host IS NOT NULL AND reason IS NULL ORDER BY row"
        )
        number_of: dict[str, int] = {}
        found = [
            (row, number_of.setdefault(host, len(number_of)))
            for row, host in self._db.execute(query)
        ]
        known_rows, known_numbers = np.array(found, np.int64).reshape(-1, 2).T
        numbers = np.full(rows.size, -1, np.int64)
        _, places, at = np.intersect1d(rows, known_rows, True, return_indices=True)
        numbers[places] = known_numbers[at]
        return numbers

    def declared_originals(self, most: int) -> npt.NDArray[np.int64]:
        """Return the active documents whose page names another page as its original, with those.

        Args:
            most: Most documents of the named page for each; the first by id.

        Returns:
            n x 2 rows, int64.
        """
        query = (
            "SELECT one.row, other.row FROM active CROSS JOIN documents one USING (row) "
            "JOIN documents other ON other.page = one.canonical_page "
            "WHERE one.canonical_page IS NOT one.page AND other.row IN (SELECT row FROM active) "
            "ORDER BY one.row, other.doc_id"
        )
        found = self._db.execute(query)
        pairs = [
            pair for _, of_row in groupby(found, itemgetter(0)) for pair in islice(of_row, most)
        ]
        return np.array(pairs, np.int64).reshape(-1, 2)

    def line_digests(self) -> Iterator[Listed]:
        """Yield the active documents whose host is known, rejected ones among them.

        What was rejected as text of its site is the evidence where it comes again.
        """
        query = (
            "SELECT row, host, line_digests, page, title "
            "FROM active CROSS JOIN documents USING (row) "
            "WHERE host IS NOT NULL AND line_digests IS NOT NULL ORDER BY row"
        )
        return map(Listed._make, self._db.execute(query))

    def texts(self, rows: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield row and cleaned text of some documents."""
        query = "SELECT row, text_field, fields, text FROM contents WHERE row IN"
        for row, *cells in self._db.select_rows(query, rows):
            yield row, self._db.text(*cells)

    def text(self, row: int) -> str:
        """Return the cleaned text of a document."""
        return next(self.texts([row]))[1]

    def titled_texts(
        self, rows: Sequence[int], *, whole: bool = False
    ) -> Iterator[tuple[int, str | None, str]]:
        """Yield row, headline and cleaned text of some documents, as they are yielded.

        Args:
            rows: The documents.
            whole: Whether site boilerplate that was removed stands behind the text.

        Raises:
            OutputError: A document of an earlier dump is damaged.
        """
        query = (
            "SELECT row, title, removed, text_field, fields, text "
            "FROM documents JOIN contents USING (row) WHERE row IN"
        )
        for row, title, removed, *cells in self._db.select_rows(query, rows):
            if row < self._db.first:
                self._db.require(input_holds, row)
            lines = [self._db.text(*cells)]
            if whole:
                removals = expand_removals(removed)
                lines += [each.text for each in removals if each.step == SITE_BOILERPLATE]
            yield row, title, "\n".join(lines)

    def own_fields(self) -> Iterator[dict[str, Any]]:
        """Yield the own fields of all active documents, those of the current dump first."""
        query = (
            "SELECT fields FROM documents JOIN active USING (row) JOIN contents USING (row) "
            "WHERE reason IS NULL ORDER BY row DESC"
        )
        for (fields,) in self._db.execute(query):
            yield self._db.load(fields)

    def records_without(self, step: str, rows: Sequence[int]) -> set[int]:
        """Return which of some documents are records with a text from which a step took a piece."""
        query = (
            "SELECT row, removed FROM documents JOIN contents USING (row) "
            "WHERE from_page = 0 AND removed IS NOT NULL AND row IN"
        )
        return {
            row
            for row, removed in self._db.select_rows(query, rows)
            if any(each.step == step for each in expand_removals(removed))
        }

    def cleaned(
        self,
    ) -> Iterator[tuple[dict[str, Any], str, dict[str, str | None], tuple[Removal, ...]]]:
        """Yield fields, cleaned text, wire credits and removals of documents, in input order.

        The wire credits are ``agency``, ``dateline`` and ``credit``.
        """
        query = (
            "SELECT text_field, fields, text, removed, agency, dateline, credit "
            "FROM documents JOIN contents USING (row) WHERE reason IS NULL ORDER BY row"
        )
        for *cells, removed, agency, dateline, credit in self._db.execute(query):
            recognised = {"agency": agency, "dateline": dateline, "credit": credit}
            yield (
                self._db.load(cells[1]),
                self._db.text(*cells),
                recognised,
                expand_removals(removed),
            )

    def columns(self, end: int) -> Iterator[Sequence[tuple[Any, ...]]]:
        """Yield the active documents; see :func:`dedup.store.document_columns.document_columns`."""
        return document_columns(self._db, end)

    def add_columns(self, columns: Sequence[Sequence[Any]]) -> None:
        """Store a batch of documents, given as :meth:`columns` yields them; commits whole."""
        with self._db.commit():
            insert_columns(self._db, columns)

    def date_orders(self) -> dict[str, str]:
        """Return the order of day and month of each source of the current dump that shows one.

        A source whose dates show both orders is left out.
        """
        query = (
            "SELECT source, min(date_order) FROM written_dates JOIN documents USING (row) "
            "WHERE row >= ? AND date_order IS NOT NULL GROUP BY source "
            "HAVING min(date_order) = max(date_order)"
        )
        return dict(self._db.execute(query, [self._db.first]))

    def unread_dates(self) -> Iterator[list[tuple[int, str, str]]]:
        """Yield row, source and unread date of documents of the current dump, batch by batch."""
        query = (
            "SELECT row, source, unread FROM written_dates JOIN documents USING (row) "
            "WHERE row >= ? AND reason IS NULL AND unread IS NOT NULL "
            f"ORDER BY row LIMIT {_ROWS_AT_ONCE}"
        )
        first = self._db.first
        while batch := self._db.execute(query, [first]).fetchall():
            yield batch
            first = batch[-1][0] + 1

    def date(self, dates: Mapping[int, tuple[str, float]]) -> None:
        """Date documents whose own dates were not read until now; commits whole.

        Args:
            dates: Date and moment by row.
        """
        cells = {row: {"date": date, "moment": moment} for row, (date, moment) in dates.items()}
        with self._db.commit():
            self._update("documents", DOCUMENT_COLUMNS, cells)
            self._db.executemany("DELETE FROM written_dates WHERE row = ?", zip(dates))

    def count_dates(self) -> DateReport:
        """Return how many documents of the current dump have no date that decides."""
        counts = self._db.execute(
            "SELECT count(*) FILTER (WHERE date IS NULL AND unread IS NULL), "
            "count(*) FILTER (WHERE unread IS NOT NULL), "
            "count(*) FILTER (WHERE date IS NOT NULL AND moment IS NULL) "
            "FROM documents LEFT JOIN written_dates USING (row) WHERE row >= ? AND reason IS NULL",
            [self._db.first],
        ).fetchone()
        example = self._db.execute(
            "SELECT doc_id, unread FROM written_dates JOIN documents USING (row) "
            "WHERE row >= ? AND reason IS NULL AND unread IS NOT NULL ORDER BY row LIMIT 1",
            [self._db.first],
        ).fetchone()
        return DateReport(*counts, *(example or ()))

    def strip(self, changes: Iterable[StrippedText]) -> None:
        """Remove site boilerplate from documents, all in one commit.

        Their signatures, which were those of the whole text, are deleted.
        """
        with self._db.commit():
            for batch in _batches(changes):
                rows = [change.row for change in batch]
                query = "SELECT row, removed FROM contents WHERE row IN"
                removed = dict(self._db.select_rows(query, rows))
                cells = [stripped_cells(change, removed[change.row]) for change in batch]
                documents, contents = (
                    {row: part for row, part in zip(rows, parts, strict=True) if part}
                    for parts in zip(*cells, strict=True)
                )
                self._update("contents", CONTENT_COLUMNS, contents)
                self._update("documents", DOCUMENT_COLUMNS, documents)
                for table in ("signatures", "sets", "lead_days"):
                    self._db.executemany(f"DELETE FROM {table} WHERE row = ?", zip(rows))

    def _update(
        self, table: str, columns: Sequence[str], changes: Mapping[int, Mapping[str, Any]]
    ) -> None:
        """Change some cells of rows; the others are read for the checksums.

        Args:
            table: The table.
            columns: All its columns between row and checksum.
            changes: New cells by row and column.
        """
        names = sorted({name for cells in changes.values() for name in cells})
        if not names:
            return
        updates = []
        for row, *cells, _ in self._db.select_rows(
            f"SELECT * FROM {table} WHERE row IN", list(changes)
        ):
            changed = {**dict(zip(columns, cells, strict=True)), **changes[row]}
            *_, checksum = with_checksum(table, (row, *changed.values()))
            updates.append((*map(changed.get, names), checksum, row))
        settings = ", ".join(f"{name} = ?" for name in names)
        # Much faster than to replace whole rows: there may be as many as documents.
        self._db.executemany(f"UPDATE {table} SET {settings}, sum = ? WHERE row = ?", updates)


def _batches(changes: Iterable[StrippedText]) -> Iterator[list[StrippedText]]:
    """Yield changes in batches of some rows, and of fewer where texts are long."""
    batch: list[StrippedText] = []
    characters = 0
    for change in changes:
        batch.append(change)
        characters += len(change.text)
        if len(batch) >= _ROWS_AT_ONCE or characters >= _CHARACTERS_AT_ONCE:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _extraction(cells: dict[str, Any]) -> Extraction:
    """Return a stored extraction; up to format 6 it has no source of its date, only a belief."""
    believed = cells.pop("dated", None)
    if believed is not None and cells["date"] is not None:
        cells["date_source"] = "meta" if believed else "text"
    return Extraction(**cells)
