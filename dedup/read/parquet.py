"""Parquet: one record a row, read batch by batch; damage costs the rest of its row group."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from dedup.config import ReadConfig
from dedup.locations import Location
from dedup.models import OWN_FIELDS, RawRecord, Reason, Rejection
from dedup.read.input import Input
from dedup.read.json_value import OVERHEAD, parse_json
from dedup.read.opening import open_again
from dedup.read.records import record, rejected, too_large
from dedup.read.table_values import batch_rows, json_fields

# Rows in memory at once. A value that is stored once for many rows is copied for each of them, so
# few are taken, though with 64 a row is read in 28 microseconds instead of some 36.
_BATCH = 8

_BUFFER = 1 << 20


def read_parquet(source: Input, config: ReadConfig) -> Iterator[RawRecord]:
    """Yield a record for each row."""
    if source.path is None or source.compression:
        where = (
            f"inside {source.compression.name}"
            if source.compression
            else "from stdin or an archive"
        )
        detail = f"Parquet cannot be read {where}: give it as a file of its own"
        yield rejected(source.name, source.name, Rejection(Reason.UNKNOWN_KIND, detail))
        return
    with opened_parquet(source.path) as file:
        if isinstance(file, Rejection):
            yield rejected(f"{source.name}:1", source.name, file)
            return
        first = rows = 0
        for group in range(file.num_row_groups):
            for each in read_row_group(file, group, source.name, first, config):
                yield each
                rows += 1
                # The progress bar and the digest advance through the file as its rows do.
                if rows % _BATCH == 0:
                    source.read_through(source.size * rows // max(rows, file.metadata.num_rows))
            first += file.metadata.row_group(group).num_rows


@contextmanager
def opened_parquet(place: Path | Location) -> Iterator[Any]:
    """Open a file of Arrow's; yield the rejection of one that is damaged.

    Raises:
        InputError: It is at an address and cannot be read.
    """
    import pyarrow as pa  # slow to import: most runs read no Parquet
    import pyarrow.parquet as pq

    # Arrow reads a path faster than an open file of Python's.
    opened: AbstractContextManager[Any]
    opened = nullcontext(place) if isinstance(place, Path) else open_again(place)
    with opened as stored:
        try:
            file = pq.ParquetFile(stored, buffer_size=_BUFFER, pre_buffer=False)
        except (pa.ArrowException, OSError, ValueError) as error:
            yield Rejection(Reason.BROKEN_PARQUET, str(error))
            return
        with file:
            yield file


def read_row_group(
    file: Any, group: int, name: str, before: int, config: ReadConfig
) -> Iterator[RawRecord]:
    """Yield a record for each row of a row group, up to its first damage.

    Args:
        file: See :func:`opened_parquet`.
        group: Number of the row group, from 0.
        name: The source's name.
        before: Rows of the file before this group.
        config: Says which field is which, and how large a row may be.
    """
    import pyarrow as pa

    number = before
    limit = config.max_document_bytes * OVERHEAD
    try:
        own_fields = (file.schema_arrow.metadata or {}).get(OWN_FIELDS, b"").decode()
        for batch in file.iter_batches(batch_size=_BATCH, row_groups=[group]):
            for row in _rows(batch, limit):
                number += 1
                place = f"{name}:{number}"
                if row is None:
                    yield rejected(place, name, too_large(config))
                    continue
                fields = json_fields(row, config)
                if own_fields:
                    fields = _as_it_was(fields, own_fields)
                yield record(fields, name, place, config)
    except (pa.ArrowException, OSError, ValueError) as error:
        place = f"{name}:{number + 1}"
        yield rejected(place, name, Rejection(Reason.BROKEN_PARQUET, str(error)))


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
