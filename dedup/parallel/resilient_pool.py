"""A pool of processes that outlives the kill of any of them, and loses none of its tasks.

A worker that is killed from outside may take more with it than its task: the lock under which
workers fetch theirs, half a message, or the whole pool where no task was under way. So the pool is
made anew, and what it owes is done again. Whoever waits for a task notices; no thread watches.
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

log = logging.getLogger(__name__)

SERVER_GONE = 255
"""What a process is said to have ended with when the server that it came from was killed."""

KILLED = (-signal.SIGKILL, SERVER_GONE)
"""Exit codes that tell of somebody else's doing: a person, or a system short of memory."""

LOOKS = 1.0
"""Seconds between two looks at the tasks behind the one that is waited for."""

PATIENCE = 10.0
"""Seconds beyond a task's own time in which some task must end, or the workers wait for a lock that
nobody holds any more."""

MOST_POOLS = 5
"""Pools, one after the other, that may break before a task is done."""

PAUSE = 0.3
"""Seconds, longer each time, before a pool is made that follows a broken one: a process that is
dying still takes calls."""

Made = TypeVar("Made")


@dataclass(eq=False, slots=True)
class Task(Generic[Made]):
    """Work that was handed to a pool; it is asked like a future, in the thread that made it.

    Attributes:
        pool: Where it is done.
        function: What is done.
        args: With what.
        timeout: Seconds it may take.
        future: What the workers of today make of it.
        killed: Whether a worker was killed over it before.
    """

    pool: ResilientPool
    function: Callable[..., Made]
    args: Sequence[Any]
    timeout: float
    future: Future[Made] = field(default_factory=Future)
    killed: bool = False

    def done(self) -> bool:
        """Return whether there is nothing to wait for, but for a pool that broke."""
        return self.future.done()

    def result(self) -> Made:
        """Wait, and return what was made, or raise what was raised.

        Raises:
            TimeoutError: It took too long.
            ProcessExpired: It ended its worker; one that was killed had a second try.
            WorkerError: No worker stays alive.
        """
        self.pool.settle(self)
        return self.future.result()

    def exception(self) -> BaseException | None:
        """Wait, and return what was raised, None where all went well."""
        self.pool.settle(self)
        return self.future.exception()

    def error(self) -> BaseException | None:
        """Return what was raised so far, None while it is under way."""
        return self.future.exception() if self.future.done() else None

    def lost(self) -> bool:
        """Return whether it ended, and by no doing of its own as far as one can tell."""
        error = self.error()
        if isinstance(error, ProcessExpired):
            return error.exitcode in KILLED and not self.killed
        return isinstance(error, BrokenExecutor)


class ResilientPool:
    """A pool of processes, made anew when one of them was killed."""

    def __init__(self, **options: Any) -> None:
        """Note how a pool is made; see :class:`pebble.ProcessPool`."""
        self._options = options
        self._pool = ProcessPool(**options)
        self._open: list[Task[Any]] = []
        self._ended = time.monotonic()
        self._broken = 0

    def schedule(
        self, function: Callable[..., Made], *, args: Sequence[Any], timeout: float
    ) -> Task[Made]:
        """Have something done.

        Args:
            function: What is done; a module's own.
            args: With what.
            timeout: Seconds it may take.
        """
        task = Task(self, function, args, timeout)
        self._begin(task)
        self._open.append(task)
        return task

    def settle(self, task: Task[Any]) -> None:
        """Wait for a task, and see to the pool meanwhile."""
        if task not in self._open:
            return
        began = time.monotonic()
        while not task.done() or task.lost():
            wait([task.future], timeout=LOOKS)
            still = time.monotonic() - max(began, self._ended)
            if any(each.lost() for each in self._open) or still > task.timeout + PATIENCE:
                self._begin_anew()
                began = time.monotonic()
        self._broken = 0
        self._open.remove(task)

    def close(self) -> None:
        """Take no more tasks."""
        self._pool.close()

    def stop(self) -> None:
        """Leave all tasks undone."""
        self._pool.stop()

    def join(self) -> None:
        """Wait for the processes to end."""
        self._pool.join()

    def _begin(self, task: Task[Any]) -> None:
        """Hand a task to the processes; a pool that broke meanwhile is noticed by who waits."""
        try:
            task.future = self._pool.schedule(task.function, args=task.args, timeout=task.timeout)
            task.future.add_done_callback(self._note)
        except RuntimeError as error:
            task.future = Future()
            task.future.set_exception(BrokenExecutor(str(error)))

    def _begin_anew(self) -> None:
        """Replace the processes, and hand them all that is not done."""
        time.sleep(PAUSE * self._broken)
        self._broken += 1
        log.info("the workers are started anew: one of them was killed")
        # A pool that is stopped gives what it owes an error of some kind.
        owed = [task for task in self._open if task.lost() or not task.done()]
        for task in owed:
            task.killed |= isinstance(task.error(), ProcessExpired)
        self._pool.stop()
        self._pool.join()
        if self._broken > MOST_POOLS:
            raise WorkerError(
                "the processes that clean pages end as soon as they start; "
                "see what kills them, or give them more with --memory"
            )
        self._pool = ProcessPool(**self._options)
        for task in owed:
            self._begin(task)

    def _note(self, future: Future[Any]) -> None:
        """Note that a task ended; called in a thread of the pool."""
        self._ended = time.monotonic()
