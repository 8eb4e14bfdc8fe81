"""Arrays that take a second to make and are the same in every run, kept in the user's cache folder.

A file is a digest and numbers: nothing in it can be executed, and a damaged or foreign one is
replaced. Where nothing can be written, nothing is kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

import numpy as np

from dedup.kernels.array_types import UInt32s

DIGEST_BYTES = 16


def cache_folder() -> Path:
    """Return the folder where files are kept between runs; it may not exist.

    Raises:
        RuntimeError: The user has no home.
    """
    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    # The standard of these folders says that a relative path is to be ignored.
    base = given if given.is_absolute() else Path("~/.cache").expanduser()
    return base / "dedup"


def load(name: str) -> UInt32s | None:
    """Return the array that :func:`save` kept under a name, None if there is none that is whole."""
    try:
        data = (cache_folder() / name).read_bytes()
    except (OSError, RuntimeError):
        return None
    digest, values = data[:DIGEST_BYTES], data[DIGEST_BYTES:]
    return np.frombuffer(values, "<u4") if digest == _digest(name, values) else None


def save(name: str, values: UInt32s) -> None:
    """Keep an array under a name, where that can be done.

    Args:
        name: Names all that the array depends on.
        values: One row.
    """
    data = values.astype("<u4").tobytes()
    with contextlib.suppress(OSError, RuntimeError):
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, part = tempfile.mkstemp(dir=folder, prefix=name, suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(_digest(name, data) + data)
            Path(part).replace(folder / name)  # another run may read it right now
        except OSError:
            Path(part).unlink(missing_ok=True)


def _digest(name: str, data: bytes) -> bytes:
    """Return a digest of some bytes and their name."""
    return hashlib.blake2b(name.encode() + b"\0" + data, digest_size=DIGEST_BYTES).digest()
