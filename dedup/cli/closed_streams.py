"""Standard streams that are closed, or whose reader has gone: what is written to them is dropped.

`dedup run - --survivors - | head -1` ends as without `head`, with all its files. A stream that is
closed from the start gets its number back: else the next file that is opened would have it, and get
what libraries write to the stream.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any, TextIO

_STREAMS = ("stdin", "stdout", "stderr")


class _Pipe(io.FileIO):
    """A stream that goes to nowhere from the moment when its reader has gone."""

    def write(self, data: Any, /) -> int:
        """Write what the stream takes at once."""
        try:
            return super().write(data)
        except BrokenPipeError:
            _redirect(self.fileno())
            return super().write(data)
        except OSError:  # a full disk, which is reported; the rest is not tried again at the end
            _redirect(self.fileno())
            raise


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
    raw = _Pipe(stream.fileno(), "w", closefd=False)
    raw.name = stream.name
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=bool(stream.line_buffering) or stream is sys.stderr,
    )
