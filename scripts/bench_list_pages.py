#!/usr/bin/env python3
"""Count how many articles list pages take with them.

Makes small sites of labelled news, one article a story, each cut to 120 to 250 words: 4 to 14
articles and one to three pages that list some of them, with headlines and a teaser of one kind (the
first sentence, the first two, the first words, or the whole article). On some sites a part of the
articles is not in the dump. Runs `dedup` on each site and prints how many articles and lists are
duplicates of what. No article should be a duplicate of a list page.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dedup import deduplicate

Record = dict[str, Any]

SENTENCE_END = re.compile(r"(?<=[.!?])\s+")

SHORTEST, LONGEST = 120, 250
"""Words of a cut article."""

ABSENT = (0.0, 0.0, 0.0, 0.5)
"""Shares of a site's articles that are not in the dump; one is drawn a site."""

TEASERS: dict[str, Callable[[Sequence[str]], Sequence[str]]] = {
    "first sentence": lambda sentences: sentences[:1],
    "two sentences": lambda sentences: sentences[:2],
    "first words": lambda sentences: [" ".join(sentences[0].split()[:16]) + " …"],
    "whole article": lambda sentences: sentences,
}


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a text that have four words or more."""
    parts = (part for line in text.split("\n") for part in SENTENCE_END.split(line))
    return [part.strip() for part in parts if len(part.split()) >= 4]


def read_articles(files: Sequence[Path]) -> list[list[list[str]]]:
    """Return the sentences of one article of each story, file by file; short ones are left out."""
    found = []
    for file in files:
        stories: dict[str, list[str]] = {}
        for line in file.read_text("utf-8").splitlines():
            record = json.loads(line)
            sentences = sentences_of(record["text"])
            if sum(len(each.split()) for each in sentences) > SHORTEST:
                label = record.get("topic") or record.get("story") or record["id"]
                stories.setdefault(str(label), sentences)
        found.append(list(stories.values()))
    return found


def cut(sentences: Sequence[str], words: int) -> list[str]:
    """Return the first sentences of an article, at least ``SHORTEST`` words."""
    kept: list[str] = []
    size = 0
    for each in sentences:
        if size >= SHORTEST and size + len(each.split()) > words:
            break
        kept.append(each)
        size += len(each.split())
    return kept


def make_site(pool: Sequence[Sequence[str]], rng: random.Random) -> list[Record]:
    """Return the articles and list pages of one site; the ids of lists begin with ``list``."""
    count = rng.randint(4, min(14, len(pool)))
    articles = [cut(each, rng.randint(SHORTEST, LONGEST)) for each in rng.sample(pool, count)]
    titles = [" ".join(sentences[0].split()[:8]) for sentences in articles]
    absent = rng.choice(ABSENT)
    stored = [at for at in range(count) if rng.random() >= absent] or [0]
    pages = [(f"article-{at}", titles[at], articles[at]) for at in stored]
    for number in range(rng.choice((1, 1, 2, 3))):
        kind = rng.choice(list(TEASERS))
        shown = rng.sample(range(count), rng.randint(4, count))
        lines = [line for at in shown for line in (titles[at], *TEASERS[kind](articles[at]))]
        pages.append((f"list-{number} {kind}", f"Topic {number}", lines))
    return [
        {
            "id": name,
            "title": title,
            "text": "\n".join(lines),
            "url": f"https://site.example/{name}",
        }
        for name, title, lines in pages
    ]


def count_duplicates(site: Sequence[Record]) -> Counter[str]:
    """Return how many articles and lists a site has, and how many are duplicates of which."""
    counts = Counter(each["id"].split("-")[0] for each in site)
    for each in deduplicate(list(site)).decisions:
        if each.status == "duplicate" and each.canonical_id:
            kinds = [name.split("-")[0] for name in (each.doc_id, each.canonical_id)]
            counts[f"{kinds[0]} of {kinds[1]}"] += 1
            if kinds == ["article", "list"]:
                counts[f"article of {each.canonical_id.partition(' ')[2]}"] += 1
    return counts


def main() -> None:
    """Make the sites, run on each, and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("labelled", type=Path, nargs="+", help="JSONL with text and story")
    parser.add_argument("--sites", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    pools = [pool for pool in read_articles(options.labelled) if len(pool) >= 14]
    total: Counter[str] = Counter()
    for number in range(options.sites):
        rng = random.Random(options.seed * 1_000_000 + number)
        total += count_duplicates(make_site(rng.choice(pools), rng))
    print(f"{options.sites} sites, {total['article']} articles, {total['list']} list pages")
    for name in sorted(total.keys() - {"article", "list"}):
        print(f"duplicates: {name:24} {total[name]}")


if __name__ == "__main__":
    main()
