"""Parquet: one record a row, read batch by batch."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from dedup.config import ReadConfig
from dedup.models import OWN_FIELDS, RawRecord, Reason, Rejection
from dedup.read.input import Input
from dedup.read.json_value import OVERHEAD, parse_json
from dedup.read.records import record, rejected, too_large

# Rows in memory at once. A value that is stored once for many rows is copied for each of them, so
# few are taken, though with 64 a row is read in 28 microseconds instead of some 36.
_BATCH = 8


def read_parquet(source: Input, config: ReadConfig) -> Iterator[RawRecord]:
    """Yield a record for each row; a fault ends the file."""
    import pyarrow as pa  # slow to import: most runs read no Parquet
    import pyarrow.parquet as pq

    if source.path is None or source.compression:
        where = (
            f"inside {source.compression.name}"
            if source.compression
            else "from stdin or an archive"
        )
        detail = f"Parquet cannot be read {where}: give it as a file of its own"
        yield rejected(source.name, source.name, Rejection(Reason.UNKNOWN_KIND, detail))
        return
    number = 0
    limit = config.max_document_bytes * OVERHEAD
    try:
        with pq.ParquetFile(source.path, buffer_size=1 << 20, pre_buffer=False) as file:
            own_fields = (file.schema_arrow.metadata or {}).get(OWN_FIELDS, b"").decode()
            for batch in file.iter_batches(batch_size=_BATCH):
                for row in _rows(batch, limit, pa):
                    if row is not None and own_fields:
                        row = _as_it_was(row, own_fields)
                    number += 1
                    place = f"{source.name}:{number}"
                    if row is None:
                        yield rejected(place, source.name, too_large(config))
                    else:
                        yield record(row, source.name, place, config)
                # The progress bar and the digest advance through the file as its rows do.
                source.read_through(source.size * number // max(number, file.metadata.num_rows))
    except (pa.ArrowException, OSError, ValueError) as error:
        place = f"{source.name}:{number + 1}"
        yield rejected(place, source.name, Rejection(Reason.BROKEN_PARQUET, str(error)))


def _rows(batch: Any, limit: int, pa: Any) -> Iterator[dict[str, Any] | None]:
    """Yield each row; None for one over the limit, of which no copy is made."""
    whole = batch.nbytes <= limit
    for part in [batch] if whole else [batch.slice(at, 1) for at in range(batch.num_rows)]:
        if part.nbytes > limit:
            yield None
            continue
        columns = [_values(column, pa) for column in part.columns]
        for values in zip(*columns, strict=True):
            named = zip(part.schema.names, values, strict=True)
            yield {name: json_value(value) for name, value in named}


def _as_it_was(row: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the record of which a run wrote a row, as the same run writes it to JSON lines."""
    try:
        own = parse_json(str(row.get(name)).encode())
    except ValueError:
        return row
    if not isinstance(own, dict):
        return row
    record = {column: value for column, value in row.items() if value is not None}
    del record[name]
    if isinstance(moment := record.get("date"), str):
        record["date"] = moment.replace("+00:00", "Z")
    return {**record, **own}


def _values(column: Any, pa: Any) -> list[Any]:
    """Return a column's values: times out of Python's range as text, invalid UTF-8 as bytes."""
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
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return base64.b64encode(value).decode("ascii")
    if isinstance(value, dict):
        return {str(key): json_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(inner) for inner in value]
    return str(value)
