"""What the commands say on stderr: lines and bars for a person, or JSON lines for a machine."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from dedup.progress import NullProgress, Progress

if TYPE_CHECKING:
    from dedup.progress_bars import Bars
    from dedup.stage_progress import ShownProgress, StageProgress

LOG_FORMATS = ("text", "json")

LINE_SECONDS = 60.0
"""Seconds between two lines about a stage that takes longer, where there are no bars."""

_META = "dedup.log_format"

_GIVEN = re.compile(r"(?:^|\0)--log-format[=\0](text|json)(?=\0|$)")


def log_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option ``--log-format``, which holds for its errors, too."""
    return click.option(
        "--log-format",
        type=click.Choice(LOG_FORMATS),
        default=LOG_FORMATS[0],
        expose_value=False,
        callback=_keep_format,
        help="Format of everything on stderr. json: an object on each line, for machines.",
    )(command)


def _keep_format(ctx: click.Context, option: click.Parameter, value: str) -> None:
    """Keep the format for the whole command."""
    ctx.meta[_META] = value


def note_format(ctx: click.Context, args: Sequence[str]) -> None:
    """Keep the format that arguments ask for, before they are parsed."""
    if given := _GIVEN.findall("\0".join(args)):
        ctx.meta[_META] = given[-1]


def note_default_format(ctx: click.Context, value: str) -> None:
    """Keep the format that a settings file asks for, before other options are processed."""
    ctx.meta.setdefault(_META, value)


def logs_json() -> bool:
    """Return whether stderr is for a machine."""
    ctx = click.get_current_context(silent=True)
    return ctx is not None and ctx.meta.get(_META) == "json"


def say(text: str, event: str, *, level: str = "info", **fields: Any) -> None:
    """Write a text to stderr, or an object with its fields in place of it.

    Args:
        text: What a person reads.
        event: What a machine knows it by.
        level: ``info``, ``warning`` or ``error``.
        fields: What a machine reads; the text where there are none.
    """
    if logs_json():
        text = _object(level, event, **(fields or {"message": text}))
    click.echo(text, err=True)


@contextmanager
def logged(*, quiet: bool, verbose: bool) -> Iterator[Progress]:
    """Show messages and progress for a while; return the progress.

    Args:
        quiet: Show neither, errors aside.
        verbose: Show what each stage does, with times.
    """
    from dedup.stage_progress import ShownProgress

    display = _display(verbose=verbose)
    shown = ShownProgress(display)
    root, ours = logging.getLogger(), logging.getLogger("dedup")
    handler, before = _Handler(shown, display), ours.level
    ours.setLevel(logging.ERROR if quiet else logging.INFO if verbose else logging.WARNING)
    root.addHandler(handler)
    try:
        if quiet:
            yield NullProgress()
        else:
            with shown:
                yield shown
    finally:
        root.removeHandler(handler)
        ours.setLevel(before)


def _display(*, verbose: bool) -> Bars | Lines:
    """Return what shows the stages: bars where there is a terminal that can move its cursor."""
    if logs_json():
        return JsonLines()
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        return Lines(verbose=verbose)
    from dedup.progress_bars import Bars  # tqdm: as late as can be

    return Bars(sys.stderr, timed=verbose)


class Lines:
    """Writes a line a minute on a stage that takes longer, and one when it is done."""

    def __init__(self, *, verbose: bool = False) -> None:
        """Write nothing yet.

        Args:
            verbose: Whether there is a line for what each stage did, and none on when it was done.
        """
        self.interval = LINE_SECONDS
        self._verbose = verbose

    def begin(self, stage: StageProgress) -> None:
        """Write nothing: most stages take no time."""

    def update(self, stage: StageProgress) -> None:
        """Write how far the stage has got."""
        share = "" if stage.share is None else f"{stage.share:.0%}, "
        self.write(f"{stage.name}: {share}{stage.facts()}")

    def finish(self, stage: StageProgress) -> None:
        """Write that the stage is done, if something was written on it."""
        if stage.seconds >= self.interval and not self._verbose:
            self.write(f"{stage.name}: done, {stage.result()}")

    def stop(self) -> None:
        """Write nothing."""

    def write(self, line: str) -> None:
        """Write a line with the date and the time: a log may hold many days."""
        click.echo(f"{datetime.now():%Y-%m-%d %H:%M:%S} {line}", err=True)


class JsonLines(Lines):
    """Writes an object a minute on a stage that takes longer, and one when any is done."""

    def update(self, stage: StageProgress) -> None:
        """Write how far the stage has got."""
        self._write(
            "progress", stage, share=stage.share, per_second=stage.rate, seconds_left=stage.left
        )

    def finish(self, stage: StageProgress) -> None:
        """Write that the stage is done."""
        self._write("stage", stage)

    def write(self, line: str) -> None:
        """Write a line that is an object already."""
        click.echo(line, err=True)

    def _write(self, event: str, stage: StageProgress, **fields: float | None) -> None:
        """Write the counts of a stage and some fields."""
        counts = {stage.counted: stage.count} if stage.counted else {}
        shown = {name: value and round(value, 3) for name, value in fields.items()}
        self.write(_object(
            "info", event, stage=stage.stage, **counts, seconds=round(stage.seconds, 3), **shown
        ))  # fmt: skip


class _Handler(logging.Handler):
    """Writes the messages of this package, and the errors of others."""

    def __init__(self, shown: ShownProgress, display: Bars | Lines) -> None:
        super().__init__()
        self._shown = shown
        self._display = display

    def emit(self, record: logging.LogRecord) -> None:
        """Write a message."""
        if record.name.partition(".")[0] != "dedup" and record.levelno < logging.ERROR:
            return
        line = record.getMessage()
        if logs_json():
            counts = getattr(record, "counts", {})
            level = record.levelname.lower()
            line = _object(level, "message", stage=self._shown.stage, message=line, **counts)
        with suppress(OSError):  # a closed pipe
            self._display.write(line)


def _object(level: str, event: str, **fields: Any) -> str:
    """Return a line of JSON."""
    from dedup.json_codec import dump_json  # orjson: --help must not wait for it

    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    return dump_json({"time": at, "level": level, "event": event, **fields}).decode()
