"""Documents in the rows of one partition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa

from dedup.json_codec import load_json
from dedup.kernels.array_types import Int64s, UInt8s, UInt32s
from dedup.match.similarity import RaggedArray
from dedup.models import Facts
from dedup.store.cells import expand, expand_removals, text_of

# Columns in the order of the fields of ``Facts`` after ``text_id``.
FACTS = (
    "host", "page", "canonical_page", "title", "url", "moment", "date", "agency", "agency_page",
    "tokens", "shingle_count", "leftovers",
)  # fmt: skip


class Partition:
    """The documents of a partition, by row: a ``DocumentSource``.

    Attributes:
        table: Their rows, ascending; columns of ``DOCUMENTS``, as far as they are asked for, and
            for :meth:`copies` the column ``representative``.
        rows: The column ``row``.
    """

    def __init__(self, table: pa.Table) -> None:
        """Index the rows of a table."""
        order = np.argsort(table["row"].to_numpy(), kind="stable")
        self.table = table.take(pa.array(order)).combine_chunks()
        self.rows: Int64s = self.table["row"].to_numpy()
        self._sets: dict[str, RaggedArray] = {}

    def places(self, rows: Sequence[int] | Int64s) -> Int64s:
        """Return the places of some documents in the table, int64.

        Raises:
            KeyError: One is not in this partition.
        """
        wanted = np.asarray(rows, np.int64)
        places = np.searchsorted(self.rows, wanted)
        if places.max(initial=-1) >= self.rows.size or (self.rows[places] != wanted).any():
            raise KeyError("a document is not in this partition")
        return places

    def facts(
        self, rows: Sequence[int], text_id_of: Mapping[int, int], *, with_fields: bool = False
    ) -> list[Facts]:
        """Return the facts of some documents, in the order of ``rows``."""
        names = [*FACTS, "fields"] if with_fields else list(FACTS)
        part = self.table.select(["doc_id", *names]).take(pa.array(self.places(rows)))
        columns = [part[name].to_pylist() for name in ("doc_id", *names)]
        if with_fields:
            columns[-1] = [load_json(expand(cell)) for cell in columns[-1]]
        return [
            Facts(row, doc_id, text_id_of[row], *cells)
            for row, doc_id, *cells in zip(rows, *columns, strict=True)
        ]

    def sets(self, rows: Sequence[int], *columns: str) -> list[tuple[UInt32s, Int64s]]:
        """Return sets of some documents, in the order of ``rows``: values, and n + 1 bounds."""
        places = self.places(rows)
        found = (picked(self._set(name), places) for name in columns)
        return [(each.values, each.bounds) for each in found]

    def _set(self, name: str) -> RaggedArray:
        """Return a set of all documents."""
        if name not in self._sets:
            self._sets[name] = ragged(self.table[name])
        return self._sets[name]

    def text(self, row: int) -> str:
        """Return the cleaned text of a document."""
        place = self._place_of[row]
        return text_of(*(column[place].as_py() for column in self._text_cells))

    @cached_property
    def _place_of(self) -> dict[int, int]:
        """The place of each document: for one at a time much faster than :meth:`places`."""
        return {row: place for place, row in enumerate(self.rows.tolist())}

    @cached_property
    def _text_cells(self) -> list[pa.ChunkedArray]:
        """The columns that a text is made of."""
        return [self.table[name] for name in ("text_field", "fields", "text")]

    def records_without(self, step: str, rows: Sequence[int]) -> set[int]:
        """Return which of some documents are records from which a cleaning step took a piece."""
        part = self.table.select(["from_page", "removed"]).take(pa.array(self.places(rows)))
        cells = zip(rows, part["from_page"].to_pylist(), part["removed"].to_pylist(), strict=True)
        return {
            row
            for row, from_page, removed in cells
            if not from_page
            and removed is not None
            and any(each.step == step for each in expand_removals(removed))
        }

    @cached_property
    def _copies(self) -> dict[int, list[int]]:
        """All representatives that have copies, with these."""
        found: dict[int, list[int]] = {}
        representatives = self.table["representative"].to_pylist()
        for row, representative in zip(self.rows.tolist(), representatives, strict=True):
            if representative != row:
                found.setdefault(representative, []).append(row)
        return found

    def copies(self, representatives: Sequence[int]) -> dict[int, list[int]]:
        """Return the copies of those of some representatives that have any, rows ascending."""
        return {row: self._copies[row] for row in representatives if row in self._copies}


def ragged(column: pa.ChunkedArray) -> RaggedArray:
    """Return a binary column of uint32 arrays as one array and its bounds; null is empty."""
    data, bounds = flat_bytes(column)
    return RaggedArray(np.frombuffer(data.tobytes(), "<u4"), bounds // 4)


def flat_bytes(column: pa.ChunkedArray) -> tuple[UInt8s, Int64s]:
    """Return the bytes of a binary column end to end, and n + 1 bounds; null is empty."""
    cells = column.combine_chunks()
    if isinstance(cells, pa.ChunkedArray):
        cells = pa.concat_arrays(cells.chunks) if cells.num_chunks else pa.array([], column.type)
    cells = cells.fill_null(b"") if cells.null_count else cells
    _, offsets, data = cells.buffers()
    bounds = np.frombuffer(offsets, np.int32)[cells.offset : cells.offset + len(cells) + 1]
    bounds = bounds.astype(np.int64)
    values = np.frombuffer(data or b"", np.uint8)[bounds[0] : bounds[-1]]
    return values, bounds - bounds[0]


def picked(sets: RaggedArray, places: Int64s) -> RaggedArray:
    """Return the sets at some places."""
    starts, sizes = sets.bounds[places], np.diff(sets.bounds)[places]
    bounds = np.zeros(places.size + 1, np.int64)
    np.cumsum(sizes, out=bounds[1:])
    index = np.arange(bounds[-1]) + np.repeat(starts - bounds[:-1], sizes)
    values: UInt32s = sets.values[index]
    return RaggedArray(values, bounds)
