"""A bar for the stage under way, on a terminal or in a notebook."""

from __future__ import annotations

import warnings
from datetime import datetime
from typing import Any, TextIO

from tqdm import std

from dedup.stage_progress import StageProgress

_KEPT_SECONDS = 1.0
"""Stages that took less leave no line."""

_BAR = "{desc} {percentage:3.0f} %|{bar}| "
_WIDE_BAR = "{desc} {percentage:3.0f} %|{bar:30}| "
_WIDE = 110
"""Columns from which a bar does not fill the line: it would be harder to read."""

_NEVER = float("inf")

_ECHO = 3
"""Columns that are left free: a terminal shows ^C behind the bar, or in a line below it."""

_TO_THE_END = "\033[K"
"""Erases what the terminal has shown behind the bar."""


class Bars:
    """Draws one bar at a time; a stage that took a second leaves a short line."""

    interval = 0.2

    def __init__(self, file: TextIO | None = None, *, timed: bool = False) -> None:
        """Draw nothing yet.

        Args:
            file: The terminal; None for stderr if that is one, or the output of a notebook.
            timed: Whether a line begins with the time of day. Then there is one for what each stage
                did, and none on how long it took.
        """
        self._tqdm = _bar_class()
        self._file = file
        self._timed = timed
        self._bar: Any = None
        self._shown = False

    def begin(self, stage: StageProgress) -> None:
        """Begin a bar, which the first update draws."""
        self._bar = self._tqdm(
            desc=stage.name, total=stage.total or None, bar_format="{desc}", file=self._file,
            dynamic_ncols=True, leave=False, delay=self.interval, miniters=0, mininterval=_NEVER,
            disable=None if self._tqdm is std.tqdm else False,  # nothing where there is no terminal
        )  # fmt: skip
        self._shown = not self._bar.disable
        if self._shown:
            self._file = self._bar.fp  # that of a notebook is not stderr
        if shape := getattr(self._bar, "dynamic_ncols", None):  # not in a notebook
            self._bar.dynamic_ncols = lambda file: _narrowed(*shape(file))

    def update(self, stage: StageProgress) -> None:
        """Draw the bar."""
        if self._bar is None or not self._shown:
            return
        if stage.total:
            self._bar.n = min(stage.done, stage.total)
            columns = self._bar.ncols
            bar = _WIDE_BAR if isinstance(columns, int) and columns > _WIDE else _BAR
        else:
            bar = "{desc}: "
        self._bar.bar_format = bar + stage.facts()
        self._bar.refresh()

    def finish(self, stage: StageProgress) -> None:
        """Remove the bar, and leave a line if it took a while."""
        self.stop()
        if stage.seconds >= _KEPT_SECONDS and self._shown and not self._timed:
            self.write(f"{stage.name}: {stage.result()}")

    def stop(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.clear()
            if self._shown and self._tqdm is std.tqdm:
                self._bar.fp.write(_TO_THE_END)
            self._bar.close()
            self._bar = None

    def write(self, line: str) -> None:
        """Write a line above the bar."""
        moment = f"{datetime.now():%H:%M:%S} " if self._timed else ""
        self._tqdm.write(f"{moment}{line}", file=self._file)


def _narrowed(columns: int | None, rows: int | None) -> tuple[int | None, int | None]:
    """Return the shape of the screen that a bar may take."""
    return columns and max(1, columns - _ECHO), rows


def _bar_class() -> Any:
    """Return tqdm's class of bars: a widget in a notebook that can show one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the choice is an experiment, that there is no widget
        from tqdm.autonotebook import tqdm

    return tqdm
