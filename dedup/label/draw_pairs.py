"""A population of pairs to a sample: stratified by score, so that few answers say much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup.evaluation.labelled_pairs import LabelledPair
from dedup.kernels.array_types import Bools, Float64s, Int64s
from dedup.label.decided_stories import DecidedStories

if TYPE_CHECKING:
    from dedup.explain.open_run import Run
    from dedup.label.pair_population import PairPopulation


KINDS = ("copies", "canonical", "story", "group", "apart")
"""What a pair can be in a run: copies; joined, one of them with the canonical; joined otherwise; in
one loose group, and not joined; neither."""

CUTS = (-1.5, 0.0, 1.5, 3.0)
"""Where the score divides the pairs of one kind, as log odds above those of the threshold."""

LEAST_DEVIATION = (0.15, 0.3, 0.3, 0.45, 0.15)
"""Least standard deviation of an answer that is expected of each kind, in [0, 0.5]. The score of
two documents says little of why others joined or parted them, and may be wrong."""

JOINED_SHARE = (0.5, 0.6)
"""Least and largest share of the pairs that is drawn from joined ones: in a large dump those that
are far apart would else take all of them."""

LINKED_SHARE = 0.25
"""Least share of the joined pairs that is drawn from those with a canonical, which say what the run
lost."""

COPIES_SHARE = 0.05
"""Least share of them that is drawn from copies, which are few in some dumps and in each setting
joined."""


@dataclass(frozen=True, slots=True)
class Strata:
    """The parts of a population from which pairs are drawn.

    Attributes:
        names: Name of each.
        kinds: What its pairs are to each other in the run, as an index in ``KINDS``.
        of_pair: Number of the part that each pair of the population is in.
        documents: Pairs of documents in each.
    """

    names: tuple[str, ...]
    kinds: Int64s
    of_pair: Int64s
    documents: Int64s


def strata_of(population: PairPopulation, threshold: float) -> Strata:
    """Divide a population by whether the run joined a pair, how, and by score.

    Args:
        population: What the run compared.
        threshold: The threshold of the run.
    """
    bounds = 1 / (1 + np.exp(-(np.log(threshold / (1 - threshold)) + np.array(CUTS))))
    kinds = _kinds(population)
    level = np.where(kinds == 0, 0, np.searchsorted(bounds, population.score, side="right"))
    levels = len(CUTS) + 1
    used, of_pair = np.unique(kinds * levels + level, return_inverse=True)
    documents = np.zeros(used.size, np.int64)
    np.add.at(documents, of_pair, population.documents)
    ends = [0.0, *bounds.tolist(), 1.0]
    names = [_name(each // levels, ends[each % levels :]) for each in used.tolist()]
    return Strata(tuple(names), used // levels, of_pair.astype(np.int64), documents)


def _kinds(population: PairPopulation) -> Int64s:
    """Return what each pair is in the run, as an index in ``KINDS``."""
    joined = np.where(population.linked, 1, 2)
    parted = np.where(population.grouped, 3, 4)
    kinds: Int64s = np.where(population.together, joined, parted)
    kinds[population.left == population.right] = 0
    return kinds


def _name(kind: int, ends: list[float]) -> str:
    """Return the name of a stratum of a kind with scores from one end to the next."""
    return f"{KINDS[kind]} {ends[0]:.2f}-{ends[1]:.2f}" if kind else KINDS[kind]


def draw_pairs(run: Run, population: PairPopulation, count: int, seed: int) -> list[LabelledPair]:
    """Return pairs of documents to be judged, in the order of asking.

    Any first part of them is a sample as well, and a larger ``count`` begins with a smaller one's.
    From each stratum pairs are drawn at random without replacement.

    Args:
        run: The run.
        population: What it compared.
        count: How many; all pairs of documents where these are fewer.
        seed: Of the random numbers; the same gives the same pairs.
    """
    strata = strata_of(population, run.config.story.threshold)
    order = order_of_asking(strata, population, count)
    if not order.size:
        return []
    drawn = np.empty((2, order.size), np.int64)
    for stratum in np.unique(order).tolist():
        places = np.flatnonzero(order == stratum)
        drawn[:, places] = _drawn(strata, population.documents, stratum, places.size, seed)
    stories = DecidedStories.read(run.store)
    return [
        LabelledPair(
            *pair,
            stratum=strata.names[stratum],
            stratum_pairs=int(strata.documents[stratum]),
            score=float(population.score[cell]),
            together=bool(population.together[cell]),
            place=place,
        )
        for place, (stratum, cell, pair) in enumerate(
            zip(order, drawn[0], _named(run, stories, population, drawn), strict=True)
        )
    ]


def order_of_asking(strata: Strata, population: PairPopulation, count: int) -> Int64s:
    """Return the stratum of each pair that is drawn.

    The next pair is of the stratum with the largest N s / (n + 1/2), where N is its pairs of
    documents, s the standard deviation that is expected of an answer, and n its pairs so far. So
    each first part is close to Neyman's allocation, n in proportion to N s, which gives a total the
    least variance (Cochran 1977, Sampling Techniques, 5.5); the divisors are those of Sainte-Laguë,
    which round it to whole numbers.

    Args:
        strata: The strata.
        population: Their pairs.
        count: How many; all where these are fewer.
    """
    weights = _balanced(strata.documents * _deviations(strata, population), strata.kinds)
    asked = np.zeros(weights.size, np.int64)
    order = np.empty(min(count, int(strata.documents.sum())), np.int64)
    for place in range(order.size):
        left = asked < strata.documents
        order[place] = np.argmax(np.where(left, weights / (asked + 0.5), -1))
        asked[order[place]] += 1
    return order


def _deviations(strata: Strata, population: PairPopulation) -> Float64s:
    """Return the standard deviation that is expected of an answer in each stratum."""
    sums = np.bincount(strata.of_pair, population.documents * population.score)
    means = np.clip(sums / strata.documents, 0, 1)
    least = np.array(LEAST_DEVIATION)[strata.kinds]
    deviations: Float64s = np.maximum(least, np.sqrt(means * (1 - means)))
    return deviations


def _balanced(weights: Float64s, kinds: Int64s) -> Float64s:
    """Return weights that give copies, pairs with a canonical and joined pairs their share."""
    joined = kinds <= KINDS.index("story")
    within = weights * joined
    for kind, least in (("canonical", LINKED_SHARE), ("copies", COPIES_SHARE)):
        within = _raised(within, kinds == KINDS.index(kind), (least, 1.0))
    return _raised(np.where(joined, within, weights), joined, JOINED_SHARE)


def _raised(weights: Float64s, chosen: Bools, limits: tuple[float, float]) -> Float64s:
    """Return weights of the same sum, of which those that are chosen have a share in limits."""
    every, part = weights.sum(), weights[chosen].sum()
    if not 0 < part < every:
        return weights
    wanted = every * min(max(part / every, limits[0]), limits[1])
    raised: Float64s = weights * np.where(chosen, wanted / part, (every - wanted) / (every - part))
    return raised


def _drawn(
    strata: Strata, documents: Int64s, stratum: int, count: int, seed: int
) -> tuple[Int64s, Int64s]:
    """Return pairs of a population, and which of the pairs of documents of each was drawn."""
    cells = np.flatnonzero(strata.of_pair == stratum)
    ends = np.cumsum(documents[cells])
    generator = np.random.default_rng([seed, *strata.names[stratum].encode()])
    numbers = np.fromiter(_permuted(int(ends[-1]), count, generator), np.int64, count)
    found = np.searchsorted(ends, numbers, side="right")
    return cells[found], numbers - (ends - documents[cells])[found]


def _permuted(size: int, count: int, generator: np.random.Generator) -> Iterator[int]:
    """Yield the first of a random order of the numbers below ``size``, without making all of it.

    Fisher and Yates's shuffle, of which only the numbers that moved are kept.
    """
    moved: dict[int, int] = {}
    for place in range(count):
        other = int(generator.integers(place, size))
        yield moved.get(other, other)
        moved[other] = moved.get(place, place)


def _named(
    run: Run, stories: DecidedStories, population: PairPopulation, drawn: Int64s
) -> Iterator[tuple[str, str]]:
    """Yield the ids of the drawn pairs of documents, the lower one first.

    Args:
        run: The run.
        stories: Which documents are copies of which.
        population: What the run compared.
        drawn: 2 x n: pairs of the population, and the number of the pair of documents of each.
    """
    ends = [population.rows[each[drawn[0]]] for each in (population.left, population.right)]
    copies = {row: stories.copies_of(row) for row in np.unique(ends).tolist()}
    ids = run.store.lookups.ids(np.unique(np.concatenate([*copies.values()])).tolist())
    named = {
        row: sorted((ids[each] for each in found.tolist()), key=str.encode)
        for row, found in copies.items()
    }
    for left, right, number in zip(*(each.tolist() for each in (*ends, drawn[1])), strict=True):
        one, other = _pair_at(number, len(named[right]), left == right)
        low, high = sorted((named[left][one], named[right][other]), key=str.encode)
        yield low, high


def _pair_at(number: int, width: int, is_of_copies: bool) -> tuple[int, int]:
    """Return which documents of the one and of the other representative a number stands for.

    Args:
        number: From 0 to one less than the pairs of documents.
        width: Documents of the other representative.
        is_of_copies: Whether both representatives are one: then the first is lower.
    """
    if not is_of_copies:
        return divmod(number, width)
    first = 0
    while number >= (length := width - 1 - first):
        first, number = first + 1, number - length
    return first, first + 1 + number
