"""Pairs, stories and decisions, and what is written of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from dedup.jsontext import dump_json, load_own_json
from dedup.models import Decision, Facts, Status, Story
from dedup.store.database import Database
from dedup.store.documents import text_in

# What the tables know of a document, in the order of the fields of facts.
_KNOWN = (
    "host, page, canonical_page, title, url, moment, date, agency, agency_page, tokens, "
    "shingles, leftovers"
)

# Asking the enumeration itself takes ten times as long.
_STATUS = {status.value: status for status in Status}


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
            f"SELECT row, doc_id, {_KNOWN}, {'fields' if with_fields else 'NULL'} "
            "FROM documents JOIN signatures USING (row) "
            f"{'JOIN contents USING (row) ' if with_fields else ''}WHERE row IN"
        )
        found: dict[int, Facts] = {}
        for row, doc_id, *known in self._db.select_rows(query, rows):
            known[-1] = self._db.load(known[-1]) if known[-1] else {}
            found[row] = Facts(row, doc_id, twin_of[row], *known)
        return [found[row] for row in rows]

    def add_decisions(self, stories: Iterable[Story], decisions: Iterable[Decision]) -> None:
        """Store a batch of stories and decisions; commits whole."""
        with self._db.commit():
            self._insert(stories, decisions)

    def _insert(self, stories: Iterable[Story], decisions: Iterable[Decision]) -> None:
        """Write stories, and decisions over those that the documents had."""
        self._db.executemany(
            "INSERT INTO stories VALUES (?, ?, ?)",
            (
                (story.story_id, story.canonical.row, dump_json(story))
                for story in sorted(stories, key=attrgetter("story_id"))  # as the table lies
            ),
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
            "WHERE s.signature IS NOT NULL AND (c.status IS NULL OR c.status = 'canonical') "
            "ORDER BY d.doc_id"
        )

    def copies(self, heads: Sequence[int]) -> dict[int, list[int]]:
        """Return for those of some documents that are canonicals the rows of their duplicates."""
        query = "SELECT canonical, body FROM stories WHERE canonical IN"
        return {
            row: [
                member["row"] for member in load_own_json(body)["members"] if member["row"] != row
            ]
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
            yield load_own_json(body)

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
                "weakest": load_own_json(weakest.encode()) if weakest else None,
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
                yield Decision(row, doc_id, _STATUS[status], *cells[4:-1])
            else:
                text = (
                    "no other document matches" if cells[-1] else "too short to sign, none is equal"
                )
                yield Decision(row, doc_id, Status.UNIQUE, reason=text)

    def tally(self) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
        """Return inputs by status, rejected ones by reason, duplicates by relation."""
        reasons = self._counted("documents", "reason")
        relations = self._counted("decisions", "relation")
        decided = self._counted("decisions", "status")
        last = self._db.execute("SELECT max(row) FROM documents").fetchone()[0]
        counts = {
            "canonical": decided.get("canonical", 0),
            "duplicate": decided.get("duplicate", 0),
            "unique": 0,
            "rejected": sum(reasons.values()),
        }
        counts["unique"] = (0 if last is None else last + 1) - sum(counts.values())
        return counts, reasons, relations

    def _counted(self, table: str, column: str) -> dict[str, int]:
        """Return how often each value of one of our columns occurs, ascending."""
        query = f"SELECT {column}, count(*) FROM {table} WHERE {column} IS NOT NULL GROUP BY 1"
        return dict(self._db.execute(f"{query} ORDER BY 1"))

    def survivors(self) -> Iterator[tuple[bytes, str | None, Status, str | None, int]]:
        """Yield the documents that stay, in input order.

        Yields:
            The fields as JSON, a page's cleaned text, status, story and its size.
        """
        query = (
            "SELECT from_page, text_field, fields, text, status, story_id, size "
            "FROM documents JOIN contents USING (row) LEFT JOIN decisions USING (row) "
            "WHERE documents.reason IS NULL AND (status IS NULL OR status IS NOT 'duplicate') "
            "ORDER BY row"
        )
        for page, field, fields, text, status, story_id, size in self._db.execute(query):
            own = text_in(self._db, field, fields, text) if page else None
            told = _STATUS[status or "unique"]
            yield self._db.expand(fields), own, told, story_id, size or 1

    def rejections(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield id, source, reason and detail of each rejected input, in input order."""
        query = (
            "SELECT doc_id, source, reason, coalesce(detail, '') FROM documents "
            "WHERE reason IS NOT NULL ORDER BY row"
        )
        yield from self._db.execute(query)
