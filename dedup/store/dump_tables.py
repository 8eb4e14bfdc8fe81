"""The dumps that a store took in one after another, and which documents are looked at for the last.

A dump is a run of rows. Of earlier dumps only what lies within the date window of the new documents
is looked at, and the other members of its stories: these rows, and the new ones, are *active*.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from dedup.store.database import Database

SECONDS_A_DAY = 86_400.0


class Step(IntEnum):
    """How far a dump got; each step is noted in the commit that makes it true."""

    TAKING = 0
    """Its inputs are read, cleaned and stored, batch by batch."""
    STRIPPED = 1
    """All are stored, and their residue is gone."""
    DECIDED = 2
    """Stories, decisions and changes are stored."""
    WRITTEN = 3
    """The output files are written: the next dump may begin."""


class Dumps:
    """The dumps of a store, numbered from 1; the last one is at hand."""

    def __init__(self, database: Database) -> None:
        """Go on with the last dump, or begin the first."""
        self._db = database
        found = database.execute(
            "SELECT number, first FROM dumps ORDER BY number DESC LIMIT 1"
        ).fetchone()
        if found is None:
            self.begin()
        else:
            self.number, self._db.first = found

    @property
    def first(self) -> int:
        """Row of the first input of the dump at hand."""
        return self._db.first

    @property
    def step(self) -> Step:
        """How far the dump at hand got."""
        query = "SELECT step FROM dumps WHERE number = ?"
        return Step(self._db.execute(query, [self.number]).fetchone()[0])

    def begin(self) -> None:
        """Begin another dump behind the last."""
        numbers, rows = (
            self._db.execute(query).fetchone()[0]
            for query in ("SELECT max(number) FROM dumps", "SELECT max(row) FROM documents")
        )
        self.number = (numbers or 0) + 1
        self._db.first = 0 if rows is None else rows + 1
        self._note(Step.TAKING, None)

    def reach(self, step: Step) -> None:
        """Note that the dump at hand got so far."""
        self._note(step, self._moment())

    def _note(self, step: Step, moment: float | None) -> None:
        """Store what is known of the dump at hand."""
        row = [(self.number, self.first, moment, step.value)]
        with self._db.commit():
            self._db.insert("dumps", row, verb="INSERT OR REPLACE")

    def _moment(self) -> float | None:
        """Return the own day of the dump at hand, if it is known."""
        query = "SELECT moment FROM dumps WHERE number = ?"
        found: float | None = self._db.execute(query, [self.number]).fetchone()[0]
        return found

    def forget(self) -> None:
        """Take the inputs of the dump at hand out again; it must not be decided yet."""
        with self._db.commit():
            for table in ("documents", "contents", "signatures", "sets"):
                self._db.execute(f"DELETE FROM {table} WHERE row >= ?", [self.first])
            self.reach(Step.TAKING)

    def documents(self) -> int:
        """Return how many inputs of all dumps the store holds."""
        return int(self._db.execute("SELECT count(*) FROM documents").fetchone()[0])

    def knows(self, doc_id: str) -> bool:
        """Return whether an input of an earlier dump has an id."""
        query = (
            "SELECT 1 FROM documents WHERE doc_id = ? AND row < ? AND reason IS NOT 'duplicate-id'"
        )
        return self._db.execute(query, [doc_id, self.first]).fetchone() is not None

    def look_back(self, days: float) -> None:
        """Choose the rows that are active, for as long as the store is open.

        A document without a date counts as of its dump's own day, the median of the known ones;
        where a dump has none, its documents are near all.

        Args:
            days: The date window.
        """
        moments = self._moments()
        middle = float(np.median(moments)) if moments.size else None
        self._note(self.step, middle)
        self._db.execute("DROP VIEW IF EXISTS temp.active")
        self._db.execute("DROP TABLE IF EXISTS temp.active")
        if self.first == 0:
            self._db.execute("CREATE TEMP VIEW active AS SELECT row FROM documents")
            return
        self._db.execute("CREATE TEMP TABLE active (row INTEGER PRIMARY KEY)")
        spans = [(None, None)] if middle is None else _spans(moments, days * SECONDS_A_DAY)
        for start, end in spans:
            self._activate(start, end)
        # A story goes on as a whole, however long ago it began.
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
        self._db.verify_active()

    def expire(self, days: float) -> int:
        """Forget documents of earlier dumps that are older than the dump at hand by some days.

        Whole stories go, with their last document; one without a date is as old as its dump. Where
        the dump at hand has no dates nothing goes.

        Args:
            days: How many.

        Returns:
            How many inputs were forgotten.
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
        for table in ("documents", "contents", "signatures", "sets", "decisions"):
            self._db.execute(f"DELETE FROM {table} WHERE row IN (SELECT row FROM old)")
        forgotten = int(self._db.execute("SELECT count(*) FROM old").fetchone()[0])
        self._db.execute("DROP TABLE old")
        return forgotten

    def active(self) -> int:
        """Return how many inputs are active, those of the dump at hand among them."""
        return int(self._db.execute("SELECT count(*) FROM active").fetchone()[0])

    def _moments(self) -> npt.NDArray[np.float64]:
        """Return the known moments of the dump at hand, ascending."""
        query = "SELECT moment FROM documents WHERE row >= ? AND moment IS NOT NULL"
        found = self._db.execute(query, [self.first])
        return np.sort(np.fromiter((moment for (moment,) in found), np.float64))

    def _activate(self, start: float | None, end: float | None) -> None:
        """Add the earlier documents of a span of time, of all time where it has no bounds."""
        span = "" if start is None else "moment BETWEEN :start AND :end AND"
        given = {"start": start, "end": end, "first": self.first}
        self._db.execute(
            "INSERT OR IGNORE INTO active (row) "
            f"SELECT row FROM documents WHERE {span} row < :first",
            given,
        )
        if start is None:
            return
        self._db.execute(
            "INSERT OR IGNORE INTO active (row) SELECT row FROM "
            "(SELECT first, moment, lead(first) OVER (ORDER BY number) AS next FROM dumps) AS dump "
            "JOIN documents ON documents.moment IS NULL AND row >= dump.first AND row < dump.next "
            "WHERE dump.moment IS NULL OR dump.moment BETWEEN :start AND :end",
            given,
        )


def _spans(moments: npt.NDArray[np.float64], window: float) -> list[tuple[float, float]]:
    """Return the spans of time within a window of some ascending moments."""
    breaks = np.flatnonzero(np.diff(moments) > 2 * window)
    starts = moments[np.append(0, breaks + 1)] - window
    ends = moments[np.append(breaks, moments.size - 1)] + window
    return list(zip(starts.tolist(), ends.tolist(), strict=True))
