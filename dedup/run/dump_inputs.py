"""What a run reads: files on disk, or records that a program has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dedup.config import Config
from dedup.models import Raw
from dedup.read import Tally, require_input
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


class Reading:
    """Inputs that are read from the beginning once or more, one time after another.

    Some tables cannot be read twice at once.

    Attributes:
        tally: What was read of them the last time.
    """

    def __init__(self, inputs: DumpInputs, config: Config, remedy: str | None) -> None:
        """Begin to read.

        Args:
            inputs: The inputs.
            config: The options.
            remedy: The end of the sentence of the error where none of the first inputs can be read;
                None where that is no error.

        Raises:
            InputError: An input is missing, no record has a text, or none can be read.
        """
        self._inputs, self._config = inputs, config
        self.tally = Tally()
        self._begun: Iterator[Raw] | None = inputs.read(config, self.tally)
        if remedy is not None:
            self._begun = require_input(self._begun, config.read, remedy)

    def from_the_beginning(self) -> Iterator[Raw]:
        """Return all inputs; what the last call returned may not be used any more."""
        begun, self._begun = self._begun, None
        if begun is None:
            self.tally = Tally()
            begun = self._inputs.read(self._config, self.tally)
        return begun
