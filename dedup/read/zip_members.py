"""Zip archives, member by member, by the directory at their end."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, BinaryIO

from dedup.read.archives import Member, safe_member_name
from dedup.read.input import Input
from dedup.read.opening import open_again
from dedup.read.streams import StreamFault, unreadable
from dedup.read.zip_stream import UTF8, damaged, member_name, refusal, streamed_members

# The directory is in memory: some ten bytes for each of its own.
_LONGEST_DIRECTORY = 32 << 20

# What the package raises on damage.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError,
    ValueError, OverflowError, struct.error,
)  # fmt: skip


class _TooLong(Exception):
    """A directory is too long to be read into memory."""


class _Bounded:
    """A file of which no more is read at once than a directory may have."""

    def __init__(self, file: BinaryIO) -> None:
        """Read from an open file."""
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def seekable(self) -> bool:
        """Return that this file can be sought in."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes.

        Raises:
            _TooLong: They are too many.
        """
        data = b"" if size > _LONGEST_DIRECTORY else self._file.read(size)
        if max(size, len(data)) > _LONGEST_DIRECTORY:
            raise _TooLong
        return data


class _Content:
    """A member's bytes."""

    def __init__(self, file: IO[bytes]) -> None:
        """Read from a member that is open."""
        self._file = file

    def read(self, size: int) -> bytes:
        """Return the next bytes.

        Raises:
            StreamFault: They are damaged.
        """
        try:
            return self._file.read(size)
        except _DAMAGE as error:
            raise StreamFault(damaged(str(error))) from error


def zip_members(source: Input) -> Iterator[Member]:
    """Yield the members of an archive in the order of its directory.

    Without a directory, with one that is too long, and where the archive cannot be sought in, they
    come as they are written.
    """
    if source.path is None or source.compression:
        yield from streamed_members(source)
        return
    try:
        opened = open_again(source.path)
    except OSError as error:
        yield Member("", unreadable(error))
        return
    with opened as file:
        try:
            archive = zipfile.ZipFile(_Bounded(file))
        except _TooLong:
            yield from streamed_members(source)
        except _DAMAGE as error:
            if (yield from streamed_members(source)):
                yield Member("", damaged(str(error)))
        else:
            yield from _members(archive, source)


def _members(archive: zipfile.ZipFile, source: Input) -> Iterator[Member]:
    """Yield the members of an open archive."""
    packed = 0
    for info in archive.infolist():
        if _name(info).endswith("/"):  # a folder
            continue
        packed += info.compress_size
        if packed > archive.start_dir:  # all of them stand before the directory
            yield Member("", damaged("its members overlap"))
            return
        # The progress bar and the digest advance through the file.
        source.read_through(info.header_offset)
        yield from _member(archive, info)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[Member]:
    name = safe_member_name(_name(info))
    mode = info.external_attr >> 16
    if stat.S_ISLNK(mode):
        yield Member(name, "link in an archive")
    elif refused := refusal(info.flag_bits, info.compress_type):
        yield Member(name, refused)
    else:
        try:
            file = archive.open(info)
        except _DAMAGE as error:
            yield Member(name, damaged(str(error)))
            return
        with file:
            yield Member(name, _Content(file))


def _name(info: zipfile.ZipInfo) -> str:
    """Return a member's name, of which the package has made a text."""
    text = info.filename
    with suppress(UnicodeError):
        return member_name(
            text.encode("utf-8" if info.flag_bits & UTF8 else "cp437"), info.flag_bits
        )
    return text.replace("\\", "/")
