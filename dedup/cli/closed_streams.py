"""Standard streams that are closed, or whose reader has gone: what is written to them is dropped.

`dedup run - --survivors - | head -1` ends as without `head`, with all its files. So does a run
whose messages find the disk full; one whose data does fails, once. A stream that is closed from the
start gets its number back: else the next file that is opened would have it, and get what libraries
write to the stream.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any, TextIO

STDOUT = "<stdout>"
"""What Python calls the stream, also as the file name of an error."""

_STREAMS = ("stdin", "stdout", "stderr")


class _Output(io.FileIO):
    """A stream that goes to nowhere from the moment when it takes no more."""

    def write(self, data: Any, /) -> int:
        """Write what the stream takes at once.

        Raises:
            OSError: Stdout takes no more, and not because its reader has gone. It is raised once:
                what is still in a buffer would end the process with an error of its own.
        """
        try:
            return super().write(data)
        except OSError as error:
            _redirect(self.fileno())
            if self.name == STDOUT and not isinstance(error, BrokenPipeError):
                raise OSError(error.errno, error.strerror, STDOUT) from None
            return super().write(data)


def hold_streams() -> None:
    """Open the standard streams that are closed, and let the others outlive their readers."""
    for number, name in enumerate(_STREAMS):
        try:
            os.fstat(number)
        except OSError:
            _redirect(number)
            setattr(sys, name, os.fdopen(number, "r" if number == 0 else "w", closefd=False))
    sys.stdout, sys.stderr = _outliving(sys.stdout), _outliving(sys.stderr)


def _redirect(number: int) -> None:
    """Let a file descriptor lead to nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    if nowhere != number:
        os.dup2(nowhere, number)
        os.close(nowhere)


def _outliving(stream: TextIO) -> TextIO:
    """Return a stream like one of the process, which outlives its reader."""
    raw = _Output(stream.fileno(), "w", closefd=False)
    raw.name = stream.name
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=bool(stream.line_buffering) or stream is sys.stderr,
    )
