"""Whether a store holds what was written to it, told by a sum in each row.

SQLite notices a page that is no page; a byte that changed inside of a cell it takes as it comes. So
each row ends with a sum of its cells, made by whoever made these, and a run checks the rows that it
will believe before it does: all of them when it goes on with a dump, those within the date window
when it begins the next one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from zlib import crc32

import orjson

NUMBERED = ("documents", "contents", "signatures", "sets", "decisions")
"""Tables whose rows are those of documents; their sums hold for their own row only."""

SUMMED = (
    *NUMBERED,
    "meta",
    "dumps",
    "document_frequencies",
    "copy_pairs",
    "story_scores",
    "stories",
    "changes",
)
"""All tables."""

_SPREAD = 0x9E3779B1
"""An odd number: no two rows below 2**32 change a sum in the same way."""

_ACTIVE = "row < :first AND row IN (SELECT row FROM active)"
_PAIRS = "other < :first AND " + " AND ".join(
    f"{end} IN (SELECT row FROM active)" for end in ("one", "other")
)

# What the next dump reads of earlier ones, but for the text of a page that comes again, which is
# checked when it does.
_LOOKED_BACK_AT = {
    "documents": _ACTIVE,
    "signatures": _ACTIVE,
    "sets": _ACTIVE,
    "document_frequencies": "true",
    "decisions": _ACTIVE,
    "copy_pairs": _PAIRS,
    "story_scores": _PAIRS,
    "stories": f"story_id IN (SELECT story_id FROM decisions WHERE {_ACTIVE})",
}


def sum_of(cells: Sequence[Any]) -> int:
    """Return the sum of some cells, 32 bits: any change of a single byte changes it.

    Args:
        cells: As a table returns them: floats in columns of real numbers, and no truth values.

    Raises:
        TypeError: A text holds a lone surrogate, which no cell can.

    >>> sum_of((7, b"ab", b"")) == sum_of((7, b"a", b"b"))
    False
    """
    total = crc32(orjson.dumps(cells, default=len))  # an array is told by its length
    for cell in cells:
        if type(cell) is bytes:
            total = crc32(cell, total)
    return total


def summed(cells: Sequence[Any]) -> tuple[Any, ...]:
    """Return cells and their sum; see :func:`sum_of`."""
    return (*cells, sum_of(cells))


def numbered(row: int, cells: Sequence[Any]) -> tuple[Any, ...]:
    """Return a row of a table: its number, its cells, and their sum made one of this row."""
    return (row, *cells[:-1], cells[-1] ^ (row * _SPREAD & 0xFFFFFFFF))


def is_whole(connection: sqlite3.Connection) -> bool:
    """Return whether a store is what was written, read from end to end."""
    try:
        answer = connection.execute("PRAGMA integrity_check(1)").fetchall()
        return (
            answer == [("ok",)]
            and all(_hold(connection, table) for table in SUMMED)
            and _is_complete(connection)
        )
    except (sqlite3.Error, UnicodeDecodeError):
        return False


def is_sound(connection: sqlite3.Connection) -> bool:
    """Return whether tables are in order and the small ones hold; large ones are not read."""
    try:
        return all(
            connection.execute(f"PRAGMA integrity_check({table})").fetchall() == [("ok",)]
            for table in ("meta", "dumps", "documents", "stories", "decisions")
        ) and all(_hold(connection, table) for table in ("meta", "dumps"))
    except (sqlite3.Error, UnicodeDecodeError):
        return False


def looks_back_well(connection: sqlite3.Connection, first: int) -> bool:
    """Return whether the earlier rows that are active hold.

    Args:
        connection: An open store in which the active rows are chosen.
        first: Row of the first input of the dump at hand.
    """
    try:
        return all(
            _hold(connection, table, f"WHERE {where}", {"first": first})
            for table, where in _LOOKED_BACK_AT.items()
        )
    except (sqlite3.Error, UnicodeDecodeError):
        return False


def holds_input(connection: sqlite3.Connection, row: int) -> bool:
    """Return whether what is stored of one input as it was cleaned is what was written."""
    try:
        return all(
            _hold(connection, table, "WHERE row = :row", {"row": row})
            for table in ("documents", "contents")
        )
    except (sqlite3.Error, UnicodeDecodeError):
        return False


def _hold(
    connection: sqlite3.Connection,
    table: str,
    where: str = "",
    given: Mapping[str, int] | None = None,
) -> bool:
    """Return whether some rows of a table are what was written."""
    rows = connection.execute(f"SELECT * FROM {table} {where}", given or {})
    return all(made == cells[-1] for cells, made in _remade(table, rows))


def _remade(table: str, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[tuple[Any, ...], int]]:
    """Yield rows, each with the sum that it should have."""
    for cells in rows:
        if table in NUMBERED:
            yield cells, numbered(cells[0], summed(cells[1:-1]))[-1]
        else:
            yield cells, sum_of(cells[:-1])


def _is_complete(connection: sqlite3.Connection) -> bool:
    """Return whether no document lacks its texts, and no signature its sets."""
    lacking = (
        "SELECT 1 FROM documents WHERE reason IS NULL AND row NOT IN (SELECT row FROM contents)",
        "SELECT 1 FROM signatures WHERE row NOT IN (SELECT row FROM sets)",
        "SELECT 1 FROM sets WHERE row NOT IN (SELECT row FROM signatures)",
    )
    return not any(connection.execute(query).fetchone() for query in lacking)
