"""What a run wants of a store, and in which options it differs from an earlier run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dedup.errors import ConfigError
from dedup.json_codec import dump_json, load_own_json

LONGEST_NAME = 200
"""Characters of the longest name of a dump."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a run wants of a store.

    Attributes:
        name: Name of the dump; None to find it by the output folder.
        config: All options.
        options: Digest of those that can change a result.
        basis: Digest of the options that all dumps of a store must share.
        scorer: What the scorer is known by.
        resume: Whether a dump that was not finished is to be continued.
        overwrite: Whether a dump is to be replaced.
        store: A store outside of the output folder with earlier dumps, to which this one is added.
        against: A store with earlier dumps that stays as it is. Without either, the working store
            is in the output folder.
        reads_stream: Whether an input can be read only once.
        keeps_files: Whether the results stay in the output folder. If not, they are handed over in
            memory, and the store notes no folder.
    """

    name: str | None
    config: Mapping[str, Any]
    options: str
    basis: str
    scorer: Sequence[str]
    resume: bool
    overwrite: bool
    store: Path | None = None
    against: Path | None = None
    reads_stream: bool = False
    keeps_files: bool = True


def _check_name(name: str | None) -> None:
    """Refuse a name of a dump that cannot stand on one line of a list.

    Raises:
        ConfigError: It is blank, is long, or has characters that cannot be printed.
    """
    if name is None:
        return
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise ConfigError(
            f"--dump takes a name of 1 to {LONGEST_NAME} printable characters, such as 2024-05-02"
        )


def refuse_contradictions(
    expire: float,
    store: Path | None,
    dump: str | None,
    against: Path | None,
    *,
    resume: bool,
    overwrite: bool,
) -> None:
    """Refuse options that do not go together, and a name of a dump that is none.

    Raises:
        ConfigError: There are some.
    """
    _check_name(dump)
    if resume and overwrite:
        raise ConfigError("--resume and --overwrite exclude each other")
    if expire and store is None:
        raise ConfigError("--expire needs a --store")
    if dump is not None and store is None:
        raise ConfigError("--dump needs a --store")
    if store is not None and against is not None:
        raise ConfigError("--store and --against exclude each other")


def changed_options(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the names of options, as in ``story.threshold``, whose values are others now.

    Args:
        before: The configuration in a manifest.
        now: A configuration as it would be there.
    """
    earlier, values = option_values(before), option_values(now)
    return [name for name, value in values.items() if earlier.get(name) != value]


def option_values(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a configuration, as JSON values, by name; without ``workers``."""
    leaves: dict[str, Any] = {}
    for name, value in load_own_json(dump_json(config)).items():
        section = value if isinstance(value, dict) else {"": value}
        leaves.update({f"{name}.{inner}".rstrip("."): each for inner, each in section.items()})
    leaves.pop("workers", None)
    return leaves
