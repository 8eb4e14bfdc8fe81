"""The documents that a run writes, as they were read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dedup.json_codec import dump_json
from dedup.models import ALONE, Decision, OutputRecord, Status
from dedup.store.cells import expand, text_of
from dedup.store.database import Database

_COLUMNS = "doc_id, date, from_page, text_field, fields, text"

# A dictionary is ten times as fast as the enumeration itself.
_STATUS = {status.value: status for status in Status}


def decision_of(row: int, doc_id: str, status: str, *cells: Any) -> Decision:
    """Return the decision on an input from its cells.

    Args:
        row: Its row.
        doc_id: Its id.
        status: The value of the status.
        cells: The other fields of a :class:`dedup.models.Decision`, in their order, with None for
            the reason of a unique document; and whether it has a signature.
    """
    *others, signed = cells
    decision = Decision(row, doc_id, _STATUS[status], *others)
    decision.reason = decision.reason or ALONE[bool(signed)]
    return decision


def survivors(database: Database) -> Iterator[tuple[OutputRecord, Decision]]:
    """Yield the documents that stay with their status, story and its size, in input order."""
    query = (
        f"SELECT row, coalesce(status, 'unique'), story_id, coalesce(size, 1), {_COLUMNS} "
        "FROM documents JOIN contents USING (row) LEFT JOIN decisions USING (row) "
        "WHERE documents.reason IS NULL AND status IS NOT 'duplicate' AND row >= ? ORDER BY row"
    )
    for row, status, story_id, size, *cells in database.execute(query, [database.first]):
        record = output_record(*cells, expand=database.expand, text_of=database.text)
        yield record, Decision(row, record.doc_id, _STATUS[status], story_id, size=size)


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
            yield rejected_record(doc_id, source), decision
        else:
            record = output_record(doc_id, *cells, expand=database.expand, text_of=database.text)
            yield record, decision


def rejected_record(doc_id: str, source: str) -> OutputRecord:
    """Return a rejected input, of which the id and the source are kept."""
    return OutputRecord(doc_id, None, dump_json({"id": doc_id, "source": source}))


def output_record(
    doc_id: str,
    date: str | None,
    from_page: int,
    text_field: str | None,
    fields: bytes,
    text: bytes | None,
    *,
    expand: Callable[[bytes], bytes] = expand,
    text_of: Callable[[str | None, bytes, bytes | None], str] = text_of,
) -> OutputRecord:
    """Return a document from its cells.

    Args:
        doc_id: The id.
        date: Cell of ``documents``.
        from_page: Likewise.
        text_field: Cell of ``contents``.
        fields: Likewise.
        text: Likewise.
        expand: Reads a cell that may be compressed.
        text_of: Returns the text that cells of ``contents`` hold.
    """
    page_text = text_of(text_field, fields, text) if from_page else None
    return OutputRecord(doc_id, date, expand(fields), page_text)
