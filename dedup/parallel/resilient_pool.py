"""A pool of processes that survives the kill of any of them and loses no task.

A worker that is killed from outside may take more with it than its task: the lock under which
workers fetch tasks, half a message, or the whole pool where no task was under way. So the pool is
replaced, and its open tasks are started again. The thread that waits for a task sees to that; no
other thread watches.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Future, wait
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pebble import ProcessExpired, ProcessPool

from dedup.errors import WorkerError
from dedup.parallel.processes import worker_context

log = logging.getLogger(__name__)

KILLED = (-signal.SIGKILL, 255)
"""Exit codes of a worker that was killed from outside, by a person or by a system short of memory.
255: the server that it was forked from was killed."""

POLL_SECONDS = 1.0
"""Seconds between two looks at the tasks behind the one that is waited for."""

PATIENCE = 10.0
"""Seconds beyond a task's own time in which some task must end; else the workers wait for a lock
whose owner was killed."""

MOST_POOLS = 5
"""Pools in a row that may break before a task is done."""

PAUSE = 0.3
"""Seconds before a broken pool is replaced, longer each time: a dying process still takes calls."""

Result = TypeVar("Result")


@dataclass(eq=False, slots=True)
class Task(Generic[Result]):
    """Work that was handed to a pool; used like a future, in the thread that made it.

    Attributes:
        pool: Where it is done.
        function: What is called.
        args: Its arguments; empty when the task is settled, for they may be large.
        timeout: Seconds it may take.
        future: The result as the present workers give it.
        killed: Whether a worker was killed during it before.
    """

    pool: ResilientPool
    function: Callable[..., Result]
    args: Sequence[Any]
    timeout: float
    future: Future[Result] = field(default_factory=Future)
    killed: bool = False

    def done(self) -> bool:
        """Return whether there is nothing to wait for, or the pool broke."""
        return self.future.done()

    def result(self) -> Result:
        """Wait, and return the result or raise the error.

        Raises:
            TimeoutError: It took too long.
            ProcessExpired: It ended its worker; one that was killed had a second try.
            WorkerError: No worker stays alive.
        """
        self.pool.settle(self)
        return self.future.result()

    def exception(self) -> BaseException | None:
        """Wait, and return the error, None where there is a result."""
        self.pool.settle(self)
        return self.future.exception()

    def lost(self) -> bool:
        """Return whether it ended for a reason outside of itself, as far as one can tell."""
        error = self.future.exception() if self.done() else None
        if isinstance(error, ProcessExpired):
            return error.exitcode in KILLED and not self.killed
        return isinstance(error, BrokenExecutor)


class ResilientPool:
    """A pool of processes that is replaced when one of them was killed."""

    def __init__(self, workers: int, preload: str, **options: Any) -> None:
        """Remember how to start the processes; the first task starts them.

        Args:
            workers: Number of processes.
            preload: See :func:`dedup.parallel.processes.worker_context`.
            options: ``initializer`` and ``initargs`` of :class:`pebble.ProcessPool`.
        """
        self._options = {"max_workers": workers, **options}
        self._preload = preload
        self._pool: ProcessPool | None = None
        self._open: list[Task[Any]] = []
        self._last_end = time.monotonic()
        self._broken = 0

    def __enter__(self) -> ResilientPool:
        """Return the pool."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all processes."""
        self.close()

    def close(self) -> None:
        """End all processes at once, whatever they are doing; the next task starts others."""
        self._stop()

    def schedule(
        self, function: Callable[..., Result], *, args: Sequence[Any], timeout: float
    ) -> Task[Result]:
        """Hand work to the processes.

        Args:
            function: What is called; a function of a module.
            args: Its arguments.
            timeout: Seconds it may take.
        """
        task = Task(self, function, args, timeout)
        self._start(task)
        self._open.append(task)
        return task

    def settle(self, task: Task[Any]) -> None:
        """Wait for a task, and replace the pool meanwhile where it broke.

        Raises:
            WorkerError: No worker stays alive.
        """
        if task not in self._open:
            return
        began = time.monotonic()
        while not task.done() or task.lost():
            wait([task.future], timeout=POLL_SECONDS)
            still = time.monotonic() - max(began, self._last_end)
            if any(each.lost() for each in self._open) or still > task.timeout + PATIENCE:
                self._replace()
                began = time.monotonic()
        self._broken = 0
        self._open.remove(task)
        task.args = ()

    def _start(self, task: Task[Any]) -> None:
        """Hand a task to the processes; :meth:`settle` notices a pool that broke meanwhile."""
        if self._pool is None:
            self._pool = ProcessPool(context=worker_context(self._preload), **self._options)
        try:
            task.future = self._pool.schedule(task.function, args=task.args, timeout=task.timeout)
            task.future.add_done_callback(self._note_end)
        except RuntimeError as error:
            task.future = Future()
            task.future.set_exception(BrokenExecutor(str(error)))

    def _replace(self) -> None:
        """Replace the processes, and start all open tasks again."""
        time.sleep(PAUSE * self._broken)
        self._broken += 1
        log.info("the workers are started again: one of them was killed")
        # Stopping the pool gives its open tasks an error of some kind: collect them before.
        open_tasks = [task for task in self._open if task.lost() or not task.done()]
        for task in open_tasks:
            task.killed |= task.done() and isinstance(task.future.exception(), ProcessExpired)
        self._stop()
        if self._broken > MOST_POOLS:
            raise WorkerError(
                "worker processes end as soon as they start; see what kills them, or raise their "
                "limit with --memory"
            )
        for task in open_tasks:
            self._start(task)

    def _stop(self) -> None:
        """End the processes, if there are any."""
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
            self._pool = None

    def _note_end(self, future: Future[Any]) -> None:
        """Note when a task ended; called in a thread of the pool."""
        self._last_end = time.monotonic()
