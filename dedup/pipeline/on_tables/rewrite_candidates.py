"""Representatives to the candidate pairs of the story view, slice by slice of the keys of bands.

Buckets do not depend on one another. A slice has some keys of each band, whole buckets, and what
the pairs of these take: a document goes once to each slice in which it has a key. A key that many
documents of a sample have is a slice by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import Config
from dedup.engines.engine import Batches, as_batches
from dedup.kernels.array_types import Float64s, Int16s, Int64s, UInt64s
from dedup.match.minhash_lsh import decoded, encoded
from dedup.match.similarity import RaggedArray
from dedup.match.term_lsh import Ranked, joined, keys_of, rank
from dedup.pipeline.match_rewrites import drawn_for
from dedup.pipeline.on_tables.partition import Partition, picked
from dedup.pipeline.on_tables.shared_representatives import SharedRepresentatives, by_key
from dedup.pipeline.representatives import Numbered
from dedup.pipeline.tables import BAND_KEYS, REWRITE_CANDIDATES, SLICE_PAIRS, TERM_SLICES

SLICES, SLICE_DOCUMENTS, SLICE_ROWS = 16, 25_000, 1_000_000
"""Least slices of the keys of bands, the documents for each of which there is one, and the most
rows of one. With more slices one takes less memory, 1 GB of a million rows, and a document, with
128 keys, is sent more often."""

FAR_TILES = 8
"""Tiles whose documents are in memory at once as the later ones of pairs; of undated documents all
may be later ones."""

# An odd number with many bits of either kind, as a multiplier of hashes.
_MULTIPLIER = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)


def slice_count(documents: int, bands: int) -> int:
    """Return how many slices of several keys there are.

    Args:
        documents: The documents; each has a key a band.
        bands: The bands.
    """
    few = max(SLICES, documents // SLICE_DOCUMENTS)
    return few if documents <= SLICE_ROWS else max(few, documents * bands // SLICE_ROWS)


def keys_of_sample(
    shared: SharedRepresentatives, config: Config, every: int, batches: Batches
) -> Batches:
    """Yield the keys of some representatives in all bands: ``BAND_KEYS``.

    Args:
        shared: All representatives.
        config: Bands and limits.
        every: One of so many is of the sample.
        batches: Columns ``row`` and ``terms``.
    """
    numbered = shared.all()
    for batch in batches:
        numbers, _ = numbered.numbers(batch["row"].to_numpy())
        sample = batch.filter(pa.array(numbers % every == 0))
        for block, heaviest in _heaviest(shared, sample):
            ranked = rank(
                heaviest, numbered.moments[block], numbered.languages[block],
                config.story.shared_terms,
            )  # fmt: skip
            yield pa.record_batch([_scattered(_keys(ranked, config)).ravel()], schema=BAND_KEYS)


def frequent_keys(sample: UInt64s, every: int, least: int) -> UInt64s:
    """Return the keys that many documents have, as far as a sample shows, ascending.

    Args:
        sample: The column of ``BAND_KEYS``.
        every: One of so many documents is of the sample.
        least: How many documents are many.
    """
    keys, counts = np.unique(sample, return_counts=True)
    found: UInt64s = keys[(counts > 1) & (counts * every >= least)]
    return found


def cut_by_keys(
    shared: SharedRepresentatives, config: Config, slices: int, frequent: UInt64s, batches: Batches
) -> Batches:
    """Yield representatives with their heaviest terms, once for each slice that has keys of them.

    Args:
        shared: All representatives.
        config: Bands and limits.
        slices: How many slices of several keys there are; changes no pair.
        frequent: The keys that are slices by themselves; see :func:`frequent_keys`.
        batches: Columns ``row`` and ``terms``.
    """
    numbered = shared.all()
    for batch in batches:
        for block, heaviest in _heaviest(shared, batch):
            about = numbered.moments[block], numbered.languages[block]
            yield cut(block, heaviest, *about, config, slices, frequent)


def _heaviest(
    shared: SharedRepresentatives, batch: pa.RecordBatch
) -> Iterator[tuple[Int64s, RaggedArray]]:
    """Yield representatives block by block: their numbers and their heaviest terms."""
    part = Partition(pa.Table.from_batches([batch]))
    representatives = shared.of(part)
    numbers, _ = representatives.numbered.numbers(part.rows)
    for block, values, bounds in representatives.heaviest_of(numbers):
        yield block, RaggedArray(values, bounds)


def cut(
    numbers: Int64s,
    heaviest: RaggedArray,
    moments: Float64s,
    languages: Int16s,
    config: Config,
    slices: int,
    frequent: UInt64s,
) -> pa.RecordBatch:
    """Return documents once for each slice that has keys of them: rows of ``TERM_SLICES``.

    Args:
        numbers: Their numbers.
        heaviest: Their heaviest terms.
        moments: Publication of each in seconds, NaN if unknown.
        languages: Number of each document's language, -1 if unknown.
        config: Bands and limits.
        slices: How many slices of several keys there are.
        frequent: The keys that are slices by themselves.
    """
    ranked = rank(heaviest, moments, languages, config.story.shared_terms)
    keys = _keys(ranked, config)
    slice_of = _slices(_scattered(keys), slices, frequent)
    band_of = np.argsort(slice_of, axis=1, kind="stable")
    keys = np.take_along_axis(keys, band_of, axis=1).ravel()
    slice_of = np.take_along_axis(slice_of, band_of, axis=1)
    begins = np.diff(slice_of, axis=1, prepend=-1) != 0
    starts = np.flatnonzero(begins)
    kept = ranked.rows[starts // config.story.bands]
    bounds = np.append(starts, keys.size)
    terms = picked(heaviest, kept)
    return pa.record_batch(
        [
            slice_of.ravel()[starts],
            numbers[kept],
            moments[kept],
            languages[kept],
            _lists(terms.values, terms.bounds),
            _lists(band_of.ravel().astype(np.uint16), bounds),
            _lists(keys, bounds),
        ],
        schema=TERM_SLICES,
    )


def _keys(ranked: Ranked, config: Config) -> UInt64s:
    """Return the keys of documents, documents x bands."""
    every, drawn = np.arange(ranked.rows.size), drawn_for(config)
    bands = range(config.story.bands)
    return np.stack([keys_of(ranked, every, band, config.story, drawn) for band in bands], axis=1)


def _scattered(keys: UInt64s) -> UInt64s:
    """Return hashes of keys, documents x bands; equal keys of two bands are two keys."""
    with np.errstate(over="ignore"):
        mixed: UInt64s = (keys + np.arange(keys.shape[1]).astype(np.uint64)) * _MULTIPLIER
        return (mixed ^ (mixed >> _HALF)) * _MULTIPLIER


def _slices(scattered: UInt64s, slices: int, frequent: UInt64s) -> Int64s:
    """Return the slice of each key; those of frequent keys come after all others."""
    found: Int64s = ((scattered >> _HALF) % np.uint64(slices)).astype(np.int64)
    if frequent.size:
        places = np.minimum(np.searchsorted(frequent, scattered), frequent.size - 1)
        found = np.where(frequent[places] == scattered, slices + places, found)
    return found


def _lists(values: npt.NDArray[Any], bounds: Int64s) -> pa.Array:
    """Return lists of values, end to end, as a column."""
    return pa.ListArray.from_arrays(pa.array(bounds, pa.int32()), pa.array(values))


def pairs_of_slices(config: Config, sliced: pa.Table) -> Iterable[pa.RecordBatch]:
    """Yield the pairs of each slice of a partition.

    A slice is in memory whole. Measured on 300,000 documents: 1,100 bytes each in a slice with
    eight keys of each, and 1,500 in one of a single key that all have, where documents over the cap
    are joined with their neighbours.

    Args:
        config: Bands and limits.
        sliced: Rows of ``TERM_SLICES``.
    """
    for _, part in by_key(sliced, "number"):
        yield _pairs_of(part, config)


def _pairs_of(part: pa.Table, config: Config) -> pa.RecordBatch:
    """Return the pairs of one slice, whose documents are in the order of their numbers."""
    numbers, moments, languages = (
        part[name].to_numpy() for name in ("number", "moment", "language")
    )
    terms, term_bounds = _ragged(part["terms"])
    bands, _ = _ragged(part["bands"])
    keys, key_bounds = _ragged(part["band_keys"])
    sets = RaggedArray(terms, term_bounds)
    ranked = rank(sets, moments, languages, config.story.shared_terms)
    place = np.argsort(ranked.rows)  # all documents have enough terms
    docs = np.repeat(place, np.diff(key_bounds))
    order = np.lexsort([docs, bands])
    found, starts = np.unique(bands[order], return_index=True)
    runs = zip(found.tolist(), np.split(order, starts[1:]), strict=True)
    buckets = ((band, docs[run], keys[run]) for band, run in runs)
    pairs = joined(ranked, buckets, config.story, drawn_for(config))
    codes = encoded(numbers[pairs.left], numbers[pairs.right])
    return pa.record_batch(
        [_lists(codes, np.array([0, codes.size])), [pairs.capped], [pairs.largest]],
        schema=SLICE_PAIRS,
    )


def _ragged(column: pa.ChunkedArray) -> tuple[npt.NDArray[Any], Int64s]:
    """Return a column of lists as one array and its bounds."""
    lists = column.combine_chunks()
    sizes = lists.value_lengths().to_numpy()
    return lists.flatten().to_numpy(), np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])


def fresh_pairs(shared: SharedRepresentatives, batches: Batches) -> Batches:
    """Yield the pairs of slices one of whose documents is new, by the tiles of both documents.

    Args:
        shared: All representatives.
        batches: The column ``pairs`` of ``SLICE_PAIRS``.
    """
    numbered = shared.all()
    for batch in batches:
        codes = batch["pairs"].flatten().to_numpy()
        left, right = decoded(codes)
        fresh = numbered.fresh[left] | numbered.fresh[right]
        keys = _tile_keys(numbered, left[fresh], right[fresh])
        yield from as_batches([keys, codes[fresh]], REWRITE_CANDIDATES, most=1_000_000)


def _tile_keys(numbered: Numbered, left: Int64s, right: Int64s) -> Int64s:
    """Return for pairs the tile of the earlier document, and the run of tiles of the later one."""
    one, other = numbered.tile[numbered.place[left]], numbered.tile[numbered.place[right]]
    earlier, later = np.minimum(one, other), np.maximum(one, other) // FAR_TILES
    keys: Int64s = (earlier.astype(np.int64) << 32) | later
    return keys


def distinct_pairs(found: pa.Table) -> Iterable[pa.RecordBatch]:
    """Yield each candidate pair of a partition once.

    Args:
        found: Rows of ``REWRITE_CANDIDATES``; several slices may have one pair.
    """
    codes, places = np.unique(found["pair"].to_numpy(), return_index=True)
    yield from as_batches(
        [found["key"].to_numpy()[places], codes], REWRITE_CANDIDATES, most=1_000_000
    )
