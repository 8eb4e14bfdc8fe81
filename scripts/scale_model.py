#!/usr/bin/env python3
"""Estimate what a dump of any size takes on a cluster, from what `bench_engine.py` measured.

    python scripts/scale_model.py docs/figures/engine.json --page-ms 26

Prints tables of docs/scale.md. What a document takes in tasks is that of the largest run, of
several the first in the file; what it takes of the engine and the driver is the slope between the
smallest run and that one: what every run takes once is not counted for each document.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SIZES = (10_000_000, 100_000_000, 1_000_000_000)

CORES = 160
"""Cores of the cluster whose hours are printed."""

DRIVER_PAIRS, PAIR_BYTES = 20_000_000, 190
"""See ``plan_rewrites``: scored pairs beyond these are joined in tasks; bytes of one."""

BUSY = 0.7
"""Share of the cores' time that tasks use: the last tasks of a stage leave cores idle."""

SCORE_STAGE = "score tiles"
"""The stage whose rows are the scored pairs."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Costs:
    """What one document takes.

    Attributes:
        parts: For each part of the plan: processor seconds, bytes shuffled, bytes written.
        engine_seconds: Processor seconds of the engine itself: of the shuffles, mostly.
        driver_seconds: Seconds in which the driver works alone.
        driver_bytes: Memory of the driver, that of scored pairs left out.
        pairs: Scored pairs.
    """

    parts: dict[str, tuple[float, float, float]]
    engine_seconds: float
    driver_seconds: float
    driver_bytes: float
    pairs: float

    def driver(self, size: int) -> float:
        """Return the memory of the driver for so many documents, in bytes."""
        return self.driver_bytes * size + PAIR_BYTES * min(self.pairs * size, DRIVER_PAIRS)


def pairs_of(row: Row) -> int:
    """Return the scored pairs of a run."""
    return sum(stage["rows"] for stage in row["stages"] if stage["stage"] == SCORE_STAGE)


def costs(runs: list[Row]) -> Costs:
    """Return the costs of a document from measured runs."""
    small = min(runs, key=lambda row: row["inputs"])
    large = max(runs, key=lambda row: row["inputs"])
    inputs = large["inputs"]
    more = max(1, inputs - small["inputs"])
    parts = {
        name: (
            part["cpu_seconds"] / inputs,
            part["shuffled_bytes"] / inputs,
            part["written_bytes"] / inputs,
        )
        for name, part in large["parts"].items()
    }
    alone = [row["seconds"] - row["in_stages"] for row in (small, large)]
    beside = [
        row["cpu_seconds"] - sum(part["cpu_seconds"] for part in row["parts"].values()) - each
        for row, each in zip((small, large), alone, strict=True)
    ]
    driver = [row["driver_mib"] * 2**20 - PAIR_BYTES * pairs_of(row) for row in (small, large)]
    return Costs(
        parts,
        max(0.0, beside[1] - beside[0]) / more,
        max(0.0, alone[1] - alone[0]) / more,
        max(0.0, driver[1] - driver[0]) / more,
        pairs_of(large) / inputs,
    )


def print_parts(row: Row) -> None:
    """Print what was measured, part by part."""
    inputs = row["inputs"]
    print(
        "| part | seconds | ms of a core, a document | bytes shuffled, a document "
        "| largest task | of the median |\n| --- | --- | --- | --- | --- | --- |"
    )
    for name, part in row["parts"].items():
        print(
            f"| {name} | {part['seconds']:.0f} | {1000 * part['cpu_seconds'] / inputs:.3f} "
            f"| {part['shuffled_bytes'] / inputs:,.0f} | {part['largest_kib'] / 1024:,.0f} MiB "
            f"| {part['largest_kib'] / max(1, part['median_kib']):.1f} times |"
        )
    shuffled = sum(part["shuffled_bytes"] for part in row["parts"].values())
    print(
        f"| **all** | **{row['seconds']:.0f}** | **{1000 * row['cpu_seconds'] / inputs:.3f}** "
        f"| **{shuffled / inputs:,.0f}** | | |"
    )


def hours(seconds: float) -> str:
    """Return hours, or minutes, in few digits.

    >>> hours(90), hours(5400), hours(400_000)
    ('2 min', '1.5 h', '111 h')
    """
    if seconds < 3600:
        return f"{max(1, round(seconds / 60))} min"
    return f"{seconds / 3600:.1f} h" if seconds < 36_000 else f"{seconds / 3600:,.0f} h"


def print_sizes(each: Costs, page_ms: float) -> None:
    """Print what dumps of several sizes take, from text and from pages."""
    in_tasks = sum(part[0] for part in each.parts.values())
    shuffled = sum(part[1] for part in each.parts.values())
    written = sum(part[2] for part in each.parts.values())
    kinds = [("text", 0.0), ("WARC", page_ms / 1000)]
    print(
        f"\n| articles | from | core-hours | of these the engine's own | shuffled | written "
        f"| driver: memory | driver alone | hours on {CORES} cores |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    for size in SIZES:
        for kind, page in kinds:
            core = (in_tasks + each.engine_seconds + page) * size
            alone = each.driver_seconds * size
            print(
                f"| {size / 1e6:,.0f} M | {kind} | {core / 3600:,.0f} "
                f"| {each.engine_seconds * size / 3600:,.0f} | {shuffled * size / 1e12:.2f} TB "
                f"| {written * size / 1e12:.2f} TB | {each.driver(size) / 1e9:,.0f} GB "
                f"| {hours(alone)} | {hours(core / CORES / BUSY + alone)} |"
            )


def main() -> None:
    """Run the script."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("figures", type=Path, help="of runs on text, the larger the better")
    parser.add_argument("--page-ms", type=float, required=True, metavar="MS",
                        help="milliseconds of a core that cleaning a page takes")  # fmt: skip
    options = parser.parse_args()
    runs = json.loads(options.figures.read_text("utf-8"))["runs"]
    for row in runs:
        print(f"\n{row['dump']}, {row['inputs']:,} inputs\n")
        print_parts(row)
    print_sizes(costs(runs), options.page_ms)


if __name__ == "__main__":
    main()
