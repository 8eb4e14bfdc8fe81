#!/usr/bin/env python3
"""Time the plan of a run under its engines against `dedup run`, and compare their results.

    python scripts/make_dump.py --articles 20000 -o dump.jsonl
    python scripts/bench_plan.py dump.jsonl --rounds 3

In each round every candidate runs once, one after the other, as a process of its own from the file
to the files of its results; the compiled code is there already. All do what the command does: only
what takes records to the results in the store differs. Printed are the means of seconds, of CPU
seconds and of MiB (largest process, and all together), how many times as fast as the command a
candidate is (mean over rounds, least and most), and whether its files are the same, byte for byte.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any
from unittest.mock import patch

from measured import Run, machine, run

COMMAND = "dedup run"
ENGINES = {
    "plan, in memory": ("memory", 1),
    "plan, local, 1 worker": ("local", 1),
    "plan, local, 2 workers": ("local", 2),
}
FILES = ("decisions.jsonl", "stories.jsonl", "survivors.jsonl", "rejected.jsonl")


@contextmanager
def engine_of(kind: str, workers: int, partitions: int | None, folder: Path) -> Iterator[Any]:
    """Open an engine for one run."""
    from dedup.engines.in_memory import InMemoryEngine
    from dedup.engines.local import LocalEngine
    from dedup.pipeline import TEXT_PRELOAD

    if kind == "memory":
        yield InMemoryEngine(partitions or 1)
        return
    options: dict[str, Any] = {"workers": workers, "partitions": partitions}
    with LocalEngine(folder, preload=TEXT_PRELOAD, **options) as engine:
        yield engine


def run_one(source: Path, out: Path, engine: str, level: str, partitions: int | None) -> None:
    """Run the plan as the command runs its stages: same reading, same files."""
    from dedup.config import Config
    from dedup.parallel.processes import skip_scipy
    from dedup.pipeline.run_plan import run_plan
    from dedup.run import dump

    skip_scipy()
    kind, workers = ENGINES[engine]
    with (
        tempfile.TemporaryDirectory(dir=out.parent) as folder,
        engine_of(kind, workers, partitions, Path(folder) / "tables") as opened,
        patch.object(dump, "run_stages", partial(run_plan, opened)),
    ):
        dump.run_dump([source], out, Config(level=level, workers=workers))


def command(name: str, source: Path, out: Path, options: argparse.Namespace) -> list[str]:
    """Return the command of a candidate."""
    same = [str(source), "-o", str(out), "--level", options.level]
    if name == COMMAND:
        workers = str(max(workers for _, workers in ENGINES.values()))
        return [sys.executable, "-m", "dedup", "run", *same, "--quiet", "--workers", workers]
    partitions = ["--partitions", str(options.partitions)] if options.partitions else []
    return [sys.executable, __file__, *same, "--one", name, *partitions]


def measured_round(
    names: Sequence[str], source: Path, options: argparse.Namespace
) -> dict[str, tuple[Run, bool]]:
    """Run all candidates once; return what each cost, and whether its files are the same."""
    found: dict[str, tuple[Run, bool]] = {}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for number, name in enumerate(names):
            out = Path(folder) / str(number)
            cost = run(command(name, source, out, options), Path(folder) / "log")
            if cost.code:
                raise SystemExit(f"{name} failed:\n{cost.errors[-3000:]}")
            is_same = number == 0 or all(
                (out / each).read_bytes() == (Path(folder) / "0" / each).read_bytes()
                for each in FILES
            )
            found[name] = cost, is_same
    return found


def row_of(name: str, rounds: Sequence[dict[str, tuple[Run, bool]]]) -> dict[str, Any]:
    """Return the figures of a candidate."""
    runs = [each[name][0] for each in rounds]
    factors = [each[COMMAND][0].seconds / each[name][0].seconds for each in rounds]
    return {
        "name": name,
        "seconds": round(fmean(each.seconds for each in runs), 2),
        "cpu_seconds": round(fmean(each.cpu_seconds for each in runs), 2),
        "largest_mib": round(fmean(each.largest_mib for each in runs)),
        "together_mib": round(fmean(each.together_mib or each.largest_mib for each in runs)),
        "times_as_fast": [round(fmean(factors), 3), round(min(factors), 3), round(max(factors), 3)],
        "same_bytes": all(each[name][1] for each in rounds),
    }


def shown(row: dict[str, Any]) -> str:
    """Return the figures as a line."""
    mean, least, most = row["times_as_fast"]
    return (
        f"{row['name']:24} {row['seconds']:8.2f} {row['cpu_seconds']:8.2f} {row['largest_mib']:8} "
        f"{row['together_mib']:8}   {mean:.2f} ({least:.2f} to {most:.2f})  "
        f"{'same bytes' if row['same_bytes'] else 'OTHER BYTES'}"
    )


def main() -> None:
    """Run one candidate, or all of them in rounds."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("source", type=Path, metavar="FILE", help="what is run on")
    parser.add_argument("--level", choices=("copies", "stories"), default="stories")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--partitions", type=int, help="behind each exchange; default: by bytes")
    parser.add_argument("--only", nargs="+", choices=list(ENGINES), default=list(ENGINES))
    parser.add_argument("--folder", type=Path, help="where results are written for a while")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    parser.add_argument("--one", choices=list(ENGINES), help=argparse.SUPPRESS)
    parser.add_argument("-o", dest="out", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run_one(options.source, options.out, options.one, options.level, options.partitions)
        return
    names = [COMMAND, *options.only]
    rounds = [measured_round(names, options.source, options) for _ in range(options.rounds)]
    rows = [row_of(name, rounds) for name in names]
    print(f"{'':24} {'seconds':>8} {'CPU s':>8} {'MiB':>8} {'together':>8}   times as fast")
    for row in rows:
        print(shown(row))
    if options.json:
        figures = machine(("numpy", "numba", "pyarrow")) | {"results": rows}
        options.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    if not all(row["same_bytes"] for row in rows):
        sys.exit(1)


if __name__ == "__main__":
    main()
