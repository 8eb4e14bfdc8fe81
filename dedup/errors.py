"""The errors of the package: one base class, one class for each kind of cause.

A damaged document is not an error but a rejection, a value among the records.
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


class WorkerError(DedupError):
    """The processes beside this one cannot be kept alive."""


class FullDiskError(OutputError):
    """There is no room for the output or the store; once there is, a run can go on."""

    def __init__(self, path: Path) -> None:
        """Say what could not be written."""
        super().__init__(f"no space left to write {path}; free some", path=path)


def printable(text: str) -> str:
    r"""Return a text that moves no cursor: what cannot be printed is written out.

    >>> print(printable("a\x1b[2J\u202e"))
    a\x1b[2J\u202e
    """
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )
