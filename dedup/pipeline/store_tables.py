"""Tables of a plan read from a store: what earlier dumps left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa

from dedup.kernels.array_types import Float64s
from dedup.pipeline.earlier_stories import EarlierStories, read_earlier_stories
from dedup.pipeline.on_tables.stage_arrays import batch_of
from dedup.pipeline.tables import COPY_PAIRS, DOCUMENTS, KNOWN_IDS
from dedup.signatures.term_weights import DocumentFrequencies
from dedup.store import Store


@dataclass(frozen=True, slots=True)
class EarlierResults:
    """What earlier dumps found, as far as the active documents go; empty for a first dump.

    Attributes:
        stories: Their stories, and the first row of the dump at hand.
        matched_pairs: Pairs of documents that match: a table of ``COPY_PAIRS``.
        candidate_scores: Scored pairs of representatives: both rows and the score, n x 3.
        frequencies: How many representatives have each term.
    """

    stories: EarlierStories
    matched_pairs: pa.Table
    candidate_scores: Float64s
    frequencies: DocumentFrequencies

    @classmethod
    def empty(cls) -> EarlierResults:
        """Return what is known before the first dump."""
        return cls(
            EarlierStories.empty(),
            COPY_PAIRS.empty_table(),
            np.empty((0, 3)),
            DocumentFrequencies(np.empty(0, np.uint32), np.empty(0, np.int64), 0),
        )


def read_earlier_results(store: Store) -> EarlierResults:
    """Read what earlier dumps found; the active rows of the store must be chosen."""
    return EarlierResults(
        read_earlier_stories(store),
        _matched_pairs(store),
        store.results.candidate_scores(),
        DocumentFrequencies(*store.signatures.document_frequencies()),
    )


def _matched_pairs(store: Store) -> pa.Table:
    """Return the active pairs of earlier dumps that match."""
    pairs = [(*cells, 1) for cells in store.results.matched_pairs()]
    columns = zip(*pairs, strict=True) if pairs else [()] * len(COPY_PAIRS)
    return pa.Table.from_batches([batch_of(COPY_PAIRS, list(columns))])


def documents_below(store: Store, end: int) -> Iterator[pa.RecordBatch]:
    """Yield the active documents below a row, by row: batches of :data:`DOCUMENTS`."""
    return map(partial(batch_of, DOCUMENTS), store.documents.columns(end))


def known_ids(store: Store) -> Iterator[pa.RecordBatch]:
    """Yield the ids of the inputs of earlier dumps, active or not: batches of ``KNOWN_IDS``."""
    for rows, ids in store.dumps.known_ids():
        yield pa.record_batch([pa.array(rows), pa.array(ids)], schema=KNOWN_IDS)
