"""What a report shows of one dump: columns of its documents and stories, and counts of pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from dedup.store.database import NO_END, Database
from dedup.store.document_states import STATUS
from dedup.store.dump_tables import Dump

_OF_DUMP = (
    "SELECT story_id FROM decisions WHERE row >= :first AND row < :end AND story_id IS NOT NULL"
)

_DOCUMENTS = (
    "SELECT d.row, substr(d.doc_id, 1, :most_of_id), substr(d.title, 1, :most), "
    "substr(d.host, 1, :most), substr(d.date, 1, 10), "
    f"{STATUS}, c.story_id, c.relation, c.score, d.reason, d.agency "
    "FROM documents d LEFT JOIN decisions c ON c.row = d.row "
    "WHERE (d.row >= :first AND d.row < :end) OR d.row IN "
    f"(SELECT row FROM decisions WHERE row < :first AND story_id IN ({_OF_DUMP})) ORDER BY d.row"
)

_STORIES = (
    "SELECT s.story_id, s.canonical, c.size, json_extract(CAST(s.body AS TEXT), '$.weakest.left'), "
    "json_extract(CAST(s.body AS TEXT), '$.weakest.right'), "
    "json_extract(CAST(s.body AS TEXT), '$.weakest.score'), "
    "json_extract(CAST(s.body AS TEXT), '$.weakest.score_kind') "
    f"FROM stories s JOIN decisions c ON c.row = s.canonical WHERE s.story_id IN ({_OF_DUMP}) "
    "ORDER BY s.story_id"
)

_BINS = (
    "SELECT CAST(min(p.{value} * :bins, :bins - 1) AS INTEGER), {joined}, count(*) FROM {table} p "
    "LEFT JOIN decisions l ON l.row = p.one LEFT JOIN decisions r ON r.row = p.other "
    "WHERE p.one < :end AND p.other < :end AND (p.one >= :first OR p.other >= :first) GROUP BY 1, 2"
)

_TOGETHER = "coalesce(l.story_id = r.story_id, 0)"

_DAMAGED = (
    "SELECT 1 FROM decisions c LEFT JOIN stories s USING (story_id) "
    "WHERE c.row >= :first AND c.row < :end AND (c.story_id IS NOT NULL AND s.story_id IS NULL "
    "OR typeof(c.score) NOT IN ('real', 'integer', 'null')) LIMIT 1"
)

_PAGES = "SELECT row, page, title FROM documents WHERE row IN"

# Key, and what a row that a later dump replaced must be to have been there.
_VERSIONED = {
    "decisions": ("row", "row < :end", "row < :end AND status IS NOT NULL"),
    "stories": ("story_id", "first_dump <= :dump", "first_dump <= :dump"),
}

Bin = tuple[int, int, int]
"""Number of a bin, whether the pairs are joined, how many they are."""


class Reports:
    """Columns and counts of one dump, as its output files have them."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._db = database

    @contextmanager
    def as_of(self, dump: Dump) -> Iterator[None]:
        """Let decisions and stories be read as they stood when a dump was finished.

        The store is not written: tables of the same names hide its own for a while. For the last
        dump there is nothing to hide.

        Args:
            dump: The dump.
        """
        if dump.end is None:
            yield
            return
        bounds = {"dump": dump.number, "end": dump.end}
        for table in _VERSIONED:
            self._hide(table, bounds)
        try:
            yield
        finally:
            for table in _VERSIONED:
                self._db.execute(f"DROP TABLE temp.{table}")

    def _hide(self, table: str, bounds: dict[str, int]) -> None:
        """Hide a table behind one of the rows that stood when a dump was finished."""
        key, present, replaced = _VERSIONED[table]
        names = [name for _, name, *_ in self._db.execute(f"PRAGMA main.table_info({table})")]
        columns, kept = ", ".join(names), f"main.earlier_{table}"
        self._db.execute(
            f"CREATE TEMP TABLE {table} AS SELECT {columns} FROM main.{table} WHERE {present} "
            f"AND {key} NOT IN (SELECT {key} FROM {kept} WHERE dump > :dump) "
            f"UNION ALL SELECT {columns} FROM (SELECT *, min(dump) FROM {kept} "
            f"WHERE dump > :dump GROUP BY {key}) WHERE {replaced}",
            bounds,
        )
        self._db.execute(f"CREATE UNIQUE INDEX temp.{table}_key ON {table} ({key})")

    def documents(self, dump: Dump, most: int, most_of_id: int) -> Iterator[tuple[Any, ...]]:
        """Yield the inputs of a dump, and the earlier documents of its stories, by row.

        Args:
            dump: The dump.
            most: Characters of a title or a host that are read.
            most_of_id: Characters of an id.

        Yields:
            Row, id, title, host, day, status, story, relation, score, reason of a rejection, and
            agency.
        """
        bounds = {**_bounds(dump), "most": most, "most_of_id": most_of_id}
        yield from self._db.execute(_DOCUMENTS, bounds)

    def count(self, dump: Dump) -> int:
        """Return how many inputs of a dump the store has."""
        query = "SELECT count(*) FROM documents WHERE row >= :first AND row < :end"
        return int(self._db.execute(query, _bounds(dump)).fetchone()[0])

    def stories(self, dump: Dump) -> Iterator[tuple[Any, ...]]:
        """Yield the stories with a document of a dump, by id.

        Yields:
            Id, row of the canonical, size, and of the weakest link both ids, score and kind of the
            score; these are None where there is none.

        Raises:
            OutputError: A decision names no story of the store, or its score is no number.
        """
        if self._db.execute(_DAMAGED, _bounds(dump)).fetchone():
            raise self._db.damaged()
        yield from self._db.execute(_STORIES, _bounds(dump))

    def candidate_bins(self, dump: Dump, bins: int) -> Iterator[Bin]:
        """Yield the pairs of tellings that were scored with a document of a dump, in bins.

        Args:
            dump: The dump.
            bins: How many bins there are over scores from 0 to 1.
        """
        query = _BINS.format(value="score", joined=_TOGETHER, table="story_scores")
        yield from self._db.execute(query, {**_bounds(dump), "bins": bins})

    def copy_bins(self, dump: Dump, bins: int) -> Iterator[Bin]:
        """Yield the measured pairs of texts by Jaccard likewise; joined are those that match."""
        query = _BINS.format(value="jaccard", joined="p.matched", table="copy_pairs")
        yield from self._db.execute(query, {**_bounds(dump), "bins": bins})

    def pages(self, rows: Sequence[int]) -> dict[int, tuple[str | None, str | None]]:
        """Return the normalised address and the headline of some documents."""
        return {row: (page, title) for row, page, title in self._db.select_rows(_PAGES, rows)}


def _bounds(dump: Dump) -> dict[str, int]:
    """Return the rows of a dump as parameters of a query."""
    return {"first": dump.first, "end": NO_END if dump.end is None else dump.end}
