"""The store of a run on an engine: a folder of Parquet tables, from which its file can be made.

Each table is a folder of files that the processes of the engine wrote. A small JSON file, written
last, names all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dedup.engines.engine import Engine, Table
from dedup.errors import OutputError, printable
from dedup.json_codec import dump_json, load_json
from dedup.locations import Location
from dedup.pipeline.plan import FinalStories, PlannedDump
from dedup.pipeline.tables import (
    CANDIDATE_SCORES,
    COPY_PAIRS,
    DECISIONS,
    DOCUMENTS,
    LOOSE_GROUPS,
    STORIES,
)
from dedup.store.schema import FORMAT
from dedup.version import __version__
from dedup.write.part_files import (
    PART_FILES,
    PartFile,
    checksum_of,
    part_files,
    reported,
    write_parquet_part,
)
from dedup.write.table_files import PARQUET, STORE_LIST, shard_name

FREQUENCIES = pa.schema([("term", pa.uint32()), ("count", pa.int64())])
"""How many representatives have each term, which is a hash."""

TABLES = {
    "documents": DOCUMENTS, "copy_pairs": COPY_PAIRS, "story_scores": CANDIDATE_SCORES,
    "stories": STORIES, "decisions": DECISIONS, "loose_groups": LOOSE_GROUPS,
    "document_frequencies": FREQUENCIES,
}  # fmt: skip
"""The tables by name; the columns are those of the tables of a store, see docs/store.md."""

_OF_REWRITES = ("story_scores", "loose_groups", "document_frequencies")
_COUNTED = "counted_documents"
_BATCH_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class WrittenTables:
    """Tables of a store that an engine wrote, each file under a name that it does not keep.

    Attributes:
        folder: Where they are, in a folder each.
        files: The files of each table.
        values: What is kept of the dump by name: JSON values.
    """

    folder: Location
    files: Mapping[str, Sequence[PartFile]]
    values: Mapping[str, Any]

    def last_names(self) -> dict[Location, str]:
        """Return the names that the files get in the folder of the store, with that of a table."""
        return {
            self.folder / table / file.name: f"{table}/{shard_name(table, PARQUET, number)}"
            for table, files in self.files.items()
            for number, file in enumerate(files)
        }

    def listing(self) -> bytes:
        """Return the content of the list of all files."""
        tables = {
            table: [
                {**file._asdict(), "name": shard_name(table, PARQUET, number)}
                for number, file in enumerate(files)
            ]
            for table, files in self.files.items()
        }
        listed = {"format": FORMAT, "dedup": __version__, "values": self.values, "tables": tables}
        return dump_json(listed)


def write_store_tables(
    engine: Engine[Table],
    planned: PlannedDump[Table],
    final: FinalStories[Table],
    folder: Location,
    *,
    options: str,
    basis: str,
    scorer: Sequence[str],
) -> WrittenTables:
    """Write all that a store keeps of a dump, without earlier dumps, as tables.

    Args:
        engine: Has the tables of the plan; its processes write the files.
        planned: What the plan found.
        final: Its stories.
        folder: A folder that all processes can write.
        options: Digest of all options that can change a result.
        basis: Digest of the options that all dumps of a store must share.
        scorer: What the scorer is known by.

    Raises:
        OutputError: A file cannot be written.
    """
    values = {"config_digest": options, "basis": basis, "scorer": list(scorer), **planned.values}
    if planned.rewrites is not None:
        values[_COUNTED] = planned.rewrites.frequencies.documents
    files = {}
    for name, table in _tables(engine, planned, final).items():
        write = partial(write_parquet_part, folder / name, TABLES[name])
        written = part_files(engine.collect(engine.map(table, write, PART_FILES)))
        files[name] = written or [_without_rows(folder / name, TABLES[name])]
    return WrittenTables(folder, files, values)


def _without_rows(folder: Location, schema: pa.Schema) -> PartFile:
    """Write a file without rows, so that what reads a table finds one.

    Raises:
        OutputError: It cannot be written.
    """
    place = folder / f"empty{PARQUET}"
    with reported(folder):
        with place.written() as file:
            pq.write_table(schema.empty_table(), file)
            size = file.tell()
        with place.read() as written:
            return PartFile(place.name, 0, size, None, checksum_of(written))


def _tables(
    engine: Engine[Table], planned: PlannedDump[Table], final: FinalStories[Table]
) -> dict[str, Table]:
    """Return the tables of the store."""
    rewrites = planned.rewrites
    found = {
        "documents": planned.cleaned.documents, "copy_pairs": planned.copies.pairs,
        "stories": final.stories, "decisions": final.decisions,
    }  # fmt: skip
    if rewrites is None:
        loaded = {name: engine.load(TABLES[name].empty_table()) for name in _OF_REWRITES}
        return {**found, **loaded}
    counted = rewrites.frequencies
    loaded = {
        "story_scores": rewrites.candidate_scores,
        "loose_groups": engine.load(rewrites.loose_groups),
        "document_frequencies": engine.load(
            pa.table([counted.terms, counted.counts], schema=FREQUENCIES)
        ),
    }
    return {**found, **loaded}


@dataclass(frozen=True, slots=True)
class StoreFolder:
    """The tables of a store as they were written, to be read.

    Attributes:
        folder: The folder.
        values: What is kept of the dump by name: JSON values.
        counted: How many documents the document frequencies count, None where there are none.
    """

    folder: Location
    values: Mapping[str, Any]
    counted: int | None
    _files: Mapping[str, Sequence[Mapping[str, Any]]]

    @classmethod
    def open(cls, folder: Location) -> StoreFolder:
        """Read the list of files, and check that all of them are there.

        Raises:
            OutputError: There is no list, it is of another version or damaged, or a file is
                missing or has another size.
        """
        place = folder / STORE_LIST
        try:
            listed = load_json(place.read_bytes())
            kind, made_by = listed["format"], listed["dedup"]
        except FileNotFoundError as error:
            message = f"{folder} holds no tables of a store, as a run with --engine leaves them"
            raise OutputError(message) from error
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise _damaged(place, error) from error
        if kind != FORMAT:
            raise OutputError(
                f"the tables in {folder} are of dedup {printable(str(made_by))}, whose stores have "
                "another format; make the store with that version"
            )
        try:
            values = dict(listed["values"])
            counted = values.pop(_COUNTED, None)
            opened = cls(folder, values, counted, {name: listed["tables"][name] for name in TABLES})
            opened._check_files()
        except (ValueError, TypeError, KeyError) as error:
            raise _damaged(place, error) from error
        return opened

    def _check_files(self) -> None:
        """Check that all files are there."""
        for table, files in self._files.items():
            try:
                sizes = {each.name: each.size for each in (self.folder / table).entries()}
            except OSError as error:
                raise _damaged(self.folder / table, error) from error
            for file in files:
                if sizes.get(file["name"]) != file["bytes"]:
                    raise _damaged(self.folder / table / file["name"], None)

    def rows(self, table: str) -> int:
        """Return how many rows a table has."""
        return sum(file["rows"] for file in self._files[table])

    def batches(self, table: str) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a table, a row group in memory at once.

        Documents are in the order of rows where no two processes had documents between those of
        another.

        Raises:
            OutputError: A file is damaged.
        """
        for file in self._files[table]:
            place = self.folder / table / file["name"]
            try:
                with place.read() as opened:
                    yield from _rows_of(opened, TABLES[table], file)
            except (OSError, ValueError, pa.ArrowException) as error:
                raise _damaged(place, error) from error


def _rows_of(opened: Any, schema: pa.Schema, listed: Mapping[str, Any]) -> Iterator[pa.RecordBatch]:
    """Yield the rows of an open file.

    Raises:
        OSError: It cannot be read.
        ValueError: It is not what was written.
    """
    if checksum_of(opened) != listed["checksum"]:
        raise ValueError("it has another checksum")
    file = pq.ParquetFile(opened)
    if not file.schema_arrow.equals(schema):
        raise ValueError("it has other columns")
    yield from file.iter_batches(_BATCH_ROWS, use_threads=False)


def _damaged(place: Location, error: Exception | None) -> OutputError:
    """Return the error for a file that is not what was written, or cannot be read."""
    why = printable(str(error).partition("\n")[0]) if isinstance(error, OSError) else ""
    return OutputError(
        f"{place} is missing, damaged or cannot be read{f' ({why})' if why else ''}; copy it there "
        "again, or run again with --overwrite"
    )
