"""Scored pairs to the neighbourhoods of documents that may tell several stories, block by block.

A block is a run of documents in the order of time, so that most neighbours are of the same one. The
strong neighbours of a document are sent once to each block where it is a strong neighbour itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pyarrow as pa

from dedup.cluster.roundups import NEIGHBOUR, STRONG, neighbourhoods_of, story_first
from dedup.engines.engine import Batches, as_batches
from dedup.kernels.array_types import Int64s
from dedup.match.minhash_lsh import decoded
from dedup.match.sorted_lookup import among, places_among
from dedup.pipeline.on_tables.rewrite_scores import neighbourhoods_table
from dedup.pipeline.on_tables.shared_representatives import SharedRepresentatives, by_key
from dedup.pipeline.on_tables.stage_arrays import distinct, filled, numbers
from dedup.pipeline.representatives import Numbered
from dedup.pipeline.tables import NEAR_DOCUMENTS

BLOCK_DOCUMENTS = 20_000
"""Documents of a block: with ten neighbours each, some 10 MB."""

_MOST = 1_000_000


def near_documents(shared: SharedRepresentatives, batches: Batches) -> Batches:
    """Yield both documents of pairs of neighbours, by the block of each: ``NEAR_DOCUMENTS``.

    Args:
        shared: All representatives.
        batches: Rows of ``NUMBERED_SCORES``.
    """
    numbered = shared.all()
    for table in filled(batches):
        codes, scores = numbers(table, "pair", "score")
        near = scores >= NEIGHBOUR
        left, right = decoded(codes[near])
        one, other = np.append(left, right), np.append(right, left)
        columns = [_blocks(numbered, one), one, other, pa.array(np.tile(scores[near] >= STRONG, 2))]
        yield from as_batches(columns, NEAR_DOCUMENTS, most=_MOST)


def _blocks(numbered: Numbered, documents: Int64s) -> Int64s:
    """Return the block of each document."""
    blocks: Int64s = numbered.place[documents].astype(np.int64) // BLOCK_DOCUMENTS
    return blocks


def strong_of_others(shared: SharedRepresentatives, near: pa.Table) -> Iterable[pa.RecordBatch]:
    """Yield the strong neighbours of documents for the other blocks where these are such.

    Args:
        shared: All representatives.
        near: Rows of ``NEAR_DOCUMENTS``, all of a block.
    """
    numbered = shared.all()
    strong = near.filter(near["strong"])
    document, other = distinct(*numbers(strong, "document", "other"))
    away = _blocks(numbered, document) != _blocks(numbered, other)
    sender, block = distinct(document[away], _blocks(numbered, other[away]))
    places, at = places_among(sender, document)
    columns = [block[places], document[at], other[at], pa.array(np.ones(at.size, np.bool_))]
    yield from as_batches(columns, NEAR_DOCUMENTS, most=_MOST)


def neighbourhoods(near: pa.Table, sent: pa.Table) -> Iterable[pa.RecordBatch]:
    """Yield the documents of blocks that may tell several stories: ``NEIGHBOURHOODS``.

    Args:
        near: Rows of ``NEAR_DOCUMENTS`` of these documents.
        sent: Those of their neighbours in other blocks, as far as they are strong.
    """
    sent_to = dict(by_key(sent, "document"))
    for block, own in by_key(near, "document"):
        rows = [own, *([sent_to[block]] if block in sent_to else [])]
        one, other, strong = numbers(pa.concat_tables(rows), *NEAR_DOCUMENTS.names[1:])
        known = np.unique(np.append(one, own["other"].to_numpy()))
        inside = among(other, known)  # what is further away is of no party here
        document, near_it = (np.searchsorted(known, each[inside]) for each in (one, other))
        asked = among(known, np.unique(own["document"].to_numpy()))
        found = neighbourhoods_of(document, near_it, strong[inside], asked)
        near_by_number = [
            replace(each, document=int(known[each.document]), others=known[each.others])
            for each in found
        ]
        in_order = sorted(near_by_number, key=story_first)
        yield from neighbourhoods_table(in_order, block << 32).to_batches()
