"""The parts of a manifest that describe the process: versions and memory."""

from __future__ import annotations

import platform
import resource
import sys
import unicodedata
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from dedup.version import __version__

PACKAGES = (
    "trafilatura", "htmldate", "lxml", "datasketch", "numpy", "numba", "pebble", "fastwarc",
    "zstandard", "orjson", "pyarrow",
)  # fmt: skip

KIBIBYTES_A_UNIT = 1 / 1024 if sys.platform == "darwin" else 1
"""KiB of one unit of ``ru_maxrss``, which counts bytes on macOS, KiB elsewhere."""


def package_versions() -> dict[str, str]:
    """Return the versions of everything that can change a result."""
    versions = {
        "python": platform.python_version(),
        "unicode": unicodedata.unidata_version,
        # Not from metadata: another distribution named dedup may be installed, too.
        "dedup": __version__,
    }
    for package in PACKAGES:
        with suppress(metadata.PackageNotFoundError):  # it may be installed without its metadata
            versions[package] = metadata.version(package)
    return versions


def peak_memory() -> float:
    """Return the peak memory of this process so far, in MiB.

    Where Linux tells it, that of the program alone: ``ru_maxrss`` begins with the memory of the
    process that started it.
    """
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/self/status").read_text("ascii", "replace").splitlines()
        peak = next(line for line in lines if line.startswith("VmHWM:"))
        return round(int(peak.split()[1]) / 1024, 1)
    units = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(units * KIBIBYTES_A_UNIT / 1024, 1)
