"""Tar archives, member by member, as they come.

Cut by hand, because the package's reader seeks, keeps every member and takes headers of any length
into memory; it reads the header blocks.
"""

from __future__ import annotations

import tarfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass

from dedup.models import Reason, Rejection
from dedup.read.archives import Member, safe_member_name
from dedup.read.formats import TAR_BLOCK as BLOCK
from dedup.read.formats import tar_header
from dedup.read.input import Input
from dedup.read.streams import StreamFault

_MAGIC = slice(257, 262)
_STEP = 65_536

# Names and extended headers; some kB are usual.
_LONGEST_HEADER = 1 << 20
_MOST_MEMBERS = 10_000_000
# Bytes that an archive may unpack to in any case, and how many for each of its own beyond that.
# Copies of one page are packed some hundredfold.
_UNPACKED = 1 << 30
_MOST_EXPANSION = 2_000

_LONG_NAME = tarfile.GNUTYPE_LONGNAME
_EXTENDED = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE)
_HEADERS = (_LONG_NAME, tarfile.GNUTYPE_LONGLINK, *_EXTENDED, tarfile.XGLTYPE)
# Labels of archives, and lists of what a folder holds, which backups have.
_NOTES = (b"V", b"D")
# Members without bytes of their own, and what they are.
_EMPTY = {
    tarfile.DIRTYPE: "",
    tarfile.SYMTYPE: "link in an archive",
    tarfile.LNKTYPE: "link in an archive",
    tarfile.CHRTYPE: "device in an archive",
    tarfile.BLKTYPE: "device in an archive",
    tarfile.FIFOTYPE: "device in an archive",
}


@dataclass(slots=True)
class _Extended:
    """What extended headers say of the next member.

    Attributes:
        name: Its name; empty where its own header has it.
        size: Its bytes; -1 where its own header has them.
        is_sparse: Whether only the parts of it that are not zero are stored.
    """

    name: str = ""
    size: int = -1
    is_sparse: bool = False

    def add(self, header: bytes) -> None:
        """Take what an extended header says; it ends at the first damaged record."""
        at = 0
        while at < len(header):
            length, _, _ = header[at : at + 8].partition(b" ")
            if not (length.isdigit() and len(length) <= 7 and 0 < int(length) <= len(header) - at):
                break
            record = header[at + len(length) + 1 : at + int(length)]
            at += int(length)
            key, _, value = record.rstrip(b"\n").partition(b"=")
            if key == b"GNU.sparse.name" or (key == b"path" and not self.is_sparse):
                self.name = _text(value)
            elif key == b"size" and value.isdigit() and len(value) <= 18:
                self.size = int(value)
            self.is_sparse |= key.startswith(b"GNU.sparse.")


class _Content:
    """Bytes of an archive up to a position: a member, or all of it."""

    def __init__(self, source: Input, size: int) -> None:
        """Begin where the archive has been read to."""
        self._source = source
        self.left = size
        self.is_cut = False

    def read(self, size: int) -> bytes:
        """Return the next bytes, at most ``size``; none at the end of the member.

        Raises:
            StreamFault: The archive ends within it, or unpacks to too much.
        """
        chunk = self._source.body.read(min(size, self.left))
        self.left -= len(chunk)
        if not chunk and size and self.left:
            self.is_cut = True
            cut = Rejection(Reason.BROKEN_TAR, "the tar archive ends within it")
            raise StreamFault(self._source.fault or cut)
        unpacked = self._source.body.tell()
        if unpacked > max(_UNPACKED, _MOST_EXPANSION * self._source.stored_bytes):
            self.is_cut = True
            detail = f"the archive unpacks to over {_MOST_EXPANSION:,} times its size"
            raise StreamFault(Rejection(Reason.TOO_LARGE, detail))
        return chunk

    def skip(self) -> None:
        """Read to the end."""
        while self.left:
            self.read(_STEP)


def tar_members(source: Input) -> Iterator[Member]:
    """Yield the members of an archive, each to be read before the next, and each damaged part.

    Args:
        source: The archive; its body is read from the first byte on.
    """
    try:
        yield from _members(source)
    except StreamFault as fault:
        yield Member("", fault.rejection, source.locate(source.body.tell()))


def _members(source: Input) -> Iterator[Member]:
    header = _Extended()
    ended = damaged = False
    members = 0
    while block := source.body.read(BLOCK):
        position = source.body.tell() - len(block)
        if source.fault and len(block) < BLOCK:
            break
        if not block.strip(b"\0"):
            ended = True
            continue
        info = None if damaged and block[_MAGIC] != b"ustar" else tar_header(block)
        if info is None:
            if not damaged:
                yield _fault(source, position, "no header of a member begins here")
            damaged = True
            continue
        ended = damaged = False
        if info.type in _HEADERS and info.size <= _LONGEST_HEADER:
            content = _whole(source, info.size)
            if info.type == _LONG_NAME:
                header.name = _text(content.rstrip(b"\0"))
            elif info.type in _EXTENDED:
                header.add(content)
            continue
        members += 1
        if members > _MOST_MEMBERS:
            yield _fault(source, position, f"more than {_MOST_MEMBERS:,} members")
            return
        info.size = info.size if header.size < 0 else header.size
        info.type = tarfile.GNUTYPE_SPARSE if header.is_sparse else info.type
        if (yield from _member(source, info, safe_member_name(header.name or info.name))):
            return
        header = _Extended()
    if source.fault:
        raise StreamFault(source.fault)
    if not (ended or damaged):
        yield _fault(source, source.body.tell(), "it ends without its end mark: it may be cut")


def _member(source: Input, info: tarfile.TarInfo, name: str) -> Generator[Member, None, bool]:
    """Yield a member, and read what is left of it.

    Returns:
        Whether the archive ended in it, and its reader has met that end.
    """
    if info.type in _EMPTY:
        if what := _EMPTY[info.type]:
            yield Member(name, what)
        return False
    content = _Content(source, info.size)
    if info.type == tarfile.GNUTYPE_SPARSE:
        yield Member(name, Rejection(Reason.UNKNOWN_KIND, "a sparse file: unpack it first"))
    elif info.type in _NOTES:
        pass
    elif info.type in _HEADERS:
        yield Member(name, Rejection(Reason.BROKEN_TAR, "its header is too long"))
    else:
        yield Member(name, content)
    if content.is_cut:
        return True
    content.skip()
    _Content(source, -info.size % BLOCK).skip()
    return False


def _whole(source: Input, size: int) -> bytes:
    """Return the bytes of a header, and skip what fills its last block."""
    content = _Content(source, size)
    header = b"".join(iter(lambda: content.read(_STEP), b""))
    _Content(source, -size % BLOCK).skip()
    return header


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _fault(source: Input, position: int, detail: str) -> Member:
    rejection = Rejection(Reason.BROKEN_TAR, f"the tar archive is damaged: {detail}")
    return Member("", rejection, source.locate(position))
