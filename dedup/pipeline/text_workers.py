"""Clean and sign texts in batches, in order, in worker processes where there are enough of them."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import TimeoutError
from functools import partial
from typing import NamedTuple

from pebble import ProcessExpired

from dedup.config import Config
from dedup.errors import WorkerError
from dedup.models import Raw, RawLine, RawRecord
from dedup.parallel.ordered_map import in_order
from dedup.parallel.processes import worker_context
from dedup.parallel.resilient_pool import ResilientPool, Task
from dedup.pipeline import TEXT_PRELOAD
from dedup.pipeline.prepared_rows import PreparedRow, prepare_texts, size_of

BATCH_BYTES = 500_000
BATCH_RECORDS = 500

START_BYTES = 16_000_000
"""Texts that this process prepares alone: to start workers takes as long as some 15 MB."""

LOAD_BYTES = 7_000_000
"""Texts that this process prepares while the server of the workers loads what they need."""

SMALL_BYTES = 50_000
"""A batch that a page has cut short is not worth sending."""

WAITING_PER_WORKER = 12
"""Batches that may wait, so that no worker idles while this process stores: a second, as long as it
may wait for the disk."""

BATCH_SECONDS = 60.0
"""A batch takes half a second; after so long a worker's is prepared here."""


class _Sent(NamedTuple):
    """A batch that was sent to a worker."""

    raws: Sequence[Raw]
    task: Task[list[PreparedRow | RawRecord]]


_Batch = _Sent | list[PreparedRow | RawRecord]


def text_rows(
    raws: Iterable[Raw], config: Config, *, signed: bool, size: int | None = None
) -> Generator[list[PreparedRow] | RawRecord, None, None]:
    """Yield the rows of inputs in order; pages come out as records, to be cleaned by others.

    The rows between two pages come together: to pass them on one by one takes as long as to read
    them.

    Args:
        raws: What was read.
        config: The options.
        signed: Whether texts are signed, too.
        size: Bytes of all inputs where known: where there are many, workers start at once.
    """
    with ResilientPool(config.workers, TEXT_PRELOAD) as pool:
        workers = _TextWorkers(pool, config, signed=signed, size=size or 0)
        for batch in in_order(
            map(workers.start, _batches(raws)),
            lambda batch: isinstance(batch, list) or batch.task.done(),
            config.workers * WAITING_PER_WORKER,
        ):
            rows: list[PreparedRow] = []
            for item in workers.finish(batch):
                if isinstance(item, PreparedRow):
                    rows.append(item)
                    continue
                if rows:
                    yield rows
                yield item
                rows = []
            if rows:
                yield rows


def _batches(raws: Iterable[Raw]) -> Iterator[list[Raw]]:
    """Yield inputs in batches; a page is a batch of its own, for it is not prepared here."""
    batch: list[Raw] = []
    size = 0
    for raw in raws:
        if _is_page(raw):
            if batch:
                yield batch
            yield [raw]
            batch, size = [], 0
            continue
        batch.append(raw)
        size += size_of(raw)
        if size >= BATCH_BYTES or len(batch) >= BATCH_RECORDS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _is_page(raw: Raw) -> bool:
    """Return whether an input is surely a page; one in a line shows when the line is parsed."""
    return isinstance(raw, RawRecord) and raw.html is not None


class _TextWorkers:
    """Decides which batches go to workers, and starts their server in time."""

    def __init__(self, pool: ResilientPool, config: Config, *, signed: bool, size: int) -> None:
        self._pool = pool
        self._prepare = partial(prepare_texts, config=config, signed=signed)
        self._size = size
        self._seen = 0
        self._server_since: int | None = None
        self._alone = config.workers < 2
        self._page = f'"{dict(config.read.fields).get("html", "html")}"'.encode()

    def start(self, raws: Sequence[Raw]) -> _Batch:
        """Send a batch to a worker, or prepare it here."""
        if self._alone or _is_page(raws[0]) or not self._ready(raws):
            return self._prepare(raws)
        return _Sent(raws, self._pool.schedule(self._prepare, args=[raws], timeout=BATCH_SECONDS))

    def finish(self, batch: _Batch) -> list[PreparedRow | RawRecord]:
        """Return the rows of a batch; what workers failed to prepare is prepared here.

        A worker ends for want of memory. Texts have done no harm then, and the run goes on alone.
        """
        if isinstance(batch, list):
            return batch
        if not self._alone:
            try:
                return batch.task.result()
            except (WorkerError, ProcessExpired, TimeoutError, MemoryError):
                self._alone = True
        return self._prepare(batch.raws)

    def _ready(self, raws: Sequence[Raw]) -> bool:
        """Return whether workers should be ready for a batch; start their server in time.

        A worker that is started before the server has loaded what it needs makes this process wait.
        Lines that hold pages are prepared here: the server must load what pages need.
        """
        size = sum(map(size_of, raws))
        lines = (raw.line for raw in raws if isinstance(raw, RawLine))
        if size < SMALL_BYTES or (
            self._server_since is None and any(self._page in line for line in lines)
        ):
            return False
        self._seen += size
        if self._server_since is None and max(self._size, self._seen) >= START_BYTES:
            worker_context(TEXT_PRELOAD)
            self._server_since = self._seen
        return self._server_since is not None and self._seen - self._server_since >= LOAD_BYTES
