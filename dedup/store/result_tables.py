"""Pairs, stories and decisions, and what output files and warnings are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.json_codec import dump_json, load_own_json
from dedup.models import Decision, Facts, OutputRecord, Story
from dedup.store.cells import Cells, LeadDayCells
from dedup.store.database import Database
from dedup.store.described_members import describe
from dedup.store.document_states import STATUS
from dedup.store.earlier_versions import keep_decisions, keep_stories
from dedup.store.output_records import annotated, decision_of, survivors
from dedup.store.warning_queries import STORIES_OF_DUMP

# Columns in the order of the fields of ``Facts`` after ``text_id``.
_FACTS = (
    "host, page, canonical_page, title, url, moment, date, agency, agency_page, tokens, "
    "shingles, leftovers"
)

_DECISION_CELLS = attrgetter(
    "row", "status", "story_id", "canonical_id", "size", "relation", "score", "reason"
)

DatedStory = tuple[Story, int]
"""A story, and the number of the first dump that had it."""


class Results:
    """Pairs of matching, stories and decisions of clustering."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._db = database

    def add_copy_pairs(
        self, copy_pairs: Iterable[tuple[int, int, float, float, float, float, int]]
    ) -> None:
        """Store verified pairs: one, other, jaccard, both containments, numbers, matched."""
        self._db.insert("copy_pairs", copy_pairs)

    def matched_pairs(self) -> Iterator[tuple[int, int, float, float, float, float]]:
        """Yield the active pairs of earlier dumps that match: one, other and four scores."""
        yield from self._db.execute(
            "SELECT one, other, jaccard, one_in_other, other_in_one, numbers FROM copy_pairs "
            "JOIN active ON active.row = one WHERE matched AND one < :first AND other < :first "
            "AND other IN (SELECT row FROM active)",
            {"first": self._db.first},
        )

    def add_candidate_scores(self, pairs: Iterable[tuple[int, int, float]]) -> None:
        """Store candidate scores, which the table calls ``score``: one, other, score."""
        self._db.insert("story_scores", pairs)

    def candidate_scores(self) -> npt.NDArray[np.float64]:
        """Return the active candidate scores of earlier dumps: one, other, score, n x 3."""
        found = self._db.execute(
            "SELECT one, other, score FROM story_scores JOIN active ON active.row = one "
            "WHERE one < :first AND other < :first AND other IN (SELECT row FROM active) "
            "ORDER BY one, other",
            {"first": self._db.first},
        )
        return np.array(found.fetchall(), np.float64).reshape(-1, 3)

    def add_loose_groups(self, groups: Iterable[tuple[int, int | None, int]]) -> None:
        """Store the loose groups of the current dump.

        Args:
            groups: Of each document its row, the row of the first document of its group (None for a
                roundup, which is in none), and a row that documents share which must be linked.
        """
        number = self._db.number
        self._db.insert("loose_groups", ((row, number, *cells) for row, *cells in groups))

    def earlier_members(self) -> Iterator[tuple[int, int, str]]:
        """Yield row, representative and story of active documents of earlier stories, by row."""
        yield from self._db.execute(
            "SELECT row, representative, story_id FROM decisions JOIN active USING (row) "
            "WHERE row < ? ORDER BY row",
            [self._db.first],
        )

    def known_stories(self) -> Iterator[tuple[str, int, str, int, list[str]]]:
        """Yield the stories with an active document.

        Yields:
            Id, first dump, id of the canonical and its row, absorbed ids.
        """
        query = (
            "SELECT stories.story_id, first_dump, canonical_id, canonical, "
            "json_extract(CAST(body AS TEXT), '$.absorbed') "
            "FROM stories JOIN decisions ON row = canonical WHERE stories.story_id IN "
            "(SELECT DISTINCT story_id FROM decisions JOIN active USING (row))"
        )
        for *cells, absorbed in self._db.execute(query):
            yield (*cells, load_own_json(absorbed.encode()))

    def representatives_of(self, rows: Sequence[int]) -> dict[int, int]:
        """Return the representatives of those of some documents that are in stories, by row."""
        query = "SELECT row, representative FROM decisions WHERE row IN"
        return dict(self._db.select_rows(query, rows))

    def facts(
        self, rows: Sequence[int], text_id_of: Mapping[int, int], *, with_fields: bool = False
    ) -> list[Facts]:
        """Return the facts of some documents, in the order of ``rows``.

        Args:
            rows: The documents.
            text_id_of: For each the first document with its text.
            with_fields: Whether the records' own fields are needed, as for rules on them.
        """
        query = (
            f"SELECT row, doc_id, {_FACTS}{', fields' if with_fields else ''} "
            "FROM documents JOIN signatures USING (row) "
            f"{'JOIN contents USING (row) ' if with_fields else ''}WHERE row IN"
        )
        facts: dict[int, Facts] = {}
        for row, doc_id, *cells in self._db.select_rows(query, rows):
            if with_fields:
                cells[-1] = self._db.load(cells[-1])
            facts[row] = Facts(row, doc_id, text_id_of[row], *cells)
        return [facts[row] for row in rows]

    def add_copies(
        self,
        stories: Sequence[DatedStory],
        decisions: Iterable[Decision],
        replaced: Iterable[str] = (),
    ) -> None:
        """Store a batch of stories of copies, each one telling; commits whole.

        Args:
            stories: The stories.
            decisions: The decisions on their documents.
            replaced: Ids of the stories that they replace.
        """
        representatives = {
            each.row: story.canonical.row for story, _ in stories for each in story.members
        }
        with self._db.commit():
            self._delete_stories("story_id", list(replaced))
            self._insert_stories(stories)
            self._replace_decisions(decisions, representatives)

    def add_merged(
        self,
        representatives: Sequence[int],
        stories: Sequence[DatedStory],
        decisions: Iterable[Decision],
    ) -> None:
        """Store a batch of stories of several tellings; commits whole.

        Args:
            representatives: The representatives of the tellings. The stories of copies of which
                they are canonicals are replaced.
            stories: The stories.
            decisions: The decisions on their documents, which replace earlier ones.
        """
        decisions = list(decisions)
        known = self.representatives_of([each.row for each in decisions])
        with self._db.commit():
            self._delete_stories("canonical", representatives)
            self._insert_stories(stories)
            # A document without an earlier decision was unique, and represents its telling.
            self._replace_decisions(
                decisions, {each.row: known.get(each.row, each.row) for each in decisions}
            )

    def replace(
        self,
        replaced: Sequence[str],
        representatives: Sequence[int],
        stories: Iterable[Cells],
        decisions: Iterable[Cells],
        decided: Sequence[int],
    ) -> None:
        """Store all stories and decisions of a dump at once; commits whole.

        Args:
            replaced: Ids of earlier stories that are replaced.
            representatives: Documents of earlier dumps; the stories of which they are canonicals
                are replaced.
            stories: Cells of ``stories``, by id.
            decisions: Cells of ``decisions``, by row.
            decided: The documents of earlier dumps among these; the decisions on them are replaced.
        """
        with self._db.commit():
            self._delete_stories("story_id", replaced)
            self._delete_stories("canonical", representatives)
            self._db.insert("stories", stories)
            keep_decisions(self._db, decided)
            self._db.executemany("DELETE FROM decisions WHERE row = ?", zip(decided))
            self._db.insert("decisions", decisions)

    def _delete_stories(self, column: str, values: Sequence[Any]) -> None:
        """Delete the stories that have some values in a column; earlier ones are kept elsewhere."""
        keep_stories(self._db, column, values)
        self._db.executemany(f"DELETE FROM stories WHERE {column} = ?", zip(values))

    def _insert_stories(self, stories: Iterable[DatedStory]) -> None:
        """Store stories, in the order of their table."""
        ordered = sorted(stories, key=lambda each: each[0].story_id)
        self._db.insert(
            "stories",
            ((one.story_id, one.canonical.row, first, dump_json(one)) for one, first in ordered),
        )

    def _replace_decisions(
        self, decisions: Iterable[Decision], representatives: Mapping[int, int]
    ) -> None:
        """Delete the earlier decisions on documents and store new ones.

        INSERT OR REPLACE would copy each page of the file that it changes.
        """
        keep_decisions(self._db, representatives)
        self._db.executemany("DELETE FROM decisions WHERE row = ?", zip(representatives))
        ordered = sorted(decisions, key=attrgetter("row"))
        self._db.insert(
            "decisions", ((*_DECISION_CELLS(each), representatives[each.row]) for each in ordered)
        )

    def representatives(
        self,
    ) -> Iterator[tuple[int, float | None, str | None, LeadDayCells | None]]:
        """Yield the active representatives of tellings, by id.

        A document without copies is one. Documents too short for a signature are left out.

        Yields:
            Row, moment, language, and the days that its lead names, None for none.
        """
        found = self._db.execute(
            "SELECT d.row, d.moment, s.language, l.days, l.first, l.dates "
            "FROM documents d JOIN active USING (row) "
            "JOIN signatures s USING (row) LEFT JOIN decisions c USING (row) "
            "LEFT JOIN lead_days l USING (row) "
            "WHERE s.signature IS NOT NULL "
            "AND (c.representative IS NULL OR c.representative = d.row) ORDER BY d.doc_id"
        )
        for row, moment, language, days, first, dates in found:
            yield row, moment, language, None if days is None else (days, first, dates)

    def copies(self, representatives: Sequence[int]) -> dict[int, list[int]]:
        """Return the copies of those of some representatives that have any, rows ascending."""
        query = (
            "SELECT representative, row FROM decisions "
            "WHERE representative != row AND representative IN"
        )
        copies: dict[int, list[int]] = {}
        for representative, row in sorted(self._db.select_rows(query, representatives)):
            copies.setdefault(representative, []).append(row)
        return copies

    def stories(self) -> Iterator[dict[str, Any]]:
        """Yield the stories of documents of the current dump as JSON objects, by id."""
        query = f"SELECT body FROM stories WHERE {STORIES_OF_DUMP} ORDER BY story_id"
        for (body,) in self._db.execute(query, [self._db.first]):
            yield load_own_json(body)

    def described_stories(self) -> Iterator[dict[str, Any]]:
        """Yield the stories of :meth:`stories`, their members as in :func:`describe`."""
        yield from describe(self._db, self.stories())

    def touched(self) -> int:
        """Return the number of stories with a document of the current dump."""
        query = "SELECT count(DISTINCT story_id) FROM decisions WHERE row >= ?"
        return int(self._db.execute(query, [self._db.first]).fetchone()[0])

    def decisions(self) -> Iterator[Decision]:
        """Yield a decision for each input, in input order; those without a story are unique."""
        query = (
            f"SELECT d.row, d.doc_id, {STATUS}, c.story_id, c.canonical_id, coalesce(c.size, 1), "
            "c.relation, c.score, coalesce(d.reason, c.reason), r.doc_id, d.url, d.title, d.host, "
            "s.signature IS NOT NULL "
            "FROM documents d LEFT JOIN decisions c USING (row) LEFT JOIN signatures s USING (row) "
            "LEFT JOIN documents r ON r.row = c.representative AND r.row != d.row "
            "WHERE d.row >= ? ORDER BY d.row"
        )
        for cells in self._db.execute(query, [self._db.first]):
            yield decision_of(*cells)

    def tally(self) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
        """Return inputs by status, rejected ones by reason, duplicates by relation."""
        reasons = self._value_counts("documents", "reason")
        relations = self._value_counts("decisions", "relation")
        decided = self._value_counts("decisions", "status")
        last = self._db.execute("SELECT max(row) FROM documents").fetchone()[0]
        inputs = 0 if last is None else last + 1 - self._db.first
        canonical, duplicate = decided.get("canonical", 0), decided.get("duplicate", 0)
        rejected = sum(reasons.values())
        counts = {
            "canonical": canonical,
            "duplicate": duplicate,
            "unique": inputs - canonical - duplicate - rejected,
            "rejected": rejected,
        }
        return counts, reasons, relations

    def _value_counts(self, table: str, column: str) -> dict[str, int]:
        """Return how often each value of a column occurs in the current dump, ascending."""
        query = (
            f"SELECT {column}, count(*) FROM {table} "
            f"WHERE {column} IS NOT NULL AND row >= ? GROUP BY 1 ORDER BY 1"
        )
        return dict(self._db.execute(query, [self._db.first]))

    def survivors(self) -> Iterator[tuple[OutputRecord, Decision]]:
        """Yield the documents that stay; see :func:`dedup.store.output_records.survivors`."""
        return survivors(self._db)

    def annotated(self) -> Iterator[tuple[OutputRecord, Decision]]:
        """Yield all inputs; see :func:`dedup.store.output_records.annotated`."""
        return annotated(self._db, self.decisions())

    def add_changes(self, dump: int, changes: Iterable[dict[str, Any]]) -> None:
        """Store the changes that a dump made in earlier stories."""
        rows = ((dump, place, dump_json(change)) for place, change in enumerate(changes))
        self._db.insert("changes", rows)

    def count_changes(self, dump: int) -> dict[str, int]:
        """Return the number of changes that a dump made in earlier stories, by kind."""
        query = (
            "SELECT json_extract(CAST(body AS TEXT), '$.change'), count(*) FROM changes "
            "WHERE dump = ? GROUP BY 1 ORDER BY 1"
        )
        return dict(self._db.execute(query, [dump]))

    def changes(self, dump: int) -> Iterator[dict[str, Any]]:
        """Yield the changes that a dump made in earlier stories, in the order of storing."""
        query = "SELECT body FROM changes WHERE dump = ? ORDER BY place"
        for (body,) in self._db.execute(query, [dump]):
            yield load_own_json(body)

    def rejections(self) -> Iterator[tuple[str, str, str, str | None]]:
        """Yield id, source, reason and detail of each rejected input, in input order."""
        query = (
            "SELECT doc_id, source, reason, detail FROM documents "
            "WHERE reason IS NOT NULL AND row >= ? ORDER BY row"
        )
        yield from self._db.execute(query, [self._db.first])
