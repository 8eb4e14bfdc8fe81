"""Warnings about a run: its largest stories, and the hosts with most duplicates.

One wrong pair can remove most documents of an outlet, which the end of the run must show. Nothing
is changed or printed here.
"""

from __future__ import annotations

from typing import Any

from dedup.config import ClusterConfig
from dedup.store import Store

LISTED = 100
"""Most stories and most hosts that are listed; others are only counted."""

DECIMALS = 6


def run_warnings(store: Store, config: ClusterConfig) -> dict[str, Any]:
    """Return the stories and hosts that a person should look at, as in the manifest.

    Args:
        store: Has the results of a run.
        config: The sizes and the share from which a story or a host is listed.

    Returns:
        ``stories`` and ``hosts``, the largest first, ties by name, at most 100 of each; and
        ``stories_in_all`` and ``hosts_in_all``, the numbers of all.
    """
    stories, stories_in_all = store.warnings.large_stories(config.warn_story_size, LISTED)
    for story in stories:
        if story["weakest"]:
            story["weakest"]["score"] = round(story["weakest"]["score"], DECIMALS)
    hosts, hosts_in_all = store.warnings.losing_hosts(
        config.warn_host_documents, config.warn_host_share, LISTED
    )
    for host in hosts:
        host["share"] = round(host["duplicates"] / host["documents"], DECIMALS)
        host["lost"] = host["duplicates"]  # its name until the first release
    return {
        "stories": stories,
        "stories_in_all": stories_in_all,
        "hosts": hosts,
        "hosts_in_all": hosts_in_all,
    }
