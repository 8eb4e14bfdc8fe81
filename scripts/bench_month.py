#!/usr/bin/env python3
"""Measure how far a dump a day against one store ends where one run over all of them does.

    python scripts/bench_month.py --articles 30000 --days 30 --json figures.json
    python scripts/bench_month.py --dump labelled.jsonl

Takes a made dump, or one of JSON lines with `id` and `date`, and parts it by the day of its
articles. Runs `dedup run DAY -o OUT --store STORE` on one day after another, and one run over all.
The stories of the days are put together from their outputs alone, as whoever is handed these would:
`decisions.jsonl` says where a new document belongs, `changes.jsonl` what happens to earlier ones.
The last day is also run alone, without a store.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from bench_text import HERE, clusters, labels
from make_dump import Shape, gold_file, make_dump
from measured import machine, run

from dedup.evaluation.metrics import scores

PACKAGES = ("dedup", "datasketch", "numpy", "numba", "orjson")

Row = dict[str, Any]


def lines_of(path: Path) -> Iterator[Row]:
    """Yield the objects of a file of JSON lines."""
    with path.open("rb") as file:
        yield from map(orjson.loads, file)


@dataclass
class Reader:
    """Who is handed the outputs of one day after another.

    Attributes:
        story_of: The story that each document is in by now, None for one that stands alone.
        seen: Ids of all stories ever told.
        merged: For ids of stories that became part of another, that other one.
    """

    story_of: dict[str, str | None] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    merged: dict[str, str] = field(default_factory=dict)

    def take(self, out: Path) -> None:
        """Take the outputs of a day."""
        for line in lines_of(out / "decisions.jsonl"):
            if line["status"] != "rejected":
                self.story_of[line["id"]] = line["story_id"]
        for line in lines_of(out / "changes.jsonl"):
            for doc_id in line.get("unique_until_now", ()):
                self.story_of[doc_id] = line["story_id"]
            for story_id in line.get("absorbed", ()):
                self.merged[story_id] = line["story_id"]
        self.seen.update(line["story_id"] for line in lines_of(out / "stories.jsonl"))

    def stories(self) -> dict[str, str | None]:
        """Return the story of each document under the id that it has in the end."""
        return {doc_id: self._now(story_id) for doc_id, story_id in self.story_of.items()}

    def lost(self) -> list[str]:
        """Return ids of stories that were told and lead nowhere now."""
        alive = set(self.stories().values())
        return sorted(story_id for story_id in self.seen if self._now(story_id) not in alive)

    def _now(self, story_id: str | None) -> str | None:
        while story_id in self.merged:
            story_id = self.merged[story_id]
        return story_id


def days_of(dump: Path, folder: Path) -> list[Path]:
    """Return a file for each day of a dump, in order; undated articles are of the first."""
    parts: dict[str, list[bytes]] = defaultdict(list)
    with dump.open("rb") as file:
        for line in file:
            parts[(orjson.loads(line).get("date") or "")[:10]].append(line)
    undated = parts.pop("", [])
    for number, day in enumerate(sorted(parts)):
        listed = [*undated, *parts[day]] if number == 0 else parts[day]
        (folder / f"{day}.jsonl").write_bytes(b"".join(listed))
    return [folder / f"{day}.jsonl" for day in sorted(parts)]


def dedup(source: Path, out: Path, options: list[str]) -> float:
    """Run the command and return its seconds."""
    command = [sys.executable, "-m", "dedup", "run", source, "-o", out, "-q", *options]
    paths = [str(HERE.parent), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    cost = run(list(map(str, command)), out.with_suffix(".log"), environment)
    if cost.code:
        sys.exit(f"dedup failed on {source.name}: {cost.errors[-2_000:]}")
    return cost.seconds


def agreement(one: dict[str, str | None], other: dict[str, str | None]) -> Row:
    """Return how far two groupings of the same documents agree; a lone document is a story."""
    ids = sorted(one)
    found = scores([one[each] or f"\0{each}" for each in ids], [other.get(each) for each in ids])
    return {
        "b3_precision": round(found.b3_precision, 5),
        "b3_recall": round(found.b3_recall, 5),
        "b3_f1": round(found.b3_f1, 5),
        "ari": round(found.adjusted_rand, 5),
    }


def measure(dump: Path, gold: dict[str, str], folder: Path, options: list[str]) -> Row:
    """Run both ways and return all figures.

    Args:
        dump: JSON lines with ``id`` and ``date``.
        gold: The story of each document by hand, empty if unknown.
        folder: Where outputs go.
        options: Further options of both.
    """
    reader, seconds = Reader(), []
    changes: dict[str, int] = defaultdict(int)
    for day in days_of(dump, folder):
        out = folder / f"out-{day.stem}"
        store = str(folder / "store.sqlite")
        seconds.append(dedup(day, out, ["--store", store, *options]))
        reader.take(out)
        told = json.loads((out / "manifest.json").read_text("utf-8"))["store"]
        for kind, count in told["changes"].items():
            changes[kind] += count
        print(f"{day.stem}: {seconds[-1]:.1f} s, {told}", file=sys.stderr)
    alone = dedup(day, folder / "out-alone", options)
    whole = folder / "out-whole"
    at_once = dedup(dump, whole, options)
    once = clusters(whole / "decisions.jsonl")
    daily = reader.stories()
    found = {
        "documents": len(daily),
        "days": len(seconds),
        "seconds_of_days": round(sum(seconds), 1),
        "seconds_of_last_day": round(seconds[-1], 1),
        "seconds_of_last_day_alone": round(alone, 1),
        "seconds_at_once": round(at_once, 1),
        "changes": dict(sorted(changes.items())),
        "stories_told": len(reader.seen),
        "story_ids_lost": len(reader.lost()),
        "days_against_at_once": agreement({each: once[each] for each in daily}, daily),
    }
    if gold:
        kept = {each: gold[each] for each in daily if each in gold}
        found["at_once_against_gold"] = agreement(dict(kept), once)
        found["days_against_gold"] = agreement(dict(kept), daily)
    return found


def main() -> None:
    """Read the arguments, measure, print and write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dump", type=Path, help="JSON lines; labels stand in a field story")
    parser.add_argument("--articles", type=int, default=30_000, help="of a made dump")
    parser.add_argument("--days", type=int, default=30, help="of a made dump")
    parser.add_argument("--words", type=float, default=150.0, help="of an article of a made dump")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--options", default="", help="further options of dedup run, in one word")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if arguments.dump:
            dump = arguments.dump
            gold = {each["id"]: each["story"] for each in lines_of(dump) if each.get("story")}
        else:
            dump = folder / "whole.jsonl"
            make_dump(
                Shape(arguments.articles, arguments.seed, arguments.words, arguments.days), dump
            )
            gold = {each: label["story"] for each, label in labels(gold_file(dump)).items()}
        found = measure(dump, gold, folder, arguments.options.split())
    for label, value in found.items():
        print(f"{label}: {value}")
    if arguments.json:
        told = machine(PACKAGES) | {"results": found}
        arguments.json.write_text(json.dumps(told, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
