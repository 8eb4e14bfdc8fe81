"""Zip archives, member by member, by the directory at their end."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import IO, BinaryIO

from dedup.config import ReadConfig
from dedup.models import Reason, Rejection
from dedup.read.archives import Member, safe_member_name
from dedup.read.input import Input
from dedup.read.streams import StreamFault

# An archive that cannot be sought in, as from stdin, is read into memory, as many documents long.
_MOST_DOCUMENTS = 10
# The directory is in memory: some ten bytes for each of its own.
_LONGEST_DIRECTORY = 64 << 20

_ENCRYPTED = 0x1
_UTF8 = 0x800
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

# What the package raises on damage.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError,
    ValueError, OverflowError, struct.error,
)  # fmt: skip


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
            StreamFault: They are too many.
        """
        data = b"" if size > _LONGEST_DIRECTORY else self._file.read(size)
        if max(size, len(data)) > _LONGEST_DIRECTORY:
            detail = f"its directory is larger than {_LONGEST_DIRECTORY >> 20} MiB: use tar"
            raise StreamFault(Rejection(Reason.TOO_LARGE, f"the ZIP archive is too long: {detail}"))
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
            raise StreamFault(_damaged(error)) from error


def zip_members(source: Input, config: ReadConfig) -> Iterator[Member]:
    """Yield the members of an archive in the order of its directory.

    Args:
        source: The archive.
        config: Says how large a document may be.
    """
    opened = _seekable(source, config)
    if isinstance(opened, Rejection):
        yield Member("", opened)
        return
    with opened as file:
        try:
            archive = zipfile.ZipFile(_Bounded(file))
        except StreamFault as fault:
            yield Member("", fault.rejection)
            return
        except _DAMAGE as error:
            yield Member("", _damaged(error))
            return
        yield from _members(archive, source)


def _members(archive: zipfile.ZipFile, source: Input) -> Iterator[Member]:
    """Yield the members of an open archive."""
    packed = 0
    for info in archive.infolist():
        if _name(info).endswith("/"):  # a folder
            continue
        packed += info.compress_size
        if packed > archive.start_dir:  # all of them stand before the directory
            detail = "the ZIP archive is damaged: its members overlap"
            yield Member("", Rejection(Reason.BROKEN_ZIP, detail))
            return
        # The progress bar and the digest advance through the file.
        source.read_through(info.header_offset)
        yield from _member(archive, info)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[Member]:
    name = safe_member_name(_name(info))
    mode = info.external_attr >> 16
    if stat.S_ISLNK(mode):
        yield Member(name, "link in an archive")
    elif info.flag_bits & _ENCRYPTED:
        yield Member(name, Rejection(Reason.ENCRYPTED, "it is encrypted: unpack it first"))
    elif info.compress_type not in _METHODS:
        detail = "it is compressed in a way that is not read: unpack it first"
        yield Member(name, Rejection(Reason.UNKNOWN_KIND, detail))
    else:
        try:
            file = archive.open(info)
        except _DAMAGE as error:
            yield Member(name, _damaged(error))
            return
        with file:
            yield Member(name, _Content(file))


def _name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; many programs write UTF-8 and do not say so, some backslashes."""
    name = info.filename
    if not info.flag_bits & _UTF8:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _seekable(source: Input, config: ReadConfig) -> AbstractContextManager[BinaryIO] | Rejection:
    """Return the archive as a file that can be sought in, or why there is none."""
    if source.path is not None and not source.compression:
        try:
            return source.path.open("rb")
        except OSError as error:
            return Rejection(Reason.UNREADABLE, error.strerror or str(error))
    most = _MOST_DOCUMENTS * config.max_document_bytes
    content = source.body.read(most + 1)
    if source.fault:
        return source.fault
    if len(content) > most:
        detail = f"a ZIP archive of over {most:,} bytes must be a file of its own"
        return Rejection(Reason.TOO_LARGE, detail)
    return nullcontext(io.BytesIO(content))


def _damaged(error: Exception) -> Rejection:
    return Rejection(Reason.BROKEN_ZIP, f"the ZIP archive is damaged: {error}")
