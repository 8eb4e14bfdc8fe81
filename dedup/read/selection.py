"""Which inputs are read: ``--include`` and ``--exclude``, matched with their paths."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from dedup.config import ReadConfig
from dedup.read.globs import ANY_DEPTH, matches_path

LEFT_OUT = "left out by --include or --exclude"
"""What is counted as passed over."""

CRAWLERS_OWN = "file of a crawler, no page"
"""What is counted as passed over, too."""

# Beside the pages that they save, wget keeps the rules of each host, HTTrack also its log and a
# cache that has every page once more.
_CRAWLERS_OWN = frozenset({"robots.txt", "hts-log.txt", "hts-cache"})


def is_selected(paths: Iterable[str], config: ReadConfig, *, whole: bool = True) -> bool:
    """Return whether a file is read.

    A pattern without a slash matches any component of a path, one with a slash the path from its
    beginning. What matches a folder matches all that is in it.

    Args:
        paths: The file's paths, relative to all that it lies in.
        config: Has the patterns.
        whole: Whether the file has to match ``include``; folders and archives need not, as what
            is in them may.
    """
    if not (config.include or config.exclude):
        return True
    paths = tuple(paths)
    if any(_matches(path, config.exclude) for path in paths):
        return False
    return not (whole and config.include) or any(_matches(path, config.include) for path in paths)


def is_crawlers_own(path: str) -> bool:
    """Return whether a file or folder, or one that it lies in, is a crawler's own.

    >>> is_crawlers_own("x.example/robots.txt"), is_crawlers_own("x.example/robots.html")
    (True, False)
    """
    return not _CRAWLERS_OWN.isdisjoint(path.split("/"))


def _matches(path: str, patterns: tuple[str, ...]) -> bool:
    return any(matches_path(path, _components(pattern)) for pattern in patterns)


@functools.lru_cache(maxsize=256)
def _components(pattern: str) -> tuple[str, ...]:
    """Return the components of a pattern, ``**`` before one without a slash."""
    parts = tuple(part for part in pattern.split("/") if part not in ("", "."))
    return parts if "/" in pattern.rstrip("/") else (ANY_DEPTH, *parts)
