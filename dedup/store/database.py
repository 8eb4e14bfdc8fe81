"""The SQLite file of a store: open it or refuse it, commit, insert and select rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakSet

import zstandard

from dedup.errors import FullDiskError, OutputError
from dedup.json_codec import load_json
from dedup.store.cells import expand, text_of
from dedup.store.integrity import with_checksum
from dedup.store.schema import FORMAT, MIGRATIONS, has_our_tables, statements

OWNER = int.from_bytes(b"dedu", "big")
"""Marks the file as a store in its header, for this package and for ``file``."""

PAGE_BYTES = 16_384
"""A row of news takes about seven thousand bytes; pages of 4 KB made writing half as slow again."""

LOG_PAGES = 8_000
"""Pages that the log may hold, 125 MB, before they are copied into the file. Each copy waits for
the disk, and a thousand pages are two seconds of articles."""

ANEW = "use another output folder, or --overwrite to begin anew"
"""What to do about the store of an output folder that is refused."""

ANOTHER = "name another --store, or put a sound copy in its place"
"""What to do about a store of many dumps that is refused."""

AGAINST = "name a sound store after --against"
"""What to do about a copy of a store that is refused."""

_NOT_WRITABLE = (
    sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR,
)  # fmt: skip

_MAGIC = b"SQLite format 3\0"

NO_END = 1 << 62
"""No row has so high a number."""

# Rows selected by one statement; SQLite allows 32,766 variables.
ROWS_AT_ONCE = 10_000


def is_database(path: Path) -> bool:
    """Return whether a file begins as every SQLite file does; what cannot be read may be one."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return True


class Database:
    """An open file with the tables of a store; one process at a time may have it open.

    Attributes:
        path: The file.
        number: Number of the current dump, from 1.
        first: Row of the first input of the current dump; lower rows are of earlier dumps.
        execute: Runs one statement.
        executemany: Runs one statement for many rows.
    """

    def __init__(
        self,
        path: Path | str,
        remedy: str = ANEW,
        *,
        shown: Path | None = None,
        read_only: bool = False,
    ) -> None:
        """Open a file, or make an empty one; see :class:`dedup.store.Store`."""
        self.path = shown or Path(path)
        self.number, self.first = 1, 0
        self._remedy, self._read_only = remedy, read_only
        try:
            place = _read_only_address(Path(path).resolve()) if read_only else path
            self._connection = sqlite3.connect(place, isolation_level=None, uri=read_only)
        except sqlite3.Error as error:
            raise self.refusal(error) from error
        self._connection.create_function("casefold", 1, _casefold, deterministic=True)
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()
        self.execute = self._execute
        self.executemany = self._connection.executemany
        try:
            if read_only:
                self.execute = self._unless_changed(Path(path).resolve())
                self._check()
            else:
                self._prepare()
        except BaseException as error:
            self.close()
            if isinstance(error, UnicodeDecodeError):  # names of tables that are no text
                raise self.damaged() from error
            if isinstance(error, sqlite3.Error) and not isinstance(error, sqlite3.ProgrammingError):
                raise self.refusal(error) from error
            raise

    def _execute(self, *arguments: Any) -> sqlite3.Cursor:
        """Run a statement, and remember its cursor."""
        cursor = self._connection.execute(*arguments)
        self._cursors.add(cursor)
        return cursor

    def _unless_changed(self, path: Path) -> Callable[..., sqlite3.Cursor]:
        """Return what runs a statement, and raises OutputError once the file is another."""
        opened, execute = _state(path), self.execute

        def checked(*arguments: Any) -> sqlite3.Cursor:
            if not path.exists() or _state(path) != opened:
                message = f"{self.path} has changed since it was opened; open it again"
                raise OutputError(message, path=self.path)
            return execute(*arguments)

        return checked

    def _check(self) -> None:
        """Refuse what is no store of this format; nothing is written."""
        owner, version, _ = self._header()
        if owner == OWNER and version in MIGRATIONS:
            raise OutputError(
                f"{self.path} was made by an earlier version of dedup; bring it to this one first: "
                f"dedup store {self.path}",
                path=self.path,
            )
        if owner != OWNER or version != FORMAT or not has_our_tables(self._connection):
            raise OutputError(
                f"{self.path} is not a store of this version of dedup; {self._remedy}",
                path=self.path,
            )

    def _header(self) -> tuple[int, int, int]:
        """Return the mark of the owner, the format, and the number of tables and views."""
        query = (
            "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master) "
            "FROM pragma_application_id, pragma_user_version"
        )
        owner, version, tables = self.execute(query).fetchone()
        return owner, version, tables

    def _prepare(self) -> None:
        """Take the lock, check the version, make or migrate the tables."""
        owner, version, tables = self._header()
        ours = owner == OWNER and (version == FORMAT or version in MIGRATIONS)
        if not ours and (owner or version or tables):
            raise OutputError(
                f"{self.path} is not a store of this version of dedup; {self._remedy}",
                path=self.path,
            )
        self.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # of a new file; an old one keeps its own
        self.execute("PRAGMA locking_mode = EXCLUSIVE")
        self.execute("PRAGMA journal_mode = WAL")
        self.execute("PRAGMA synchronous = NORMAL")
        self.execute("PRAGMA temp_store = MEMORY")  # SQLite writes no file beside the store
        self.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        self._connection.create_function("checksum", -1, _checksum, deterministic=True)
        self._connection.create_function("expanded", 1, _expanded, deterministic=True)
        self.execute("BEGIN IMMEDIATE")
        _, version, tables = self._header()  # another run may have made them before it ended
        if not tables:
            self.execute(f"PRAGMA application_id = {OWNER}")
        if not tables or version != FORMAT:
            for statement in statements(version if tables else 0):
                self.execute(statement)
        if not has_our_tables(self._connection):
            raise self.damaged()  # nothing is committed: an earlier format stays as it was
        if version != FORMAT:  # else a run that writes earlier results again changes no byte
            self.execute(f"PRAGMA user_version = {FORMAT}")
        self.execute("COMMIT")

    def require(self, check: Callable[..., bool], *arguments: Any) -> None:
        """Refuse the store unless a check of :mod:`dedup.store.integrity` holds.

        Args:
            check: Is called with the connection and the arguments.
            arguments: Further arguments of the check.

        Raises:
            OutputError: The store is not what was written.
        """
        try:
            holds = check(self._connection, *arguments)
        except (sqlite3.Error, UnicodeDecodeError):
            holds = False
        if not holds:
            raise self.damaged()

    def damaged(self) -> OutputError:
        """Return the error for a file that is not what was written."""
        return OutputError(f"{self.path} is damaged or no store; {self._remedy}", path=self.path)

    def refusal(self, error: sqlite3.Error) -> OutputError:
        """Return the error that a person gets for an error of SQLite."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            return FullDiskError(self.path)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            message = f"{self.path} is in use by another run; wait for it to end"
        elif code == sqlite3.SQLITE_CANTOPEN and not self.path.absolute().parent.exists():
            message = f"the folder of {self.path} does not exist; make it, or name another file"
        elif code in _NOT_WRITABLE and self._read_only:
            message = f"cannot read {self.path} ({error}); check that it can be read"
        elif code in _NOT_WRITABLE:
            message = (
                f"cannot write {self.path} ({error}); check that it and its folder can be written"
            )
        else:
            return self.damaged()
        return OutputError(message, path=self.path)

    def compact(self) -> None:
        """Rewrite the file without the space of deleted rows; see :class:`dedup.store.Store`."""
        try:
            self.execute("PRAGMA temp_store = FILE")  # the copy must not be in memory
            self.execute("VACUUM")
            self.execute("PRAGMA temp_store = MEMORY")
        except sqlite3.Error as error:
            raise self.refusal(error) from error

    def close(self) -> None:
        """Close the file; what is not committed is undone.

        A cursor that has rows left would keep the file locked as long as a traceback holds it, as
        that of an error in a notebook.
        """
        for cursor in list(self._cursors):
            cursor.close()
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
    def fill(self) -> Iterator[None]:
        """Commit all that is written of a first dump, whole or not at all.

        In the log each page would be written twice. The journal instead holds what there was
        before, which is next to nothing. It is synchronised fully: unlike the log, a journal that
        is not may leave a damaged file when the power fails.
        """
        if self.first or self._connection.in_transaction:
            with self.commit():
                yield
            return
        self.execute("PRAGMA journal_mode = TRUNCATE")
        self.execute("PRAGMA synchronous = FULL")
        try:
            with self.commit():
                yield
        finally:
            self.execute("PRAGMA journal_mode = WAL")
            self.execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Undo at the end what is done inside."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            self.execute("ROLLBACK")

    def insert(self, table: str, rows: Iterable[Sequence[Any]], *, verb: str = "INSERT") -> None:
        """Insert rows into a table, with their checksums; commits whole.

        Args:
            table: Its name.
            rows: The cells of each row, in the order of the columns.
            verb: ``INSERT``, ``INSERT OR IGNORE`` or ``INSERT OR REPLACE``.
        """
        query = "SELECT count(*) FROM pragma_table_info(?)"
        marks = ", ".join("?" * self.execute(query, [table]).fetchone()[0])
        summed = (with_checksum(table, row) for row in rows)
        with self.commit():
            self.executemany(f"{verb} INTO {table} VALUES ({marks})", summed)

    def select_rows(self, query: str, rows: Sequence[Any]) -> Iterator[Any]:
        """Yield the results of a query that ends in ``IN`` for many rows, or other keys."""
        for start in range(0, len(rows), ROWS_AT_ONCE):
            part = rows[start : start + ROWS_AT_ONCE]
            yield from self.execute(f"{query} ({', '.join('?' * len(part))})", part)

    def expand(self, data: bytes) -> bytes:
        """Decompress a cell.

        Raises:
            OutputError: The bytes are damaged.
        """
        try:
            return expand(data)
        except zstandard.ZstdError as error:
            raise self.damaged() from error

    def load(self, data: bytes) -> Any:
        """Return the JSON value of a cell that may be compressed; see :meth:`expand`."""
        try:
            return load_json(self.expand(data))
        except ValueError as error:
            raise self.damaged() from error

    def text(self, text_field: str | None, fields: bytes, text: bytes | None) -> str:
        """Return the cleaned text of a document from its cells.

        Args:
            text_field: Name of the field that holds the text, or None.
            fields: The document's fields.
            text: The text, where no field holds it.

        Raises:
            OutputError: The bytes are damaged.
        """
        try:
            return text_of(text_field, fields, text)
        except (zstandard.ZstdError, ValueError) as error:
            raise self.damaged() from error


def _read_only_address(path: Path) -> str:
    """Return the address by which SQLite opens a file that it must not change.

    A file without a log or a journal is opened as one that nobody changes: SQLite then leaves no
    files beside it, and needs no folder that can be written. :meth:`Database.execute` notices a
    change.
    """
    beside = (path.with_name(f"{path.name}{end}") for end in ("-wal", "-journal"))
    still = not any(each.exists() and each.stat().st_size for each in beside)
    return f"{path.as_uri()}?mode=ro{'&immutable=1' if still else ''}"


def _state(path: Path) -> tuple[int, ...]:
    """Return what changes with a file."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _casefold(text: Any) -> str | None:
    """Return a text by which texts that differ in case alone are equal."""
    return text.casefold() if isinstance(text, str) else None


def _checksum(table: str, *cells: Any) -> int:
    """Return the checksum of the cells of a row."""
    checksum: int = with_checksum(table, cells)[-1]
    return checksum


def _expanded(data: bytes) -> bytes:
    """Return the bytes of a cell that may be compressed; damaged ones stay as they are."""
    try:
        return expand(data)
    except zstandard.ZstdError:
        return data
