"""All that a store keeps of documents, column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dedup.store.database import ROWS_AT_ONCE, Database

_QUERY = """
SELECT d.row, doc_id, source, reason, detail, from_page, title, url, page, canonical_page, host,
    date, moment, d.language, agency, agency_page, dateline, credit, leftovers, digest, stamp,
    line_digests, text_field, removed, extraction, fields, text, fingerprint, tokens, s.shingles,
    s.language, signature, lead, sets.numbers, sets.shingles, terms, unread, date_order, days,
    l.first, dates
FROM active CROSS JOIN documents d USING (row) LEFT JOIN contents USING (row)
LEFT JOIN signatures s USING (row) LEFT JOIN sets USING (row) LEFT JOIN written_dates USING (row)
LEFT JOIN lead_days l USING (row) WHERE d.row < ? ORDER BY d.row
"""

# The tables, in the order of their columns, and how many columns each has beside row and checksum.
_WIDTHS = {
    "documents": 21, "contents": 5, "signatures": 6, "sets": 3, "written_dates": 2, "lead_days": 3,
}  # fmt: skip


def document_columns(database: Database, end: int) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Yield the columns of the active documents below a row, a batch at a time, by row.

    The columns are those of :data:`dedup.pipeline.tables.DOCUMENTS`.
    """
    found = database.execute(_QUERY, [end])
    while batch := found.fetchmany(ROWS_AT_ONCE):
        yield list(zip(*batch, strict=True))


def insert_columns(database: Database, columns: Sequence[Sequence[Any]]) -> None:
    """Insert a batch of documents, given as :func:`document_columns` yields them.

    A document has a row in each table of which it has a cell.
    """
    rows, start = columns[0], 1
    for table, width in _WIDTHS.items():
        cells = zip(rows, *columns[start : start + width], strict=True)
        nothing = (None,) * width
        database.insert(table, (row for row in cells if row[1:] != nothing))
        start += width
