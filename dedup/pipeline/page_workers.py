"""Clean pages in order, in worker processes that a page can neither hang nor exhaust."""

from __future__ import annotations

import logging
import math
import resource
import signal
import warnings
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, TimeoutError
from dataclasses import replace
from functools import partial
from typing import NamedTuple, TypeVar

from pebble import ProcessExpired

from dedup.cleaning.pipeline import clean_text
from dedup.cleaning.to_document import address_excluded, from_page
from dedup.config import CleanConfig
from dedup.models import CleanPage, Document, RawRecord, Reason, Rejection
from dedup.parallel.ordered_map import in_order
from dedup.parallel.processes import keep_memory
from dedup.parallel.resilient_pool import ResilientPool, Task
from dedup.pipeline import PAGE_PRELOAD

# Pages that wait for their turn, so that a slow one at the head does not idle the other workers.
WAITING_PER_WORKER = 16
WAITING_BYTES = 64_000_000

RECENT_PAGES = 2000
"""Pages whose results are remembered here: the store knows a page only when its batch of 1,000 is
committed."""

Passed = TypeVar("Passed")
PageResult = CleanPage | Rejection
Recall = Callable[[bytes], PageResult | None]
Answer = tuple[PageResult, int]
"""What a worker sends: what a page alone gave, and the most memory in KiB it has used so far."""


class Cleaned(NamedTuple):
    """What cleaning made of one input.

    Attributes:
        record: The record that its text or page came in.
        result: Its document, or why there is none.
        size: Bytes of the text or page.
        digest: Digest of the page's bytes, None for a text.
        page: What the page alone gave, to be remembered under ``digest``.
        worker_kib: Most memory its worker had used by then, 0 where none was needed.
    """

    record: RawRecord
    result: Document | Rejection
    size: int
    digest: bytes | None = None
    page: PageResult | None = None
    worker_kib: int = 0


class PageFailed(Exception):
    """A page could not be cleaned; its message is the name of the error.

    The error itself stays in the worker: one that cannot be pickled would leave this process
    waiting for ever, and a message may hold an address, which is another in the next run.
    """


class _Page(NamedTuple):
    """A page whose cleaning was started."""

    record: RawRecord
    digest: bytes
    task: Task[Answer] | Future[Answer]
    size: int


def clean_records(
    records: Iterable[RawRecord | Passed], config: CleanConfig, *, workers: int, recall: Recall
) -> Generator[Cleaned | Passed, None, None]:
    """Clean pages, in their order; other items are passed on in their place.

    Byte-identical pages are extracted once. The workers start with the first page, so a dump of
    texts does without them.

    Args:
        records: Records with a page, and other items.
        config: Time, memory and length limits.
        workers: Number of processes.
        recall: Returns the result of an earlier page of the same digest, or None.
    """
    work = partial(clean_page, agencies=config.agencies)
    recent: OrderedDict[bytes, Task[Answer] | Future[Answer]] = OrderedDict()

    def start(item: RawRecord | Passed) -> _Page | Cleaned | Passed:
        """Start to clean a page, unless its bytes were seen."""
        if not isinstance(item, RawRecord):
            return item
        html = item.html or b""
        if refused := address_excluded(item, config):
            return Cleaned(item, refused, len(html))
        digest = item.page_digest()
        task = recent.get(digest)
        if task is None:
            known = recall(digest)
            if known is None:
                args = [config.timeout, work, html]
                task = pool.schedule(within, args=args, timeout=config.timeout)
            else:
                task = Future()
                task.set_result((known, 0))
            recent[digest] = task
            if len(recent) > RECENT_PAGES:
                recent.popitem(last=False)
        return _Page(item, digest, task, len(html))

    with _page_pool(workers, config) as pool:
        for item in in_order(
            map(start, records),
            lambda item: not isinstance(item, _Page) or item.task.done(),
            workers * WAITING_PER_WORKER,
            size=lambda item: item.size if isinstance(item, _Page) else 0,
            most_bytes=WAITING_BYTES,
        ):
            yield _cleaned(item, config) if isinstance(item, _Page) else item


class PageCleaner:
    """Cleans pages one by one, in one worker process, which the first page starts.

    The result of the last page is remembered: who asks an index for a page adds it next.
    """

    def __init__(self, config: CleanConfig) -> None:
        """Remember time, memory and length limits."""
        self._config = config
        self._pool = _page_pool(1, config)
        self._work = partial(clean_page, agencies=config.agencies)
        self._last: tuple[bytes, Task[Answer]] | None = None

    def clean(self, record: RawRecord) -> Document | Rejection:
        """Return the document of a record with a page, or why it has none."""
        if refused := address_excluded(record, self._config):
            return refused
        html, digest = record.html or b"", record.page_digest()
        if self._last is None or self._last[0] != digest:
            args = [self._config.timeout, self._work, html]
            task = self._pool.schedule(within, args=args, timeout=self._config.timeout)
            self._last = digest, task
        page = _Page(record, digest, self._last[1], len(html))
        return _cleaned(page, self._config).result

    def close(self) -> None:
        """End the worker."""
        self._pool.close()


def _page_pool(workers: int, config: CleanConfig) -> ResilientPool:
    """Return the pool of processes that clean pages within the limits."""
    limits = {"initializer": _limit, "initargs": [config.memory_mb]}
    return ResilientPool(workers, PAGE_PRELOAD, **limits)


def _cleaned(item: _Page, config: CleanConfig) -> Cleaned:
    """Wait for a page if need be and return its result, whatever happened to its worker."""
    record, digest, task, size = item
    error = task.exception()
    page, worker_kib = task.result() if error is None else (_rejection(error, config), 0)
    result = from_page(record, page, config) if isinstance(page, CleanPage) else page
    return Cleaned(record, result, size, digest, page, worker_kib)


def _rejection(error: BaseException, config: CleanConfig) -> Rejection:
    """Return why a page could not be cleaned."""
    exitcode = error.exitcode if isinstance(error, ProcessExpired) else 0
    if isinstance(error, TimeoutError) or exitcode == -signal.SIGXCPU:
        return Rejection(Reason.TIMEOUT, f"not cleaned within {config.timeout:g} s")
    if exitcode:
        return Rejection(Reason.CRASHED, f"its worker ended with code {exitcode}")
    name = str(error) if isinstance(error, PageFailed) else type(error).__name__
    if name == MemoryError.__name__:
        return Rejection(Reason.CRASHED, f"needs more than {config.memory_mb} MiB")
    return Rejection(Reason.CRASHED, f"cleaning it raised {name}")


def _limit(memory_mb: int) -> None:
    """Bound the address space of this worker process, and let it leave nothing behind.

    No image of its memory, and no warning or message of what a library thinks of a page.
    """
    keep_memory()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    limits = {resource.RLIMIT_CORE: 0}
    if memory_mb:
        limits[resource.RLIMIT_AS] = memory_mb << 20
    for limit, most in limits.items():
        soft, hard = resource.getrlimit(limit)  # one that is lower already stays as it is
        most = min(most, *(each for each in (soft, hard, most) if each != resource.RLIM_INFINITY))
        resource.setrlimit(limit, (most, hard))


def within(seconds: float, work: Callable[[bytes], Answer], html: bytes) -> Answer:
    """Work on a page for so many seconds of processor time; runs in a worker, which ends otherwise.

    The pool stops a page that takes too long. Where the pool itself was killed, nothing else would.

    Args:
        seconds: What the page may take; a second or two more pass before the system acts.
        work: The work.
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


def clean_page(html: bytes, agencies: tuple[str, ...] = ()) -> Answer:
    """Extract and clean one page; runs in a worker.

    Args:
        html: The page's bytes.
        agencies: Names of agencies beside those of the table.
    """
    from dedup.cleaning.page.extract import extract  # Trafilatura belongs into workers only

    page: PageResult
    extraction = extract(html)
    if isinstance(extraction, Rejection):
        page = extraction
    else:
        draft = clean_text(
            extraction.text,
            title=extraction.title,
            author=extraction.author,
            agencies=agencies,
        )
        page = CleanPage(replace(extraction, text=""), draft)
    return page, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
