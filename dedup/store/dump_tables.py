"""The dumps of a store, and which documents are active for the current one.

A dump is a range of rows. Of earlier dumps only the documents within the date window of the new
documents are read, and the other members of their stories. These and the new ones are *active*.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from dedup.store.database import Database
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


class Dumps:
    """The dumps of a store, numbered from 1; the last one is the current one.

    Attributes:
        number: Number of the current dump.
    """

    def __init__(self, database: Database) -> None:
        """Go on with the last dump, or begin the first."""
        self._db = database
        query = "SELECT number, first FROM dumps ORDER BY number DESC LIMIT 1"
        last = database.execute(query).fetchone()
        if last is None:
            self.begin()
        else:
            self.number, self._db.first = last

    @property
    def first(self) -> int:
        """Row of the first input of the current dump."""
        return self._db.first

    @property
    def step(self) -> Step:
        """How far the current dump got."""
        query = "SELECT step FROM dumps WHERE number = ?"
        return Step(self._db.execute(query, [self.number]).fetchone()[0])

    def begin(self) -> None:
        """Begin another dump after the last."""
        query = "SELECT (SELECT max(number) FROM dumps), (SELECT max(row) FROM documents)"
        number, row = self._db.execute(query).fetchone()
        self.number = (number or 0) + 1
        self._db.first = 0 if row is None else row + 1
        self._store(Step.INGESTING, None)

    def reach(self, step: Step) -> None:
        """Store that the current dump got so far."""
        self._store(step, self._moment())

    def _store(self, step: Step, moment: float | None) -> None:
        """Store the state of the current dump."""
        row = (self.number, self.first, moment, step.value)
        self._db.insert("dumps", [row], verb="INSERT OR REPLACE")

    def _moment(self) -> float | None:
        """Return the median moment of the current dump, if it is known."""
        query = "SELECT moment FROM dumps WHERE number = ?"
        moment: float | None = self._db.execute(query, [self.number]).fetchone()[0]
        return moment

    def forget(self) -> None:
        """Delete the inputs of the current dump, which must not be decided yet."""
        with self._db.commit():
            for table in NUMBERED:  # it has no decisions
                self._db.execute(f"DELETE FROM {table} WHERE row >= ?", [self.first])
            self.reach(Step.INGESTING)

    def counts(self) -> dict[str, int]:
        """Return the numbers of ``documents`` of all dumps and of ``active`` ones."""
        query = "SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM active)"
        documents, active = self._db.execute(query).fetchone()
        return {"documents": documents, "active": active}

    def knows(self, doc_id: str) -> bool:
        """Return whether an input of an earlier dump has this id."""
        query = (
            "SELECT 1 FROM documents WHERE doc_id = ? AND row < ? AND reason IS NOT 'duplicate-id'"
        )
        return self._db.execute(query, [doc_id, self.first]).fetchone() is not None

    def look_back(self, days: float) -> None:
        """Choose the active rows, for as long as the store is open, and check them.

        A document without a date has the median date of its dump. Where no document of a dump has
        a date, all are within the window.

        Args:
            days: The date window.

        Raises:
            OutputError: An active row of an earlier dump is damaged.
        """
        query = "SELECT moment FROM documents WHERE row >= ? AND moment IS NOT NULL"
        found = self._db.execute(query, [self.first])
        moments = np.sort(np.fromiter((moment for (moment,) in found), np.float64))
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
        self._db.execute(
            "INSERT OR IGNORE INTO active (row) SELECT row FROM documents WHERE row >= ?",
            [self.first],
        )
        self._db.require(active_rows_hold, self.first)

    def expire(self, days: float) -> int:
        """Delete documents of earlier dumps that are older than the current dump by some days.

        A story is deleted as a whole, when its last document is that old. A document without a date
        is as old as its dump. Where the current dump has no dates, nothing is deleted.

        Args:
            days: The age from which documents are deleted.

        Returns:
            The number of deleted inputs.
        """
        now = self._moment()
        if now is None:
            return 0
        self._db.execute("CREATE TEMP TABLE old (row INTEGER PRIMARY KEY)")
        self._db.execute(
            "INSERT INTO old SELECT row FROM documents "
            "JOIN (SELECT first, moment, lead(first) OVER (ORDER BY number) AS next FROM dumps) "
            "AS dump ON row >= dump.first AND row < dump.next "
            "WHERE coalesce(documents.moment, dump.moment) < ?",
            [now - days * SECONDS_A_DAY],
        )
        self._db.execute(
            "DELETE FROM old WHERE row IN (SELECT row FROM decisions WHERE story_id IN "
            "(SELECT story_id FROM decisions WHERE row NOT IN (SELECT row FROM old)))"
        )
        self._db.execute("DELETE FROM stories WHERE canonical IN (SELECT row FROM old)")
        for table in ("copy_pairs", "story_scores"):
            self._db.execute(
                f"DELETE FROM {table} WHERE one IN (SELECT row FROM old) "
                "OR other IN (SELECT row FROM old)"
            )
        for table in NUMBERED:
            self._db.execute(f"DELETE FROM {table} WHERE row IN (SELECT row FROM old)")
        deleted = int(self._db.execute("SELECT count(*) FROM old").fetchone()[0])
        self._db.execute("DROP TABLE old")
        return deleted

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
