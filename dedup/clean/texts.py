"""A record that carries its text becomes a document."""

from __future__ import annotations

from dedup.clean.documents import from_text
from dedup.clean.steps import clean_text
from dedup.config import CleanConfig
from dedup.models import Document, RawRecord, Rejection


def clean_own_text(record: RawRecord, config: CleanConfig) -> Document | Rejection:
    """Return the document of a record with a text, or why there is none.

    Args:
        record: The record; one with a rejection keeps it.
        config: The least length.
    """
    if record.rejection is not None:
        return record.rejection
    title, author = (_text_field(record, name) for name in ("title", "author"))
    return from_text(record, clean_text(record.text or "", title=title, author=author), config)


def _text_field(record: RawRecord, name: str) -> str | None:
    """Return a standard field of a record where it is a text."""
    value = record.fields.get(record.mapped.get(name, name))
    return value if isinstance(value, str) else None
