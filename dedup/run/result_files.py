"""The results of a run, from its store to its files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from dedup.config import Config
from dedup.errors import ConfigError
from dedup.read import real_path
from dedup.store import Store
from dedup.write import (
    AnnotatedFile,
    Layout,
    Lines,
    OutputFolder,
    annotated_lines,
    annotated_rows,
    change_lines,
    decision_lines,
    refuse_existing,
    refuse_unwritable,
    rejected_lines,
    story_lines,
    stream_out,
    survivor_lines,
    survivor_rows,
)


class Results(Protocol):
    """What becomes of the results of a run, beside its manifest and its store.

    Attributes:
        keeps_files: Whether they stay in the output folder.
    """

    @property
    def keeps_files(self) -> bool:
        """Whether they stay in the output folder."""

    def outside(self) -> list[Path]:
        """Return the files outside of the folder that are written, and those that are there."""

    def refuse_existing(self, folder: OutputFolder, *, early: bool) -> None:
        """Refuse to replace a file outside of the folder, before anything is done."""

    def write(
        self, folder: OutputFolder, config: Config, store: Store, *, replace: bool, changes: bool
    ) -> None:
        """Write all results, or take them."""


@dataclass(frozen=True, slots=True)
class ResultFiles:
    """Where the results of a run go, beside its folder.

    Attributes:
        layout: How the tables are written.
        survivors_to: A stream for the survivors as JSON lines, in place of a file.
        annotated: A file for all documents with the decisions on them, or None.
        report: A page that the caller writes when the run is finished, or None.
    """

    layout: Layout = field(default_factory=Layout)
    survivors_to: BinaryIO | None = None
    annotated: AnnotatedFile | None = None
    report: Path | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be written.

        Raises:
            ConfigError: Parquet is to be compressed, what is not written is to be in shards, or two
                files are to be one.
        """
        if self.layout.compression and self.layout.table_format != "jsonl":
            raise ConfigError("--compress is for JSON lines: Parquet is compressed without it")
        if self.layout.shard_bytes and self.survivors_to and not self.annotated:
            raise ConfigError("--shard-size splits files, and --survivors - writes none")
        places = [
            real_path(each)
            for each in (self.report, self.annotated and self.annotated.path)
            if each
        ]
        if len({*places}) < len(places):
            raise ConfigError("--report and --annotate name one file; name two")

    @property
    def keeps_files(self) -> bool:
        """They stay in the folder."""
        return True

    def outside(self) -> list[Path]:
        """Return the files outside of the folder that are written, and those that are there."""
        found = [] if self.report is None else [self.report]
        if self.annotated is not None:
            found += [self.annotated.path, *self.annotated.existing()]
        return found

    def refuse_existing(self, folder: OutputFolder, *, early: bool) -> None:
        """Refuse to replace a file outside of the folder, before anything is done.

        Args:
            folder: The folder; where it has files, the other file may be of the same run.
            early: Whether the run is to begin. Else it may be one that has written the file.

        Raises:
            OutputError: It exists, or the folder of the page cannot be written.
        """
        if self.report is not None:
            refuse_unwritable(self.report)
        if not early or folder.has_files:
            return
        if self.annotated is not None:
            self.annotated.refuse_existing()
        if self.report is not None:
            refuse_existing(self.report, overwrite=False)

    def write(
        self,
        folder: OutputFolder,
        config: Config,
        store: Store,
        *,
        replace: bool,
        changes: bool,
    ) -> None:
        """Write all results.

        Args:
            folder: Gets the tables.
            config: Says which field of a record is which.
            store: Has the results.
            replace: Whether a file outside of the folder may be replaced.
            changes: Whether changes of earlier stories are written, too.

        Raises:
            OutputError: They cannot be written, or may not be replaced.
        """
        results, layout, names = store.results, self.layout, dict(config.read.fields)
        folder.begin_files()
        folder.write_table("decisions", decision_lines(results.decisions()), layout)
        folder.write_table("stories", story_lines(results.described_stories()), layout)
        if self.survivors_to is None:
            survivors: Lines = survivor_lines(results.survivors())
            if layout.table_format == "parquet":
                survivors = survivor_rows(results.survivors(), names)
            folder.write_table("survivors", survivors, layout)
        folder.write_table("rejected", rejected_lines(results.rejections()), layout)
        if changes:
            made = change_lines(results.changes(store.dumps.number))
            folder.write_table("changes", made, layout)
        if self.annotated is not None:
            documents = results.annotated()
            lines: Lines = (
                annotated_rows(documents, names)
                if self.annotated.is_parquet
                else annotated_lines(documents)
            )
            self.annotated.write(lines, layout.shard_bytes, overwrite=replace)
        if self.survivors_to is not None:
            stream_out(self.survivors_to, survivor_lines(results.survivors()))
