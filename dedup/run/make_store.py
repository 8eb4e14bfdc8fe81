"""The store of a run on an engine, made of the tables that it left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dedup import config_digest
from dedup.errors import OutputError, printable, refused
from dedup.locations import Location
from dedup.pipeline.fill_store import fill_store
from dedup.pipeline.store_folder import StoreFolder
from dedup.progress import Progress
from dedup.run.run_settings import MANIFEST_NAME, config_of, manifest_of_content
from dedup.store import ANOTHER, Store
from dedup.write import refuse_irregular
from dedup.write.file_lock import locked_beside
from dedup.write.table_files import STORE_TABLES

_LOGS = ("", "-wal", "-shm", "-journal")


def make_store(out: str, path: Path, progress: Progress) -> None:
    """Make the store of a run on an engine; it gets its name when it is whole.

    Args:
        out: The output folder of the run: a path, or an address.
        path: The file to make.
        progress: Gets the progress.

    Raises:
        OutputError: The folder holds no such run, a table is damaged or of another version, or
            the file exists or cannot be written.
    """
    folder = Location.of(out)
    if path.exists():
        refuse_irregular(path)
        message = f"{path} already exists; remove it first, or name another file"
        raise OutputError(message, path=path)
    try:
        content = (folder / MANIFEST_NAME).read_bytes()
    except OSError as error:
        why = "" if isinstance(error, FileNotFoundError) else f" ({_first_line(error)})"
        message = f"{folder} holds no finished run{why}; name the output folder of dedup run"
        raise OutputError(message) from error
    manifest = manifest_of_content(content, folder)
    tables, config = StoreFolder.open(folder / STORE_TABLES), config_of(manifest)
    counts = manifest.get("counts", {}).get("inputs"), config_digest.digest(config)
    if counts != (tables.rows("documents"), tables.values["config_digest"]):
        message = f"the tables in {folder / STORE_TABLES} are not of the run in {folder}"
        raise OutputError(f"{message}, but of an earlier one; run it again on an engine")
    values = {"inputs": manifest.get("read"), "manifest": manifest}
    name = str(manifest.get("store", {}).get("name"))
    with _named_when_whole(path) as part, Store(part, ANOTHER, shown=path) as store:
        fill_store(store, tables, name, config, values, progress)


def _first_line(error: OSError) -> str:
    """Return what an error says, on one line."""
    return printable(str(error).partition("\n")[0])


@contextmanager
def _named_when_whole(path: Path) -> Iterator[Path]:
    """Give a temporary name beside a path, and the path's own name to the store made there."""
    part = path.with_name(f".{path.name}.part")
    with locked_beside(path, f"{path} is being made by another process; wait for it"):
        _remove(part)  # what a killed process left
        try:
            yield part
            with refused(path.parent):
                part.replace(path)
        finally:
            _remove(part)


def _remove(part: Path) -> None:
    """Remove a store with its logs."""
    for suffix in _LOGS:
        part.with_name(f"{part.name}{suffix}").unlink(missing_ok=True)
