"""The folder where compiled code and word lists are kept between runs.

Compiled code is executed when it is taken from there. So a folder counts only if nobody but its
user and the administrator can write to it or replace it. All processes of a run find the same
folder, for they have the same environment.
"""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "DEDUP_CACHE"
"""The environment variable that names the folder."""

_ROOT = 0
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class CacheFolder:
    """The folder, or why there is none.

    Attributes:
        path: The folder, which exists and can be read; None where there is none.
        fault: Why there is none, else empty.
    """

    path: Path | None
    fault: str = ""

    @property
    def writable(self) -> bool:
        """Whether something can be kept there; one that is only read may be full of use."""
        return self.path is not None and os.access(self.path, os.W_OK | os.X_OK)


def cache_folder() -> CacheFolder:
    """Return the first of these folders that can be used; it is made where it is missing.

    ``DEDUP_CACHE`` alone where it is set, else ``$XDG_CACHE_HOME/dedup`` or ``~/.cache/dedup``,
    else a folder beside the compiled modules of this package.
    """
    faults = []
    for folder in _candidates():
        fault = _prepare(folder)
        if not fault:
            return CacheFolder(folder.resolve())
        faults.append(f"{folder} {fault}")
    return CacheFolder(None, "; ".join(faults))


def untrusted(status: os.stat_result) -> str:
    """Return why a file or folder is not to be trusted, empty where it is.

    A group may write where it is that of the owner alone, as on systems where each user has one:
    its number is the owner's.
    """
    if status.st_uid not in (_ROOT, os.geteuid()):
        return "belongs to another user"
    writers = status.st_mode & _OTHERS_WRITE
    if writers == stat.S_IWGRP and status.st_gid == status.st_uid:
        return ""
    return "can be written by other users" if writers else ""


def _candidates() -> Iterator[Path]:
    """Yield the folders in their order."""
    if given := os.environ.get(VARIABLE):
        yield Path(given)
        return
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    # The standard of these folders says that a relative path is to be ignored.
    if base.is_absolute():
        yield base / "dedup"
    elif home := _home():
        yield home / ".cache" / "dedup"
    yield Path(__file__).parent / "__pycache__" / "cache"


def _home() -> Path | None:
    """Return the home of the user, None where there is none; it is never made."""
    home = Path(os.environ.get("HOME", ""))
    if not home.is_absolute():
        try:
            home = Path(pwd.getpwuid(os.getuid()).pw_dir)
        except KeyError:  # a container runs as a number
            return None
    return home if home.is_absolute() and os.path.isdir(home) else None  # noqa: PTH112  # no error


def _prepare(folder: Path) -> str:
    """Make a folder where it is missing, and return why it cannot be used, empty if it can."""
    if not folder.is_absolute():
        return "is not an absolute path"
    try:
        _make(folder)
        real = folder.resolve(strict=True)
        if fault := untrusted(real.stat()):
            return fault
        for parent in real.parents:
            status = parent.stat()
            # In a folder such as /tmp nobody can rename what belongs to another user.
            if not status.st_mode & stat.S_ISVTX and untrusted(status):
                return f"lies in {parent}, which {untrusted(status)}"
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links
        return f"cannot be made or read ({getattr(error, 'strerror', None) or 'a loop of links'})"
    return "" if os.access(real, os.R_OK | os.X_OK) else "cannot be read"


def _make(folder: Path) -> None:
    """Make a folder and those above it; only its owner can write to what is made."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(0o755, exist_ok=True)
