"""Digests of a configuration, which a store keeps, and its form in the manifest.

Digests are of values under fixed keys, which stay when a field is renamed: a store or a run from
before must be accepted. A field that is added later is left out where it has its default.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from dedup.config import RENAMED, Config

# The fields that all dumps of one store must share.
_SIGN = (
    "shingle_size", "num_perm", "seed", "lead_shingles", "lead_perm", "signable_tokens",
)  # fmt: skip
_MATCH = (
    "bands", "rows", "lead_bands", "lead_rows", "bucket_cap", "neighbours", "near", "contained",
    "update_containment", "update_passages", "update_days", "shared_numbers", "veto_numbers",
)  # fmt: skip


# Fields that were added later.
_ADDED = (
    ("read", "include"), ("read", "exclude"), ("clean", "exclude_hosts"), ("clean", "agencies"),
)  # fmt: skip


def basis(config: Config) -> str:
    """Return a digest of the options that all dumps of one store must share: those of copies."""
    sign = {name: getattr(config.sign, name) for name in _SIGN}
    match = {name: getattr(config.match, name) for name in _MATCH}
    return _digest([config.level, sign, match])


def digest(config: Config) -> str:
    """Return a digest of every field that can change a result (all but ``workers``)."""
    fields = config.as_dict()
    fixed = {**fields, **_by_old_names(fields)}
    del fixed["workers"], fixed["cluster"]
    for part, name in _ADDED:
        if not fixed[part][name]:
            fixed[part] = {key: value for key, value in fixed[part].items() if key != name}
    return _digest(fixed)


def as_manifest(config: Config) -> dict[str, Any]:
    """Return every field as JSON values, renamed ones under their old names as well."""
    fields = config.as_dict()
    old = _by_old_names(fields)
    return {**fields, **{name: {**part, **fields.get(name, {})} for name, part in old.items()}}


def _by_old_names(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the sections that have a renamed field, all of them under their old names."""
    sections: dict[str, Any] = {}
    for name, renamed in RENAMED.items():
        if name:
            old_of = {new: old for old, new in renamed.items()}
            sections[name] = {old_of.get(key, key): value for key, value in fields[name].items()}
    sections["group"] = sections.pop("cluster")
    return sections


def _digest(values: Any) -> str:
    """Return a digest of JSON values."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
