"""Tables that are kept until a run has ended: where a run that is resumed goes on."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path

import pyarrow as pa

from dedup.engines.arrow_files import ArrowFile, digest

log = logging.getLogger(__name__)

_MARKER = "whole.json"


class KeptTables:
    """The kept tables of a run, a folder for each.

    A folder gets its name when it is whole. Its marker holds a digest of each file, so a damaged
    table is noticed, and computed again.
    """

    def __init__(self, folder: Path) -> None:
        """Name the folder that holds them; it is made with the first table."""
        self._folder = folder

    def load(self, name: str, schema: pa.Schema) -> list[ArrowFile] | None:
        """Return the files of a table, None where it is not kept or damaged."""
        folder = self._folder / name
        try:
            marker = json.loads((folder / _MARKER).read_bytes())
            if marker["schema"] != _schema_digest(schema):
                raise ValueError("it has other columns")
            files = [_checked(folder, *each) for each in marker["files"]]
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("%s is computed again: what was kept is damaged (%s)", name, error)
            return None
        return files

    def save(
        self, name: str, schema: pa.Schema, write: Callable[[Path], Sequence[ArrowFile]]
    ) -> list[ArrowFile]:
        """Write a table, and return its files.

        Args:
            name: Its name.
            schema: Its schema.
            write: Writes it into a folder, and returns its files in order.

        Raises:
            OSError: It cannot be written.
        """
        part, folder = self._folder / f".{name}.part", self._folder / name
        for old in (part, folder):
            shutil.rmtree(old, ignore_errors=True)
        part.mkdir(parents=True)
        files = write(part)
        listed = [[each.path.name, each.size, each.rows, digest(each.path)] for each in files]
        marker = {"schema": _schema_digest(schema), "files": listed}
        (part / _MARKER).write_text(json.dumps(marker), "utf-8")
        part.rename(folder)
        return [ArrowFile(folder / each.path.name, each.size, each.rows) for each in files]


def _checked(folder: Path, name: str, size: int, rows: int, expected: str) -> ArrowFile:
    """Return a file of a kept table.

    Raises:
        ValueError: It is not what was written.
    """
    path = folder / Path(name).name
    if path.stat().st_size != size or digest(path) != expected:
        raise ValueError(f"{path.name} has changed")
    return ArrowFile(path, size, rows)


def _schema_digest(schema: pa.Schema) -> str:
    """Return a digest of a schema."""
    return blake2b(schema.serialize().to_pybytes(), digest_size=16).hexdigest()
