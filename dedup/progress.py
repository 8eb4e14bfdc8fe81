"""Observers of a run: progress bars, a timer, or nothing."""

from __future__ import annotations

import logging
import time
from typing import Protocol


class Progress(Protocol):
    """An observer of a run, such as the progress bars of the command line."""

    def start(self, stage: str, total: int | None, unit: str) -> None:
        """A stage begins; ``total`` is in ``unit``, None where it is not known."""

    def advance(self, amount: int, documents: int = 0) -> None:
        """The stage got on by some units, and some documents."""

    def end(self) -> None:
        """The stage is done."""


class NullProgress:
    """An observer that does nothing."""

    def start(self, stage: str, total: int | None, unit: str) -> None:
        """Do nothing."""

    def advance(self, amount: int, documents: int = 0) -> None:
        """Do nothing."""

    def end(self) -> None:
        """Do nothing."""


def log_counts(log: logging.Logger, sentence: str, **counts: int) -> None:
    """Log what a stage has done, as a sentence for a person and as numbers for a machine.

    Args:
        log: The logger of the stage's module.
        sentence: A format of the counts, such as ``read {inputs:,} inputs``.
        counts: Whole numbers by name.
    """
    counts = {name: int(count) for name, count in counts.items()}
    log.info(sentence.format(**counts), extra={"counts": counts})


class Timer:
    """An observer that passes everything on to another and keeps the seconds of each stage.

    Attributes:
        advance: The method of the other observer.
        seconds: Seconds by stage, in the order in which they first ran.
    """

    def __init__(self, progress: Progress) -> None:
        """Wrap another observer."""
        self._progress = progress
        self._stage = ""
        self._began = 0.0
        self.advance = progress.advance
        self.seconds: dict[str, float] = {}

    def start(self, stage: str, total: int | None, unit: str) -> None:
        """A stage begins."""
        self._stage, self._began = stage, time.perf_counter()
        self._progress.start(stage, total, unit)

    def end(self) -> None:
        """The stage is done."""
        seconds = self.seconds.get(self._stage, 0.0) + time.perf_counter() - self._began
        self.seconds[self._stage] = round(seconds, 3)
        self._progress.end()
