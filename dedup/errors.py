"""The errors of the package: one base, and three causes that a person can mend.

A damaged document is not an error but a rejection, a value among the records.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class DedupError(Exception):
    """Base of everything the package raises on purpose; its text is one sentence for a person.

    Attributes:
        path: The input or output at fault, or None where it has no path.
    """

    def __init__(self, message: str, *, path: Path | None = None) -> None:
        """Keep the path beside the message.

        Args:
            message: The sentence.
            path: See the attribute.
        """
        super().__init__(message)
        self.path = path


class ConfigError(DedupError, ValueError):
    """An option has a value that cannot be used."""


class UnguardedScriptError(ConfigError):
    """A script starts worker processes, which would run it again from its first line."""


class InputError(DedupError):
    """An input as a whole cannot be used."""


class UnknownFieldError(InputError):
    """No document has a field that a rule names."""


class NoDocumentError(InputError):
    """No input can be used, and earlier results would be replaced by none."""


class OutputError(DedupError):
    """The output folder or the store cannot be written, or is damaged."""


class RejectedRecordError(DedupError, ValueError):
    """A record has no text that can be compared.

    Attributes:
        reason: The fixed word, as in ``rejected.jsonl``.
        detail: One line for a person; it may quote the record.
    """

    def __init__(self, doc_id: str, reason: str, detail: str) -> None:
        """Name the record and the reason.

        Args:
            doc_id: Id of the record, or its address.
            reason: See the attribute.
            detail: See the attribute.
        """
        why = f"{reason}: {detail}" if detail else reason
        super().__init__(f"the record {printable(doc_id)} cannot be used ({printable(why)})")
        self.reason, self.detail = reason, detail


class NotFoundError(DedupError, LookupError):
    """A run has no document or story of a name."""


class UnknownIdError(NotFoundError, KeyError):
    """No input of a call had an id; ``except KeyError`` catches it, as for a dict."""

    def __str__(self) -> str:
        """Return the sentence, which a KeyError has in quotes."""
        return str(self.args[0])


class AmbiguousNameError(DedupError, LookupError):
    """Several documents or stories of a run have a name.

    Attributes:
        found: The first of them, a line each.
    """

    def __init__(self, message: str, found: tuple[str, ...]) -> None:
        """Keep what was found beside the message, which lists it.

        Args:
            message: The sentence.
            found: See the attribute.
        """
        super().__init__("\n  ".join([message, *found]))
        self.found = found


class ServerError(DedupError):
    """A server that keeps an index cannot be reached, refuses, or is full."""


class EngineError(DedupError):
    """An engine cannot be started or reached, or stopped before the end of a run."""


class EngineStoppedError(EngineError):
    """An engine failed in the middle of a run, which can be resumed."""


class WorkerError(DedupError):
    """Worker processes cannot be kept alive."""


class FullDiskError(OutputError):
    """The disk is full; once there is room, the run can be resumed."""

    def __init__(self, path: Path) -> None:
        """Name the file that could not be written.

        Args:
            path: The file.
        """
        super().__init__(f"no space left to write {path}; free some", path=path)


@contextmanager
def refused(folder: Path) -> Iterator[None]:
    """Report an error of the disk as one sentence."""
    try:
        yield
    except OSError as error:
        raise refusal(folder, error) from error


def refusal(folder: Path, error: OSError) -> OutputError:
    """Return the error for a person where the disk refuses to write."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FullDiskError(folder)
    reason = os.strerror(error.errno) if error.errno else error
    return OutputError(
        f"cannot write to {folder} ({reason}); choose a folder that can be written, with room for "
        "about the size of the input",
        path=folder,
    )


def printable(text: str) -> str:
    r"""Return a text with its unprintable characters, such as cursor movements, escaped.

    >>> print(printable("a\x1b[2J\u202e"))
    a\x1b[2J\u202e
    """
    if text.isprintable():  # as nearly always
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )
