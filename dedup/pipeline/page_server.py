"""The server from which workers for pages are forked; it imports nothing of what they need."""

from __future__ import annotations

from multiprocessing.context import BaseContext

from dedup.parallel.processes import worker_context

PRELOADED = ["dedup.pipeline.page_worker_preload", "dedup.pipeline.page_workers"]
"""What each worker needs; one that was killed is replaced in milliseconds."""


def start_server() -> BaseContext:
    """Start the server, unless it runs, and return how workers start.

    It takes a second to load what it loads. Whoever knows early that there will be pages calls
    this, and goes on meanwhile.
    """
    return worker_context(PRELOADED)
