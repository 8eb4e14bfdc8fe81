#!/usr/bin/env python3
"""Measure how the time and the memory of `dedup run` grow with the dump, stage by stage.

    python scripts/bench_scale.py --articles 10000 100000 1000000 --json figures.json

Makes a dump of each size with scripts/make_dump.py, runs `dedup run` on it in a process of its own,
reads the times of the stages from the manifest, watches the memory of all its processes, and scores
the decisions against the labels. The dumps of all sizes have as many articles a day.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench_text import HERE, clusters, judged, labels
from make_dump import A_DAY, Shape, gold_file, make_dump
from measured import Run, machine, run

PACKAGES = ("datasketch", "numpy", "numba", "orjson")
UNTIMED = "untimed"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """A run to be measured.

    Attributes:
        shape: The dump.
        level: What counts as one story.
    """

    shape: Shape
    level: str


def dump(shape: Shape, folder: Path) -> Path:
    """Return a dump in a folder, made unless it is there."""
    path = folder / f"{shape.articles}-{shape.words:.0f}-{shape.days}-{shape.seed}.jsonl"
    if not path.exists():
        made = path.with_suffix(".part")
        make_dump(shape, made)
        gold_file(made).rename(gold_file(path))
        made.rename(path)
    return path


def stages(cost: Run, timings: dict[str, float]) -> dict[str, Row]:
    """Return seconds and most memory of each stage.

    What the stages do not account for, imports and what lies between two of them, is taken to come
    before them all.

    Args:
        cost: What the whole run cost.
        timings: Seconds of each stage, in order.
    """
    untimed = max(0.0, cost.seconds - sum(timings.values()))
    found: dict[str, Row] = {}
    begun = 0.0
    for name, seconds in {UNTIMED: untimed, **timings}.items():
        held = [mib for at, mib in cost.samples if begun <= at <= begun + seconds]
        found[name] = {"seconds": round(seconds, 3), "together_mib": max(held, default=None)}
        begun += seconds
    return found


def measure(case: Case, folder: Path) -> Row:
    """Run dedup on a dump and return all figures."""
    source = dump(case.shape, folder)
    gold = labels(gold_file(source))
    with tempfile.TemporaryDirectory(dir=folder) as name:
        out = Path(name) / "out"
        command = [sys.executable, "-m", "dedup", "run", source, "-o", out, "-q"]
        paths = [str(HERE.parent), os.environ.get("PYTHONPATH", "")]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
        words = [str(part) for part in [*command, "--level", case.level]]
        cost = run(words, Path(name) / "log", environment)
        if cost.code:
            sys.exit(f"dedup failed on {case.shape.articles} articles: {cost.errors[-2_000:]}")
        manifest = json.loads((out / "manifest.json").read_text("utf-8"))
        agreement = judged(gold, clusters(out / "decisions.jsonl"))
        store = (out / "store.sqlite").stat().st_size
    return {
        "articles": case.shape.articles,
        "level": case.level,
        "bytes": source.stat().st_size,
        "seconds": cost.seconds,
        "cpu_seconds": cost.cpu_seconds,
        "documents_a_second": round(case.shape.articles / cost.seconds, 1),
        "largest_mib": cost.largest_mib,
        "together_mib": cost.together_mib,
        "peak_memory_mib": manifest["peak_memory_mib"],
        "store_mib": round(store / 2**20, 1),
        "counts": manifest["counts"],
        "candidates": manifest["candidates"],
        "story_candidates": manifest.get("story_candidates"),
        "stages": stages(cost, manifest["timings"]),
        **agreement,
    }


def report(rows: Sequence[Row]) -> None:
    """Print a table of runs, and one of the stages of each."""
    print(
        f"{'level':8} {'articles':>9} {'seconds':>8} {'docs/s':>7} {'ms/doc':>7} {'MiB':>7} "
        f"{'together':>8} {'B3 P':>6} {'B3 R':>6} {'B3 F1':>6}"
    )
    for row in rows:
        b3 = row["b3"]
        print(
            f"{row['level']:8} {row['articles']:9} {row['seconds']:8.1f} "
            f"{row['documents_a_second']:7.0f} {1000 * row['seconds'] / row['articles']:7.3f} "
            f"{row['largest_mib']:7.0f} {row['together_mib'] or float('nan'):8.0f} "
            f"{b3['precision']:6.3f} {b3['recall']:6.3f} {b3['f1']:6.3f}"
        )
    for level in dict.fromkeys(row["level"] for row in rows):
        of_level = [row for row in rows if row["level"] == level]
        print(f"\n{level}: ms a document and MiB together of each stage")
        for stage in of_level[-1]["stages"]:
            cells = [(row["stages"].get(stage), row["articles"]) for row in of_level]
            told = (
                f"{1000 * cell['seconds'] / articles:8.3f} {cell['together_mib'] or 0:7.0f}"
                for cell, articles in cells
                if cell
            )
            print(f"{stage:18} {'   '.join(told)}")


def plot(rows: Sequence[Row], path: Path) -> None:
    """Draw seconds of each stage and memory against the size, a line of panels for each level."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    levels = list(dict.fromkeys(row["level"] for row in rows))
    figure, axes = pyplot.subplots(len(levels), 2, figsize=(13, 5 * len(levels)), squeeze=False)
    for (time_axis, memory_axis), level in zip(axes, levels, strict=True):
        of_level = sorted(
            (row for row in rows if row["level"] == level), key=lambda row: row["articles"]
        )
        sizes = [row["articles"] for row in of_level]
        time_axis.set_prop_cycle(color=mpl.color_sequences["tab20"])
        time_axis.plot(sizes, [row["seconds"] for row in of_level], "k.-", linewidth=2, label="all")
        for stage in of_level[-1]["stages"]:
            spent = [row["stages"].get(stage, {}).get("seconds") for row in of_level]
            time_axis.plot(sizes, spent, ".-", label=stage)
        for name, label in (("largest_mib", "largest process"), ("together_mib", "all processes")):
            memory_axis.plot(sizes, [row[name] for row in of_level], ".-", label=label)
        for axis, told in ((time_axis, "seconds"), (memory_axis, "MiB")):
            axis.set(xscale="log", xlabel="articles", ylabel=told, title=level)
            axis.grid(visible=True, which="both", alpha=0.2)
            axis.legend(fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))
        time_axis.set_yscale("log")
        memory_axis.set_ylim(bottom=0)
    figure.tight_layout()
    figure.savefig(path, dpi=150)


def main() -> None:
    """Read the arguments, measure all sizes, print and write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--articles", type=int, nargs="+", default=[10_000, 100_000], metavar="N", help="sizes"
    )
    parser.add_argument("--levels", nargs="+", choices=["stories", "copies"], default=["stories"])
    parser.add_argument("--words", type=float, default=350.0, help="mean words of an article")
    parser.add_argument("--a-day", type=int, default=A_DAY, metavar="N", help="articles a day")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="keep the dumps here, and take them from here")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw them here (PNG)")
    arguments = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for articles in arguments.articles:
            days = -(-articles // arguments.a_day)
            shape = Shape(articles, arguments.seed, arguments.words, days)
            for level in arguments.levels:
                rows.append(measure(Case(shape, level), folder))
                print(f"{level}, {articles} articles: {rows[-1]['seconds']:.1f} s", file=sys.stderr)
                if arguments.json:  # a later size may take hours, or fail
                    told = machine(PACKAGES) | {"results": rows}
                    arguments.json.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    report(rows)
    if arguments.plot:
        plot(rows, arguments.plot)


if __name__ == "__main__":
    main()
