"""Compare plain Trafilatura with the cleaning of this package on pages that have a gold text.

    python scripts/bench_clean.py PAGES_DIR [--half even|odd] [--lost] [--left]

PAGES_DIR holds ``gold.jsonl`` (one object a line: ``file``, ``text``, and where known ``title`` and
``date``) and the pages. Both sides see the same pages in the same run.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import platform
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

import trafilatura

from dedup.clean.extract import extract
from dedup.clean.pipeline import clean_text
from dedup.models import Rejection, Removal

_TOKEN = re.compile(r"\w+")
_COUNTRY = re.compile(r"[a-z]{2,3}_")


@dataclass
class Output:
    """What one side made of one page."""

    text: str = ""
    title: str | None = None
    date: str | None = None
    removed: tuple[Removal, ...] = ()


@dataclass
class Tally:
    """Sums of one side over one set."""

    precision: list[float] = field(default_factory=list)
    recall: list[float] = field(default_factory=list)
    f1: list[float] = field(default_factory=list)
    leftover: int = 0
    tokens: int = 0
    dates: list[bool] = field(default_factory=list)
    titles: list[bool] = field(default_factory=list)
    seconds: float = 0.0


def tokens(text: str) -> Counter[str]:
    """Return the multiset of lower-cased words."""
    return Counter(_TOKEN.findall(text.lower()))


def plain(html: bytes) -> Output:
    """Run Trafilatura as most people call it."""
    page = trafilatura.bare_extraction(html, with_metadata=True, include_comments=False)
    return Output(page.text or "", page.title, page.date) if page else Output()


def ours(html: bytes) -> Output:
    """Run extraction and cleaning of this package."""
    page = extract(html)
    if isinstance(page, Rejection):
        return Output()
    draft = clean_text(page.text, title=page.title, author=page.author)
    return Output(draft.text, page.title, page.date, draft.removed)


def add(tally: Tally, output: Output, gold: dict[str, Any]) -> None:
    """Add one page's figures."""
    got, want = tokens(output.text), tokens(gold["text"])
    common = (got & want).total()
    precision = common / got.total() if got else 0.0
    recall = common / want.total() if want else 0.0
    tally.precision.append(precision)
    tally.recall.append(recall)
    tally.f1.append(2 * common / ((got.total() + want.total()) or 1))
    tally.leftover += got.total() - common
    tally.tokens += got.total()
    if gold.get("date"):
        tally.dates.append((output.date or "")[:10] == gold["date"][:10])
    if gold.get("title"):
        tally.titles.append(tokens(output.title or "") == tokens(gold["title"]))


def report(name: str, side: str, tally: Tally) -> None:
    """Print one line of the table."""
    dates = f"{fmean(tally.dates):.3f}" if tally.dates else "-"
    titles = f"{fmean(tally.titles):.3f}" if tally.titles else "-"
    print(
        f"{name:12} {side:6} {len(tally.f1):5} {fmean(tally.f1):.4f} {fmean(tally.precision):.4f} "
        f"{fmean(tally.recall):.4f} {tally.leftover / max(tally.tokens, 1):8.4f} {dates:>6} "
        f"{titles:>6} {tally.seconds / len(tally.f1):7.4f}"
    )


def shingles(text: str) -> set[tuple[str, ...]]:
    """Return runs of three words; of a shorter text the whole."""
    words = _TOKEN.findall(text.lower())
    return {tuple(words[i : i + 3]) for i in range(max(len(words) - 2, 1))} if words else set()


def is_in_gold(line: str, gold: set[tuple[str, ...]], gold_text: str) -> bool:
    """Tell whether half of a line's word runs are in the gold text."""
    words = _TOKEN.findall(line.lower())
    if len(words) < 3:
        return bool(words) and f" {' '.join(words)} " in gold_text
    own = shingles(line)
    return len(own & gold) >= 0.5 * len(own)


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--half", choices=("even", "odd"), help="only pages whose name's SHA-1 is")
    parser.add_argument("--lost", action="store_true", help="list removed lines that gold has")
    parser.add_argument("--left", action="store_true", help="list lines left that gold has not")
    options = parser.parse_args()
    logging.disable(logging.ERROR)

    sides: dict[str, Callable[[bytes], Output]] = {"plain": plain, "ours": ours}
    tallies: dict[tuple[str, str], Tally] = {}
    steps: dict[str, Counter[str]] = {}
    for row in (options.pages / "gold.jsonl").read_text("utf-8").splitlines():
        gold = json.loads(row)
        half = "odd" if hashlib.sha1(gold["file"].encode()).digest()[-1] % 2 else "even"
        if options.half and half != options.half:
            continue
        kind = "fundus" if _COUNTRY.match(gold["file"]) else "scrapinghub"
        html = (options.pages / gold["file"]).read_bytes()
        known, words = shingles(gold["text"]), f" {' '.join(_TOKEN.findall(gold['text'].lower()))} "
        for side, run in sides.items():
            start = time.perf_counter()
            output = run(html)
            seconds = time.perf_counter() - start
            for name in (f"{kind}/{half}", f"{kind}", f"all/{half}", "all"):
                tally = tallies.setdefault((name, side), Tally())
                tally.seconds += seconds
                add(tally, output, gold)
        for removal in output.removed:
            count = steps.setdefault(removal.step, Counter())
            lost = is_in_gold(removal.text, known, words)
            size = len(_TOKEN.findall(removal.text))
            count.update(pieces=1, tokens=size, lost=lost, lost_tokens=size * lost)
            if lost and options.lost:
                print(f"LOST {gold['file'][:30]} {removal.step}: {removal.text[:160]}")
        for line in output.text.split("\n") if options.left else ():
            if not is_in_gold(line, known, words):
                print(f"LEFT {gold['file'][:30]}: {line[:200]}")

    print(f"Python {platform.python_version()}, trafilatura {trafilatura.__version__}")
    print("set          side   pages     F1   prec. recall leftover   date  title  s/page")
    for (name, side), tally in sorted(tallies.items()):
        report(name, side, tally)
    print("step         pieces tokens  in gold  tokens")
    for step, count in sorted(steps.items()):
        print(
            f"{step:12} {count['pieces']:6} {count['tokens']:6} {count['lost']:8} "
            f"{count['lost_tokens']:7}"
        )


if __name__ == "__main__":
    main()
