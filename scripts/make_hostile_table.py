#!/usr/bin/env python3
"""Write docs/hostile.md from the cases of tests/hostile: what becomes of hostile inputs."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "hostile"))

PAGE = ROOT / "docs" / "hostile.md"

HEAD = """# Hostile input

The tests (`tests/hostile`) put every input below into one folder, beside good pages, records and
archives, and run

`dedup run {options}`

The good documents give the same result as without the hostile ones, every input has exactly one
decision, no process takes more than {memory} MiB, and no traceback is printed. This page is made
from the cases of that test by `python scripts/make_hostile_table.py`.

A page has a limit of time (`--timeout`) and of memory (`--memory`), in a process of its own. If
nothing else ends that process, the system does so a second or two after the timeout. A text has no
such limits: its cleaning takes linear time. The most expensive text of 19 MB that was tried at the
default options, 6 million lines of two letters, took 22 s of one core and 1.2 GiB.

`python scripts/fuzz.py` searches for more: it cuts, splices, flips and repeats the seeds of
`tests/cases/fuzz` and inserts hostile tokens, for each reader, each compression, the cleaning
steps, extraction and the kernels. The same seed makes the same inputs.

The outcome "kept" is a document whose text is complete. The words in code are the
[reasons](outputs.md#rejected-inputs) of `rejected.jsonl`.

| input | outcome | |
| --- | --- | --- |
"""


def outcome_of(case: Any) -> str:
    """Return what becomes of a case's documents, in the order of their first."""
    outcomes = ["kept" if not isinstance(each, str) else f"`{each}`" for _, each in case.outcomes()]
    return ", ".join(dict.fromkeys(outcomes)) or "passed over"


def hostile_page() -> str:
    """Return the whole page."""
    kinds = importlib.import_module("kinds")
    rows = [f"| {case.kind} | {outcome_of(case)} | {case.comment} |" for case in kinds.CASES]
    options = " ".join(map(str, kinds.OPTIONS))
    return HEAD.format(options=options, memory=kinds.MEMORY) + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(hostile_page(), "utf-8")
