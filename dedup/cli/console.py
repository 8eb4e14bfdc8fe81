"""The console that results for a person are printed on, and texts of a dump on it."""

from __future__ import annotations

import io
import json
import re
import sys
from typing import IO, TYPE_CHECKING, Any, TextIO, cast

import click

from dedup.errors import printable

if TYPE_CHECKING:
    from rich.console import Console

WIDE = 100
"""Columns from which two documents stand side by side."""

_PADDING = re.compile(r" +$", re.MULTILINE)

_CONTROLS = re.compile("[\x7f-\x9f]")
"""Control characters that JSON may have as they are."""

_NOT_ASCII = re.compile("[^ -~]")

_JOINERS = re.compile("([\u200c\u200d]+)")


class _Unpadded(io.TextIOBase):
    """A stream that leaves out spaces at the ends of lines, which fill the columns of tables."""

    def __init__(self, stream: TextIO) -> None:
        """Write to another stream."""
        self._stream = stream

    def write(self, text: str, /) -> int:
        """Write what was printed, whole lines."""
        self._stream.write(_PADDING.sub("", text))
        return len(text)

    def flush(self) -> None:
        """Flush the stream."""
        self._stream.flush()

    def close(self) -> None:
        """Leave the stream open; a flush by the collector would drop its error."""


def console() -> Console:
    """Return a console on stdout: as wide as the terminal, without colours where it is none.

    Texts of the dump must pass through :func:`readable` or :func:`dedup.errors.printable`, and are
    never read as markup.
    """
    from rich.console import Console  # --help must not wait for it

    if isinstance(sys.stdout, io.TextIOWrapper):  # its encoding may have no letters but Latin ones
        sys.stdout.reconfigure(errors="backslashreplace")
    stream = sys.stdout if sys.stdout.isatty() else _Unpadded(sys.stdout)
    return Console(file=cast("IO[str]", stream), markup=False, highlight=False, emoji=False)


def readable(text: str | None, most: int = 300) -> str:
    r"""Return a text of the dump on one line: what cannot be seen is escaped, joiners stay.

    Joiners change the form of the letters beside them in some scripts, and nothing else.

    Args:
        text: The text; an empty one for None.
        most: Characters that are shown.

    >>> readable("Ferry\n aground\x1b[2J", 20)
    'Ferry aground\\x1b[2J'
    """
    text = text or ""
    cut = text[:most]
    parts = _JOINERS.split(re.sub(r"\s+", " ", cut))
    shown = "".join(part if place % 2 else printable(part) for place, part in enumerate(parts))
    return f"{shown}…" if len(text) > most else shown


def echo_json(value: Any) -> None:
    """Print a value as JSON on one line, without a character that a terminal obeys.

    Where stdout is a terminal, whatever cannot be seen there is escaped: the value is the same.
    """
    from dedup.json_codec import dump_json

    text = dump_json(value).decode()
    unseen = _NOT_ASCII if sys.stdout.isatty() else _CONTROLS
    click.echo(
        text if text.isprintable() else unseen.sub(lambda found: _json_escape(found[0]), text)
    )


def _json_escape(character: str) -> str:
    """Return a character that cannot be seen as JSON escapes it, another one as it is."""
    return character if character.isprintable() else json.dumps(character)[1:-1]
