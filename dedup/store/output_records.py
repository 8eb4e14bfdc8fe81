"""The documents that a run writes, as they were read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dedup.json_codec import dump_json
from dedup.models import Decision, OutputRecord, Status
from dedup.store.database import Database

_COLUMNS = "doc_id, date, from_page, text_field, fields, text"


def survivors(database: Database) -> Iterator[tuple[OutputRecord, Decision]]:
    """Yield the documents that stay with their status, story and its size, in input order."""
    query = (
        f"SELECT row, coalesce(status, 'unique'), story_id, coalesce(size, 1), {_COLUMNS} "
        "FROM documents JOIN contents USING (row) LEFT JOIN decisions USING (row) "
        "WHERE documents.reason IS NULL AND status IS NOT 'duplicate' AND row >= ? ORDER BY row"
    )
    statuses = {status.value: status for status in Status}
    for row, status, story_id, size, *cells in database.execute(query, [database.first]):
        record = _record(database, *cells)
        yield record, Decision(row, record.doc_id, statuses[status], story_id, size=size)


def annotated(
    database: Database, decisions: Iterable[Decision]
) -> Iterator[tuple[OutputRecord, Decision]]:
    """Yield all inputs with the decisions on them, in input order.

    A rejected input has an id and a source alone: its fields are not kept.

    Args:
        database: Has the inputs.
        decisions: The decision on each, in input order.
    """
    query = (
        f"SELECT source, {_COLUMNS} FROM documents LEFT JOIN contents "
        "ON contents.row = documents.row AND documents.reason IS NULL "
        "WHERE documents.row >= ? ORDER BY documents.row"
    )
    inputs = database.execute(query, [database.first])
    for (source, doc_id, *cells), decision in zip(inputs, decisions, strict=True):
        if decision.status is Status.REJECTED:
            fields = dump_json({"id": doc_id, "source": source})
            yield OutputRecord(doc_id, None, fields), decision
        else:
            yield _record(database, doc_id, *cells), decision


def _record(
    database: Database,
    doc_id: str,
    date: str | None,
    from_page: int,
    text_field: str | None,
    fields: bytes,
    text: bytes | None,
) -> OutputRecord:
    """Return a document from its cells."""
    page_text = database.text(text_field, fields, text) if from_page else None
    return OutputRecord(doc_id, date, database.expand(fields), page_text)
