"""Documents to representatives of tellings, and the counts of their terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

from dedup.engines.engine import Batches, Shared, as_batches
from dedup.kernels.array_types import Int64s, UInt32s
from dedup.match.sorted_lookup import among
from dedup.pipeline.on_tables.partition import ragged
from dedup.pipeline.representatives import weekdays_of_lead
from dedup.pipeline.tables import COUNTS, REPRESENTATIVES, TERM_COUNTS
from dedup.signatures.term_weights import count_terms

READ = (
    "row", "doc_id", "moment", "text_language", "signature", "terms", "lead_days",
    "lead_first_days", "lead_dates",
)  # fmt: skip
"""Columns of ``DOCUMENTS`` that :func:`representatives_of` reads."""


def representatives_of(copies: Shared, batches: Batches) -> Batches:
    """Yield the documents with a signature that are not copies of others.

    Args:
        copies: A column ``row`` of those that are, ascending.
        batches: Columns ``READ``.
    """
    rows = copies()["row"].to_numpy()
    for batch in batches:
        copied = among(batch["row"].to_numpy(), rows)
        signed = np.asarray(batch["signature"].is_valid())
        yield _representatives(batch.filter(pa.array(signed & ~copied)))


def _representatives(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return documents as rows of ``REPRESENTATIVES``."""
    moments, languages = batch["moment"].to_pylist(), batch["text_language"].to_pylist()
    named = (batch[name].to_pylist() for name in ("lead_days", "lead_first_days", "lead_dates"))
    days = [
        weekdays_of_lead(None if cells[0] is None else cells, moment, language)
        for cells, moment, language in zip(
            zip(*named, strict=True), moments, languages, strict=True
        )
    ]
    lengths = np.diff(ragged(pa.chunked_array([batch["terms"]])).bounds)
    columns = batch["row"], batch["doc_id"], batch["moment"], batch["text_language"]
    return pa.record_batch(
        [*columns, pa.array(days, pa.uint8()), lengths, batch["terms"]], schema=REPRESENTATIVES
    )


def count_fresh(first: int, batches: Batches) -> Batches:
    """Yield how many documents of a partition are of the dump that begins at a row."""
    count = sum(int((batch["row"].to_numpy() >= first).sum()) for batch in batches)
    yield pa.record_batch([[count]], schema=COUNTS)


def count_fresh_terms(first: int, batches: Batches) -> Batches:
    """Yield the terms of a partition, and how many documents have each.

    Args:
        first: Row of the first input of the dump at hand; documents before it are left out.
        batches: Columns ``row`` and ``terms``.
    """
    fresh = (batch.filter(pa.array(batch["row"].to_numpy() >= first)) for batch in batches)
    counted = count_terms(_terms_of(fresh))
    yield from as_batches([counted.terms.astype(np.int64), counted.counts], TERM_COUNTS)


def _terms_of(batches: Batches) -> Iterator[tuple[UInt32s, Int64s]]:
    """Yield tokens end to end and their bounds."""
    for batch in batches:
        terms = ragged(pa.chunked_array([batch["terms"]]))
        yield terms.values, terms.bounds


def add_counts(counts: pa.Table) -> Iterable[pa.RecordBatch]:
    """Yield the counts of each term of a partition, added up."""
    terms, places = np.unique(counts["key"].to_numpy(), return_inverse=True)
    added = np.zeros(terms.size, np.int64)
    np.add.at(added, places, counts["count"].to_numpy())
    yield from as_batches([terms, added], TERM_COUNTS)
