"""Compare the stories of a run with pairs that a person judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dedup.errors import InputError, printable
from dedup.evaluation.labelled_pairs import LabelledPair
from dedup.evaluation.metrics import PERCENTILES, harmonic
from dedup.kernels.array_types import Float64s

PAIR_MEASURES = ("precision", "recall", "f1")
"""The fields of :class:`PairMeasures` that have a confidence interval."""


@dataclass(frozen=True, slots=True)
class DecidedPair:
    """A judged pair with what an output did with it.

    Attributes:
        label: The pair.
        together: Whether the output has both in one story.
        score: How alike the two are: that of the label, else that of the decision; None for none.
        removed: Id of the one that is removed, where the other is its canonical; else None.
        retold: Id of the one that is removed, where the other remains and is judged the same; else
            None.
    """

    label: LabelledPair
    together: bool
    score: float | None = None
    removed: str | None = None
    retold: str | None = None


@dataclass(frozen=True, slots=True)
class PairMeasures:
    """How well an output agrees with judged pairs.

    Attributes:
        judged: Pairs that were judged and compared.
        same: Those of them that are one story.
        joined: Those of them that are in one story of the output.
        population: Pairs of documents that the figures are an estimate for; None where they hold
            for the judged pairs only.
        precision: Share of the pairs in one story of the output that are judged one story; 1 where
            there is none.
        recall: Share of the pairs judged one story that are in one story of the output, likewise.
        f1: Their harmonic mean.
    """

    judged: int
    same: int
    joined: int
    population: int | None
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class PairLosses:
    """Removed documents that their canonical does not tell, as judged pairs say.

    Attributes:
        removed: Judged pairs of a removed document and its canonical, as ascending positions.
        lost: Those of them that are judged different, where no judged pair says that another
            document tells the removed one. At most so many are lost: a kept document that was not
            asked about may tell it.
        share: Share of the lost ones, weighted as precision and recall; 0 where none is removed.
    """

    removed: tuple[int, ...]
    lost: tuple[int, ...]
    share: float


def pair_measures(pairs: Sequence[DecidedPair]) -> PairMeasures:
    """Return how well an output agrees with judged pairs.

    A pair that was drawn from a stratum counts for as many pairs of documents as the stratum has
    for each judged pair of it: ``stratum_pairs / judged``. So the figures are estimates for all
    strata of which a pair was judged (Horvitz & Thompson 1952, A Generalization of Sampling Without
    Replacement From a Finite Universe, JASA 47). Where a pair has no stratum, all count alike, and
    the figures hold for these pairs only.

    Args:
        pairs: The pairs, each judged.

    Raises:
        InputError: A stratum has two sizes.

    >>> one = DecidedPair(LabelledPair("a", "b", same=True), together=True)
    >>> other = DecidedPair(LabelledPair("a", "c", same=True), together=False)
    >>> found = pair_measures([one, other])
    >>> found.precision, found.recall, found.population
    (1.0, 0.5, None)
    """
    counts, weights = _table(pairs)
    both, apart, wrong, _ = counts.sum(axis=0).tolist()
    population = round(float(counts.sum(axis=1) @ weights)) if are_weighted(pairs) else None
    return PairMeasures(
        len(pairs), int(both + apart), int(both + wrong), population, *_shares(weights @ counts)
    )


def bootstrap_pairs(
    pairs: Sequence[DecidedPair], *, samples: int, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Return for each measure the interval that holds the middle 95 % of its resamples.

    A resample draws from each stratum as many of its judged pairs as there are, with replacement.
    Where all answers of a stratum are alike, each resample has the same: the interval does not show
    that rare other ones may not have been drawn. `dedup tune` gives intervals that do.

    Args:
        pairs: The pairs, each judged.
        samples: Number of resamples.
        seed: Seed of the random numbers; the same seed gives the same intervals, whatever the order
            of the pairs.

    Raises:
        ValueError: ``samples`` is not positive.
        InputError: A stratum has two sizes.
    """
    if samples < 1:
        raise ValueError("samples must be positive")
    random = np.random.default_rng(seed)
    totals = np.zeros((samples, 4))
    for counts, weight in zip(*_table(pairs), strict=True):
        drawn = int(counts.sum())
        totals += weight * random.multinomial(drawn, counts / drawn, size=samples)
    low, high = np.percentile([*map(_shares, totals)], PERCENTILES, axis=0).tolist()
    return dict(zip(PAIR_MEASURES, zip(low, high, strict=True), strict=True))


def pair_losses(pairs: Sequence[DecidedPair]) -> PairLosses:
    """Return which removed documents judged pairs say to be lost.

    Args:
        pairs: The pairs, each judged.

    Raises:
        InputError: A stratum has two sizes.
    """
    retold = {each.retold for each in pairs if each.retold is not None}
    removed = [at for at, each in enumerate(pairs) if each.removed is not None]
    lost = [at for at in removed if not pairs[at].label.same and pairs[at].removed not in retold]
    weights = _weights(pairs)
    of_removed, of_lost = (
        sum(weights[_stratum(pairs[at])] for at in each) for each in (removed, lost)
    )
    return PairLosses(tuple(removed), tuple(lost), of_lost / of_removed if removed else 0.0)


def pair_mistakes(pairs: Sequence[DecidedPair]) -> tuple[list[int], list[int]]:
    """Return positions of joined pairs judged different, and of pairs apart judged the same.

    Those with the highest score come first, those without one last, ties by ids.

    Args:
        pairs: The pairs, each judged.
    """

    def order(at: int) -> tuple[float, str, str]:
        score, label = pairs[at].score, pairs[at].label
        return (1.0 if score is None else -score, label.a, label.b)

    wrong = [at for at, each in enumerate(pairs) if each.together is not each.label.same]
    merges = [at for at in wrong if pairs[at].together]
    splits = [at for at in wrong if not pairs[at].together]
    return sorted(merges, key=order), sorted(splits, key=order)


def are_weighted(pairs: Sequence[DecidedPair]) -> bool:
    """Return whether each pair was drawn from a stratum of known size."""
    return all(each.label.stratum_pairs is not None for each in pairs)


def _stratum(pair: DecidedPair) -> str:
    """Return the name of the stratum of a pair."""
    return pair.label.stratum or ""


def _weights(pairs: Sequence[DecidedPair]) -> dict[str, float]:
    """Return for how many pairs of documents one of each stratum counts, by its name.

    Raises:
        InputError: A stratum has two sizes.
    """
    judged = Counter(map(_stratum, pairs))
    if not are_weighted(pairs):
        return dict.fromkeys(judged, 1.0)
    sizes: dict[str, int] = {}
    for each in pairs:
        name, size = _stratum(each), each.label.stratum_pairs or 0
        if sizes.setdefault(name, size) != size:
            raise InputError(
                f"the stratum {printable(name)} has {sizes[name]:,} pairs and {size:,}: "
                "give the labels of one run"
            )
    return {name: sizes[name] / count for name, count in judged.items()}


def _table(pairs: Sequence[DecidedPair]) -> tuple[Float64s, Float64s]:
    """Return how many pairs each stratum has of each kind, and the weight of one of them.

    Returns:
        s x 4 counts, the strata by name: judged one story and joined, judged one story and apart,
        judged different and joined, judged different and apart; s weights.
    """
    weights = _weights(pairs)
    names = sorted(weights)
    number = {name: place for place, name in enumerate(names)}
    counts = np.zeros((len(names), 4))
    for each in pairs:
        counts[number[_stratum(each)], 2 * (not each.label.same) + (not each.together)] += 1
    return counts, np.array([weights[name] for name in names])


def _shares(totals: Float64s) -> tuple[float, float, float]:
    """Return precision, recall and F1 of the weighted numbers of the four kinds of pairs."""
    both, apart, wrong, _ = totals.tolist()
    precision = both / (both + wrong) if both + wrong else 1.0
    recall = both / (both + apart) if both + apart else 1.0
    return precision, recall, harmonic(precision, recall)
