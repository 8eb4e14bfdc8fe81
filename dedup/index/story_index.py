"""An index that tells whether a record is a copy, a version or a telling of a known document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dedup.index.matches import Match


class StoryIndex:
    """Known documents, to be asked before the next one is stored."""

    def __init__(
        self,
        *,
        store: str | Path | None = None,
        redis: str | None = None,
        name: str = "dedup",
        level: str = "stories",
        **options: Any,
    ) -> None:
        """Open an index; see the class for the options."""
        raise NotImplementedError

    def add(self, record: Mapping[str, Any]) -> str:
        """Add a record, or replace the one of its id, and return its id."""
        raise NotImplementedError

    def add_all(self, records: Iterable[Mapping[str, Any]]) -> int:
        """Add records; those that cannot be used are left out. Return how many were added."""
        raise NotImplementedError

    def match(self, record: Mapping[str, Any]) -> list[Match]:
        """Return what the index knows of the story of a record, the best first."""
        raise NotImplementedError
