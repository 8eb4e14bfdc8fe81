"""The results of a plan, written to a store in one go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.config import Config
from dedup.kernels.array_types import Int64s
from dedup.pipeline.earlier_stories import EarlierStories
from dedup.pipeline.story_changes import note_changes
from dedup.pipeline.tables import CANDIDATE_SCORES, COPY_PAIRS, DECISIONS, LOOSE_GROUPS, STORIES
from dedup.signatures.term_weights import DocumentFrequencies
from dedup.store import Step, Store

BATCH_ROWS = 5_000
"""Documents that are rows of Python at once: some 50 MB."""


@dataclass(frozen=True, slots=True)
class StoriesTables:
    """Stories that a stage found, and the decisions on their documents.

    Attributes:
        stories: Rows of ``STORIES``.
        decisions: Rows of ``DECISIONS``.
    """

    stories: pa.Table
    decisions: pa.Table

    @classmethod
    def empty(cls) -> StoriesTables:
        """Return no stories."""
        return cls(STORIES.empty_table(), DECISIONS.empty_table())

    def rows(self) -> Int64s:
        """Return the documents of the stories, int64."""
        found: Int64s = self.decisions["row"].to_numpy()
        return found

    def representatives(self) -> Int64s:
        """Return the representatives of the tellings of the stories, int64."""
        rows = self.rows()
        found: Int64s = rows[rows == self.decisions["representative"].to_numpy()]
        return found

    def replaced_by(self, merged: StoriesTables) -> StoriesTables:
        """Return stories of copies and those of rewrites, which take their places."""
        rows = pa.array(merged.rows())
        left = [
            table.filter(pc.invert(pc.is_in(table[column], rows)))
            for table, column in ((self.stories, "canonical"), (self.decisions, "row"))
        ]
        return StoriesTables(
            pa.concat_tables([left[0], merged.stories]),
            pa.concat_tables([left[1], merged.decisions]),
        )


@dataclass(frozen=True, slots=True)
class PlanResults:
    """All that a plan found out of a dump.

    Attributes:
        documents: All active documents, batches of ``DOCUMENTS``; those of earlier dumps are in
            the store already. They are written fastest in the order of rows.
        copy_pairs: Measured pairs, rows of ``COPY_PAIRS``.
        copies: Stories of copies.
        replaced: Ids of the earlier stories in which these documents were.
        candidate_scores: Scored pairs, rows of ``CANDIDATE_SCORES``.
        loose_groups: Rows of ``LOOSE_GROUPS``, ascending.
        rewrites: Stories of rewrites, which replace those of copies.
        frequencies: Document frequencies of this dump and earlier ones; None for those that are
            stored.
        values: What is kept of the dump by name: JSON values.
    """

    documents: Iterable[pa.RecordBatch]
    copy_pairs: pa.Table
    copies: StoriesTables
    replaced: Sequence[str] = ()
    candidate_scores: pa.Table = field(default_factory=CANDIDATE_SCORES.empty_table)
    loose_groups: pa.Table = field(default_factory=LOOSE_GROUPS.empty_table)
    rewrites: StoriesTables = field(default_factory=StoriesTables.empty)
    frequencies: DocumentFrequencies | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


def store_results(
    store: Store, results: PlanResults, earlier: EarlierStories, config: Config
) -> None:
    """Write all results of a dump, in one commit: earlier dumps are never left half changed.

    Args:
        store: A store in which the dump is begun and has no inputs yet.
        results: The results.
        earlier: The stories of earlier dumps as they were.
        config: Says when documents expire.
    """
    with store.fill():
        for batch in results.documents:
            new = batch.filter(pa.array(batch["row"].to_numpy() >= store.dumps.first))
            for columns in _columns(pa.Table.from_batches([new])):
                store.documents.add_columns(columns)
        store.dumps.activate_current()
        _store_pairs(store, results)
        _store_stories(store, results)
        for name, value in results.values.items():
            store.put(name, value)
        note_changes(store, earlier)
        store.dumps.expire(config.expire)
        store.dumps.reach(Step.DECIDED)


def _store_pairs(store: Store, results: PlanResults) -> None:
    """Write measured and scored pairs, in the order of their tables, and document frequencies."""
    store.results.add_copy_pairs(_cells(_by_pair(results.copy_pairs, COPY_PAIRS)))
    store.results.add_candidate_scores(_cells(_by_pair(results.candidate_scores, CANDIDATE_SCORES)))
    store.results.add_loose_groups(_cells(results.loose_groups))
    if found := results.frequencies:
        store.signatures.keep_document_frequencies(found.terms, found.counts, found.documents)


def _store_stories(store: Store, results: PlanResults) -> None:
    """Write stories and decisions, which replace those of earlier dumps."""
    found = results.copies.replaced_by(results.rewrites)
    representatives = results.rewrites.representatives()
    store.results.replace(
        results.replaced,
        representatives[representatives < store.dumps.first].tolist(),
        _cells(found.stories.sort_by("story_id")),
        _cells(found.decisions.sort_by("row")),
        np.sort(found.rows()[found.rows() < store.dumps.first]).tolist(),
    )


def _by_pair(pairs: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the rows of a table of pairs in the order of its key."""
    return pairs.select(schema.names).sort_by([("one", "ascending"), ("other", "ascending")])


def _columns(table: pa.Table) -> Iterator[list[list[Any]]]:
    """Yield the columns of a table, a batch at a time."""
    for batch in table.to_batches(max_chunksize=BATCH_ROWS):
        yield [column.to_pylist() for column in batch.columns]


def _cells(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table."""
    for columns in _columns(table):
        yield from zip(*columns, strict=True)
