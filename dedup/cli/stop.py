"""Ctrl-C and a request to terminate, which end a run so that it can go on."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from dedup.progress import Progress

SWALLOWERS = ("llvmlite", "multiprocessing/util.py", "weakref.py")
"""Where what is raised is told and forgotten: callbacks from C, and what things do as they die."""


class Stopped(KeyboardInterrupt):
    """Somebody asked the run to stop.

    Where the plain error is raised in code made of text, as that of a dataclass is, Python ends by
    a signal of its own and without the exit code, even if somebody handles it.
    """


class Stoppable:
    """An observer that stops the run once it was asked to.

    The request is raised where it arrives, but for places that swallow what is raised, and tell it.
    Whatever else may swallow it, the request is raised again when the run tells how far it got.
    """

    def __init__(self, progress: Progress) -> None:
        """Pass everything on to another observer."""
        self._observer = progress
        self._asked = False

    def ask(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal."""
        self._asked = True
        while frame is not None:
            if any(part in frame.f_code.co_filename for part in SWALLOWERS):
                return
            frame = frame.f_back
        raise Stopped

    def start(self, stage: str, total: int | None, unit: str) -> None:
        """A stage begins."""
        self._check()
        self._observer.start(stage, total, unit)

    def advance(self, amount: int, documents: int = 0) -> None:
        """The stage got on."""
        self._check()
        self._observer.advance(amount, documents)

    def end(self) -> None:
        """The stage is done."""
        self._check()
        self._observer.end()

    def _check(self) -> None:
        """Stop if asked to."""
        if self._asked:
            raise Stopped


@contextmanager
def stoppable(progress: Progress) -> Iterator[Stoppable]:
    """Hand out an observer that SIGINT and SIGTERM stop, and restore what they did before."""
    made = Stoppable(progress)
    signals: tuple[signal.Signals, ...] = (signal.SIGINT, signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread():
        signals = ()  # only the main thread may say what signals do
    before = {number: signal.signal(number, made.ask) for number in signals}
    try:
        yield made
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
