"""The SQLite file itself: opening, refusing, committing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import NoneType
from typing import Any

import zstandard

from dedup.errors import FullDiskError, OutputError
from dedup.json_codec import load_json
from dedup.store.cells import expand
from dedup.store.integrity import (
    holds_input,
    is_sound,
    is_whole,
    looks_back_well,
    numbered,
    summed,
)
from dedup.store.schema import FORMAT, can_migrate, create, has_our_tables, migrate

OWNER = int.from_bytes(b"dedu", "big")
"""Marks the file as ours in its header, for us and for ``file``."""

PAGE = 16_384
"""Bytes of a page of the file: a row of news takes about seven thousand, and pages of 4 KB made
writing them half as slow again."""

LOG_PAGES = 8_000
"""Pages that the log may hold, 125 MB, before they are copied into the file: each time the disk is
waited for, and a thousand pages are two seconds of articles."""

ANEW = "use another output folder, or --overwrite to begin anew"
"""What to do about the store of an output folder that is refused."""

ANOTHER = "name another --store, or put a sound copy in its place"
"""What to do about a store that holds the work of many days."""

_NOT_TO_BE_WRITTEN = (
    sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR,
)  # fmt: skip


def _types(row: tuple[Any, ...]) -> tuple[type, ...]:
    """Return what kinds of cells a row has; rows of one table have few combinations."""
    return tuple(map(type, row))


def _bound(rows: Iterable[tuple[Any, ...]], blobs: Sequence[int]) -> Iterator[list[Any]]:
    """Yield what is bound of rows: their cells, those that hold bytes as arrays."""
    for row in rows:
        cells = list(row)
        for at in blobs:
            cells[at] = bytearray(cells[at])
        yield cells


# Rows asked for in one statement; SQLite allows 32,766 variables.
ROWS_AT_ONCE = 10_000


class Database:
    """An open file with the tables of a store; one process at a time may have it open.

    Attributes:
        path: The file.
        first: Row of the first input of the dump at hand; lower rows are of earlier dumps.
        execute: Runs one statement.
        executemany: Runs one statement for many rows.
    """

    def __init__(self, path: Path | str, remedy: str = ANEW) -> None:
        """Open a store, or make an empty one.

        Args:
            path: The file, or ``:memory:``.
            remedy: What a person can do where it is refused.

        Raises:
            OutputError: It cannot be opened, is no store, is of another version, or is in use.
        """
        self.path = Path(path)
        self.first = 0
        self._remedy = remedy
        try:
            self._connection = sqlite3.connect(path, isolation_level=None)
        except sqlite3.Error as error:
            raise self.refusal(error) from error
        self.execute = self._connection.execute
        self.executemany = self._connection.executemany
        try:
            self._prepare()
        except sqlite3.ProgrammingError:
            raise  # a bug of ours is none of the user's doing
        except sqlite3.Error as error:
            self.close()
            raise self.refusal(error) from error
        except UnicodeDecodeError as error:  # names of tables that are no text
            self.close()
            raise self.damaged() from error
        except OutputError:
            self.close()
            raise

    def _prepare(self) -> None:
        """Take the lock, check the version, make the tables."""
        owner, version, tables = (
            self.execute(question).fetchone()[0]
            for question in (
                "PRAGMA application_id",
                "PRAGMA user_version",
                "SELECT count(*) FROM sqlite_master",
            )
        )
        ours = owner == OWNER and (version == FORMAT or can_migrate(version))
        if not ours and (owner or version or tables):
            raise OutputError(
                f"{self.path} is not a store of this version of dedup; {self._remedy}",
                path=self.path,
            )
        self.execute(f"PRAGMA page_size = {PAGE}")  # of a new file; an old one keeps its own
        self.execute("PRAGMA locking_mode = EXCLUSIVE")
        self.execute("PRAGMA journal_mode = WAL")
        self.execute("PRAGMA synchronous = NORMAL")
        self.execute("PRAGMA temp_store = MEMORY")  # nothing is written beside the file
        self.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        self.execute("BEGIN IMMEDIATE")
        if not tables:
            create(self._connection)
            self.execute(f"PRAGMA application_id = {OWNER}")
        elif version != FORMAT:
            self._migrate(version)
        if not has_our_tables(self._connection):
            raise self.damaged()  # nothing is committed: an earlier format stays as it was
        self.execute(f"PRAGMA user_version = {FORMAT}")
        self.execute("COMMIT")

    def _migrate(self, version: int) -> None:
        """Bring an earlier format to this one; other tables than its own are damage."""
        try:
            migrate(self._connection, version)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_ERROR:
                raise
            raise self.damaged() from error

    def verify(self, *, whole: bool) -> None:
        """Check what will be believed.

        Args:
            whole: Whether all of it will be; else only what is read before the active rows are
                chosen.

        Raises:
            OutputError: It is not what was written.
        """
        if not (is_whole if whole else is_sound)(self._connection):
            raise self.damaged()

    def verify_active(self) -> None:
        """Check the earlier rows that are active.

        Raises:
            OutputError: They are not what was written.
        """
        if not looks_back_well(self._connection, self.first):
            raise self.damaged()

    def verify_input(self, row: int) -> None:
        """Check what is stored of one input as it was cleaned.

        Raises:
            OutputError: It is not what was written.
        """
        if not holds_input(self._connection, row):
            raise self.damaged()

    def damaged(self) -> OutputError:
        """Return what to tell a person about a file that is not what was written."""
        return OutputError(f"{self.path} is damaged or no store; {self._remedy}", path=self.path)

    def refusal(self, error: sqlite3.Error) -> OutputError:
        """Return what to tell a person about an error of the database."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            return FullDiskError(self.path)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            text = f"{self.path} is in use by another run; wait for it or choose another folder"
        elif code in _NOT_TO_BE_WRITTEN:
            text = f"cannot write {self.path} ({error}); check that the folder can be written"
        else:
            return self.damaged()
        return OutputError(text, path=self.path)

    def close(self) -> None:
        """Close the file; what is not committed is undone."""
        self._connection.close()

    @contextmanager
    def commit(self) -> Iterator[None]:
        """Commit what is done inside, whole or not at all; inside a larger commit, with that."""
        if self._connection.in_transaction:
            yield
            return
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self.execute("ROLLBACK")

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Undo at the end what is done inside."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            self.execute("ROLLBACK")

    def insert_rows(
        self, table: str, rows: Iterable[tuple[int, Sequence[Any]]], *, verb: str = "INSERT"
    ) -> None:
        """Insert rows into one of our own tables of documents.

        Args:
            table: Its name.
            rows: Number of each, and its other cells, their sum the last.
            verb: What to do where a row or an id is taken.
        """
        self._insert(table, (numbered(row, cells) for row, cells in rows), verb)

    def insert(self, table: str, rows: Iterable[Sequence[Any]], *, verb: str = "INSERT") -> None:
        """Insert rows into one of our own tables; their sums are made here.

        Args:
            table: Its name.
            rows: The cells of each.
            verb: What to do where a key is taken.
        """
        self._insert(table, map(summed, rows), verb)

    def _insert(self, table: str, rows: Iterable[tuple[Any, ...]], verb: str) -> None:
        """Insert whole rows.

        Nothing is said of empty cells, and bytes are given as arrays of them: the adapter asks of
        each None and of all bytes whether they know to adapt themselves, which takes as long as
        inserting them.
        """
        found = self.execute("SELECT name FROM pragma_table_info(?)", [table])
        columns = [name for (name,) in found]
        for types, some in groupby(rows, _types):
            filled = [place for place, kind in enumerate(types) if kind is not NoneType]
            blobs = [at for at, place in enumerate(filled) if types[place] is bytes]
            bound = _bound(map(itemgetter(*filled), some), blobs)
            names = ", ".join(columns[place] for place in filled)
            marks = ", ".join("?" * len(filled))
            self.executemany(f"{verb} INTO {table} ({names}) VALUES ({marks})", bound)

    def select_rows(self, query: str, rows: Sequence[int]) -> Iterator[Any]:
        """Yield what a query that ends in ``IN`` finds for many rows, slice by slice."""
        for start in range(0, len(rows), ROWS_AT_ONCE):
            part = rows[start : start + ROWS_AT_ONCE]
            yield from self.execute(f"{query} ({', '.join('?' * len(part))})", part)

    def expand(self, data: bytes) -> bytes:
        """Return what was compressed; what this store did not write itself is refused.

        Raises:
            OutputError: The bytes are damaged.
        """
        try:
            return expand(data)
        except zstandard.ZstdError as error:
            raise self.damaged() from error

    def load(self, data: bytes) -> Any:
        """Return the JSON value in what may be compressed; see :meth:`expand`."""
        try:
            return load_json(self.expand(data))
        except ValueError as error:
            raise self.damaged() from error
