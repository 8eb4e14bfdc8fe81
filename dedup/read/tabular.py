"""CSV and TSV: one record a row, fields named by the first row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from dedup.config import ReadConfig
from dedup.models import RawRecord, Reason, Rejection
from dedup.read.formats import suffix_of
from dedup.read.input import Input
from dedup.read.json_value import OVERHEAD
from dedup.read.records import record, rejected, too_large
from dedup.read.table_dialect import dialect_of, has_sep_line
from dedup.read.table_rows import Lines, TableRows
from dedup.read.table_values import distinct_names
from dedup.text_encoding import decode_text, in_utf8

# The widest tables of articles have some hundred columns; a name costs more memory than its comma.
_MOST_COLUMNS = 10_000

# The csv module keeps its limit in a C long, which has 32 bits on some systems.
_LARGEST = 2**31 - 1

# How MySQL and PostgreSQL write that there is no value.
_NULL = "\\N"


def read_table(source: Input, config: ReadConfig) -> Iterator[RawRecord]:
    """Yield a record for each row; a bad row costs that row alone."""
    limit = config.max_document_bytes * OVERHEAD
    # The module's own limit, for the whole process, is 128 KiB. It is raised and never lowered,
    # since a reader elsewhere may rely on it; Lines is what limits memory.
    csv.field_size_limit(min(max(csv.field_size_limit(), limit), _LARGEST))
    lines = Lines(io.TextIOWrapper(in_utf8(source.body), "utf-8", newline=""), limit)
    beginning = decode_text(source.head)
    dialect = dialect_of(beginning, tabs=suffix_of(source.name) == ".tsv")
    if has_sep_line(beginning):
        next(lines, None)
    first = _first_row(dialect.rows(lines), lines)
    if first is None or len(first) > _MOST_COLUMNS:
        too_wide = Rejection(
            Reason.BROKEN_TABLE, f"its first row names more than {_MOST_COLUMNS} columns"
        )
        yield rejected(f"{source.name}:1", source.name, too_wide if first else too_large(config))
        return
    header = distinct_names(map(str.strip, first))
    number = 0
    for number, (cells, fault) in enumerate(TableRows(lines, dialect, len(header)), start=1):
        place = f"{source.name}:{number}"
        if source.fault and not lines.ahead and not lines.last.endswith(("\n", "\r")):
            number -= 1  # the last row before a fault is cut, and part of what the fault has cost
            break
        fields = _fields(header, cells or [])
        if cells is None:
            yield rejected(place, source.name, too_large(config))
        elif fault:
            broken = Rejection(Reason.BROKEN_TABLE, fault)
            yield rejected(place, source.name, broken, fields=fields)
        else:
            yield record(fields, source.name, place, config)
    if source.fault:
        yield rejected(f"{source.name}:{number + 1}", source.name, source.fault)


def _first_row(rows: Iterator[list[str]], lines: Lines) -> list[str] | None:
    """Return the first row that is not blank; None for one that cannot be read."""
    while True:
        lines.begin()
        try:
            row = next(rows, None)
        except csv.Error:
            return None
        if row is None:
            return []
        if any(map(str.strip, row)) or len(row) > _MOST_COLUMNS:
            return row


def _fields(header: list[str], cells: list[str]) -> dict[str, str | None]:
    """Return the values of a row by the names of their columns."""
    fields: dict[str, str | None] = dict(zip(header, cells, strict=False))
    if _NULL in cells:
        fields = {name: None if value == _NULL else value for name, value in fields.items()}
    return fields
