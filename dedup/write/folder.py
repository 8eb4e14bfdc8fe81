"""The output folder: refused when it holds a run, filled so that it never holds half of one.

The files of a run are written to a hidden folder inside. When all are whole they are moved to their
places, the manifest last; a move that was interrupted is completed by the next run.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from dedup.errors import OutputError, refusal, refused
from dedup.write.file_lock import has_lock
from dedup.write.named_files import named_when_whole
from dedup.write.table_files import (
    ENGINE_FOLDER,
    SHARDED,
    STORE_LIST,
    STORE_TABLES,
    Layout,
    Lines,
    files_of,
    is_table_of_run,
    write_table_file,
)

_STORE = "store.sqlite"
_MANIFEST = "manifest.json"
_LOCK = ".dedup.lock"
_STAGING = ".dedup.new"
_WHOLE = "whole.json"
_SUFFIXES = ("", "-wal", "-shm", "-journal")
_STORE_FILES = tuple(f"{_STORE}{suffix}" for suffix in _SUFFIXES)


class OutputFolder:
    """The folder for a run's files.

    Attributes:
        path: The folder.
        staging: The folder inside it where files are written.
        store: The working store in it.
        staged_store: The working store of a run that is to replace the one that is there.
        copied_store: The working store of a run against another store: its copy.
        regrouped_store: The copy of the store of a run that is decided again.
        begun_on_engine: What is known of a run on an engine that was begun.
    """

    def __init__(self, path: Path) -> None:
        """Name the folder; nothing is touched yet."""
        self.path = path
        self.staging = path / _STAGING
        self.store = path / _STORE
        self.staged_store = self.staging / _STORE
        self.copied_store = self.staging / "against.sqlite"
        self.regrouped_store = self.staging / "regrouped.sqlite"
        self.begun_on_engine = path / ENGINE_FOLDER / "begun.json"

    @contextmanager
    def claim(self) -> Iterator[None]:
        """Make the folder and lock it for one run.

        What is there stays until :meth:`put_in_place`; an interrupted move is completed. A folder
        that is made and stays empty is removed.

        Raises:
            OutputError: It is in use, is no folder, or cannot be written.
        """
        lock = self.path / _LOCK
        is_new = not self.path.exists()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            locked = lock.open("wb")
        except OSError as error:
            raise refusal(self.path, error) from error
        with locked:
            if not has_lock(locked, lock):
                raise OutputError(
                    f"{self.path} is in use by another run; wait for it or choose another folder",
                    path=self.path,
                )
            try:
                with refused(self.path):
                    self._move()
                yield
            finally:
                with suppress(OSError):
                    self._remove_staged_files()
                lock.unlink(missing_ok=True)
                if is_new:
                    with suppress(OSError):  # it holds something, as after every run
                        self.path.rmdir()

    def has_place_of(self, path: Path) -> bool:
        """Return whether a path is of a file that a run writes, or lies among those it moves.

        Or it lies among the tables of a store: a run on one machine, too, removes them with their
        folder where it replaces one on an engine.
        """
        own = path.parent == self.path and is_file_of_run(path.name)
        folders = (self.staging, *(self.path / name for name in (ENGINE_FOLDER, STORE_TABLES)))
        return own or any(map(path.is_relative_to, folders))

    @property
    def has_files(self) -> bool:
        """Whether files of a run are there, or of one that is to replace it."""
        staged = (self.staged_store, self.copied_store, self.begun_on_engine)
        return any(path.exists() for path in (*self._existing(), *staged))

    @property
    def has_results(self) -> bool:
        """Whether the results of a finished run are there."""
        return (self.path / _MANIFEST).exists()

    def manifest(self) -> dict[str, Any] | None:
        """Return the manifest of the run whose results are there, None if it cannot be read."""
        try:
            manifest = json.loads((self.path / _MANIFEST).read_bytes())
        except (OSError, ValueError):
            return None
        return manifest if isinstance(manifest, dict) else None

    @property
    def has_documents(self) -> bool:
        """Whether the results of a run are there that could use an input."""
        return self.has_results and not self.has_no_document

    @property
    def has_no_document(self) -> bool:
        """Whether the results that are there are of a run that could use no input."""
        counts = (self.manifest() or {}).get("counts") or {}
        return "inputs" in counts and counts["inputs"] == counts.get("rejected")

    @property
    def is_against(self) -> bool:
        """Whether the results that are there are of a run against a store, which left none."""
        return "against" in ((self.manifest() or {}).get("store") or {})

    @property
    def is_of_engine(self) -> bool:
        """Whether the results that are there are of a run on an engine; its store may be there."""
        return "engine" in (self.manifest() or {})

    def _existing(self) -> list[Path]:
        """Return the files of a run that are there."""
        return [
            path
            for path in sorted(self.path.iterdir())
            if is_file_of_run(path.name)
            or (path.name == STORE_TABLES and (path / STORE_LIST).exists())
        ]

    def refusal(self, *, resume: bool) -> OutputError:
        """Return the error for a run whose results must not replace those that are there.

        Args:
            resume: Whether the run was to be continued.
        """
        return holds_earlier_run(str(self.path), self.path, resume=resume)

    @property
    def own_store(self) -> Path:
        """The working store of a run without another store that is to be continued."""
        return self.staged_store if self.staged_store.exists() else self.store

    def new_store(self) -> Path:
        """Return the place for a working store, without what was begun of another run.

        The results of a finished run stay beside the store of the run that is to replace them.

        Raises:
            OutputError: The folder cannot be written.
        """
        with refused(self.path):
            for staging in (self.staging, self.begun_on_engine.parent):
                shutil.rmtree(staging, ignore_errors=True)
            if self.has_results:
                self.staging.mkdir()
                return self.staged_store
            for path in self._existing():
                _remove(path)
        return self.store

    def new_copy(self) -> Path:
        """Return the place for a copy of another store, without what was begun of another run.

        Raises:
            OutputError: The folder cannot be written.
        """
        self._empty_staging()
        return self.copied_store

    def new_regrouped(self) -> Path:
        """Return the place for the copy of a store that is decided again, likewise."""
        self._empty_staging()
        return self.regrouped_store

    def _empty_staging(self) -> None:
        """Make the folder where files are written anew."""
        with refused(self.path):
            shutil.rmtree(self.staging, ignore_errors=True)
            self.staging.mkdir()

    def drop_store(self) -> None:
        """Remove the working store of a run that came to nothing; results stay, with theirs."""
        if not self.has_results:
            for path in self._existing():
                _remove(path)
        shutil.rmtree(self.staging, ignore_errors=True)

    def drop_copy(self) -> None:
        """Remove the copy of another store."""
        shutil.rmtree(self.staging, ignore_errors=True)

    def put_copy_in_place(self) -> None:
        """Move files as :meth:`put_in_place` does, and the copy of a store that was decided again.

        Raises:
            OutputError: A file cannot be moved.
        """
        with refused(self.path):
            self.regrouped_store.replace(self.staged_store)
        self.put_in_place(keep_store=True)

    def begin_files(self) -> None:
        """Make the folder for the files of a run, without any of them.

        Raises:
            OutputError: It cannot be made.
        """
        with refused(self.path):
            self._remove_staged_files()
            self.staging.mkdir(exist_ok=True)

    def put_in_place(self, *, keep_store: bool) -> None:
        """Move the files that were written to their places, and remove those that they replace.

        Args:
            keep_store: Whether the working store that is there stays, if none was staged.

        Raises:
            OutputError: A file cannot be moved.
        """
        with refused(self.path):
            names = {path.name for path in self.staging.iterdir() if is_file_of_run(path.name)}
            if keep_store and _STORE not in names:
                names.update(_STORE_FILES)
            with named_when_whole(self.staging / _WHOLE) as part:
                part.write_text(json.dumps(sorted(names)), "utf-8")
            self._move()

    def _move(self) -> None:
        """Move the staged files if all of them were whole; each step can be repeated."""
        whole = self.staging / _WHOLE
        if not whole.exists():
            return
        names = self._names_in(whole)
        manifest = self.path / _MANIFEST
        if (self.staging / _MANIFEST).exists():
            manifest.unlink(missing_ok=True)  # from here to the end no manifest says: finished
        for path in self._existing():
            if path.name not in names:
                _remove(path)
        for name in sorted(names, key=_MANIFEST.__eq__):  # the manifest is the last
            if (self.staging / name).exists():
                (self.staging / name).replace(self.path / name)
        shutil.rmtree(self.staging)

    def _names_in(self, whole: Path) -> list[str]:
        """Return the names of the files of a run that is whole; no other file is ever moved.

        Raises:
            OutputError: The list is damaged.
        """
        try:
            return [
                name for name in map(str, json.loads(whole.read_bytes())) if is_file_of_run(name)
            ]
        except (ValueError, TypeError) as error:
            raise OutputError(
                f"{whole} is damaged; remove the folder {self.staging} and run again with --resume",
                path=whole,
            ) from error

    def _remove_staged_files(self) -> None:
        """Remove what was written of a run that is not whole; its working store stays."""
        if (self.staging / _WHOLE).exists() or not self.staging.exists():
            return
        stores = {
            f"{path.name}{suffix}"
            for path in (self.staged_store, self.copied_store, self.regrouped_store)
            for suffix in _SUFFIXES
        }
        for path in self.staging.iterdir():
            if path.name not in stores:
                path.unlink()
        with suppress(OSError):
            self.staging.rmdir()

    def write_table(self, table: str, lines: Lines, layout: Layout) -> None:
        """Write the files of a table; for Parquet its lines are rows.

        Raises:
            OutputError: They cannot be written.
        """
        shard_bytes = layout.shard_bytes if table == SHARDED else None
        for name, part_of in files_of(table, layout.suffix, lines, shard_bytes):
            with named_when_whole(self.staging / name) as part:
                write_table_file(part, part_of, table, layout.suffix)

    def write_json(self, name: str, value: dict[str, Any]) -> None:
        """Write one indented JSON object whole, then give it its name.

        Raises:
            OutputError: It cannot be written.
        """
        with named_when_whole(self.staging / name) as part:
            part.write_text(json.dumps(value, indent=2) + "\n", "utf-8")


def _remove(path: Path) -> None:
    """Remove a file, or the folder of the tables of a store."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def holds_earlier_run(place: str, path: Path | None, *, resume: bool) -> OutputError:
    """Return the error for a run whose results must not replace those that are in a folder.

    Args:
        place: The folder.
        path: Its path, None at an address.
        resume: Whether the run was to be continued.
    """
    message = (
        f"{place} holds the results of another run; replace them with --overwrite, "
        "or choose another folder"
        if resume
        else f"{place} holds an earlier run; continue it with --resume, "
        "replace it with --overwrite, or choose another folder"
    )
    return OutputError(message, path=path)


def is_file_of_run(name: str) -> bool:
    """Return whether a run writes a file of this name into its folder."""
    return name == _MANIFEST or name in _STORE_FILES or is_table_of_run(name)
