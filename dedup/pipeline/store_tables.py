"""Tables of a plan read from a store, and the results of a plan written to it."""

from __future__ import annotations

import pyarrow as pa

from dedup.pipeline.tables import DOCUMENTS
from dedup.store import Store


def read_documents(store: Store) -> pa.Table:
    """Return the active documents of a store as a table of :data:`DOCUMENTS`."""
    return pa.Table.from_batches(
        (pa.record_batch(list(map(pa.array, columns, DOCUMENTS.types)), schema=DOCUMENTS)
         for columns in store.documents.columns()),
        DOCUMENTS,
    )  # fmt: skip
