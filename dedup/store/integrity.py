"""Whether a store holds what was written to it, told by a sum over its rows.

SQLite notices a page that is no page; a byte that changed inside of a cell it takes as it comes.
Each row that a resumed run believes is summed up when it is written, and the sum is part of the
same commit. Pairs, stories and decisions are made anew, and need none.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any
from zlib import crc32

BELIEVED = ("meta", "documents", "contents", "signatures", "sets")
"""Tables that a resumed run reads, each with a number that goes into its rows' sums: its place."""

_NUMBERS = {table: number for number, table in enumerate(BELIEVED)}


def sum_of(table: int, *cells: Any) -> int:
    """Return the sum of one row, 32 bits: any change of a single byte changes it.

    >>> sum_of(1, 7, b"ab", b"") == sum_of(1, 7, b"a", b"b")
    False
    """
    arrays = [cell for cell in cells if type(cell) is bytes]
    others = [(len(cell),) if type(cell) is bytes else cell for cell in cells]
    return crc32(b"".join(arrays), crc32(repr(others).encode("utf-8", "surrogatepass"), table))


class Seal:
    """The sum of an open file: kept while it is written, written with each commit."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work on a connection."""
        self._connection = connection
        self._change = 0

    def add(self, table: str, row: Any, cells: Sequence[Any]) -> Sequence[Any]:
        """Take in a row that is being written, and pass its cells on.

        Args:
            table: Where it goes; one that nobody believes is passed over.
            row: Its number or name.
            cells: The others, with the types that they come back with.
        """
        number = _NUMBERS.get(table)
        if number is not None:
            self._change += sum_of(number, row, *cells)
        return cells

    def leave_out(self, table: str, row: Any, cells: Sequence[Any]) -> None:
        """Take out a row that was passed over when it was to be written."""
        self._change -= sum_of(_NUMBERS[table], row, *cells)

    def take(self, table: str, row: Any) -> None:
        """Take out a row that is there, before it is replaced or deleted."""
        self._change -= self._sum(table, row)

    def put_back(self, table: str, row: Any) -> None:
        """Take in a row as it is now."""
        self._change += self._sum(table, row)

    def write(self) -> None:
        """Add what changed to the sum in the file; part of the commit that is under way."""
        self._connection.execute("UPDATE seal SET total = total + ?", [self._change])
        self._change = 0

    def forget(self) -> None:
        """Leave out what was undone."""
        self._change = 0

    def holds(self) -> bool:
        """Return whether file and rows are what was written."""
        try:
            return self._is_whole() and self._total() == self._written()
        except (sqlite3.Error, UnicodeDecodeError):
            return False

    def _is_whole(self) -> bool:
        """Return whether each page and each index is in order; rows are another thing."""
        told = self._connection.execute("PRAGMA integrity_check(1)").fetchall()
        return told == [("ok",)]

    def _written(self) -> int | None:
        """Return the sum in the file, None if there is not one."""
        sums = self._connection.execute("SELECT total FROM seal").fetchall()
        return sums[0][0] if len(sums) == 1 else None

    def _total(self) -> int:
        """Return the sum of the rows as they are."""
        return sum(
            sum_of(number, *cells)
            for table, number in _NUMBERS.items()
            for cells in self._connection.execute(f"SELECT * FROM {table}")
        )

    def _sum(self, table: str, row: Any) -> int:
        """Return the sum of one row, 0 if it is not there."""
        key = "name" if table == "meta" else "row"
        found = self._connection.execute(f"SELECT * FROM {table} WHERE {key} = ?", [row])
        return sum(sum_of(_NUMBERS[table], *cells) for cells in found)
