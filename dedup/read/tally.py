"""What a run has read, counted in constant memory however many files there are."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Tally:
    """Counts and one digest over everything read; the caller passes it in, the readers fill it.

    Attributes:
        passed_over: How often something that is no input document was passed over, by what it was.
        files: Files and streams read to their end.
        bytes: Their bytes as stored.
    """

    passed_over: Counter[str] = field(default_factory=Counter)
    files: int = 0
    bytes: int = 0
    _digest: Any = field(default_factory=hashlib.sha256, repr=False)

    def add_file(self, name: str, digest: str, size: int) -> None:
        """Count one file that was read to its end.

        Args:
            name: The source's name.
            digest: Digest of the file's stored bytes, in hexadecimal.
            size: Its stored bytes.
        """
        self.files += 1
        self.bytes += size
        for part in (name, digest):
            encoded = part.encode("utf-8", "surrogatepass")
            # The length goes first, so that no two lists of files give the same bytes.
            self._digest.update(len(encoded).to_bytes(8, "little") + encoded)

    def add(self, other: Tally) -> None:
        """Count what another has counted, but for its digest."""
        self.passed_over.update(other.passed_over)
        self.files += other.files
        self.bytes += other.bytes

    def digest(self) -> str:
        """Return one digest over the names and digests of all files, in the order of reading."""
        return str(self._digest.hexdigest())
