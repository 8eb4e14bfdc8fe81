"""A population of pairs to a sample: stratified by score, so that few answers say much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedup.evaluation.labelled_pairs import LabelledPair
from dedup.kernels.array_types import Int64s

if TYPE_CHECKING:
    from dedup.explain.open_run import Run
    from dedup.label.pair_population import PairPopulation


KINDS = ("copies", "canonical", "story", "group", "apart")
"""What a pair can be in a run: copies; joined, one of them with the canonical; joined otherwise; in
one loose group, and not joined; neither."""


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
    """Divide a population by whether the run joined a pair, how, and by score."""
    raise NotImplementedError


def draw_pairs(run: Run, population: PairPopulation, count: int, seed: int) -> list[LabelledPair]:
    """Return pairs of documents to be judged, in the order of asking.

    Any first part of them is a sample as well, and a larger ``count`` begins with a smaller one's.

    Args:
        run: The run.
        population: What it compared.
        count: How many.
        seed: Of the random numbers; the same gives the same pairs.
    """
    raise NotImplementedError
