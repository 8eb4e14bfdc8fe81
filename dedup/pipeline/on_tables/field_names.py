"""Which fields the records of documents have, for rules that read them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dedup.engines.engine import Batches
from dedup.json_codec import dump_json, load_json
from dedup.pipeline.on_tables.stage_arrays import batch_of
from dedup.store.cells import expand

ASKED_FIELDS = pa.schema([("documents", pa.int64()), ("found", pa.list_(pa.int64()))])
"""How many documents of a partition were looked at, and the places of the fields that they have."""

FIELD_NAMES = pa.schema([("row", pa.int64()), ("names", pa.binary())])
"""Documents with the names of their fields, as JSON."""

_ROWS_AT_ONCE = 1_000


def asked_fields(asked: Sequence[str], batches: Batches) -> Batches:
    """Yield which of some fields the documents of a partition have; often the first has all.

    Args:
        asked: The fields.
        batches: Columns ``reason`` and ``fields`` of ``DOCUMENTS``.
    """
    missing, documents = dict.fromkeys(asked), 0
    for _, fields in _own_fields(batches, "reason"):
        documents += 1
        missing = {name: None for name in missing if name not in fields}
        if not missing:
            break
    found = [place for place, name in enumerate(asked) if name not in missing]
    yield batch_of(ASKED_FIELDS, ([documents], [found]))


def field_names(most: int, batches: Batches) -> Batches:
    """Yield the last documents of a partition with the names of their fields.

    Args:
        most: Documents that are yielded.
        batches: Columns ``row``, ``reason`` and ``fields`` of ``DOCUMENTS``, by row.
    """
    named = ((row, dump_json(list(fields))) for row, fields in _own_fields(batches, "row"))
    last = deque(named, most)
    rows, names = zip(*last, strict=True) if last else ((), ())
    yield batch_of(FIELD_NAMES, (rows, names))


def _own_fields(batches: Batches, column: str) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """Yield a cell and the own fields of each document that was not rejected."""
    for batch in batches:
        used = batch.filter(pc.is_null(batch["reason"]))
        for start in range(0, used.num_rows, _ROWS_AT_ONCE):
            part = used.slice(start, _ROWS_AT_ONCE)
            cells = zip(part[column].to_pylist(), part["fields"].to_pylist(), strict=True)
            for cell, fields in cells:
                yield cell, load_json(expand(fields))
