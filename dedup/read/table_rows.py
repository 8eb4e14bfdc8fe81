"""The rows of a table. One whose quotes are broken costs itself, and none of those behind it."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple

from dedup.read.table_dialect import Dialect, with_doubled_quotes
from dedup.read.table_sync import WINDOW, RowGrammar

# Characters that may be read again beyond twice those of the table: broken quotes are looked
# at in several ways, and a hostile table has one in every line.
_SPARE = 4_000_000

_WHOLLY_QUOTED = re.compile(r'"[^"]*"')


class TooLong(csv.Error):
    """A row or line is over the limit."""


class Row(NamedTuple):
    """A row of a table, or lines that are none.

    Attributes:
        cells: Its values; None where it is over the limit; all that there are where it is broken.
        fault: What is wrong with it, empty for a whole row.
    """

    cells: list[str] | None
    fault: str = ""


class Lines:
    """The lines of a text, for one row at most as many characters as are left of the limit.

    Attributes:
        last: The last line that was read from the text.
        taken: The lines of the row at hand.
        number: How many lines were taken, from the first of the text on.
        size: Characters of the rows so far.
        ahead: Lines that were put back.
    """

    def __init__(self, text: io.TextIOWrapper, limit: int) -> None:
        """Read a text with rows of at most ``limit`` characters."""
        self.last = ""
        self.taken: list[str] = []
        self.number = self.size = 0
        self.ahead: deque[str] = deque()
        self._text = text
        self._limit = self._left = limit

    def begin(self) -> None:
        """Begin a row with the next line."""
        self.size += self._limit - self._left
        self.taken = []
        self._left = self._limit

    def put_back(self) -> None:
        """Give the lines of the row at hand back: they are the next lines again."""
        self.ahead.extendleft(reversed(self.taken))
        self.number -= len(self.taken)
        self._left = self._limit
        self.taken = []

    def peek(self) -> str:
        """Return the next line without taking it; nothing at the end."""
        if not self.ahead and (line := self._read()):
            self.ahead.append(line)
        return self.ahead[0] if self.ahead else ""

    def look(self, size: int) -> str:
        """Return the next lines without taking them, at least so many characters if there are."""
        found = sum(map(len, self.ahead))
        while found < size and (line := self._read()):
            self.ahead.append(line)
            found += len(line)
        return "".join(self.ahead)

    def __iter__(self) -> Lines:
        """Return itself."""
        return self

    def __next__(self) -> str:
        """Return the next line of a row.

        Raises:
            TooLong: The row is over the limit with it. It remains the next line, unless it is over
                the limit alone.
        """
        line = self.ahead.popleft() if self.ahead else self._read()
        if not line:
            raise StopIteration
        if len(line) > self._left:
            if self.taken:
                self.ahead.appendleft(line)
            else:
                self.number += 1
            raise TooLong
        self._left -= len(line)
        self.number += 1
        self.taken.append(line)
        return line

    def _read(self) -> str:
        """Read a line; of one over the limit only the beginning is kept."""
        self.last = line = self._text.readline(self._limit + 1)
        while len(line) > self._limit and not self.last.endswith(("\n", "\r")) and self.last:
            self.last = self._text.readline(self._limit)
        return line


class TableRows:
    """The rows of a table below the first, which names the columns."""

    def __init__(self, lines: Lines, dialect: Dialect, columns: int) -> None:
        """Read rows of so many columns."""
        self._lines = lines
        self._dialect = dialect
        self._columns = columns
        self._after_error = False
        self._read_again = 0
        # What the first column holds in the rows so far: a row shows by it where it begins.
        self._all_digits = self._all_words = True
        self._any = False
        self._grammar = RowGrammar(dialect, columns)
        mark = re.escape(dialect.delimiter)
        # A quote inside a value: no delimiter and no line end beside it.
        self._inner_quote = re.compile(rf'(?<=[^{mark}"\r\n])"(?=[^{mark}"\r\n])')

    def __iter__(self) -> Iterator[Row]:
        """Yield every row that is not blank."""
        rows = self._dialect.rows(self._lines)
        while True:
            self._lines.begin()
            try:
                cells = next(rows, None)
            except csv.Error:
                yield self._mended()
                continue
            if cells is None:
                return
            if not cells or not (cells[0].strip() or any(map(str.strip, cells))):
                continue
            if self._fits(cells):
                self._learn(cells[0])
                yield Row(cells)
            else:
                yield self._mended(cells)

    def _fits(self, cells: list[str]) -> bool:
        """Return whether a row is as the first says; blank columns too many are cut off."""
        self._trim(cells)
        if len(cells) > self._columns:
            return False
        if len(self._lines.taken) > 1 and self._has_swallowed():
            return False
        if len(cells) == self._columns:
            return not self._after_error or self._begins(cells[0])
        return not (self._after_error or any('\\"' in line for line in self._lines.taken))

    def _has_swallowed(self) -> bool:
        """Return whether all lines behind the first of a row look like rows themselves."""
        lines = self._lines.taken
        if not self._is_row(lines[1]) or not (self._dialect.quoted and self._any):
            return False  # most: their second line is a paragraph
        sure = self._columns > 2 or (len(lines) > 2 and self._columns == 2)
        return sure and all(map(self._is_row, lines[2:]))

    def _is_row(self, line: str) -> bool:
        """Return whether a line alone has the right columns."""
        if line.count(self._dialect.delimiter) != self._columns - 1:
            return False
        return self._begins(self._split(line)[0])

    def _learn(self, first: str) -> None:
        """Remember what the first column of a good row is like."""
        self._any = True
        self._after_error = False
        if self._all_words and not first.isdigit():
            self._all_digits = False
            self._all_words = " " not in first and first != ""

    def _begins(self, first: str) -> bool:
        """Return whether a value may be that of the first column."""
        if first.count('"') % 2:
            return False  # the end of a quoted value
        if self._any and self._all_digits:
            return first.isdigit()
        return not self._all_words or (first != "" and not any(map(str.isspace, first)))

    def _mended(self, cells: list[str] | None = None) -> Row:
        """Return the row at hand as it may have been meant, or what is wrong with it."""
        lines = self._lines
        if not lines.taken:
            return Row(None)
        if self._read_again > _SPARE + 2 * lines.size:
            size = sum(map(len, lines.taken))
            return self._broken("broken quotes", len(lines.taken), size, cells)
        escaped = any('\\"' in line for line in lines.taken)
        lines.put_back()
        if self._dialect.escaped and not self._dialect.quoted:
            return self._skipped(cells)
        row = self._quoted_row(with_doubled_quotes) if escaped else None
        row = row or self._quoted_row(lambda line: self._inner_quote.sub('""', line))
        row = row or self._unquoted_row()
        if row:
            self._learn(row[0])
            return Row(row)
        return self._skipped(cells)

    def _quoted_row(self, fixed: Callable[[str], str]) -> list[str] | None:
        """Return the next row with its lines changed, or None and no line taken."""
        reader = csv.reader(map(fixed, self._lines), delimiter=self._dialect.delimiter, strict=True)
        try:
            cells = next(reader, None)
        except csv.Error:
            cells = None
        self._read_again += sum(map(len, self._lines.taken))
        if cells and self._is_mended(cells):
            return cells
        self._lines.put_back()
        return None

    def _unquoted_row(self) -> list[str] | None:
        """Return the next line as a row in which quotes are letters, or None and no line taken."""
        lines = self._lines
        line = next(lines, "")
        for split in (self._split, self._csv_row):
            cells = split(line)
            self._trim(cells)
            if self._is_mended(cells) and self._may_begin(lines.peek()):
                return cells
        lines.put_back()
        return None

    def _is_mended(self, cells: list[str]) -> bool:
        """Return whether values are a row: a blank behind a delimiter is a sentence's."""
        if len(cells) != self._columns or any(cell[:1] == " " for cell in cells):
            return False
        return self._begins(cells[0])

    def _trim(self, cells: list[str]) -> None:
        """Cut blank columns off that the first row does not name."""
        while len(cells) > self._columns and not cells[-1].strip():
            cells.pop()

    def _csv_row(self, line: str) -> list[str]:
        """Return a line as a row in which text may follow a quoted value."""
        try:
            return next(csv.reader([line], delimiter=self._dialect.delimiter), [])
        except csv.Error:
            return []

    def _split(self, line: str) -> list[str]:
        """Return the values between delimiters; quotes around a whole value are taken off."""
        cells = line.rstrip("\r\n").split(self._dialect.delimiter)
        return [cell[1:-1] if _WHOLLY_QUOTED.fullmatch(cell) else cell for cell in cells]

    def _may_begin(self, line: str) -> bool:
        """Return whether a line may be the first of a row, or the end of the table."""
        if not line.strip():
            return True
        first, mark, rest = line.partition(self._dialect.delimiter)
        if self._columns > 1 and (not mark or rest[:1] == " "):
            return False
        if self._all_words or self._all_digits:
            return self._begins(first.strip('"'))
        return len(self._split(line)) == self._columns

    def _rows_begin(self) -> bool:
        """Return whether the lines from the next on are rows beyond doubt."""
        line = self._lines.peek()
        if not self._dialect.quoted or (self._columns < 2 and line[:1] != '"'):
            return False
        if self._read_again > _SPARE + 2 * self._lines.size:
            return False
        if '"' not in line and line.count(self._dialect.delimiter) < self._columns - 1:
            return False  # most, without a look at the lines behind them
        if self._any and not self._begins(self._split(line)[0].strip('"')):
            return False
        text = self._lines.look(WINDOW)
        self._read_again += len(text)
        return self._grammar.begins(text, cut=len(text) >= WINDOW)

    def _skipped(self, cells: list[str] | None) -> Row:
        """Pass over the next line and those behind it in which no row can begin."""
        lines, count, size = self._lines, 0, 0
        # Without a quote in it, a line with too many columns is a row, and the next is another.
        alone = cells is not None and '"' not in lines.peek() and not self._after_error
        sure = alone
        while line := lines.peek():
            if count and (sure := alone or self._rows_begin()):
                break
            if count and self._may_begin(line):
                break
            lines.begin()
            with suppress(TooLong):  # a line over the limit is passed over like the others
                next(lines)
            count += 1
            size += len(line)
        if cells is not None and len(cells) > self._columns:
            fault = f"{len(cells)} columns where the first row names {self._columns}"
        else:
            fault = "broken quotes"
        row = self._broken(fault, count, size, cells)
        self._after_error = not sure
        return row

    def _broken(self, fault: str, count: int, size: int, cells: list[str] | None) -> Row:
        """Return lines that are no row."""
        self._after_error = True
        first = self._lines.number - count + 1
        lines = f"line {first}" if count == 1 else f"lines {first} to {self._lines.number}"
        return Row(cells or [], f"{fault}: {lines}, {size} characters, were not read")
