"""Objects to the rows of a table of comma-separated values, which a spreadsheet may open."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, get_args, get_type_hints

from dedup.json_codec import dump_json

# A spreadsheet runs a cell that begins so.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(kind: type[Any], rows: Iterable[Any]) -> Iterator[bytes]:
    """Yield a table of objects of a dataclass: its heading, then a line for each.

    The fields of an object in a field have columns of their own: ``weakest.score``. A list is JSON.
    What is missing is empty. A text that a spreadsheet would run as a formula begins with an
    apostrophe.

    Args:
        kind: The class.
        rows: Its objects.
    """
    names = [*_columns(kind)]
    yield _line(names)
    for row in rows:
        cells = dict(_cells(row))
        yield _line([_safe(cells.get(name)) for name in names])


def _columns(kind: type[Any], prefix: str = "") -> Iterator[str]:
    """Yield the columns of a dataclass."""
    hints = get_type_hints(kind)
    for each in fields(kind):
        inner = _inner(hints[each.name])
        if inner is None:
            yield f"{prefix}{each.name}"
        else:
            yield from _columns(inner, f"{prefix}{each.name}.")


def _inner(hint: Any) -> type[Any] | None:
    """Return the dataclass that a field holds, None for a field of another kind."""
    options = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return next((each for each in options if isinstance(each, type) and is_dataclass(each)), None)


def _cells(row: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield column and value of an object."""
    for each in fields(row):
        value = getattr(row, each.name)
        if is_dataclass(value):
            yield from _cells(value, f"{prefix}{each.name}.")
        else:
            yield f"{prefix}{each.name}", value


def _safe(value: Any) -> Any:
    """Return a cell: text that is no formula, a number, or JSON."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULAS) else value
    if isinstance(value, (list, tuple, Mapping)):
        return dump_json(value).decode()
    return str(value).lower() if isinstance(value, bool) else value


def _line(cells: list[Any]) -> bytes:
    """Return one line of the table."""
    line = io.StringIO()
    # Only characters of the terminator are quoted; a bare carriage return would end the row.
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().removesuffix("\r\n").encode("utf-8", "replace") + b"\n"
