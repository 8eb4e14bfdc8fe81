#!/usr/bin/env python3
"""Measure `dedup report` as a whole command: time, memory, bytes, and what the page leaves out.

    python scripts/bench_report.py out-10000 out-100000
    python scripts/bench_report.py --documents 10000 100000

OUT is the output folder of a run. With --documents, runs on made news of these sizes are added
first. Each page is made twice: shown are the figures of the faster one, and whether both have the
same bytes. The exit code is 1 where a page is larger or takes longer than --most-mb and
--most-seconds allow, or where two of one run differ.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench_explain import made
from measured import machine, run

MB = 1e6

PACKAGES = ("numpy", "jinja2", "orjson")

TIMES = 2
"""How often each page is made."""


@dataclass(frozen=True, slots=True)
class Page:
    """What the page of a run costs.

    Attributes:
        documents: Documents that it lists.
        documents_left_out: Others.
        pairs: Pairs with their texts.
        pairs_left_out: Others.
        megabytes: Its size.
        seconds: From the start of the command to its end.
        cpu_seconds: Of the processor.
        mib: Most memory of its process.
        same: Whether all pages of the run have the same bytes.
    """

    documents: int
    documents_left_out: int
    pairs: int
    pairs_left_out: int
    megabytes: float
    seconds: float
    cpu_seconds: float
    mib: float
    same: bool


def measure(out: Path, folder: Path) -> Page:
    """Make the page of a run twice.

    Raises:
        RuntimeError: The command failed.
    """
    pages = [folder / f"{number}.html" for number in range(TIMES)]
    done = []
    for page in pages:
        command: list[str | Path] = [sys.executable, "-m", "dedup", "report", out, "-o", page]
        done.append(run([*command, "--overwrite", "--log-format", "json"], folder / "log"))
        if done[-1].code:
            raise RuntimeError(done[-1].errors)
    best = min(done, key=lambda each: each.seconds)
    facts = json.loads(best.errors.splitlines()[-1])
    return Page(
        documents=facts["documents"],
        documents_left_out=facts["documents_left_out"],
        pairs=facts["pairs"],
        pairs_left_out=facts["pairs_left_out"],
        megabytes=round(facts["bytes"] / MB, 2),
        seconds=best.seconds,
        cpu_seconds=best.cpu_seconds,
        mib=best.largest_mib,
        same=len({page.read_bytes() for page in pages}) == 1,
    )


def table(pages: Sequence[Page]) -> str:
    """Return the figures as Markdown."""
    lines = [
        "| documents | left out | pairs | left out | MB | s | CPU s | MiB | same bytes |",
        "| ---: " * 9 + "|",
    ]
    lines += [
        f"| {each.documents:,} | {each.documents_left_out:,} | {each.pairs:,} "
        f"| {each.pairs_left_out:,} | {each.megabytes:.1f} | {each.seconds:.1f} "
        f"| {each.cpu_seconds:.1f} | {each.mib:.0f} | {'yes' if each.same else 'NO'} |"
        for each in pages
    ]
    return "\n".join(lines)


def main() -> None:
    """Print what each page costs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("outs", metavar="OUT", type=Path, nargs="*", help="a finished run")
    parser.add_argument("--documents", type=int, nargs="*", default=(), help="of runs to be made")
    parser.add_argument("--most-mb", type=float, default=15.0, help="largest page; default 15")
    parser.add_argument("--most-seconds", type=float, default=60.0, help="longest; default 60")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as place:
        folder = Path(place)
        outs = [*args.outs, *(made(each, folder) for each in args.documents)]
        if not outs:
            parser.error("name an OUT, or --documents N")
        pages = [measure(out, folder) for out in outs]
    print(table(pages))
    if args.json:
        figures = {"machine": machine(PACKAGES), "pages": [asdict(each) for each in pages]}
        args.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    if any(
        each.megabytes > args.most_mb or each.seconds > args.most_seconds or not each.same
        for each in pages
    ):
        sys.exit(1)


if __name__ == "__main__":
    main()
