#!/usr/bin/env python3
"""Make a news dump of any size, and beside it what is one story in it.

Writes JSON lines (`id url title date text`) or, with `--pages`, a folder of HTML pages, in order
of days, shuffled within each; and gold labels to `OUT.gold.jsonl` (`OUT` without `.jsonl`): `id
story kind source`. A `kind` is what the article is to its source:

    original   the first report of its story; it has no source
    exact      the same text
    near       2 to 10 % of the words changed
    abridged   60 to 95 % of the sentences
    expanded   10 to 60 % more sentences
    update     a later version by the same outlet: some sentences new, some numbers changed
    derived    less than half of the sentences, the rest in other words
    rewrite    the same facts in other words and another order

Words are drawn as often as English has them, names are invented. Some affairs are reported on for
days: their reports share people, places and sentences of background, and are stories of their own.
So are template reports, the same words with other numbers. Outlets put lines of their own around
their texts. With `--copies SHARE` there are only originals and so large a share of noisy copies
(`exact near abridged expanded`, as many of each), and no such lines.

The same arguments give the same bytes. Memory is that of a few days.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from dump_outlets import OUTLETS, Outlet, outlets
from dump_stories import DAY, KINDS, ORIGINAL, UPDATE, Plan, Writer, plan
from dump_words import Lexicon, zipf

FIRST_DAY = np.datetime64("2026-01-01T00:00")

A_DAY = 1_000
"""Articles a day where the number of days is not given."""

BATCH = 2_000
"""Articles that are planned and written at once."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a dump is to be like.

    Attributes:
        articles: How many.
        seed: Seed.
        words: Their mean words.
        days: Days they lie in.
        copies: Share of noisy copies, None for news of all kinds.
    """

    articles: int
    seed: int = 0
    words: float = 350.0
    days: int = 1
    copies: float | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """A made article.

    Attributes:
        record: Fields as JSON lines have them.
        gold: Its label.
        page: The page it stands on, empty unless asked for.
    """

    record: dict[str, Any]
    gold: dict[str, Any]
    page: str


class Maker:
    """Makes the articles of a dump."""

    def __init__(self, shape: Shape, *, pages: bool = False) -> None:
        """Make the words and the outlets."""
        self._shape, self._pages = shape, pages
        lexicon = Lexicon(shape.seed)
        self._writer = Writer(lexicon, shape.seed)
        rng = np.random.default_rng([shape.seed, 3])
        self._outlets = outlets(rng, lexicon.places)
        weights = zipf(OUTLETS, 5)
        self._weights = weights / weights.sum()
        self._made = self._stories = 0

    def articles(self) -> Iterator[Article]:
        """Yield all articles, day by day."""
        shape = self._shape
        rng = np.random.default_rng([shape.seed, 4])
        waiting: dict[int, list[Article]] = defaultdict(list)
        for day in range(shape.days):
            wanted = shape.articles * (day + 1) // shape.days
            while self._made < wanted:
                count = min(BATCH, wanted - self._made)
                planned = plan(rng, count, shape.words, shape.days - day, shape.copies)
                for published, article in self._batch(rng, planned, day):
                    waiting[published].append(article)
            listed = waiting.pop(day, [])
            yield from (listed[at] for at in rng.permutation(len(listed)).tolist())

    def _batch(
        self, rng: np.random.Generator, planned: Plan, day: int
    ) -> Iterator[tuple[int, Article]]:
        """Yield the articles of a batch that starts on a day, each with the day it appears."""
        texts = self._writer.write(rng, planned)
        count = planned.kind.size
        drawn = rng.choice(OUTLETS, count, p=self._weights)
        drawn = np.where(planned.kind == UPDATE, drawn[planned.source], drawn)
        drawn = np.where(planned.template >= 0, planned.template % OUTLETS, drawn)
        moments = np.minimum(day * DAY + planned.moment, self._shape.days * DAY - 1)
        dates = (FIRST_DAY + moments.astype("m8[m]")).astype(str).tolist()
        hosts = [self._outlets[outlet] for outlet in drawn.tolist()]
        ids = [
            f"{outlet.host}/{date[:10]}/n{number}.html"
            for number, (outlet, date) in enumerate(zip(hosts, dates, strict=True), self._made)
        ]
        stories, kinds, sources = (
            column.tolist() for column in (planned.story, planned.kind, planned.source)
        )
        for at, published in enumerate((moments // DAY).tolist()):
            source = None if kinds[at] == ORIGINAL else ids[sources[at]]
            story = f"s{self._stories + stories[at]}"
            gold = {"id": ids[at], "story": story, "kind": KINDS[kinds[at]], "source": source}
            title, text = texts[at]
            yield published, self._article(hosts[at], f"{dates[at]}:00Z", title, text, gold)
        self._made += count
        self._stories += stories[-1] + 1

    def _article(
        self, outlet: Outlet, date: str, title: str, text: str, gold: dict[str, Any]
    ) -> Article:
        """Return an article as its outlet prints it."""
        url = f"https://{gold['id']}"
        if self._pages:
            return Article({}, gold, outlet.page(url, title, date, text))
        text = text if self._shape.copies is not None else outlet.dressed(text)
        record = {"id": gold["id"], "url": url, "title": title, "date": date, "text": text}
        return Article(record, gold, "")


def gold_file(out: Path) -> Path:
    """Return where the labels of a dump lie."""
    return out.with_name(f"{out.name.removesuffix('.jsonl')}.gold.jsonl")


def make_dump(shape: Shape, out: Path, *, pages: bool = False) -> Counter[str]:
    """Write a dump and its labels.

    Args:
        shape: What it is to be like.
        out: A file, or a folder that is made for pages.
        pages: Whether to write pages.

    Returns:
        How many articles there are of each kind.
    """
    kinds: Counter[str] = Counter()
    with ExitStack() as files:
        labels = files.enter_context(gold_file(out).open("wb"))
        lines = None if pages else files.enter_context(out.open("wb"))
        for article in Maker(shape, pages=pages).articles():
            labels.write(orjson.dumps(article.gold, option=orjson.OPT_APPEND_NEWLINE))
            kinds[article.gold["kind"]] += 1
            if lines:
                lines.write(orjson.dumps(article.record, option=orjson.OPT_APPEND_NEWLINE))
            else:
                path = out / article.gold["id"]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(article.page, "utf-8")
    return kinds


def main() -> None:
    """Read the arguments, write a dump and say what is in it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, required=True, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT")
    parser.add_argument("--words", type=float, default=350.0, help="mean words of an article")
    parser.add_argument("--days", type=int, help=f"default: {A_DAY:,} articles a day")
    parser.add_argument("--pages", action="store_true", help="write HTML pages")
    parser.add_argument("--copies", type=float, metavar="SHARE", help="only originals and copies")
    arguments = parser.parse_args()
    if arguments.articles < 1 or (arguments.days or 1) < 1 or arguments.words < 1:
        parser.error("--articles, --days and --words must be positive")
    if arguments.copies is not None and not 0 <= arguments.copies < 1:
        parser.error("--copies is a share under 1")
    days = arguments.days or -(-arguments.articles // A_DAY)
    shape = Shape(arguments.articles, arguments.seed, arguments.words, days, arguments.copies)
    began = time.perf_counter()
    kinds = make_dump(shape, arguments.output, pages=arguments.pages)
    seconds = time.perf_counter() - began
    told = ", ".join(f"{kinds[kind]} {kind}" for kind in KINDS if kinds[kind])
    print(f"{shape.articles} articles in {seconds:.1f} s: {told}")


if __name__ == "__main__":
    main()
