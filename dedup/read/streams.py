"""Streams of bytes that come in chunks and may end with a fault."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Protocol

from dedup.models import Reason, Rejection


class StreamFault(Exception):
    """Nothing more can be read from a stream, for the reason in ``rejection``."""

    def __init__(self, rejection: Rejection) -> None:
        """Keep the rejection."""
        super().__init__(rejection.detail)
        self.rejection = rejection


def unreadable(error: OSError) -> Rejection:
    """Return the rejection for what the system refuses to read."""
    return Rejection(Reason.UNREADABLE, error.strerror or str(error))


class Readable(Protocol):
    """What gives bytes, one piece after another."""

    def read(self, size: int, /) -> bytes | None:
        """Return the next bytes, at most so many; nothing at the end.

        Raises:
            OSError: The system cannot read them.
            StreamFault: They are damaged.
        """
        ...


class Body(io.RawIOBase):
    """Chunks of bytes as a stream; a fault is its end.

    Attributes:
        fault: Why the stream ended early, or None.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        """Read from an iterator that may raise :class:`StreamFault`."""
        super().__init__()
        self.fault: Rejection | None = None
        self._chunks = chunks
        self._ahead: bytes | memoryview = b""
        self._position = 0

    def head(self, size: int) -> bytes:
        """Return the next ``size`` bytes, or all if there are fewer, without taking them."""
        chunks = [self._ahead] if self._ahead else []
        waiting = len(self._ahead)
        while waiting < size and (chunk := self._next_chunk()):
            chunks.append(chunk)
            waiting += len(chunk)
        self._ahead = joined = b"".join(chunks)  # the chunk itself where there is only one
        return joined[:size]

    def readable(self) -> bool:
        """Return that this stream can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with what there is; 0 is the end."""
        chunk = memoryview(self._ahead or self._next_chunk())
        taken = min(len(chunk), len(buffer))
        buffer[:taken] = chunk[:taken]
        self._ahead = chunk[taken:]
        self._position += taken
        return taken

    def tell(self) -> int:
        """Return how many bytes were taken so far."""
        return self._position

    def _next_chunk(self) -> bytes:
        """Return the next chunk that is not empty; nothing at the end."""
        try:
            return next((chunk for chunk in self._chunks if chunk), b"")
        except StreamFault as fault:
            self.fault = fault.rejection
            return b""
