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
from dedup.pipeline.on_tables.shared_representatives import (
    SharedRepresentatives,
    by_key,
    routes_table,
)
from dedup.pipeline.representatives import BLOCK, Numbered
from dedup.pipeline.tables import (
    NEIGHBOURHOODS,
    NUMBERED_SCORES,
    REWRITE_CANDIDATES,
    VERDICTS,
)


def routes_of_pairs(shared: SharedRepresentatives, batches: Batches) -> Batches:
    """Yield the documents of pairs, once for each key under which they are needed.

    Args:
        shared: All representatives.
        batches: Rows of ``REWRITE_CANDIDATES``, all pairs of a key in one partition.
    """
    rows = shared.all().rows
    for key, pairs in by_key(pa.Table.from_batches(batches, REWRITE_CANDIDATES)):
        numbers = np.unique(np.concatenate(decoded(pairs["pair"].to_numpy())))
        yield from routes_table(np.full(numbers.size, key), rows[numbers]).to_batches()


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


def neighbourhoods_table(near: Sequence[Neighbourhood]) -> pa.Table:
    """Return documents that may tell several stories as rows of ``NEIGHBOURHOODS``.

    The documents of a story mostly follow one another: those of one key are asked together.
    """
    sizes = np.array([1 + each.others.size for each in near], np.int64)
    columns = (
        np.cumsum(sizes) // BLOCK,
        [each.document for each in near],
        [each.others for each in near],
        [each.party for each in near],
    )
    return pa.table(list(map(pa.array, columns, NEIGHBOURHOODS.types)), schema=NEIGHBOURHOODS)


def routes_of_neighbours(numbered: Numbered, asked: pa.Table) -> pa.Table:
    """Return the documents of neighbourhoods once for each key, as rows of ``ROUTES``."""
    found = [
        (key, np.unique(np.append(part["document"], part["others"].combine_chunks().flatten())))
        for key, part in by_key(asked)
    ]
    keys = np.repeat([key for key, _ in found], [numbers.size for _, numbers in found])
    numbers = np.concatenate([np.empty(0, np.int64), *(numbers for _, numbers in found)])
    return routes_table(keys.astype(np.int64), numbered.rows[numbers])


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
