"""Single documents, pairs and groups of a store, for questions about a finished run.

Each query reads as many rows as it returns, or one narrow column, whatever the size of the store.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dedup.store.cells import LeadDayCells
from dedup.store.database import Database
from dedup.store.document_states import STATUS

_SUMMARY = (
    "SELECT d.row, d.doc_id, d.title, d.url, d.host, d.date, coalesce(s.language, d.language), "
    f"{STATUS}, c.story_id, c.canonical_id, c.relation, c.score, coalesce(r.doc_id, d.doc_id), "
    "coalesce(d.reason, c.reason), s.signature IS NOT NULL "
    "FROM documents d LEFT JOIN decisions c USING (row) LEFT JOIN signatures s USING (row) "
    "LEFT JOIN documents r ON r.row = c.representative WHERE d.row IN"
)


class Lookups:
    """Answers to single questions."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._db = database

    def row_of(self, doc_id: str) -> int | None:
        """Return the row of the document of an id, None where there is none."""
        query = "SELECT row FROM documents WHERE doc_id = ? AND reason IS NOT 'duplicate-id'"
        found = self._db.execute(query, [doc_id]).fetchone()
        return None if found is None else int(found[0])

    def summaries(self, rows: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        """Yield what is known of some documents.

        Yields:
            Row, id, title, url, host, date, language, status, story, canonical, relation, score, id
            of the representative, reason (None for a unique document), and whether it has a
            signature.
        """
        yield from self._db.select_rows(_SUMMARY, rows)

    def representative(self, row: int) -> int:
        """Return the row of the representative of a document; its own where it is no copy."""
        query = "SELECT representative FROM decisions WHERE row = ?"
        found = self._db.execute(query, [row]).fetchone()
        return row if found is None else int(found[0])

    def loose_group(self, row: int) -> tuple[int, int | None, list[tuple[int, int]]] | None:
        """Return the loose group of a representative, as the last dump that had it made it.

        Returns:
            Number of the dump; the first document of the group, None for a roundup, which is in
            none; and row and must-link row of each member, in the order of the bytes of their ids,
            as groups are made. None where it was in no group.
        """
        query = "SELECT dump, first FROM loose_groups WHERE row = ? ORDER BY dump DESC LIMIT 1"
        found = self._db.execute(query, [row]).fetchone()
        if found is None:
            return None
        dump, first = found
        members = self._db.execute(
            "SELECT g.row, g.must_link FROM loose_groups g JOIN documents USING (row) "
            "WHERE dump = ? AND first = ? ORDER BY doc_id",
            [dump, first],
        )
        return dump, first, members.fetchall()

    def tellings(
        self, rows: Sequence[int]
    ) -> Iterator[tuple[int, float | None, str | None, LeadDayCells | None]]:
        """Yield some representatives by id, as :meth:`Results.representatives` yields all."""
        found = self._db.select_rows(
            "SELECT d.row, doc_id, moment, s.language, days, first, dates FROM documents d "
            "JOIN signatures s USING (row) LEFT JOIN lead_days USING (row) "
            "WHERE s.signature IS NOT NULL AND d.row IN",
            rows,
        )
        by_id = sorted(found, key=lambda cells: cells[1].encode())
        for row, _, moment, language, *named in by_id:
            yield row, moment, language, None if named[0] is None else tuple(named)

    def rows_of(self, ids: Sequence[str]) -> dict[str, int]:
        """Return the rows of the documents of some ids, as far as there are any.

        An id with a lone surrogate, which is no text of SQLite, is of none.
        """
        query = "SELECT doc_id, row FROM documents WHERE reason IS NOT 'duplicate-id' AND doc_id IN"
        texts = [each for each in ids if each == each.encode("utf-8", "replace").decode()]
        return dict(self._db.select_rows(query, texts))

    def ids(self, rows: Sequence[int]) -> dict[int, str]:
        """Return the ids of some documents."""
        return dict(self._db.select_rows("SELECT row, doc_id FROM documents WHERE row IN", rows))

    def moments(self, rows: Sequence[int]) -> dict[int, float | None]:
        """Return the moments of some documents in seconds, None where unknown."""
        return dict(self._db.select_rows("SELECT row, moment FROM documents WHERE row IN", rows))

    def lead_days(self, rows: Sequence[int]) -> dict[int, LeadDayCells]:
        """Return the days that leads name, of those of some documents that name any."""
        query = "SELECT row, days, first, dates FROM lead_days WHERE row IN"
        return {row: tuple(cells) for row, *cells in self._db.select_rows(query, rows)}

    def pairs_of(self, row: int) -> Iterator[tuple[int, float, float, float, int]]:
        """Yield other, Jaccard, both containments and match of the measured pairs of a document.

        The containments are of the document in the other, and of the other in the document.
        """
        yield from self._db.execute(
            "SELECT other, jaccard, one_in_other, other_in_one, matched FROM copy_pairs "
            "WHERE one = :row UNION ALL "
            "SELECT one, jaccard, other_in_one, one_in_other, matched FROM copy_pairs "
            "WHERE other = :row",
            {"row": row},
        )

    def candidate_scores_of(self, row: int) -> Iterator[tuple[int, float]]:
        """Yield the scored pairs of a representative: the other one and the candidate score."""
        yield from self._db.execute(
            "SELECT other, score FROM story_scores WHERE one = :row UNION ALL "
            "SELECT one, score FROM story_scores WHERE other = :row",
            {"row": row},
        )

    def signatures(
        self, rows: Sequence[int]
    ) -> dict[int, tuple[bytes, int, str | None, bytes | None, bytes | None]]:
        """Return what is signed of those of some documents that are not rejected.

        Returns:
            By row: fingerprint, tokens, language, signature and that of the lead; these are None
            for a text too short to sign.
        """
        query = (
            "SELECT row, fingerprint, tokens, s.language, signature, lead FROM signatures s "
            "JOIN documents d USING (row) WHERE d.reason IS NULL AND row IN"
        )
        return {row: tuple(cells) for row, *cells in self._db.select_rows(query, rows)}

    def rows_of_texts(self, fingerprints: Sequence[bytes]) -> dict[int, bytes]:
        """Return the documents that have some texts, given by fingerprints, with these."""
        query = (
            "SELECT row, fingerprint FROM signatures JOIN documents USING (row) "
            "WHERE reason IS NULL AND fingerprint IN"
        )
        found: Iterator[tuple[int, bytes]] = self._db.select_rows(query, fingerprints)
        return dict(found)

    def matched_pairs_of(
        self, rows: Sequence[int]
    ) -> Iterator[tuple[int, int, float, float, float, float]]:
        """Yield the pairs that match and have an end among some documents, some of them twice.

        Yields:
            One, other and the four scores of :class:`dedup.match.similarity.PairScores`.
        """
        for end in ("one", "other"):
            yield from self._db.select_rows(
                "SELECT one, other, jaccard, one_in_other, other_in_one, numbers FROM copy_pairs "
                f"WHERE matched AND {end} IN",
                rows,
            )

    def stored_match(self, one: int, other: int) -> bool | None:
        """Return whether a measured pair of documents matches, None where it is not kept."""
        query = "SELECT matched FROM copy_pairs WHERE one = min(?1, ?2) AND other = max(?1, ?2)"
        found = self._db.execute(query, [one, other]).fetchone()
        return None if found is None else bool(found[0])

    def candidate_score(self, one: int, other: int) -> float | None:
        """Return the candidate score of two representatives, None where none is kept."""
        query = (
            "SELECT score FROM story_scores WHERE (one = ?1 AND other = ?2) "
            "OR (one = ?2 AND other = ?1)"
        )
        found = self._db.execute(query, [one, other]).fetchone()
        return None if found is None else float(found[0])

    def last_change(self, rows: Sequence[int]) -> int:
        """Return the number of the last dump that decided on one of some documents."""
        query = "SELECT max(dump) FROM earlier_decisions WHERE row IN"
        changes: list[int] = [number for (number,) in self._db.select_rows(query, rows) if number]
        query = "SELECT max(number) FROM dumps WHERE first <= ?"
        changes.append(self._db.execute(query, [max(rows)]).fetchone()[0])
        return max(changes)

    def decisions_before(
        self, rows: Sequence[int], dump: int
    ) -> Iterator[tuple[int, int, str, str]]:
        """Yield the decisions on documents of stories as they stood before a dump.

        Yields:
            Row, representative, story and status.
        """
        replaced: dict[int, tuple[Any, ...]] = {}
        query = (
            "SELECT row, representative, story_id, status, dump FROM earlier_decisions "
            f"WHERE dump >= {dump:d} AND row IN"
        )
        for row, *cells in self._db.select_rows(query, rows):
            if row not in replaced or cells[-1] < replaced[row][-1]:
                replaced[row] = tuple(cells)
        yield from ((row, *cells) for row, (*cells, _) in replaced.items() if cells[0] is not None)
        query = "SELECT row, representative, story_id, status FROM decisions WHERE row IN"
        yield from self._db.select_rows(query, [row for row in rows if row not in replaced])

    def tellings_of(self, rows: Sequence[int]) -> Iterator[tuple[int, int, str]]:
        """Yield row, representative and story of those of some documents that are in one."""
        query = "SELECT row, representative, story_id FROM decisions WHERE row IN"
        yield from self._db.select_rows(query, rows)

    def members_of(self, story_id: str) -> Iterator[tuple[int, int]]:
        """Yield row and representative of the documents of a story, by row."""
        yield from self._db.execute(
            "SELECT row, representative FROM decisions WHERE row IN "
            "(SELECT json_extract(member.value, '$.row') FROM stories, "
            "json_each(CAST(body AS TEXT), '$.members') AS member WHERE story_id = ?) "
            "ORDER BY row",
            [story_id],
        )

    def runner_up(self, story_id: str) -> str | None:
        """Return the id of the document that would be the canonical of a story without it."""
        name = "json_extract(CAST(body AS TEXT), '$.why.runner_up')"
        query = f"SELECT {name} FROM stories WHERE story_id = ?"
        found = self._db.execute(query, [story_id]).fetchone()
        return None if found is None else str(found[0])
