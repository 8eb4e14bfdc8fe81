"""The file of all documents with the decisions on them, which lies where the user names it."""

from __future__ import annotations

import filecmp
import itertools
from contextlib import suppress
from pathlib import Path

from dedup.errors import ConfigError, OutputError, refusal
from dedup.locations import Location
from dedup.write.table_files import (
    PARQUET,
    SUFFIXES,
    Lines,
    files_of,
    shard_name,
    split_name,
    write_table_file,
)


def annotated_name(place: Path | Location) -> tuple[str, str]:
    """Return the stem and the suffix of the name of a file for all documents.

    Raises:
        ConfigError: The name does not say the format.
    """
    parts = split_name(place.name)
    if parts is None:
        *others, last = SUFFIXES
        raise ConfigError(f"--annotate {place}: the name must end in {', '.join(others)} or {last}")
    return parts


class AnnotatedFile:
    """A file, or its shards ``NAME-00000.jsonl`` and so on, in the format that its name says.

    Attributes:
        path: The file as it was named.
        is_parquet: Whether it takes rows, not lines.
    """

    def __init__(self, path: Path) -> None:
        """Read the name.

        Raises:
            ConfigError: It does not say the format.
        """
        self.path = path
        self._stem, self._suffix = annotated_name(path)
        self.is_parquet = self._suffix == PARQUET

    def existing(self) -> list[Path]:
        """Return the file and the shards that are there: those from the first without a gap.

        A file whose name only looks like that of a shard, such as ``all-20260504.jsonl``, is none.
        """
        shards = (
            self.path.with_name(shard_name(self._stem, self._suffix, number))
            for number in itertools.count()
        )
        found = [*itertools.takewhile(Path.exists, shards)]
        return [self.path, *found] if self.path.exists() else found

    def refuse_existing(self) -> None:
        """Refuse to replace what is there.

        Raises:
            OutputError: The file, or a shard of it, exists.
        """
        for path in self.existing():
            raise OutputError(f"{path} already exists; replace it with --overwrite", path=path)

    def write(self, lines: Lines, shard_bytes: int | None, *, overwrite: bool) -> None:
        """Write all documents; files of an earlier run stay until the new ones are whole.

        The same run again finds the same files, which need no leave to be replaced.

        Args:
            lines: Their lines; for Parquet their rows.
            shard_bytes: See :class:`dedup.write.table_files.Layout`.
            overwrite: Whether other files may be replaced.

        Raises:
            OutputError: They cannot be written, or may not be replaced.
        """
        parts: dict[Path, Path] = {}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            for name, part_of in files_of(self._stem, self._suffix, lines, shard_bytes):
                part = self.path.with_name(f".{name}.part")
                parts[part] = self.path.with_name(name)
                write_table_file(part, part_of, "annotated", self._suffix)
            before = self.existing()
            # Behind a gap, too, no file is replaced without leave.
            before += sorted(set(filter(Path.exists, parts.values())).difference(before))
            if not overwrite and not _are_same(before, parts):
                raise OutputError(
                    f"{before[0]} already exists, with other documents; move it away, or choose "
                    "another file",
                    path=before[0],
                )
            for part, final in parts.items():
                part.replace(final)
            for path in set(before).difference(parts.values()):
                path.unlink()
        except OSError as error:
            raise refusal(self.path.parent, error) from error
        finally:
            for part in parts:
                with suppress(OSError):
                    part.unlink(missing_ok=True)


def _are_same(before: list[Path], parts: dict[Path, Path]) -> bool:
    """Return whether no file is there, or only what is about to be written again."""
    made = {final: part for part, final in parts.items()}
    return all(path in made and filecmp.cmp(path, made[path], shallow=False) for path in before)
