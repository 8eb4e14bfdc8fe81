"""What a manifest says besides results: versions, inputs, memory."""

from __future__ import annotations

import platform
import resource
import sys
import unicodedata
from collections.abc import Mapping
from importlib import metadata
from typing import Any

from dedup.version import __version__

PACKAGES = (
    "trafilatura", "htmldate", "lxml", "datasketch", "numpy", "numba", "pebble", "fastwarc",
    "zstandard", "orjson", "pyarrow",
)  # fmt: skip

KIBIBYTES_A_UNIT = 1 / 1024 if sys.platform == "darwin" else 1
"""``ru_maxrss`` counts bytes on macOS, KiB elsewhere."""


def package_versions() -> dict[str, str]:
    """Return the versions of everything that can change a result."""
    versions = {
        "python": platform.python_version(),
        "unicode": unicodedata.unidata_version,
        # Of the code that runs: the metadata of another distribution named dedup may lie beside it.
        "dedup": __version__,
    }
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue  # it may be installed without its metadata
    return versions


def peak_memory() -> float:
    """Return the most memory this process has held so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak * KIBIBYTES_A_UNIT / 1024, 1)


def input_manifest(
    names: list[str], *, files: int, size: int, digest: str, passed_over: Mapping[str, int]
) -> dict[str, Any]:
    """Return what the manifest says of the inputs.

    Args:
        names: The INPUT arguments, sorted.
        files: Files and streams read.
        size: Their bytes as stored.
        digest: One digest over names and bytes of all of them.
        passed_over: What was met that is no input document.
    """
    return {
        "inputs": names,
        "files": files,
        "bytes": size,
        "sha256": digest,
        "passed_over": dict(sorted(passed_over.items())),
    }
