"""Commands measured as whole processes, and the machine they ran on."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from dedup.version import __version__

PROCESSES = Path("/proc")

MIB = 1024
"""KiB."""

PAGE_MIB = os.sysconf("SC_PAGE_SIZE") / 2**20
TICKS = os.sysconf("SC_CLK_TCK")

# `ru_maxrss` counts bytes on macOS, KiB elsewhere.
KIB_A_UNIT = 1 / 1024 if sys.platform == "darwin" else 1

A_SAMPLE = 0.2
"""Seconds between two looks at the processes."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a command cost.

    Attributes:
        code: Exit code, negative for a signal.
        errors: What it wrote to stderr.
        seconds: From its start to its end.
        cpu_seconds: Of all its processes, in user and system mode.
        largest_mib: Most resident memory of one of its processes.
        together_mib: Most resident memory of its processes together, as sampled; what they share
            counts for each. None where the system shows no processes.
        samples: Seconds since the start and MiB together, for each look.
    """

    code: int
    errors: str
    seconds: float
    cpu_seconds: float
    largest_mib: float
    together_mib: float | None
    samples: tuple[tuple[float, float], ...]


def run(
    command: Sequence[str | Path], log: Path, environment: Mapping[str, str] | None = None
) -> Run:
    """Run a command and watch it.

    Args:
        command: What to run.
        log: Where its stderr goes; stdout is thrown away.
        environment: Its environment, None for that of this process.
    """
    began = time.perf_counter()
    samples: list[tuple[float, float]] = []
    largest = 0.0
    spent: dict[int, float] = {}
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=errors, env=environment
        )
        while True:
            ended, status, used = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            seen = _seen(process.pid)
            if seen:
                held = [mib for mib, _ in seen.values()]
                largest = max(largest, *held, *map(_peak, seen))
                samples.append((round(time.perf_counter() - began, 2), round(sum(held), 1)))
                spent |= {pid: seconds for pid, (_, seconds) in seen.items()}
            time.sleep(A_SAMPLE)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    # The system's own account leaves out what a fork server's workers used, and takes in what this
    # process held when it forked.
    if not samples:
        largest = used.ru_maxrss * KIB_A_UNIT / MIB
    cpu_seconds = max(sum(spent.values()), used.ru_utime + used.ru_stime)
    return Run(
        code=process.returncode,
        errors=log.read_text("utf-8", "replace"),
        seconds=round(seconds, 2),
        cpu_seconds=round(cpu_seconds, 2),
        largest_mib=round(largest, 1),
        together_mib=round(max(largest, *(mib for _, mib in samples)), 1) if samples else None,
        samples=tuple(samples),
    )


def _peak(pid: int) -> float:
    """Return the most MiB that a process has held since its program began, 0 if it has ended."""
    try:
        status = (PROCESSES / str(pid) / "status").read_text("utf-8", "replace")
    except OSError:
        return 0.0
    told = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(told[0]) / 1024 if told else 0.0


def _seen(root: int) -> dict[int, tuple[float, float]]:
    """Return resident MiB and CPU seconds of a process and of each that came from it, by id."""
    children: dict[int, list[int]] = {}
    used: dict[int, tuple[float, float]] = {}
    for folder in PROCESSES.glob("[0-9]*"):
        try:
            # Behind the name in parentheses stand the fields from the third on.
            fields = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        pid, parent = int(folder.name), int(fields[1])
        children.setdefault(parent, []).append(pid)
        used[pid] = int(fields[21]) * PAGE_MIB, (int(fields[11]) + int(fields[12])) / TICKS
    found, waiting = {}, [root]
    while waiting:
        pid = waiting.pop()
        if pid in used:
            found[pid] = used[pid]
        waiting += children.get(pid, [])
    return found


def descendants(root: int) -> list[int]:
    """Return the ids of the processes that came from one and are there, itself left out."""
    return sorted(pid for pid in _seen(root) if pid != root)


def machine(packages: Iterable[str]) -> dict[str, Any]:
    """Return what figures depend on besides the code.

    Args:
        packages: Other packages whose versions are told, where they are installed.
    """
    cpu = platform.processor()
    info = PROCESSES / "cpuinfo"
    if info.exists():
        names = [line for line in info.read_text("utf-8").splitlines() if "model name" in line]
        cpu = names[0].partition(":")[2].strip() if names else cpu
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "command": " ".join(sys.argv),
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30, 1),
        "system": platform.platform(),
        "versions": {"python": platform.python_version(), "dedup": __version__}
        | {name: found for name in packages if (found := installed(name))},
    }


def installed(package: str) -> str | None:
    """Return the version of a package, None where it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
