#!/usr/bin/env python3
r"""Measure `dedup run --engine` stage by stage, and compare its files with those of `dedup run`.

    python scripts/bench_engine.py 300000.jsonl --engine spark --remote 'local-cluster[2,1,1536]' \
        --json figures.json

Both run as processes of their own. What a stage took is in the manifest; here the stages of one
part of the plan stand together. Exits with 1 where a byte differs.
"""

from __future__ import annotations

import argparse
import hashlib
import inspect
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from measured import Run, machine, run

from dedup.pipeline import on_tables, plan_inputs

PACKAGES = ("pyspark", "pysail", "pyarrow", "numpy", "numba")

TABLES = ("survivors", "decisions", "stories", "rejected")

PARTS = {
    "plan_inputs": "read, clean, sign",
    "number_inputs": "read, clean, sign",
    "site_documents": "site boilerplate",
    "site_hosts": "site boilerplate",
    "listed_headlines": "site boilerplate",
    "strip_documents": "site boilerplate",
    "copy_candidates": "propose copies",
    "copy_pairs": "verify copies",
    "copy_posts": "verify copies",
    "copy_stories": "cluster copies",
    "ordered_representatives": "number representatives, count terms",
    "representative_rows": "number representatives, count terms",
    "rewrite_candidates": "propose rewrites",
    "rewrite_scores": "score rewrites",
    "linkage_rounds": "loose groups",
    "story_neighbours": "loose groups",
    "merged_rewrites": "cluster rewrites",
    "described_stories": "write results",
    "decided_documents": "write results",
    "result_lines": "write results",
    "result_counts": "write results",
}
"""Parts of the plan by the module that has the function of a stage."""

NAMED = {"active": "site boilerplate", "write parquet part": "write the store's tables"}
"""Stages whose function is of no part: all documents without site boilerplate, kept; part files."""

OTHER = "counts and columns"

Row = dict[str, Any]


def part_of_stage() -> dict[str, str]:
    """Return the part of the plan of each stage, by the name that it has in the manifest."""
    found = dict(NAMED)
    for name in [plan_inputs.__name__, *_names_of(on_tables)]:
        loaded = import_module(name)
        for function in dict(inspect.getmembers(loaded, inspect.isfunction)).values():
            if function.__module__ == name:
                stage = function.__name__.strip("_").replace("_", " ")
                found[stage] = PARTS.get(name.rpartition(".")[2], OTHER)
    return found


def _names_of(package: ModuleType) -> Iterator[str]:
    """Yield the names of the modules of a package."""
    return (f"{package.__name__}.{module.name}" for module in iter_modules(package.__path__))


def by_part(stages: Sequence[Row]) -> dict[str, Row]:
    """Return what the parts of the plan took together, in the order of their first stage."""
    parts = part_of_stage()
    found: dict[str, Row] = {}
    for stage in stages:
        part = found.setdefault(
            parts.get(stage["stage"], OTHER),
            dict.fromkeys(("seconds", "task_seconds", "cpu_seconds"), 0.0)
            | dict.fromkeys(("stages", "tasks", "shuffled_bytes", "written_bytes"), 0)
            | {"largest_kib": 0, "median_kib": 0, "largest_bytes": 0, "median_bytes": 0},
        )
        part["stages"] += 1
        for name in ("seconds", "task_seconds", "cpu_seconds", "tasks", "shuffled_bytes",
                     "written_bytes"):  # fmt: skip
            part[name] = round(part[name] + stage[name], 3)
        if stage["largest_kib"] > part["largest_kib"]:
            part.update({name: stage[name] for name in ("largest_kib", "median_kib")})
        if stage["largest_bytes"] > part["largest_bytes"]:
            part.update({name: stage[name] for name in ("largest_bytes", "median_bytes")})
    return found


def digest_of(folder: Path, table: str) -> str:
    """Return a digest of the bytes of a table, its part files one after another."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob(f"{table}*.jsonl")):
        with path.open("rb") as file:
            while data := file.read(1 << 20):
                digest.update(data)
    return digest.hexdigest()


def differing(one: Path, other: Path) -> Iterator[str]:
    """Yield the tables whose bytes differ."""
    return (table for table in TABLES if digest_of(one, table) != digest_of(other, table))


def measure(words: Sequence[str], out: Path) -> tuple[Run, Row]:
    """Run a command, and return what it cost and its manifest."""
    command = [sys.executable, "-m", "dedup", "run", *words, "-o", str(out), "-q"]
    cost = run(command, out.with_suffix(".log"))
    if cost.code:
        sys.exit(f"{' '.join(command)} failed:\n{cost.errors[-3000:]}")
    return cost, json.loads((out / "manifest.json").read_text("utf-8"))


def bench(source: Path, options: argparse.Namespace, folder: Path) -> Row:
    """Run a dump both ways and return all figures."""
    level = ["--level", options.level]
    local = options.reference and options.reference / source.stem
    alone: Row = {}
    if not local or not local.is_dir():
        local = folder / "local"
        cost, _ = measure([str(source), *level], local)
        alone = {"seconds": cost.seconds, "cpu_seconds": cost.cpu_seconds,
                 "largest_mib": cost.largest_mib}  # fmt: skip
    words = [str(source), *level, "--engine", options.engine]
    words += ["--remote", options.remote] if options.remote else []
    words += ["--partitions", str(options.partitions)] if options.partitions else []
    cost, manifest = measure(words, folder / "engine")
    engine = manifest["engine"]
    return {
        "dump": source.name,
        "bytes": source.stat().st_size,
        "inputs": manifest["counts"]["inputs"],
        "counts": manifest["counts"],
        "level": options.level,
        "engine": {name: engine[name] for name in engine if name != "stages"},
        "one_machine": alone,
        "seconds": cost.seconds,
        "cpu_seconds": cost.cpu_seconds,
        "together_mib": cost.together_mib,
        "driver_mib": manifest["peak_memory_mib"]["parent"],
        "in_stages": round(sum(stage["seconds"] for stage in engine["stages"]), 1),
        "parts": by_part(engine["stages"]),
        "stages": engine["stages"],
        "differs": list(differing(local, folder / "engine")),
    }


def report(row: Row) -> None:
    """Print a table of one run."""
    alone = row["one_machine"].get("seconds")
    beside = f", dedup run {alone:.0f} s" if alone else ""
    print(
        f"\n{row['dump']}: {row['inputs']:,} inputs, {row['seconds']:.0f} s "
        f"({row['in_stages']:.0f} in stages){beside}, driver {row['driver_mib']:.0f} MiB, "
        f"{'the same bytes' if not row['differs'] else 'DIFFERS: ' + ', '.join(row['differs'])}"
    )
    print(
        f"{'part':20} {'seconds':>8} {'task s':>8} {'cpu s':>8} {'tasks':>6} {'shuffled MB':>12} "
        f"{'largest task: MB':>17} {'of median':>9} {'MiB':>6} {'of median':>9}"
    )
    for name, part in row["parts"].items():
        print(
            f"{name:20} {part['seconds']:8.1f} {part['task_seconds']:8.1f} "
            f"{part['cpu_seconds']:8.1f} {part['tasks']:6} {part['shuffled_bytes'] / 1e6:12.1f} "
            f"{part['largest_bytes'] / 1e6:17.1f} "
            f"{part['largest_bytes'] / max(1, part['median_bytes']):9.1f} "
            f"{part['largest_kib'] / 1024:6.0f} "
            f"{part['largest_kib'] / max(1, part['median_kib']):9.1f}"
        )


def main() -> None:
    """Run the script."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--engine", choices=("spark", "sail"), default="spark")
    parser.add_argument("--remote", help="as of dedup run")
    parser.add_argument("--partitions", type=int, help="as of dedup run")
    parser.add_argument("--level", choices=("copies", "stories"), default="stories")
    parser.add_argument("--reference", type=Path, metavar="FOLDER",
                        help="has the output of dedup run in a folder for each file")  # fmt: skip
    parser.add_argument("--json", type=Path, help="write all figures here")
    options = parser.parse_args()
    rows = []
    for source in options.files:
        with tempfile.TemporaryDirectory(prefix="bench-engine-") as folder:
            rows.append(bench(source, options, Path(folder)))
            report(rows[-1])
    if options.json:
        found = {"machine": machine(PACKAGES), "runs": rows}
        options.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    sys.exit(any(row["differs"] for row in rows))


if __name__ == "__main__":
    main()
