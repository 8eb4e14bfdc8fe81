"""SIGINT and SIGTERM, which end a run so that it can be resumed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from dedup.progress import Progress

SWALLOWERS = ("llvmlite", "multiprocessing/util.py", "weakref.py")
"""Files of code that reports an exception and drops it: callbacks from C, and finalizers."""


class Stopped(KeyboardInterrupt):
    """A signal asked the run to stop.

    Where KeyboardInterrupt itself is raised in code made of text, as that of a dataclass is, Python
    ends by a signal of its own and without the exit code, even if the exception is handled.
    """


class Stoppable:
    """A progress that stops the run after a signal.

    The signal handler raises, except inside code that drops exceptions. In case other code drops
    it, each later call of the progress raises again.
    """

    def __init__(self, progress: Progress) -> None:
        """Pass every call on to another progress."""
        self._progress = progress
        self._stopping = False

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal."""
        self._stopping = True
        while frame is not None:
            if any(part in frame.f_code.co_filename for part in SWALLOWERS):
                return
            frame = frame.f_back
        raise Stopped

    def start(self, stage: str, total: int | None, unit: str) -> None:
        """A stage begins."""
        self._check()
        self._progress.start(stage, total, unit)

    def advance(self, amount: int, documents: int = 0) -> None:
        """The stage has done some of its work."""
        self._check()
        self._progress.advance(amount, documents)

    def end(self) -> None:
        """The stage is done."""
        self._check()
        self._progress.end()

    def _check(self) -> None:
        if self._stopping:
            raise Stopped


@contextmanager
def stoppable(progress: Progress) -> Iterator[Stoppable]:
    """Return a progress that SIGINT and SIGTERM stop; restore their handlers at the end."""
    stopping = Stoppable(progress)
    signals: tuple[signal.Signals, ...] = (signal.SIGINT, signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread():
        signals = ()  # only the main thread may set signal handlers
    before = {number: signal.signal(number, stopping.handle) for number in signals}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
