"""Whether a store holds what was written to it: each row ends with a checksum of its cells.

SQLite notices a page that is no page, but not a byte that changed inside a cell. So a run checks
the rows that it will read before it reads them: all of them when it resumes a dump, those within
the date window when it begins the next one. One digest for a batch of rows cannot replace the
checksums of the rows: a later dump replaces and deletes single rows of earlier dumps, and reads
only some of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

import orjson

NUMBERED = (
    "documents", "contents", "written_dates", "signatures", "sets", "lead_days", "decisions",
)  # fmt: skip
"""Tables whose first cell is the row number of a document."""

SUMMED = (
    *NUMBERED, "meta", "dumps", "document_frequencies", "copy_pairs", "story_scores", "stories",
    "earlier_decisions", "earlier_stories", "loose_groups", "changes",
)  # fmt: skip
"""All tables."""

_SEEDS = {
    table: crc32(table.encode())
    for table in ("lead_days", "story_scores", "loose_groups", "changes")
}
"""What the checksums of some tables begin with, so that no page of another table with as many
columns can stand for theirs; those of the others begin with 0."""

_SPREAD = 0x9E3779B1
"""An odd number: two different row numbers below 2**32 never change a checksum in the same way."""

_ACTIVE = "row < :first AND row IN (SELECT row FROM active)"
_PAIRS = "other < :first AND " + " AND ".join(
    f"{end} IN (SELECT row FROM active)" for end in ("one", "other")
)

# What the next dump reads of earlier ones. The text of a page that comes again is not among it: it
# is checked when the page comes.
_READ_BY_NEXT_DUMP = {
    "documents": _ACTIVE,
    "signatures": _ACTIVE,
    "sets": _ACTIVE,
    "lead_days": _ACTIVE,
    "document_frequencies": "true",
    "decisions": _ACTIVE,
    "copy_pairs": _PAIRS,
    "story_scores": _PAIRS,
    "stories": f"story_id IN (SELECT story_id FROM decisions WHERE {_ACTIVE})",
}


def with_checksum(table: str, cells: Sequence[Any]) -> tuple[Any, ...]:
    """Return the cells of a row and their checksum, 32 bits, which any changed byte changes.

    Args:
        table: Name of the table. Where its first cell is a row number, the checksum holds for that
            row only; no row of another table with as many cells has it.
        cells: Cells as the table returns them: floats in columns of real numbers, no truth values.
            Lone surrogates in texts, which no cell can hold, become question marks.

    >>> with_checksum("meta", ("a", b"b"))[-1] == with_checksum("meta", ("ab", b""))[-1]
    False
    """
    summed = cells[1:] if table in NUMBERED else cells
    try:
        # An array stands as its length.
        checksum = crc32(orjson.dumps(summed, default=len), _SEEDS.get(table, 0))
    except TypeError:
        storable = [
            cell.encode("utf-8", "replace").decode() if isinstance(cell, str) else cell
            for cell in cells
        ]
        if storable == list(cells):
            raise
        return with_checksum(table, storable)
    for cell in summed:
        if type(cell) is bytes:
            checksum = crc32(cell, checksum)
    if table in NUMBERED:
        checksum ^= cells[0] * _SPREAD & 0xFFFFFFFF
    return (*cells, checksum)


def is_whole(connection: sqlite3.Connection) -> bool:
    """Return whether a store is what was written; it is read from end to end."""
    incomplete = (
        "SELECT 1 FROM documents WHERE reason IS NULL AND row NOT IN (SELECT row FROM contents)",
        "SELECT 1 FROM signatures WHERE row NOT IN (SELECT row FROM sets)",
        "SELECT 1 FROM sets WHERE row NOT IN (SELECT row FROM signatures)",
    )
    return (
        connection.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)]
        and all(rows_hold(connection, table) for table in SUMMED)
        and not any(connection.execute(query).fetchone() for query in incomplete)
    )


def is_sound(connection: sqlite3.Connection) -> bool:
    """Return whether tables are in order and the small ones hold; large ones are not read."""
    return all(
        connection.execute(f"PRAGMA integrity_check({table})").fetchall() == [("ok",)]
        for table in ("meta", "dumps", "documents", "stories", "decisions")
    ) and all(rows_hold(connection, table) for table in ("meta", "dumps"))


def active_rows_hold(connection: sqlite3.Connection, first: int) -> bool:
    """Return whether the earlier rows that are active are what was written.

    Args:
        connection: An open store in which the active rows are chosen.
        first: Row of the first input of the current dump.
    """
    return all(
        rows_hold(connection, table, f"WHERE {where}", {"first": first})
        for table, where in _READ_BY_NEXT_DUMP.items()
    )


def input_holds(connection: sqlite3.Connection, row: int) -> bool:
    """Return whether the cleaned form of one input is what was written."""
    return all(
        rows_hold(connection, table, "WHERE row = :row", {"row": row})
        for table in ("documents", "contents")
    )


def rows_hold(
    connection: sqlite3.Connection,
    table: str,
    where: str = "",
    parameters: Mapping[str, Any] | None = None,
) -> bool:
    """Return whether some rows of a table have the checksums of their cells."""
    rows = connection.execute(f"SELECT * FROM {table} {where}", parameters or {})
    return all(with_checksum(table, row[:-1])[-1] == row[-1] for row in rows)
