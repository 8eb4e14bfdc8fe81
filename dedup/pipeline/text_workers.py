"""Clean and sign texts in batches, in order, in worker processes where there are enough of them."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from typing import Any, NamedTuple

from dedup.config import Config
from dedup.models import Raw, RawLine, RawRecord
from dedup.parallel.ordered_map import in_order
from dedup.parallel.processes import begin_worker, may_start_processes, worker_context
from dedup.pipeline import TEXT_PRELOAD
from dedup.pipeline.prepared_rows import PreparedRow, prepare_texts, size_of
from dedup.store import Stored

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

# Plain tuples pass between processes in a third of the time of objects.
_Line = tuple[bytes, str, str, int]
_Row = tuple[tuple[Any, ...], int, int]


class _Sent(NamedTuple):
    """A batch that was sent to a worker."""

    raws: Sequence[Raw]
    future: Future[list[_Row | RawRecord]]


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
    with _TextWorkers(config, signed=signed, size=size or 0) as workers:
        for batch in in_order(
            map(workers.start, _batches(raws)),
            lambda batch: isinstance(batch, list) or batch.future.done(),
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


def _prepare(
    sent: Sequence[_Line | RawRecord], config: Config, *, signed: bool
) -> list[_Row | RawRecord]:
    """Return the rows of a batch; runs in a worker."""
    raws = [RawLine(*each) if isinstance(each, tuple) else each for each in sent]
    return [
        (tuple(each.stored), each.consumed, each.size) if isinstance(each, PreparedRow) else each
        for each in prepare_texts(raws, config, signed=signed)
    ]


class _TextWorkers:
    """Decides which batches go to workers, and starts these in time.

    Not the pool of pages: a text needs no limit of its own, and what a dead worker leaves undone is
    prepared here.
    """

    def __init__(self, config: Config, *, signed: bool, size: int) -> None:
        self._config = config
        self._signed = signed
        self._size = size
        self._seen = 0
        self._server_since: int | None = None
        self._alone = config.workers < 2 or not may_start_processes()
        page = dict(config.read.fields).get("html", "html").rpartition(".")[2]
        self._page = f'"{page}"'.encode()
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> _TextWorkers:
        return self

    def __exit__(self, *error: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def start(self, raws: Sequence[Raw]) -> _Batch:
        """Send a batch to a worker, or prepare it here."""
        if self._alone or _is_page(raws[0]) or not self._ready(raws):
            return self._prepare_here(raws)
        sent = [
            (raw.line, raw.doc_id, raw.source, raw.consumed) if isinstance(raw, RawLine) else raw
            for raw in raws
        ]
        try:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    self._config.workers,
                    mp_context=worker_context(TEXT_PRELOAD),
                    initializer=begin_worker,
                )
            future = self._pool.submit(_prepare, sent, self._config, signed=self._signed)
        except BrokenExecutor:
            self._alone = True
            return self._prepare_here(raws)
        return _Sent(raws, future)

    def finish(self, batch: _Batch) -> list[PreparedRow | RawRecord]:
        """Return the rows of a batch; one that a worker failed to prepare is prepared here.

        A worker ends mostly because memory is short. The texts are not the cause; from then on this
        process works without workers.
        """
        if isinstance(batch, list):
            return batch
        try:
            done = batch.future.result()
        except (BrokenExecutor, MemoryError):
            self._alone = True
            return self._prepare_here(batch.raws)
        return [
            PreparedRow(Stored(*each[0]), *each[1:]) if isinstance(each, tuple) else each
            for each in done
        ]

    def _prepare_here(self, raws: Sequence[Raw]) -> list[PreparedRow | RawRecord]:
        """Prepare a batch in this process."""
        return prepare_texts(raws, self._config, signed=self._signed)

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
