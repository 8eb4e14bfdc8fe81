#!/usr/bin/env python3
"""Compare a run through the plan with `dedup run`: every byte, every row, time and memory.

    python scripts/compare_plan.py dump.jsonl --level stories --engine local --rounds 3

Each file is a dump; with `--store` they go one after another into one store. Both ways run in
processes of their own: all do what the command does, and only what takes records to the results in
the store differs. In each round every dump goes both ways, one way after the other, and the way
that went first goes second in the next round. Printed is what each run took, and at the end for
each dump the mean seconds of both ways, and how many times as fast as the stages the plan is (mean
over rounds, least and most). The exit code is 1 where a byte or a row differs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from statistics import fmean
from typing import Any
from unittest import mock

from measured import Run, run

WAYS = ("stages", "plan")

# What is another in each run.
UNTIMED = ("timings", "peak_memory_mib", "settings")


@contextmanager
def _engine(options: argparse.Namespace, folder: Path) -> Iterator[Any]:
    """Yield the engine that the options name."""
    if options.engine == "memory":
        from dedup.engines.in_memory import InMemoryEngine

        yield InMemoryEngine(options.partitions or 1)
        return
    from dedup.engines.local import LocalEngine
    from dedup.pipeline import TEXT_PRELOAD

    with LocalEngine(
        folder, workers=options.workers, partitions=options.partitions, preload=TEXT_PRELOAD
    ) as engine:
        yield engine


def run_one(options: argparse.Namespace) -> int:
    """Run one dump one way, in this process, and return its exit code."""
    from dedup.cli import main as command
    from dedup.pipeline.run_plan import run_plan

    (dump,) = options.files
    words = ["run", str(dump), "-o", str(options.out), "--level", options.level, "--quiet",
             "--workers", str(options.workers)]  # fmt: skip
    if options.store_file:
        words += ["--store", str(options.store_file)]
    if options.way == "stages":
        return int(command(words, standalone_mode=False) or 0)
    folder = options.out.with_name(f"{options.out.name}.engine")
    with _engine(options, folder) as engine:

        def stages(*arguments: Any) -> None:
            run_plan(engine, *arguments)

        with mock.patch("dedup.run.dump.run_stages", stages):
            return int(command(words, standalone_mode=False) or 0)


def measure(options: argparse.Namespace, dump: Path, way: str, folder: Path) -> Run:
    """Run one dump one way, in a process of its own."""
    words = [
        sys.executable, __file__, str(dump), "--way", way, "--out", str(folder / way / dump.stem),
        "--level", options.level, "--workers", str(options.workers), "--engine", options.engine,
    ]  # fmt: skip
    if options.partitions:
        words += ["--partitions", str(options.partitions)]
    if options.store:
        words += ["--store-file", str(folder / f"{way}.sqlite")]
    (folder / way).mkdir(parents=True, exist_ok=True)
    cost = run(words, folder / f"{way}.log")
    print(
        f"{dump.name:24} {way:7} {cost.seconds:8.1f} s {cost.cpu_seconds:8.1f} cpu s "
        f"{cost.largest_mib:7.0f} MiB {cost.together_mib or 0:7.0f} MiB together",
        flush=True,
    )
    if cost.code:
        raise SystemExit(f"{dump.name} by the {way} failed:\n{cost.errors[-3000:]}")
    return cost


def _stable(name: str, text: str) -> Any:
    """Return a value without what is another in each run."""
    if name == "worker_kib":
        return None
    value = json.loads(text)
    if isinstance(value, dict):
        if isinstance(value.get("store"), dict):
            value["store"].pop("file", None)  # each way has its own
        return {key: each for key, each in value.items() if key not in UNTIMED}
    return value


def _rows(database: sqlite3.Connection, table: str) -> Iterable[tuple[Any, ...]]:
    """Return the rows of a table by its key; what is another in each run is left out."""
    columns = [name for _, name, *_ in database.execute(f"PRAGMA table_info({table})")]
    if table == "meta":
        found = database.execute("SELECT dump, name, value FROM meta ORDER BY dump, name")
        return ((dump, name, _stable(name, value)) for dump, name, value in found)
    keys = [
        name for _, name, _, _, _, key in database.execute(f"PRAGMA table_info({table})") if key
    ]
    return database.execute(f"SELECT * FROM {table} ORDER BY {', '.join(keys or columns)}")


def differing_rows(one: Path, other: Path) -> Iterator[str]:
    """Yield where the rows of two stores differ first, for each table."""
    first, second = sqlite3.connect(one), sqlite3.connect(other)
    query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    for (table,) in first.execute(query).fetchall():
        for row, twin in zip_longest(_rows(first, table), _rows(second, table)):
            if row != twin:
                yield f"table {table}:\n  {str(row)[:1000]}\n  {str(twin)[:1000]}"
                break
    first.close()
    second.close()


def differing_files(one: Path, other: Path) -> Iterator[str]:
    """Yield the names of the output files that differ or are in one folder only."""
    for name in sorted({path.name for folder in (one, other) for path in folder.iterdir()}):
        if name.endswith(".sqlite"):
            continue
        written, again = (
            path.read_bytes() if path.exists() else None for path in (one / name, other / name)
        )
        if name == "manifest.json" and written and again:
            if _stable("", written.decode()) != _stable("", again.decode()):
                yield name
        elif written != again:
            yield name


def differences(options: argparse.Namespace, dump: Path, folder: Path) -> Iterator[str]:
    """Yield what differs between both ways of a dump."""
    outs = [folder / way / dump.stem for way in WAYS]
    stores = [folder / f"{way}.sqlite" if options.store else out / "store.sqlite"
              for way, out in zip(WAYS, outs, strict=True)]  # fmt: skip
    yield from differing_files(outs[0], outs[1])
    yield from differing_rows(stores[0], stores[1])


def compare(
    options: argparse.Namespace, ways: Sequence[str], folder: Path
) -> tuple[list[dict[str, float]], bool]:
    """Run all dumps both ways; return the seconds of each by way, and whether nothing differs."""
    seconds, is_same = [], True
    for dump in options.files:
        costs = {way: measure(options, dump, way, folder) for way in ways}
        seconds.append({way: cost.seconds for way, cost in costs.items()})
        for found in differences(options, dump, folder):
            is_same = False
            print(f"DIFFERS: {found}")
    return seconds, is_same


def summary(dump: Path, rounds: Sequence[dict[str, float]]) -> str:
    """Return the mean seconds of both ways of a dump, and how they compare.

    >>> rounds = [{"stages": 3.0, "plan": 2.0}, {"stages": 3.0, "plan": 3.0}]
    >>> summary(Path("a.jsonl"), rounds)
    'a.jsonl: stages 3.0 s, plan 2.5 s, 1.25 times as fast (1.00 to 1.50)'
    """
    stages, plan = (fmean(each[way] for each in rounds) for way in WAYS)
    times = [each["stages"] / each["plan"] for each in rounds]
    return (
        f"{dump.name}: stages {stages:.1f} s, plan {plan:.1f} s, {fmean(times):.2f} times as fast "
        f"({min(times):.2f} to {max(times):.2f})"
    )


def compare_in_rounds(options: argparse.Namespace, folder: Path) -> bool:
    """Run all rounds, print what they took, and return whether nothing differs."""
    rounds, is_same = [], True
    for number in range(options.rounds):
        ways = WAYS if number % 2 == 0 else WAYS[::-1]
        seconds, same = compare(options, ways, folder / f"round-{number + 1}")
        rounds.append(seconds)
        is_same &= same
    for dump, *of_dump in zip(options.files, *rounds, strict=True):
        print(summary(dump, of_dump))
    return is_same


def main() -> None:
    """Run the script."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--level", choices=("copies", "stories"), default="stories")
    parser.add_argument("--engine", choices=("memory", "local"), default="memory")
    parser.add_argument("--partitions", type=int, help="behind each exchange")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--store", action="store_true", help="all dumps in one store")
    parser.add_argument("--folder", type=Path, help="keep what is written in this folder")
    for hidden in ("--way", "--out", "--store-file"):
        parser.add_argument(hidden, type=str if hidden == "--way" else Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        sys.exit(run_one(options))
    folder = options.folder or Path(tempfile.mkdtemp(prefix="compare-"))
    try:
        same = compare_in_rounds(options, folder)
    finally:
        if not options.folder:
            shutil.rmtree(folder)
    print("the same bytes and rows" if same else "not the same")
    sys.exit(not same)


if __name__ == "__main__":
    main()
