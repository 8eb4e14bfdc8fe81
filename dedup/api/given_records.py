"""Records as a program has them, to those that a run reads: dicts, tables, data sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any


def is_table(items: Any) -> bool:
    """Return whether something is a table: a DataFrame, an Arrow table, a data set."""
    raise NotImplementedError


def rows_of(table: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a table as JSON values, batch by batch."""
    raise NotImplementedError


def _unused(_: Iterable[Any]) -> None:
    """Hold the place of what is to come."""
