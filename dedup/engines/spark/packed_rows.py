"""Rows on their way through a shuffle: packed by the partition that they go to.

Spark's rows have no unsigned integers, and a row that it turns from columns to a row and back costs
more than its bytes. So many rows of one table, for one partition, are one row here: an Arrow record
batch in a cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa

from dedup.engines.engine import KEY, Batches
from dedup.engines.in_memory import partition_of
from dedup.engines.partition_tasks import buffered
from dedup.kernels.array_types import Int64s, UInt32s

PACKED = pa.schema([("to", pa.int64()), ("input", pa.int32()), ("rows", pa.binary())])
"""``to`` is the partition in the form of :func:`spark_numbers`, ``input`` the table; -1 for the
report of a task."""

PACKED_DDL = "`to` long, input int, `rows` binary"

REPORT = -1

PACK_BYTES = 64_000_000
"""Rows that are packed together."""

LARGEST_PACK = 8_000_000
"""Bytes of a row of a shuffle: some tens of these are in memory at once."""

_SEED = np.uint32(42)


def packed(number: int, batches: Batches, targets: Int64s) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a partition by the partitions of an exchange: rows of ``PACKED``.

    Args:
        number: Which table of the exchange it is.
        batches: Its rows, with a column ``KEY``.
        targets: The number of each partition of the exchange for the shuffle, int64.
    """
    for table in buffered(batches, PACK_BYTES):
        places = partition_of(table[KEY], targets.size)
        order = np.argsort(places, kind="stable")
        ordered = table.take(pa.array(order)).combine_chunks()
        bounds = np.searchsorted(places[order], np.arange(targets.size + 1))
        cells = list(_cells(ordered, bounds, targets))
        to, rows = zip(*cells, strict=True)
        numbers = np.full(len(cells), number, np.int32)
        yield pa.record_batch([to, pa.array(numbers), pa.array(rows, pa.binary())], schema=PACKED)


def _cells(table: pa.Table, bounds: Int64s, targets: Int64s) -> Iterator[tuple[int, bytes]]:
    """Yield the rows for each partition in cells."""
    (batch,) = table.to_batches()
    row_bytes = max(1, batch.nbytes // batch.num_rows)
    most = max(1, LARGEST_PACK // row_bytes)
    for place in np.flatnonzero(np.diff(bounds)).tolist():
        for start in range(bounds[place], bounds[place + 1], most):
            part = batch.slice(start, min(most, bounds[place + 1] - start))
            yield int(targets[place]), part.serialize().to_pybytes()


def unpacked(cells: Iterable[pa.Buffer], schema: pa.Schema) -> pa.Table:
    """Return packed rows of one table as they were."""
    batches = [pa.ipc.read_record_batch(cell, schema) for cell in cells]
    return pa.Table.from_batches(batches, schema).combine_chunks()


@lru_cache(maxsize=8)
def spark_numbers(partitions: int) -> tuple[int, ...]:
    """Return a number for each partition of a shuffle that Spark sends to that partition.

    ``repartition(n, column)`` puts a value where ``pmod(hash(value), n)`` is, and that hash is
    MurmurHash3 with seed 42. Another engine may put two of these numbers in one partition.

    Args:
        partitions: Partitions of the shuffle.
    """
    found = np.full(partitions, -1, np.int64)
    start = 0
    while (found < 0).any():
        values = np.arange(start, start + 16 * partitions)
        places = _murmur3(values).view(np.int32).astype(np.int64) % partitions
        first, at = np.unique(places, return_index=True)
        missing = found[first] < 0
        found[first[missing]] = values[at[missing]]
        start += values.size
    return tuple(found.tolist())


def _murmur3(values: Int64s) -> UInt32s:
    """Return MurmurHash3 (x86, 32 bits) of 64-bit numbers as ``Murmur3_x86_32.hashLong`` does."""
    words = values.view(np.uint64)
    with np.errstate(over="ignore"):
        hashed = np.full(values.size, _SEED, np.uint32)
        for word in ((words & np.uint64(0xFFFFFFFF)), (words >> np.uint64(32))):
            mixed = word.astype(np.uint32) * np.uint32(0xCC9E2D51)
            mixed = _rotated(mixed, 15) * np.uint32(0x1B873593)
            hashed = _rotated(hashed ^ mixed, 13) * np.uint32(5) + np.uint32(0xE6546B64)
        hashed ^= np.uint32(8)  # bytes of a value
        for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
            hashed = (hashed ^ (hashed >> np.uint32(shift))) * np.uint32(factor)
        found: UInt32s = hashed ^ (hashed >> np.uint32(16))
    return found


def _rotated(values: UInt32s, bits: int) -> UInt32s:
    """Return values with their bits moved to the left, in a circle."""
    found: UInt32s = (values << np.uint32(bits)) | (values >> np.uint32(32 - bits))
    return found


def cells_by_input(batch: pa.RecordBatch) -> Sequence[tuple[int, int, pa.Buffer]]:
    """Return number of partition, table, and rows of each row of ``PACKED``; nothing is copied."""
    to, inputs = (batch[name].to_pylist() for name in PACKED.names[:2])
    return [
        (number, table, batch["rows"][place].as_buffer())
        for place, (number, table) in enumerate(zip(to, inputs, strict=True))
    ]
