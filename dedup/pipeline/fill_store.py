"""The file of a store, made of the tables that a run on an engine left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from dedup.config import Config
from dedup.pipeline.store_folder import StoreFolder
from dedup.progress import Progress
from dedup.store import Step, Store

RUN_BYTES = 64_000_000
"""Bytes of rows that are sorted before they are inserted: a table whose rows come in any order is
written several times as fast. They take ten times as much as rows of Python, a batch at a time."""

BATCH_ROWS = 5_000
"""Rows of Python at once."""


def fill_store(
    store: Store,
    tables: StoreFolder,
    name: str,
    config: Config,
    values: Mapping[str, Any],
    progress: Progress,
) -> None:
    """Write all that tables have to an empty store, as one finished dump.

    The rows are those that :func:`dedup.pipeline.stages.run_stages` leaves of the same inputs, and
    those of a run that has written its results. Memory does not grow with the tables, but for the
    document frequencies.

    Args:
        store: The store.
        tables: The tables.
        name: Name of the dump.
        config: The options that it was made with.
        values: Further values that are kept of the dump by name.
        progress: Is called with the documents.
    """
    kept = {**tables.values, **values}
    options, basis, scorer = (kept.pop(each) for each in ("config_digest", "basis", "scorer"))
    store.begin(name, options=options, basis=basis, scorer=scorer)
    progress.start("documents", tables.rows("documents"), "doc")
    with store.fill():
        for batch in tables.batches("documents"):
            store.documents.add_columns([column.to_pylist() for column in batch.columns])
            progress.advance(batch.num_rows)
        progress.end()
        progress.start("pairs and stories", None, "table")
        _fill_results(store, tables, progress)
        for each, value in kept.items():
            store.put(each, value)
        store.dumps.look_back(config.story.window_days)
        store.dumps.expire(config.expire)
        store.dumps.reach(Step.WRITTEN)
        progress.end()


def _fill_results(store: Store, tables: StoreFolder, progress: Progress) -> None:
    """Write pairs, loose groups, frequencies, stories and decisions."""

    def rows(table: str, *keys: str) -> Iterator[tuple[Any, ...]]:
        yield from sorted_cells(tables.batches(table), keys)
        progress.advance(1)

    store.results.add_copy_pairs(rows("copy_pairs", "one", "other"))
    store.results.add_candidate_scores(rows("story_scores", "one", "other"))
    store.results.add_loose_groups(rows("loose_groups", "row"))
    if tables.counted is not None:
        found = [batch for batch in tables.batches("document_frequencies") if batch.num_rows]
        terms, counts = (
            np.concatenate([batch[column].to_numpy() for batch in found] or [np.empty(0, kind)])
            for column, kind in (("term", np.uint32), ("count", np.int64))
        )
        store.signatures.keep_document_frequencies(terms, counts, tables.counted)
    store.results.replace([], [], rows("stories", "story_id"), rows("decisions", "row"), [])


def sorted_cells(
    batches: Iterable[pa.RecordBatch], keys: tuple[str, ...], most: int = RUN_BYTES
) -> Iterator[tuple[Any, ...]]:
    """Yield rows, in runs that are sorted by some columns.

    Args:
        batches: The rows.
        keys: The columns.
        most: Bytes of a run.
    """
    run: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        run.append(batch)
        size += batch.nbytes
        if size >= most:
            yield from _sorted_run(run, keys)
            run, size = [], 0
    if run:
        yield from _sorted_run(run, keys)


def _sorted_run(run: list[pa.RecordBatch], keys: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of some batches, sorted."""
    table = pa.Table.from_batches(run).sort_by([(key, "ascending") for key in keys])
    for batch in table.to_batches(max_chunksize=BATCH_ROWS):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
