"""What the stages of a plan cost on a cluster: seconds, bytes and memory of their tasks."""

from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")

_PEAKS: dict[int, int] = {}
"""Most memory of a process before its peak began anew, in KiB."""


@dataclass(frozen=True, slots=True)
class TaskCost:
    """What one task took.

    Attributes:
        seconds: Wall seconds.
        cpu_seconds: Seconds of a processor, of its thread.
        memory_kib: Most memory of its process meanwhile, in KiB.
        read_bytes: Bytes that it read: of files, or of a shuffle.
    """

    seconds: float
    cpu_seconds: float
    memory_kib: int
    read_bytes: int


class TaskClock:
    """Measures a task from its making on."""

    def __init__(self) -> None:
        """Begin."""
        self._began, self._cpu = time.perf_counter(), time.thread_time()
        self._is_reset = _reset_peak()

    def cost(self, read_bytes: int) -> TaskCost:
        """Return what was taken until now."""
        memory = _peak_kib() if self._is_reset else resource.getrusage(0).ru_maxrss
        seconds = time.perf_counter() - self._began
        cpu = time.thread_time() - self._cpu
        return TaskCost(round(seconds, 3), round(cpu, 3), memory, read_bytes)


def _reset_peak() -> bool:
    """Let the peak of memory begin anew; return whether the system can."""
    try:
        _PEAKS[os.getpid()] = max(earlier_peak_kib(), _peak_kib())
        _CLEAR.write_text("5")
    except OSError:
        return False
    return True


def earlier_peak_kib() -> int:
    """Return the most memory of this process before its peak began anew, in KiB; 0 if never."""
    return _PEAKS.get(os.getpid(), 0)


def _peak_kib() -> int:
    """Return the most memory since the peak began anew, in KiB."""
    fields = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines() if ":" in line)
    return int(fields["VmHWM"].split()[0])


@dataclass(frozen=True, slots=True)
class StageCost:
    """What a stage took.

    Attributes:
        stage: Its name.
        seconds: Wall seconds.
        tasks: How many tasks it had.
        task_seconds: Seconds of all of them.
        cpu_seconds: Processor seconds of all of them.
        shuffled_bytes: Bytes that went through a shuffle, before Spark compresses them.
        rows: Rows that it wrote.
        written_bytes: Bytes of them, compressed.
        largest_bytes: Most bytes that one of the tasks read that made these rows.
        median_bytes: Median of the bytes that these tasks read.
        largest_kib: Most memory of one of these tasks, in KiB.
        median_kib: Median of their memory, in KiB.
    """

    stage: str
    seconds: float
    tasks: int
    task_seconds: float
    cpu_seconds: float
    shuffled_bytes: int
    rows: int
    written_bytes: int
    largest_bytes: int
    median_bytes: int
    largest_kib: int
    median_kib: int

    def as_manifest(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


def stage_cost(
    stage: str,
    seconds: float,
    before: Sequence[TaskCost],
    tasks: Sequence[TaskCost],
    rows: int,
    written_bytes: int,
) -> StageCost:
    """Return what a stage took.

    Args:
        stage: Its name.
        seconds: Wall seconds.
        before: The tasks before its shuffle; none where there is no shuffle.
        tasks: The tasks that wrote its rows.
        rows: These rows.
        written_bytes: Their bytes.
    """
    read = [task.read_bytes for task in tasks] or [0]
    memory = [task.memory_kib for task in tasks] or [0]
    every = [*before, *tasks]
    return StageCost(
        stage,
        round(seconds, 3),
        len(every),
        round(sum(task.seconds for task in every), 3),
        round(sum(task.cpu_seconds for task in every), 3),
        sum(read) if before else 0,
        rows,
        written_bytes,
        max(read),
        int(statistics.median(read)),
        max(memory),
        int(statistics.median(memory)),
    )


def total_cost(stages: Sequence[StageCost]) -> dict[str, float]:
    """Return what all stages took, as JSON values: bytes, seconds of tasks, hours of cores."""
    seconds = sum(stage.task_seconds for stage in stages)
    return {
        "shuffled_bytes": sum(stage.shuffled_bytes for stage in stages),
        "task_seconds": round(seconds, 3),
        "core_hours": round(seconds / 3600, 4),
    }
