"""One opened input: its content unpacked, its stored bytes counted and digested."""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Iterator
from pathlib import Path

from dedup.locations import Location
from dedup.models import Rejection
from dedup.read.compression import MemberOffsets, compression_of, decompress
from dedup.read.streams import Body, Readable, StreamFault, unreadable

# A read from disk, and the buffer before every reader.
CHUNK = 65_536
# A read of what is one document, of which nothing can be done before all is there.
DOCUMENT_CHUNK = 1 << 20
# The bytes from which a file's format is detected.
_HEAD = 65_536


class Input:
    """An open file or stream, ready for the reader of its format.

    Attributes:
        name: The source's name.
        path: The file, or None for stdin and for what is in another file.
        size: Its bytes on disk, 0 if unknown.
        stored_bytes: Its bytes read so far.
        places: As in :class:`~dedup.models.RawRecord`.
        folder: Likewise.
        compression: Its compression, or None.
        head: The content's first bytes, unpacked; empty only where there is no content.
        body: The content, unpacked, from its first byte.
    """

    def __init__(
        self,
        file: Readable,
        name: str,
        path: Path | Location | None = None,
        size: int = 0,
        *,
        places: tuple[str, ...] = (),
        folder: str = "",
    ) -> None:
        """Look at the first bytes of an open file."""
        self.name = name
        self.path = path
        self.size = size
        self.places = places
        self.folder = folder
        self.stored_bytes = 0
        self._file = file
        self._chunk = CHUNK
        self._digest = hashlib.sha256()  # processors have instructions for it
        self._reported = 0
        self._members = MemberOffsets()
        self._content = stored = Body(self._stored_chunks())
        self.compression = compression_of(stored.head(_HEAD))
        if self.compression:
            self._content = Body(decompress(stored, self.compression, self._members))
        self.head = self._content.head(_HEAD)
        self.body: io.BufferedReader = io.BufferedReader(self._content, CHUNK)

    @property
    def fault(self) -> Rejection | None:
        """Why the content ended early; known once the body has come to its end."""
        return self._content.fault

    def first_bytes(self, most: int) -> bytes:
        """Return the content, or its first ``most`` bytes, where nothing was read of its body."""
        self._chunk = DOCUMENT_CHUNK
        return self._content.head(most)

    def locate(self, position: int) -> str:
        """Return the position in the file of a byte of the content; in rising order only."""
        return self._members.locate(position) if self.compression else str(position)

    def read_through(self, stop: float = math.inf) -> None:
        """Read on, for the digest, to the byte ``stop`` of the file as stored or to its end."""
        chunks = self._stored_chunks()
        try:
            while self.stored_bytes < stop and next(chunks, b""):
                pass
        except StreamFault:  # what could be read is digested; the reader has reported the fault
            return

    def digest(self) -> bytes:
        """Return the SHA-256 of the stored bytes read so far."""
        return self._digest.digest()

    def newly_read(self) -> int:
        """Return the stored bytes read since the last call."""
        count, self._reported = self.stored_bytes - self._reported, self.stored_bytes
        return count

    def _stored_chunks(self) -> Iterator[bytes]:
        """Yield the file's next bytes; a disk that fails raises StreamFault."""
        while True:
            try:
                chunk = self._file.read(self._chunk)
            except OSError as error:
                raise StreamFault(unreadable(error)) from error
            if not chunk:
                return
            self._digest.update(chunk)
            self.stored_bytes += len(chunk)
            yield chunk
