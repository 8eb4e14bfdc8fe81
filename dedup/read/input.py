"""One opened input: its content unpacked, its stored bytes digested, its places told."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import BinaryIO

from dedup.models import Rejection
from dedup.read.compression import compression_of
from dedup.read.streams import CHUNK, WHOLE, Body, Members, Meter, StreamFault, unpacked

# What is looked at to tell a file's kind.
_HEAD = 65_536


class Input:
    """An open file or stream, ready for the reader of its kind.

    Attributes:
        name: The source's name.
        path: The file, or None for stdin.
        size: Its bytes on disk, 0 if unknown.
        meter: Counts and digests what is read of it.
        packing: Its compression, or None.
        head: The content's first bytes, unpacked; empty only where there is no content.
        body: The content, unpacked, from its first byte.
    """

    def __init__(self, file: BinaryIO, name: str, path: Path | None = None, size: int = 0) -> None:
        """Look at the first bytes of an open file."""
        self.name = name
        self.path = path
        self.size = size
        self.meter = Meter(file)
        self._members = Members()
        self._raw = Body(self.meter.chunks())
        self.packing = compression_of(self._raw.head(_HEAD))
        self._content = self._raw
        if self.packing:
            self._content = Body(unpacked(self._raw, self.packing, self._members))
        self.head = self._content.head(_HEAD)
        self.body: io.BufferedReader = io.BufferedReader(self._content, CHUNK)

    @property
    def fault(self) -> Rejection | None:
        """Why the content ended before its end; known once the body has come to its end."""
        return self._content.fault

    def whole(self, most: int) -> bytes:
        """Return the content, or its first ``most`` bytes, where nothing was read of its body."""
        self.meter.step = WHOLE
        return self._content.take(most)

    def locate(self, position: int) -> str:
        """Return where a byte of the content lies in the file as stored; in rising order only."""
        return self._members.locate(position) if self.packing else str(position)

    def read_through(self, stop: float = math.inf) -> None:
        """Read on, for the digest, to the byte ``stop`` of the file as stored or to its end."""
        chunks = self.meter.chunks()
        try:
            while self.meter.count < stop and next(chunks, b""):
                pass
        except StreamFault:  # what could be read is digested; the reader has told the rest
            return
