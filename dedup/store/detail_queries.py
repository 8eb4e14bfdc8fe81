"""All that a store has of one document or of one story."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from dedup.models import Removal
from dedup.store.database import Database
from dedup.store.integrity import input_holds, rows_hold


class StoredDetails(NamedTuple):
    """What a store has of one document beside its summary.

    Attributes:
        source: Name of its file or stream.
        detail: Of a rejected input: one line that says why.
        from_page: Whether it was read from a page.
        is_dated: Whether its date decides; a guess decides nothing.
        unread_date: Its own date as written, where it was not read.
        agency: Wire agency credited, or None.
        dateline: Removed dateline, or None.
        stamp: Digest of the input as it was read.
        fields: Its own fields, and of a page its metadata; None for a rejected input.
        text: Its cleaned text, likewise.
        removed: What cleaning removed, in the order of removing.
    """

    source: str
    detail: str | None
    from_page: bool
    is_dated: bool
    unread_date: str | None
    agency: str | None
    dateline: str | None
    stamp: bytes
    fields: dict[str, Any] | None
    text: str | None
    removed: tuple[Removal, ...]


class Details:
    """Answers about one document or one story."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._db = database

    def document(self, row: int) -> StoredDetails:
        """Return what the store has of a document.

        Raises:
            OutputError: It is damaged.
        """
        self._db.require(input_holds, row)
        query = (
            "SELECT source, detail, from_page, moment IS NOT NULL, unread, agency, dateline, "
            "stamp, fields, text_field, text, removed FROM documents "
            "LEFT JOIN written_dates USING (row) LEFT JOIN contents USING (row) "
            "WHERE documents.row = ?"
        )
        *cells, fields, text_field, text, removed = self._db.execute(query, [row]).fetchone()
        has_text = text is not None or text_field is not None
        return StoredDetails._make(
            [
                *cells,
                None if fields is None else self._db.load(fields),
                self._db.text(text_field, fields, text) if has_text else None,
                tuple(Removal(*each) for each in self._db.load(removed)) if removed else (),
            ]
        )

    def fields(self, row: int) -> bytes | None:
        """Return the own fields of a document as JSON, None for a rejected input."""
        query = "SELECT fields FROM contents WHERE row = ?"
        found = self._db.execute(query, [row]).fetchone()
        return None if found is None else self._db.expand(found[0])

    def story(self, story_id: str) -> dict[str, Any]:
        """Return a story as it is stored.

        Raises:
            OutputError: It is damaged or missing.
        """
        self._db.require(rows_hold, "stories", "WHERE story_id = :id", {"id": story_id})
        found = self._db.execute("SELECT body FROM stories WHERE story_id = ?", [story_id])
        for (body,) in found:
            story: dict[str, Any] = self._db.load(body)
            return story
        raise self._db.damaged()

    def members(self, rows: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        """Yield row, representative, title, url, host, date and language of members of a story."""
        query = (
            "SELECT d.row, representative, title, url, host, date, "
            "coalesce(s.language, d.language) FROM documents d "
            "JOIN decisions USING (row) LEFT JOIN signatures s USING (row) WHERE d.row IN"
        )
        yield from self._db.select_rows(query, rows)
