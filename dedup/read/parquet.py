"""Parquet: one record a row, read batch by batch."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from dedup.config import ReadConfig
from dedup.models import RawRecord, Reason
from dedup.read.input import Input
from dedup.read.json_text import OVERHEAD
from dedup.read.records import record, rejected, too_large

# Rows held at once. A value that is stored once for many rows is held once for each of them, so few
# are taken, though with 64 a row is read in 28 microseconds instead of some 36.
_BATCH = 8


def read_parquet(source: Input, config: ReadConfig) -> Iterator[RawRecord]:
    """Yield a record for each row; a fault ends the file."""
    import pyarrow as pa  # slow to import, and most runs need none of it
    import pyarrow.parquet as pq

    if source.path is None or source.packing:
        where = f"inside {source.packing.name}" if source.packing else "from stdin"
        detail = f"Parquet cannot be read {where}: give it as a file of its own"
        yield rejected(source.name, source.name, Reason.UNKNOWN_KIND, detail)
        return
    number = 0
    limit = config.max_document_bytes * OVERHEAD
    try:
        with pq.ParquetFile(source.path, buffer_size=1 << 20, pre_buffer=False) as file:
            for batch in file.iter_batches(batch_size=_BATCH):
                for row in _rows(batch, limit, pa):
                    number += 1
                    place = f"{source.name}:{number}"
                    if row is None:
                        yield rejected(place, source.name, Reason.TOO_LARGE, too_large(config))
                    else:
                        yield record(row, source.name, place, config)
                # The bars and the digest go through the file as its rows do.
                source.read_through(source.size * number // max(number, file.metadata.num_rows))
    except (pa.ArrowException, OSError, ValueError) as error:
        place = f"{source.name}:{number + 1}"
        yield rejected(place, source.name, Reason.BROKEN_PARQUET, str(error))


def _rows(batch: Any, limit: int, pa: Any) -> Iterator[dict[str, Any] | None]:
    """Yield each row; None for one over the limit, of which no copy is made."""
    if batch.nbytes <= limit:
        yield from _converted(batch, pa)
        return
    for place in range(batch.num_rows):
        row = batch.slice(place, 1)
        if row.nbytes <= limit:
            yield from _converted(row, pa)
        else:
            yield None


def _converted(batch: Any, pa: Any) -> Iterator[dict[str, Any]]:
    columns = [_values(column, pa) for column in batch.columns]
    for values in zip(*columns, strict=True):
        yield {
            name: json_value(value) for name, value in zip(batch.schema.names, values, strict=True)
        }


def _values(column: Any, pa: Any) -> list[Any]:
    """Return a column's values.

    Times that Python cannot tell as finely or as far come as text, text that is not UTF-8 as bytes.
    """
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError, LookupError):
        is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        return list(column.cast(pa.binary() if is_text else pa.string()).to_pylist())


def json_value(value: Any) -> Any:
    r"""Return a value of a table as JSON has it.

    Times are ISO 8601, decimals text with all their digits, bytes text if they are UTF-8 and Base64
    if not, and what is not a number is null.

    >>> json_value({"day": date(2024, 2, 29), "raw": b"\xff"})
    {'day': '2024-02-29', 'raw': '/w=='}
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return _text(value)
    if isinstance(value, dict):
        return {str(key): json_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(inner) for inner in value]
    return str(value)


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return base64.b64encode(value).decode("ascii")
