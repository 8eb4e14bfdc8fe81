"""The folder of a run on a cluster: tables that are kept, spilled and shared."""

from __future__ import annotations

import json
import logging
import re
import uuid
import weakref
from collections.abc import Sequence
from contextlib import suppress
from hashlib import blake2b

import pyarrow as pa

from dedup.engines.spark.work_files import WorkFile
from dedup.json_codec import dump_json
from dedup.locations import Location

log = logging.getLogger(__name__)

_KEPT, _SPILLED, _SHARED, _PLAN, _MARKER = "kept", "spilled", "shared", "plan.json", "whole.json"


class SpilledFolder:
    """A folder that is removed when nothing refers to it any more."""

    def __init__(self, location: Location) -> None:
        """Name it; it is made with its first file."""
        self.location = location
        weakref.finalize(self, _removed, location)


class WorkFolder:
    """The folder of an engine.

    Attributes:
        location: Where it is.
    """

    def __init__(self, location: Location) -> None:
        """Name it; nothing is touched yet."""
        self.location = location

    def open(self, plan_digest: str | None) -> None:
        """Keep the tables of the same plan, and remove all else.

        Args:
            plan_digest: A digest of the plan; None where nothing that was kept is to be read.

        Raises:
            OSError: The folder cannot be written.
        """
        for name in (_SPILLED, _SHARED):
            (self.location / name).remove()
        plan = self.location / _PLAN
        try:
            is_same = plan_digest is not None and json.loads(plan.read_bytes()) == plan_digest
        except (OSError, ValueError):
            is_same = False
        if not is_same:
            self.remove_kept()
            plan.write_bytes(dump_json(plan_digest))

    def remove_kept(self) -> None:
        """Remove all kept tables, the digest of their plan first.

        Raises:
            OSError: They cannot be removed.
        """
        (self.location / _PLAN).remove()
        (self.location / _KEPT).remove()

    def close(self, *, resumable: bool) -> None:
        """Remove what was written; what cannot be removed stays.

        Args:
            resumable: Whether kept tables stay.
        """
        for name in (_SPILLED, _SHARED) if resumable else (_PLAN, _KEPT, _SPILLED, _SHARED):
            _removed(self.location / name)
        if not resumable:
            with suppress(OSError):
                if not self.location.entries():
                    self.location.remove()

    def kept(self, name: str, schema: pa.Schema) -> list[WorkFile] | None:
        """Return the files of a table that was kept, None where it was not."""
        folder = self._kept_folder(name)
        try:
            marker = json.loads((folder / _MARKER).read_bytes())
            sizes = {entry.name: entry.size for entry in folder.entries()}
            if marker["schema"] != _digest(schema):
                raise ValueError("it has other columns")
            if any(sizes.get(file) != size for file, size, _ in marker["files"]):
                raise ValueError("a file is missing or has another size")
            return [WorkFile(folder / file, size, rows) for file, size, rows in marker["files"]]
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("%s is computed again: what was kept is damaged (%s)", name, error)
            return None

    def new_kept(self, name: str) -> Location:
        """Return the folder for a table, without what a run that was stopped left there.

        Raises:
            OSError: That cannot be removed.
        """
        folder = self._kept_folder(name)
        folder.remove()
        return folder

    def mark_kept(self, name: str, schema: pa.Schema, files: Sequence[WorkFile]) -> None:
        """Say that a table is whole.

        Raises:
            OSError: That cannot be written.
        """
        listed = [(file.location.name, file.size, file.rows) for file in files]
        marker = dump_json({"schema": _digest(schema), "files": listed})
        (self._kept_folder(name) / _MARKER).write_bytes(marker)

    def new_spilled(self) -> SpilledFolder:
        """Return a new folder for files that nobody keeps."""
        return SpilledFolder(self.location / _SPILLED / uuid.uuid4().hex)

    def new_shared(self) -> Location:
        """Return a new file for a table that is shared."""
        return self.location / _SHARED / f"{uuid.uuid4().hex}.arrow"

    def _kept_folder(self, name: str) -> Location:
        """Return the folder of a kept table."""
        return self.location / _KEPT / re.sub(r"[^a-z0-9]+", "-", name.lower())


def _digest(schema: pa.Schema) -> str:
    """Return a digest of the columns of a table."""
    return blake2b(str(schema).encode(), digest_size=8).hexdigest()


def _removed(location: Location) -> None:
    """Remove a folder if that can be done."""
    with suppress(OSError):
        location.remove()
