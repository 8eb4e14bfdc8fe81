#!/usr/bin/env python3
"""Measure `dedup regroup` beside a fresh `dedup run` with the same options, as whole commands.

    python scripts/bench_regroup.py news.jsonl
    python scripts/bench_regroup.py PAGES --only same threshold --json figures.json

A run at default options is decided again with each kind of option. Each time there are the seconds
of the fresh run and of the regrouping, their ratio, the ratio of the processor time of all their
processes, which other work on the machine changes less, and whether both wrote the same tables.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from measured import Run, machine, run

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "same": (),
    "threshold": ("--threshold", "0.5"),
    "wider window": ("--window", "7"),
    "narrower window": ("--window", "1"),
    "canonical": ("--canonical", "latest"),
    "copies": ("--level", "copies"),
}
"""The kinds of options."""

TABLES = ("decisions.jsonl", "survivors.jsonl", "stories.jsonl", "rejected.jsonl")

PACKAGES = ("numpy", "numba", "orjson")


@dataclass(frozen=True, slots=True)
class Row:
    """What one kind of option costs.

    Attributes:
        kind: Its name.
        fresh_seconds: Of a fresh run.
        seconds: Of the regrouping.
        ratio: The second as a share of the first.
        cpu_ratio: The same of processor time.
        same: Whether both wrote the same tables.
    """

    kind: str
    fresh_seconds: float
    seconds: float
    ratio: float
    cpu_ratio: float
    same: bool


def dedup(arguments: Sequence[str | Path], log: Path) -> Run:
    """Run a command of the program to its end.

    Raises:
        RuntimeError: It failed.
    """
    done = run([sys.executable, "-m", "dedup", *arguments, "--quiet"], log)
    if done.code:
        raise RuntimeError(done.errors)
    return done


def measure(inputs: Sequence[Path], kind: str, folder: Path) -> Row:
    """Measure one kind of option; ``folder`` has the finished run ``out``."""
    options = OPTIONS[kind]
    fresh, regrouped = folder / "fresh", folder / "regrouped"
    for path in (fresh, regrouped):
        shutil.rmtree(path, ignore_errors=True)
    one = dedup(["run", *inputs, "-o", fresh, *options], folder / "log")
    other = dedup(["regroup", folder / "out", "-o", regrouped, *options], folder / "log")
    same = all((fresh / name).read_bytes() == (regrouped / name).read_bytes() for name in TABLES)
    return Row(
        kind, one.seconds, other.seconds, round(other.seconds / one.seconds, 3),
        round(other.cpu_seconds / one.cpu_seconds, 3), same,
    )  # fmt: skip


def main() -> None:
    """Print a row for each kind of option."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("inputs", nargs="+", type=Path, metavar="INPUT")
    parser.add_argument("--only", nargs="+", choices=OPTIONS, default=list(OPTIONS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    arguments = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        dedup(["run", *arguments.inputs, "-o", folder / "out"], folder / "log")
        for kind in arguments.only:
            row = measure(arguments.inputs, kind, folder)
            print(
                f"{row.kind:16}{row.fresh_seconds:8.1f} s fresh{row.seconds:8.1f} s "
                f"{row.ratio:6.2f} of the time {row.cpu_ratio:6.2f} of the processor time, "
                f"{'the same tables' if row.same else 'OTHER TABLES'}",
                flush=True,
            )
            rows.append(asdict(row))
    if arguments.json:
        figures = {"machine": machine(PACKAGES), "rows": rows}
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
