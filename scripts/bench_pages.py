"""Measure the road from a page to its cleaned article against plain Trafilatura, in one run.

    python scripts/bench_pages.py PAGES_DIR [--copies N] [--rounds N] [--json FILE] [--plot FILE]

PAGES_DIR is that of ``bench_clean.py``. First one process takes every page through plain
Trafilatura, its fast mode and this package, in an order that changes from page to page: CPU time
and quality. Then, several times in turn, two processes that know nothing of each other (of
Trafilatura, and of this package without its pool) run side by side, and ``dedup clean`` with two
workers, over copies of the pages that differ in their bytes: the time from start to end, and the
CPU time of all processes together, which says the same on a machine that others use too.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import logging
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from statistics import fmean
from typing import Any

import trafilatura
from bench_clean import _COUNTRY, Output, Tally, add, plain

from dedup.cleaning.page.extract import extract
from dedup.cleaning.pipeline import clean_text
from dedup.models import Rejection
from dedup.pipeline.page_workers import clean_page

SIDES = ("trafilatura", "trafilatura fast", "dedup")
PACKAGES = ("trafilatura", "htmldate", "lxml", "jusText", "Pebble", "orjson")

# Two workers begin a second after the command: a fiftieth of the time that so many copies of 310
# pages take, and a fifth of that of one. In a dump it is nothing.
COPIES = 10

# The extractors load word lists and suffix lists with the first page that needs them.
WARM_UP = 40

# Linux: orphans become children of this process, so that the CPU time of workers is known.
PR_SET_CHILD_SUBREAPER = 36

# What `dedup clean` runs, with the CPU time of its main process written to the file it is given.
# That of its imports, the same for ten pages and for ten million, is taken off: without arguments
# this does nothing else.
MAIN = """
import sys, time
from dedup.__main__ import command
used = sys.argv.pop(1)
try:
    if sys.argv[1:]:
        command()
    else:
        import dedup.run
finally:
    open(used, "w").write(str(time.process_time()))
"""


def fast(html: bytes) -> Output:
    """Run the fast mode of Trafilatura, metadata as in the other."""
    page = trafilatura.bare_extraction(html, with_metadata=True, include_comments=False, fast=True)
    return Output(page.text or "", page.title, page.date) if page else Output()


class Ours:
    """Extraction and cleaning of this package, timed apart."""

    def __init__(self) -> None:
        """Begin at nought."""
        self.extract = self.clean = 0.0

    def __call__(self, html: bytes) -> Output:
        """Take one page."""
        begun = time.process_time()
        page = extract(html)
        extracted = time.process_time()
        self.extract += extracted - begun
        if isinstance(page, Rejection):
            return Output()
        draft = clean_text(page.text, title=page.title, author=page.author)
        self.clean += time.process_time() - extracted
        return Output(draft.text, page.title, page.date)


def read_gold(pages: Path) -> dict[str, list[tuple[dict[str, Any], bytes]]]:
    """Return the gold rows and pages of each set."""
    sets: dict[str, list[tuple[dict[str, Any], bytes]]] = {"scrapinghub": [], "fundus": []}
    for row in (pages / "gold.jsonl").read_text("utf-8").splitlines():
        gold = json.loads(row)
        name = "fundus" if _COUNTRY.match(gold["file"]) else "scrapinghub"
        sets[name].append((gold, (pages / gold["file"]).read_bytes()))
    return sets


def figures(tally: Tally) -> dict[str, float | None]:
    """Return the figures of one side over one set."""
    return {
        "pages_per_second": len(tally.f1) / tally.seconds,
        "f1": fmean(tally.f1),
        "leftover": tally.leftover / max(tally.tokens, 1),
        "date": fmean(tally.dates) if tally.dates else None,
        "title": fmean(tally.titles) if tally.titles else None,
    }


def one_process(pages: list[tuple[dict[str, Any], bytes]]) -> dict[str, Any]:
    """Take each page of a set through all sides, in an order that turns with the pages."""
    ours = Ours()
    runs: dict[str, Callable[[bytes], Output]] = dict(zip(SIDES, (plain, fast, ours), strict=True))
    for _, html in pages[:WARM_UP]:
        for run in runs.values():
            run(html)
    ours.extract = ours.clean = 0.0
    tallies = {side: Tally() for side in SIDES}
    for number, (gold, html) in enumerate(pages):
        turn = number % len(SIDES)
        for side in SIDES[turn:] + SIDES[:turn]:
            begun = time.process_time()
            output = runs[side](html)
            tallies[side].seconds += time.process_time() - begun
            add(tallies[side], output, gold)
    result: dict[str, Any] = {side: figures(tally) for side, tally in tallies.items()}
    result["ratio"] = tallies["trafilatura"].seconds / tallies["dedup"].seconds
    result["extract_ms"] = 1000 * ours.extract / len(pages)
    result["clean_text_ms"] = 1000 * ours.clean / len(pages)
    return result


def write_copies(
    sets: dict[str, list[tuple[dict[str, Any], bytes]]], folder: Path, copies: int
) -> int:
    """Write every page so many times, each time with other bytes, and return how many there are."""
    rows = [row for pages in sets.values() for row in pages]
    for copy in range(copies):
        for gold, html in rows:
            name = f"{copy}-{gold['file']}"
            (folder / name).write_bytes(html + f"\n<!-- copy {copy} -->".encode())
    return copies * len(rows)


def work(folder: Path, share: int, side: str) -> None:
    """Be one of two processes that each take every second page of a folder."""
    logging.disable(logging.ERROR)
    run: Callable[[bytes], object] = plain if side == "trafilatura" else clean_page
    for path in sorted(folder.iterdir())[share::2]:
        run(path.read_bytes())


def timed(commands: list[list[str]]) -> dict[str, float]:
    """Run commands side by side and return the seconds until all have ended, and their CPU time."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    running = [subprocess.Popen(command) for command in commands]
    codes = [process.wait() for process in running]
    seconds = time.perf_counter() - begun
    if any(codes):
        raise SystemExit(f"a process ended with {codes}")
    with suppress(ChildProcessError):
        while True:  # the servers that started the workers, and were told to end
            os.waitpid(-1, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": seconds, "cpu": used}


def two_processes(folder: Path, count: int, rounds: int) -> dict[str, Any]:
    """Run pairs of plain processes and ``dedup clean`` with two workers in turn."""
    taken: dict[str, list[dict[str, float]]] = {}
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory() as name:
        own, out = Path(name) / "cpu", Path(name) / "clean.jsonl"
        pairs = {
            side: [[sys.executable, __file__, str(folder), "--work", f"{n}", side] for n in (0, 1)]
            for side in ("trafilatura", "dedup")
        }
        imports = [sys.executable, "-c", MAIN, str(own)]
        clean = [*imports, "clean", str(folder), "-o", str(out)]
        clean += ["--workers", "2", "--quiet", "--overwrite"]
        for _ in range(rounds):
            for side, commands in pairs.items():
                taken.setdefault(f"two plain processes: {side}", []).append(timed(commands))
            timed([imports])
            of_imports = float(own.read_text())
            seconds = timed([clean])
            seconds["main_cpu"] = float(own.read_text()) - of_imports
            taken.setdefault("dedup clean --workers 2", []).append(seconds)
    main_cpu = min(each["main_cpu"] for each in taken["dedup clean --workers 2"])
    result: dict[str, Any] = {"pages": count, "rounds": taken, "main_ms": 1000 * main_cpu / count}
    for what in ("seconds", "cpu"):
        best = {name: min(each[what] for each in rows) for name, rows in taken.items()}
        with_pool = best["dedup clean --workers 2"]
        result[what] = {
            "pages_per_second": {name: count / seconds for name, seconds in best.items()},
            "pool_to_plain": best["two plain processes: dedup"] / with_pool,
            "pool_to_trafilatura": best["two plain processes: trafilatura"] / with_pool,
        }
    return result


def machine() -> dict[str, Any]:
    """Return what the figures were taken on."""
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def report(result: dict[str, Any]) -> None:
    """Print the tables."""
    print("one process       side              pages/s      F1 leftover   date  title")
    for name, found in result["sets"].items():
        for side in SIDES:
            row = found[side]
            date, title = (
                "-" if row[field] is None else f"{row[field]:.3f}" for field in ("date", "title")
            )
            print(
                f"{name:17} {side:17} {row['pages_per_second']:7.1f} {row['f1']:7.4f} "
                f"{row['leftover']:8.4f} {date:>6} {title:>6}"
            )
        print(f"{name:17} dedup / trafilatura: {found['ratio']:.2f} times the pages per second")
    pool = result["pool"]
    print("two processes                           pages/s  pages/s of CPU, the best of all rounds")
    for name, speed in pool["seconds"]["pages_per_second"].items():
        print(f"{name:36} {speed:10.1f} {pool['cpu']['pages_per_second'][name]:10.1f}")
    for other in ("plain", "trafilatura"):
        time_, cpu = (pool[what][f"pool_to_{other}"] for what in ("seconds", "cpu"))
        print(f"{'pool to two of ' + other:36} {time_:10.3f} {cpu:10.3f}")
    print(
        f"around extraction ({result['extract_ms']:.2f} ms a page): cleaning of the text "
        f"{result['clean_text_ms']:.2f} ms, main process {pool['main_ms']:.2f} ms: "
        f"{result['around']:.1%}"
    )


def plot(result: dict[str, Any], target: Path) -> None:
    """Draw speed against quality, a mark for each side and set."""
    pyplot = import_module("matplotlib.pyplot")
    figure, axes = pyplot.subplots(figsize=(7, 4.5))
    for name, marker in zip(result["sets"], "os", strict=True):
        for side, colour in zip(SIDES, ("tab:grey", "tab:orange", "tab:blue"), strict=True):
            row = result["sets"][name][side]
            axes.plot(
                row["pages_per_second"], row["f1"], marker, color=colour, label=f"{side}, {name}"
            )
    axes.set_xlabel("pages per second and core")
    axes.set_ylabel("token F1")
    axes.legend()
    figure.savefig(target, bbox_inches="tight", dpi=150)


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--copies", type=int, default=COPIES, help="of every page, for two workers")
    parser.add_argument("--rounds", type=int, default=3, help="of two workers")
    parser.add_argument("--json", type=Path, help="file for all figures")
    parser.add_argument("--plot", type=Path, help="file for a picture; needs matplotlib")
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Run everything and print it."""
    chosen = options()
    if chosen.work:
        work(chosen.pages, int(chosen.work[0]), chosen.work[1])
        return
    logging.disable(logging.ERROR)
    sets = read_gold(chosen.pages)
    result: dict[str, Any] = {"machine": machine()}
    result["sets"] = {name: one_process(pages) for name, pages in sets.items()}
    for step in ("extract_ms", "clean_text_ms"):
        total = sum(result["sets"][name][step] * len(pages) for name, pages in sets.items())
        result[step] = total / sum(map(len, sets.values()))
    with tempfile.TemporaryDirectory() as name:
        count = write_copies(sets, Path(name), chosen.copies)
        result["pool"] = two_processes(Path(name), count, chosen.rounds)
    around = result["clean_text_ms"] + result["pool"]["main_ms"]
    result["around"] = around / result["extract_ms"]
    report(result)
    if chosen.json:
        chosen.json.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    if chosen.plot:
        plot(result, chosen.plot)


if __name__ == "__main__":
    main()
