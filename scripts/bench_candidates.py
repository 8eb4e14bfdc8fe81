#!/usr/bin/env python3
"""Measure the candidate pairs of the story view on dumps made for it: how many, how fast, how good.

Makes dumps of 2,000, 20,000 and 200,000 documents as sets of 25 terms drawn by Zipf's law, in
stories of 1 to 60 documents, 1,000 a day (or, with --days, all within that many days). Prints for
each dump and each number of bands the candidates a document, the share of the pairs of one story
within the window that are candidates, seconds, peak memory, and the buckets over the cap. With a
constant number of documents a day the candidates and the time a document must not grow.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from measured import machine

from dedup.config import StoryConfig
from dedup.kernels.similarity import shared
from dedup.match.similarity import RaggedArray
from dedup.match.term_lsh import term_pairs
from dedup.signatures.minhash import permutations

Rows = npt.NDArray[np.int64]

VOCABULARY = 200_000
TERMS = 25
CORE_KEPT = (10, 20)
LARGEST_STORY = 60
STORY_DAYS = 3.0
A_DAY = 1_000
DAY = 86_400.0

# The heaviest terms of a text are its rarer ones: of so many draws the rarest is taken.
CORE_DRAWS = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """What a dump is to be like.

    Attributes:
        documents: How many.
        days: Days they lie in.
        undated: Share of them without a date.
        draws: Draws for a term that is not of the story; with 1 they are as common as in any text.
        seed: Seed.
    """

    documents: int
    days: float
    undated: float = 0.0
    draws: int = 2
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Dump:
    """A dump of sets of terms, its documents in no order.

    Attributes:
        terms: The sets.
        moments: Seconds, NaN for an unknown date.
        languages: Number of the language, -1 if unknown.
        stories: Story of each document.
    """

    terms: RaggedArray
    moments: npt.NDArray[np.float64]
    languages: npt.NDArray[np.int16]
    stories: Rows


def draw(rng: np.random.Generator, shape: tuple[int, int], draws: int) -> Rows:
    """Return terms by Zipf's law with exponent 1, each the rarest of some draws."""
    heights = np.cumsum(1 / np.arange(1, VOCABULARY + 1))
    found = np.zeros(shape, np.int64)
    for _ in range(draws):
        found = np.maximum(found, np.searchsorted(heights, rng.random(shape) * heights[-1]))
    return found


def story_sizes(rng: np.random.Generator, count: int) -> Rows:
    """Return sizes with a long tail, size s with a probability as 1 / s ** 2, that sum to count."""
    sizes = np.arange(1, LARGEST_STORY + 1)
    chances = 1 / sizes**2.0
    drawn = rng.choice(sizes, count, p=chances / chances.sum())
    ends = np.cumsum(drawn)
    last = int(np.searchsorted(ends, count))
    drawn = drawn[: last + 1]
    drawn[last] -= ends[last] - count
    return drawn


def make_dump(shape: Shape) -> Dump:
    """Return a dump; the same shape gives the same one."""
    count, days = shape.documents, shape.days
    rng = np.random.default_rng([shape.seed, count])
    sizes = story_sizes(rng, count)
    stories = rng.permutation(np.repeat(np.arange(sizes.size), sizes))
    cores = draw(rng, (sizes.size, TERMS), CORE_DRAWS)
    kept = rng.integers(CORE_KEPT[0], CORE_KEPT[1] + 1, count)
    place = np.argsort(rng.random((count, TERMS)), axis=1)
    filled = draw(rng, (count, TERMS), shape.draws)
    sets = np.sort(np.where(place < kept[:, None], cores[stories], filled), axis=1)
    distinct = np.ones(sets.shape, bool)
    distinct[:, 1:] = sets[:, 1:] != sets[:, :-1]
    bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(distinct.sum(axis=1))])
    lasting = min(STORY_DAYS, days)
    starts = rng.uniform(0, max(days - lasting, 0), sizes.size)
    moments = np.floor((starts[stories] + rng.uniform(0, lasting, count)) * DAY)
    moments[rng.random(count) < shape.undated] = np.nan
    languages = np.where(rng.random(count) < 0.1, -1, 0).astype(np.int16)
    values = sets[distinct].astype(np.uint32) * np.uint32(8)  # terms are multiples of 8
    return Dump(RaggedArray(values, bounds), moments, languages, stories)


def story_pairs(dump: Dump, window: float) -> tuple[Rows, Rows]:
    """Return the pairs of documents of one story in the window, the left below the right."""
    order = np.argsort(dump.stories, kind="stable")
    left, right = [], []
    for distance in range(1, LARGEST_STORY):
        one, other = order[:-distance], order[distance:]
        same = dump.stories[one] == dump.stories[other]
        left.append(one[same])
        right.append(other[same])
    one, other = np.concatenate(left), np.concatenate(right)
    near = ~(np.abs(dump.moments[one] - dump.moments[other]) > window)
    return one[near], other[near]


def peak_mb() -> float:
    """Return the most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(shape: Shape, config: StoryConfig) -> dict[str, Any]:
    """Make a dump, find its candidates, and return the figures; one process each, for its peak."""
    chosen = permutations(config.bands * config.rows, 1)
    small = make_dump(Shape(100, 1.0))
    tight = replace(config, shared_terms=1, bucket_cap=1)  # so that every kernel is compiled
    term_pairs(small.terms, small.moments, small.languages, tight, chosen)
    dump = make_dump(shape)
    before = peak_mb()
    start = time.perf_counter()
    found = term_pairs(dump.terms, dump.moments, dump.languages, config, chosen)
    seconds = time.perf_counter() - start
    peak = peak_mb()
    one, other = story_pairs(dump, config.window_days * DAY)
    common = np.empty(one.size, np.int64)
    shared(dump.terms.values, dump.terms.bounds, one, other, common)
    hit = np.isin((one << 32) | other, (found.left << 32) | found.right)
    same = dump.stories[found.left] == dump.stories[found.right]
    close = common >= config.shared_terms
    return {
        **asdict(shape),
        "config": asdict(config),
        "candidates": int(found.left.size),
        "candidates_per_document": round(found.left.size / shape.documents, 2),
        "of_one_story": round(float(same.mean()), 4),
        "story_pairs": int(one.size),
        "recall": round(float(hit.mean()), 4),
        "story_pairs_sharing": int(close.sum()),
        "recall_sharing": round(float(hit[close].mean()), 4),
        "seconds": round(seconds, 2),
        "ms_per_document": round(1000 * seconds / shape.documents, 3),
        "mb_before": round(before),
        "mb_peak": round(peak),
        "buckets_over_cap": found.capped,
        "largest_bucket": found.largest,
    }


HEAD = (
    f"{'bands':>7} {'documents':>9} {'days':>5} {'cand./doc':>9} {'story':>7} {'recall':>7} "
    f"{'sharing':>7} {'seconds':>7} {'ms/doc':>7} {'MB':>6} {'peak MB':>7} {'capped':>6}"
)


def report(row: dict[str, Any]) -> None:
    """Print one line of the table."""
    bands = f"{row['config']['bands']}x{row['config']['rows']}"
    print(
        f"{bands:>7} {row['documents']:9} {row['days']:5.0f} {row['candidates_per_document']:9.2f} "
        f"{row['of_one_story']:7.2%} {row['recall']:7.2%} {row['recall_sharing']:7.2%} "
        f"{row['seconds']:7.2f} {row['ms_per_document']:7.3f} {row['mb_before']:6} "
        f"{row['mb_peak']:7} {row['buckets_over_cap']:6}",
        flush=True,
    )


def main() -> None:
    """Read the arguments and print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2_000, 20_000, 200_000])
    parser.add_argument("--days", type=float, help="all within so many days, not 1,000 a day")
    parser.add_argument("--undated", type=float, default=0.0, help="share without a date")
    parser.add_argument("--draws", type=int, default=2, help="1 makes background terms commoner")
    parser.add_argument("--bands", nargs="+", default=["128x2", "400x3"], metavar="BANDSxROWS")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    arguments = parser.parse_args()
    print(HEAD)
    results = []
    for name in arguments.bands:
        bands, rows = map(int, name.split("x"))
        config = StoryConfig(bands=bands, rows=rows)
        for count in arguments.sizes:
            days = arguments.days or max(count / A_DAY, 1.0)
            shape = Shape(count, days, arguments.undated, arguments.draws, arguments.seed)
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                results.append(pool.apply(measure, (shape, config)))
            report(results[-1])
    if arguments.json:
        text = json.dumps(machine(("numpy", "numba")) | {"results": results}, indent=1)
        arguments.json.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
