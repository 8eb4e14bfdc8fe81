"""Compare plain Trafilatura with `dedup clean` on pages that have a gold text.

    python scripts/bench_clean.py PAGES_DIR... [--repeat N] [--lost] [--left]

PAGES_DIR holds ``gold.jsonl`` (one object a line: ``file``, ``text``, and where known ``title`` and
``date``) and the pages. The texts are those that `dedup clean` writes for the whole folder, with
what is done for each host; a rejected page has none. Letters are compared in one Unicode form. Both
sides are timed page by page in turn, in the same process, each at its best of N.
"""

from __future__ import annotations

import argparse
import json
import logging
import platform
import re
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

import trafilatura

from dedup.cleaning.page.extract import extract
from dedup.cleaning.pipeline import clean_text
from dedup.models import Rejection

_TOKEN = re.compile(r"\w+")
_COUNTRY = re.compile(r"[a-z]{2,3}_")

WORSE = 0.05
"""A page is worse by more than this where its F1 is so much lower than plain Trafilatura's."""

WARM_UP = 20


@dataclass
class Output:
    """What one side made of one page."""

    text: str = ""
    title: str | None = None
    date: str | None = None
    author: str | None = None
    removed: tuple[tuple[str, str], ...] = ()


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
    authors: list[bool] = field(default_factory=list)
    seconds: float = 0.0


def tokens(text: str) -> Counter[str]:
    """Return the multiset of lower-cased words."""
    return Counter(_TOKEN.findall(unicodedata.normalize("NFC", text).lower()))


def plain(html: bytes) -> Output:
    """Run Trafilatura as most people call it."""
    page = trafilatura.bare_extraction(html, with_metadata=True, include_comments=False)
    return Output(page.text or "", page.title, page.date, page.author) if page else Output()


def ours(html: bytes) -> Output:
    """Run extraction and cleaning of one page, for the time that they take."""
    page = extract(html)
    if isinstance(page, Rejection):
        return Output()
    draft = clean_text(page.text, title=page.title, author=page.author)
    return Output(draft.text, page.title, page.date, page.author)


def cleaned(pages: Path) -> dict[str, Output]:
    """Return what `dedup clean` writes for a folder, by file; nothing for rejected pages."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "clean.jsonl"
        command = [sys.executable, "-m", "dedup", "clean", str(pages), "-q", "-o", str(out)]
        subprocess.run([*command, "--exclude", "gold.jsonl"], check=True)
        rows = map(json.loads, out.read_text("utf-8").splitlines())
        return {
            row["id"]: Output(
                row["text"],
                row.get("title"),
                row.get("date"),
                row.get("author"),
                tuple((removal["step"], removal["text"]) for removal in row.get("removed", ())),
            )
            for row in rows
        }


def add(tally: Tally, output: Output, gold: dict[str, Any]) -> None:
    """Add one page's figures."""
    got, want = tokens(output.text), tokens(gold["text"])
    common = (got & want).total()
    tally.precision.append(common / got.total() if got else 0.0)
    tally.recall.append(common / want.total() if want else 0.0)
    tally.f1.append(2 * common / ((got.total() + want.total()) or 1))
    tally.leftover += got.total() - common
    tally.tokens += got.total()
    tally.authors.append(bool(output.author))
    if gold.get("date"):
        tally.dates.append((output.date or "")[:10] == gold["date"][:10])
    if gold.get("title"):
        tally.titles.append(tokens(output.title or "") == tokens(gold["title"]))


def set_of(gold: dict[str, Any]) -> str:
    """Return the name of the set that a page belongs to."""
    named = gold.get("set")
    return str(named or ("fundus" if _COUNTRY.match(gold["file"]) else "scrapinghub"))


def report(name: str, side: str, tally: Tally) -> None:
    """Print one line of the table."""
    dates = f"{fmean(tally.dates):.3f}" if tally.dates else "-"
    titles = f"{fmean(tally.titles):.3f}" if tally.titles else "-"
    print(
        f"{name:12} {side:6} {len(tally.f1):5} {fmean(tally.f1):.4f} {fmean(tally.precision):.4f} "
        f"{fmean(tally.recall):.4f} {tally.leftover / max(tally.tokens, 1):8.4f} {dates:>6} "
        f"{titles:>6} {fmean(tally.authors):6.3f} {tally.seconds / len(tally.f1):7.4f}"
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


def timed(
    pages: list[tuple[dict[str, Any], bytes]], repeat: int
) -> Iterator[tuple[dict[str, Any], Output, float, float]]:
    """Yield each page with plain Trafilatura's output and the best seconds of both sides."""
    sides: tuple[Callable[[bytes], Output], ...] = (plain, ours)
    for _, html in pages[:WARM_UP]:
        for side in sides:
            side(html)
    for number, (gold, html) in enumerate(pages):
        outputs = [Output(), Output()]
        best = [float("inf"), float("inf")]
        for _ in range(repeat):
            for which in (0, 1) if number % 2 else (1, 0):
                start = time.process_time()
                outputs[which] = sides[which](html)
                best[which] = min(best[which], time.process_time() - start)
        yield gold, outputs[0], best[0], best[1]


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("pages", type=Path, nargs="+")
    parser.add_argument("--repeat", type=int, default=1, help="times that each page is timed")
    parser.add_argument("--lost", action="store_true", help="list removed lines that gold has")
    parser.add_argument("--left", action="store_true", help="list lines left that gold has not")
    options = parser.parse_args()
    logging.disable(logging.ERROR)

    tallies: dict[tuple[str, str], Tally] = {}
    steps: dict[str, Counter[str]] = {}
    for folder in options.pages:
        written = cleaned(folder)
        rows = map(json.loads, (folder / "gold.jsonl").read_text("utf-8").splitlines())
        pages = [(gold, (folder / gold["file"]).read_bytes()) for gold in rows]
        for gold, base, plain_seconds, seconds in timed(pages, options.repeat):
            output = written.get(gold["file"], Output())
            for side, each, took in (("plain", base, plain_seconds), ("ours", output, seconds)):
                tally = tallies.setdefault((set_of(gold), side), Tally())
                tally.seconds += took
                add(tally, each, gold)
            judge(gold, output, steps, options)

    print(f"Python {platform.python_version()}, trafilatura {trafilatura.__version__}")
    print("set          side   pages     F1   prec. recall leftover   date  title author  s/page")
    for (name, side), tally in sorted(tallies.items()):
        report(name, side, tally)
    for name in sorted({name for name, _ in tallies}):
        base_tally, tally = tallies[name, "plain"], tallies[name, "ours"]
        lower = [b - f > WORSE for b, f in zip(base_tally.f1, tally.f1, strict=True)]
        print(
            f"{name}: F1 {fmean(tally.f1) - fmean(base_tally.f1):+.4f}, "
            f"{sum(lower)} of {len(lower)} pages worse by more than {WORSE}, "
            f"{base_tally.seconds / tally.seconds:.2f} times the pages per second"
        )
    print("step         pieces tokens  in gold  tokens")
    for step, count in sorted(steps.items()):
        print(
            f"{step:12} {count['pieces']:6} {count['tokens']:6} {count['lost']:8} "
            f"{count['lost_tokens']:7}"
        )


def judge(
    gold: dict[str, Any],
    output: Output,
    steps: dict[str, Counter[str]],
    options: argparse.Namespace,
) -> None:
    """Count by step what was removed of one page, and list what the options ask for."""
    known = shingles(gold["text"])
    words = f" {' '.join(_TOKEN.findall(gold['text'].lower()))} "
    for step, text in output.removed:
        lost = is_in_gold(text, known, words)
        size = len(_TOKEN.findall(text))
        count = steps.setdefault(step, Counter())
        count.update(pieces=1, tokens=size, lost=lost, lost_tokens=size * lost)
        if lost and options.lost:
            print(f"LOST {gold['file'][:30]} {step}: {text[:160]}")
    for line in output.text.split("\n") if options.left else ():
        if not is_in_gold(line, known, words):
            print(f"LEFT {gold['file'][:30]}: {line[:200]}")


if __name__ == "__main__":
    main()
