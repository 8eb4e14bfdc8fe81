"""The lines of a file of labels to answers on the population from which they were drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dedup.kernels.array_types import Bools, Int64s
from dedup.label.decided_stories import DecidedStories
from dedup.match.minhash_lsh import encoded
from dedup.match.sorted_lookup import among
from dedup.tune.estimates import Answers

if TYPE_CHECKING:
    from dedup.evaluation.labelled_pairs import LabelledPair
    from dedup.label.draw_pairs import Strata
    from dedup.label.pair_population import PairPopulation
    from dedup.store import Store


def answered_pairs(
    store: Store, population: PairPopulation, strata: Strata, judged: Sequence[LabelledPair]
) -> Answers:
    """Return what judged pairs say of a population.

    Left out are pairs that are not of the population, and those that were drawn otherwise: from
    elsewhere, or for another run. What a pair stands for is known only where its stratum is that of
    this run, of as many pairs.

    Args:
        store: Has the documents.
        population: What the run compared.
        strata: The parts of it from which pairs are drawn.
        judged: Pairs with an answer.
    """
    ends = _representatives(store, judged)
    places = np.searchsorted(population.rows, ends)
    pair, known = _pairs(population, places)
    known &= among(ends.ravel(), population.rows).reshape(ends.shape).all(axis=0)
    of = strata.of_pair[pair] if pair.size and population.left.size else pair
    known &= np.array(
        [
            (each.stratum, each.stratum_pairs) == (strata.names[part], strata.documents[part])
            if found
            else False
            for each, part, found in zip(judged, of.tolist(), known.tolist(), strict=True)
        ],
        np.bool_,
    )
    same = np.array([each.same for each in judged], np.bool_)
    return Answers(pair[known], same[known])


def _representatives(store: Store, judged: Sequence[LabelledPair]) -> Int64s:
    """Return the representatives of both documents of pairs, 2 x n rows, -1 for unknown ids."""
    ids = {name for each in judged for name in (each.a, each.b)}
    rows = store.lookups.rows_of(sorted(ids))
    ends = np.array([[rows.get(each.a, -1), rows.get(each.b, -1)] for each in judged], np.int64)
    found: Int64s = DecidedStories.read(store).representatives_of(ends.reshape(-1, 2).T)
    return found


def _pairs(population: PairPopulation, places: Int64s) -> tuple[Int64s, Bools]:
    """Return the numbers of pairs, given by the places of their ends, and which there are."""
    codes = encoded(
        np.minimum(population.left, population.right), np.maximum(population.left, population.right)
    )
    order = np.argsort(codes)
    wanted = encoded(places.min(axis=0), places.max(axis=0))
    if not codes.size:
        return np.zeros(wanted.size, np.int64), np.zeros(wanted.size, np.bool_)
    at = np.minimum(np.searchsorted(codes, wanted, sorter=order), codes.size - 1)
    pair = order[at]
    return pair, codes[pair] == wanted
