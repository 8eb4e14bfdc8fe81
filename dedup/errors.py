"""The errors that cross every border: one base, three causes a person can mend.

A bad *document* is never an error: it is a :class:`dedup.models.Rejection`, a value in the stream.
"""

from __future__ import annotations

from pathlib import Path


class DedupError(Exception):
    """Base of everything the package raises on purpose; its text is one sentence for a person."""


class ConfigError(DedupError, ValueError):
    """An option has a value that cannot be used."""


class InputError(DedupError):
    """An input as a whole cannot be used.

    Attributes:
        path: The input at fault, or None where it has no path.
    """

    def __init__(self, message: str, *, path: Path | None = None) -> None:
        """Keep the path beside the message."""
        super().__init__(message)
        self.path = path


class OutputError(DedupError):
    """The output folder or the store cannot be written or believed.

    Attributes:
        path: The file or folder at fault.
    """

    def __init__(self, message: str, *, path: Path | None = None) -> None:
        """Keep the path beside the message."""
        super().__init__(message)
        self.path = path
