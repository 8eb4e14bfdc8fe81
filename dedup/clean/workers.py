"""Clean records in order, pages in a pool of processes that a page can neither hang nor exhaust."""

from __future__ import annotations

import hashlib
import resource
from collections import OrderedDict, deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import TimeoutError
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from pebble import ProcessExpired

from dedup.clean.documents import from_page
from dedup.clean.pool import LastingPool, Task
from dedup.clean.steps import clean_text
from dedup.clean.texts import clean_own_text
from dedup.config import CleanConfig
from dedup.models import CleanPage, Document, RawRecord, Reason, Rejection
from dedup.processes import worker_context

# Pages that wait for their turn, so that a slow one at the head does not idle the others.
WAITING_PER_WORKER = 16
WAITING_BYTES = 64_000_000

RECENT_PAGES = 2000
"""Results of pages that are held until they are surely committed: two batches of documents."""

MEBIBYTE = 1 << 20

PRELOADED = ["dedup.clean.warm", "dedup.clean.workers"]
"""What each worker needs; one that was killed is replaced in milliseconds."""

Passed = TypeVar("Passed")
PageResult = CleanPage | Rejection
Recall = Callable[[bytes], PageResult | None]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What became of one record.

    Attributes:
        record: The record.
        result: Its document, or why there is none.
        digest: Digest of the page's bytes, None for records with text.
        page: What the page alone gave, to be remembered under ``digest``.
        worker_kib: Most memory its worker had held by then, 0 where none was asked.
    """

    record: RawRecord
    result: Document | Rejection
    digest: bytes | None = None
    page: PageResult | None = None
    worker_kib: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker sends back.

    Attributes:
        page: What the page came to.
        worker_kib: Most memory the worker has held so far, in KiB.
    """

    page: PageResult
    worker_kib: int = 0


def page_digest(html: bytes) -> bytes:
    """Return the digest under which a page is remembered, 16 bytes.

    Processors have instructions for SHA-256: 1.1 GB/s where BLAKE2b took 0.4.
    """
    return hashlib.sha256(html).digest()[:16]


def clean_records(
    records: Iterable[RawRecord | Passed], config: CleanConfig, *, workers: int, recall: Recall
) -> Generator[Cleaned | Passed, None, None]:
    """Clean records, in their order; what is none is passed on in its place.

    Byte-identical pages are extracted once. The pool starts with the first page, so that a dump of
    texts never pays for it.

    Args:
        records: What was read, and what others have done already.
        config: Time, memory and length limits.
        workers: Processes.
        recall: Gives what an earlier page of the same digest came to, or None.
    """
    recent = _Recent(recall)
    with _Pool(config, workers) as pool:
        waiting: deque[_Waiting | _Passing[Passed]] = deque()
        held = 0
        for record in records:
            if isinstance(record, RawRecord):
                waiting.append(_start(record, config, pool, recent, waiting))
            else:
                waiting.append(_Passing(record))
            held += waiting[-1].size
            while waiting and (
                waiting[0].ready()
                or len(waiting) > workers * WAITING_PER_WORKER
                or held > WAITING_BYTES
            ):
                held -= waiting[0].size
                yield waiting.popleft().finish(config, recent)
        while waiting:
            yield waiting.popleft().finish(config, recent)


class _Recent:
    """What the last pages came to: the store knows a page only when its batch is committed."""

    def __init__(self, recall: Recall) -> None:
        """Ask ``recall`` for what is longer ago."""
        self._recall = recall
        self._pages: OrderedDict[bytes, PageResult] = OrderedDict()

    def keep(self, cleaned: Cleaned) -> Cleaned:
        """Remember what a page came to, forget the oldest, and pass it on."""
        if cleaned.digest is not None and cleaned.page is not None:
            self._pages[cleaned.digest] = cleaned.page
            if len(self._pages) > RECENT_PAGES:
                self._pages.popitem(last=False)
        return cleaned

    def __call__(self, digest: bytes) -> PageResult | None:
        """Return what a page with this digest came to, or None."""
        return self._pages.get(digest) or self._recall(digest)


@dataclass(slots=True)
class _Waiting:
    """A record whose cleaning was started."""

    record: RawRecord
    digest: bytes | None = None
    future: Task[Answer] | None = None
    page: PageResult | None = None
    result: Document | Rejection | None = None

    @property
    def size(self) -> int:
        """Bytes that wait with it."""
        return len(self.record.html or b"")

    def ready(self) -> bool:
        """Return whether nothing is left to wait for."""
        return self.future is None or self.future.done()

    def finish(self, config: CleanConfig, recent: _Recent) -> Cleaned:
        """Wait for the page if need be and return what became of the record."""
        if self.result is not None:
            return Cleaned(self.record, self.result)
        answer = Answer(self.page) if self.page is not None else _outcome(self.future, config)
        result: Document | Rejection
        if isinstance(answer.page, CleanPage):
            result = from_page(self.record, answer.page, config)
        else:
            result = answer.page
        cleaned = Cleaned(self.record, result, self.digest, answer.page, answer.worker_kib)
        return recent.keep(cleaned)


@dataclass(frozen=True, slots=True)
class _Passing(Generic[Passed]):
    """What others have done, on its way through."""

    item: Passed
    size: int = 0

    def ready(self) -> bool:
        """Return whether nothing is left to wait for."""
        return True

    def finish(self, config: CleanConfig, recent: _Recent) -> Passed:
        """Return it."""
        return self.item


def _start(
    record: RawRecord,
    config: CleanConfig,
    pool: _Pool,
    recall: Recall,
    waiting: Iterable[_Waiting | _Passing[Passed]],
) -> _Waiting:
    """Begin to clean a record: texts at once, pages in the pool unless their bytes were seen."""
    if record.html is None:
        return _Waiting(record, result=clean_own_text(record, config))
    digest = page_digest(record.html)
    for other in waiting:
        if isinstance(other, _Waiting) and other.digest == digest:
            return _Waiting(record, digest, other.future, other.page)
    known = recall(digest)
    if known is not None:
        return _Waiting(record, digest, page=known)
    return _Waiting(record, digest, future=pool.submit(record.html))


def _outcome(future: Task[Answer] | None, config: CleanConfig) -> Answer:
    """Wait for a page and return what it came to, whatever happened to its worker."""
    try:
        return future.result() if future else Answer(Rejection(Reason.CRASHED))
    except TimeoutError:
        return Answer(Rejection(Reason.TIMEOUT, f"not cleaned within {config.timeout:g} s"))
    except ProcessExpired as error:
        return Answer(Rejection(Reason.CRASHED, f"its worker ended with code {error.exitcode}"))
    except MemoryError:
        return Answer(Rejection(Reason.CRASHED, f"needs more than {config.memory_mb} MiB"))


class _Pool:
    """The worker processes; none is started before the first page."""

    def __init__(self, config: CleanConfig, workers: int) -> None:
        """Remember the limits."""
        self._config = config
        self._workers = workers
        self._pool: LastingPool | None = None

    def __enter__(self) -> _Pool:
        """Return the pool."""
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """End all workers; after an error at once, whatever they are doing."""
        if self._pool is None:
            return
        if kind is None:
            self._pool.close()
        else:
            self._pool.stop()
        self._pool.join()

    def submit(self, html: bytes) -> Task[Answer]:
        """Have one page cleaned in a worker."""
        if self._pool is None:
            self._pool = LastingPool(
                max_workers=self._workers,
                initializer=_limit_memory,
                initargs=[self._config.memory_mb],
                context=worker_context(PRELOADED),
            )
        return self._pool.schedule(clean_page, args=[html], timeout=self._config.timeout)


def _limit_memory(memory_mb: int) -> None:
    """Bound the address space of this worker process."""
    if memory_mb:
        limit = memory_mb * MEBIBYTE
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def clean_page(html: bytes) -> Answer:
    """Extract and clean one page; runs in a worker.

    Args:
        html: The page's bytes.
    """
    from dedup.clean.extract import extract  # Trafilatura belongs into workers only

    page: PageResult
    extraction = extract(html)
    if isinstance(extraction, Rejection):
        page = extraction
    else:
        draft = clean_text(extraction.text, title=extraction.title, author=extraction.author)
        page = CleanPage(replace(extraction, text=""), draft)
    return Answer(page, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
