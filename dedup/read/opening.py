"""Open what discovery found: a regular file inside of its INPUT folder, or one at an address."""

from __future__ import annotations

import io
import stat
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, cast

from dedup.locations import Location
from dedup.models import Reason, Rejection
from dedup.read.address_folders import reading
from dedup.read.discover import Source, real_path
from dedup.read.streams import unreadable

# Bytes of one request, each of which takes some hundredths of a second.
_REQUEST = 4 << 20


def open_source(source: Source) -> AbstractContextManager[BinaryIO] | Rejection:
    """Return an open file, or why it cannot or must not be opened.

    Raises:
        InputError: A file at an address cannot be read.
    """
    if source.path is None:
        return nullcontext(sys.stdin.buffer)
    if isinstance(source.path, Location):
        return _buffered(source.path)
    if source.root:
        target = real_path(source.path)
        if not target.is_relative_to(source.root):
            return Rejection(Reason.OUTSIDE_INPUT, f"a link to {target}, outside the INPUT folder")
    try:
        mode = source.path.stat().st_mode
        if stat.S_ISREG(mode):
            return source.path.open("rb", buffering=0)
    except OSError as error:
        return unreadable(error)
    if stat.S_ISDIR(mode):
        return Rejection(Reason.UNREADABLE, "a folder that cannot be listed")
    # Opening a pipe or a device can wait for ever.
    return Rejection(Reason.UNREADABLE, "not a regular file: pipe it in and name it -")


def open_again(place: Path | Location) -> AbstractContextManager[BinaryIO]:
    """Return a file that was opened already, to read it from any place in it.

    Raises:
        OSError: It cannot be opened.
        InputError: It is at an address and cannot be read.
    """
    return _at_address(place) if isinstance(place, Location) else place.open("rb")


class _AddressFile(io.RawIOBase):
    """A file at an address, see :func:`dedup.read.address_folders.reading`."""

    def __init__(self, file: Any, location: Location) -> None:
        """Read from an Arrow file."""
        super().__init__()
        self._file, self._location = file, location

    def readable(self) -> bool:
        """Return that this file can be read."""
        return True

    def seekable(self) -> bool:
        """Return that this file can be sought in."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with what there is; 0 is the end."""
        with reading(self._location):
            return int(self._file.readinto(buffer))

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, and return it."""
        with reading(self._location):
            return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        """Return the place."""
        return int(self._file.tell())


@contextmanager
def _at_address(location: Location) -> Iterator[BinaryIO]:
    """Open a file at an address."""
    with reading(location):
        opened = location.read()
        file = opened.__enter__()
    try:
        yield cast("BinaryIO", _AddressFile(file, location))
    finally:
        opened.__exit__(None, None, None)


@contextmanager
def _buffered(location: Location) -> Iterator[BinaryIO]:
    """Open a file at an address to be read from its beginning on."""
    with _at_address(location) as file:
        yield cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", file), _REQUEST))
