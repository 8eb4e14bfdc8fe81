#!/usr/bin/env python3
"""Measure dedup and other MinHash libraries on one file of clean text with planted copies.

    python scripts/make_dump.py --articles 100000 --words 556 --copies 0.3 -o dump.jsonl
    python scripts/bench_text.py dump.jsonl --json figures.json --plot figures.png

Each runs once, one after the other, as a process of its own, from the file to a file of its
clusters; start-up counts. `dedup` runs as a user runs it, at the level of copies: it cleans,
verifies each pair and elects canonicals, too, and writes survivors and decisions. The others are
set up in scripts/peers.py. A library that is not installed is left out (extra `bench`).

Prints and writes seconds, documents a second, memory (of the largest process, and of all together),
the share of planted copies in one cluster with their source, that of those copies that are near to
their source or contained in one another as the relations define it, that of each kind, and the
share of pairs in one cluster that are of one story.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import orjson
from make_dump import gold_file
from measured import Run, installed, machine, run
from peers import PEERS

from dedup.config import MatchConfig, SignConfig
from dedup.evaluation.metrics import scores
from dedup.match.loaded_texts import LoadedTexts
from dedup.match.similarity import accepted
from dedup.signatures.minhash import sign

HERE = Path(__file__).resolve().parent

DEDUP = "dedup"
LEVELS = {DEDUP: "copies", "dedup at level stories": "stories"}
"""The names under which dedup runs; the second one only where it is asked for."""
SLOW = "datasketch as documented"
PACKAGES = ("datasketch", "gaoya", "rensa", "datatrove", "xxhash", "numpy", "numba")

AT_ONCE = 500
"""Pairs of texts that are measured together."""

Row = dict[str, Any]


def labels(path: Path) -> dict[str, Row]:
    """Return the gold label of each document."""
    with path.open("rb") as file:
        return {label["id"]: label for label in map(orjson.loads, file)}


def clusters(path: Path) -> dict[str, str | None]:
    """Return the cluster of each document of a file of decisions or of clusters."""
    with path.open("rb") as file:
        lines = map(orjson.loads, file)
        return {line["id"]: line.get("cluster", line.get("story_id")) for line in lines}


def copies(source: Path, gold: dict[str, Row]) -> set[str]:
    """Return the planted copies that are near their source, contained in it, or contain it."""
    planted = {doc_id: label["source"] for doc_id, label in gold.items() if label["source"]}
    asked = planted.keys() | set(planted.values())
    with source.open("rb") as file:
        records = map(orjson.loads, file)
        texts = {each["id"]: each["text"] for each in records if each["id"] in asked}
    pairs = list(planted.items())
    found: set[str] = set()
    for start in range(0, len(pairs), AT_ONCE):
        some = pairs[start : start + AT_ONCE]
        signed = sign([texts[doc_id] for pair in some for doc_id in pair], SignConfig())
        loaded = LoadedTexts(
            range(2 * len(some)),
            (signed.shingles[: signed.shingle_bounds[-1]], signed.shingle_bounds),
            (signed.numbers[: signed.number_bounds[-1]], signed.number_bounds),
            MatchConfig(),
        )
        places = np.arange(0, 2 * len(some), 2)
        alike = accepted(loaded.measured(places, places + 1), MatchConfig())
        found.update(pair[0] for pair, same in zip(some, alike, strict=True) if same)
    return found


def joined(gold: dict[str, Row], found: dict[str, str | None]) -> dict[str, bool]:
    """Return of each planted copy whether it is in one cluster with its source.

    Args:
        gold: The labels.
        found: The cluster of each document, None for one of its own.
    """
    return {
        doc_id: found.get(doc_id) is not None and found.get(doc_id) == found.get(label["source"])
        for doc_id, label in gold.items()
        if label["source"]
    }


def judged(gold: dict[str, Row], found: dict[str, str | None]) -> Row:
    """Return how well clusters agree with the labels.

    Args:
        gold: The labels.
        found: The cluster of each document, None for one of its own.

    Returns:
        Recall of all copies and of each kind: the share that is in one cluster with its source;
        precision: the share of pairs in one cluster that are of one story; B-cubed scores.
    """
    every = joined(gold, found)
    by_kind: dict[str, list[bool]] = defaultdict(list)
    for doc_id, same in every.items():
        by_kind[gold[doc_id]["kind"]].append(same)
    agreement = scores([label["story"] for label in gold.values()], [found.get(i) for i in gold])
    return {
        "recall": _share(every.values()),
        "recall_by_kind": {kind: _share(listed) for kind, listed in sorted(by_kind.items())},
        "precision": round(agreement.pair_precision, 5),
        "b3": {
            name: round(getattr(agreement, f"b3_{name}"), 5)
            for name in ("precision", "recall", "f1")
        },
        "documents_decided": len(found),
    }


def _share(found: Iterable[bool]) -> float:
    """Return the share that is true, 1 of nothing."""
    known = list(found)
    return round(fmean(known), 5) if known else 1.0


def measure(name: str, source: Path, folder: Path) -> tuple[Run, Path]:
    """Run one tool and return what it cost and its file of clusters."""
    if level := LEVELS.get(name):
        out = folder / DEDUP
        command = [sys.executable, "-m", DEDUP, "run", source, "-o", out, "--level", level, "-q"]
        clustered = out / "decisions.jsonl"
    else:
        clustered = folder / f"{name}.jsonl"
        command = [sys.executable, HERE / "peers.py", name, source, clustered]
    paths = [str(HERE.parent), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    return run([str(part) for part in command], folder / "log", environment), clustered


def figures(name: str, source: Path, gold: dict[str, Row], meant: set[str]) -> Row:
    """Return all figures of one tool; those ``meant`` are the copies that :func:`copies` names."""
    with tempfile.TemporaryDirectory() as folder:
        cost, clustered = measure(name, source, Path(folder))
        if cost.code:
            return {"name": name, "failed": cost.errors[-2_000:]}
        told = asdict(cost)
        for field in ("code", "errors", "samples"):
            del told[field]
        speed = {"documents_a_second": round(len(gold) / cost.seconds, 1)}
        found = clusters(clustered)
        every = joined(gold, found)
        meant_found = {"recall_of_copies": _share(every[doc_id] for doc_id in meant)}
        return {"name": name} | told | speed | judged(gold, found) | meant_found


def report(row: Row) -> None:
    """Print one line of the table, or why there is none."""
    if "failed" in row:
        print(f"{row['name']} failed: {row['failed']}")
        return
    kinds = "  ".join(f"{kind} {share:.2%}" for kind, share in row["recall_by_kind"].items())
    together = row["together_mib"] or float("nan")
    print(
        f"{row['name']:25} {row['seconds']:8.1f} {row['cpu_seconds']:8.1f} "
        f"{row['documents_a_second']:8.0f} {row['largest_mib']:8.0f} {together:8.0f} "
        f"{row['recall']:7.2%} {row['recall_of_copies']:7.2%} {row['precision']:8.2%}  {kinds}",
        flush=True,
    )


def plot(rows: list[Row], title: str, path: Path) -> None:
    """Draw speed, memory and what was found, a bar for each tool."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    panels = (
        ("documents a second", [row["documents_a_second"] for row in rows], "{:.0f}"),
        (
            "MiB of all processes together",
            [row["together_mib"] or row["largest_mib"] for row in rows],
            "{:.0f}",
        ),
        ("planted copies found, %", [100 * row["recall"] for row in rows], "{:.1f}"),
        (
            "near or contained ones found, %",
            [100 * row["recall_of_copies"] for row in rows],
            "{:.1f}",
        ),
        ("pairs of one story, %", [100 * row["precision"] for row in rows], "{:.1f}"),
    )
    figure, axes = pyplot.subplots(1, len(panels), figsize=(19, 1.2 + 0.5 * len(rows)), sharey=True)
    names = [row["name"] for row in rows]
    colours = ["tab:orange" if name.startswith(DEDUP) else "tab:blue" for name in names]
    for axis, (label, values, form) in zip(axes, panels, strict=True):
        bars = axis.barh(names, values, color=colours)
        axis.bar_label(bars, [form.format(value) for value in values], padding=3)
        axis.set_xlabel(label)
        axis.set_xlim(0, 1.2 * max(values))
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].invert_yaxis()
    figure.suptitle(title)
    figure.tight_layout()
    figure.savefig(path, dpi=150)


def chosen(wanted: list[str] | None, documents: int, slow: int) -> list[str]:
    """Return the tools to run, and say which are left out and why."""
    names = []
    for name in [*LEVELS, *PEERS]:
        if name not in (wanted or [DEDUP, *PEERS]):
            continue
        package = name.split()[0]
        if name in PEERS and not installed(package):
            print(f"{name} is left out: {package} is not installed, see the extra `bench`.")
        elif name == SLOW and documents > slow:
            print(f"{name} is left out: {documents} documents are more than {slow}.")
        else:
            names.append(name)
    return names


def main() -> None:
    """Read the arguments, run all tools, print and write their figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path, metavar="FILE", help="JSON lines of make_dump.py")
    parser.add_argument("--gold", type=Path, help="default: FILE without .jsonl, .gold.jsonl")
    parser.add_argument("--only", nargs="+", choices=[*LEVELS, *PEERS], help="run only these")
    parser.add_argument("--skip-slow-above", type=int, default=20_000, metavar="N", help=SLOW)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw them here (PNG)")
    arguments = parser.parse_args()
    gold = labels(arguments.gold or gold_file(arguments.source))
    names = chosen(arguments.only, len(gold), arguments.skip_slow_above)
    print(
        f"{'':25} {'seconds':>8} {'CPU s':>8} {'docs/s':>8} {'MiB':>8} {'together':>8} "
        f"{'recall':>7} {'copies':>7} {'precision':>9}"
    )
    meant = copies(arguments.source, gold)
    rows = []
    for name in names:
        rows.append(figures(name, arguments.source, gold, meant))
        report(rows[-1])
    told = machine(PACKAGES) | {
        "documents": len(gold),
        "bytes": arguments.source.stat().st_size,
        "copies": sum(label["source"] is not None for label in gold.values()),
        "copies_by_definition": len(meant),
    }
    if arguments.json:
        arguments.json.write_text(json.dumps(told | {"results": rows}, indent=1) + "\n", "utf-8")
    done = [row for row in rows if "failed" not in row]
    if arguments.plot and done:
        title = f"{len(gold):,} documents, {told['cores']} cores of {told['cpu']}"
        plot(done, title, arguments.plot)
    if len(done) < len(rows):
        sys.exit(1)


if __name__ == "__main__":
    main()
