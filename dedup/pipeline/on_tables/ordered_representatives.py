"""Representatives in the order of their ids, which no process has together, and their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.engines.engine import KEY, Batches
from dedup.pipeline.earlier_stories import EarlierStories
from dedup.pipeline.representatives import Numbered, language_numbers, number_representatives
from dedup.pipeline.tables import DECISIONS, LISTED, LISTED_BY_RANGE, SAMPLED_IDS

COPIES = pa.schema([DECISIONS.field(name) for name in ("row", "representative")])

RANGE_IDS = 250_000
"""Representatives of a range of ids: some 40 MB of them."""

EVERY = 1_000
"""Of the rows of the dump one of so many is in the sample that ranges are cut by."""

TILE_TOKENS, TILES = 6_000_000, 4
"""The most tokens of a tile, and the least tiles of the order of time, so that several processes
score pairs: 240 MB of vectors, and as much again while they are made. With more tiles a document is
sent to more of them. A dense day has more tiles, not larger ones: where a third of the documents is
of one day of nine, the largest key of pairs took 1.2 times the memory of the median key with five
tiles, 1.9 times with fifty; 210 bytes a token of the tile, documents of later tiles among them."""

_PLACES = 1 << 32
"""More than the representatives of a range."""


def sample_of_ids(every: int, batches: Batches) -> Batches:
    """Yield the ids of some representatives.

    Args:
        every: One of so many rows is taken.
        batches: Columns ``row`` and ``doc_id``.
    """
    for batch in batches:
        taken = pa.array(batch["row"].to_numpy() % every == 0)
        yield pa.record_batch([batch["doc_id"].filter(taken)], schema=SAMPLED_IDS)


def range_bounds(sample: pa.Table, every: int, most: int) -> pa.Array:
    """Return the ids at which ranges of some representatives begin, ascending, but for the first.

    Args:
        sample: What :func:`sample_of_ids` yields, in any order.
        every: Representatives for each of the sample.
        most: Representatives of a range, more or less.
    """
    ids = pc.sort_indices(sample, [("doc_id", "ascending")])
    ranges = -(-len(ids) * every // most)
    starts = np.arange(1, ranges) * len(ids) // max(ranges, 1)
    return sample["doc_id"].combine_chunks().take(ids.take(pa.array(starts)))


def by_range_of_ids(bounds: Sequence[str], batches: Batches) -> Batches:
    """Yield representatives under the numbers of the ranges of ids that they are in.

    Args:
        bounds: What :func:`range_bounds` returns.
        batches: The columns of ``LISTED_BY_RANGE`` but for the key.
    """
    starts = pa.array(bounds, pa.string())
    for batch in batches:
        ids = batch["doc_id"]
        # Arrow compares the bytes of strings, and a bound is before an id that equals it.
        order = pc.sort_indices(pa.concat_arrays([starts, ids])).to_numpy()
        keys = np.empty(order.size, np.int64)
        keys[order] = np.cumsum(order < len(starts))
        columns = (batch[name] for name in LISTED_BY_RANGE.names[1:])
        yield pa.record_batch([keys[len(starts) :], *columns], schema=LISTED_BY_RANGE)


def in_order_of_ids(representatives: pa.Table) -> Iterable[pa.RecordBatch]:
    """Yield the representatives of some ranges with their places in the order of ids: ``LISTED``.

    Args:
        representatives: Rows of ``LISTED_BY_RANGE``.
    """
    order = pc.sort_indices(representatives, [(KEY, "ascending"), ("doc_id", "ascending")])
    ordered = representatives.select([KEY, *LISTED.names[1:]]).take(order)
    keys = ordered[KEY].to_numpy()
    places = keys * _PLACES + np.arange(keys.size) - np.searchsorted(keys, keys)
    columns = [places, *(ordered[name] for name in LISTED.names[1:])]
    yield from pa.table(columns, schema=LISTED).to_batches()


def number_listed(
    listed: pa.Table, copied: pa.Table, earlier: EarlierStories, tile_tokens: int | None
) -> Numbered:
    """Number representatives by their ids.

    Args:
        listed: Rows of ``LISTED``, in any order.
        copied: ``COPIES``: the documents that are copies of others, and what represents them.
        earlier: The earlier stories.
        tile_tokens: Tokens of a tile, None for what suits the size.
    """
    order = pc.sort_indices(listed, [("place", "ascending")])
    names = ("row", "moment", "lead_days", "length")
    rows, moments, lead_days, lengths = (listed[name].take(order).to_numpy() for name in names)
    encoded = listed["language"].take(order).combine_chunks().dictionary_encode()
    numbers, known_names = language_numbers([*encoded.dictionary.to_pylist(), None])
    known = dict(zip(earlier.rows.tolist(), earlier.rows.tolist(), strict=True))
    decided = copied.filter(pc.is_in(copied["row"], pa.array(earlier.rows)))
    known.update(zip(*(decided[name].to_pylist() for name in COPIES.names), strict=True))
    tile_tokens = tile_tokens or max(1, min(TILE_TOKENS, int(lengths.sum()) // TILES))
    return number_representatives(
        rows, moments, numbers[encoded.indices.fill_null(-1).to_numpy()], known_names, lead_days,
        lengths, earlier, known, tile_tokens,
    )  # fmt: skip
