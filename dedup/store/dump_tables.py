"""The dumps of a store, and which documents are active for the current one.

A dump is a range of rows under a name. Of earlier dumps only the documents within the date window
of the new documents are read, and the other members of their stories. These and the new ones are
*active*.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.json_codec import dump_json, load_json
from dedup.store.database import ROWS_AT_ONCE, Database
from dedup.store.earlier_versions import as_of, undo_last
from dedup.store.integrity import NUMBERED, active_rows_hold

SECONDS_A_DAY = 86_400.0


class Step(IntEnum):
    """How far a dump got; each step is stored in the commit that completes it."""

    INGESTING = 0
    """Its inputs are read, cleaned and stored, batch by batch."""
    STRIPPED = 1
    """All are stored, and their site boilerplate is removed."""
    DECIDED = 2
    """Stories, decisions and changes are stored."""
    WRITTEN = 3
    """The output files are written: the next dump may begin."""


@dataclass(frozen=True, slots=True)
class Dump:
    """A dump of a store.

    Attributes:
        number: Its number, from 1.
        name: Its name, which no other dump of the store has.
        first: Row of its first input.
        end: Row of the first input of the next dump, None for the last dump.
        moment: Median moment of its documents in seconds, None if unknown.
        step: How far it got.
    """

    number: int
    name: str
    first: int
    end: int | None
    moment: float | None
    step: Step

    @property
    def is_finished(self) -> bool:
        """Whether its outputs were written."""
        return self.step == Step.WRITTEN


class Dumps:
    """The dumps of a store, numbered from 1; the last one is the current one."""

    def __init__(self, database: Database) -> None:
        """Go on with the last dump; a store without one is about to get the first."""
        self._db = database
        self._look_at_last()

    def _look_at_last(self) -> None:
        """Make the last dump the current one."""
        last = self.last
        self._db.number, self._db.first = (last.number, last.first) if last else (1, 0)

    @property
    def number(self) -> int:
        """Number of the current dump."""
        return self._db.number

    @property
    def first(self) -> int:
        """Row of the first input of the current dump."""
        return self._db.first

    @property
    def step(self) -> Step:
        """How far the current dump got."""
        found = self._current()
        return Step.INGESTING if found is None else found.step

    @property
    def name(self) -> str:
        """Name of the current dump."""
        found = self._current()
        return str(self.number) if found is None else found.name

    @property
    def last(self) -> Dump | None:
        """The last dump, None in an empty store."""
        found = self.all()
        return found[-1] if found else None

    def _current(self) -> Dump | None:
        """Return the current dump, None where nothing is stored of it yet."""
        return next((each for each in self.all() if each.number == self.number), None)

    def named(self, name: str) -> Dump | None:
        """Return the dump of a name, or None."""
        return next((each for each in self.all() if each.name == name), None)

    def all(self) -> list[Dump]:
        """Return all dumps, by number."""
        query = (
            "SELECT number, name, first, lead(first) OVER (ORDER BY number), moment, step "
            "FROM dumps ORDER BY number"
        )
        found = self._db.execute(query)
        return [
            Dump(number, name, first, end, moment, Step(step))
            for number, name, first, end, moment, step in found
        ]

    def get(self, name: str, number: int | None = None) -> Any:
        """Return the value kept under a name for a dump, the current one by default, or None."""
        query = "SELECT value FROM meta WHERE dump = ? AND name = ?"
        found = self._db.execute(query, [number or self.number, name]).fetchone()
        return load_json(found[0].encode()) if found else None

    def put(self, name: str, value: Any) -> None:
        """Keep a JSON value under a name for the current dump."""
        row = (self.number, name, dump_json(value).decode())
        self._db.insert("meta", [row], verb="INSERT OR REPLACE")

    def begin(self, name: str) -> None:
        """Begin another dump after the last.

        What expired with the last dump is deleted: that dump can no longer be removed.
        """
        last = self.last
        with self._db.commit():
            if last is not None:
                days = self.get("expire_days", last.number)
                if days and self._delete_expired(days):
                    self.put("expired_deleted", True)
            number = 1 if last is None else last.number + 1
            row = self._db.execute("SELECT max(row) FROM documents").fetchone()[0]
            first = 0 if row is None else row + 1
            self._db.insert("dumps", [(number, name, first, None, Step.INGESTING.value)])
            self._look_at_last()

    def reach(self, step: Step) -> None:
        """Store that the current dump got so far."""
        self._store(step, self._moment())

    def finish(self) -> None:
        """Store that the output files of the current dump are written."""
        with self._db.commit():
            query = "DELETE FROM meta WHERE dump = ? AND name = 'out'"
            self._db.execute(query, [self.number])
            self.reach(Step.WRITTEN)

    def _store(self, step: Step, moment: float | None) -> None:
        """Store the state of the current dump."""
        row = (self.number, self.name, self.first, moment, step.value)
        self._db.insert("dumps", [row], verb="INSERT OR REPLACE")

    def _moment(self) -> float | None:
        """Return the median moment of the current dump, if it is known."""
        found = self._current()
        return None if found is None else found.moment

    def as_of(self, dump: Dump) -> AbstractContextManager[None]:
        """Let the store be read as it was when a dump was finished; see :func:`as_of`."""
        return as_of(self._db, dump.number, dump.first, dump.end)

    def remove_last(self) -> None:
        """Remove the current dump as a whole: earlier stories are as they were before it.

        The document frequencies stay; see :func:`dedup.pipeline.remove_dump.remove_last_dump`.
        """
        with self._db.commit():
            undo_last(self._db)
            for table in NUMBERED:
                self._db.execute(f"DELETE FROM {table} WHERE row >= ?", [self.first])
            for table in ("copy_pairs", "story_scores"):
                query = f"DELETE FROM {table} WHERE one >= ? OR other >= ?"
                self._db.execute(query, [self.first, self.first])
            for table in ("loose_groups", "changes", "meta"):
                self._db.execute(f"DELETE FROM {table} WHERE dump = ?", [self.number])
            self._db.execute("DELETE FROM dumps WHERE number = ?", [self.number])
            self._look_at_last()

    def undo_decisions(self) -> None:
        """Undo what was decided of the current dump: earlier stories are as they were before it.

        Its inputs and what was measured stay, and so do the document frequencies.
        """
        with self._db.commit():
            undo_last(self._db)
            self._db.execute("DELETE FROM changes WHERE dump = ?", [self.number])
            self.reach(Step.STRIPPED)

    def why_final(self) -> str | None:
        """Return why the current dump can neither be removed nor replaced, None if it can."""
        if self.step < Step.DECIDED or self.number == 1:
            return None
        if self.get("expired_deleted"):
            return "what had expired with it has been deleted since"
        if self.get("frequencies_kept"):
            return "dedup regroup left out hosts whose terms are still counted"
        if self.get("expire_days") is None:
            return "it was decided by an earlier version, which did not keep what it replaced"
        return None

    def has_lost(self, dump: Dump) -> bool:
        """Return whether documents of a dump were deleted because they had expired."""
        if dump.end is None:
            return False
        query = "SELECT count(*) FROM documents WHERE row >= ? AND row < ?"
        kept: int = self._db.execute(query, [dump.first, dump.end]).fetchone()[0]
        return kept < dump.end - dump.first

    def counts(self) -> dict[str, int]:
        """Return the numbers of ``documents`` that did not expire, and of ``active`` ones."""
        query = "SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM active)"
        documents, active = self._db.execute(query).fetchone()
        expired = self.get("expired") if self.get("expire_days") else 0
        return {"documents": documents - expired, "active": active}

    def knows(self, doc_id: str) -> bool:
        """Return whether an input of an earlier dump has this id."""
        query = (
            "SELECT 1 FROM documents WHERE doc_id = ? AND row < ? AND reason IS NOT 'duplicate-id'"
        )
        return self._db.execute(query, [doc_id, self.first]).fetchone() is not None

    def known_ids(self) -> Iterator[tuple[tuple[int, ...], tuple[str, ...]]]:
        """Yield rows and ids of inputs of earlier dumps that :meth:`knows`, batch by batch."""
        query = (
            "SELECT row, doc_id FROM documents WHERE row < ? AND reason IS NOT 'duplicate-id' "
            "ORDER BY row"
        )
        found = self._db.execute(query, [self.first])
        while batch := found.fetchmany(ROWS_AT_ONCE):
            rows, ids = zip(*batch, strict=True)
            yield rows, ids

    def look_back(self, days: float, moments: npt.NDArray[np.float64] | None = None) -> None:
        """Choose the active rows, for as long as the store is open, and check them.

        A document without a date has the median date of its dump. Where no document of a dump has
        a date, all are within the window.

        Args:
            days: The date window.
            moments: The known moments of the documents of the current dump, in seconds; None for
                those that are stored.

        Raises:
            OutputError: An active row of an earlier dump is damaged.
        """
        moments = np.sort(self._stored_moments() if moments is None else moments)
        middle = float(np.median(moments)) if moments.size else None
        if middle is not None:  # the day of documents without a date
            moments = np.sort(np.append(moments, middle))
        self._store(self.step, middle)
        self._db.execute("DROP VIEW IF EXISTS temp.active")
        self._db.execute("DROP TABLE IF EXISTS temp.active")
        if self.first == 0:
            self._db.execute("CREATE TEMP VIEW active AS SELECT row FROM documents")
            return
        self._db.execute("CREATE TEMP TABLE active (row INTEGER PRIMARY KEY)")
        spans = [(None, None)] if middle is None else _spans(moments, days * SECONDS_A_DAY)
        for start, end in spans:
            self._activate(start, end)
        # A story is active as a whole, however old its first members are.
        self._db.execute(
            "INSERT OR IGNORE INTO active (row) "
            "SELECT json_extract(member.value, '$.row') FROM stories, "
            "json_each(CAST(body AS TEXT), '$.members') AS member WHERE story_id IN "
            "(SELECT DISTINCT story_id FROM decisions JOIN active USING (row))"
        )
        self.activate_current()
        self._db.require(active_rows_hold, self.first)

    def activate_current(self) -> None:
        """Make the documents of the current dump active that were stored since looking back."""
        if self.first:  # else all rows are active
            query = "INSERT OR IGNORE INTO active (row) SELECT row FROM documents WHERE row >= ?"
            self._db.execute(query, [self.first])

    def _stored_moments(self) -> npt.NDArray[np.float64]:
        """Return the known moments of the stored documents of the current dump.

        A document of an excluded host has none, but where dedup regroup excluded it.
        """
        query = (
            "SELECT moment FROM documents WHERE row >= ? AND moment IS NOT NULL "
            "AND reason IS NOT 'excluded-host'"
        )
        found = self._db.execute(query, [self.first])
        return np.fromiter((moment for (moment,) in found), np.float64)

    def expire(self, days: float) -> None:
        """Note which documents of earlier dumps are older than the current dump by some days.

        They are deleted when the next dump begins, so that until then this one can be removed. A
        story expires as a whole, when its last document is that old. A document without a date is
        as old as its dump. Where the current dump has no dates, nothing expires.

        Args:
            days: The age from which documents expire; 0 for none.
        """
        with self._db.commit():
            self.put("expired", self._count_expired(days) if days else 0)
            self.put("expire_days", days)

    def _count_expired(self, days: float) -> int:
        """Return the number of inputs that expire with the current dump."""
        with self._expired(days):
            return int(self._db.execute("SELECT count(*) FROM expired").fetchone()[0])

    def _delete_expired(self, days: float) -> int:
        """Delete the inputs that expire with the current dump, and return their number."""
        with self._expired(days):
            self._db.execute(
                "DELETE FROM earlier_stories WHERE story_id IN (SELECT story_id FROM "
                "earlier_stories WHERE canonical IN expired "
                "UNION SELECT story_id FROM stories WHERE canonical IN expired)"
            )
            self._db.execute("DELETE FROM stories WHERE canonical IN expired")
            for table in ("copy_pairs", "story_scores"):
                self._db.execute(f"DELETE FROM {table} WHERE one IN expired OR other IN expired")
            for table in (*NUMBERED, "earlier_decisions", "loose_groups"):
                self._db.execute(f"DELETE FROM {table} WHERE row IN expired")
            return int(self._db.execute("SELECT count(*) FROM expired").fetchone()[0])

    @contextmanager
    def _expired(self, days: float) -> Iterator[None]:
        """Have the rows that expire with the current dump in a table for a while."""
        now = self._moment()
        self._db.execute("CREATE TEMP TABLE expired (row INTEGER PRIMARY KEY)")
        if now is not None:
            self._db.execute(
                "INSERT INTO expired SELECT row FROM documents JOIN "
                "(SELECT first, moment, lead(first) OVER (ORDER BY number) AS next FROM dumps) "
                "AS dump ON row >= dump.first AND row < dump.next "
                "WHERE coalesce(documents.moment, dump.moment) < ?",
                [now - days * SECONDS_A_DAY],
            )
            self._db.execute(
                "DELETE FROM expired WHERE row IN (SELECT row FROM decisions WHERE story_id IN "
                "(SELECT story_id FROM decisions WHERE row NOT IN expired))"
            )
        try:
            yield
        finally:
            self._db.execute("DROP TABLE expired")

    def _activate(self, start: float | None, end: float | None) -> None:
        """Make the earlier documents of a span of time active; without bounds, all of them."""
        span = "" if start is None else "moment BETWEEN :start AND :end AND"
        parameters = {"start": start, "end": end, "first": self.first}
        self._db.execute(
            "INSERT OR IGNORE INTO active (row) "
            f"SELECT row FROM documents WHERE {span} row < :first",
            parameters,
        )
        if start is None:
            return
        self._db.execute(
            "INSERT OR IGNORE INTO active (row) SELECT row FROM "
            "(SELECT first, moment, lead(first) OVER (ORDER BY number) AS next FROM dumps) AS dump "
            "JOIN documents ON documents.moment IS NULL AND row >= dump.first AND row < dump.next "
            "WHERE dump.moment IS NULL OR dump.moment BETWEEN :start AND :end",
            parameters,
        )


def _spans(moments: npt.NDArray[np.float64], window: float) -> list[tuple[float, float]]:
    """Return the spans of time within a window of ascending moments, in seconds."""
    breaks = np.flatnonzero(np.diff(moments) > 2 * window)
    starts = moments[np.append(0, breaks + 1)] - window
    ends = moments[np.append(breaks, moments.size - 1)] + window
    return list(zip(starts.tolist(), ends.tolist(), strict=True))
