"""A file of settings: where it is found, whether it is trusted, and what it says."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import click

from dedup.errors import printable

OWN_NAME, SHARED_NAME = "dedup.toml", "pyproject.toml"

LARGEST_BYTES = 1 << 18
"""Settings take a few hundred bytes; what is larger, or has no end, holds none."""

_REMEDY = "name it with --config, or use --no-config"


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """What one file says.

    Attributes:
        path: The file as it was named, or relative to the current folder where it was found.
        found: Whether it was found rather than named.
        sha256: Digest of its bytes, in hexadecimal.
        table: Its settings: keys and TOML values, a table for each command that has its own.
    """

    path: Path
    found: bool
    sha256: str
    table: dict[str, Any]

    @property
    def folder(self) -> str:
        """What paths in the file are relative to; empty for the current folder."""
        return os.path.dirname(self.path)  # noqa: PTH120 (Path has a dot for no folder)

    @property
    def place(self) -> Path:
        """The path with the links of its folders resolved; it may be a link itself."""
        return Path(os.path.realpath(self.folder or os.curdir), self.path.name)

    @property
    def name(self) -> str:
        """The path for a message."""
        return printable(str(self.path))


def find_settings() -> SettingsFile | None:
    """Return the settings of the nearest folder that has some, from the current one upwards.

    Raises:
        click.UsageError: A file with settings cannot be read or is not trusted.
    """
    for folder in _folders():
        for name in (OWN_NAME, SHARED_NAME):
            path = folder / name
            if path.is_file() and (settings := _read(path, found=True)):
                return settings
    return None


def read_settings(path: Path) -> SettingsFile:
    """Return the settings of a file that was named.

    Raises:
        click.UsageError: It cannot be read, or holds none.
    """
    if settings := _read(path, found=False):
        return settings
    raise click.UsageError(f"{printable(str(path))} has no table [tool.dedup]")


def _folders() -> Iterator[Path]:
    """Yield the current folder and those above it, relative to the current one."""
    try:
        depth = len(Path.cwd().parents)
    except OSError:  # it was removed
        return
    yield Path()
    for above in range(1, depth + 1):
        yield Path(*[os.pardir] * above)


def _read(path: Path, *, found: bool) -> SettingsFile | None:
    """Return what a file says, None for a pyproject.toml without a table of ours."""
    import hashlib  # --help must not wait for it

    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_BYTES + 1)
            table = _table(path, content)
            if found and table is not None:
                _check_trust(path, stream)
    except OSError as error:
        raise click.UsageError(f"{printable(str(path))} cannot be read: {error.strerror}") from None
    if table is None:
        return None
    return SettingsFile(path, found, hashlib.sha256(content).hexdigest(), table)


def _table(path: Path, content: bytes) -> dict[str, Any] | None:
    """Return the settings in the bytes of a file, None for a pyproject.toml without any."""
    if path.name != SHARED_NAME:
        return _parsed(path, content)
    if b"tool" not in content or b"dedup" not in content:
        return None  # neither the size nor the syntax of another project's file matters
    tools = _parsed(path, content).get("tool")
    if not isinstance(tools, dict) or "dedup" not in tools:
        return None
    table = tools["dedup"]
    if not isinstance(table, dict):
        raise click.UsageError(f"{printable(str(path))}: tool.dedup is no table")
    return table


def _check_trust(path: Path, stream: BinaryIO) -> None:
    """Refuse a file that another user wrote, or may have written; a folder above may be shared."""
    for status in (os.fstat(stream.fileno()), path.lstat()):
        if status.st_uid not in (os.geteuid(), 0):
            raise click.UsageError(
                f"the settings file {printable(str(path))} belongs to another user: {_REMEDY}"
            )
        if status.st_mode & stat.S_IWOTH and not stat.S_ISLNK(status.st_mode):
            raise click.UsageError(
                f"every user may write to the settings file {printable(str(path))}: {_REMEDY}"
            )


def _parsed(path: Path, content: bytes) -> dict[str, Any]:
    """Return the tables of a TOML file.

    Raises:
        click.UsageError: It is too large, or no TOML.
    """
    import tomllib  # likewise

    try:
        if len(content) > LARGEST_BYTES:
            raise ValueError(f"it is larger than {LARGEST_BYTES:,} bytes")
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        detail = f"it is not UTF-8 (at {_place(content[: error.start])})"
    except RecursionError:
        detail = "it is nested too deeply"
    except ValueError as error:
        end = f"at {_place(content)}"
        detail = str(error).replace("at end of document", end)
    name = printable(str(path))
    raise click.UsageError(f"{name} cannot be read as TOML: {printable(detail)}")


def _place(before: bytes) -> str:
    """Return the line and the column, from 1, of what follows some bytes."""
    lines = before.decode("utf-8", "replace").split("\n")
    return f"line {len(lines)}, column {len(lines[-1]) + 1}"
