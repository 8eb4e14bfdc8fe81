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

HEAD = """# What becomes of hostile input

One folder with everything below in it, beside good pages, records and archives, goes through
`dedup run {options}`
with each test run (`tests/hostile`). The good ones come out as they do alone, every input is told
of once, no process holds more than {memory} MiB, and nobody sees a traceback. This page is made
from the cases of that test by `python scripts/make_hostile_table.py`.

A page has `--timeout` seconds and `--memory` MiB, in a process of its own that the system ends a
second or two after the timeout if nobody else does. A text has neither: its cleaning takes linear
time. The costliest of 19 MB that were tried at the default options, 6 million lines of two letters,
took 22 s of one core and 1.2 GiB.

`python scripts/fuzz.py` looks for more: it cuts, splices, flips and repeats the seeds of
`tests/cases/fuzz` and puts hostile tokens into them, for each reader, each compression, the
cleaning steps, extraction and the kernels; the same seed makes the same inputs.

"kept" is a document whose text came out whole; the words in code are the reasons of
`rejected.jsonl`.

| input | outcome | |
| --- | --- | --- |
"""


def outcome_of(case: Any) -> str:
    """Return what becomes of a case's documents, in the order of their first."""
    told = ["kept" if not isinstance(each, str) else f"`{each}`" for _, each in case.outcomes()]
    return ", ".join(dict.fromkeys(told)) or "passed over"


def hostile_page() -> str:
    """Return the whole page."""
    kinds = importlib.import_module("kinds")
    rows = [f"| {case.kind} | {outcome_of(case)} | {case.told} |" for case in kinds.CASES]
    options = " ".join(map(str, kinds.OPTIONS))
    return HEAD.format(options=options, memory=kinds.MEMORY) + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(hostile_page(), "utf-8")
