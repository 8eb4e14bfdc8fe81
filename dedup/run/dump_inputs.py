"""What a run reads: files on disk, or records that a program has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dedup.config import Config
from dedup.models import Raw
from dedup.read import Tally
from dedup.run.places import read_inputs, size_of_inputs


class DumpInputs(Protocol):
    """The inputs of a run.

    Attributes:
        paths: Those on disk: files, folders, globs, or ``-``.
        names: What the manifest calls them.
        reads_once: Whether some of them can be read only once.
    """

    @property
    def paths(self) -> Sequence[str | Path]:
        """Those on disk."""

    @property
    def names(self) -> list[str]:
        """What the manifest calls them."""

    @property
    def reads_once(self) -> bool:
        """Whether some can be read only once."""

    def size(self, config: Config, outputs: Sequence[Path] = ()) -> int | None:
        """Return their bytes, None where they are not known.

        Raises:
            InputError: One is missing.
            OutputError: One would be replaced by an output.
        """

    def read(self, config: Config, tally: Tally) -> Iterator[Raw]:
        """Return all of them, in their order.

        Raises:
            InputError: One is missing, or no record has a text.
        """


@dataclass(frozen=True, slots=True)
class PathInputs:
    """Files, folders, globs, or ``-``."""

    paths: Sequence[str | Path]

    @property
    def names(self) -> list[str]:
        """The paths."""
        return sorted(map(str, self.paths))

    @property
    def reads_once(self) -> bool:
        """Whether a stream is among them."""
        return "-" in map(str, self.paths)

    def size(self, config: Config, outputs: Sequence[Path] = ()) -> int | None:
        """Return their bytes, None where a stream is among them."""
        return size_of_inputs(self.paths, config, outputs)

    def read(self, config: Config, tally: Tally) -> Iterator[Raw]:
        """Return all inputs; lines of JSON are not parsed yet."""
        return read_inputs(self.paths, config, tally)
