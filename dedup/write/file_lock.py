"""Files that only one process works with at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from dedup.errors import OutputError, refusal


@contextmanager
def locked_beside(path: Path, in_use: str) -> Iterator[None]:
    """Lock a file, which may be replaced meanwhile, by another one beside it.

    The operating system gives the lock back when the process ends, however it ends.

    Args:
        path: The file.
        in_use: The message where another process has the lock.

    Raises:
        OutputError: Another process has it, or the folder cannot be written.
    """
    lock = path.with_name(f".{path.name}.lock")
    try:
        opened = lock.open("wb")
    except OSError as error:
        raise refusal(path.parent, error) from error
    with opened:
        if not has_lock(opened, lock):
            raise OutputError(in_use, path=path)
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def has_lock(locked: BinaryIO, path: Path) -> bool:
    """Lock an open file, and return whether that is done and it still has its name.

    Whoever had the lock removes the file: one that was opened before is no lock any more.
    """
    try:
        fcntl.flock(locked, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(locked.fileno()), path.stat())
    except (BlockingIOError, FileNotFoundError):
        return False
