"""Documents to candidate pairs of copies: equal texts, buckets of bands, declared originals."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.config import Config
from dedup.engines.engine import Batches, Shared
from dedup.kernels.array_types import Int64s, UInt64s
from dedup.match.minhash_lsh import (
    all_pairs,
    band_keys,
    decoded,
    distinct_codes,
    encoded,
    lsh_bands,
    ranked_pairs,
    sort_values,
)
from dedup.match.sorted_lookup import among
from dedup.pipeline.exact_duplicates import RepeatedTexts
from dedup.pipeline.match_copies import MOST_ORIGINALS
from dedup.pipeline.on_tables.partition import ragged
from dedup.pipeline.on_tables.stage_arrays import (
    batch_of,
    cells,
    filled,
    matrix,
    numbers,
    whole,
)
from dedup.pipeline.on_tables.string_keys import string_keys
from dedup.pipeline.tables import (
    BANDS,
    BUCKET_COUNTS,
    BUCKETS,
    CANDIDATES,
    CAPPED,
    FINGERPRINTS,
    ORIGINALS,
    RANKED,
    REPEATED_TEXTS,
    ROWS,
    SIGNATURES,
)

BLOCK = 4_096
"""Rows of a block: the pairs of two blocks meet their texts at one place. Most copies are near in
the input, so that most texts are needed at few places."""

# By a multiple of this for each band, equal values of two bands get keys of their own.
_BAND = np.uint64(0x9E3779B97F4A7C15)


def texts_of(shared: Shared) -> RepeatedTexts:
    """Return which documents have the same text, from a table of ``REPEATED_TEXTS``."""
    return RepeatedTexts(*numbers(shared(), *REPEATED_TEXTS.names))


def signed_texts(table: pa.Table, texts: RepeatedTexts) -> pa.Table:
    """Return the documents that are the first of a text long enough to be signed."""
    rows = table["row"].to_numpy()
    return table.filter(pc.and_(table["lead"].is_valid(), pa.array(texts.texts(rows) == rows)))


def places_of(one: Int64s, other: Int64s) -> Int64s:
    """Return for pairs of texts where they meet these, int64."""
    return one // BLOCK << 32 | other // BLOCK


def candidate_rows(codes: UInt64s, first: int) -> Iterator[pa.RecordBatch]:
    """Yield distinct pairs as ``CANDIDATES``, those of two texts before row ``first`` left out."""
    one, other = decoded(distinct_codes(codes))
    new = other >= first
    yield batch_of(CANDIDATES, (places_of(one[new], other[new]), one[new], other[new]))


def distinct_keys(batches: Batches) -> Batches:
    """Yield the texts that are keys, each once a partition."""
    found = [table["key"].to_numpy() for table in filled(batches)]
    yield batch_of(ROWS, [np.unique(np.concatenate([np.empty(0, np.int64), *found]))])


def distinct_rows(found: pa.Table) -> pa.Table:
    """Return each of some rows once, ascending."""
    return pa.Table.from_batches([batch_of(ROWS, [np.unique(found["row"].to_numpy())])])


def by_fingerprint(batches: Batches) -> Batches:
    """Yield documents with a text, by a digest of it."""
    for table in filled(batches):
        part = table.filter(table["fingerprint"].is_valid())
        values = part["fingerprint"].to_pylist()
        keys = [int.from_bytes(value[:8], "little", signed=True) for value in values]
        yield batch_of(FINGERPRINTS, (keys, part["row"].to_numpy(), values))


def repeated_texts(table: pa.Table) -> Batches:
    """Yield the documents whose text others have, too."""
    rows = table["row"].to_numpy()
    order = np.argsort(rows)
    fingerprints = np.array(table["fingerprint"].to_pylist(), "S16")[order]
    _, first, text, counts = np.unique(
        fingerprints, return_index=True, return_inverse=True, return_counts=True
    )
    several = counts[text] > 1
    yield batch_of(REPEATED_TEXTS, (rows[order][several], rows[order][first[text]][several]))


def by_band(repeated: Shared, config: Config, batches: Batches) -> Batches:
    """Yield the signed texts by each of their bands."""
    texts = texts_of(repeated)
    for table in filled(batches):
        part = signed_texts(table, texts)
        rows = part["row"].to_numpy()
        signatures = matrix(part["signature"], config.sign.num_perm)
        leads = matrix(part["lead"], config.sign.lead_perm)
        bands = lsh_bands(signatures, leads, config.match)
        for band, (values, start, width) in enumerate(bands):
            with np.errstate(over="ignore"):
                keys = band_keys(values, start, width) ^ (_BAND * np.uint64(band))
            yield batch_of(BANDS, (keys.view(np.int64), np.full(rows.size, band, np.int16), rows))


def _runs(key: Int64s, band: Int64s) -> tuple[Int64s, Int64s]:
    """Return where each bucket starts and ends, in rows sorted by key and band."""
    edges = np.flatnonzero((key[1:] != key[:-1]) | (band[1:] != band[:-1])) + 1
    starts = np.concatenate([np.zeros(min(1, key.size), np.int64), edges])
    return starts, np.append(starts[1:], key.size)[: starts.size]


def in_buckets(table: pa.Table) -> Batches:
    """Yield the texts that share a bucket with others, bucket after bucket, ascending.

    A bucket with half of a dump is in one process: 18 bytes a text, and 45 while it is sorted.
    """
    key, band, row = numbers(table, *BANDS.names)
    order = np.argsort(key)
    ordered = key[order]
    same = ordered[1:] == ordered[:-1]
    order = order[np.append(same, False)[: order.size] | np.append(False, same)[: order.size]]
    order = order[np.lexsort([row[order], band[order], key[order]])]
    starts, ends = _runs(key[order], band[order])
    sizes = np.repeat(ends - starts, ends - starts)
    order, sizes = order[sizes > 1], sizes[sizes > 1]
    yield batch_of(BUCKETS, (key[order], band[order], row[order], sizes))


def bucket_counts(cap: int, batches: Batches) -> Batches:
    """Yield the number of buckets over the cap, and the size of the largest."""
    key, band, size = numbers(whole(batches, BUCKETS), "key", "band", "size")
    starts, _ = _runs(key, band)
    over = int(np.count_nonzero(size[starts] > cap))
    yield batch_of(BUCKET_COUNTS, ([over], [int(size.max(initial=1))]))


def pairs_in_buckets(cap: int, first: int, batches: Batches) -> Batches:
    """Yield the pairs inside the buckets up to the cap."""
    table = whole(batches, BUCKETS)
    key, band, row = numbers(table.filter(pc.less_equal(table["size"], cap)), *BANDS.names)
    yield from candidate_rows(all_pairs(row, *_runs(key, band)), first)


def over_cap(cap: int, batches: Batches) -> Batches:
    """Yield the texts of the buckets over the cap, by text."""
    for table in filled(batches):
        part = table.filter(pc.greater(table["size"], cap))
        yield batch_of(CAPPED, numbers(part, "row", "key", "band"))


def signatures(wanted: Shared, batches: Batches) -> Batches:
    """Yield the signatures of the texts that are wanted, by text."""
    rows = wanted()["row"].to_numpy()
    for table in filled(batches):
        part = table.filter(pa.array(among(table["row"].to_numpy(), rows)))
        yield from part.rename_columns(SIGNATURES.names).to_batches()


def with_sort_values(config: Config, signed: pa.Table, capped: pa.Table) -> Batches:
    """Yield texts of buckets over the cap with what they are sorted by, by bucket."""
    order = np.argsort(signed["key"].to_numpy())
    keys = signed["key"].to_numpy()[order]
    row, bucket, band = numbers(capped, *CAPPED.names)
    for number in np.unique(band).tolist():
        at = np.flatnonzero(band == number)
        part = signed.take(pa.array(order[np.searchsorted(keys, row[at])]))
        whole_signature = matrix(part["signature"], config.sign.num_perm)
        lead = matrix(part["lead"], config.sign.lead_perm)
        values, start, width = list(lsh_bands(whole_signature, lead, config.match))[number]
        by, digest = sort_values(values, start + width)
        columns = (bucket[at], band[at], row[at], cells(by), digest.view(np.int64))
        yield batch_of(RANKED, columns)


def neighbours(config: Config, first: int, table: pa.Table) -> Batches:
    """Yield the pairs of neighbours of each bucket over the cap.

    A bucket with half of a dump is in one process: 62 bytes a text, and 540 while it is sorted and
    its pairs are made; 180 MB of 300,000 texts.
    """
    key, band, row = numbers(table, *BANDS.names)
    table = table.take(pa.array(np.lexsort([row, band, key])))
    key, band, row, digest = numbers(table, *BANDS.names, "whole")
    values = ragged(table["values"])
    codes = [np.empty(0, np.uint64)]
    for start, end in zip(*_runs(key, band), strict=True):
        by = values.values[values.bounds[start] : values.bounds[end]].reshape(end - start, -1)
        ties = digest[start:end].view(np.uint64)
        codes.append(ranked_pairs(row[start:end], by, ties, config.match.neighbours))
    yield from candidate_rows(np.concatenate(codes), first)


def by_page(repeated: Shared, batches: Batches) -> Batches:
    """Yield the documents that have a page, by it."""
    texts = texts_of(repeated)
    for table in filled(batches):
        yield _originals(table.filter(table["page"].is_valid()), "page", texts)


def by_named_page(repeated: Shared, batches: Batches) -> Batches:
    """Yield the documents that name another page as their original, by that one."""
    texts = texts_of(repeated)
    for table in filled(batches):
        other = pc.fill_null(pc.not_equal(table["page"], table["canonical_page"]), True)
        named = pc.and_(table["canonical_page"].is_valid(), table["lead"].is_valid())
        yield _originals(table.filter(pc.and_(named, other)), "canonical_page", texts)


def _originals(table: pa.Table, name: str, texts: RepeatedTexts) -> pa.RecordBatch:
    """Return documents by the page in a column."""
    text_ids = pa.array(
        texts.texts(table["row"].to_numpy()), mask=table["lead"].is_null().to_numpy()
    )
    pages, doc_ids = (table[column].combine_chunks() for column in (name, "doc_id"))
    return pa.record_batch([string_keys(pages), pages, doc_ids, text_ids], schema=ORIGINALS)


def declared_originals(first: int, pages: pa.Table, named: pa.Table) -> Batches:
    """Yield the pairs of a text and the texts of the page that it names as its original."""
    found: dict[str, list[tuple[str, int | None]]] = {
        page: [] for page in named["page"].to_pylist()
    }
    pages = pages.filter(pc.is_in(pages["page"], pa.array(found, pa.string())))
    for page, *document in zip(
        *(pages[name].to_pylist() for name in ORIGINALS.names[1:]), strict=True
    ):
        found[page].append(tuple(document))
    texts_of_page = {
        page: [text for _, text in sorted(documents, key=lambda each: each[0])[:MOST_ORIGINALS]]
        for page, documents in found.items()
    }
    claims = zip(named["page"].to_pylist(), named["text_id"].to_pylist(), strict=True)
    pairs = {
        (min(one, other), max(one, other))
        for page, one in claims
        for other in texts_of_page[page]
        if other is not None and other != one
    }
    one, other = np.array(sorted(pairs), np.int64).reshape(-1, 2).T
    yield from candidate_rows(encoded(one, other), first)


def distinct_pairs(table: pa.Table) -> Batches:
    """Yield each pair once; all of one pair have one key."""
    yield from candidate_rows(encoded(*numbers(table, "one", "other")), 0)
