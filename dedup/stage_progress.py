"""How far a stage has got, in words, and a thread that shows it from time to time."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

NAMES = {
    "engine": "starting the engine",
    "copy the store": "copying the store",
    "undo": "undoing decisions",
    "read and clean": "reading and cleaning",
    "site boilerplate": "removing site boilerplate",
    "sign": "signing texts",
    "match": "proposing copies",
    "verify pairs": "verifying copies",
    "match posts": "matching list pages",
    "cluster copies": "grouping copies",
    "count terms": "counting terms",
    "terms": "weighting terms",
    "propose rewrites": "proposing rewrites",
    "score rewrites": "scoring rewrites",
    "loose groups": "grouping rewrites loosely",
    "cluster rewrites": "grouping rewrites",
    "store": "writing the store",
    "documents": "storing documents",
    "pairs and stories": "storing pairs and stories",
    "write": "writing results",
    "read documents": "reading documents",
    "compare pairs": "comparing pairs",
    "read pairs": "reading compared pairs",
    "replay settings": "replaying settings",
    "fit a scorer": "fitting a scorer",
}
"""What a person reads for each stage."""

PLAN_NAMES = {
    "lines of range": "counting lines",
    "measure parts": "counting inputs",
    "shown orders": "reading dates",
    "find duplicate ids": "finding ids given twice",
    "known moments": "reading dates",
    "headlines": "removing site boilerplate",
    "lines to judge": "removing site boilerplate",
    "documents to read": "removing site boilerplate",
    "hosts to read": "removing site boilerplate",
    "find sites": "removing site boilerplate",
    "active": "removing site boilerplate",
    "repeated texts": "finding equal texts",
    "in buckets": "proposing copies",
    "bucket counts": "proposing copies",
    "with sort values": "proposing copies",
    "neighbours": "proposing copies",
    "declared originals": "proposing copies",
    "distinct pairs": "proposing pairs",
    "distinct keys": "comparing pairs",
    "to places": "comparing pairs",
    "measured pairs": "verifying copies",
    "version pairs": "verifying copies",
    "settled pairs": "verifying copies",
    "longer of pairs": "verifying copies",
    "distinct leads": "matching list pages",
    "largest values": "matching list pages",
    "shared values": "matching list pages",
    "contained": "matching list pages",
    "already candidates": "matching list pages",
    "stories of copies": "grouping copies",
    "representatives of": "weighting terms",
    "add counts": "counting terms",
    "count fresh": "counting terms",
    "pairs of slices": "proposing rewrites",
    "score tiles": "scoring rewrites",
    "judge": "scoring rewrites",
    "merge rewrites of groups": "grouping rewrites",
    "story digits": "describing stories",
    "describe stories": "describing stories",
    "row ranges": "describing stories",
    "write decided": "writing results",
    "write decisions": "writing results",
    "write stories": "writing results",
    "write survivors": "writing results",
    "write rejected": "writing results",
    "count documents": "counting results",
    "count decisions": "counting results",
    "count rows": "counting",
    "large stories": "counting results",
    "losing hosts": "counting results",
    "write parquet part": "writing the store",
    "as they are": "reading tables",
}
"""The same for the stages of a plan on an engine, which are named after functions."""

_UNITS = {
    "doc": "documents",
    "text": "texts",
    "pair": "pairs",
    "host": "hosts",
    "partition": "partitions",
    "setting": "settings",
    "fold": "folds",
}

_EARLY = 3.0
"""Seconds before which a rate says nothing."""


@dataclass(slots=True)
class StageProgress:
    """One stage that is under way.

    Attributes:
        stage: Its name in timings.
        total: Units in all, None where that is not known.
        unit: ``B`` for bytes, ``doc``, ``text``, ``pair``, ``host``, ``partition``,
            ``setting``, ``fold`` or ``file``.
        done: Units that are done.
        documents: Documents that are done, where these are not the unit.
        began: When it began, by the monotonic clock.
    """

    stage: str
    total: int | None
    unit: str
    done: int = 0
    documents: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def name(self) -> str:
        """What is being done."""
        return NAMES.get(self.stage) or PLAN_NAMES.get(self.stage, self.stage)

    @property
    def seconds(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.began

    @property
    def share(self) -> float | None:
        """The part that is done, from 0 to 1, None where that is not known."""
        return min(1.0, self.done / self.total) if self.total else None

    @property
    def count(self) -> int:
        """What was counted: documents, else units; 0 where nothing was yet."""
        return self.documents if self.unit == "B" else self.done

    @property
    def counted(self) -> str:
        """The name of what was counted, empty where it says nothing to a person."""
        return _UNITS.get("doc" if self.unit == "B" else self.unit, "")

    @property
    def rate(self) -> float | None:
        """Counted per second, None where it is too early to say or the number of all is unknown."""
        seconds = self.seconds
        steady = self.total or self.unit == "B"
        return self.count / seconds if self.count and steady and seconds >= _EARLY else None

    @property
    def left(self) -> float | None:
        """Seconds that are left, None where that cannot be said."""
        if not self.share or self.seconds < _EARLY:
            return None
        return self.seconds * (1 - self.share) / self.share

    def facts(self) -> str:
        """Return counts, rate and time left as a person reads them."""
        facts = [f"{self.count:,} {self.counted}"] if self.count and self.counted else []
        if facts and self.rate:
            facts.append(f"{self.rate:,.0f}/s" if self.rate >= 10 else f"{self.rate:.1f}/s")
        left = self.left
        facts.append(f"{spell(self.seconds)}" if left is None else f"{spell(left)} left")
        return ", ".join(facts)

    def result(self) -> str:
        """Return what was done and how long it took, once it is done."""
        facts = [f"{self.count:,} {self.counted}"] if self.count and self.counted else []
        return ", ".join([*facts, spell(self.seconds)])


def spell(seconds: float) -> str:
    """Return a time as a person reads it.

    >>> [spell(each) for each in (0.4, 59, 61, 7260)]
    ['0 s', '59 s', '1 min 1 s', '2 h 1 min']
    """
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


class Display(Protocol):
    """What shows a stage.

    Attributes:
        interval: Seconds between two updates.
    """

    interval: float

    def begin(self, stage: StageProgress) -> None:
        """A stage begins."""

    def update(self, stage: StageProgress) -> None:
        """Show how far it has got."""

    def finish(self, stage: StageProgress) -> None:
        """It is done."""

    def stop(self) -> None:
        """Show nothing any more, and leave no trace of a stage that is not done."""


class ShownProgress:
    """A progress that a display shows.

    The run only adds to two numbers; a thread looks at them now and then, also while a stage has
    nothing to count for minutes.
    """

    def __init__(self, display: Display) -> None:
        """Show nothing yet."""
        self._display = display
        self._stage: StageProgress | None = None
        self._lock = threading.RLock()  # a signal may raise in the thread that holds it
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> ShownProgress:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Show nothing any more."""
        self._over.set()
        self._thread.join()
        with suppress(OSError):
            self._display.stop()

    @property
    def stage(self) -> str:
        """The name of the stage under way, empty between stages."""
        stage = self._stage
        return stage.stage if stage else ""

    def start(self, stage: str, total: int | None, unit: str) -> None:
        """A stage begins."""
        with self._lock, suppress(OSError):  # nothing can be shown on a closed pipe
            self._stage = StageProgress(stage, total, unit)
            self._display.begin(self._stage)

    def advance(self, amount: int, documents: int = 0) -> None:
        """The stage got on."""
        if self._stage is not None:
            self._stage.done += amount
            self._stage.documents += documents

    def end(self) -> None:
        """The stage is done."""
        with self._lock, suppress(OSError):
            stage, self._stage = self._stage, None
            if stage is not None:
                self._display.finish(stage)

    def _watch(self) -> None:
        """Show the stage under way, again and again."""
        while not self._over.wait(self._display.interval):
            with self._lock, suppress(OSError):
                if self._stage is not None:
                    self._display.update(self._stage)
