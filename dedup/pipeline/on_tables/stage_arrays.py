"""Rows between Arrow batches and the arrays that stages work on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.engines.engine import Batches
from dedup.kernels.array_types import Int64s, UInt32s
from dedup.match.similarity import PairScores
from dedup.pipeline.on_tables.partition import ragged
from dedup.pipeline.tables import COPY_PAIRS, COUNTS


def filled(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Yield the batches that have rows, as tables."""
    return (pa.Table.from_batches([batch]) for batch in batches if batch.num_rows)


def whole(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    """Return all rows of a partition as one table."""
    return pa.Table.from_batches(batches, schema).combine_chunks()


def numbers(table: pa.Table, *names: str) -> list[npt.NDArray[Any]]:
    """Return columns of numbers as arrays; null is NaN."""
    return [table[name].to_numpy() for name in names]


def distinct(one: Int64s, other: Int64s) -> tuple[Int64s, Int64s]:
    """Return the distinct pairs of two columns, ascending."""
    order = np.lexsort([other, one])  # much faster than numpy's unique over an axis
    one, other = one[order], other[order]
    new = np.append(True, (one[1:] != one[:-1]) | (other[1:] != other[:-1]))[: one.size]
    return one[new], other[new]


def matrix(column: pa.ChunkedArray, width: int) -> UInt32s:
    """Return a binary column of ``width`` uint32 values each as n x width."""
    return ragged(column).values.reshape(-1, width)


def cells(values: npt.NDArray[np.uint32]) -> pa.Array:
    """Return a matrix of uint32 as a binary column: the inverse of :func:`matrix`."""
    rows, width = values.shape
    bounds = pa.py_buffer(np.arange(0, (rows + 1) * width * 4, width * 4, dtype=np.int32))
    data = pa.py_buffer(np.ascontiguousarray(values, "<u4"))
    return pa.Array.from_buffers(pa.binary(), rows, [None, bounds, data])


def batch_of(schema: pa.Schema, columns: Sequence[Any]) -> pa.RecordBatch:
    """Return columns, arrays or lists, as one batch."""
    return pa.record_batch(list(map(pa.array, columns, schema.types)), schema=schema)


def pair_scores_of(table: pa.Table) -> PairScores:
    """Return the measured pairs of a table with the columns of ``COPY_PAIRS``."""
    return PairScores(*numbers(table, *COPY_PAIRS.names[:6]))


def as_they_are(batches: Batches) -> Batches:
    """Yield what is read, for those who ask for some columns of a table."""
    return batches


def count_rows(batches: Batches) -> Batches:
    """Yield the number of rows of a partition: a row of ``COUNTS``."""
    yield batch_of(COUNTS, ([sum(batch.num_rows for batch in batches)],))
