"""The way of all inputs: what was read to rows that are cleaned, signed and packed, in order."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from typing import NamedTuple

from dedup.config import Config
from dedup.models import Raw
from dedup.pipeline.page_workers import Cleaned, Recall, clean_records
from dedup.pipeline.prepared_rows import PreparedRow, prepare_rows
from dedup.pipeline.text_workers import text_rows
from dedup.progress import Progress

# A batch is complete when it holds this many inputs, or this much raw text: about two seconds of
# pages, which is what a kill costs where each batch commits.
BATCH_RECORDS = 1000
BATCH_BYTES = 8_000_000


class RowBatch(NamedTuple):
    """Inputs that follow each other.

    Attributes:
        rows: Their rows.
        worker_kib: Most memory that a worker for their pages used so far, in KiB; 0 without pages.
    """

    rows: list[PreparedRow]
    worker_kib: int


def cleaned_rows(
    raws: Iterable[Raw],
    config: Config,
    progress: Progress,
    *,
    signed: bool,
    recall: Recall,
    size: int | None = None,
) -> Generator[RowBatch, None, None]:
    """Yield the rows of inputs in batches; whoever breaks off must close it, to end the workers.

    Args:
        raws: What was read.
        config: Limits and workers.
        progress: Is called with bytes and documents.
        signed: Whether texts are signed, too.
        recall: Returns the result of an earlier page of a digest, or None.
        size: Bytes of all inputs where known.
    """
    rows = text_rows(raws, config, signed=signed, size=size)
    cleaned = clean_records(rows, config.clean, workers=config.workers, recall=recall)
    with closing(rows), closing(cleaned):
        for batch in _batches(cleaned, progress):
            kib = [item.worker_kib for item in batch if isinstance(item, Cleaned)]
            yield RowBatch(prepare_rows(batch, config, signed=signed), max(kib, default=0))


def _batches(
    cleaned: Iterable[list[PreparedRow] | Cleaned], progress: Progress
) -> Iterator[list[PreparedRow | Cleaned]]:
    """Yield inputs in batches."""
    batch: list[PreparedRow | Cleaned] = []
    size = 0
    for item in cleaned:
        if isinstance(item, Cleaned):
            batch.append(item)
            size += item.size
            progress.advance(item.record.consumed, 1)
        else:
            batch += item
            size += sum(row.size for row in item)
            progress.advance(sum(row.consumed for row in item), len(item))
        if len(batch) >= BATCH_RECORDS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
