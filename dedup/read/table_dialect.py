"""How a table separates its columns, and what a quote and a backslash mean in it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_DELIMITERS = ",;\t|"

# A beginning with so many characters is likely to end within a row.
_CUT_LENGTH = 10_000

# The first line that tells Excel the delimiter; a program that adds blank columns to it writes the
# delimiter once more for each. A tab may be written as an escape.
_SEP_LINE = re.compile(r'"?sep=(\\t|[^"\r\n])"?(?: |\1)*(?=[\r\n])', re.IGNORECASE)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")

# Backslashes before a quote, a backslash or a line end, as MySQL and Spark write them; before any
# other letter Spark's are letters themselves.
_ESCAPED = re.compile(r'\\(["\\]|\r\n|\r|\n)')
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_MYSQL_ESCAPE = re.compile(r"\\(\r\n|.)", re.DOTALL)
# Line ends as letters, as the clients of MySQL and PostgreSQL write them: behind a sentence, in a
# table in which a backslash is never anything else.
_LINE_END_LETTERS = re.compile(r"""[.!?…"'»”’)\]。！？]\\n""")
_LETTERS = re.compile(r"\\[\\abfnrtvNZ0\t]")
_MYSQL_LETTERS = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}


class Dialect(NamedTuple):
    """The way that a table is written.

    Attributes:
        delimiter: What stands between two columns.
        quoted: Whether a value that begins with a quote ends with one.
        escaped: Whether a backslash takes the meaning off a quote, a delimiter and a line end.
    """

    delimiter: str
    quoted: bool = True
    escaped: bool = False

    def rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        r"""Yield the rows of lines, each with its line end; no line is taken before it is needed.

        Raises:
            csv.Error: Quotes are broken. The next row begins with the next line.

        >>> list(Dialect("\t", quoted=False, escaped=True).rows(["a\\\tb\t\\\n", "c\n"]))
        [['a\tb', '\nc']]
        """
        if self.quoted:
            fixed = map(with_doubled_quotes, lines) if self.escaped else lines
            return csv.reader(fixed, delimiter=self.delimiter, strict=True)
        if not self.escaped:
            return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)
        return _escaped_rows(lines, self.delimiter)


def with_doubled_quotes(line: str) -> str:
    r"""Return a line whose quotes with a backslash are doubled instead.

    >>> with_doubled_quotes(r'1,"a \"b\" c:\\"')
    '1,"a ""b"" c:\\"'
    """
    if "\\" not in line:
        return line
    return _ESCAPED.sub(lambda match: '""' if match[1] == '"' else match[1], line)


def has_sep_line(text: str) -> bool:
    r"""Return whether a table begins with the line that tells Excel its delimiter.

    >>> has_sep_line("sep=;\r\nid;text"), has_sep_line("id;text")
    (True, False)
    """
    return _SEP_LINE.match(text) is not None


def dialect_of(text: str, *, tabs: bool) -> Dialect:
    r"""Return the dialect in which the first rows of a table fit its first row best.

    Args:
        text: The beginning of the table.
        tabs: Whether its name says that tabs separate its columns.

    >>> dialect_of("id\ttext\n1\t\"Rain\" fell\n2\tSnow\n", tabs=True)
    Dialect(delimiter='\t', quoted=False, escaped=False)
    """
    lines = [line for line in _LINE.findall(text) if line]
    sep_line = _SEP_LINE.match(text)
    lines = lines[1:] if sep_line else lines
    cut = len(lines) > 2 and len(text) >= _CUT_LENGTH
    lines = lines[:-1] if cut else lines
    header = next((line for line in lines if line.strip()), "")
    named = sep_line[1].replace("\\t", "\t") if sep_line else "\t" if tabs else None
    delimiter = named or max(_DELIMITERS, key=header.count)
    dialects = [
        Dialect(delimiter),
        Dialect(delimiter, escaped=True),
        Dialect(delimiter, quoted=False),
    ]
    if any(ends_with_escape(line) or "\\" + delimiter in line for line in lines):
        dialects.insert(1, Dialect(delimiter, quoted=False, escaped=True))
    if delimiter == "\t" and _has_line_end_letters("".join(lines)):
        dialects.insert(0, Dialect(delimiter, quoted=False, escaped=True))
    # Equal ones: quotes are quotes and backslashes letters unless that fits worse.
    return min(dialects, key=lambda dialect: _misfits(dialect, lines, cut=cut))


def _has_line_end_letters(text: str) -> bool:
    r"""Return whether a text has line ends as letters, and no other backslash.

    >>> _has_line_end_letters(r"Rain.\nSnow."), _has_line_end_letters(r"See C:\new. Or .\docs.\n")
    (True, False)
    """
    return _LINE_END_LETTERS.search(text) is not None and "\\" not in _LETTERS.sub("", text)


def _misfits(dialect: Dialect, lines: list[str], *, cut: bool) -> int:
    """Return how many rows have another number of columns than the first, and other oddities."""
    rows = dialect.rows(iter(lines))
    columns, misfits, open_at_end = 0, 0, False
    if not dialect.escaped:
        misfits += sum(ends_with_escape(line) for line in lines)
    while True:
        try:
            row = next(rows, None)
        except csv.Error:
            misfits += 1
            open_at_end = cut
            continue
        if row is None:
            return misfits - open_at_end
        open_at_end = False
        if not any(map(str.strip, row)):
            continue
        columns = columns or len(row)
        misfits += len(row) != columns
        if not dialect.quoted:  # quotes around a value are no part of it
            misfits += sum(_QUOTED.fullmatch(cell) is not None for cell in row)


def _escaped_rows(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """Yield rows without quotes, in which a backslash may precede a delimiter or a line end."""
    cell = re.compile(rf"((?:[^\\{re.escape(delimiter)}]|\\.)*)(?:{re.escape(delimiter)}|\Z)", re.S)
    pieces: list[str] = []
    for line in lines:
        pieces.append(line)
        if ends_with_escape(line):
            continue
        yield _cells("".join(pieces), cell)
        pieces = []
    if pieces:
        yield _cells("".join(pieces), cell)


def ends_with_escape(line: str) -> bool:
    r"""Return whether a line end has a backslash before it that is none's own.

    >>> ends_with_escape("a\\\n"), ends_with_escape("a\\\\\n"), ends_with_escape("a\n")
    (True, False, False)
    """
    bare = line.rstrip("\r\n")
    return bare != line and (len(bare) - len(bare.rstrip("\\"))) % 2 == 1


def _cells(text: str, cell: re.Pattern[str]) -> list[str]:
    """Return the values of one row."""
    values: list[str] = []
    at = 0
    bare = re.sub(r"(?:\r\n|\r|\n)\Z", "", text)
    while True:
        found = cell.match(bare, at)
        if not found:  # a lone backslash at the end
            return [*values, bare[at:]]
        values.append(found[1] if found[1] == "\\N" else _MYSQL_ESCAPE.sub(_letter, found[1]))
        if found.end() == len(bare) and found.end(1) == len(bare):
            return values
        at = found.end()


def _letter(escape: re.Match[str]) -> str:
    """Return what a backslash and a letter stand for."""
    return _MYSQL_LETTERS.get(escape[1], escape[1])
