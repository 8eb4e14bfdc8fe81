"""Records that carry their text become documents."""

from __future__ import annotations

from collections.abc import Sequence

from dedup.clean import hints
from dedup.clean.normalise import normalise
from dedup.clean.pipeline import clean_text
from dedup.clean.to_document import from_text
from dedup.config import CleanConfig
from dedup.models import Document, RawRecord, Rejection


def clean_own_texts(
    records: Sequence[RawRecord], config: CleanConfig
) -> list[Document | Rejection]:
    """Return the documents of records with a text, or why there is none.

    Args:
        records: The records; one with a rejection keeps it.
        config: The least length.
    """
    texts = [record.text or "" for record in records]
    titles = [_text_field(record, "title") for record in records]
    hinted = hints.hints_of(texts, titles)
    rough = [index for index, found in enumerate(hinted) if found & hints.NORMALISE]
    for index in rough:
        texts[index] = normalise(texts[index])
    again = hints.hints_of([texts[index] for index in rough], [titles[index] for index in rough])
    for index, found in zip(rough, again, strict=True):
        hinted[index] = found & ~hints.NORMALISE
    return [_cleaned(*each, config) for each in zip(records, texts, titles, hinted, strict=True)]


def clean_own_text(record: RawRecord, config: CleanConfig) -> Document | Rejection:
    """Return the document of one record with a text, or why there is none."""
    return _cleaned(record, record.text or "", _text_field(record, "title"), hints.EVERY, config)


def _cleaned(
    record: RawRecord, text: str, title: str | None, hinted: int, config: CleanConfig
) -> Document | Rejection:
    """Return the document of a record, given its text, its title and the hints of both."""
    if record.rejection is not None:
        return record.rejection
    author = _text_field(record, "author")
    draft = clean_text(text, title=title, author=author, hinted=hinted)
    return from_text(record, draft, config)


def _text_field(record: RawRecord, name: str) -> str | None:
    """Return a standard field of a record where it is a text."""
    value = record.fields.get(record.mapped.get(name, name))
    return value if isinstance(value, str) else None
