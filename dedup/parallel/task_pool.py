"""Tasks done by worker processes that may die: each is done, in this process at the last.

Not the pool of pages: a task here has no limit of time, and one that ended its worker is no fault
of a document.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Future,
    ProcessPoolExecutor,
    as_completed,
)
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from dedup.parallel.processes import begin_worker, worker_context

log = logging.getLogger(__name__)

ATTEMPTS = 2
"""Times that workers try a task before this process does it."""

Result = TypeVar("Result")


class TaskPool:
    """Worker processes, started by the first tasks.

    A worker that is killed takes the others with it. Then the processes are started again, once for
    each call of :meth:`results`.
    """

    def __init__(self, workers: int, preload: str) -> None:
        """Remember how to start the processes.

        Args:
            workers: Number of processes.
            preload: See :func:`dedup.parallel.processes.worker_context`.
        """
        self._workers = workers
        self._preload = preload
        self._pool: ProcessPoolExecutor | None = None
        self._first: list[Future[None]] = []
        self._ends: tuple[Connection, Connection] | None = None

    @property
    def is_started(self) -> bool:
        """Whether the processes are there."""
        return self._pool is not None

    def results(
        self,
        function: Callable[..., Result],
        tasks: Sequence[Sequence[Any]],
        done: Callable[[Result], None],
        *,
        waits: bool = False,
    ) -> list[Result]:
        """Return the result of a function for each task, in the order of tasks.

        While the processes start, this process works.

        Args:
            function: A function of a module; to call it again for a task does no harm.
            tasks: Its arguments.
            done: Called with each result when it is there, in any order.
            waits: Whether this process waits instead until the others have started.
        """
        found: dict[int, Result] = {}
        while len(found) < len(tasks) and not (waits or self._is_ready()):
            number = len(found)
            found[number] = function(*tasks[number])
            done(found[number])
        for _ in range(ATTEMPTS):
            left = [number for number in range(len(tasks)) if number not in found]
            for number, result in self._attempt(function, {each: tasks[each] for each in left}):
                found[number] = result
                done(result)
        for number, task in enumerate(tasks):
            if number not in found:
                found[number] = function(*task)
                done(found[number])
        return [found[number] for number in range(len(tasks))]

    def _attempt(
        self, function: Callable[..., Result], tasks: dict[int, Sequence[Any]]
    ) -> Iterable[tuple[int, Result]]:
        """Yield what workers make of tasks, but for those whose worker died or had no memory."""
        futures: dict[Future[Result], int] = {}
        try:
            for number, task in tasks.items():
                futures[self._started().submit(function, *task)] = number
        except BrokenExecutor:
            self.stop()
        for future in as_completed(futures):
            try:
                result = future.result()
            except MemoryError:
                log.info("a worker had too little memory; its task is done again")
                continue
            except (BrokenExecutor, CancelledError):
                self.stop()
                continue
            yield futures[future], result

    def _is_ready(self) -> bool:
        """Return whether the processes have started; begin to start them if there are none."""
        if self._pool is None:
            started = self._started()
            self._first = [started.submit(_do_nothing) for _ in range(self._workers)]
        return all(future.done() for future in self._first)

    def _started(self) -> ProcessPoolExecutor:
        """Return the processes; start them where there are none."""
        if self._pool is None:
            context = worker_context(self._preload)
            self._ends = context.Pipe(duplex=False)
            self._pool = ProcessPoolExecutor(
                self._workers, context, initializer=_begin, initargs=(self._ends[0],)
            )
        return self._pool

    def stop(self) -> None:
        """End the processes at once, whatever they are doing."""
        if self._pool is not None and self._ends is not None:
            reader, writer = self._ends
            writer.close()
            self._pool.shutdown(wait=True, cancel_futures=True)
            reader.close()
        self._pool = self._ends = None


def _do_nothing() -> None:
    """Show that a worker has started."""


def _begin(end: Connection) -> None:
    """Prepare a worker: it ends when the other end of a pipe is closed, if not before."""
    begin_worker()
    threading.Thread(target=_end_with, args=[end], daemon=True).start()


def _end_with(end: Connection) -> None:
    """Wait until the other end of a pipe is closed, and end this process."""
    end.poll(None)
    os._exit(1)
