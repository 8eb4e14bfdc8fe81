"""Parts of a dump to documents by row: read, numbered, known by one id each, and dated."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.config import Config
from dedup.engines.engine import Batches, Shared
from dedup.json_codec import dump_json, load_own_json
from dedup.kernels.array_types import Bools, Int64s
from dedup.match.sorted_lookup import among
from dedup.models import Raw
from dedup.parallel.processes import server_of_a_task
from dedup.pipeline.cleaned_rows import cleaned_rows
from dedup.pipeline.ingest import number_ids, read_in_order
from dedup.pipeline.on_tables.document_cells import (
    Columns,
    cells_of,
    columns_of,
    pick,
    replace_cells,
)
from dedup.pipeline.on_tables.string_keys import string_keys
from dedup.pipeline.page_workers import Recall
from dedup.pipeline.tables import DATE_ORDERS, DOCUMENTS, IDS, INPUTS, MOMENTS, PART_SIZES
from dedup.progress import NullProgress, Progress, log_counts
from dedup.read import Tally
from dedup.store.cells import DUPLICATE_ID, KEPT_OF_DUPLICATE_ID, stored_rejection

log = logging.getLogger(__name__)

MEASURED = ["part", "place", "worker_kib", "tally"]
"""The columns that :func:`measure_parts` reads."""


@dataclass(frozen=True, slots=True)
class InputPart:
    """Some inputs of a dump that follow each other, and are read by one process.

    Attributes:
        number: Its place among the parts, from 0.
        read: Yields the inputs, and counts in a tally what was read and what passed over, once all
            of them were yielded; it can be sent to other processes where an engine scans there.
        size: Their bytes where known: where there are many, workers start at once.
    """

    number: int
    read: Callable[[Tally], Iterable[Raw]]
    size: int | None = None


def read_and_clean(
    part: InputPart,
    config: Config,
    dump: int,
    knows: Callable[[str], bool],
    recall: Recall,
    progress: Progress | None = None,
) -> Batches:
    """Yield the inputs of a part, cleaned and signed, and the tally: batches of ``INPUTS``.

    Args:
        part: The part.
        config: Limits and workers.
        dump: Number of the dump, from 1.
        knows: Returns whether an earlier dump has an input of an id.
        recall: Returns the result of an earlier page of a digest, or None.
        progress: Is called with bytes and documents.
    """
    progress = progress or NullProgress()
    progress.start("read and clean", part.size, "B")
    tally = Tally()
    raws = number_ids(part.read(tally), dump, knows)
    batches = cleaned_rows(raws, config, progress, signed=True, recall=recall, size=part.size)
    read = 0
    with server_of_a_task(), closing(batches):
        for rows, worker_kib in batches:
            places = np.arange(read, read + len(rows))
            read += len(rows)
            numbers = (np.full(len(rows), each) for each in (part.number, worker_kib))
            of_part, kib = map(pa.array, numbers)
            no_tally = pa.nulls(len(rows), pa.binary())
            cells = cells_of(row.stored for row in rows)
            yield pa.record_batch([of_part, pa.array(places), kib, no_tally, *cells], schema=INPUTS)
    if tally.bytes or tally.files or tally.passed_over:
        yield _tally_row(part.number, tally)
    log_counts(log, "read and cleaned {inputs:,} inputs", inputs=read)
    progress.end()


def _tally_row(part: int, tally: Tally) -> pa.RecordBatch:
    """Return the row of a part that is no input."""
    counted = {"files": tally.files, "bytes": tally.bytes, "passed_over": dict(tally.passed_over)}
    row = {"part": part, "worker_kib": 0, "tally": dump_json(counted)}
    return pa.RecordBatch.from_pylist([row], schema=INPUTS)


def _only_inputs(batches: Batches) -> Batches:
    """Yield rows that are inputs."""
    for batch in batches:
        has_others = batch["place"].null_count > 0
        yield batch.filter(pc.is_valid(batch["place"])) if has_others else batch


def measure_parts(batches: Batches) -> Batches:
    """Yield the number of inputs of parts, and what was counted in them."""
    for batch in batches:
        parts = pa.Table.from_batches([batch]).group_by(["part", "tally"])
        sizes = parts.aggregate([("place", "count"), ("worker_kib", "max")])
        yield from sizes.rename_columns(PART_SIZES.names).cast(PART_SIZES).to_batches()


def tally_of_parts(sizes: pa.Table) -> Tally:
    """Return what was counted in all parts.

    Args:
        sizes: What :func:`measure_parts` yielded for all parts.
    """
    tally = Tally()
    for found in map(load_own_json, sizes["tally"].drop_null().to_pylist()):
        tally.add(Tally(Counter(found["passed_over"]), found["files"], found["bytes"]))
    return tally


def first_rows(sizes: pa.Table, first: int) -> dict[int, int]:
    """Return the row of the first input of each part.

    Args:
        sizes: What :func:`measure_parts` yielded for all parts.
        first: Row of the first input of the dump.
    """
    found = sizes.group_by("part").aggregate([("inputs", "sum")]).sort_by("part")
    ends = first + np.cumsum(found["inputs_sum"].to_numpy())
    return dict(zip(found["part"].to_pylist(), [first, *ends.tolist()], strict=False))


def _rows(batch: pa.RecordBatch, row_of: Mapping[int, int]) -> pa.Array:
    """Return the rows of inputs.

    Args:
        batch: Has their parts and their places in these.
        row_of: The first row of each part.
    """
    parts, part = np.unique(batch["part"].to_numpy(), return_inverse=True)
    starts = np.array([row_of[each] for each in parts.tolist()], np.int64)
    return pa.array(starts[part] + batch["place"].to_numpy())


def ids_by_row(batches: Batches, row_of: Mapping[int, int]) -> Batches:
    """Yield the ids of inputs, see :func:`first_rows`."""
    for batch in _only_inputs(batches):
        ids = batch["doc_id"]
        yield pa.record_batch([string_keys(ids), _rows(batch, row_of), ids], schema=IDS)


def key_ids(batches: Batches) -> Batches:
    """Yield ids of earlier dumps with their keys."""
    for batch in batches:
        ids = batch["doc_id"]
        yield pa.record_batch([string_keys(ids), batch["row"], ids], schema=IDS)


def find_duplicate_ids(ids: pa.Table) -> Iterator[pa.RecordBatch]:
    """Yield the inputs whose id one of a lower row has."""
    ids = ids.sort_by([("doc_id", "ascending"), ("row", "ascending")])
    later = ids.slice(1)
    same = pc.equal(later["doc_id"], ids["doc_id"].slice(0, later.num_rows))
    yield from later.select(["row"]).filter(same).to_batches()


def shown_orders(batches: Batches) -> Batches:
    """Yield which orders of day and month the dates of sources show."""
    for batch in batches:
        shown = batch.filter(pc.is_valid(batch["date_order"]))
        yield from (
            pa.Table.from_batches([shown]).group_by(DATE_ORDERS.names).aggregate([]).to_batches()
        )


def orders_of_sources(shown: pa.Table) -> dict[str, str]:
    """Return the order of each source that shows one and not the other as well.

    Args:
        shown: What :func:`shown_orders` yielded for all inputs.
    """
    orders: dict[str, set[str]] = {}
    for source, order in zip(*(shown[name].to_pylist() for name in DATE_ORDERS.names), strict=True):
        orders.setdefault(source, set()).add(order)
    return {source: next(iter(found)) for source, found in orders.items() if len(found) == 1}


def number_documents(
    batches: Batches, row_of: Mapping[int, int], duplicate_ids: Shared, orders: Mapping[str, str]
) -> Batches:
    """Yield inputs as documents by row, with what only the whole dump shows of each.

    Args:
        batches: The inputs, see ``INPUTS``.
        row_of: The first row of each part.
        duplicate_ids: The rows whose id is an earlier one's; they become rejections.
        orders: The order of day and month in the dates of sources, as far as it is known.
    """
    rejected = np.sort(duplicate_ids()["row"].to_numpy())
    for batch in _only_inputs(batches):
        rows = _rows(batch, row_of)
        columns = {**columns_of(batch), "row": rows}
        _reject(columns, among(rows.to_numpy(), rejected))
        _read_dates(columns, orders)
        yield pa.record_batch([columns[name] for name in DOCUMENTS.names], schema=DOCUMENTS)


def _reject(columns: Columns, rejected: Bools) -> None:
    """Make rejections of inputs whose id an earlier one has."""
    if not rejected.any():
        return
    cells = cells_of([stored_rejection("", "", DUPLICATE_ID, b"")])
    kept = {"row", *KEPT_OF_DUPLICATE_ID, "unread", "date_order"}
    for field, (cell,) in zip(list(DOCUMENTS)[1:], cells, strict=True):
        if field.name not in kept:
            columns[field.name] = pc.if_else(pa.array(rejected), cell, columns[field.name])


def _read_dates(columns: Columns, orders: Mapping[str, str]) -> None:
    """Date the documents whose source shows how their dates are read."""
    unread = pc.and_(pc.is_valid(columns["unread"]), pc.is_null(columns["reason"]))
    places: Int64s = np.flatnonzero(unread.to_numpy(zero_copy_only=False))
    if not orders or not places.size:
        return
    written = pick(columns, places, "source", "unread")
    read = read_in_order(
        ((place, *cells) for place, cells in zip(places.tolist(), written, strict=True)), orders
    )
    replace_cells(
        columns,
        {
            "date": {place: date for place, (date, _) in read.items()},
            "moment": {place: moment for place, (_, moment) in read.items()},
            "unread": dict.fromkeys(read),
            "date_order": dict.fromkeys(read),
        },
    )


def known_moments(batches: Batches) -> Batches:
    """Yield the moments of documents that have one."""
    for batch in batches:
        yield pa.record_batch([batch["moment"].drop_null()], schema=MOMENTS)
