"""Warnings about a run: its largest stories, and the hosts with most duplicates.

One wrong pair can remove most documents of an outlet, which the end of the run must show. Nothing
is changed or printed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dedup.config import ClusterConfig
from dedup.store import Store
from dedup.store.warning_queries import LISTED, as_warnings


def run_warnings(store: Store, config: ClusterConfig) -> Mapping[str, Any]:
    """Return the stories and hosts that a person should look at, as in the manifest.

    Args:
        store: Has the results of a run.
        config: The sizes and the share from which a story or a host is listed.

    Returns:
        ``stories`` and ``hosts``, the largest first, ties by name, at most 100 of each; and
        ``stories_in_all`` and ``hosts_in_all``, the numbers of all.
    """
    return as_warnings(
        store.warnings.large_stories(config.warn_story_size, LISTED),
        store.warnings.losing_hosts(config.warn_host_documents, config.warn_host_share, LISTED),
    )
