"""The four compressions of a file: how each is recognised and unpacked, piece by piece."""

from __future__ import annotations

import bz2
import lzma
import re
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import zstandard

from dedup.models import Reason, Rejection
from dedup.read.streams import Body, StreamFault

# Bytes handed to a decoder at once. They bound what one call can return: deflate expands at most
# 1032-fold (4 MB), and four bytes of zstd make a block of 128 KiB (16 MB).
_GZIP_STEP = 4096
_ZSTD_STEP = 512
# bz2 and xz decoders take a limit of what they return, so their step is only a matter of speed.
_BOUNDED_STEP = 65_536
_BOUNDED_OUTPUT = 1 << 20
# A header may ask for a dictionary of 4 GiB; xz -9 takes 64 MiB, and zstd is refused over 128 MiB.
_XZ_MEMORY = 128 << 20
# Window bits that make zlib read the gzip format and nothing else.
_GZIP_WINDOW = 31
# Members remembered to locate a record in the file: more than fit into what has been unpacked ahead
# of the reader, unless they are empty.
_MEMBERS = 1 << 17


@dataclass(frozen=True, slots=True)
class Compression:
    """One compression format.

    Attributes:
        name: Its usual name.
        suffix: The suffix it adds to a file's name.
        magic: Pattern of a packed file's first bytes.
        reason: The fixed word for a file that cannot be unpacked.
        new: Makes a decoder for one member (gzip), frame (zstd) or stream (bz2, xz).
        expand: Unpacks one piece with a decoder.
        error: What a decoder raises on damaged bytes.
        step: Bytes of a piece.
    """

    name: str
    suffix: str
    magic: re.Pattern[bytes]
    reason: Reason
    new: Callable[[], Any]
    expand: Callable[[Any, bytes], Iterator[bytes]]
    error: type[Exception]
    step: int


def _expand_gzip(decoder: Any, piece: bytes) -> Iterator[bytes]:
    """Unpack a piece; on damage first give out what is whole before it.

    zlib drops what a failing call has unpacked already, a wrong checksum at the end included, so
    the piece is gone through again byte by byte from a copy made before the call.
    """
    spare = decoder.copy()
    try:
        yield decoder.decompress(piece)
    except zlib.error:
        yield from (spare.decompress(piece[at : at + 1]) for at in range(len(piece)))


def _expand_bounded(decoder: Any, piece: bytes) -> Iterator[bytes]:
    yield decoder.decompress(piece, _BOUNDED_OUTPUT)
    while not (decoder.eof or decoder.needs_input):
        yield decoder.decompress(b"", _BOUNDED_OUTPUT)


# fmt: off
COMPRESSIONS = (
    Compression(
        "gzip", ".gz", re.compile(rb"\x1f\x8b"), Reason.BROKEN_GZIP,
        lambda: zlib.decompressobj(_GZIP_WINDOW), _expand_gzip, zlib.error, _GZIP_STEP,
    ),
    Compression(
        # A file may open with a skippable frame, as WARC files with a dictionary do.
        "zstd", ".zst", re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),
        Reason.BROKEN_ZSTD,
        lambda: zstandard.ZstdDecompressor().decompressobj(),
        lambda decoder, piece: iter([decoder.decompress(piece)]), zstandard.ZstdError, _ZSTD_STEP,
    ),
    Compression(
        "bz2", ".bz2", re.compile(rb"BZh[1-9]"), Reason.BROKEN_BZ2,
        bz2.BZ2Decompressor, _expand_bounded, OSError, _BOUNDED_STEP,
    ),
    Compression(
        "xz", ".xz", re.compile(rb"\xfd7zXZ"), Reason.BROKEN_XZ,
        lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY),
        _expand_bounded, lzma.LZMAError, _BOUNDED_STEP,
    ),
)
# fmt: on


def compression_of(head: bytes) -> Compression | None:
    """Return the compression of a file with these first bytes, or None."""
    return next((each for each in COMPRESSIONS if each.magic.match(head)), None)


class MemberOffsets:
    """Where the members of a packed file start, to locate a byte of the content in the file."""

    def __init__(self) -> None:
        """Start with none."""
        self._starts: deque[tuple[int, int]] = deque(maxlen=_MEMBERS)

    def add(self, unpacked: int, stored: int) -> None:
        """Note that byte ``unpacked`` of the content is the first of the member at ``stored``."""
        if self._starts and self._starts[-1][0] == unpacked:
            self._starts.pop()  # an empty member has no byte
        self._starts.append((unpacked, stored))

    def locate(self, position: int) -> str:
        """Return the position in the file as stored of a byte of the content; in rising order only.

        Returns:
            The offset of its member; followed, unless it is the member's first, by ``+`` and
            its place among the member's unpacked bytes.
        """
        while len(self._starts) > 1 and self._starts[1][0] <= position:
            self._starts.popleft()
        unpacked, stored = self._starts[0]
        return str(stored) if position == unpacked else f"{stored}+{position - unpacked}"


def decompress(stored: Body, compression: Compression, members: MemberOffsets) -> Iterator[bytes]:
    """Unpack all members of a stream.

    Raises:
        StreamFault: Damage, a cut, or something else after the last member.
    """

    def damaged(detail: str) -> Rejection:
        return Rejection(compression.reason, f"the {compression.name} data is damaged: {detail}")

    length = 0
    piece = stored.read(compression.step)
    while piece:
        members.add(length, stored.tell() - len(piece))
        decoder = compression.new()
        while not decoder.eof:
            if not piece:
                raise StreamFault(stored.fault or damaged("it ends before its end"))
            try:
                for chunk in compression.expand(decoder, piece):
                    length += len(chunk)
                    yield chunk
            except compression.error as error:
                raise StreamFault(damaged(str(error))) from error
            piece = decoder.unused_data if decoder.eof else stored.read(compression.step)
        # Tapes and block devices put NULs after the last member.
        piece = piece.lstrip(b"\0")
        while not piece and (more := stored.read(compression.step)):
            piece = more.lstrip(b"\0")
    if stored.fault:
        raise StreamFault(stored.fault)
