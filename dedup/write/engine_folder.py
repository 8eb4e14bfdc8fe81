"""The output folder of a run on an engine, on this machine or at an address.

All that is in progress is in one hidden folder inside. What an earlier run left stays until the new
files are whole; then they are moved to their places, the manifest last. A move that was interrupted
is completed by the next run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dedup.errors import OutputError
from dedup.json_codec import dump_json, load_json
from dedup.locations import Location
from dedup.write.folder import OutputFolder, holds_earlier_run, is_file_of_run
from dedup.write.part_files import has_all, move_all, reported
from dedup.write.table_files import ENGINE_FOLDER, STORE_LIST, STORE_TABLES

_MANIFEST = "manifest.json"
_BEGUN, _WHOLE, _CLEARED = "begun.json", "whole.json", "cleared"
_FILES, _WORK, _PROBE = "files", "work", "probe"

_STORE_LIST = f"{STORE_TABLES}/{STORE_LIST}"


class EngineFolder:
    """The folder.

    Attributes:
        location: Where it is.
        files: The folder inside it where files are written.
        work: The folder inside it for temporary tables, unless another one is named.
        probe: The folder inside it where machines show that they can write.
    """

    def __init__(self, location: Location) -> None:
        """Name the folder; nothing is touched yet."""
        self.location = location
        self._own = location / ENGINE_FOLDER
        self.files, self.work, self.probe = (self._own / each for each in (_FILES, _WORK, _PROBE))

    @contextmanager
    def claim(self) -> Iterator[None]:
        """Make the folder and lock it for one run; an interrupted move is completed.

        At an address nothing can be locked: who begins a run there sees to it that no other does.

        Raises:
            OutputError: It is in use, is no folder, or cannot be read or written.
        """
        with self._local.claim() if self._local else nullcontext():
            with reported(self.location):
                self._move()
            try:
                yield
            finally:
                with suppress(OSError):
                    if (self._own / _BEGUN).info() is None:
                        self._own.remove()

    @property
    def _local(self) -> OutputFolder | None:
        """The folder as a run on one machine sees it, None at an address."""
        return OutputFolder(self.location.path) if self.location.is_local else None

    @property
    def path(self) -> Path | None:
        """Its path, None at an address."""
        return self.location.path if self.location.is_local else None

    def manifest(self) -> dict[str, Any] | None:
        """Return the manifest of the run whose results are there, None if there is none.

        Raises:
            OutputError: The folder cannot be read.
        """
        return self._json_object(self.location / _MANIFEST)

    def begun(self) -> dict[str, Any] | None:
        """Return what is known of a run that was begun, None if there is none.

        Raises:
            OutputError: The folder cannot be read.
        """
        return self._json_object(self._own / _BEGUN)

    def begin(self, known: Mapping[str, Any]) -> None:
        """Begin a run, without anything of another one that was begun.

        Raises:
            OutputError: The folder cannot be written.
        """
        with reported(self.location):
            self._own.remove()
            (self._own / _BEGUN).write_bytes(dump_json(known))

    def forget(self) -> None:
        """Remove all of a run that was begun; results stay.

        Raises:
            OutputError: It cannot be removed.
        """
        with reported(self.location):
            self._own.remove()

    def has_files(self) -> bool:
        """Return whether files of a run are there, finished or not.

        Raises:
            OutputError: The folder cannot be read.
        """
        with reported(self.location):
            existing = bool(self._existing())
        return existing or (self._local is not None and self._local.has_files)

    def refusal(self, *, resume: bool) -> OutputError:
        """Return the error for a run whose results must not replace those that are there."""
        return holds_earlier_run(str(self.location), self.path, resume=resume)

    def begin_files(self) -> None:
        """Remove what was written of a run that is not whole.

        Raises:
            OutputError: It cannot be removed.
        """
        with reported(self.location):
            self.files.remove()

    def has_all(self, files: Mapping[str, int]) -> bool:
        """Return whether files of some sizes are there.

        Args:
            files: Sizes in bytes by name.

        Raises:
            OutputError: The folder cannot be read.
        """
        return has_all(self.location, files)

    def put_in_place(self, moves: Mapping[Location, str], manifest: Mapping[str, Any]) -> None:
        """Give files their names, remove those that they replace, and write the manifest last.

        Args:
            moves: Files in ``files``, and the names that they get in the folder, which may have
                slashes.
            manifest: The manifest.

        Raises:
            OutputError: A file cannot be moved.
        """
        listed = {_below(source, self._own): name for source, name in moves.items()}
        with reported(self.location):
            content = json.dumps(manifest, indent=2) + "\n"
            (self._own / _MANIFEST).write_bytes(content.encode())
            (self._own / _WHOLE).write_bytes(dump_json(listed))
            self._move()

    def _move(self) -> None:
        """Move the files of a run if all of them were whole; each step can be repeated."""
        listed = self._json_object(self._own / _WHOLE)
        if listed is None:
            return
        of_run = ((source, str(to)) for source, to in listed.items() if _is_of_run(source, str(to)))
        moves = [(self._own / source, to) for source, to in (*of_run, (_MANIFEST, _MANIFEST))]
        # Once: afterwards what is there may be new.
        if (self._own / _CLEARED).info() is None:
            self._remove_earlier()
            (self._own / _CLEARED).write_bytes(b"")
        last = (_STORE_LIST, _MANIFEST)
        move_all((source, self.location / to) for source, to in moves if to not in last)
        for name in last:  # one behind the other
            move_all((source, self.location / to) for source, to in moves if to == name)
        for name in (_BEGUN, _WHOLE):  # first, as what goes on without them is only removed
            (self._own / name).remove()
        self._own.remove()

    def _remove_earlier(self) -> None:
        """Remove the files of an earlier run; from here to the end no manifest says: finished."""
        (self.location / _MANIFEST).remove()
        for name in self._existing():
            (self.location / name).remove()
        if self._local:
            self._local.drop_copy()

    def _existing(self) -> list[str]:
        """Return the files of a run that are there, and the folder with the tables of its store."""
        return [
            entry.name
            for entry in self.location.entries()
            if (is_file_of_run(entry.name) and not entry.is_folder)
            or (entry.name == STORE_TABLES and self._has_old_store())
        ]

    def _has_old_store(self) -> bool:
        """Return whether tables of a store are there: their list is moved behind all of them."""
        return (self.location / _STORE_LIST).info() is not None

    def _json_object(self, file: Location) -> dict[str, Any] | None:
        """Return the JSON object in a file, None if there is none.

        Raises:
            OutputError: It cannot be read: what is there must not be taken for nothing.
        """
        with reported(self.location):
            try:
                found = load_json(file.read_bytes())
            except (FileNotFoundError, NotADirectoryError, ValueError):
                return None
        return found if isinstance(found, dict) else None


def _is_of_run(source: str, to: str) -> bool:
    """Return whether a move that was noted is one of a run: no other file is ever moved."""
    folder, *below = source.split("/")
    into, *names = to.split("/")
    is_result = is_file_of_run(to) or (into == STORE_TABLES and names != [])
    return is_result and folder == _FILES and ".." not in (*below, *names)


def _below(file: Location, folder: Location) -> str:
    """Return the path of a file from a folder around it."""
    if file.is_local:
        return file.path.relative_to(folder.path).as_posix()
    paths = (urlsplit(each.address, allow_fragments=False).path for each in (file, folder))
    return next(paths).removeprefix(next(paths).rstrip("/") + "/")
