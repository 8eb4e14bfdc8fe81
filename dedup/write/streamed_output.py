"""Results to a stream that another program reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from dedup.errors import OutputError, refusal
from dedup.locations import Location, reason_of
from dedup.write.table_files import BUFFER, Lines, write_lines


def stream_out(file: BinaryIO, lines: Lines) -> None:
    """Write JSON lines to a stream that another program reads, to its end.

    Raises:
        OutputError: The stream takes no more, as on a full disk.
        BrokenPipeError: Its reader has closed it.
    """
    with _taken_by(file):
        write_lines(file, lines)
        file.flush()


def stream_files(file: BinaryIO, parts: Iterable[Location]) -> None:
    """Write the bytes of files, one behind another, to a stream that another program reads.

    Args:
        file: The stream.
        parts: The files, on this machine or at an address.

    Raises:
        OutputError: A file cannot be read, or the stream takes no more, as on a full disk.
        BrokenPipeError: Its reader has closed it.
    """
    blocks = (block for part in parts for block in _blocks(part))
    for block in blocks:
        with _taken_by(file):
            file.write(block)
    with _taken_by(file):
        file.flush()


def _blocks(part: Location) -> Iterator[bytes]:
    """Yield the bytes of a file.

    Raises:
        OutputError: It cannot be read.
    """
    try:
        with part.read() as opened:
            while block := opened.read(BUFFER):
                yield block
    except OSError as error:
        raise OutputError(
            f"cannot read {part} ({reason_of(error)}); try again with --resume",
            path=part.path if part.is_local else None,
        ) from error


@contextmanager
def _taken_by(file: BinaryIO) -> Iterator[None]:
    """Report a stream that takes no more."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise refusal(Path(str(getattr(file, "name", "the stream"))), error) from error
