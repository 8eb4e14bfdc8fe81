"""Sets of terms to the candidate pairs of the story view, one band at a time.

No signature is stored: a band's minima come straight from the sets. Two documents of one bucket are
no pair if they are far apart in time, in two languages, or share too few terms.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.config import StoryConfig
from dedup.kernels import term_lsh as kernels
from dedup.kernels.array_types import Float64s, Int16s, Int64s, UInt32s, UInt64s
from dedup.match.minhash_lsh import Candidates, PairCollector, bucket_bounds, decoded, encoded
from dedup.match.similarity import RaggedArray

DAY = 86_400.0

# Bands whose keys order the documents over the cap; as many columns as in dedup.match.minhash_lsh
# at two rows.
SORT_BANDS = 4
_NEXT_BANDS = range(SORT_BANDS, 0, -1)


@dataclass(frozen=True, slots=True)
class Ranked:
    """The documents with enough terms, by moment, language and terms, unknown moments first.

    Attributes:
        terms: Their sets, scrambled.
        moments: Their moments, float64, NaN for unknown ones.
        languages: Their languages, int16.
        digests: Digests of their sets, uint64.
        rows: Their rows in the input, int64.
    """

    terms: RaggedArray
    moments: Float64s
    languages: Int16s
    digests: UInt64s
    rows: Int64s


def term_pairs(
    terms: RaggedArray,
    moments: Float64s,
    languages: Int16s,
    config: StoryConfig,
    permutations: UInt32s,
) -> Candidates:
    """Return the pairs that meet in a band, share enough terms, and lie within the window.

    Two documents in different known languages are no pair. Input order changes nothing but the
    numbers of the rows. The cost is a sort of n keys a band, and at most ``bucket_cap`` comparisons
    a document and band; memory is linear in the documents and in the pairs returned.

    Args:
        terms: Sets of terms; one with too few to share has no pair. Fewer than 2**32.
        moments: Publication of each document in seconds, NaN if unknown.
        languages: Number of each document's language, -1 if unknown.
        config: Bands, rows, and the limits.
        permutations: Two rows of at least ``bands * rows``: odd multipliers, offsets.
    """
    ranked = rank(terms, moments, languages, config.shared_terms)
    every = np.arange(ranked.rows.size)
    bands = (
        (band, every, keys_of(ranked, every, band, config, permutations))
        for band in range(config.bands)
    )
    return joined(ranked, bands, config, permutations)


def joined(
    ranked: Ranked,
    bands: Iterable[tuple[int, Int64s, UInt64s]],
    config: StoryConfig,
    permutations: UInt32s,
) -> Candidates:
    """Return the pairs of some buckets.

    Buckets do not depend on one another: those of all bands together make :func:`term_pairs`.

    Args:
        ranked: The documents.
        bands: Number of a band; places of documents in ``ranked``, ascending; and their keys. All
            documents of a bucket must be there.
        config: Bands, rows, and the limits.
        permutations: As for :func:`term_pairs`.
    """
    collected = PairCollector()
    for band, docs, keys in bands:
        _join(ranked, band, docs, keys, config, permutations, collected)
    one, other = (ranked.rows[places] for places in decoded(collected.fold()))
    codes = encoded(np.minimum(one, other), np.maximum(one, other))
    codes.sort()
    return Candidates(*decoded(codes), collected.capped, collected.largest)


def rank(terms: RaggedArray, moments: Float64s, languages: Int16s, shared: int) -> Ranked:
    """Return the documents with at least ``shared`` terms, in an order that their contents set."""
    sizes = np.diff(terms.bounds)
    digests = np.empty(sizes.size, np.uint64)
    kernels.digests(terms.values, terms.bounds, digests)
    kept = np.flatnonzero(sizes >= shared)
    known = np.isfinite(moments)
    begun = np.where(known, moments, -np.inf)
    by: list[npt.NDArray[Any]] = [digests[kept], languages[kept], begun[kept]]
    rows = kept[np.lexsort(by)].astype(np.int64)
    values = np.empty(int(sizes[rows].sum()), np.uint32)
    bounds = np.zeros(rows.size + 1, np.int64)
    kernels.scrambled(terms.values, terms.bounds, rows, values, bounds)
    return Ranked(
        RaggedArray(values, bounds), np.where(known, moments, np.nan)[rows], languages[rows],
        digests[rows], rows,
    )  # fmt: skip


def keys_of(
    ranked: Ranked, docs: Int64s, band: int, config: StoryConfig, permutations: UInt32s
) -> UInt64s:
    """Return the keys of some documents in one band; after the last band comes the first."""
    start = band % config.bands * config.rows
    multipliers, offsets = permutations[:, start : start + config.rows]
    keys = np.empty(docs.size, np.uint64)
    kernels.band_keys(ranked.terms.values, ranked.terms.bounds, docs, multipliers, offsets, keys)
    return keys


def equal_bands(
    terms: RaggedArray, config: StoryConfig, permutations: UInt32s
) -> list[bool] | None:
    """Return for each band whether two sets of terms are in one bucket.

    Args:
        terms: Two sets.
        config: Bands, rows, and the least terms of a set.
        permutations: As for :func:`term_pairs`.

    Returns:
        None where a set has too few terms for any pair.
    """
    unknown = np.full(2, np.nan), np.full(2, -1, np.int16)
    ranked = rank(terms, *unknown, config.shared_terms)
    docs = np.arange(ranked.rows.size)
    if docs.size < 2:
        return None
    keys = (keys_of(ranked, docs, band, config, permutations) for band in range(config.bands))
    return [bool(one == other) for one, other in keys]


def _join(
    ranked: Ranked,
    band: int,
    docs: Int64s,
    keys: UInt64s,
    config: StoryConfig,
    permutations: UInt32s,
    collected: PairCollector,
) -> None:
    """Add the pairs of the buckets of one band."""
    order, starts, ends = bucket_bounds(keys)
    order = docs[order]
    buckets = order, starts, ends
    full = np.empty(order.size, np.bool_)
    texts = ranked.terms.values, ranked.terms.bounds, ranked.moments, ranked.languages
    limits = config.window_days * DAY, config.shared_terms, config.bucket_cap
    largest = int((ends - starts).max(initial=1))
    collected.add(kernels.window_pairs(texts, *buckets, limits, full), largest=largest)
    places = np.flatnonzero(full)
    if not places.size:
        return
    bucket_of, slots = _slots(ranked, buckets, places, band, config)
    full_docs = order[places]
    others = (keys_of(ranked, full_docs, band + k, config, permutations) for k in _NEXT_BANDS)
    by: list[npt.NDArray[Any]] = [full_docs, *others, slots, bucket_of]
    sequence = np.lexsort(by)
    pairs = kernels.neighbour_pairs(
        texts, full_docs[sequence], bucket_of[sequence], limits, config.neighbours
    )
    collected.add(pairs, capped=np.unique(bucket_of).size)


def _slots(
    ranked: Ranked,
    buckets: tuple[Int64s, Int64s, Int64s],
    places: Int64s,
    band: int,
    config: StoryConfig,
) -> tuple[Int64s, Float64s]:
    """Return the bucket of each document over the cap, and its slot of time, one window long.

    Each band cuts time at other moments, so that none separates two near documents in all bands. A
    document without a moment takes one from its bucket, in each band another.

    Args:
        ranked: The documents.
        buckets: Order, starts and ends of the band's buckets.
        places: Where in the order the documents over the cap are.
        band: Number of the band.
        config: Bands and window.
    """
    order, starts, ends = buckets
    docs = order[places]
    bucket_of = np.searchsorted(starts, places, side="right") - 1
    moments = ranked.moments[docs]
    unknown = np.isnan(moments)
    # Without a moment a document comes first in its bucket; if one is over the cap, all such are.
    dated = starts[bucket_of] + np.bincount(bucket_of[unknown], minlength=starts.size)[bucket_of]
    count = np.maximum(ends[bucket_of] - dated, 1)
    draw = (ranked.digests[docs] * np.uint64(2 * band + 1)) >> np.uint64(32)
    lender = np.minimum(dated + draw.astype(np.int64) % count, ends[bucket_of] - 1)
    moments = np.where(unknown, ranked.moments[order[lender]], moments)
    slots = np.floor(moments / max(config.window_days * DAY, 1.0) + band / config.bands)
    return bucket_of, slots
