"""Lists of the stories and the documents of one dump: filtered and ordered by SQLite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from dedup.store.database import NO_END, Database
from dedup.store.document_states import STATUS
from dedup.store.dump_tables import Dump
from dedup.store.integrity import with_checksum

# Listed ones that are looked up at once.
_AT_ONCE = 500

_DOCUMENTS = "FROM documents d LEFT JOIN decisions c USING (row) WHERE "

_STORIES = (
    "FROM stories s JOIN decisions e ON e.row = s.canonical WHERE s.story_id IN "
    "(SELECT c.story_id FROM decisions c JOIN documents d USING (row) WHERE {}) AND e.size >= :size"
)

_BODY = "CAST(s.body AS TEXT)"

# What cannot be ordered is last; ids make every order complete.
_DOCUMENT_ORDERS = {
    None: "d.row",
    "size": "iif(d.reason IS NULL, coalesce(c.size, 1), 0) DESC, c.story_id, d.doc_id, d.row",
    "weakest": "c.score IS NULL, c.score, d.doc_id, d.row",
    "date": "d.date DESC, d.doc_id, d.row",
}
_STORY_ORDERS = {
    None: "e.size DESC, s.story_id",
    "size": "e.size DESC, s.story_id",
    "weakest": f"{_BODY} ->> '$.weakest.score' IS NULL, {_BODY} ->> '$.weakest.score', s.story_id",
    "date": f"{_BODY} ->> '$.last_date' DESC, s.story_id",
}

ORDERS = ("size", "weakest", "date")
"""What lists can be ordered by: the largest story first, the lowest score, the latest date."""

_DOCUMENT_CELLS = (
    f"SELECT d.row, d.doc_id, {STATUS}, c.story_id, c.canonical_id, "
    "iif(r.row = d.row, NULL, r.doc_id), c.relation, c.score, coalesce(d.reason, c.reason), "
    "d.detail, d.source, iif(d.reason IS NULL, coalesce(c.size, 1), NULL), d.title, d.url, d.host, "
    "d.date, s.signature IS NOT NULL "
    "FROM documents d LEFT JOIN decisions c USING (row) LEFT JOIN signatures s USING (row) "
    "LEFT JOIN documents r ON r.row = c.representative WHERE d.row IN"
)

_STORY_CELLS = (
    "SELECT s.canonical, s.story_id, s.first_dump, s.body, s.sum, doc_id, title, url, host, size "
    "FROM stories s "
    "JOIN documents d ON d.row = s.canonical JOIN decisions e ON e.row = s.canonical "
    "WHERE s.canonical IN"
)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents are listed, or the stories of which; a document must pass all filters.

    Attributes:
        status: One of these, if any is named.
        relation: One of these, if any is named.
        representative: Row of the document of which it is a copy, or which it is itself.
        other_than: Row of a document that is left out.
        max_score: Most score of the relation; what has no score is left out.
        host: Host of its address, or one below it.
        since: First day of its date, ISO 8601; what has no date is left out.
        until: Last day of its date, likewise.
        min_size: Least number of documents of its story.
        title: Words that its headline contains, in any case.
    """

    status: tuple[str, ...] = ()
    relation: tuple[str, ...] = ()
    representative: int | None = None
    other_than: int | None = None
    max_score: float | None = None
    host: str | None = None
    since: str | None = None
    until: str | None = None
    min_size: int = 0
    title: tuple[str, ...] = ()

    @property
    def asks_date(self) -> bool:
        """Whether documents without a date are left out."""
        return self.since is not None or self.until is not None


class Lists:
    """Lists of stories and documents, as the store has them now."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._db = database

    def documents(
        self, dump: Dump, filters: Filters, order: str | None, limit: int = -1
    ) -> Iterator[tuple[Any, ...]]:
        """Yield documents of a dump that pass filters.

        Args:
            dump: The dump.
            filters: The filters.
            order: One of ``ORDERS``; None for the order of the inputs.
            limit: How many; less than 0 for all.

        Yields:
            Row, id, status, story, canonical, id of the representative (None for itself),
            relation, score, reason (None for a unique document), detail and source, size of the
            story (None for a rejected input), title, url, host, date, and whether it has a
            signature.
        """
        condition, values = _condition(dump, filters, by_size=True)
        query = (
            f"SELECT d.row {_DOCUMENTS}{condition} ORDER BY {_DOCUMENT_ORDERS[order]} LIMIT :limit"
        )
        yield from self._looked_up(_DOCUMENT_CELLS, query, {**values, "limit": limit})

    def stories(
        self, dump: Dump, filters: Filters, order: str | None, limit: int = -1
    ) -> Iterator[tuple[dict[str, Any], tuple[Any, ...]]]:
        """Yield stories with a document of a dump that passes filters.

        Args:
            dump: The dump.
            filters: The filters.
            order: One of ``ORDERS``; None for the first of these.
            limit: How many; less than 0 for all.

        Yields:
            The story as it is stored; id, title, url and host of its canonical, and its size.

        Raises:
            OutputError: A story is damaged.
        """
        condition, values = _condition(dump, filters)
        query = (
            f"SELECT s.canonical {_STORIES.format(condition)} "
            f"ORDER BY {_STORY_ORDERS[order]} LIMIT :limit"
        )
        found = self._looked_up(_STORY_CELLS, query, {**values, "limit": limit})
        for canonical, story_id, first_dump, body, checksum, *cells in found:
            if with_checksum("stories", (story_id, canonical, first_dump, body))[-1] != checksum:
                raise self._db.damaged()
            yield self._db.load(body), tuple(cells)

    def count_documents(self, dump: Dump, filters: Filters) -> int:
        """Return how many documents of a dump pass filters."""
        condition, values = _condition(dump, filters, by_size=True)
        return self._count(_DOCUMENTS + condition, values)

    def count_stories(self, dump: Dump, filters: Filters) -> int:
        """Return how many stories have a document of a dump that passes filters."""
        condition, values = _condition(dump, filters)
        return self._count(_STORIES.format(condition), values)

    def count_undated(self, dump: Dump, filters: Filters) -> int:
        """Return how many documents of a dump that pass the other filters have no date."""
        condition, values = _condition(dump, filters, by_size=True, undated=True)
        return self._count(_DOCUMENTS + condition, values)

    def _count(self, condition: str, values: dict[str, Any]) -> int:
        """Return how many rows meet a condition."""
        return int(self._db.execute(f"SELECT count(*) {condition}", values).fetchone()[0])

    def _looked_up(
        self, query: str, keys: str, values: dict[str, Any]
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the cells of rows in the order of a query of their numbers.

        To order whole rows would need memory for all of them.

        Args:
            query: Selects cells, a row's number first; ends in ``IN``.
            keys: Selects row numbers.
            values: Of the variables of ``keys``.
        """
        found = self._db.execute(keys, values)
        while batch := [row for (row,) in islice(found, _AT_ONCE)]:
            cells = {each[0]: each for each in self._db.select_rows(query, batch)}
            if not cells.keys() >= {*batch}:
                raise self._db.damaged()
            yield from map(cells.__getitem__, batch)


def _condition(
    dump: Dump, filters: Filters, *, by_size: bool = False, undated: bool = False
) -> tuple[str, dict[str, Any]]:
    """Return the condition on documents, and the values of its variables.

    Args:
        dump: Whose documents are listed.
        filters: The filters.
        by_size: Whether the size of the story is a part of the condition.
        undated: Whether those are meant that pass all but the filters of dates, and have no date.
    """
    values: dict[str, Any] = {
        "first": dump.first, "end": NO_END if dump.end is None else dump.end,
        "representative": filters.representative, "other": filters.other_than,
        "score": filters.max_score, "host": filters.host, "below": f".{filters.host}",
        "since": filters.since, "until": filters.until, "size": filters.min_size,
    }  # fmt: skip
    terms = ["d.row >= :first", "d.row < :end"]
    conditions = {
        _one_of(STATUS, "status", filters.status, values): filters.status,
        _one_of("c.relation", "relation", filters.relation, values): filters.relation,
        "c.representative = :representative": filters.representative is not None,
        "d.row != :other": filters.other_than is not None,
        "c.score <= :score": filters.max_score is not None,
        "(d.host = :host OR substr(d.host, -length(:below)) = :below)": filters.host is not None,
        "d.date IS NULL": undated,
        "substr(d.date, 1, 10) >= :since": filters.since is not None and not undated,
        "substr(d.date, 1, 10) <= :until": filters.until is not None and not undated,
        "iif(d.reason IS NULL, coalesce(c.size, 1), 0) >= :size": by_size and filters.min_size > 0,
    }
    terms += [term for term, is_asked in conditions.items() if is_asked]
    for number, word in enumerate(filters.title):
        values[f"word{number}"] = word.casefold()
        terms.append(f"instr(casefold(d.title), :word{number})")
    return " AND ".join(terms), values


def _one_of(column: str, name: str, allowed: Sequence[str], values: dict[str, Any]) -> str:
    """Return the condition that a column has one of some values, which are added to ``values``."""
    names = [f"{name}{number}" for number in range(len(allowed))]
    values.update(zip(names, allowed, strict=True))
    return f"{column} IN ({', '.join(f':{each}' for each in names)})"
