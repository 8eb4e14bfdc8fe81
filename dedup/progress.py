"""What watches a run: bars, a clock, or nobody."""

from __future__ import annotations

import time
from typing import Protocol


class Progress(Protocol):
    """What watches a run: the command line's bars, or nothing."""

    def start(self, stage: str, total: int | None, unit: str) -> None:
        """A stage begins; ``total`` in ``unit``, None where it is not known."""

    def advance(self, amount: int, documents: int = 0) -> None:
        """The stage got on by so many units, and so many documents."""

    def end(self) -> None:
        """The stage is done."""


class NullProgress:
    """An observer that says nothing."""

    def start(self, stage: str, total: int | None, unit: str) -> None:
        """A stage begins."""

    def advance(self, amount: int, documents: int = 0) -> None:
        """The stage got on."""

    def end(self) -> None:
        """The stage is done."""


class Timer:
    """An observer that passes everything on and keeps the seconds of each stage.

    Attributes:
        seconds: By stage, in the order they ran.
    """

    def __init__(self, progress: Progress) -> None:
        """Watch on behalf of another observer."""
        self._observer = progress
        self._stage = ""
        self._began = 0.0
        self.seconds: dict[str, float] = {}

    def start(self, stage: str, total: int | None, unit: str) -> None:
        """A stage begins."""
        self._stage, self._began = stage, time.perf_counter()
        self._observer.start(stage, total, unit)

    def advance(self, amount: int, documents: int = 0) -> None:
        """The stage got on."""
        self._observer.advance(amount, documents)

    def end(self) -> None:
        """The stage is done."""
        self.seconds[self._stage] = round(time.perf_counter() - self._began, 3)
        self._observer.end()
