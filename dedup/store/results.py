"""Pairs, stories and decisions, and what is written of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from dedup.jsontext import dump_json, load_json
from dedup.models import Decision, Facts, Status, Story
from dedup.store.database import Database

# Columns that are facts under their own names.
_FACTS = (
    "doc_id", "host", "page", "canonical_page", "title", "url", "moment", "date", "agency",
    "agency_page", "tokens", "leftovers",
)  # fmt: skip


class Results:
    """What matching, grouping and electing found."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._db = database

    def clear(self) -> None:
        """Forget pairs, stories and decisions of an unfinished run."""
        with self._db.commit():
            for table in ("edges", "stories", "decisions"):
                self._db.execute(f"DELETE FROM {table}")

    def add_edges(self, edges: Iterable[tuple[int, int, float, float, float, float, bool]]) -> None:
        """Store measured pairs: one, other, jaccard, both containments, numbers, whether linked."""
        with self._db.commit():
            self._db.executemany("INSERT INTO edges VALUES (?, ?, ?, ?, ?, ?, ?)", edges)

    def facts(
        self, rows: Sequence[int], twin_of: Mapping[int, int], *, with_fields: bool = False
    ) -> list[Facts]:
        """Return what electing needs to know of some documents, in the order of ``rows``.

        Args:
            rows: Which documents.
            twin_of: For each the first document with its text.
            with_fields: Whether a rule asks for the records' own fields.
        """
        query = (
            f"SELECT row, {'fields' if with_fields else 'NULL'}, length(shingles) / 4, "
            f"{', '.join(_FACTS)} "
            "FROM documents JOIN signatures USING (row) WHERE row IN"
        )
        found: dict[int, Facts] = {}
        for row, fields, shingles, *known in self._db.select_rows(query, rows):
            found[row] = Facts(
                row=row,
                twin=twin_of[row],
                shingles=shingles,
                fields=load_json(self._db.expand(fields)) if fields else {},
                **dict(zip(_FACTS, known, strict=True)),
            )
        return [found[row] for row in rows]

    def add_decisions(self, stories: Iterable[Story], decisions: Iterable[Decision]) -> None:
        """Store a batch of stories and decisions; commits whole."""
        with self._db.commit():
            self._insert(stories, decisions)

    def _insert(self, stories: Iterable[Story], decisions: Iterable[Decision]) -> None:
        """Write stories, and decisions over those that the documents had."""
        self._db.executemany(
            "INSERT INTO stories VALUES (?, ?, ?)",
            ((s.story_id, s.canonical.row, dump_json(s)) for s in stories),
        )
        columns = attrgetter(
            "row", "status", "story_id", "canonical_id", "size", "relation", "score", "reason"
        )
        self._db.executemany(
            "INSERT OR REPLACE INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            map(columns, decisions),
        )

    def heads(self) -> Iterator[tuple[int, float | None, str | None]]:
        """Yield row, moment and language of each document that stays so far, by id.

        Documents without terms, too short to compare, are left out.
        """
        yield from self._db.execute(
            "SELECT d.row, d.moment, s.language FROM documents d JOIN signatures s USING (row) "
            "LEFT JOIN decisions c USING (row) "
            "WHERE s.terms IS NOT NULL AND (c.status IS NULL OR c.status = 'canonical') "
            "ORDER BY d.doc_id"
        )

    def copies(self, heads: Sequence[int]) -> dict[int, list[int]]:
        """Return for those of some documents that are canonicals the rows of their duplicates."""
        query = "SELECT canonical, body FROM stories WHERE canonical IN"
        return {
            row: [member["row"] for member in load_json(body)["members"] if member["row"] != row]
            for row, body in self._db.select_rows(query, heads)
        }

    def replace(
        self, heads: Sequence[int], stories: Iterable[Story], decisions: Iterable[Decision]
    ) -> None:
        """Store a batch of stories in the place of those that had some heads; commits whole."""
        with self._db.commit():
            self._db.executemany(
                "DELETE FROM stories WHERE canonical = ?", ([row] for row in heads)
            )
            self._insert(stories, decisions)

    def stories(self) -> Iterator[dict[str, Any]]:
        """Yield the stories as JSON objects, by id."""
        for (body,) in self._db.execute("SELECT body FROM stories ORDER BY story_id"):
            yield load_json(body)

    def large_stories(self, size: int) -> Iterator[tuple[int, str, str, int]]:
        """Yield row of the canonical, both ids and size of each story with that many documents."""
        yield from self._db.execute(
            "SELECT row, story_id, canonical_id, size FROM decisions "
            "WHERE status = 'canonical' AND size >= ?",
            [size],
        )

    def about_stories(self, canonicals: Sequence[int]) -> dict[int, dict[str, Any]]:
        """Return what some stories are made of, by the rows of their canonicals.

        The members stay in the database: a story may have as many as there are documents.

        Returns:
            For each ``outlets``, their number; ``rewrites``, documents in other words than the
            canonical's (``derived`` and ``rewrite``); ``weakest`` as :class:`Story` has it.
        """
        query = (
            "SELECT canonical, json_array_length(CAST(body AS TEXT), '$.outlets'), "
            "(SELECT count(*) FROM json_each(CAST(body AS TEXT), '$.members') "
            "WHERE json_extract(value, '$.relation') IN ('derived', 'rewrite')), "
            "json_extract(CAST(body AS TEXT), '$.weakest') FROM stories WHERE canonical IN"
        )
        return {
            row: {
                "outlets": outlets,
                "rewrites": rewrites,
                "weakest": load_json(weakest.encode()) if weakest else None,
            }
            for row, outlets, rewrites, weakest in self._db.select_rows(query, canonicals)
        }

    def losses(self) -> Iterator[tuple[str, int, int]]:
        """Yield each known host, its documents without the rejected, and how many duplicates."""
        yield from self._db.execute(
            "SELECT d.host, count(*), count(*) FILTER (WHERE c.status = 'duplicate') "
            "FROM documents d LEFT JOIN decisions c USING (row) "
            "WHERE d.host IS NOT NULL AND d.reason IS NULL GROUP BY d.host"
        )

    def decisions(self) -> Iterator[Decision]:
        """Yield a decision for each input, in input order; those without a story are unique."""
        query = (
            "SELECT d.row, d.doc_id, d.reason, c.status, c.story_id, c.canonical_id, c.size, "
            "c.relation, c.score, c.reason, s.signature IS NOT NULL "
            "FROM documents d LEFT JOIN decisions c USING (row) LEFT JOIN signatures s USING (row) "
            "ORDER BY d.row"
        )
        cells: tuple[Any, ...]
        for cells in self._db.execute(query):
            row, doc_id, rejected, status = cells[:4]
            if rejected is not None:
                yield Decision(row, doc_id, Status.REJECTED, reason=rejected)
            elif status is not None:
                yield Decision(row, doc_id, Status(status), *cells[4:-1])
            else:
                text = (
                    "no other document matches" if cells[-1] else "too short to sign, none is equal"
                )
                yield Decision(row, doc_id, Status.UNIQUE, reason=text)

    def records(self) -> Iterator[tuple[dict[str, Any], str, bool]]:
        """Yield output fields, cleaned text, and whether it came from a page, in input order.

        Rejected inputs have no fields and no text.
        """
        query = "SELECT fields, text, from_page, reason FROM documents ORDER BY row"
        for fields, text, from_page, reason in self._db.execute(query):
            if reason is not None:
                yield {}, "", False
            else:
                own = load_json(self._db.expand(fields))
                yield own, self._db.expand(text).decode(), bool(from_page)

    def rejections(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield id, source, reason and detail of each rejected input, in input order."""
        query = (
            "SELECT doc_id, source, reason, coalesce(detail, '') FROM documents "
            "WHERE reason IS NOT NULL ORDER BY row"
        )
        yield from self._db.execute(query)
