"""Files and stdin as streams of unpacked bytes, digested and counted as they are read."""

from __future__ import annotations

import hashlib
import io
from collections import deque
from collections.abc import Iterator
from typing import Any, BinaryIO

from dedup.models import Reason, Rejection
from dedup.read.compression import Compression

# A read from disk, and the buffer before every reader.
CHUNK = 65_536
# A read of what is one document, of which nothing can be done before all is there.
WHOLE = 1 << 20
# Members remembered for telling where in the file a record lies: more than fit into what has
# been unpacked ahead of the reader, unless they are empty.
_MEMBERS = 1 << 17


class StreamFault(Exception):
    """Nothing more can be read from a stream.

    Attributes:
        rejection: Why.
    """

    def __init__(self, rejection: Rejection) -> None:
        """Keep the rejection."""
        super().__init__(rejection.detail)
        self.rejection = rejection


class Body(io.RawIOBase):
    """Bytes that come in chunks, as a stream; a fault is its end and is kept beside it.

    Attributes:
        fault: Why the stream ended before its end, or None.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        """Read from an iterator that may raise :class:`StreamFault`."""
        super().__init__()
        self.fault: Rejection | None = None
        self._chunks = chunks
        self._ahead: deque[bytes | memoryview] = deque()
        self._waiting = 0
        self._position = 0

    def head(self, size: int) -> bytes:
        """Return the next ``size`` bytes, or all if there are fewer, without taking them."""
        return self._next(size)[:size]

    def take(self, size: int) -> bytes:
        """Take the next ``size`` bytes, or all if there are fewer."""
        taken = self._next(size)
        self._ahead = deque([memoryview(taken)[size:]] if len(taken) > size else [])
        taken = taken[:size]
        self._waiting -= len(taken)
        self._position += len(taken)
        return taken

    def readable(self) -> bool:
        """Tell that this stream can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with what there is; 0 is the end."""
        if not self._ahead and not self._pull():
            return 0
        chunk = memoryview(self._ahead.popleft())
        taken = min(len(chunk), len(buffer))
        buffer[:taken] = chunk[:taken]
        if taken < len(chunk):
            self._ahead.appendleft(chunk[taken:])
        self._waiting -= taken
        self._position += taken
        return taken

    def tell(self) -> int:
        """Return how many bytes were taken so far."""
        return self._position

    def _next(self, size: int) -> bytes:
        """Return all bytes that wait, at least ``size`` if there are as many."""
        while self._waiting < size and self._pull():
            pass
        return b"".join(self._ahead)  # which is the chunk itself where there is but one

    def _pull(self) -> bool:
        """Get one more chunk that is not empty."""
        try:
            chunk = next((chunk for chunk in self._chunks if chunk), b"")
        except StreamFault as fault:
            self.fault, chunk = fault.rejection, b""
        if chunk:
            self._ahead.append(chunk)
            self._waiting += len(chunk)
        return bool(chunk)


class Meter:
    """Counts and digests the bytes of a file as they are read.

    Attributes:
        count: Bytes read so far.
        step: Bytes of a read.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Measure an open file, from where it stands."""
        self.count = 0
        self.step = CHUNK
        self._file = file
        self._digest = hashlib.sha256()  # processors have instructions for it
        self._reported = 0

    def chunks(self) -> Iterator[bytes]:
        """Yield the file's bytes.

        Raises:
            StreamFault: The disk fails, or the file is gone.
        """
        while chunk := self._read():
            self._digest.update(chunk)
            self.count += len(chunk)
            yield chunk

    def digest(self) -> bytes:
        """Return the SHA-256 of the bytes read so far."""
        return self._digest.digest()

    def taken(self) -> int:
        """Return the bytes read since this was last asked."""
        taken, self._reported = self.count - self._reported, self.count
        return taken

    def _read(self) -> bytes:
        try:
            return self._file.read(self.step)
        except OSError as error:
            raise StreamFault(unreadable(error)) from error


class Members:
    """Where the members of a packed file start, so that a place in it can be found again."""

    def __init__(self) -> None:
        """Start with none."""
        self._starts: deque[tuple[int, int]] = deque(maxlen=_MEMBERS)

    def add(self, unpacked: int, stored: int) -> None:
        """Note that byte ``unpacked`` of the content is the first of the member at ``stored``."""
        if self._starts and self._starts[-1][0] == unpacked:
            self._starts.pop()  # an empty member holds no place
        self._starts.append((unpacked, stored))

    def locate(self, position: int) -> str:
        """Return where a byte of the content lies in the file as stored.

        Positions must be asked for in rising order.

        Returns:
            The offset of its member; followed, unless it is the member's first, by ``+`` and
            its place among the member's unpacked bytes.
        """
        while len(self._starts) > 1 and self._starts[1][0] <= position:
            self._starts.popleft()
        unpacked, stored = self._starts[0]
        return str(stored) if position == unpacked else f"{stored}+{position - unpacked}"


def unreadable(error: OSError) -> Rejection:
    """Return the rejection for what the system refuses to read."""
    return Rejection(Reason.UNREADABLE, error.strerror or str(error))


def unpacked(raw: Body, packing: Compression, members: Members) -> Iterator[bytes]:
    """Unpack all members of a stream.

    Raises:
        StreamFault: Damage, a cut, or something else after the last member.
    """
    length = 0
    piece = raw.read(packing.step) or b""
    while piece:
        members.add(length, raw.tell() - len(piece))
        decoder = packing.new()
        while not decoder.eof:
            if not piece:
                raise StreamFault(raw.fault or _damaged(packing, "it ends before its end"))
            try:
                for chunk in packing.expand(decoder, piece):
                    length += len(chunk)
                    yield chunk
            except packing.faults as error:
                raise StreamFault(_damaged(packing, str(error))) from error
            piece = decoder.unused_data if decoder.eof else raw.read(packing.step) or b""
        piece = _skip_padding(raw, piece, packing.step)
    if raw.fault:
        raise StreamFault(raw.fault)


def _skip_padding(raw: Body, piece: bytes, step: int) -> bytes:
    """Pass over the NULs that tapes and block devices put after the last member."""
    piece = piece.lstrip(b"\0")
    while not piece and (more := raw.read(step)):
        piece = more.lstrip(b"\0")
    return piece


def _damaged(packing: Compression, detail: str) -> Rejection:
    return Rejection(packing.reason, f"the {packing.name} data is damaged: {detail}")
