"""The same records in all that a program may have them in."""

from __future__ import annotations

import csv
import json

import datasets
import duckdb
import pandas
import polars
import pyarrow
import pyarrow.parquet

datasets.disable_progress_bars()


def as_columns(records):
    """Each field of some records as one list, None where a record lacks it."""
    names = dict.fromkeys(name for each in records for name in each)
    return {name: [each.get(name) for each in records] for name in names}


def arrow(records, folder=None):
    return pyarrow.Table.from_pylist(records, schema=pyarrow.table(as_columns(records)).schema)


def _chunks(table):
    return pyarrow.Table.from_batches(table.to_batches(max_chunksize=7))


def _duckdb(records, folder):
    table = arrow(records)
    return duckdb.connect().from_arrow(table)


def _data_set(records, folder):
    return datasets.Dataset.from_dict(as_columns(records))


def _shuffled_and_back(records, folder):
    """A data set whose rows are in another order in memory than they are for its reader."""
    backwards = datasets.Dataset.from_dict(as_columns(records[::-1]))
    return backwards.select(range(len(records) - 1, -1, -1))


def _json_lines(records, folder):
    path = folder / "records.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in records), "utf-8")
    return path


def _parquet(records, folder):
    path = folder / "records.parquet"
    pyarrow.parquet.write_table(arrow(records), path)
    return path


def _csv(records, folder):
    path = folder / "records.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(as_columns(records)))
        writer.writeheader()
        writer.writerows(records)
    return path


HOLDERS = {
    "dicts": lambda records, folder: records,
    "generator": lambda records, folder: (dict(each) for each in records),
    "pandas": lambda records, folder: pandas.DataFrame(records),
    "pandas by columns of objects": lambda records, folder: pandas.DataFrame(records, dtype=object),
    "pandas with the id as its index": lambda records, folder: pandas.DataFrame(records).set_index(
        "id"
    ),
    "pandas in parts": lambda records, folder: (
        pandas.DataFrame(records[at : at + 50]) for at in range(0, len(records), 50)
    ),
    "polars": lambda records, folder: polars.DataFrame(as_columns(records)),
    "Arrow": arrow,
    "Arrow in chunks": lambda records, folder: _chunks(arrow(records)),
    "Arrow in batches": lambda records, folder: arrow(records).to_batches(max_chunksize=7),
    "Arrow stream": lambda records, folder: arrow(records).to_reader(max_chunksize=7),
    "data set": _data_set,
    "data set in another order": _shuffled_and_back,
    "data set shown as NumPy": lambda records, folder: _data_set(records, folder).with_format(
        "numpy", columns=["id"]
    ),
    "data set with a function": lambda records, folder: _data_set(records, folder).with_transform(
        lambda rows: rows
    ),
    "streamed data set": lambda records, folder: _data_set(records, folder).to_iterable_dataset(
        num_shards=2
    ),
    "DuckDB": _duckdb,
    "JSON lines": _json_lines,
    "Parquet": _parquet,
    "CSV": _csv,
}
"""By name: takes records and a folder for files."""
