"""The members of stories with what their documents say of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from dedup.store.database import Database

# Members of stories that are looked up at once.
_MEMBERS_AT_ONCE = 5_000


class Described(NamedTuple):
    """What is said of a member of a story.

    Attributes:
        url: Its address, or None.
        title: Its headline, or None.
        host: Its host, or None.
        representative: Row of the document whose copy it is; None for a representative.
    """

    url: str | None = None
    title: str | None = None
    host: str | None = None
    representative: int | None = None


def describe(database: Database, stories: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield stories, each member with ``url``, ``title``, ``host`` and ``copy_of``.

    They are read from the documents: kept in the stories, too, they would be stored twice.

    Args:
        database: Has the documents and the decisions on them.
        stories: Stories as they are stored; they are changed.
    """
    batch: list[dict[str, Any]] = []
    size = 0
    for story in stories:
        batch.append(story)
        size += len(story["members"])
        if size >= _MEMBERS_AT_ONCE:
            yield from _described(database, batch)
            batch, size = [], 0
    yield from _described(database, batch)


def _described(database: Database, stories: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return some stories with described members."""
    query = (
        "SELECT d.row, url, title, host, nullif(representative, row) "
        "FROM documents d LEFT JOIN decisions USING (row) WHERE d.row IN"
    )
    rows = sorted(member["row"] for story in stories for member in story["members"])
    found = {row: Described(*cells) for row, *cells in database.select_rows(query, rows)}
    for story in stories:
        describe_members(story, found)
    return stories


def describe_members(story: dict[str, Any], found: Mapping[int, Described]) -> None:
    """Add to each member of a story what is said of it.

    Args:
        story: The story as it is stored; it is changed.
        found: What is said of documents by row; nothing of one that is left out.
    """
    ids = {member["row"]: member["doc_id"] for member in story["members"]}
    for member in story["members"]:
        url, title, host, representative = found.get(member["row"], Described())
        copy_of = None if representative is None else ids.get(representative)
        member.update(url=url, title=title, host=host, copy_of=copy_of)
