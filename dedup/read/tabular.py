"""CSV and TSV: one record a row, fields named by the first row."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator

from dedup.config import ReadConfig
from dedup.models import RawRecord, Reason, Rejection
from dedup.read.formats import suffix_of
from dedup.read.input import Input
from dedup.read.json_value import OVERHEAD
from dedup.read.records import record, rejected, too_large
from dedup.text_encoding import decode_text, in_utf8

_DELIMITERS = ",;\t"
# The widest tables of articles have some hundred columns; a name costs more memory than its comma.
_MOST_COLUMNS = 10_000

# The csv module keeps its limit in a C long, which has 32 bits on some systems.
_LARGEST = 2**31 - 1


class _Lines:
    """The lines of a text, for one row at most as many characters as are ``left``."""

    def __init__(self, text: io.TextIOWrapper, limit: int) -> None:
        self.last = ""
        self._text = text
        self._limit = limit
        self.left = limit

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._text.readline(self.left + 1)
        if not line:
            raise StopIteration
        self.last = line
        if len(line) > self.left:
            while line and not line.endswith(("\n", "\r")):
                line = self._text.readline(self._limit)
            raise csv.Error("the row is over the limit")
        self.left -= len(line)
        return line


def read_table(source: Input, config: ReadConfig) -> Iterator[RawRecord]:
    """Yield a record for each row; a bad row costs that row alone."""
    limit = config.max_document_bytes * OVERHEAD
    # The module's own limit, for the whole process, is 128 KiB. It is raised and never lowered,
    # since a reader elsewhere may rely on it; _Lines is what limits memory.
    csv.field_size_limit(min(max(csv.field_size_limit(), limit), _LARGEST))
    text = io.TextIOWrapper(in_utf8(source.body), "utf-8", newline="")
    lines = _Lines(text, limit)
    rows = _rows(csv.reader(lines, delimiter=_delimiter(source)), lines, limit)
    first = next(rows, [])
    if first is None or len(first) > _MOST_COLUMNS:
        too_wide = Rejection(
            Reason.BROKEN_TABLE, f"its first row names more than {_MOST_COLUMNS} columns"
        )
        yield rejected(f"{source.name}:1", source.name, too_wide if first else too_large(config))
        return
    header = _names(first)
    number = 0
    for row in rows:
        number += 1
        place = f"{source.name}:{number}"
        if row is None:
            yield rejected(place, source.name, too_large(config))
            continue
        if source.fault and not lines.last.endswith(("\n", "\r")):
            number -= 1  # the last row before a fault is cut, and part of what the fault has cost
            continue
        fields = dict(zip(header, row, strict=False))
        if len(row) > len(header):
            detail = f"{len(row)} columns where the first row names {len(header)}"
            fault = Rejection(Reason.BROKEN_TABLE, detail)
            yield rejected(place, source.name, fault, fields=fields)
        else:
            yield record(fields, source.name, place, config)
    if source.fault:
        yield rejected(f"{source.name}:{number + 1}", source.name, source.fault)


def _rows(rows: Iterator[list[str]], lines: _Lines, limit: int) -> Iterator[list[str] | None]:
    """Yield each row that is not blank; None for one that is too large."""
    while True:
        lines.left = limit
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error:
            yield None
            continue
        if len(row) > 1 or "".join(row).strip():
            yield row


def _names(row: list[str]) -> list[str]:
    """Return the names of the columns; a repeated one gets a number.

    >>> _names([" id", "text", "text"])
    ['id', 'text', 'text_2']
    """
    names: dict[str, None] = {}
    times: Counter[str] = Counter()
    for name in map(str.strip, row):
        numbered = name
        while numbered in names:
            times[name] += 1
            numbered = f"{name}_{times[name] + 1}"
        names[numbered] = None
    return list(names)


def _delimiter(source: Input) -> str:
    """Return the delimiter: a tab in ``.tsv``, else the most frequent one of the first line."""
    if suffix_of(source.name) == ".tsv":
        return "\t"
    first = decode_text(source.head).partition("\n")[0]
    return max(_DELIMITERS, key=first.count)
