"""Records of a program to those that a run reads: dicts, and the rows of tables and data sets.

No library is imported to find out whether something is its table: the names of classes say it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dedup.config import ReadConfig
from dedup.errors import InputError
from dedup.models import RawRecord, Reason, Rejection
from dedup.read.json_value import TOO_DEEP, is_too_deep
from dedup.read.records import record, rejected
from dedup.read.table_values import batch_rows, distinct_names, json_fields

SOURCE = "records"
"""``source`` of the records of a program, and the beginning of the ids of those without one."""

# Rows of a table that are objects of Python at once: of a table of pages, some 10 MB.
_ROWS = 64

_COLUMN = "one column is no table: pass the table that it is a column of"
_SETS = "a {} holds several data sets: pass one of them, as in data['train']"

# Tables of which some, or all, have no Arrow stream, or one that is in memory as a whole.
_TABLES = ("pandas.DataFrame", "datasets.Dataset", "duckdb.DuckDBPyRelation")

# Rows that DuckDB makes at once: those of one of its vectors.
_VECTOR = 2_048

_REFUSED = {
    "polars.LazyFrame": "a LazyFrame has no rows yet: pass what its collect() returns",
    "pandas.Series": _COLUMN,
    "polars.Series": _COLUMN,
    "pyarrow.Array": _COLUMN,
    "pyarrow.ChunkedArray": _COLUMN,
    "datasets.DatasetDict": _SETS.format("DatasetDict"),
    "datasets.IterableDatasetDict": _SETS.format("IterableDatasetDict"),
}


MIXED = "give records or paths, not both at once"
"""What is wrong with an input that holds both."""


def raw_records(records: Iterable[Mapping[str, Any]], config: ReadConfig) -> Iterator[RawRecord]:
    """Yield records as those of a file; those without an id are named by their number, from 1.

    >>> [each.doc_id for each in raw_records([{"id": 7}, {"text": "Rain"}], ReadConfig())]
    ['7', 'records:2']
    """
    for number, each in enumerate(records, 1):
        yield raw_record(each, f"{SOURCE}:{number}", config)


def raw_record(given: Mapping[str, Any], fallback_id: str, config: ReadConfig) -> RawRecord:
    """Return one record as that of a file.

    Args:
        given: The record; it is not changed.
        fallback_id: The id of a record without one.
        config: Says which field is which, and how large a document may be.

    >>> raw_record({"text": b"Rain"}, "a", ReadConfig()).text
    'Rain'
    """
    fault = None
    try:
        fields = json_fields(given, config)
        if is_too_deep(fields):
            fault = TOO_DEEP
    except RecursionError:  # it may even be in itself
        fault = TOO_DEEP
    except OverflowError as error:
        fault = str(error)
    if fault:
        return rejected(fallback_id, SOURCE, Rejection(Reason.BROKEN_JSON, fault))
    return record(fields, SOURCE, fallback_id, config)


def is_table(items: Any) -> bool:
    """Return whether something is a table: a DataFrame, an Arrow table, a data set.

    >>> import pyarrow
    >>> is_table(pyarrow.table({"text": ["Rain"]})), is_table([{"text": "Rain"}])
    (True, False)
    """
    names = _names(items)
    if not names.isdisjoint(_REFUSED):
        return False
    return hasattr(items, "__arrow_c_stream__") or not names.isdisjoint(_TABLES)


def rows_of(table: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a table by the names of its columns, batch by batch.

    A repeated name gets a number. The index of a pandas DataFrame is a column where it has a name.

    Args:
        table: What :func:`is_table` is true of.

    Raises:
        InputError: The table cannot be read, as that of a query which fails.

    >>> import pyarrow
    >>> list(rows_of(pyarrow.table({"id": [1, 2], "text": ["Rain", None]})))
    [{'id': 1, 'text': 'Rain'}, {'id': 2, 'text': None}]
    """
    names = _names(table)
    if "pandas.DataFrame" in names:
        return _rows_of_pandas(table)
    if "datasets.Dataset" in names:
        return _rows_of_data_set(table)
    if "duckdb.DuckDBPyRelation" in names:  # its own stream has all rows before the first
        name = "to_arrow_reader" if hasattr(table, "to_arrow_reader") else "fetch_arrow_reader"
        return _rows_of_stream(getattr(table, name)(_VECTOR))
    return _rows_of_stream(table)


def _names(items: Any) -> set[str]:
    """Return the names of the classes of an object, each behind that of its package."""
    return {f"{each.__module__.partition('.')[0]}.{each.__name__}" for each in type(items).__mro__}


def refuse_others(inputs: Any) -> None:
    """Refuse what holds no records, and is no path.

    Args:
        inputs: What a program passed in.

    Raises:
        TypeError: Says what to pass instead.
    """
    for name in sorted(_names(inputs) & _REFUSED.keys()):
        raise TypeError(_REFUSED[name])
    if isinstance(inputs, Mapping):
        raise TypeError("one dict is one record: pass a list, as in [record]")
    if isinstance(inputs, bytes | bytearray):
        raise TypeError("bytes are no path: pass a page as a record, as in [{'html': page}]")
    if not (isinstance(inputs, Path | Iterable) or is_table(inputs)):
        raise TypeError(
            f"{type(inputs).__name__} is neither paths, nor records (dicts), nor a table (a "
            "DataFrame, an Arrow table, a data set): pass one of these"
        )


def program_rows(records: Any) -> Iterator[Mapping[str, Any]]:
    """Yield each record that a program passed in, values as the program has them.

    Args:
        records: Records as dicts; a table, or several one after the other.

    Raises:
        InputError: A table cannot be read.
        TypeError: It holds no records, or something else beside them.

    >>> list(program_rows([{"text": "Rain"}]))
    [{'text': 'Rain'}]
    """
    refuse_others(records)
    return rows_of(records) if is_table(records) else _rows_of_items(records)


def _rows_of_items(items: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    """Yield records, those of tables among the items one after the other.

    Raises:
        TypeError: An item is neither.
    """
    for each in items:
        if isinstance(each, Mapping):
            yield each
        elif isinstance(each, str | Path):
            raise TypeError(MIXED)
        elif is_table(each):
            yield from rows_of(each)
        else:
            raise TypeError(f"a record is a dict, not {type(each).__name__}: pass it as one")


def _rows_of_stream(table: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of what is an Arrow stream."""
    import pyarrow as pa  # slow to import: most runs pass no table

    try:
        for batch in pa.RecordBatchReader.from_stream(table):
            for at in range(0, batch.num_rows, _ROWS):
                yield from batch_rows(batch.slice(at, _ROWS))
    except (pa.ArrowException, OSError) as error:
        fault = str(error).partition(". Detail: ")[0]  # a traceback, where Python made the stream
        raise InputError(f"the table cannot be read: {fault}") from error


def _rows_of_data_set(data: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a data set, all columns, whatever format its rows are shown in."""
    if data.format["type"] == "custom":  # a function makes the rows
        yield from data
        return
    for part in data.with_format("arrow").iter(batch_size=_ROWS):
        yield from _rows_of_stream(part)


def _rows_of_pandas(frame: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a DataFrame; a missing value is what pandas has for one."""
    columns = [(name, frame.iloc[:, at]) for at, name in enumerate(frame.columns)]
    columns += [
        (name, frame.index.get_level_values(at).to_series())
        for at, name in enumerate(frame.index.names)
        if name is not None
    ]
    names = distinct_names(str(name) for name, _ in columns)
    for at in range(0, len(frame), _ROWS):
        values = [column.iloc[at : at + _ROWS].astype(object) for _, column in columns]
        yield from (dict(zip(names, row, strict=True)) for row in zip(*values, strict=True))
