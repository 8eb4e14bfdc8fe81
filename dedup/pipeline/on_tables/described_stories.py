"""Stories with what their documents say of themselves, and the decisions on these."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.engines.engine import Batches, Shared
from dedup.json_codec import dump_json, load_own_json
from dedup.kernels.array_types import Int64s
from dedup.match.sorted_lookup import among, places_among
from dedup.pipeline.on_tables.stage_arrays import filled, numbers
from dedup.pipeline.tables import (
    DECIDED,
    DECISIONS_BY_RANGE,
    DESCRIBED_STORIES,
    MEMBERS,
    STORIES_BY_RANGE,
    STORY_DIGITS,
)
from dedup.store.described_members import Described, describe_members

DIGITS = 8
"""Hexadecimal digits of the id of a story that say in which range it is."""

_BEFORE = len("s-")

_MEMBERS_AT_ONCE = 5_000


def not_among(rows: Shared, column: str, batches: Batches) -> Batches:
    """Yield what has in a column none of some rows, which are ascending: ``ROWS``."""
    (excluded,) = numbers(rows(), "row")
    for batch in batches:
        yield batch.filter(pa.array(~among(batch[column].to_numpy(), excluded)))


def story_digits(batches: Batches) -> Batches:
    """Yield the documents of stories with the first digits of the ids of these."""
    for batch in batches:
        digits = pa.array(_digits(batch["story_id"]).astype(np.uint32))
        yield pa.record_batch([batch["row"], digits], schema=STORY_DIGITS)


def _digits(story_ids: pa.Array) -> Int64s:
    """Return the first digits of ids: they are those of a digest, so any number is as likely."""
    if not len(story_ids):
        return np.empty(0, np.int64)
    digits = pc.utf8_slice_codeunits(story_ids, _BEFORE, _BEFORE + DIGITS).to_pylist()
    found: Int64s = np.array([int(each, 16) for each in digits], np.int64)
    return found


def _ranges(digits: Int64s, ranges: int) -> pa.Array:
    """Return the range of each story; ranges are in the order of ids."""
    return pa.array((digits * ranges) >> (4 * DIGITS))


def stories_by_range(ranges: int, batches: Batches) -> Batches:
    """Yield stories by range."""
    for batch in batches:
        keys = _ranges(_digits(batch["story_id"]), ranges)
        yield pa.record_batch([keys, *batch.columns], schema=STORIES_BY_RANGE)


def decisions_by_range(ranges: int, batches: Batches) -> Batches:
    """Yield the decisions on the documents of stories by range."""
    for batch in batches:
        keys = _ranges(_digits(batch["story_id"]), ranges)
        yield pa.record_batch([keys, *batch.columns], schema=DECISIONS_BY_RANGE)


def members_by_range(digits: Shared, ranges: int, batches: Batches) -> Batches:
    """Yield what the documents of stories say of themselves, by range.

    Args:
        digits: Rows of ``STORY_DIGITS``, ascending.
        ranges: The number of ranges.
        batches: Columns of ``DOCUMENTS``: those of ``MEMBERS`` behind ``key``.
    """
    rows, of_rows = numbers(digits(), *STORY_DIGITS.names)
    for table in filled(batches):
        places, at = places_among(table["row"].to_numpy(), rows)
        keys = _ranges(of_rows[at].astype(np.int64), ranges)
        found = table.take(pa.array(places)).combine_chunks()
        yield from pa.table([keys, *found.columns], schema=MEMBERS).to_batches()


def describe_stories(stories: pa.Table, decisions: pa.Table, members: pa.Table) -> Batches:
    """Yield stories by id, described, with the decisions on their documents.

    Args:
        stories: Rows of ``STORIES_BY_RANGE``.
        decisions: Rows of ``DECISIONS_BY_RANGE``.
        members: Rows of ``MEMBERS``.
    """
    if not stories.num_rows:
        return
    stories = stories.sort_by("story_id").combine_chunks()
    decisions = decisions.sort_by([("story_id", "ascending"), ("row", "ascending")])
    decisions = decisions.combine_chunks()
    members = members.sort_by("row").combine_chunks()
    # Each story has decisions, so both are in the order of the same ids.
    runs = pc.run_end_encode(decisions["story_id"].combine_chunks())
    ends = runs.run_ends.to_numpy().astype(np.int64)
    for first, last in _runs(ends):
        start = int(ends[first - 1]) if first else 0
        sizes = np.diff(ends[first:last], prepend=start)
        part = stories.slice(first, last - first)
        yield _described(part, decisions.slice(start, int(ends[last - 1]) - start), members, sizes)


def _runs(ends: Int64s) -> Iterator[tuple[int, int]]:
    """Yield the bounds of runs of stories of about as many members as are described at once."""
    first, start = 0, 0
    while first < ends.size:
        last = int(np.searchsorted(ends, start + _MEMBERS_AT_ONCE, "right"))
        last = max(last, first + 1)
        yield first, last
        first, start = last, int(ends[last - 1])


def _described(
    stories: pa.Table, decisions: pa.Table, members: pa.Table, sizes: Int64s
) -> pa.RecordBatch:
    """Return some stories, with the decisions on their documents, whose numbers are known."""
    rows, representatives = numbers(decisions, "row", "representative")
    of_members = members["row"].to_numpy()
    own = members.take(pa.array(np.searchsorted(of_members, rows)))
    is_copy = rows != representatives
    places = np.searchsorted(of_members, representatives)
    copy_of = members["doc_id"].take(pa.array(places, mask=~is_copy))
    cells = (own[name].to_pylist() for name in ("url", "title", "host"))
    copied = zip(representatives.tolist(), is_copy.tolist(), strict=True)
    of = (row if copy else None for row, copy in copied)
    found = dict(zip(rows.tolist(), map(Described, *cells, of), strict=True))
    bodies = []
    for body in stories["body"].to_pylist():
        story = load_own_json(body)
        describe_members(story, found)
        bodies.append(dump_json(story))
    decided = [*(decisions[name] for name in DECIDED.names[:-1]), copy_of]
    structs = pa.table(decided, schema=DECIDED).to_struct_array().combine_chunks()
    lists = pa.ListArray.from_arrays(np.append(0, np.cumsum(sizes)).astype(np.int32), structs)
    columns = [stories["key"], stories["story_id"], pa.array(sizes), pa.array(bodies), lists]
    table = pa.table(columns, schema=DESCRIBED_STORIES).combine_chunks()
    return table.to_batches()[0]
