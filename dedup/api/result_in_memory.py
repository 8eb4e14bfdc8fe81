"""The results of a run, taken from its store instead of written to files."""

from __future__ import annotations

from pathlib import Path

from dedup.api.result import Result, read_result
from dedup.config import Config
from dedup.store import Store
from dedup.write import OutputFolder


class ResultInMemory:
    """Takes the results of a run, in place of :class:`dedup.run.result_files.ResultFiles`.

    Attributes:
        keeps_files: False: the output folder is a temporary one.
        result: What was taken.
    """

    keeps_files = False
    result: Result

    def outside(self) -> list[Path]:
        """Return no file."""
        return []

    def refuse_existing(self, folder: OutputFolder, *, early: bool) -> None:
        """Refuse nothing."""

    def write(
        self, folder: OutputFolder, config: Config, store: Store, *, replace: bool, changes: bool
    ) -> None:
        """Take all results."""
        folder.begin_files()  # the manifest
        self.result = read_result(store, changes=changes)
