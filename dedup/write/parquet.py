"""Lines to a Parquet file, in bounded memory, whatever types the records mix."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from dedup.json_codec import dump_json, load_json

ROWS_A_BATCH = 1000


def write_parquet(path: Path, lines: Iterable[dict[str, Any] | bytes]) -> None:
    """Write JSON objects as rows of one table.

    A field whose values have no common type becomes text: strings as they are, other values as
    JSON. The lines pass a temporary file, because the types are known only after the last.

    Args:
        path: The file to write.
        lines: The rows; bytes are JSON already.

    Raises:
        OSError: It cannot be written.
    """
    with tempfile.TemporaryFile() as spool:
        schema = _schema(_spooled(lines, spool))
        spool.seek(0)
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            for rows in _batches(_without_surrogates(load_json(line)) for line in spool):
                writer.write_batch(_record_batch(rows, schema))


def _spooled(lines: Iterable[dict[str, Any] | bytes], spool: BinaryIO) -> Iterator[dict[str, Any]]:
    """Write lines to a temporary file, and yield them."""
    for line in lines:
        data = line if isinstance(line, bytes) else dump_json(line)
        spool.write(data + b"\n")
        yield _without_surrogates(load_json(data))


def _batches(lines: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    iterator = iter(lines)
    while rows := list(islice(iterator, ROWS_A_BATCH)):
        yield rows


def _schema(lines: Iterable[dict[str, Any]]) -> pa.Schema:
    """Return a type for each field that all its values fit."""
    types: dict[str, pa.DataType] = {}
    for rows in _batches(lines):
        for name in dict.fromkeys(name for row in rows for name in row):
            batch_type = _type_of([row.get(name) for row in rows])
            types[name] = _common_type(types.get(name, pa.null()), batch_type)
    return pa.schema(
        [(name, pa.string() if pa.types.is_null(each) else each) for name, each in types.items()]
    )


def _type_of(values: list[Any]) -> pa.DataType:
    """Return the common type of some values, text where there is none."""
    try:
        common = pa.array(values).type
        return common if _is_writable(common) else pa.string()
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        return pa.string()


def _is_writable(data_type: pa.DataType) -> bool:
    """Return whether Parquet can hold a type: structures without fields it cannot."""
    if pa.types.is_struct(data_type):
        return data_type.num_fields > 0 and all(_is_writable(part.type) for part in data_type)
    return not pa.types.is_list(data_type) or _is_writable(data_type.value_type)


def _without_surrogates(value: Any) -> Any:
    """Return a JSON value with question marks for lone surrogates, which UTF-8 cannot hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {
            _without_surrogates(name): _without_surrogates(each) for name, each in value.items()
        }
    return [_without_surrogates(each) for each in value] if isinstance(value, list) else value


def _common_type(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    """Return the type that holds both, text where there is none."""
    try:
        fields = [pa.schema([("value", each)]) for each in (one, other)]
        return pa.unify_schemas(fields, promote_options="permissive").field("value").type
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.string()


def _record_batch(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.RecordBatch:
    """Return rows as columns of the given types; text columns hold other values as JSON."""
    columns = []
    for field in schema:
        values = [row.get(field.name) for row in rows]
        if pa.types.is_string(field.type):
            values = [
                each if each is None or isinstance(each, str) else dump_json(each).decode()
                for each in values
            ]
        columns.append(pa.array(values, field.type))
    return pa.record_batch(columns, schema=schema)
