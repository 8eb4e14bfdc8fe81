"""Documents to rows: standard fields in columns, all else of a record in one JSON text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dedup.json_codec import dump_json, load_json
from dedup.models import Decision, OutputRecord, field_text, value_at
from dedup.write.lines import Decided, Line, annotation, survivor_decision

# The date, which is read, and the id, which every document has, are not among them.
_TEXT_COLUMNS = (
    "url", "title", "date_source", "author", "site", "hostname", "canonical_url", "language",
    "description", "agency", "dateline", "text", "html",
)  # fmt: skip


def survivor_rows(survivors: Decided, own_names: Mapping[str, str]) -> Iterator[Line]:
    """Yield the documents that stay, in input order; see :func:`document_row`."""
    return document_rows(survivors, own_names, survivor_decision)


def annotated_rows(documents: Decided, own_names: Mapping[str, str]) -> Iterator[Line]:
    """Yield all inputs, in input order; see :func:`document_row`."""
    return document_rows(documents, own_names, annotation)


def document_rows(
    documents: Decided, own_names: Mapping[str, str], say: Callable[[Decision], Line]
) -> Iterator[Line]:
    """Yield documents with the decisions on them, in input order; see :func:`document_row`."""
    for document, decision in documents:
        yield {**document_row(document, own_names), "dedup": say(decision)}


def document_row(document: OutputRecord, own_names: Mapping[str, str]) -> Line:
    """Return the standard fields of a document, and ``extra``: what no column holds as it is.

    A column has text alone: of a list of one text that text, of a list of authors all. A title that
    is a number, a list, a date as it was written, and a field that has a standard name only through
    ``own_names``, are in ``extra`` under their own names.

    Args:
        document: The document.
        own_names: Standard names to the records' own, as in :class:`dedup.config.ReadConfig`.
    """
    fields: dict[str, Any] = load_json(document.fields)
    row: Line = {"id": document.doc_id, "date": document.date}
    for name in _TEXT_COLUMNS:
        value = value_at(fields, own_names.get(name, name))
        if value is None and document.text is not None:
            value = fields.get(name)  # a page that is a file has no names of its own
        row[name] = _as_text(value if name == "text" else field_text(value, name), name)
    if document.text is not None:
        row["text"] = document.text
    extra = {name: value for name, value in fields.items() if not _in_column(row, name, value)}
    row["extra"] = dump_json(extra).decode()
    return row


def _in_column(row: Line, name: str, value: Any) -> bool:
    """Return whether a column has a field as it is; a timestamp is no day without a time."""
    if name not in row:
        return False
    return value == row[name] and (name != "date" or value is None or value.endswith("Z"))


def _as_text(value: Any, name: str) -> str | None:
    """Return a value if it is text, with question marks for lone surrogates; a list of texts."""
    if name == "text" and isinstance(value, list):
        value = "\n".join(each for each in value if isinstance(each, str) and each)
    if not isinstance(value, str):
        return None
    return value if value.isascii() else value.encode("utf-8", "replace").decode()
