"""Sets of terms to the candidate pairs of the story view, one band at a time.

No signature is stored: a band's minima come straight from the sets. Of two documents in one bucket
those far apart in time, in two languages, or with hardly a term in common never become a pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.config import StoryConfig
from dedup.kernels.array_types import Float64s, Int16s, Int64s, UInt32s, UInt64s
from dedup.match.minhash_lsh import Candidates, PairCollector, bucket_bounds
from dedup.match.similarity import RaggedArray

DAY = 86_400.0

# Bands whose keys order the documents that have too many fellows; as many columns as in
# dedup.match.minhash_lsh at two rows.
SORT_BANDS = 4


@dataclass(frozen=True, slots=True)
class _Ranked:
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
    ranked = _rank(terms, moments, languages, config.shared_terms)
    collected = PairCollector()
    for band in range(config.bands):
        _join(ranked, band, config, permutations, collected)
    pairs = collected.fold()
    one = ranked.rows[(pairs >> np.uint64(32)).astype(np.int64)]
    other = ranked.rows[(pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)]
    pairs = np.minimum(one, other).astype(np.uint64) << np.uint64(32)
    pairs |= np.maximum(one, other).astype(np.uint64)
    pairs.sort()
    left = (pairs >> np.uint64(32)).astype(np.int64)
    right = (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)
    return Candidates(left, right, collected.capped, collected.largest)


def _rank(terms: RaggedArray, moments: Float64s, languages: Int16s, shared: int) -> _Ranked:
    """Return the documents with at least ``shared`` terms, in an order that their contents set."""
    from dedup.kernels.term_lsh import digests, scrambled  # compiled code is loaded when first used

    sizes = np.diff(terms.bounds)
    digest = np.empty(sizes.size, np.uint64)
    digests(terms.values, terms.bounds, digest)
    kept = np.flatnonzero(sizes >= shared)
    known = np.isfinite(moments)
    begun = np.where(known, moments, -np.inf)
    by: list[npt.NDArray[Any]] = [digest[kept], languages[kept], begun[kept]]
    rows = kept[np.lexsort(by)].astype(np.int64)
    values = np.empty(int(sizes[rows].sum()), np.uint32)
    bounds = np.zeros(rows.size + 1, np.int64)
    scrambled(terms.values, terms.bounds, rows, values, bounds)
    return _Ranked(
        RaggedArray(values, bounds), np.where(known, moments, np.nan)[rows], languages[rows],
        digest[rows], rows,
    )  # fmt: skip


def _keys(
    ranked: _Ranked, docs: Int64s, band: int, config: StoryConfig, permutations: UInt32s
) -> UInt64s:
    """Return the keys of some documents in one band; behind the last band comes the first."""
    from dedup.kernels.term_lsh import band_keys  # as in _rank

    start = band % config.bands * config.rows
    multipliers, offsets = permutations[:, start : start + config.rows]
    keys = np.empty(docs.size, np.uint64)
    band_keys(ranked.terms.values, ranked.terms.bounds, docs, multipliers, offsets, keys)
    return keys


def _join(
    ranked: _Ranked, band: int, config: StoryConfig, permutations: UInt32s, collected: PairCollector
) -> None:
    """Add the pairs of one band."""
    from dedup.kernels.term_lsh import neighbour_pairs, window_pairs  # as in _rank

    every = np.arange(ranked.rows.size)
    buckets = bucket_bounds(_keys(ranked, every, band, config, permutations))
    order, starts, ends = buckets
    collected.largest = max(collected.largest, int((ends - starts).max(initial=1)))
    full = np.empty(order.size, np.bool_)
    texts = ranked.terms.values, ranked.terms.bounds, ranked.moments, ranked.languages
    limits = config.window_days * DAY, config.shared_terms, config.bucket_cap
    collected.add(window_pairs(*texts, *buckets, *limits, full))
    places = np.flatnonzero(full)
    if not places.size:
        return
    bucket_of, slots = _slots(ranked, buckets, places, band, config)
    collected.capped += np.unique(bucket_of).size
    docs = order[places]
    by: list[npt.NDArray[Any]] = [docs, slots, bucket_of]
    by[1:1] = [
        _keys(ranked, docs, band + k, config, permutations) for k in range(SORT_BANDS, 0, -1)
    ]
    sequence = np.lexsort(by)
    collected.add(
        neighbour_pairs(*texts, docs[sequence], bucket_of[sequence], *limits, config.neighbours)
    )


def _slots(
    ranked: _Ranked,
    buckets: tuple[Int64s, Int64s, Int64s],
    places: Int64s,
    band: int,
    config: StoryConfig,
) -> tuple[Int64s, Float64s]:
    """Return the bucket of each document over the cap, and its stretch of time, one window long.

    Each band cuts time at other moments, so that none parts two near documents in all of them. A
    document without a moment borrows one of its bucket, in each band another.

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
