"""The manifest of a finished run, and the options and the scorer that it was made with."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any, TypeGuard

from dedup.config import (
    CleanConfig,
    ClusterConfig,
    Config,
    MatchConfig,
    ReadConfig,
    SignConfig,
    StoryConfig,
)
from dedup.errors import OutputError
from dedup.json_codec import load_json
from dedup.write.folder import OutputFolder
from dedup.write.table_files import STORE_LIST, STORE_TABLES

if TYPE_CHECKING:
    from dedup.locations import Location
    from dedup.match.story_score import Scorer
    from dedup.store import Store

STORE_NAME = "store.sqlite"
MANIFEST_NAME = "manifest.json"

ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)
"""How a path begins that is an address in truth; a path has one slash of the two."""

_NAME_A_RUN = "name the output folder of dedup run"
_CONTINUE = "continue the run that was stopped there: give its command again with --resume"

_SECTIONS = {
    "read": ReadConfig, "clean": CleanConfig, "sign": SignConfig, "match": MatchConfig,
    "story": StoryConfig, "cluster": ClusterConfig,
}  # fmt: skip


def manifest_in(folder: Path) -> dict[str, Any]:
    """Return the manifest of a finished run.

    Raises:
        OutputError: The folder holds none.
    """
    try:
        content = (folder / MANIFEST_NAME).read_bytes()
    except OSError as error:
        refuse_tables_only(folder)
        if ADDRESS.match(str(folder)):
            message = "is an address: make a store on this machine of the run there, and name that"
            raise OutputError(f"{folder} {message}: dedup store FILE --from OUT") from error
        is_missing = isinstance(error, FileNotFoundError) and not folder.exists()
        problem = "does not exist" if is_missing else "holds no finished run"
        can_look = folder.is_dir() and os.access(folder, os.R_OK | os.X_OK)
        was_begun = can_look and OutputFolder(folder).has_files
        advice = _CONTINUE if was_begun else _NAME_A_RUN
        raise OutputError(f"{folder} {problem}; {advice}", path=folder) from error
    return manifest_of_content(content, folder)


def manifest_of_content(content: bytes, folder: Path | Location) -> dict[str, Any]:
    """Return the manifest of a finished run from the content of its file.

    Args:
        content: The content.
        folder: The output folder, for the error.

    Raises:
        OutputError: It is none.
    """
    path = folder if isinstance(folder, Path) else None
    try:
        manifest = load_json(content)
    except ValueError as error:
        raise OutputError(f"{folder} holds no finished run; {_NAME_A_RUN}", path=path) from error
    if not _is_manifest(manifest):
        message = f"{folder / MANIFEST_NAME} is no manifest of dedup; {_NAME_A_RUN}"
        raise OutputError(message, path=path)
    return manifest


def _is_manifest(manifest: Any) -> TypeGuard[dict[str, Any]]:
    """Return whether a JSON value has the parts of a manifest, and options that can be read."""
    if not isinstance(manifest, dict) or "config" not in manifest:
        return False
    parts = [manifest.get(name, {}) for name in ("config", "store", "versions")]
    parts.append(manifest.get("scorer") or {})  # an earlier version has none
    if not all(isinstance(each, dict) for each in parts):
        return False
    try:
        config_of(manifest)
    except TypeError:
        return False
    return True


def config_of(manifest: Mapping[str, Any]) -> Config:
    """Return the options in a manifest; what an earlier version did not have is at its default."""
    values = manifest.get("config", {})
    sections = {
        name: kind(**_known(kind, values.get(name, {}))) for name, kind in _SECTIONS.items()
    }
    plain = {name: values[name] for name in ("level", "workers", "expire") if name in values}
    return Config(**plain, **sections)


def store_of(path: Path, manifest: Mapping[str, Any], named: Path | None) -> Path:
    """Return the store of a run.

    Args:
        path: The output folder.
        manifest: Its manifest.
        named: What a person says that it is, or None.

    Raises:
        OutputError: It is not there.
    """
    if named is not None:
        return named
    found = next(filter(Path.is_file, _places(path, manifest)), None)
    if found is not None:
        return found
    refuse_tables_only(path / STORE_NAME)
    if manifest.get("store", {}).get("against"):
        message = f"the run in {path} kept no store, as --against asks; run it with --store"
    else:
        message = f"the store of the run in {path} is not found; name it with --store FILE"
    raise OutputError(message, path=path)


def refuse_tables_only(store: Path) -> None:
    """Refuse a store that is still to be made of the tables that an engine left beside it.

    Raises:
        OutputError: It is.
    """
    tables = store.parent / STORE_TABLES / STORE_LIST
    if store.name == STORE_NAME and not store.exists() and tables.is_file():
        raise OutputError(
            f"{store.parent} holds the tables of a store and not yet the store itself; make it: "
            f"dedup store {quote(str(store))} --from {quote(str(store.parent))}",
            path=store,
        )


def _places(path: Path, manifest: Mapping[str, Any]) -> list[Path]:
    """Return where the store of a run may be.

    A store that was named is where the command was run, or was moved together with the results.
    """
    file = manifest.get("store", {}).get("file")
    if file is None:
        return [path / STORE_NAME]
    beside = path.resolve().parent
    return [Path(file), beside / file, beside / Path(file).name]


def scorer_of(store: Store) -> Scorer:
    """Return the scorer of the current dump of a store."""
    from dedup.match.story_score import Scorer, shipped_scorer

    values = store.get("scorer_models")
    return shipped_scorer() if values is None else Scorer.of_values(values)


def _known(kind: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the fields that a section has, lists as tuples."""
    return {each.name: _frozen(values[each.name]) for each in fields(kind) if each.name in values}


def _frozen(value: Any) -> Any:
    """Return a JSON value with tuples for lists."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
