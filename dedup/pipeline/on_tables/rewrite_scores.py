"""Candidate pairs to scores, and neighbours to verdicts, where the tokens of both ends meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import numpy as np
import pyarrow as pa

from dedup.cluster.roundups import Neighbourhood, Verdict, judged
from dedup.engines.engine import Batches, as_batches
from dedup.match.minhash_lsh import decoded
from dedup.match.story_score import Model
from dedup.pipeline.group_candidates import LEAST_SCORE
from dedup.pipeline.match_rewrites import overlaps_of, score_pairs
from dedup.pipeline.on_tables.partition import Partition
from dedup.pipeline.on_tables.shared_representatives import SharedRepresentatives, by_key
from dedup.pipeline.on_tables.stage_arrays import distinct, filled
from dedup.pipeline.representatives import BLOCK
from dedup.pipeline.tables import (
    CANDIDATE_SCORES,
    NEEDED,
    NEIGHBOURHOODS,
    NUMBERED_SCORES,
    VERDICTS,
)


def needed_of_pairs(shared: SharedRepresentatives, batches: Batches) -> Batches:
    """Yield the documents of pairs, with the keys under which they are needed: ``NEEDED``.

    Args:
        shared: All representatives.
        batches: Rows of ``REWRITE_CANDIDATES``.
    """
    rows = shared.all().rows
    for table in filled(batches):
        ends = decoded(table["pair"].to_numpy())
        needed = distinct(rows[np.concatenate(ends)], np.tile(table["key"].to_numpy(), 2))
        yield from as_batches(list(needed), NEEDED, most=1_000_000)


def score_tiles(
    shared: SharedRepresentatives, model: Model, pairs: pa.Table, sent: pa.Table
) -> Iterable[pa.RecordBatch]:
    """Yield the pairs that score enough to be of a loose group.

    Args:
        shared: All representatives.
        model: What pairs are scored with.
        pairs: Rows of ``REWRITE_CANDIDATES``.
        sent: Rows of ``SENT_TERMS``: both documents of each pair under its key.
    """
    for (_, part), (_, tokens) in zip(by_key(pairs), by_key(sent), strict=True):
        codes = part["pair"].to_numpy()
        scores = np.empty(codes.size)
        found = score_pairs(shared.of(Partition(tokens)), *decoded(codes), model)
        for places, values in found:
            scores[places] = values
        near = scores >= LEAST_SCORE
        yield from as_batches([codes[near], scores[near]], NUMBERED_SCORES, most=1_000_000)


def scores_by_rows(shared: SharedRepresentatives, batches: Batches) -> Batches:
    """Yield scored pairs as the store keeps them: rows of ``CANDIDATE_SCORES``.

    Args:
        shared: All representatives.
        batches: Rows of ``NUMBERED_SCORES``.
    """
    rows = shared.all().rows
    for batch in batches:
        left, right = (rows[numbers] for numbers in decoded(batch["pair"].to_numpy()))
        yield pa.record_batch([left, right, batch["score"]], schema=CANDIDATE_SCORES)


def neighbourhoods_table(near: Sequence[Neighbourhood], first_key: int = 0) -> pa.Table:
    """Return documents that may tell several stories as rows of ``NEIGHBOURHOODS``.

    The documents of a story mostly follow one another: those of one key are asked together.

    Args:
        near: The documents.
        first_key: The smallest key.
    """
    sizes = np.array([1 + each.others.size for each in near], np.int64)
    columns = (
        first_key + np.cumsum(sizes) // BLOCK,
        [each.document for each in near],
        [each.others for each in near],
        [each.party for each in near],
    )
    return pa.table(list(map(pa.array, columns, NEIGHBOURHOODS.types)), schema=NEIGHBOURHOODS)


def needed_of_neighbours(shared: SharedRepresentatives, batches: Batches) -> Batches:
    """Yield the documents of neighbourhoods, with the keys under which they are needed: ``NEEDED``.

    Args:
        shared: All representatives.
        batches: Rows of ``NEIGHBOURHOODS``.
    """
    rows = shared.all().rows
    for table in filled(batches):
        keys, others = table["key"].to_numpy(), table["others"].combine_chunks()
        each = others.value_lengths().to_numpy()
        numbers = np.append(table["document"].to_numpy(), others.flatten().to_numpy())
        needed = distinct(rows[numbers], np.append(keys, np.repeat(keys, each)))
        yield from as_batches(list(needed), NEEDED, most=1_000_000)


def judge(
    shared: SharedRepresentatives, asked: pa.Table, sent: pa.Table
) -> Iterable[pa.RecordBatch]:
    """Yield which documents tell several stories.

    Args:
        shared: All representatives.
        asked: Rows of ``NEIGHBOURHOODS``.
        sent: Rows of ``SENT_TERMS``: a document and its neighbours under their key.
    """
    for (_, part), (_, tokens) in zip(by_key(asked), by_key(sent), strict=True):
        representatives = shared.of(Partition(tokens))
        verdicts = list(judged(_neighbourhoods(part), partial(overlaps_of, representatives)))
        cells = ((each.document, each.roundup, each.against) for each in verdicts)
        columns = zip(*cells, strict=True)
        arrays = list(map(pa.array, columns, VERDICTS.types))
        if arrays:
            yield pa.record_batch(arrays, schema=VERDICTS)


def _neighbourhoods(asked: pa.Table) -> list[Neighbourhood]:
    """Return rows of ``NEIGHBOURHOODS`` as they were."""
    columns = (asked[name].to_pylist() for name in ("document", "others", "party"))
    return [
        Neighbourhood(document, np.array(others, np.int64), np.array(party, np.int32))
        for document, others, party in zip(*columns, strict=True)
    ]


def verdicts_of(table: pa.Table) -> Iterator[Verdict]:
    """Yield rows of ``VERDICTS`` as they were."""
    columns = (table[name].to_pylist() for name in VERDICTS.names)
    for document, roundup, against in zip(*columns, strict=True):
        yield Verdict(document, roundup, None if against is None else tuple(against))
