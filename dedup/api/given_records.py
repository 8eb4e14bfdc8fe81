"""What a program passes in, to the inputs of a run: paths or records."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from dedup.config import Config
from dedup.errors import InputError
from dedup.models import Raw
from dedup.read import Tally, require_text
from dedup.read.program_records import (
    MIXED,
    is_table,
    program_rows,
    raw_records,
    refuse_others,
)
from dedup.run.dump_inputs import DumpInputs, PathInputs

# The longest name and the longest path that systems take.
_LONGEST_NAME = 255
_LONGEST_PATH = 4096


@dataclass(frozen=True, slots=True)
class RecordInputs:
    """Records that a program passed in, as inputs of a run.

    Attributes:
        records: Records as dicts; a table, or several one after the other.
    """

    records: Any

    @property
    def paths(self) -> Sequence[str | Path]:
        """None."""
        return ()

    @property
    def names(self) -> list[str]:
        """None: they cannot be read again from anywhere."""
        return []

    @property
    def reads_once(self) -> bool:
        """Whether they come from an iterator, as of a generator or an Arrow stream."""
        return isinstance(self.records, Iterator)

    def size(self, config: Config, outputs: Sequence[Path] = ()) -> int | None:
        """Return None: it is not known."""
        return None

    def read(self, config: Config, tally: Tally) -> Iterator[Raw]:
        """Return all records.

        Raises:
            InputError: None has a text, or a table cannot be read.
            TypeError: One is no record.
        """
        return require_text(raw_records(self.rows(), config.read), config.read, lambda: False)

    def rows(self) -> Iterator[Mapping[str, Any]]:
        """Yield each record with values as the program has them.

        Raises:
            InputError: A table cannot be read.
            TypeError: One is no record.
        """
        return program_rows(self.records)


def given_inputs(inputs: Any) -> DumpInputs:
    """Return the paths or the records that a program passed in.

    A generator is read up to its first item; no row of a table is read.

    Args:
        inputs: A path or paths; records as dicts; a table, or several one after the other.

    Raises:
        InputError: A text is in the place of a path.
        TypeError: It is none of these, or paths and records are mixed.

    >>> given_inputs(["a.jsonl"]).paths
    ['a.jsonl']
    >>> given_inputs([{"text": "Rain"}])
    RecordInputs(records=[{'text': 'Rain'}])
    """
    refuse_others(inputs)
    if isinstance(inputs, str | Path):
        return PathInputs([_path(inputs)])
    if is_table(inputs):
        return RecordInputs(inputs)
    items = iter(inputs)
    first = list(islice(items, 1))
    items = chain(first, items)
    if first and isinstance(first[0], str | Path):
        return PathInputs([_path(each) for each in items])
    # What is no sequence may give each item once only, though it is no iterator, as tqdm's bars do.
    return RecordInputs(inputs if isinstance(inputs, Sequence) else items)


def _path(item: Any) -> str | Path:
    """Return an item of paths.

    Raises:
        InputError: It is a text.
        TypeError: It is no path.
    """
    if not isinstance(item, str | Path):
        raise TypeError(MIXED)
    path = str(item)
    parts = path.split("/")
    is_long = len(path) > _LONGEST_PATH or max(map(len, parts)) > _LONGEST_NAME
    if is_long or ("\n" in path and not os.path.exists(path)):  # noqa: PTH110 - raises nothing
        raise InputError("a text is no path: pass it as a record, as in [{'text': text}]")
    if not path:  # Path("") would be the current folder
        raise InputError("an empty text is no path: the current folder is '.'")
    return item
