"""What was measured of the current dump: read when it is decided again, or deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from dedup.models import Rejection
from dedup.store.database import Database
from dedup.store.integrity import with_checksum

_OWN_PAIR = "(one >= :first OR other >= :first)"

_SIGNED = ("signatures", "sets", "lead_days")


class Measured:
    """Measured pairs and loose groups of the current dump, and documents that it leaves out."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._db = database

    def matched_pairs(self) -> npt.NDArray[np.float64]:
        """Return all active pairs that match: one, other and four scores, n x 6, by rows."""
        found = self._db.execute(
            "SELECT one, other, jaccard, one_in_other, other_in_one, numbers FROM copy_pairs "
            "CROSS JOIN active a ON a.row = one CROSS JOIN active b ON b.row = other "
            "WHERE matched ORDER BY one, other"
        )
        return np.array(found.fetchall(), np.float64).reshape(-1, 6)

    def candidate_scores(self) -> npt.NDArray[np.float64]:
        """Return the candidate scores of the current dump: one, other, score, n x 3."""
        query = f"SELECT one, other, score FROM story_scores WHERE {_OWN_PAIR}"
        found = self._db.execute(query, {"first": self._db.first})
        return np.array(found.fetchall(), np.float64).reshape(-1, 3)

    def loose_groups(self) -> npt.NDArray[np.int64]:
        """Return each document in a loose group, and the first one of its group, n x 2."""
        query = "SELECT row, first FROM loose_groups WHERE dump = ? AND first IS NOT NULL"
        found = self._db.execute(query, [self._db.number])
        return np.array(found.fetchall(), np.int64).reshape(-1, 2)

    def must_links(self) -> dict[int, int]:
        """Return of each document in a loose group a row that those share which must be linked."""
        query = "SELECT row, must_link FROM loose_groups WHERE dump = ? AND first IS NOT NULL"
        return dict(self._db.execute(query, [self._db.number]))

    def stories(self) -> Iterator[tuple[int, int, str, int]]:
        """Yield row, representative and story of each document in one, by row.

        Yields:
            The three, and 1 for the canonical of the story, else 0.
        """
        yield from self._db.execute(
            "SELECT row, representative, story_id, status = 'canonical' FROM decisions ORDER BY row"
        )

    def forget_copy_pairs(self) -> None:
        """Delete the measured pairs of copies."""
        self._forget("copy_pairs")

    def forget_rewrites(self) -> None:
        """Delete the scored pairs of tellings, and the loose groups."""
        self._forget("story_scores")
        self._db.execute("DELETE FROM loose_groups WHERE dump = ?", [self._db.number])

    def forget_signatures(self) -> None:
        """Delete signatures and sets."""
        for table in _SIGNED:
            self._db.execute(f"DELETE FROM {table} WHERE row >= ?", [self._db.first])

    def _forget(self, table: str) -> None:
        """Delete the pairs of documents one of which is of the current dump."""
        query = f"DELETE FROM {table} WHERE {_OWN_PAIR}"
        self._db.execute(query, {"first": self._db.first})

    def hosts(self) -> dict[str, list[int]]:
        """Return the documents of the current dump that are not rejected, by host."""
        query = (
            "SELECT host, row FROM documents WHERE row >= ? AND reason IS NULL "
            "AND host IS NOT NULL ORDER BY row"
        )
        rows: dict[str, list[int]] = {}
        for host, row in self._db.execute(query, [self._db.first]):
            rows.setdefault(host, []).append(row)
        return rows

    def reject(self, rejections: Mapping[int, Rejection]) -> None:
        """Reject documents, whose texts stay.

        Args:
            rejections: Why, by row.
        """
        query = "SELECT * FROM documents WHERE row IN"
        place = [name for _, name, *_ in self._db.execute("PRAGMA table_info(documents)")]
        reason, detail = place.index("reason"), place.index("detail")
        changed = []
        for *cells, _ in list(self._db.select_rows(query, list(rejections))):
            why = rejections[cells[0]]
            cells[reason], cells[detail] = why.reason.value, why.detail
            *_, checksum = with_checksum("documents", cells)
            changed.append((why.reason.value, why.detail, checksum, cells[0]))
        update = "UPDATE documents SET reason = ?, detail = ?, sum = ? WHERE row = ?"
        with self._db.commit():
            self._db.executemany(update, changed)

    def leave_out(self, rows: Sequence[int], names: Mapping[int, int]) -> None:
        """Forget what was signed of documents; let measured pairs name others with the same texts.

        Args:
            rows: Documents that count no more.
            names: Of those whose text another document has, that one. Pairs of the others are
                deleted.
        """
        query = "SELECT * FROM copy_pairs WHERE {} IN"
        found = {
            (cells[0], cells[1]): cells[2:-1]
            for end in ("one", "other")
            for cells in self._db.select_rows(query.format(end), list(rows))
        }
        gone = set(rows) - names.keys()
        renamed = [
            _pair(names.get(one, one), names.get(other, other), *cells)
            for (one, other), cells in found.items()
            if one not in gone and other not in gone
        ]
        with self._db.commit():
            delete = "DELETE FROM copy_pairs WHERE one = ? AND other = ?"
            self._db.executemany(delete, found)
            kept = [cells for cells in renamed if cells[0] != cells[1]]
            self._db.insert("copy_pairs", kept, verb="INSERT OR IGNORE")
            for table in _SIGNED:
                self._db.executemany(f"DELETE FROM {table} WHERE row = ?", zip(rows))


def _pair(
    one: int,
    other: int,
    jaccard: float,
    one_in_other: float,
    other_in_one: float,
    numbers: float,
    matched: int,
) -> tuple[int, int, float, float, float, float, int]:
    """Return the cells of a measured pair, the document of the lower row first."""
    if one < other:
        return one, other, jaccard, one_in_other, other_in_one, numbers, matched
    return other, one, jaccard, other_in_one, one_in_other, numbers, matched
