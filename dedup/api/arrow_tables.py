"""Tables of a result for Arrow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from dedup.errors import InputError
from dedup.json_codec import dump_json
from dedup.read.table_values import distinct_names
from dedup.write.parquet import Row, record_batch, without_surrogates
from dedup.write.schemas import SCHEMAS

DECIDED = "dedup"
"""The column of a document with the decision on it."""

# Each column has a cell for each row, so their number must not grow with that of the rows.
_MOST_COLUMNS = 1_000


def result_table(rows: list[Row], table: str) -> pa.Table:
    """Return decisions, stories, rejected inputs or changes as the Parquet file of a run has them.

    >>> result_table([], "rejected").column_names
    ['id', 'source', 'reason', 'detail']
    """
    return pa.Table.from_batches([record_batch(rows, SCHEMAS[table])])


def document_table(rows: list[Row], table: str) -> pa.Table:
    """Return survivors or duplicates, a column for each field; fields are in order of appearance.

    Args:
        rows: Documents with their own fields and the decision.
        table: ``survivors`` or ``duplicates``.

    Raises:
        InputError: There are too many different fields.

    >>> rows = [{"id": "a", "n": 1, "dedup": {"size": 1}}, {"id": "b", "n": "two"}]
    >>> document_table(rows, "survivors")["n"].to_pylist()
    ['1', 'two']
    """
    names = list(dict.fromkeys(name for row in rows for name in row if name != DECIDED))
    if len(names) > _MOST_COLUMNS:
        raise InputError(
            f"the records have more than {_MOST_COLUMNS:,} different fields, too many for a table: "
            f"use the list .{table}"
        )
    columns = {
        shown: _column([row.get(name) for row in rows])
        for name, shown in zip(names, distinct_names(map(without_surrogates, names)), strict=True)
    }
    schema = SCHEMAS["survivors" if table == "survivors" else "annotated"]
    decided = pa.array([row.get(DECIDED) for row in rows], schema.field(DECIDED).type)
    return pa.table({**columns, DECIDED: decided})


def _column(values: list[Any]) -> pa.Array:
    """Return values of any types as one column: of the type that all have, or of texts."""
    if _is_narrow(values):
        try:
            return pa.array(values)
        except (pa.ArrowException, OverflowError, UnicodeEncodeError):
            pass  # of different types, too large a number, half of a surrogate pair
    return pa.array([_text(value) for value in values], pa.string())


def _text(value: Any) -> str | None:
    """Return a value as text: JSON, unless it is text."""
    if value is None:
        return None
    return str(without_surrogates(value if isinstance(value, str) else dump_json(value).decode()))


def _is_narrow(values: list[Any]) -> bool:
    """Return whether the objects in values have so few different fields that they are a struct."""
    found: set[tuple[str, ...]] = set()
    for path in _paths(values, ()):
        found.add(path)
        if len(found) > _MOST_COLUMNS:
            return False
    return True


def _paths(values: list[Any], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the path of each field of the objects in values."""
    for value in values:
        if isinstance(value, dict):
            for name, inner in value.items():
                yield (*path, name)
                yield from _paths([inner], (*path, name))
        elif isinstance(value, list):
            yield from _paths(value, path)
