"""Batches of texts, cleaned and signed in processes beside this one; in order, whatever happens."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from types import TracebackType

from dedup.config import Config
from dedup.models import Raw, RawLine, RawRecord
from dedup.parallel.processes import keep_memory, worker_context
from dedup.pipeline.prepared_rows import Row, prepare_texts, size_of
from dedup.store import Cells, Stored

BATCH_BYTES = 500_000
BATCH_RECORDS = 500

START_BYTES = 16_000_000
"""Texts that this process does alone: starting others takes as long as some 15 MB."""

MEANWHILE_BYTES = 7_000_000
"""Texts that this process does while the server that others come from loads what they need."""

SMALL_BYTES = 50_000
"""A batch that a page has cut short is not worth sending."""

WAITING = 12
"""Batches a process that may wait, so that none idles while this one stores: a second, as long as
it may wait for the disk."""

COLLECTED = 50_000
"""Objects after which a process looks for garbage: more than a batch makes."""

PRELOADED = ["dedup.pipeline.text_worker_preload"]


def text_rows(
    raws: Iterable[Raw], config: Config, *, signed: bool, size: int | None = None
) -> Generator[list[Row] | RawRecord, None, None]:
    """Yield the rows of inputs in order; pages come out as records, to be cleaned by others.

    Args:
        raws: What was read.
        config: The options.
        signed: Whether texts are signed, too.
        size: Bytes of all inputs where known: where there are many, help is called at once.
    """
    with _Crew(config, signed=signed, size=size or 0) as crew:
        waiting: deque[_Batch] = deque()
        for batch in _batches(raws):
            waiting.append(crew.begin(batch))
            while waiting and (len(waiting) > crew.most or waiting[0].ready()):
                yield from _parted(crew.finish(waiting.popleft()))
        while waiting:
            yield from _parted(crew.finish(waiting.popleft()))


def _parted(done: Iterable[Row | RawRecord]) -> Iterator[list[Row] | RawRecord]:
    """Yield the rows between pages together: what goes one by one costs as much as reading it."""
    rows: list[Row] = []
    for item in done:
        if isinstance(item, Row):
            rows.append(item)
            continue
        if rows:
            yield rows
        yield item
        rows = []
    if rows:
        yield rows


def _batches(raws: Iterable[Raw]) -> Iterator[list[Raw]]:
    """Yield inputs in batches; a page is a batch of its own, for it is not done here."""
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


@dataclass(frozen=True, slots=True)
class _Batch:
    """A batch that was begun: what it was, and its rows or where they will come from."""

    raws: Sequence[Raw]
    rows: list[Row | RawRecord] | None = None
    future: Future[list[Cells | RawRecord]] | None = None

    def ready(self) -> bool:
        """Return whether nothing is left to wait for."""
        return self.future is None or self.future.done()


def _sent(raws: Sequence[Raw]) -> list[Cells | RawRecord]:
    """Return inputs as they go to a process: plain tuples take a third of the time of objects."""
    return [
        (raw.line, raw.doc_id, raw.source, raw.consumed) if isinstance(raw, RawLine) else raw
        for raw in raws
    ]


def _rows(
    sent: Sequence[Cells | RawRecord], config: Config, *, signed: bool
) -> list[Cells | RawRecord]:
    """Return the rows of inputs in the process they were sent to, again as plain tuples."""
    raws = [RawLine(*each) if isinstance(each, tuple) else each for each in sent]
    return [
        (tuple(each.stored), each.consumed, each.size) if isinstance(each, Row) else each
        for each in prepare_texts(raws, config, signed=signed)
    ]


def _received(done: Cells | RawRecord) -> Row | RawRecord:
    """Return a row that came back, or a page that was found in a line."""
    if not isinstance(done, tuple):
        return done
    stored, consumed, size = done
    return Row(Stored(*stored), consumed, size)


class _Crew:
    """The processes; none is started before there is work for them."""

    def __init__(self, config: Config, *, signed: bool, size: int) -> None:
        """Remember the options."""
        self._config = config
        self._signed = signed
        self._alone = config.workers < 2
        self._size = size
        self._seen = 0
        self._called: int | None = None
        self._page = f'"{dict(config.read.fields).get("html", "html")}"'.encode()
        self._pool: ProcessPoolExecutor | None = None

    @property
    def most(self) -> int:
        """Batches that may wait."""
        return self._config.workers * WAITING

    def __enter__(self) -> _Crew:
        """Return the crew."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the processes; what they still do is of no use to anybody."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def begin(self, raws: Sequence[Raw]) -> _Batch:
        """Send a batch to a process, or do it here; a page goes through untouched."""
        if _is_page(raws[0]):
            return _Batch(raws, self._own(raws))
        size = sum(map(size_of, raws))
        if self._alone or size < SMALL_BYTES or not self._called_in_time(raws, size):
            return _Batch(raws, self._own(raws))
        try:
            future = self._started().submit(_rows, _sent(raws), self._config, signed=self._signed)
        except BrokenExecutor:
            self._alone = True
            return _Batch(raws, self._own(raws))
        return _Batch(raws, future=future)

    def finish(self, batch: _Batch) -> list[Row | RawRecord]:
        """Return the rows of a batch; what a process failed to do is done here.

        A process dies of the system's want of memory, or of somebody's kill. Texts have done no
        harm then, and the run goes on without help.
        """
        if batch.future is None:
            return batch.rows or []
        try:
            return [_received(each) for each in batch.future.result()]
        except (BrokenExecutor, MemoryError):
            self._alone = True
            return self._own(batch.raws)

    def _called_in_time(self, raws: Sequence[Raw], size: int) -> bool:
        """Return whether processes should be ready to take a batch; call them in time.

        A first process that is asked for before the server has loaded what it needs makes this one
        wait for it. Lines that hold pages are passed on: the server must load what pages need.
        """
        if self._called is None and any(
            isinstance(raw, RawLine) and self._page in raw.line for raw in raws
        ):
            return False
        self._seen += size
        if self._called is None and max(self._size, self._seen) >= START_BYTES:
            worker_context(PRELOADED)
            self._called = self._seen
        return self._called is not None and self._seen >= self._called + MEANWHILE_BYTES

    def _own(self, raws: Sequence[Raw]) -> list[Row | RawRecord]:
        """Do a batch in this process."""
        return prepare_texts(raws, self._config, signed=self._signed)

    def _started(self) -> ProcessPoolExecutor:
        """Return the pool, started."""
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._config.workers, mp_context=worker_context(PRELOADED), initializer=_begin
            )
        return self._pool


def _begin() -> None:
    """Make a process leave Ctrl-C to the one that started it, and end when that one is gone.

    What it has imported stays: the garbage collector would go over it with every few batches. Nor
    does it look through the rows of a batch while they are made, of which none is in a cycle.
    """
    gc.freeze()
    gc.set_threshold(COLLECTED)
    keep_memory()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=[parent], daemon=True).start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    """Wait for a process to end, and end this one."""
    parent.join()
    os._exit(1)
