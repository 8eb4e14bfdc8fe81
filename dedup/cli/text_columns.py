"""Rows of texts in columns of fixed widths, printed one by one however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dedup.cli.console import readable

if TYPE_CHECKING:
    from rich.console import Console

ONE_LINE = 140
"""Columns of a terminal from which a document has one line, with its host and its id."""

_GAP = 2

# Characters of a text that are looked at; more fit into no column.
_LONGEST = 1000

# Lines that are longer are broken by the terminal alone.
_WRAPPED = 20_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        heading: What stands above it.
        width: Cells of the terminal; 0 for what the others leave.
        value: Returns the text of a row.
        is_right: Whether texts stand on its right side.
        by_ends: Whether a text that is too long keeps both ends, as ids do.
    """

    heading: str
    width: int
    value: Callable[[Any], str | None]
    is_right: bool = False
    by_ends: bool = False


def print_rows(
    rows: Iterator[Any],
    columns: Sequence[Column],
    target: Console,
    more: Callable[[Any], str | None] | None = None,
    *,
    is_whole: bool = False,
) -> None:
    """Print rows below the headings of their columns; nothing where there are none.

    Args:
        rows: The rows.
        columns: The columns.
        target: Where to.
        more: Returns what stands below a row, over all columns.
        is_whole: Whether that is a command to be copied: it is printed as it is, and the terminal
            alone breaks it.
    """
    widths = _widths(columns, target)
    for number, row in enumerate(rows):
        if not number:
            headings = [each.heading for each in columns]
            say(target, _line(headings, columns, widths), "bold")
        values = [readable(each.value(row), _LONGEST) for each in columns]
        say(target, _line(values, columns, widths))
        if (below := more(row) if more else None) and is_whole:
            say(target, f"  {below}", "dim")
        elif below:
            for line in broken(readable(below, _LONGEST), target.width - 2, target):
                say(target, f"  {line}", "dim")


def fitted(text: str, width: int, *, by_ends: bool = False) -> str:
    """Return a text that fills at most some cells of a terminal.

    >>> fitted("harborpost.example/2026/03/14/ferry.html", 16, by_ends=True)
    'harborpo…ry.html'
    >>> fitted("临海至云岭高速铁路", 8)
    '临海至…'
    """
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) <= width:
        return text
    head = (width - 1) - (width - 1) // 2 if by_ends else width - 1
    start = set_cell_size(text, head)
    if not by_ends:
        return f"{start.rstrip()}…"
    end = set_cell_size(text[::-1], width - 1 - head)[::-1]
    return f"{start}…{end}"


def broken(line: str, width: int, target: Console) -> Iterator[str]:
    """Yield a line in parts that fill at most some cells; as it is where nobody looks at it.

    Args:
        line: What can be printed.
        width: The cells.
        target: Where to. A line of a hostile length is left to the terminal.
    """
    from rich.text import Text

    if not line or len(line) > _WRAPPED or not target.is_terminal:
        yield line
        return
    for part in Text(line).wrap(target, width, overflow="fold"):
        yield part.plain.rstrip()


def say(target: Console, line: str, style: str = "") -> None:
    """Print a line, which is not broken."""
    from rich.text import Text

    if target.is_terminal:
        target.print(Text(line, style), soft_wrap=True)
    else:  # ten times as fast
        target.file.write(f"{line}\n")


def _widths(columns: Sequence[Column], target: Console) -> list[int]:
    """Return the width of each column; what is left of a line has no end where nobody looks."""
    taken = sum(each.width for each in columns) + _GAP * (len(columns) - 1)
    rest = target.width - taken if target.is_terminal else _LONGEST
    return [each.width or max(rest, len(each.heading)) for each in columns]


def _line(texts: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> str:
    """Return a row in its columns, without spaces behind it."""
    from rich.cells import cell_len

    cells = []
    for text, column, width in zip(texts, columns, widths, strict=True):
        shown = fitted(text, width, by_ends=column.by_ends)
        space = " " * (width - cell_len(shown))
        cells.append(space + shown if column.is_right else shown + space)
    return (" " * _GAP).join(cells).rstrip()
