"""The manifest of a finished run, and the options and the scorer that it was made with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
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

if TYPE_CHECKING:
    from dedup.match.story_score import Scorer
    from dedup.store import Store

STORE_NAME = "store.sqlite"

_SECTIONS = {
    "read": ReadConfig, "clean": CleanConfig, "sign": SignConfig, "match": MatchConfig,
    "story": StoryConfig, "cluster": ClusterConfig,
}  # fmt: skip


def manifest_in(folder: Path) -> dict[str, Any]:
    """Return the manifest of a finished run.

    Raises:
        OutputError: The folder holds none.
    """
    path = folder / "manifest.json"
    try:
        manifest = load_json(path.read_bytes())
    except (OSError, ValueError) as error:
        is_missing = isinstance(error, FileNotFoundError) and not folder.exists()
        problem = "does not exist" if is_missing else "holds no finished run"
        message = f"{folder} {problem}; name the output folder of dedup run"
        raise OutputError(message, path=folder) from error
    if not _is_manifest(manifest):
        message = f"{path} is no manifest of dedup; name the output folder of dedup run"
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
    if manifest.get("store", {}).get("against"):
        message = f"the run in {path} kept no store, as --against asks; run it with --store"
    else:
        message = f"the store of the run in {path} is not found; name it with --store FILE"
    raise OutputError(message, path=path)


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
