"""The members of stories with what their documents say of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from dedup.store.database import Database

# Members of stories that are looked up at once.
_MEMBERS_AT_ONCE = 5_000


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
    found = {row: cells for row, *cells in database.select_rows(query, rows)}
    for story in stories:
        ids = {member["row"]: member["doc_id"] for member in story["members"]}
        for member in story["members"]:
            url, title, host, representative = found.get(member["row"], (None,) * 4)
            member.update(url=url, title=title, host=host, copy_of=ids.get(representative))
    return stories
