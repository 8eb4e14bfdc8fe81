"""The largest stories of a dump, and the hosts with most duplicates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dedup.json_codec import load_own_json
from dedup.store.database import Database

# Stories of which a document of the current dump is a member.
STORIES_OF_DUMP = (
    "story_id IN (SELECT DISTINCT story_id FROM decisions WHERE row >= ? AND story_id IS NOT NULL)"
)

LISTED = 100
"""Most stories and most hosts that a manifest lists; others are only counted."""

_DECIMALS = 6

Listed = tuple[list[dict[str, Any]], int]
"""Those that are listed, and the number of all."""


class Warnings:
    """What a person should look at among the results of the current dump."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._db = database

    def large_stories(self, size: int, most: int) -> Listed:
        """Return the largest stories with a document of the current dump, and how many there are.

        SQLite counts the members: a story may have as many as there are documents.

        Args:
            size: Fewest documents of a story.
            most: Most stories that are returned, the largest first, ties by id.

        Returns:
            For each story ``story_id``, ``canonical_id``, ``size``, its numbers of ``outlets`` and
            of ``rewrites`` (members that are ``derived`` or ``rewrite``), and ``weakest`` as in
            :class:`Story`; and the number of all such stories.
        """
        found = self._db.execute(
            "SELECT large.*, json_array_length(CAST(body AS TEXT), '$.outlets'), "
            "(SELECT count(*) FROM json_each(CAST(body AS TEXT), '$.members') "
            "WHERE json_extract(value, '$.relation') IN ('derived', 'rewrite')), "
            "json_extract(CAST(body AS TEXT), '$.weakest') FROM "
            "(SELECT count(*) OVER (), row, story_id, canonical_id, size FROM decisions "
            f"WHERE status = 'canonical' AND size >= ? AND {STORIES_OF_DUMP} "
            "ORDER BY size DESC, story_id LIMIT ?) AS large "
            "JOIN stories ON canonical = row ORDER BY size DESC, large.story_id",
            [size, self._db.first, most],
        ).fetchall()
        names = ("story_id", "canonical_id", "size", "outlets", "rewrites", "weakest")
        stories = [dict(zip(names, cells, strict=True)) for _, _, *cells in found]
        for story in stories:
            story["weakest"] = story["weakest"] and load_own_json(story["weakest"].encode())
        return stories, found[0][0] if found else 0

    def losing_hosts(self, documents: int, share: float, most: int) -> Listed:
        """Return the hosts with most duplicates in the current dump, and how many there are.

        Rejected documents are not counted.

        Args:
            documents: Fewest documents of a host.
            share: Least share of duplicates of a host; a host without duplicates is never returned.
            most: Most hosts that are returned, those with most duplicates first, ties by name.

        Returns:
            For each host ``host``, its numbers of ``documents`` and of ``duplicates``, and the
            latter by relation as ``relations``; and the number of all such hosts.
        """
        found = self._db.execute(
            "WITH counted AS (SELECT host, relation, count(*) AS number FROM documents d "
            "LEFT JOIN decisions c ON c.row = d.row AND c.status = 'duplicate' "
            "WHERE host IS NOT NULL AND d.reason IS NULL AND d.row >= ? GROUP BY 1, 2) "
            "SELECT count(*) OVER (), host, sum(number) AS documents, "
            "sum(number) FILTER (WHERE relation IS NOT NULL) AS duplicates, "
            "json_group_object(relation, number) FILTER (WHERE relation IS NOT NULL) "
            "FROM counted GROUP BY host "
            "HAVING documents >= ? AND duplicates AND 1.0 * duplicates / documents >= ? "
            "ORDER BY duplicates DESC, host LIMIT ?",
            [self._db.first, documents, share, most],
        ).fetchall()
        hosts = [
            {
                "host": host,
                "documents": total,
                "duplicates": duplicates,
                "relations": dict(sorted(load_own_json(relations.encode()).items())),
            }
            for _, host, total, duplicates, relations in found
        ]
        return hosts, found[0][0] if found else 0


def as_warnings(stories: Listed, hosts: Listed) -> Mapping[str, Any]:
    """Return large stories and losing hosts as they are in a manifest.

    Args:
        stories: As :meth:`Warnings.large_stories` returns them.
        hosts: As :meth:`Warnings.losing_hosts` returns them.
    """
    return {
        "stories": [_with_rounded_weakest(story) for story in stories[0]],
        "stories_in_all": stories[1],
        "hosts": [
            {
                **host,
                "share": round(host["duplicates"] / host["documents"], _DECIMALS),
                "lost": host["duplicates"],  # its name until the first release
            }
            for host in hosts[0]
        ],
        "hosts_in_all": hosts[1],
    }


def _with_rounded_weakest(story: dict[str, Any]) -> dict[str, Any]:
    """Return a story with the score of its weakest link as it is shown."""
    weakest = story["weakest"]
    rounded = weakest and {**weakest, "score": round(weakest["score"], _DECIMALS)}
    return {**story, "weakest": rounded}
