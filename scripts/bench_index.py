#!/usr/bin/env python3
"""Measure an index for crawlers, in memory and on a Redis server, beside plain datasketch.

    python scripts/bench_index.py
    python scripts/bench_index.py --articles 2000 --words 100

Made articles are added in order of their dates: as many as each size of `--articles` says, and then
the next ones are asked for. All tools get the same records. Each runs in a process of its own, two
of them beside one another, but what is timed runs alone. Those on Redis have a server of their own,
which keeps nothing on the disk.
`datasketch` is used as its documentation shows: a MinHash that is updated with one shingle after
the other, `MinHashLSH(threshold=0.5, num_perm=128)` with its own storage; it verifies nothing.

Prints, once a size is reached: adds a second (of the last ones before it), matches a second (a
record that is not added; both from the record on, with cleaning and signing), bytes a document
(what the process grew by since the first articles, on Redis what the server's data grew by), and of
the records asked for whose story is known the share for which a document of it is named, and the
share of the named that are of that story.
"""

from __future__ import annotations

import argparse
import fcntl
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any, Protocol

import orjson
from make_dump import Shape, gold_file, make_dump
from measured import PAGE_MIB, PROCESSES, machine
from peers import PERMUTATIONS, THRESHOLD, shingles
from start_redis import MISSING, find_redis, started_redis

Record = dict[str, Any]
Row = dict[str, Any]

ARTICLES = (10_000, 200_000)
WORDS = 150
A_DAY = 1_000

TIMED = 1_000
"""Most adds and most questions that are timed at one size."""

WARM = 500
"""Articles before memory is measured first: code is loaded, and kernels are compiled."""

AT_ONCE = 100
"""Records that a process adds before another one can be alone."""

PACKAGES = ("datasketch", "redis", "numpy", "numba")


class Tool(Protocol):
    """What is measured."""

    def add(self, record: Record) -> object:
        """Add a record."""

    def match(self, record: Record) -> list[str]:
        """Return the ids of known documents that belong to a record."""


class Dedup:
    """`StoryIndex` at one level."""

    def __init__(self, level: str, redis: str | None) -> None:
        """Open it."""
        from dedup import StoryIndex

        self._index = StoryIndex(redis=redis, level=level)
        self.add: Callable[[Record], str] = self._index.add

    def match(self, record: Record) -> list[str]:
        """Return the ids of its matches."""
        return [match.id for match in self._index.match(record)]


class Datasketch:
    """datasketch as its documentation shows."""

    def __init__(self, redis: str | None) -> None:
        """Make its index, with its own storage on Redis where there is a server."""
        from datasketch import MinHashLSH

        storage = None
        if redis:
            address, _, _ = redis.removeprefix("redis://").partition("/")
            host, _, port = address.partition(":")
            storage = {
                "type": "redis", "basename": b"plain", "redis": {"host": host, "port": int(port)},
            }  # fmt: skip
        self._lsh = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, storage_config=storage)

    def add(self, record: Record) -> None:
        """Sign a record and insert it."""
        self._lsh.insert(record["id"], _minhash(record))

    def match(self, record: Record) -> list[str]:
        """Return the candidates, as they are."""
        found: list[str] = self._lsh.query(_minhash(record))
        return found


def _minhash(record: Record) -> Any:
    """Return the MinHash of the shingles of a record."""
    from datasketch import MinHash

    minhash = MinHash(num_perm=PERMUTATIONS)
    for shingle in set(shingles(record["text"])):
        minhash.update(shingle.encode("utf8"))
    return minhash


TOOLS: dict[str, Callable[[str | None], Tool]] = {
    "datasketch": Datasketch,
    "StoryIndex copies": lambda redis: Dedup("copies", redis),
    "StoryIndex stories": lambda redis: Dedup("stories", redis),
}
"""By name; each gets the address of a server, or None for memory."""

PLACES = ("memory", "Redis")


class Gold:
    """The stories of the records of a dump."""

    def __init__(self, source: Path) -> None:
        """Read the labels that `make_dump` wrote beside a file."""
        self.story: dict[str, str] = {}
        self._first: dict[str, int] = {}
        with gold_file(source).open("rb") as lines:
            for row, label in enumerate(map(orjson.loads, lines)):
                self.story[label["id"]] = label["story"]
                self._first.setdefault(label["story"], row)

    def is_known(self, doc_id: str, size: int) -> bool:
        """Return whether the story of a record is among the first ones."""
        return self._first[self.story[doc_id]] < size


class Turns:
    """Lets several processes fill their indexes at once, and one of them be timed alone."""

    def __init__(self, lock: Path) -> None:
        """Open the file that they share."""
        self._file = lock.open("ab")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until no other process works, and let none work."""
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def fill(self, tool: Tool, records: Iterator[Record]) -> None:
        """Add records beside other processes."""
        while some := list(islice(records, AT_ONCE)):
            fcntl.flock(self._file, fcntl.LOCK_SH)
            for record in some:
                tool.add(record)
            fcntl.flock(self._file, fcntl.LOCK_UN)
            time.sleep(0.002)  # for one that waits to be alone


def measure(
    tool: Tool, source: Path, sizes: list[int], used: Callable[[], int], turns: Turns
) -> Iterator[Row]:
    """Yield the figures of a tool at each size.

    Args:
        tool: What is measured.
        source: A file of `make_dump`.
        sizes: Numbers of articles, rising.
        used: Returns the bytes that are taken now.
        turns: Those of all processes.
    """
    gold = Gold(source)
    with source.open("rb") as lines:
        records: Iterator[Record] = map(orjson.loads, lines)
        warm = min(WARM, sizes[0] // 4)
        for record in islice(records, warm):
            tool.match(record)
            tool.add(record)
        before, added = used(), warm
        for size in sizes:
            timed = min(TIMED, (size - added) // 2)
            turns.fill(tool, islice(records, size - added - timed))
            last, asked = list(islice(records, timed)), list(islice(records, timed))
            with turns.alone():
                began = time.perf_counter()
                for record in last:
                    tool.add(record)
                adding = time.perf_counter() - began
                taken, added = used() - before, size
                began = time.perf_counter()
                found = [tool.match(record) for record in asked]
                asking = time.perf_counter() - began
            yield {
                "articles": size,
                "adds_a_second": round(timed / adding, 1),
                "matches_a_second": round(len(asked) / asking, 1),
                "bytes_a_document": round(taken / (size - warm)),
                **_agreement(gold, size, [record["id"] for record in asked], found),
            }
            records = chain(asked, records)


def _agreement(gold: Gold, size: int, asked: list[str], found: list[list[str]]) -> Row:
    """Return how many known stories were named, and how much of the named is right."""
    right = [
        [gold.story[each] == gold.story[doc_id] for each in named]
        for doc_id, named in zip(asked, found, strict=True)
    ]
    known = [
        any(each) for doc_id, each in zip(asked, right, strict=True) if gold.is_known(doc_id, size)
    ]
    named = [each for listed in right for each in listed]
    return {
        "stories_named": round(sum(known) / len(known), 4) if known else None,
        "named_right": round(sum(named) / len(named), 4) if named else None,
    }


def resident() -> int:
    """Return the bytes of memory of this process; 0 where the system does not say."""
    gc.collect()
    statm = PROCESSES / "self" / "statm"
    return int(int(statm.read_text().split()[1]) * PAGE_MIB * 2**20) if statm.exists() else 0


def _on_server(url: str) -> Callable[[], int]:
    """Return what tells the bytes that a server's data take."""
    import redis

    client = redis.Redis.from_url(url)
    return lambda: int(client.info("memory")["used_memory"])


def child(name: str, source: Path, sizes: list[int], url: str | None) -> None:
    """Measure one tool in this process, and print its figures, a line of JSON a size."""
    used = _on_server(url) if url else resident
    turns = Turns(source.with_suffix(".lock"))
    for row in measure(TOOLS[name](url), source, sizes, used, turns):
        print(json.dumps(row), flush=True)


def figures(name: str, place: str, source: Path, sizes: list[int]) -> list[Row]:
    """Measure one tool in a process of its own, and return its figures."""
    command = [sys.executable, __file__, "--child", name, str(source)]
    with ExitStack() as stack:
        if place == "Redis":
            command += ["--url", stack.enter_context(started_redis()).url]
        done = subprocess.run(
            [*command, "--articles", *map(str, sizes)],
            stdout=subprocess.PIPE,
            check=True,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent)},
        )
    return [{"tool": name, "place": place, **json.loads(line)} for line in done.stdout.splitlines()]


def show(row: Row) -> None:
    """Print one line of the table, in Markdown."""
    shares = [row["stories_named"], row["named_right"]]
    told = ["" if share is None else f"{100 * share:.1f} %" for share in shares]
    numbers = [row["adds_a_second"], row["matches_a_second"], row["bytes_a_document"]]
    cells = [row["tool"], row["place"], f"{row['articles']:,}", *(f"{n:,.0f}" for n in numbers)]
    print("|", " | ".join([*cells, *told]), "|", flush=True)


def parsed() -> argparse.Namespace:
    """Return the arguments."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, nargs="+", default=ARTICLES, metavar="N")
    parser.add_argument("--words", type=int, default=WORDS, help="mean words of an article")
    parser.add_argument("--only", nargs="+", choices=TOOLS, default=list(TOOLS))
    parser.add_argument("--places", nargs="+", choices=PLACES, default=list(PLACES))
    parser.add_argument(
        "--at-once", type=int, default=2, metavar="N", help="tools that are filled at once"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    parser.add_argument("--child", choices=TOOLS, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("source", type=Path, nargs="?", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.articles = sorted(arguments.articles)
    if arguments.articles[0] < 100:
        parser.error("--articles must be 100 or more")
    return arguments


def sizes_of(name: str, place: str, arguments: argparse.Namespace) -> list[int]:
    """Return the sizes at which a tool is measured: the first one where it takes hours."""
    sizes: list[int] = arguments.articles
    return sizes[:1] if (name, place) == ("datasketch", "Redis") else sizes


def main() -> None:
    """Make the articles, run all tools, print and write their figures."""
    arguments = parsed()
    if arguments.child:
        child(arguments.child, arguments.source, arguments.articles, arguments.url)
        return
    places = list(arguments.places)
    if "Redis" in places and find_redis() is None:
        places.remove("Redis")
        print(f"Redis is left out: {MISSING}")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "dump.jsonl"
        articles = arguments.articles[-1] + TIMED
        make_dump(Shape(articles, words=arguments.words, days=1 + articles // A_DAY), source)
        print("| | tables in | articles | adds/s | matches/s | bytes | named | right |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        with ThreadPoolExecutor(arguments.at_once) as threads:
            running = [
                threads.submit(figures, name, place, source, sizes_of(name, place, arguments))
                for place in reversed(places)  # those that take longest begin first
                for name in reversed(arguments.only)
            ]
            for each in reversed(running):
                rows += each.result()
                for row in each.result():
                    show(row)
    if arguments.json:
        told = machine(PACKAGES) | {"words": arguments.words, "results": rows}
        arguments.json.write_text(json.dumps(told, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
