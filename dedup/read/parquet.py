"""Parquet: one record a row, read batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dedup.config import ReadConfig
from dedup.models import OWN_FIELDS, RawRecord, Reason, Rejection
from dedup.read.input import Input
from dedup.read.json_value import OVERHEAD, parse_json
from dedup.read.records import record, rejected, too_large
from dedup.read.table_values import batch_rows, json_fields

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
                for row in _rows(batch, limit):
                    number += 1
                    place = f"{source.name}:{number}"
                    if row is None:
                        yield rejected(place, source.name, too_large(config))
                        continue
                    fields = json_fields(row, config)
                    if own_fields:
                        fields = _as_it_was(fields, own_fields)
                    yield record(fields, source.name, place, config)
                # The progress bar and the digest advance through the file as its rows do.
                source.read_through(source.size * number // max(number, file.metadata.num_rows))
    except (pa.ArrowException, OSError, ValueError) as error:
        place = f"{source.name}:{number + 1}"
        yield rejected(place, source.name, Rejection(Reason.BROKEN_PARQUET, str(error)))


def _rows(batch: Any, limit: int) -> Iterator[dict[str, Any] | None]:
    """Yield each row; None for one over the limit, of which no copy is made."""
    whole = batch.nbytes <= limit
    for part in [batch] if whole else [batch.slice(at, 1) for at in range(batch.num_rows)]:
        if part.nbytes > limit:
            yield None
            continue
        yield from batch_rows(part)


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
