"""What a name fits: documents by id, address or title, stories by id, or by a part of these."""

from __future__ import annotations

from typing import Any, NamedTuple

from dedup.store.database import Database

MOST_FITS = 10
"""Fits of one name that are returned."""

# How well a name can fit, the best first. An id is of one document; titles differ in case only.
_DOCUMENT_LEVELS = (
    "doc_id = :name",
    "(url = :name OR casefold(title) = :folded)",
    "page = :page",
    "(instr(doc_id, :name) OR instr(url, :name) OR instr(casefold(title), :folded))",
    "false",
)
_STORY_LEVELS = (
    "story_id IN (:name, 's-' || :name)",
    "false",
    "false",
    "instr(story_id, :name)",
    "EXISTS (SELECT 1 FROM json_each(CAST(body AS TEXT), '$.absorbed') "
    "WHERE value IN (:name, 's-' || :name))",
)
LEVELS = len(_DOCUMENT_LEVELS)

# An input whose id an earlier one has is not found by its id, so it is not found at all. But for
# the id itself, the rows are read in their own order: by an index they would be read one by one.
_DOCUMENTS = tuple(
    f"FROM documents {'NOT INDEXED ' if level else ''}WHERE reason IS NOT 'duplicate-id' AND {term}"
    for level, term in enumerate(_DOCUMENT_LEVELS)
)
_STORIES = "FROM stories JOIN documents ON row = canonical WHERE "


class Fit(NamedTuple):
    """A document or a story that a name fits.

    Attributes:
        key: Row of the document, or id of the story.
        id: Id of the document or the story.
        title: Headline of the document, or of the canonical.
        host: Host of the same.
    """

    key: int | str
    id: str
    title: str | None
    host: str | None


class Fits(NamedTuple):
    """What a name fits.

    Attributes:
        first: The first of them by id, at most ``MOST_FITS``.
        total: The number of all.
    """

    first: tuple[Fit, ...] = ()
    total: int = 0


class Names:
    """Searches for names; each reads some narrow columns once."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._db = database

    def documents(self, level: int, name: str, page: str | None) -> Fits:
        """Return the documents that a name fits.

        Args:
            level: How well, from 0 (it is the id) to ``LEVELS - 1``.
            name: An id, an address, a title, or a part of these.
            page: The page of the name, where it is an address.
        """
        return self._fits("row", "doc_id", _DOCUMENTS[level], name, page)

    def stories(
        self, level: int, name: str, page: str | None = None, *, by_documents: bool = False
    ) -> Fits:
        """Return the stories whose id a name fits; see :meth:`documents`.

        Args:
            level: How well.
            name: An id or a part of it.
            page: The page of the name, where it is an address.
            by_documents: Whether the stories of the documents that it fits are returned, too.
        """
        condition = _STORY_LEVELS[level]
        if by_documents:
            rows = f"SELECT row {_DOCUMENTS[level]}"
            condition += f" OR story_id IN (SELECT story_id FROM decisions WHERE row IN ({rows}))"
        return self._fits("story_id", "story_id", _STORIES + condition, name, page)

    def _fits(self, key: str, id_: str, condition: str, name: str, page: str | None) -> Fits:
        """Return the first rows of a condition by id, and the number of all."""
        values: dict[str, Any] = {"name": name, "folded": name.casefold(), "page": page}
        columns = f"{key}, {id_}, title, host"
        query = f"SELECT {columns} {condition} ORDER BY {id_} LIMIT {MOST_FITS + 1}"
        found = [Fit(*cells) for cells in self._db.execute(query, values)]
        total = len(found)
        if total > MOST_FITS:
            (total,) = self._db.execute(f"SELECT count(*) {condition}", values).fetchone()
        return Fits(tuple(found[:MOST_FITS]), total)
