"""The four compressions a file may come in: how each is recognised and unpacked, piece by piece."""

from __future__ import annotations

import bz2
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import zstandard

from dedup.models import Reason

# Bytes handed to a decoder at once. They bound what one call can return: deflate expands at most
# 1032-fold (4 MB), and four bytes of zstd make a block of 128 KiB (16 MB).
_GZIP_STEP = 4096
_ZSTD_STEP = 512
# bz2 and xz decoders can be told how much to return, so their step is only a matter of speed.
_BOUNDED_STEP = 65_536
_BOUNDED_OUTPUT = 1 << 20
# A header may ask for a dictionary of 4 GiB; xz -9 takes 64 MiB, and zstd is refused over 128 MiB.
_XZ_MEMORY = 128 << 20
# Window bits that make zlib read the gzip format and nothing else.
_GZIP_WINDOW = 31


@dataclass(frozen=True, slots=True)
class Compression:
    """One compression format.

    Attributes:
        name: What a person calls it.
        suffix: The suffix it adds to a file's name.
        magic: Pattern of a packed file's first bytes.
        reason: The fixed word for a file that cannot be unpacked.
        new: Makes a decoder for one member (gzip), frame (zstd) or stream (bz2, xz).
        expand: Unpacks one piece with a decoder.
        faults: What a decoder raises on damaged bytes.
        step: Bytes of a piece.
    """

    name: str
    suffix: str
    magic: re.Pattern[bytes]
    reason: Reason
    new: Callable[[], Any]
    expand: Callable[[Any, bytes], Iterator[bytes]]
    faults: tuple[type[Exception], ...]
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


def _expand_zstd(decoder: Any, piece: bytes) -> Iterator[bytes]:
    yield decoder.decompress(piece)


def _expand_bounded(decoder: Any, piece: bytes) -> Iterator[bytes]:
    yield decoder.decompress(piece, _BOUNDED_OUTPUT)
    while not (decoder.eof or decoder.needs_input):
        yield decoder.decompress(b"", _BOUNDED_OUTPUT)


COMPRESSIONS = (
    Compression(
        "gzip",
        ".gz",
        re.compile(rb"\x1f\x8b"),
        Reason.BROKEN_GZIP,
        lambda: zlib.decompressobj(_GZIP_WINDOW),
        _expand_gzip,
        (zlib.error,),
        _GZIP_STEP,
    ),
    Compression(
        "zstd",
        ".zst",
        # A file may open with a skippable frame, as WARC files with a dictionary do.
        re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),
        Reason.BROKEN_ZSTD,
        lambda: zstandard.ZstdDecompressor().decompressobj(),
        _expand_zstd,
        (zstandard.ZstdError,),
        _ZSTD_STEP,
    ),
    Compression(
        "bz2",
        ".bz2",
        re.compile(rb"BZh[1-9]"),
        Reason.BROKEN_BZ2,
        bz2.BZ2Decompressor,
        _expand_bounded,
        (OSError,),
        _BOUNDED_STEP,
    ),
    Compression(
        "xz",
        ".xz",
        re.compile(rb"\xfd7zXZ"),
        Reason.BROKEN_XZ,
        lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY),
        _expand_bounded,
        (lzma.LZMAError,),
        _BOUNDED_STEP,
    ),
)


def compression_of(head: bytes) -> Compression | None:
    """Return the compression that a file's first bytes tell, or None.

    >>> compression_of(b"BZh91AY&SY").name
    'bz2'
    >>> compression_of(b"<html>") is None
    True
    """
    return next((packing for packing in COMPRESSIONS if packing.magic.match(head)), None)
