"""The lines of the files of a run, written where their rows are, a file for each partition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dedup.engines.engine import Batches
from dedup.json_codec import load_own_json
from dedup.locations import Location
from dedup.models import Decision, OutputRecord, Status
from dedup.pipeline.on_tables.decided_documents import DecidedRows, status_of
from dedup.store.output_records import decision_of, output_record, rejected_record
from dedup.write import (
    Lines,
    annotated_lines,
    annotated_rows,
    decision_lines,
    rejected_lines,
    story_lines,
    survivor_lines,
    survivor_rows,
)
from dedup.write.line_parts import write_line_part
from dedup.write.lines import Decided
from dedup.write.table_files import PARQUET, SHARDED

_OF_DECISION = ("row", "doc_id", "reason")
_SAID = ("url", "title", "host")
_CONTENT = ("date", "from_page", "text_field", "fields", "text")
_OF_REJECTION = ("doc_id", "source", "reason", "detail")

READ = {
    "decisions": [*_OF_DECISION, "signature", *_SAID],
    "survivors": [*_OF_DECISION, *_CONTENT],
    "annotated": [*_OF_DECISION, "signature", "source", *_CONTENT],
    "rejected": ["row", *_OF_REJECTION],
}
"""The columns of ``DOCUMENTS`` that the lines of each table are made from."""

BY_SIZE = (SHARDED, "annotated")
"""The tables whose files have at most so many bytes where that is asked for."""

_STAY = pa.array([Status.CANONICAL.value, Status.UNIQUE.value])


@dataclass(frozen=True, slots=True)
class PartFolder:
    """Where and how the files of a table are written.

    Attributes:
        folder: The folder.
        suffix: One of :data:`dedup.write.SUFFIXES`.
        own_names: Standard names to the records' own, as in :class:`dedup.config.ReadConfig`.
        shard_bytes: Most bytes of documents in a file, as in :class:`dedup.write.Layout`.
    """

    folder: Location
    suffix: str
    own_names: Mapping[str, str]
    shard_bytes: int | None = None

    @property
    def is_parquet(self) -> bool:
        """Whether files take rows, not lines."""
        return self.suffix == PARQUET


def write_decisions(to: PartFolder, decided: DecidedRows, batches: Batches) -> Batches:
    """Write the decisions on the documents of a partition; yield the file that was written.

    Raises:
        OutputError: It cannot be written.
    """
    decisions = (each for part in decided.documents(batches) for each in _decisions(*part))
    row_of = attrgetter("row")
    yield from write_line_part(to.folder, "decisions", to.suffix, decisions, row_of, decision_lines)


def write_survivors(to: PartFolder, decided: DecidedRows, batches: Batches) -> Batches:
    """Write the documents of a partition that stay; yield the files that were written.

    Raises:
        OutputError: One cannot be written.
    """
    documents = (each for part in decided.documents(batches) for each in _survivors(*part))
    yield from _write_documents(to, "survivors", documents, survivor_lines, survivor_rows)


def write_annotated(to: PartFolder, decided: DecidedRows, batches: Batches) -> Batches:
    """Write all inputs of a partition with the decisions on them; yield the files, likewise.

    Raises:
        OutputError: One cannot be written.
    """
    documents = (each for part in decided.documents(batches) for each in _annotated(*part))
    yield from _write_documents(to, "annotated", documents, annotated_lines, annotated_rows)


def _write_documents(
    to: PartFolder,
    table: str,
    documents: Decided,
    as_lines: Callable[[Decided], Lines],
    as_rows: Callable[[Decided, Mapping[str, str]], Lines],
) -> Batches:
    """Write documents with the decisions on them, as lines or as rows."""

    def made(found: Decided) -> Lines:
        return as_rows(found, to.own_names) if to.is_parquet else as_lines(found)

    yield from write_line_part(
        to.folder, table, to.suffix, documents, _row_of, made, to.shard_bytes
    )


def _row_of(document: tuple[OutputRecord, Decision]) -> int:
    """Return the row of a document with its decision."""
    return document[1].row


def write_rejected(to: PartFolder, batches: Batches) -> Batches:
    """Write the inputs of a partition that could not be used; yield the file that was written.

    Raises:
        OutputError: It cannot be written.
    """
    rejections = (
        cells
        for batch in batches
        for cells in _tuples(batch.filter(batch["reason"].is_valid()), READ["rejected"])
    )
    yield from write_line_part(
        to.folder, "rejected", to.suffix, rejections, itemgetter(0),
        lambda found: rejected_lines(cells[1:] for cells in found),
    )  # fmt: skip


def write_stories(to: PartFolder, batches: Batches) -> Batches:
    """Write the stories of each range to a file of its own; yield the files that were written.

    Args:
        to: Where.
        batches: Columns ``range`` and ``body`` of ``DESCRIBED_STORIES``, by id.

    Raises:
        OutputError: A file cannot be written.
    """
    stories = (cells for batch in batches for cells in _tuples(batch, ["range", "body"]))
    for _, of_range in groupby(stories, itemgetter(0)):
        yield from write_line_part(
            to.folder, "stories", to.suffix, of_range, itemgetter(0),
            lambda found: story_lines(load_own_json(body) for _, body in found),
        )  # fmt: skip


def _decisions(part: pa.RecordBatch, decided: pa.Table) -> Iterator[Decision]:
    """Yield the decisions on documents.

    Args:
        part: Columns of ``DOCUMENTS``. Those of ``READ["decisions"]`` that are left out are null.
        decided: The decision on each, null for one without a story.
    """
    missing = pa.nulls(part.num_rows)
    cells = {
        name: part[name] if name in part.schema.names else missing for name in READ["decisions"]
    }
    columns = [
        cells["row"],
        cells["doc_id"],
        status_of(cells["reason"], decided),
        decided["story_id"],
        decided["canonical_id"],
        pc.fill_null(decided["size"], 1),
        decided["relation"],
        decided["score"],
        pc.coalesce(cells["reason"], decided["reason"].combine_chunks()),
        decided["copy_of"],
        *(cells[name] for name in _SAID),
        cells["signature"].is_valid(),
    ]
    for row in zip(*(column.to_pylist() for column in columns), strict=True):
        yield decision_of(*row)


def _survivors(part: pa.RecordBatch, decided: pa.Table) -> Decided:
    """Yield those of some documents that stay, with the decisions on them."""
    stays = pc.is_in(status_of(part["reason"], decided), _STAY)
    part, decided = part.filter(stays), decided.filter(stays)
    records = _tuples(part, ["doc_id", *_CONTENT])
    for record, decision in zip(records, _decisions(part, decided), strict=True):
        yield output_record(*record), decision


def _annotated(part: pa.RecordBatch, decided: pa.Table) -> Decided:
    """Yield documents with the decisions on them."""
    records = _tuples(part, ["source", "doc_id", *_CONTENT])
    for (source, doc_id, *cells), decision in zip(records, _decisions(part, decided), strict=True):
        is_rejected = decision.status is Status.REJECTED
        record = rejected_record(doc_id, source) if is_rejected else output_record(doc_id, *cells)
        yield record, decision


def _tuples(batch: pa.RecordBatch, names: list[str]) -> Iterator[tuple[Any, ...]]:
    """Yield the cells of some columns row by row."""
    return zip(*(batch[name].to_pylist() for name in names), strict=True)
