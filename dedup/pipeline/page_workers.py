"""Clean pages in order, in a pool of processes that a page can neither hang nor exhaust."""

from __future__ import annotations

import gc
import math
import resource
import signal
import warnings
from collections import OrderedDict, deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, TimeoutError
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from pebble import ProcessExpired

from dedup.clean.pipeline import clean_text
from dedup.clean.to_document import from_page
from dedup.config import CleanConfig
from dedup.models import CleanPage, Document, RawRecord, Reason, Rejection
from dedup.parallel.processes import keep_memory
from dedup.parallel.resilient_pool import ResilientPool, Task
from dedup.pipeline.page_server import start_server

# Pages that wait for their turn, so that a slow one at the head does not idle the others.
WAITING_PER_WORKER = 16
WAITING_BYTES = 64_000_000

RECENT_PAGES = 2000
"""Results of pages that are held until they are surely committed: two batches of documents."""

MEBIBYTE = 1 << 20

Passed = TypeVar("Passed")
PageResult = CleanPage | Rejection
Recall = Callable[[bytes], PageResult | None]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What became of one page.

    Attributes:
        record: The record that it came in.
        result: Its document, or why there is none.
        digest: Digest of the page's bytes.
        page: What the page alone gave, to be remembered under ``digest``.
        worker_kib: Most memory its worker had held by then, 0 where none was asked.
    """

    record: RawRecord
    result: Document | Rejection
    digest: bytes
    page: PageResult
    worker_kib: int = 0


class PageFailed(Exception):
    """A page could not be cleaned; its message is the name of the error.

    The error itself stays in the worker: one that cannot be sent would leave this process waiting
    for ever, and a message may hold an address, which is another in the next run.
    """


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker sends back.

    Attributes:
        page: What the page came to.
        worker_kib: Most memory the worker has held so far, in KiB.
    """

    page: PageResult
    worker_kib: int = 0


def clean_records(
    records: Iterable[RawRecord | Passed], config: CleanConfig, *, workers: int, recall: Recall
) -> Generator[Cleaned | Passed, None, None]:
    """Clean pages, in their order; what others have done already is passed on in its place.

    Byte-identical pages are extracted once. The pool starts with the first page, so that a dump of
    texts never pays for it.

    Args:
        records: Records with a page, and what others have done.
        config: Time, memory and length limits.
        workers: Processes.
        recall: Gives what an earlier page of the same digest came to, or None.
    """
    recent = _Recent(recall)
    with _Pool(config, workers) as pool:
        waiting: deque[_Waiting | _Passing[Passed]] = deque()
        size = 0
        for record in records:
            if isinstance(record, RawRecord):
                waiting.append(_start(record, pool, recent, waiting))
            else:
                waiting.append(_Passing(record))
            size += waiting[-1].size
            while waiting and (
                waiting[0].ready()
                or len(waiting) > workers * WAITING_PER_WORKER
                or size > WAITING_BYTES
            ):
                size -= waiting[0].size
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
        self._pages[cleaned.digest] = cleaned.page
        if len(self._pages) > RECENT_PAGES:
            self._pages.popitem(last=False)
        return cleaned

    def __call__(self, digest: bytes) -> PageResult | None:
        """Return what a page with this digest came to, or None."""
        return self._pages.get(digest) or self._recall(digest)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A page whose cleaning was started."""

    record: RawRecord
    digest: bytes
    future: Task[Answer] | Future[Answer]

    @property
    def size(self) -> int:
        """Bytes that wait with it."""
        return len(self.record.html or b"")

    def ready(self) -> bool:
        """Return whether nothing is left to wait for."""
        return self.future.done()

    def finish(self, config: CleanConfig, recent: _Recent) -> Cleaned:
        """Wait for the page if need be and return what became of its record."""
        answer = _outcome(self.future, config)
        result: Document | Rejection
        if isinstance(answer.page, CleanPage):
            result = from_page(self.record, answer.page, config)
        else:
            result = answer.page
        return recent.keep(
            Cleaned(self.record, result, self.digest, answer.page, answer.worker_kib)
        )


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
    pool: _Pool,
    recall: Recall,
    waiting: Iterable[_Waiting | _Passing[Passed]],
) -> _Waiting:
    """Begin to clean a page in the pool, unless its bytes were seen."""
    html = record.html or b""
    digest = record.page_digest()
    for other in waiting:
        if isinstance(other, _Waiting) and other.digest == digest:
            return _Waiting(record, digest, other.future)
    known = recall(digest)
    if known is None:
        return _Waiting(record, digest, pool.submit(html))
    future: Future[Answer] = Future()
    future.set_result(Answer(known))
    return _Waiting(record, digest, future)


def _outcome(future: Task[Answer] | Future[Answer], config: CleanConfig) -> Answer:
    """Wait for a page and return what it came to, whatever happened to its worker."""
    error = future.exception()
    return future.result() if error is None else Answer(_rejection(error, config))


def _rejection(error: BaseException, config: CleanConfig) -> Rejection:
    """Return what to say of a page that could not be cleaned."""
    exitcode = error.exitcode if isinstance(error, ProcessExpired) else 0
    if isinstance(error, TimeoutError) or exitcode == -signal.SIGXCPU:
        return Rejection(Reason.TIMEOUT, f"not cleaned within {config.timeout:g} s")
    if exitcode:
        return Rejection(Reason.CRASHED, f"its worker ended with code {exitcode}")
    name = str(error) if isinstance(error, PageFailed) else type(error).__name__
    if name == MemoryError.__name__:
        return Rejection(Reason.CRASHED, f"needs more than {config.memory_mb} MiB")
    return Rejection(Reason.CRASHED, f"cleaning it raised {name}")


class _Pool:
    """The worker processes; none is started before the first page."""

    def __init__(self, config: CleanConfig, workers: int) -> None:
        """Remember the limits."""
        self._config = config
        self._workers = workers
        self._pool: ResilientPool | None = None

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
            self._pool = ResilientPool(
                max_workers=self._workers,
                initializer=_limit,
                initargs=[self._config.memory_mb],
                context=start_server(),
            )
        timeout = self._config.timeout
        return self._pool.schedule(within, args=[timeout, clean_page, html], timeout=timeout)


def _limit(memory_mb: int) -> None:
    """Bound the address space of this worker process, and let it leave nothing behind.

    No image of its memory, and no warning of what a library thinks of a page's dates. What was
    imported stays: the garbage collector would go over it now and then.
    """
    gc.freeze()
    keep_memory()
    warnings.simplefilter("ignore")
    if memory_mb:
        _bound(resource.RLIMIT_AS, memory_mb * MEBIBYTE)
    _bound(resource.RLIMIT_CORE, 0)


def _bound(what: int, most: int) -> None:
    """Lower a limit of this process; one that is lower already stays as it is."""
    soft, hard = resource.getrlimit(what)
    most = min(most, *(each for each in (soft, hard, most) if each != resource.RLIM_INFINITY))
    resource.setrlimit(what, (most, hard))


def within(seconds: float, work: Callable[[bytes], Answer], html: bytes) -> Answer:
    """Do some work in so many seconds of processor time; runs in a worker, which ends otherwise.

    The pool stops a page that takes too long. Where the pool is gone, a kill's work, nobody would.

    Args:
        seconds: What the page may take; a second or two more pass before the system acts.
        work: What to do.
        html: The page's bytes.

    Raises:
        PageFailed: The work raised something.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    end = math.ceil(used.ru_utime + used.ru_stime + seconds) + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    if hard == resource.RLIM_INFINITY or end < hard:
        resource.setrlimit(resource.RLIMIT_CPU, (end, hard))
    try:
        return work(html)
    except BaseException as error:
        raise PageFailed(type(error).__name__) from None


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
