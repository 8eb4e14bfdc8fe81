"""Texts whose leads are in longer ones, such as pages of several posts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from dedup.config import Config
from dedup.engines.engine import Batches, Shared
from dedup.kernels.array_types import Int64s
from dedup.kernels.minhash import permuted
from dedup.match.contained_leads import TRIED, looked_up, often_hit, one_of_each
from dedup.match.minhash_lsh import band_keys, decoded, encoded
from dedup.match.similarity import sorted_sets
from dedup.match.sorted_lookup import among
from dedup.pipeline.on_tables.copy_candidates import signed_texts, texts_of
from dedup.pipeline.on_tables.partition import ragged
from dedup.pipeline.on_tables.stage_arrays import batch_of, cells, filled, matrix, numbers
from dedup.pipeline.tables import LARGEST_VALUES, LEAD_HITS, LEAD_VALUES, LEADS, PAIRS
from dedup.signatures.minhash import permutations

_SHIFT = 32


def leads_of_texts(repeated: Shared, config: Config, batches: Batches) -> Batches:
    """Yield the leads of the signed texts, by a digest of the lead."""
    texts = texts_of(repeated)
    for table in filled(batches):
        part = signed_texts(table, texts)
        leads = matrix(part["lead"], config.sign.lead_perm)
        signatures = matrix(part["signature"], config.sign.num_perm)
        lead = band_keys(leads, 0, leads.shape[1]).view(np.int64)
        whole_text = band_keys(signatures, 0, signatures.shape[1]).view(np.int64)
        columns = (lead, part["row"].to_numpy(), whole_text, cells(leads[:, :TRIED]))
        yield batch_of(LEADS, columns)


def distinct_leads(table: pa.Table) -> Batches:
    """Yield one text for each lead."""
    table = table.take(pa.array(np.argsort(table["row"].to_numpy())))
    lead, digest = (column.view(np.uint64) for column in numbers(table, "key", "whole"))
    yield from table.take(pa.array(one_of_each(lead, digest))).to_batches()


def largest_values(tried: int, batches: Batches) -> Batches:
    """Yield the largest value of the leads under each permutation."""
    for table in filled(batches):
        found = matrix(table["lead"], tried).max(axis=0)
        yield batch_of(LARGEST_VALUES, (np.arange(tried), found.astype(np.int64)))


def largest_of_all(found: pa.Table, tried: int) -> tuple[int, ...]:
    """Return the largest value of a lead under each permutation, from those of all partitions."""
    largest = np.full(tried, -1)
    permutation, value = numbers(found, *LARGEST_VALUES.names)
    np.maximum.at(largest, permutation, value)
    return tuple(largest.tolist())


def _keys(values: np.ndarray, column: int) -> Int64s:
    """Return the keys of some values under a permutation."""
    return (np.int64(column) << _SHIFT) | values.astype(np.int64)


def values_of_leads(tried: int, batches: Batches) -> Batches:
    """Yield the leads by their smallest value under each permutation."""
    for table in filled(batches):
        values, rows = matrix(table["lead"], tried), table["row"].to_numpy()
        for column in range(tried):
            yield batch_of(LEAD_VALUES, (_keys(values[:, column], column), rows))


def values_of_longer(
    longer: Shared, largest: tuple[int, ...], config: Config, batches: Batches
) -> Batches:
    """Yield the texts that may contain others by the values of all their shingles.

    Args:
        longer: These texts.
        largest: The largest value of a lead under each permutation: larger ones are no lead's.
        config: The permutations.
        batches: The documents.
    """
    drawn = permutations(config.sign.num_perm, config.sign.seed)
    wanted = longer()["row"].to_numpy()
    for table in filled(batches):
        part = table.filter(pa.array(among(table["row"].to_numpy(), wanted)))
        shingles = ragged(part["shingles"])
        sets = sorted_sets(shingles.values, shingles.bounds)
        owner = np.repeat(part["row"].to_numpy(), np.diff(sets.bounds))
        for column, limit in enumerate(largest):
            values = permuted(sets.values, *drawn[:, column])
            low = values <= limit
            yield batch_of(LEAD_VALUES, (_keys(values[low], column), owner[low]))


def shared_values(longer: pa.Table, leads: pa.Table) -> Batches:
    """Yield each hit: a text, and the text with a lead whose smallest value it has."""
    value, owner = numbers(longer, *LEAD_VALUES.names)
    lead, row = numbers(leads, *LEAD_VALUES.names)
    at, which = looked_up(value, lead)
    yield batch_of(LEAD_HITS, (owner[at], row[which]))


def contained(first: int, table: pa.Table) -> Batches:
    """Yield the pairs of texts one of which contains the lead of the other."""
    owner, other = decoded(often_hit(encoded(*numbers(table, *LEAD_HITS.names))))
    pairs = np.sort(np.stack([owner, other]), axis=0)
    yield batch_of(PAIRS, tuple(pairs[:, (owner != other) & (pairs[1] >= first)]))


def already_candidates(posts: Shared, batches: Batches) -> Batches:
    """Yield those of some pairs that are candidates without it."""
    codes = np.sort(encoded(*numbers(posts(), *PAIRS.names)))
    for table in filled(batches):
        one, other = numbers(table, *PAIRS.names)
        known = among(encoded(one, other), codes)
        yield batch_of(PAIRS, (one[known], other[known]))
