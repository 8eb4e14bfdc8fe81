"""Zip archives read from their beginning on: from stdin, packed once more, or cut."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Generator
from dataclasses import dataclass

from dedup.models import Reason, Rejection
from dedup.read.archives import Member, safe_member_name
from dedup.read.input import Input
from dedup.read.streams import StreamFault

ENCRYPTED = 0x1
UTF8 = 0x800
STORED, DEFLATED = 0, 8

# Sizes follow the content.
_DESCRIBED = 0x8
_LOCAL = struct.Struct("<5H3L2H")
_MEMBER = b"PK\3\4"
_DIRECTORY = (b"PK\1\2", b"PK\5\6", b"PK\6\6")
_DESCRIPTOR = b"PK\7\x08"
_UNKNOWN = 0xFFFFFFFF
_STEP = 16_384


@dataclass(slots=True)
class _Header:
    """What precedes a member.

    Attributes:
        flags: Bits.
        method: How it is packed.
        checksum: CRC-32 of its content; 0 where it follows the content.
        packed: Bytes as packed, -1 where they follow the content.
        name: Its name, made safe; empty for a folder.
    """

    flags: int
    method: int
    checksum: int
    packed: int
    name: str


class _Content:
    """A member's bytes, unpacked."""

    def __init__(self, source: Input, header: _Header) -> None:
        """Begin where the archive has been read to."""
        self._source = source
        self._header = header
        self._decoder = zlib.decompressobj(-15) if header.method == DEFLATED else None
        self._left = header.packed
        self._checksum = 0
        self.ended = False
        self.failed = False

    def read(self, size: int) -> bytes:
        """Return the next bytes, at most ``size``; none at the end of the member.

        Raises:
            StreamFault: They are damaged, or the archive ends within them.
        """
        while not self.ended:
            chunk = self._next(size)
            self._checksum = zlib.crc32(chunk, self._checksum)
            if chunk:
                return chunk
        return b""

    def is_empty(self) -> bool:
        """Return whether the member has no bytes, as a folder, and the sizes of none follow."""
        follows = _DESCRIPTOR.startswith(self._source.body.peek(4)[:4])
        self.ended = follows and self._described() == 0
        return self.ended

    def skip(self) -> None:
        """Read to the end."""
        while self.read(_STEP):
            pass

    def skip_packed(self) -> bool:
        """Read past damaged bytes; return whether their number is known."""
        while self._left > 0 and (taken := self._source.body.read(min(_STEP, self._left))):
            self._left -= len(taken)
        return self._left == 0

    def _next(self, size: int) -> bytes:
        """Unpack a piece, and look at the checksum behind the last."""
        waiting = self._source.body.peek(1)[:_STEP]
        waiting = waiting if self._left < 0 else waiting[: self._left]
        decoder = self._decoder
        try:
            chunk = decoder.decompress(waiting, size) if decoder else waiting[:size]
        except zlib.error as error:
            raise self._fault(str(error)) from error
        unread = len(decoder.unconsumed_tail) + len(decoder.unused_data) if decoder else 0
        taken = self._source.body.read(len(waiting) - unread if decoder else len(chunk))
        self._left -= len(taken) if self._left > 0 else 0
        self.ended = decoder.eof if decoder else self._left == 0
        if not (taken or chunk or self.ended):
            raise self._fault("it ends before its end")
        if self.ended:
            expected = self._described() if self._header.packed < 0 else self._header.checksum
            if expected != zlib.crc32(chunk, self._checksum):
                raise self._fault("its checksum is wrong")
        return chunk

    def _described(self) -> int | None:
        """Return the checksum that follows the content, and read past the sizes behind it."""
        body = self._source.body
        word = body.read(4)
        word = body.read(4) if word == _DESCRIPTOR else word
        if len(word) < 4:
            return None
        # Sizes have four bytes or eight: behind them is the next member or the directory.
        body.read(8)
        if not b"PK".startswith(body.peek(2)[:2]):
            body.read(8)
        return int.from_bytes(word, "little")

    def _fault(self, detail: str) -> StreamFault:
        self.failed = True
        return StreamFault(self._source.fault or damaged(detail))


def streamed_members(source: Input) -> Generator[Member, None, bool]:
    """Yield the members of an archive, each to be read before the next.

    Returns:
        Whether its directory was reached, behind all members.
    """
    body = source.body
    while (sign := body.read(4)) == _MEMBER:
        header = _header(source)
        if header is None:
            break
        content = _Content(source, header)
        if header.method == STORED and header.packed < 0 and not content.is_empty():
            detail = "the size of a member follows it: give the archive as a file of its own"
            yield Member(header.name, damaged(detail))
            return False
        if header.name:
            yield Member(header.name, refusal(header.flags, header.method) or content)
        if content.failed or refusal(header.flags, header.method):
            if not content.skip_packed():
                return False
            continue
        try:
            content.skip()
        except StreamFault as fault:
            yield Member(header.name, fault.rejection)
            if not content.skip_packed():
                return False
    if sign in _DIRECTORY:
        return True
    yield Member("", source.fault or damaged("it is cut, or no member begins here"))
    return False


def _header(source: Input) -> _Header | None:
    """Read what precedes a member, None where the archive ends in it."""
    fixed = source.body.read(_LOCAL.size)
    if len(fixed) < _LOCAL.size:
        return None
    _, flags, method, _, _, checksum, packed, size, name_size, extra_size = _LOCAL.unpack(fixed)
    name, extra = source.body.read(name_size), source.body.read(extra_size)
    if len(name) < name_size or len(extra) < extra_size:
        return None
    if packed == _UNKNOWN:
        packed = _long_size(extra, size == _UNKNOWN)
    if flags & _DESCRIBED and not packed:
        packed = -1
    text = member_name(name, flags)
    return _Header(
        flags, method, checksum, packed, "" if text.endswith("/") else safe_member_name(text)
    )


def _long_size(extra: bytes, both: bool) -> int:
    """Return the packed size in an extra field of eight bytes a number; -1 where there is none."""
    begin, at = 0, 8 if both else 0
    while len(extra) - begin >= 4:
        kind, length = struct.unpack_from("<2H", extra, begin)
        field = extra[begin + 4 : begin + 4 + length]
        begin += 4 + length
        if kind == 1 and len(field) >= at + 8:
            return min(int.from_bytes(field[at : at + 8], "little"), 1 << 62)
    return -1


def member_name(name: bytes, flags: int) -> str:
    """Return a member's name; many programs write UTF-8 and do not say so, some backslashes."""
    try:
        text = name.decode("utf-8")
    except UnicodeDecodeError:
        text = name.decode("utf-8" if flags & UTF8 else "cp437", "backslashreplace")
    return text.replace("\\", "/")


def refusal(flags: int, method: int) -> Rejection | None:
    """Return why a member cannot be read whatever its bytes are, or None."""
    if flags & ENCRYPTED:
        return Rejection(Reason.ENCRYPTED, "it is encrypted: unpack it first")
    if method not in (STORED, DEFLATED):
        detail = "it is compressed in a way that is not read: unpack it first"
        return Rejection(Reason.UNKNOWN_KIND, detail)
    return None


def damaged(detail: str) -> Rejection:
    """Return the rejection of an archive or a member that is damaged."""
    return Rejection(Reason.BROKEN_ZIP, f"the ZIP archive is damaged: {detail}")
