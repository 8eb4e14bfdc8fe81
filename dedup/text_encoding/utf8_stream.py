"""Text of any encoding as a stream of UTF-8, in bounded memory."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO

from dedup.text_encoding.detected import detected_codecs
from dedup.text_encoding.marks import encoding_of_mark
from dedup.text_encoding.strict import decode_nearly_utf8, decode_strictly, incremental_decoder

_BLOCK = 65_536

# Bytes from which an encoding is detected, from the first on that are not UTF-8.
_WINDOW = 1 << 20


class _Utf8Stream(io.RawIOBase):
    """Pieces of UTF-8 as a stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._ready = memoryview(piece)
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size


def in_utf8(content: BinaryIO) -> io.BufferedReader:
    """Return a stream of the same text in UTF-8, without its byte-order mark.

    What is UTF-8 stays as it is. A text is taken for that until it is not: a table may have its
    first letter beyond ASCII after megabytes. Its encoding is then detected from what follows.

    Args:
        content: The text, from its first byte.
    """
    return io.BufferedReader(_Utf8Stream(_pieces(content)), _BLOCK)


def _pieces(content: BinaryIO) -> Iterator[bytes]:
    """Yield a text in UTF-8."""
    data = content.read(_BLOCK)
    marked = encoding_of_mark(data)
    if marked and marked != "utf-8":
        # The names without the byte order take the mark off.
        yield from _transcoded(content, data, marked.removesuffix("-le").removesuffix("-be"))
        return
    data = data.removeprefix(codecs.BOM_UTF8)
    ascii_only, rest = True, b""
    while data:
        try:
            text, read = codecs.utf_8_decode(data, "strict", False)
        except UnicodeDecodeError:
            window = data + content.read(_WINDOW)
            yield from _transcoded(content, window, _codec_of(window, ascii_only=ascii_only))
            return
        yield data[:read]
        ascii_only = ascii_only and text.isascii()
        rest, block = data[read:], content.read(_BLOCK)
        data = rest + block if block else b""
    if rest and ascii_only:  # no half of a letter where no other letter is UTF-8
        yield rest.decode("cp1252", "replace").encode()


def _transcoded(content: BinaryIO, data: bytes, codec: str) -> Iterator[bytes]:
    """Yield bytes and what follows them, read in an encoding, as UTF-8."""
    decode = incremental_decoder(codec)
    while data:
        yield decode(data).encode("utf-8", "replace")
        data = content.read(_BLOCK)


def _codec_of(window: bytes, *, ascii_only: bool) -> str:
    """Return the codec of bytes that are not wholly UTF-8.

    Args:
        window: The bytes.
        ascii_only: Whether what stands before them has no letter of UTF-8.
    """
    if not ascii_only or decode_nearly_utf8(window) is not None:
        return "utf-8"
    detected = detected_codecs(window)
    fits = (codec for codec in detected if decode_strictly(window, codec) is not None)
    return next(fits, detected[0])
