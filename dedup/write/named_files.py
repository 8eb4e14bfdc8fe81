"""Single files that a person names: refused, or written whole before they get their names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dedup.errors import OutputError, refusal
from dedup.write.table_files import Lines, write_table_file


def write_file(path: Path, lines: Lines) -> None:
    """Write a file of JSON lines whole, then give it its name.

    Raises:
        OutputError: It cannot be written, as on a full disk; nothing has the final name then.
    """
    with named_when_whole(path) as part:
        write_table_file(part, lines, path.stem, ".jsonl")


def write_page(path: Path, page: str) -> None:
    """Write a page as UTF-8 whole, then give it its name.

    Raises:
        OutputError: It cannot be written.
    """
    with named_when_whole(path) as part:
        part.write_text(page, "utf-8")


def refuse_irregular(path: Path) -> None:
    """Refuse to put a file in the place of a device, a pipe or a folder.

    Raises:
        OutputError: One of these is there.
    """
    if path.exists() and not path.is_file():
        raise OutputError(f"{path} is no regular file; name another one", path=path)


def refuse_existing(path: Path, *, overwrite: bool) -> None:
    """Refuse to replace a file without ``--overwrite``.

    Raises:
        OutputError: It exists.
    """
    if path.exists() and not overwrite:
        raise OutputError(f"{path} already exists; replace it with --overwrite", path=path)


def refuse_unwritable(path: Path) -> None:
    """Refuse a file whose folder cannot be written, or not be made.

    Raises:
        OutputError: The first folder above it that exists is none, or may not be written.
    """
    folder = next(each for each in path.absolute().parents if each.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise OutputError(f"{path} cannot be written: see {folder}; name another file", path=path)


@contextmanager
def named_when_whole(path: Path) -> Iterator[Path]:
    """Give a temporary name beside a path, and the path's own name to what was written there."""
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise refusal(path.parent, error) from error
