"""What became of each document of a dump, in the order of ids, so that two stores can be merged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dedup.json_codec import dump_json
from dedup.models import Status
from dedup.store.database import NO_END, Database

STATUSES = tuple(Status)
"""The statuses by their codes."""

State = tuple[str, int, int, str | None, float | None, str | None, int]
"""Id, row, code of the status, relation, score, id of the canonical, whether it is an input of the
dump."""

STATUS = "coalesce(c.status, iif(d.reason IS NULL, 'unique', 'rejected'))"
"""The status of a document ``d`` with its decision ``c``, which only those in stories have."""

_CODES = " ".join(f"WHEN '{each.value}' THEN {code}" for code, each in enumerate(STATUSES))

# Without the plus SQLite would look up each row by the index of ids, which takes three times as
# long as to sort them.
_STATES = (
    f"SELECT d.doc_id, d.row, CASE {STATUS} {_CODES} END, c.relation, c.score, c.canonical_id, "
    "d.row >= :first AND d.row < :end FROM documents d LEFT JOIN decisions c USING (row) "
    "WHERE (d.row >= :first AND d.row < :end) OR (d.row < :first AND d.row IN "
    "(SELECT row FROM documents WHERE reason IS NOT 'duplicate-id' AND doc_id IN "
    "(SELECT value FROM json_each(:ids)))) "
    "ORDER BY +d.doc_id, d.reason IS 'duplicate-id', d.row"
)


class DocumentStates:
    """What the documents of a dump are now: a later dump may have decided on them again."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._db = database

    def decided_again(self, dump: int) -> list[str]:
        """Return the ids of documents of earlier dumps that a dump decided on, too."""
        query = "SELECT doc_id FROM earlier_decisions JOIN documents USING (row) WHERE dump = ?"
        return [doc_id for (doc_id,) in self._db.execute(query, [dump])]

    def by_id(self, dump: int, earlier: Sequence[str] = ()) -> Iterator[State]:
        """Yield the inputs of a dump, and some earlier documents, by the bytes of their ids.

        Inputs with one id are together, those that are rejected for it last.

        Args:
            dump: Number of the dump.
            earlier: Ids of documents of earlier dumps; those that are not there are left out.
        """
        query = "SELECT first FROM dumps WHERE number >= ? ORDER BY number LIMIT 2"
        bounds = [first for (first,) in self._db.execute(query, [dump])]
        first, end = [*bounds, NO_END, NO_END][:2]
        ids = dump_json(list(earlier)).decode()
        yield from self._db.execute(_STATES, {"first": first, "end": end, "ids": ids})
