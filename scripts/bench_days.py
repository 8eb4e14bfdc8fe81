#!/usr/bin/env python3
"""Say how often the leads of one story name a common day, and the leads of similar stories do.

    python scripts/bench_days.py FOLDER... [--undated]

Each FOLDER holds labelled sets as scripts/bench_story_sets.py reads them. For each set and language
the pairs of one story are counted, and the pairs of different stories (`event`, else `story`) whose
tf-idf cosine is above 0.2 and that are at most four days apart; or the judged pairs of a set.
Columns, for the weekdays of the lead, those of its first sentence with a day, and its dates:

  both       share of the pairs in which both leads name one
  clash      share of these that have none in common

The last lines give microseconds a lead, the least of five times, by language.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from labelled_sets import StorySet, read_sets

from dedup.signatures.language import best_language, languages_of
from dedup.signatures.lead_days import LeadDays, days_of, named_days
from dedup.signatures.term_weights import count_terms, vectorize
from dedup.signatures.terms import terms

SIMILAR = 0.2
WINDOW_SECONDS = 4 * 86_400
FEWEST = 20
"""Documents of a language in a set from which it has a row."""

Pairs = Sequence[tuple[int, int]]


class Articles(NamedTuple):
    """The articles of a set, with their languages and the days that their leads name."""

    texts: Sequence[str]
    languages: Sequence[str | None]
    moments: Sequence[float | None]
    days: Sequence[LeadDays]


def moment_of(article: dict[str, Any]) -> float | None:
    """Return the publication of an article in seconds since 1970 UTC."""
    try:
        moment = datetime.fromisoformat(article.get("date") or "")
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def read_articles(labelled: StorySet, *, dated: bool) -> Articles:
    """Return the articles of a set with their days."""
    texts = [article["text"] for article in labelled.articles]
    moments = [moment_of(article) if dated else None for article in labelled.articles]
    stated = [article.get("language") for article in labelled.articles]
    guessed = languages_of(texts, *terms(texts))
    languages = [best_language(*both) for both in zip(stated, guessed, strict=True)]
    days = [days_of(*each) for each in zip(texts, languages, moments, strict=True)]
    return Articles(texts, languages, moments, days)


def similar(articles: Articles) -> Iterator[tuple[int, int]]:
    """Yield the pairs of articles that are similar and near in time."""
    tokens, bounds = terms(articles.texts)
    frequencies = count_terms([(tokens, bounds)])
    vectors, _ = vectorize(tokens, bounds, articles.languages, frequencies)
    holders: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for number in range(len(articles.texts)):
        products: Counter[int] = Counter()
        own, weights = vectors.whole(number)
        unit = weights / max(float(np.linalg.norm(weights)), 1e-9)
        for term, weight in zip(own.tolist(), unit.tolist(), strict=True):
            for other, its_weight in holders[term]:
                products[other] += weight * its_weight
            holders[term].append((number, weight))
        for other, product in products.items():
            one, two = articles.moments[number], articles.moments[other]
            if product > SIMILAR and (
                one is None or two is None or abs(one - two) <= WINDOW_SECONDS
            ):
                yield other, number


def pairs_of(labelled: StorySet, articles: Articles) -> tuple[Pairs, Pairs]:
    """Return the pairs of one story, and those of different ones."""
    if labelled.pairs is not None:
        place = {article["id"]: number for number, article in enumerate(labelled.articles)}
        judged = [
            (place[pair["a"]], place[pair["b"]], pair["same"])
            for pair in labelled.pairs
            if pair["a"] in place and pair["b"] in place
        ]
        same, different = (
            [(a, b) for a, b, label in judged if label == wanted] for wanted in (1, 0)
        )
        return same, different
    stories = [article["story"] for article in labelled.articles]
    events = [article.get("event") or article["story"] for article in labelled.articles]
    members: dict[str, list[int]] = defaultdict(list)
    for number, story in enumerate(stories):
        members[story].append(number)
    same = [pair for group in members.values() for pair in itertools.combinations(group, 2)]
    return same, [(a, b) for a, b in similar(articles) if events[a] != events[b]]


def rates(pairs: Pairs, days: Sequence[LeadDays], column: int) -> str:
    """Return the share of pairs in which both name a day, and of these without a common one."""
    both = [
        days[a][column] & days[b][column] for a, b in pairs if days[a][column] and days[b][column]
    ]
    clashes = sum(common == 0 for common in both)
    return f"{len(both) / max(1, len(pairs)):5.2f} {clashes / max(1, len(both)):5.3f}"


def rows_of(labelled: StorySet, articles: Articles) -> Iterator[str]:
    """Yield the rows of a set, one a language."""
    same, different = pairs_of(labelled, articles)
    for language, count in Counter(articles.languages).most_common():
        if count < FEWEST:
            continue
        cells = [f"{labelled.name:14} {language or '-':3} {count:6}"]
        for pairs in (same, different):
            own = [
                (a, b)
                for a, b in pairs
                if articles.languages[a] == articles.languages[b] == language
            ]
            columns = (rates(own, articles.days, column) for column in range(3))
            cells.append(f"{len(own):6} {'  '.join(columns)}")
        yield " | ".join(cells)


def microseconds(texts: Sequence[str], language: str | None) -> float:
    """Return the time that the days of a lead take, the least of five measurements."""
    least = float("inf")
    for _ in range(5):
        start = time.process_time()
        for text in texts:
            named_days(text, language)
        least = min(least, time.process_time() - start)
    return least / len(texts) * 1e6


def main() -> None:
    """Print the rows of all sets, and the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, help="folders with NAME.jsonl")
    parser.add_argument("--undated", action="store_true", help="leave out the dates")
    arguments = parser.parse_args()
    by_language: dict[str | None, list[str]] = defaultdict(list)
    columns = "days          first         dates       "
    print(f"{'set':14} {'':3} {'docs':>6} |   same {columns} |  other {columns}")
    for labelled in read_sets(arguments.folders):
        articles = read_articles(labelled, dated=not arguments.undated)
        for row in rows_of(labelled, articles):
            print(row)
        for text, language in zip(articles.texts, articles.languages, strict=True):
            by_language[language].append(text)
    for language, texts in sorted(by_language.items(), key=lambda each: -len(each[1])):
        if len(texts) >= FEWEST:
            print(f"{language or '-':3} {len(texts):6} {microseconds(texts, language):6.1f} us")


if __name__ == "__main__":
    main()
