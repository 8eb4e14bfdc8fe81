"""All documents of a run on an engine with the decisions on them, in parts where the user says."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from dedup.errors import OutputError
from dedup.locations import Location
from dedup.write.annotated_file import annotated_name
from dedup.write.folder import OutputFolder
from dedup.write.named_files import refuse_irregular
from dedup.write.part_files import has_all, move_all, reported
from dedup.write.table_files import MOST_SHARDS, shard_name


class AnnotatedParts:
    """The parts ``NAME-00000.jsonl`` and so on of a file, in the format that its name says.

    Attributes:
        place: The file as it was named, on this machine or at an address. It is not written.
        folder: The folder around it, which gets the parts.
    """

    def __init__(self, place: Location) -> None:
        """Read the name.

        Raises:
            ConfigError: It does not say the format.
        """
        self._stem, self._suffix = annotated_name(place)
        self.place = place
        self.folder = place.parent

    def staging(self, run: str) -> Location:
        """Return the hidden folder beside the file to which the tasks of a run write parts.

        Args:
            run: The id of the run.
        """
        return self.folder / f".{self.place.name}.{run}"

    def existing(self) -> list[Location]:
        """Return the file and the parts that are there: those from the first without a gap.

        Raises:
            OutputError: The folder cannot be read.
        """
        there = self._there()
        names = [self.place.name] if self.place.name in there else []
        names += itertools.takewhile(there.__contains__, self._part_names())
        return [self.folder / name for name in names]

    def in_the_way(self) -> list[Location]:
        """Return the file and all that have names of parts: also behind a gap, as far as may be.

        How many parts there will be is not known before the run, and each would replace such a
        file.

        Raises:
            OutputError: The folder cannot be read.
        """
        there = self._there()
        names = filter(there.__contains__, (self.place.name, *self._part_names()))
        return [self.folder / name for name in names]

    def _there(self) -> set[str]:
        """Return the names of the files in the folder."""
        with reported(self.folder):
            return {each.name for each in self.folder.entries() if not each.is_folder}

    def _part_names(self) -> Iterator[str]:
        """Yield the names of all parts that there may be, in order."""
        return (shard_name(self._stem, self._suffix, number) for number in range(MOST_SHARDS))

    def refuse_existing(self) -> None:
        """Refuse to replace what is there.

        Raises:
            OutputError: The file, or one with the name of a part, exists.
        """
        for each in self.in_the_way():
            path = each.path if each.is_local else None
            raise OutputError(f"{each} already exists; replace it with --overwrite", path=path)

    def refuse_place_in(self, out: Location) -> None:
        """Refuse a file that a run would replace or remove itself, or one that is no regular file.

        Args:
            out: The output folder of the run.

        Raises:
            OutputError: It is such a file.
        """
        place = self.place
        if place.is_local:
            refuse_irregular(place.path)
        path, folder = (
            Path(os.path.realpath(each.path) if each.is_local else str(each))
            for each in (place, out)
        )
        if OutputFolder(folder).has_place_of(path):
            message = f"{place} is a file of the run itself; choose another name"
            raise OutputError(message, path=place.path if place.is_local else None)

    def has_all(self, sizes: Mapping[str, int]) -> bool:
        """Return whether parts are there as they were written.

        Args:
            sizes: Their sizes in bytes by name.

        Raises:
            OutputError: The folder cannot be read.
        """
        return has_all(self.folder, sizes)

    def put_in_place(self, moves: Mapping[Location, str], staging: Location) -> None:
        """Give parts their names, and remove the files of an earlier run that they do not replace.

        It can be repeated with parts that are written again.

        Args:
            moves: Parts in the folder of their run, and the names that they get.
            staging: That folder, which is removed.

        Raises:
            OutputError: A file cannot be moved.
        """
        names = {*moves.values()}
        before = self.existing()
        with reported(self.folder):
            move_all((part, self.folder / name) for part, name in moves.items())
            # From the last to the first: after a stop the others are found, as they have no gap.
            for each in reversed(before):
                if each.name not in names:
                    each.remove()
            staging.remove()
