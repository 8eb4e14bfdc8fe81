"""The cells of documents as columns of a batch, read and replaced by place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

from dedup.pipeline.tables import DOCUMENTS
from dedup.store import Stored

Columns = dict[str, pa.Array]
"""Columns of ``DOCUMENTS`` by name, of one length."""

# The number of cells of each field of ``Stored``, in the order of the columns of ``DOCUMENTS``.
_WIDTHS = (21, 5, 6, 3, 2, 3)

_CELLS = list(DOCUMENTS)[1:]


def cells_of(inputs: Iterable[Stored]) -> list[pa.Array]:
    """Return the columns of ``DOCUMENTS`` behind ``row`` for the cells of some inputs."""
    rows = (
        chain.from_iterable(
            cells or (None,) * width for cells, width in zip(stored, _WIDTHS, strict=True)
        )
        for stored in inputs
    )
    columns = zip(*rows, strict=True)
    return [_array(cells, field.type) for cells, field in zip(columns, _CELLS, strict=True)]


def _array(cells: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Return cells as an array; lone surrogates become question marks, as in the store."""
    try:
        return pa.array(cells, kind)
    except UnicodeEncodeError:
        return pa.array([each and each.encode("utf-8", "replace") for each in cells]).cast(kind)


def columns_of(batch: pa.RecordBatch) -> Columns:
    """Return the columns of a batch by name."""
    return dict(zip(batch.schema.names, batch.columns, strict=True))


def pick(columns: Columns, places: Iterable[int], *names: str) -> Iterable[tuple[Any, ...]]:
    """Return some columns at some places, a tuple for each place."""
    index = pa.array(places, pa.int64())
    return zip(*(columns[name].take(index).to_pylist() for name in names), strict=True)


def replace_cells(columns: Columns, cells: Mapping[str, Mapping[int, Any]]) -> None:
    """Replace some cells.

    Args:
        columns: The columns, changed in place.
        cells: The new cells of some columns, by place.
    """
    for name, values in cells.items():
        column = columns[name]
        order = np.arange(len(column))
        order[list(values)] = len(column) + np.arange(len(values))
        both = [column, _array(list(values.values()), column.type)]
        columns[name] = pa.concat_arrays(both).take(pa.array(order))
