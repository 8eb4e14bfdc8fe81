"""Warnings about a run: its largest stories, and the hosts with most duplicates.

One wrong pair can remove most documents of an outlet. The end of the run must show that. Nothing is
changed or printed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import nsmallest
from itertools import count
from typing import Any, TypeVar

from dedup.config import ClusterConfig
from dedup.store import Store

Item = TypeVar("Item")

LargeStory = tuple[int, str, str, int]
"""Row of the canonical, id of the story, id of the canonical, documents."""

Loss = tuple[str, int, int]
"""A host, its documents without the rejected, and how many of them are duplicates."""

LISTED = 100
"""Most stories and most hosts that are listed; more are only counted."""

DECIMALS = 6


def run_warnings(store: Store, config: ClusterConfig) -> dict[str, Any]:
    """Return the stories and hosts that a person should look at, as they stand in the manifest.

    Memory is that of the lists, and of one story at a time.

    Args:
        store: Holds the results of a run.
        config: From where a story or a share of duplicates is large.

    Returns:
        ``stories`` and ``hosts``, the largest first, ties by name, at most 100 of each; and
        ``stories_in_all`` and ``hosts_in_all``, the numbers of all.
    """
    stories, stories_in_all = largest_stories(store.results.large_stories(config.warn_story_size))
    hosts, hosts_in_all = losing_hosts(store.results.losses(), config)
    about = store.results.about_stories([row for row, *_ in stories])
    relations = store.results.relations_by_host([host for host, *_ in hosts])
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
                "relations": relations[host],
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


def losing_hosts(losses: Iterable[Loss], config: ClusterConfig) -> tuple[list[Loss], int]:
    """Return the hosts with most duplicates, ties by name, and the number of all.

    A host without duplicates is none of them, whatever the share.

    >>> losing_hosts([("a", 10, 4), ("b", 10, 5), ("c", 9, 9), ("d", 20, 18)], ClusterConfig())
    ([('d', 20, 18), ('b', 10, 5)], 2)
    """
    large = (
        (host, documents, lost)
        for host, documents, lost in losses
        if documents >= config.warn_host_documents
        and lost
        and lost / documents >= config.warn_host_share
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
