"""Files of the cache folder: what takes long to make and is the same in every run.

Each file ends with a digest, so that a damaged or renamed one is made anew. Where nothing can be
written, nothing is kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from dedup.cache_folder import untrusted

DIGEST_BYTES = 16

_MODE = 0o644
"""Whatever the umask: others may read, as where an administrator fills the folder for all."""


unsaved: list[str] = []
"""Why files could not be written by this process, which goes on without them."""


def load(path: Path) -> bytes | None:
    """Return what :func:`save` wrote to a file, None if it is missing, damaged or a stranger's."""
    try:
        with path.open("rb") as file:
            if untrusted(os.fstat(file.fileno())):
                return None
            data = file.read()
    except OSError:
        return None
    data, digest = data[:-DIGEST_BYTES], data[-DIGEST_BYTES:]
    return data if digest == _digest(path.name, data) else None


def save(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; another run may read it right now.

    Raises:
        OSError: It cannot be written; the reason is kept in :data:`unsaved`.
    """
    try:
        path.parent.mkdir(0o755, exist_ok=True)
        _write(path, data + _digest(path.name, data))
    except OSError as error:
        unsaved.append(f"{path.parent} cannot be written ({error.strerror})")
        raise


def _write(path: Path, data: bytes) -> None:
    """Write a file under another name, and give it its own when it is whole."""
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            os.fchmod(descriptor, _MODE)
        Path(part).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(part).unlink()
        raise


def _digest(name: str, data: bytes) -> bytes:
    """Return a digest of some bytes and their name."""
    return hashlib.blake2b(name.encode() + b"\0" + data, digest_size=DIGEST_BYTES).digest()
