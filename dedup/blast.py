"""What a run would do on a large scale: its largest stories, and hosts that lose most documents.

One wrong link can empty an outlet; that must be seen at the end of a run, not by a reader of the
survivors. Nothing is changed or printed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import nsmallest
from itertools import count
from typing import Any, TypeVar

from dedup.config import GroupConfig
from dedup.store import Store

Item = TypeVar("Item")

LargeStory = tuple[int, str, str, int]
"""Row of the canonical, id of the story, id of the canonical, documents."""

Loss = tuple[str, int, int]
"""A host, its documents without the rejected, and how many of them are duplicates."""

LISTED = 100
"""Most stories and most hosts that are told one by one; more are only counted."""

DECIMALS = 6


def blast_radius(store: Store, config: GroupConfig) -> dict[str, Any]:
    """Return the stories and hosts that a person should look at, as the manifest tells them.

    Memory is that of the longest lists told, and of one story at a time.

    Args:
        store: Holds the results of a run.
        config: From where a story or a loss is large.

    Returns:
        ``stories`` and ``hosts``, the largest first, ties by name, at most 100 of each; and
        ``stories_in_all`` and ``hosts_in_all``, the numbers of all.
    """
    stories, stories_in_all = largest_stories(store.results.large_stories(config.report_size))
    hosts, hosts_in_all = losing_hosts(store.results.losses(), config)
    about = store.results.about_stories([row for row, *_ in stories])
    return {
        "stories": [
            {
                "story_id": story_id,
                "canonical_id": canonical_id,
                "size": size,
                **about[row],
                "weakest": _rounded(about[row]["weakest"]),
            }
            for row, story_id, canonical_id, size in stories
        ],
        "stories_in_all": stories_in_all,
        "hosts": [
            {
                "host": host,
                "documents": documents,
                "lost": lost,
                "share": round(lost / documents, DECIMALS),
            }
            for host, documents, lost in hosts
        ],
        "hosts_in_all": hosts_in_all,
    }


def largest_stories(stories: Iterable[LargeStory]) -> tuple[list[LargeStory], int]:
    """Return the stories with most documents, ties by id of the story, and the number of all.

    >>> largest_stories([(0, "s-b", "x", 50), (7, "s-a", "y", 50), (3, "s-c", "z", 90)])
    ([(3, 's-c', 'z', 90), (7, 's-a', 'y', 50), (0, 's-b', 'x', 50)], 3)
    """
    return _first(stories, lambda story: (-story[3], story[1]))


def losing_hosts(losses: Iterable[Loss], config: GroupConfig) -> tuple[list[Loss], int]:
    """Return the hosts that lose most documents, ties by name, and the number of all.

    A host that loses nothing is none of them, whatever the share.

    >>> losing_hosts([("a", 10, 4), ("b", 10, 5), ("c", 9, 9), ("d", 20, 18)], GroupConfig())
    ([('d', 20, 18), ('b', 10, 5)], 2)
    """
    large = (
        (host, documents, lost)
        for host, documents, lost in losses
        if documents >= config.report_host and lost and lost / documents >= config.report_share
    )
    return _first(large, lambda loss: (-loss[2], loss[0]))


def _rounded(link: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a link with its score as it is written."""
    return link and {**link, "score": round(link["score"], DECIMALS)}


def _first(items: Iterable[Item], key: Callable[[Item], Any]) -> tuple[list[Item], int]:
    """Return the first items by a key, and the number of all; keeps no more than it returns."""
    passed = count()
    listed = nsmallest(LISTED, (item for item, _ in zip(items, passed, strict=False)), key)
    return listed, next(passed)
