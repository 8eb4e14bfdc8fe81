"""Documents meet the decisions on them, which lie in files by row: texts are not sent for that."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.engines.engine import Batches, Shared
from dedup.kernels.array_types import Int64s
from dedup.locations import Location
from dedup.models import Status
from dedup.pipeline.on_tables.stage_arrays import batch_of
from dedup.pipeline.tables import DECIDED, DECIDED_BY_BLOCK, DECIDED_FILES, ROW_RANGES
from dedup.write.part_files import reported

ROWS_AT_ONCE = 1_000
"""Documents that are rows of Python at once: some 10 MB, of pages more."""

_FILES_IN_MEMORY = 2


def row_ranges(batches: Batches) -> Batches:
    """Yield the first and the last row of a partition, nothing where it is empty."""
    rows = [batch["row"].to_numpy() for batch in batches if batch.num_rows]
    if rows:
        first = min(int(each.min()) for each in rows)
        last = max(int(each.max()) for each in rows)
        yield batch_of(ROW_RANGES, ([first], [last]))


def decided_by_block(firsts: Int64s, batches: Batches) -> Batches:
    """Yield the decisions on the documents of stories by block.

    Args:
        firsts: The first row of each block, ascending, int64.
        batches: The column ``decisions`` of ``DESCRIBED_STORIES``.
    """
    for batch in batches:
        cells = batch["decisions"].flatten().flatten()
        blocks = np.searchsorted(firsts, cells[0].to_numpy(), "right") - 1
        yield pa.record_batch([pa.array(blocks), *cells], schema=DECIDED_BY_BLOCK)


def write_decided(firsts: Int64s, folder: Location, decided: pa.Table) -> Batches:
    """Write the decisions of each block to a file by row, and yield its row of ``DECIDED_FILES``.

    Args:
        firsts: The first row of each block, ascending, int64.
        folder: Where the files are written.
        decided: Rows of ``DECIDED_BY_BLOCK``.

    Raises:
        OutputError: A file cannot be written.
    """
    decided = decided.sort_by("row").combine_chunks()
    blocks, starts = np.unique(decided["key"].to_numpy(), return_index=True)
    bounds = pairwise(np.append(starts, decided.num_rows).tolist())
    for block, (start, end) in zip(blocks.tolist(), bounds, strict=False):
        place = folder / f"{uuid.uuid4().hex}.arrow"
        part = decided.slice(start, end - start).select(DECIDED.names)
        with (
            reported(folder),
            place.written() as file,
            pa.ipc.new_file(file, DECIDED) as writer,
        ):
            writer.write_table(part)
        yield batch_of(DECIDED_FILES, ([int(firsts[block])], [place.address]))


@dataclass(frozen=True, slots=True)
class DecidedRows:
    """The decisions on the documents of stories, read from files as they are asked for.

    Attributes:
        files: Rows of ``DECIDED_FILES``, ascending.
    """

    files: Shared

    def of(self, rows: Int64s) -> pa.Table:
        """Return the decision on each of some documents, with nulls where there is none.

        Args:
            rows: The documents, int64.

        Returns:
            Rows of ``DECIDED``, in the order of ``rows``.
        """
        files = self.files()
        blocks = np.searchsorted(files["first"].to_numpy(), rows, "right") - 1
        parts = [_read(files["address"][each].as_py()) for each in np.unique(blocks) if each >= 0]
        found = pa.concat_tables([DECIDED.empty_table(), *parts]).combine_chunks()
        known = found["row"].to_numpy()
        places = np.minimum(np.searchsorted(known, rows), max(known.size - 1, 0))
        missing = known[places] != rows if known.size else np.ones(rows.size, np.bool_)
        return found.take(pa.array(places, mask=missing)).combine_chunks()

    def documents(self, batches: Batches) -> Iterator[tuple[pa.RecordBatch, pa.Table]]:
        """Yield documents, not many at once, with the decisions on them, as :meth:`of` does.

        Args:
            batches: Columns of ``DOCUMENTS``, ``row`` among them.
        """
        for batch in batches:
            for start in range(0, batch.num_rows, ROWS_AT_ONCE):
                part = batch.slice(start, ROWS_AT_ONCE)
                yield part, self.of(part["row"].to_numpy())


@lru_cache(_FILES_IN_MEMORY)
def _read(address: str) -> pa.Table:
    """Return the decisions in a file."""
    with Location(address).read() as file, pa.ipc.open_file(file) as reader:
        return reader.read_all()


def status_of(reason: pa.Array, decided: pa.Table) -> pa.Array:
    """Return the status of documents: only those in stories have a decision."""
    alone = pc.if_else(reason.is_valid(), Status.REJECTED.value, Status.UNIQUE.value)
    found = decided["status"].combine_chunks()
    return pc.coalesce(found, alone)
