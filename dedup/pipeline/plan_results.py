"""The plan from what was found to the files of a run, without all of it in one process.

Stories of rewrites take the places of those of copies. Stories and what their documents say of
themselves are brought together by ranges of the ids of stories; decisions, with the ids of
representatives, go from there to files, one for each partition of documents, and documents, whose
texts are not sent, meet them there. Each partition writes its lines to files of its own, which the
process of the plan puts in order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic

import numpy as np
import pyarrow as pa

from dedup.config import ClusterConfig, Config
from dedup.engines.engine import Batches, Engine, Table
from dedup.kernels.array_types import Int64s
from dedup.locations import Location
from dedup.models import RunFacts
from dedup.pipeline import tables
from dedup.pipeline.on_tables import decided_documents as decide
from dedup.pipeline.on_tables import described_stories as describe
from dedup.pipeline.on_tables import result_counts as count
from dedup.pipeline.on_tables import result_lines as lines
from dedup.pipeline.on_tables.stage_arrays import count_rows, numbers
from dedup.pipeline.plan import FinalStories, PlannedDump
from dedup.store.warning_queries import as_warnings
from dedup.write import Layout
from dedup.write.line_parts import empty_part, part_names
from dedup.write.part_files import PART_FILES, PartFile, part_files
from dedup.write.table_files import split_name

RANGE_DOCUMENTS = 50_000
"""Documents whose stories are written by one process: some 100 MB."""


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """A table of a run in files that have not their last names yet.

    Attributes:
        folder: Where they are.
        files: The files, in the order of their lines.
        names: Their last names.
    """

    folder: Location
    files: Sequence[PartFile]
    names: Sequence[str]

    def last_names(self) -> dict[Location, str]:
        """Return the last name of each file."""
        places = (self.folder / file.name for file in self.files)
        return dict(zip(places, self.names, strict=True))


@dataclass(frozen=True, slots=True)
class WrittenResults:
    """The results of a run in files, and what its manifest says of them.

    Attributes:
        tables: ``decisions``, ``stories``, ``survivors`` and ``rejected``.
        annotated: All documents with the decisions on them, None where they are not asked for.
        facts: What the manifest says.
    """

    tables: Mapping[str, WrittenTable]
    annotated: WrittenTable | None
    facts: RunFacts


def plan_results(
    engine: Engine[Table],
    planned: PlannedDump[Table],
    final: FinalStories[Table],
    config: Config,
    layout: Layout,
    folder: Location,
    *,
    annotated: Location | None = None,
    range_documents: int = RANGE_DOCUMENTS,
) -> WrittenResults:
    """Write the results of a dump that has no earlier one, and count what they are.

    Args:
        engine: Runs the stages, and has the tables of the dump.
        planned: What the plan found.
        final: Its stories.
        config: Names of fields, and from where on warnings are given.
        layout: How tables are written.
        folder: A folder that all processes can write; what it holds in the end and no table names
            is of no use.
        annotated: A file for all documents, whose name says how they are written; its parts are
            written to the folder around it. None for none.
        range_documents: Documents in stories that are written to one file.

    Raises:
        OutputError: A file cannot be written.
    """
    documents = planned.cleaned.documents
    described = _described(engine, documents, final, range_documents)
    decided = _decided_files(engine, documents, described, folder / "decided")
    run = _Run(
        engine, documents, described, decided, dict(config.read.fields), folder, layout.shard_bytes
    )
    tables_of_run = {
        "decisions": run.of_documents("decisions", "decisions", layout.suffix),
        "stories": run.stories(layout.suffix),
        "survivors": run.of_documents("survivors", "survivors", layout.survivors_suffix),
        "rejected": run.of_documents("rejected", "rejected", layout.suffix),
    }
    found = None
    if annotated is not None:
        stem, suffix = split_name(annotated.name) or (annotated.name, layout.suffix)
        found = run.of_documents("annotated", stem, suffix, annotated.parent)
    facts = _facts(run, final.decisions, planned, config.cluster)
    return WrittenResults(tables_of_run, found, facts)


def _described(
    engine: Engine[Table], documents: Table, final: FinalStories[Table], most: int
) -> Table:
    """Return ``DESCRIBED_STORIES``.

    Args:
        engine: Runs the stages.
        documents: The documents.
        final: Their stories.
        most: Documents of a range.
    """
    stories, decisions = final.stories, final.decisions
    columns = ["row", "story_id"]
    digits = engine.map(decisions, describe.story_digits, tables.STORY_DIGITS, columns)
    known = engine.collect(digits).sort_by("row").combine_chunks()
    ranges = max(1, -(-known.num_rows // most))
    members = partial(describe.members_by_range, engine.share(known), ranges)
    described = engine.exchange(
        [
            engine.map(
                stories, partial(describe.stories_by_range, ranges), tables.STORIES_BY_RANGE
            ),
            engine.map(
                decisions, partial(describe.decisions_by_range, ranges), tables.DECISIONS_BY_RANGE
            ),
            engine.map(documents, members, tables.MEMBERS, tables.MEMBERS.names[1:]),
        ],
        describe.describe_stories,
        tables.DESCRIBED_STORIES,
    )
    return engine.keep(described, "described stories")


def _decided_files(
    engine: Engine[Table], documents: Table, described: Table, folder: Location
) -> decide.DecidedRows:
    """Return the decisions on documents in stories, in a file for each block of rows."""
    firsts = _blocks(
        engine.collect(engine.map(documents, decide.row_ranges, tables.ROW_RANGES, ["row"]))
    )
    decided = engine.map(
        described, partial(decide.decided_by_block, firsts), tables.DECIDED_BY_BLOCK, ["decisions"]
    )
    write = partial(decide.write_decided, firsts, folder)
    files = engine.collect(engine.exchange([decided], write, tables.DECIDED_FILES))
    return decide.DecidedRows(engine.share(files.sort_by("first").combine_chunks()))


def _blocks(found: pa.Table) -> Int64s:
    """Return the first row of each partition, ascending.

    Raises:
        ValueError: An engine has rows of one partition between those of another.
    """
    firsts, lasts = (
        each.astype(np.int64) for each in numbers(found.sort_by("first"), "first", "last")
    )
    if (lasts[:-1] >= firsts[1:]).any():
        raise ValueError("the rows of one partition are between those of another")
    ordered: Int64s = firsts
    return ordered


@dataclass(frozen=True, slots=True)
class _Run(Generic[Table]):
    """What all parts of the plan are given.

    Attributes:
        engine: Runs the stages.
        documents: The documents.
        described: Their stories.
        decided: The decisions on them.
        own_names: Standard names to the records' own.
        folder: Where files are written.
        shard_bytes: Most bytes of documents in a file; see :class:`dedup.write.Layout`.
    """

    engine: Engine[Table]
    documents: Table
    described: Table
    decided: decide.DecidedRows
    own_names: Mapping[str, str]
    folder: Location
    shard_bytes: int | None

    def of_documents(
        self, table: str, stem: str, suffix: str, folder: Location | None = None
    ) -> WrittenTable:
        """Write a table that is in the order of documents; None for a folder in that of all."""
        to = lines.PartFolder(
            folder or self.folder / table, suffix, self.own_names,
            self.shard_bytes if table in lines.BY_SIZE else None,
        )  # fmt: skip
        write: dict[str, Callable[[Batches], Batches]] = {
            "decisions": partial(lines.write_decisions, to, self.decided),
            "survivors": partial(lines.write_survivors, to, self.decided),
            "annotated": partial(lines.write_annotated, to, self.decided),
            "rejected": partial(lines.write_rejected, to),
        }
        return self._written(
            self.engine.map(self.documents, write[table], PART_FILES, lines.READ[table]),
            to, table, stem,
        )  # fmt: skip

    def stories(self, suffix: str) -> WrittenTable:
        """Write the stories."""
        to = lines.PartFolder(self.folder / "stories", suffix, self.own_names)
        write = partial(lines.write_stories, to)
        written = self.engine.map(self.described, write, PART_FILES, ["range", "body"])
        return self._written(written, to, "stories", "stories")

    def _written(self, written: Table, to: lines.PartFolder, table: str, stem: str) -> WrittenTable:
        """Return the files that stages wrote; one without a line where there is none."""
        files = part_files(self.engine.collect(written))
        files = files or [empty_part(to.folder, table, to.suffix)]
        return WrittenTable(to.folder, files, part_names(stem, to.suffix, files, to.shard_bytes))


def _facts(
    run: _Run[Table], decisions: Table, planned: PlannedDump[Table], config: ClusterConfig
) -> RunFacts:
    """Return what the manifest says of the results."""
    engine = run.engine
    counted = engine.map(
        run.documents, count.count_documents, tables.DOCUMENT_COUNTS, count.COUNTED
    )
    inputs, reasons, dates = count.inputs_by_reason(engine.collect(counted))
    counted = engine.map(
        decisions, count.count_decisions, tables.DECISION_COUNTS, ["status", "relation"]
    )
    status, relations = count.statuses_and_relations(engine.collect(counted), inputs, reasons)
    stories = engine.collect(engine.map(run.described, count_rows, tables.COUNTS, ["range"]))
    large = engine.map(
        run.described, partial(count.large_stories, config), tables.LISTED_FIRST,
        ["story_id", "size", "body"],
    )  # fmt: skip
    hosts = engine.map(
        run.documents, partial(count.count_hosts, run.decided), tables.HOST_COUNTS,
        ["row", "reason", "host"],
    )  # fmt: skip
    losing = engine.exchange([hosts], partial(count.losing_hosts, config), tables.LISTED_FIRST)
    warnings = as_warnings(
        count.listed_stories(engine.collect(large)), count.listed_hosts(engine.collect(losing))
    )
    return RunFacts(
        status, reasons, relations, sum(stories["count"].to_pylist()), dates, warnings,
        planned.values,
    )  # fmt: skip
