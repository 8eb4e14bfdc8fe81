"""A copy of a store, made without writing anything to the store or beside it."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from dedup.errors import OutputError

# The bytes by which SQLite locks a file; they lie behind what a file may hold.
_LOCKED_FIRST = 0x4000_0002
_LOCKED_BYTES = 510

_BUFFER = 1 << 22

# Bytes that the kernel copies at once.
_LARGEST = 1 << 30


def copy_store(store: Path, target: Path) -> None:
    """Copy a store, with the log or the journal that a killed run may have left beside it.

    No connection of SQLite is opened: it would make files beside the store. The copy gets its name
    when it is whole.

    Args:
        store: The store; no run may use it, but other copies may be made.
        target: The copy.

    Raises:
        OutputError: The store is missing, is empty, is in use, or cannot be read.
        OSError: The copy cannot be written.
    """
    part = target.with_name(f"{target.name}.part")
    try:
        source = store.open("rb")
    except OSError as error:
        message = f"cannot read the store {store} ({error.strerror}); name a store that is there"
        raise OutputError(message, path=store) from error
    if not os.fstat(source.fileno()).st_size:
        source.close()
        raise OutputError(f"{store} is empty: no store; name another file", path=store)
    with source, part.open("wb") as copy:
        try:
            fcntl.lockf(
                source, fcntl.LOCK_SH | fcntl.LOCK_NB, _LOCKED_BYTES, _LOCKED_FIRST, os.SEEK_SET
            )
        except OSError as error:
            message = f"{store} is in use by another run; wait for it"
            raise OutputError(message, path=store) from error
        _copy(source, copy)
        real = store.resolve()  # SQLite has the log beside the file that a link leads to
        for suffix in ("-wal", "-journal"):
            log = real.with_name(f"{real.name}{suffix}")
            if log.exists():
                shutil.copyfile(log, target.with_name(f"{target.name}{suffix}"))
    part.replace(target)


def _copy(source: BinaryIO, copy: BinaryIO) -> None:
    """Copy a file; where the kernel can do it alone, in a sixth of the time."""
    with suppress(OSError):  # the file system cannot, or the disk is full, which is found below
        while os.copy_file_range(source.fileno(), copy.fileno(), _LARGEST):
            pass
    source.seek(os.lseek(source.fileno(), 0, os.SEEK_CUR))
    shutil.copyfileobj(source, copy, _BUFFER)
