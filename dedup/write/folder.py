"""The output folder: refused when it holds a run, filled so that no half file has a final name."""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from dedup.errors import FullDiskError, OutputError
from dedup.json_codec import dump_json

Lines = Iterable[dict[str, Any] | bytes]
"""JSON objects, one a line of a file; bytes are JSON already."""

BUFFER = 1 << 20
"""Bytes of a file that are written at once."""

_STORE = "store.sqlite"
_LOCK = ".dedup.lock"
_TABLES = ("survivors", "decisions", "stories", "rejected", "changes")
_FILES_OF_A_RUN = (
    "manifest.json",
    *(f"{table}.jsonl" for table in _TABLES),
    *(f"{table}.parquet" for table in _TABLES),
    *(f"{_STORE}{suffix}" for suffix in ("", "-wal", "-shm", "-journal")),
)


class OutputFolder:
    """The folder for a run's files.

    Attributes:
        path: The folder.
        store: The working store in it.
    """

    def __init__(self, path: Path) -> None:
        """Name the folder; nothing is touched yet."""
        self.path = path
        self.store = path / _STORE

    @contextmanager
    def claim(self, *, resume: bool, overwrite: bool) -> Iterator[None]:
        """Make the folder and lock it for one run; refuse it where another run is or was.

        What is there stays until :meth:`clear`. A folder that is made and stays empty is removed.

        Args:
            resume: The run that is there is to be continued.
            overwrite: The run that is there is to be replaced.

        Raises:
            OutputError: It holds a run, is in use, is no folder, or cannot be written.
        """
        lock = self.path / _LOCK
        is_new = not self.path.exists()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            locked = lock.open("wb")
        except OSError as error:
            raise _refusal(self.path, error) from error
        with locked:
            try:
                fcntl.flock(locked, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise OutputError(
                    f"{self.path} is in use by another run; wait for it or choose another folder",
                    path=self.path,
                ) from error
            try:
                if self._existing() and not resume and not overwrite:
                    raise OutputError(
                        f"{self.path} holds an earlier run; continue it with --resume, "
                        "replace it with --overwrite, or choose another folder",
                        path=self.path,
                    )
                yield
            finally:
                lock.unlink(missing_ok=True)
                if is_new:
                    with suppress(OSError):  # it holds something, as after every run
                        self.path.rmdir()

    def _existing(self) -> list[Path]:
        """Return the files of a run that are there."""
        return [self.path / name for name in _FILES_OF_A_RUN if (self.path / name).exists()]

    def clear(self) -> None:
        """Remove the files of the run that is there; other files stay.

        Raises:
            OutputError: One cannot be removed.
        """
        try:
            for path in self._existing():
                path.unlink()
        except OSError as error:
            raise _refusal(self.path, error) from error

    def write_table(self, table: str, lines: Lines, table_format: str) -> None:
        """Write a table as ``jsonl`` or ``parquet``; survivors are rows for the latter.

        Raises:
            OutputError: It cannot be written.
        """
        if table_format == "jsonl":
            write_file(self.path / f"{table}.jsonl", lines)
            return
        from dedup.write.parquet import write_parquet  # pyarrow: slow to import

        with _named_when_whole(self.path / f"{table}.parquet") as part:
            write_parquet(part, cast(Iterable[dict[str, Any]], lines), table)

    def write_json(self, name: str, value: dict[str, Any]) -> None:
        """Write one indented JSON object whole, then give it its name.

        Raises:
            OutputError: It cannot be written.
        """
        with _named_when_whole(self.path / name) as part:
            part.write_text(json.dumps(value, indent=2) + "\n", "utf-8")


def write_file(path: Path, lines: Lines) -> None:
    """Write a file of JSON lines whole, then give it its name.

    Raises:
        OutputError: It cannot be written, as on a full disk; nothing has the final name then.
    """
    with _named_when_whole(path) as part, part.open("wb", buffering=BUFFER) as file:
        _write_lines(file, lines)
        os.fsync(file.fileno())


def refuse_existing(path: Path, *, overwrite: bool) -> None:
    """Refuse to replace a file without ``--overwrite``.

    Raises:
        OutputError: It exists.
    """
    if path.exists() and not overwrite:
        raise OutputError(f"{path} already exists; replace it with --overwrite", path=path)


@contextmanager
def _named_when_whole(path: Path) -> Iterator[Path]:
    """Give a temporary name beside a path, and the path's own name to what was written there."""
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise _refusal(path.parent, error) from error


def _refusal(folder: Path, error: OSError) -> OutputError:
    """Return the error for a person where the disk refuses to write."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FullDiskError(folder)
    return OutputError(
        f"cannot write to {folder} ({error.strerror or error}); choose a folder that can be "
        "written, with room for about the size of the input",
        path=folder,
    )


def _write_lines(file: BinaryIO, lines: Lines) -> None:
    write = file.write
    for line in lines:
        write(line if type(line) is bytes else dump_json(line))
        write(b"\n")
    file.flush()


def stream_out(file: BinaryIO, lines: Lines) -> None:
    """Write JSON lines to a stream that another program reads, to its end.

    Raises:
        OutputError: The stream takes no more, as on a full disk.
        BrokenPipeError: Its reader has closed it.
    """
    try:
        _write_lines(file, lines)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _refusal(Path(str(getattr(file, "name", "the stream"))), error) from error
