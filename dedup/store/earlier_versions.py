"""What later dumps replaced of decisions and stories, so that each dump can be had as it was.

The first time a dump replaces the decision on an earlier document, or an earlier story, the row is
kept with the number of that dump. As of dump k a row is the one that the first later dump replaced,
or where none did, the present one. A document without a decision is kept as a row of NULL. A story
that is newer than dump k was not there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from dedup.store.database import NO_END, Database
from dedup.store.integrity import rows_hold, with_checksum

_DECISIONS = "SELECT * FROM decisions WHERE row IN"

# Of the versions of a row the first that was replaced after a dump; SQLite takes the other columns
# from the row that has the minimum.
_FIRST_AFTER = "SELECT *, min(dump) FROM {} WHERE dump > :dump AND {} GROUP BY 1"

_OF_DUMP = "row >= :first AND row < :end"
_STORIES_OF_DUMP = f"story_id IN (SELECT story_id FROM decisions WHERE {_OF_DUMP})"

# The other members of these stories, which may be of earlier dumps.
_MEMBERS = (
    "row < :first AND row IN (SELECT json_extract(member.value, '$.row') FROM stories, "
    f"json_each(CAST(body AS TEXT), '$.members') AS member WHERE {_STORIES_OF_DUMP})"
)

_KEYS = {"decisions": "row", "stories": "story_id"}


def keep_decisions(database: Database, rows: Iterable[int]) -> None:
    """Keep the decisions on earlier documents that are about to be replaced.

    Args:
        database: Has the decisions.
        rows: The documents; those of the current dump are left out.
    """
    earlier = [row for row in rows if row < database.first]
    if not earlier:
        return
    found = {row: cells for row, *cells, _ in database.select_rows(_DECISIONS, earlier)}
    none: list[Any] = [None] * len(_columns(database, "decisions")[1:])
    versions = [(row, database.number, *found.get(row, none)) for row in sorted(earlier)]
    database.insert("earlier_decisions", versions, verb="INSERT OR IGNORE")


def keep_stories(database: Database, column: str, values: Sequence[Any]) -> None:
    """Keep earlier stories that are about to be deleted.

    Args:
        database: Has the stories.
        column: Column by which they are deleted, ``story_id`` or ``canonical``.
        values: What it has in their rows.
    """
    query = f"SELECT * FROM stories WHERE first_dump < {database.number:d} AND {column} IN"
    found = database.select_rows(query, values)
    versions = sorted((story_id, database.number, *cells) for story_id, *cells, _ in found)
    database.insert("earlier_stories", versions, verb="INSERT OR IGNORE")


def undo_last(database: Database) -> None:
    """Make decisions and stories those that stood before the current dump, which is the last.

    Raises:
        OutputError: A row that was kept is damaged.
    """
    before = {"dump": database.number - 1, "first": 0, "end": database.first}
    database.execute("DELETE FROM decisions WHERE row >= ?", [database.first])
    database.execute("DELETE FROM stories WHERE first_dump = ?", [database.number])
    _restore(database, "decisions", _OF_DUMP, before)
    _restore(database, "stories", "true", before)
    for table in ("earlier_decisions", "earlier_stories"):
        database.execute(f"DELETE FROM {table} WHERE dump = ?", [database.number])


@contextmanager
def as_of(database: Database, dump: int, first: int, end: int | None) -> Iterator[None]:
    """Let a store be read as it was when a dump was finished; nothing is changed in the end.

    Args:
        database: Is read inside by queries on documents, decisions and stories, and has nothing
            uncommitted.
        dump: Number of the dump.
        first: Row of its first input.
        end: Row of the first input of the next dump, None where it is the last.

    Raises:
        OutputError: A row that is to be read is damaged.
    """
    before = database.number, database.first
    bounds = {"dump": dump, "first": first, "end": NO_END if end is None else end}
    with database.trial():
        _restore(database, "decisions", _OF_DUMP, bounds)
        _restore(database, "stories", _STORIES_OF_DUMP, bounds)
        _restore(database, "decisions", _MEMBERS, bounds)
        database.require(_dump_holds, bounds)
        for table in ("documents", "decisions"):  # views of these names go before the tables
            database.execute(
                f"CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} "
                f"WHERE row < {bounds['end']:d}"
            )
        database.number, database.first = dump, first
        try:
            yield
        finally:
            database.number, database.first = before


def _restore(database: Database, table: str, where: str, bounds: Mapping[str, int]) -> None:
    """Make some rows of a table those that stood when a dump was finished.

    Args:
        database: Has the table.
        table: ``decisions`` or ``stories``.
        where: Which of its rows.
        bounds: Parameters of that, and ``dump``, the number of the dump.
    """
    kept, key = f"earlier_{table}", _KEYS[table]
    database.execute(
        f"DELETE FROM {table} WHERE {key} IN "
        f"(SELECT {key} FROM {kept} WHERE dump > :dump AND {where})",
        bounds,
    )
    found = database.execute(_FIRST_AFTER.format(kept, where), bounds)

    def restored() -> Iterator[tuple[Any, ...]]:
        for *version, checksum, _ in found:
            if with_checksum(kept, version)[-1] != checksum:
                raise database.damaged()
            first, _, *cells = version
            if cells[0] is not None:
                yield first, *cells

    database.insert(table, restored())


def _dump_holds(connection: sqlite3.Connection, bounds: Mapping[str, int]) -> bool:
    """Return whether what is read to write the outputs of a dump again is what was written."""
    parts = [
        *((table, _OF_DUMP) for table in ("documents", "contents", "signatures", "decisions")),
        ("stories", _STORIES_OF_DUMP),
        *((table, _MEMBERS) for table in ("documents", "decisions")),
        ("changes", "dump = :dump"),
    ]
    return all(rows_hold(connection, table, f"WHERE {where}", bounds) for table, where in parts)


def _columns(database: Database, table: str) -> list[str]:
    """Return the names of a table's columns without that of the checksum."""
    return [name for _, name, *_ in database.execute(f"PRAGMA table_info({table})")][:-1]
