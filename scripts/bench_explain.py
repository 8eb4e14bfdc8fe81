#!/usr/bin/env python3
"""Time every question about finished runs, and say how much memory each takes.

OUT is the output folder of a run; several are shown side by side, such as of 10,000 and 100,000
documents. With --documents, runs on made news of these sizes are added first. Each run is asked in
a process of its own, which has answered one question before: what is loaded once is not counted.
Of each kind five documents, stories or pairs are asked about, each three times: shown is the best
of the three for the slowest of the five. Memory is what the process had at most during an answer
beyond what it had before.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from dedup.explain.open_run import Run, open_run

SCRIPTS = Path(__file__).parent

EXAMPLES = 5
"""Answers of each kind."""

TIMES = 3
"""How often each is asked: other programs delay an answer, and nothing makes it faster."""

MIB = 1024
"""KiB."""

# Rows of one query are spread over the run: each has another story, host and day.
_SPREAD = "ORDER BY row * 7919 % 100003 LIMIT {}"

_MEMBERS = "SELECT id FROM v_documents WHERE {} " + _SPREAD.format(EXAMPLES)
_PAIRS = "SELECT id, canonical_id FROM v_documents WHERE {} " + _SPREAD.format(EXAMPLES)
_APART = (
    "SELECT left_id, right_id FROM v_story_scores JOIN v_documents l ON l.id = left_id "
    "JOIN v_documents r ON r.id = right_id "
    f"WHERE l.story_id IS NOT r.story_id ORDER BY candidate_score DESC LIMIT {EXAMPLES}"
)
_LARGEST_GROUP = (
    "SELECT id FROM loose_groups JOIN v_documents d USING (row) WHERE first = (SELECT first "
    "FROM loose_groups GROUP BY first ORDER BY count(first) DESC LIMIT 1) ORDER BY row LIMIT 6"
)

_LIBC = ctypes.CDLL(None)

Call = Callable[[], object]

Cost = tuple[float, float, float]
"""Seconds, seconds of the processor, and MiB that the process had at most beyond before."""


def calls(run: Run, store: Path) -> Iterator[tuple[str, list[Call]]]:
    """Yield the questions: what is asked, and the calls that ask it."""
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:

        def found(query: str) -> list[tuple[Any, ...]]:
            return connection.execute(query).fetchall()

        stories = found(f"SELECT story_id FROM v_stories ORDER BY size DESC LIMIT {EXAMPLES}")
        yield "story, the largest", [partial(run.story, s) for (s,) in stories]
        documents = found(_MEMBERS.format("status = 'duplicate'"))
        yield "document, by its id", [partial(run.document, d) for (d,) in documents]
        parts = [str(d).split("://")[-1].rsplit(".", 1)[0] for (d,) in documents]
        yield "document, by a part of its id", [partial(run.document, d) for d in parts]
        yield from lists(run, found)
        copies = found(_PAIRS.format("relation IN ('near', 'abridged', 'expanded', 'update')"))
        yield "explain, a copy and its canonical", pairs(run, copies)
        yield (
            "explain, a rewrite and its canonical",
            pairs(run, found(_PAIRS.format("relation IN ('rewrite', 'derived')"))),
        )
        yield "explain, two candidates apart", pairs(run, found(_APART))
        unique = found(_MEMBERS.format("status = 'unique'"))
        yield (
            "explain, two that were not compared",
            pairs(run, [(one, other) for (one,), (other,) in pairwise([*unique, *documents[:1]])]),
        )
        group = found(_LARGEST_GROUP)
        yield (
            "explain, two of the largest group",
            pairs(run, [(one, other) for (one,), (other,) in pairwise(group)]),
        )
        yield "explain, a document that is unique", [partial(run.explain, d) for (d,) in unique]
        canonical = found(
            f"SELECT canonical_id FROM v_stories ORDER BY size DESC, story_id LIMIT {EXAMPLES}"
        )
        yield "explain, a canonical", [partial(run.explain, d) for (d,) in canonical]
    yield "diff, with itself", [partial(run.diff, run)]


def pairs(run: Run, found: Sequence[tuple[Any, ...]]) -> list[Call]:
    """Return the calls that explain some pairs."""
    return [partial(run.explain, one, other) for one, other in found]


def lists(
    run: Run, found: Callable[[str], list[tuple[Any, ...]]]
) -> Iterator[tuple[str, list[Call]]]:
    """Yield the questions for lists."""
    for sort in ("size", "weakest", "date"):
        yield f"stories, by {sort}", [partial(run.stories, sort=sort)]
    ((host,),) = found("SELECT host FROM v_documents GROUP BY host ORDER BY count(*) DESC LIMIT 1")
    ((day,),) = found("SELECT substr(max(date), 1, 10) FROM v_documents")
    ((title,),) = found("SELECT title FROM v_documents WHERE title > '' LIMIT 1")
    words = " ".join(re.findall(r"\w{3,}", title)[:2])
    ((copied,),) = found("SELECT copy_of FROM v_documents WHERE copy_of > '' LIMIT 1")
    filters: dict[str, dict[str, Any]] = {
        "of a host": {"host": host}, "since a day": {"since": day}, "of 3 or more": {"min_size": 3},
        "with words in a title": {"title": words},
    }  # fmt: skip
    for name, values in filters.items():
        yield f"stories, {name}", [partial(run.stories, **values)]
    filters |= {
        "that were removed": {"status": ("duplicate",)}, "rejected": {"status": ("rejected",)},
        "that are rewrites": {"relation": ("rewrite",)}, "of a low score": {"max_score": 0.3},
        "removed, of a host": {"status": ("duplicate",), "host": host},
        "copies of one": {"copy_of": copied},
    }  # fmt: skip
    for name, values in filters.items():
        yield f"documents, {name}", [partial(run.documents, **values)]


def measured(call: Call) -> Cost:
    """Return what a call costs: the least seconds, and the most memory."""
    answers = [_measured_once(call) for _ in range(TIMES)]
    seconds, processor, memory = zip(*answers, strict=True)
    return min(seconds), min(processor), max(memory)


def _measured_once(call: Call) -> Cost:
    """Return what a call costs once."""
    _LIBC.malloc_trim(0)  # what earlier answers freed is not used again unseen
    Path("/proc/self/clear_refs").write_text("5")  # the peak is from now on
    before = _memory("VmRSS")
    start, used = time.perf_counter(), time.process_time()
    call()
    seconds, processor = time.perf_counter() - start, time.process_time() - used
    return seconds, processor, max(0.0, _memory("VmHWM") - before)


def _memory(name: str) -> float:
    """Return what Linux says of the memory of this process, in MiB."""
    status = Path("/proc/self/status").read_text()
    return int(re.findall(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)[0]) / MIB


def ask(out: Path) -> dict[str, Any]:
    """Ask all questions about a run; return the slowest and the largest answers of each."""
    with open_run(out) as run:  # what is loaded once
        story = run.stories(limit=1)[0]
        run.story(story.story_id)
        run.document(story.canonical_id)
        run.explain(story.canonical_id)
        if story.weakest is not None:
            run.explain(story.weakest.left, story.weakest.right)
    found = {"open_run": measured(lambda: open_run(out).close())}
    with open_run(out) as run:
        documents = run.manifest["counts"]["inputs"]
        for name, of_kind in calls(run, run.store.path):
            answers = [measured(call) for call in of_kind]
            if answers:
                seconds, processor, memory = map(max, zip(*answers, strict=True))
                found[name] = seconds, processor, memory
    return {"documents": documents, "answers": found}


def made(documents: int, folder: Path) -> Path:
    """Return the folder of a run on made news."""
    dump, out = folder / f"{documents}.jsonl", folder / f"out-{documents}"
    make = [sys.executable, str(SCRIPTS / "make_dump.py"), "--articles", str(documents)]
    subprocess.run([*make, "-o", str(dump)], check=True)
    dedup = str(Path(sys.executable).with_name("dedup"))
    subprocess.run([dedup, "run", str(dump), "-o", str(out)], check=True)
    return out


def asked(out: Path) -> dict[str, Any]:
    """Ask about a run in a process of its own."""
    command = [sys.executable, __file__, "--alone", str(out)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


def table(runs: Sequence[dict[str, Any]]) -> str:
    """Return the answers of several runs side by side, as Markdown."""
    heads = [f"{run['documents']:,} documents: s | CPU s | MiB" for run in runs]
    lines = [f"| question | {' | '.join(heads)} |", "| --- |" + " ---: |" * (3 * len(runs))]
    for name in runs[0]["answers"]:
        cells = [run["answers"].get(name) for run in runs]
        shown = ["{:.3f} | {:.3f} | {:.1f}".format(*each) if each else " |  | " for each in cells]
        lines.append(f"| {name} | {' | '.join(shown)} |")
    return "\n".join(lines)


def main() -> None:
    """Print what each question about each run cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("outs", metavar="OUT", type=Path, nargs="*", help="a finished run")
    parser.add_argument("--documents", type=int, nargs="*", default=(), help="of runs to be made")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.alone:
        print(json.dumps(ask(args.outs[0])))
        return
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        outs = [*args.outs, *(made(each, Path(folder)) for each in args.documents)]
        if not outs:
            parser.error("name an OUT, or --documents N")
        runs = [asked(out) for out in outs]
    print(json.dumps(runs, indent=2) if args.json else table(runs))


if __name__ == "__main__":
    main()
