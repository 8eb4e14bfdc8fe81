"""What all processes know of all representatives, and the representatives of one partition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dedup.engines.engine import Batches, Shared
from dedup.pipeline.on_tables.partition import Partition
from dedup.pipeline.representatives import Numbered, Representatives
from dedup.pipeline.tables import SENT_TERMS
from dedup.signatures.term_weights import DocumentFrequencies

_ARRAYS = (
    "rows", "by_row", "moments", "languages", "lead_days", "fresh", "must_link", "changed",
    "in_time", "place", "tile",
)  # fmt: skip


def numbered_table(numbered: Numbered) -> pa.Table:
    """Return the arrays of representatives as a table; masks are uint8."""
    arrays = {name: getattr(numbered, name) for name in _ARRAYS}
    return pa.table(
        {name: array.view(np.uint8) if array.dtype == np.bool_ else array
         for name, array in arrays.items()}
    )  # fmt: skip


def frequencies_table(frequencies: DocumentFrequencies) -> pa.Table:
    """Return terms and counts as a table."""
    return pa.table({"terms": frequencies.terms, "counts": frequencies.counts})


@dataclass(frozen=True, slots=True)
class SharedRepresentatives:
    """All representatives but for their tokens, in a form that can be sent.

    Attributes:
        numbered: What :func:`numbered_table` returns.
        names: Their languages by number.
        frequencies: What :func:`frequencies_table` returns.
        documents: Number of documents that these count.
    """

    numbered: Shared
    names: tuple[str | None, ...]
    frequencies: Shared
    documents: int

    def all(self) -> Numbered:
        """Return all representatives."""
        table = self.numbered().combine_chunks()
        arrays = {name: table[name].to_numpy() for name in _ARRAYS}
        masks = {name: arrays.pop(name).view(np.bool_) for name in ("fresh", "changed")}
        return Numbered(**arrays, **masks, names=self.names)

    def of(self, partition: Partition) -> Representatives:
        """Return the representatives whose column ``terms`` is in a partition."""
        counted = self.frequencies().combine_chunks()
        terms, counts = (counted[name].to_numpy() for name in ("terms", "counts"))
        frequencies = DocumentFrequencies(terms, counts, self.documents)
        return Representatives(partition.sets, self.all(), frequencies)


def by_row(batches: Batches) -> Batches:
    """Yield the tokens of representatives by row: rows of ``SENT_TERMS``.

    Args:
        batches: Columns ``row`` and ``terms``.
    """
    for batch in batches:
        yield pa.record_batch([batch["row"], *batch.columns], schema=SENT_TERMS)


def by_key(table: pa.Table, then: str = "key") -> Iterator[tuple[int, pa.Table]]:
    """Yield each key of a table, ascending, and its rows, ascending by another column."""
    keys = table["key"].to_numpy()
    order = np.lexsort([table[then].to_numpy(), keys])
    found, starts = np.unique(keys[order], return_index=True)
    for key, places in zip(found.tolist(), np.split(order, starts[1:]), strict=False):
        yield key, table.take(pa.array(places)).combine_chunks()
