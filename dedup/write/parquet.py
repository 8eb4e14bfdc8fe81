"""Lines of a table to a Parquet file of its declared schema, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from dedup.json_codec import dump_json
from dedup.write.schemas import SCHEMAS

Row = dict[str, Any]

# A batch is a row group. Readers want large ones, but a row may hold a page of megabytes.
ROWS_A_BATCH = 10_000
BYTES_A_BATCH = 32_000_000


def write_parquet(file: Path | BinaryIO, rows: Iterable[Row], table: str) -> None:
    """Write the rows of a table.

    Args:
        file: The file to write, or an open one.
        rows: The rows: JSON values by column.
        table: A key of ``SCHEMAS``.

    Raises:
        OSError: It cannot be written.
    """
    schema = SCHEMAS[table]
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            writer.write_batch(record_batch(batch, schema))


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield rows batch by batch, a batch that is full by number or by bytes."""
    batch: list[Row] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += len(dump_json(row))
        if len(batch) >= ROWS_A_BATCH or size >= BYTES_A_BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def record_batch(rows: list[Row], schema: pa.Schema) -> pa.RecordBatch:
    """Return rows as columns of the declared types.

    Args:
        rows: JSON values by column; times are ISO 8601 text.
        schema: The names and types of the columns.

    >>> record_batch([{"a": 1}, {}], pa.schema([("a", pa.int64())]))["a"].to_pylist()
    [1, None]
    """
    return pa.record_batch([_column(rows, field) for field in schema], schema=schema)


def _column(rows: list[Row], field: pa.Field) -> pa.Array:
    """Return one column of some rows."""
    values = [row.get(field.name) for row in rows]
    if pa.types.is_timestamp(field.type):
        values = [_moment(value) for value in values]
    try:
        return pa.array(values, field.type)
    except UnicodeEncodeError:
        return pa.array([without_surrogates(value) for value in values], field.type)


def _moment(text: str | None) -> datetime | None:
    """Return the time of a date as the store has it; a day without a time is its midnight, UTC."""
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def without_surrogates(value: Any) -> Any:
    """Return a JSON value with question marks for lone surrogates, which UTF-8 cannot hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {name: without_surrogates(each) for name, each in value.items()}
    return [without_surrogates(each) for each in value] if isinstance(value, list) else value
