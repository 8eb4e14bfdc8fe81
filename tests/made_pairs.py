"""Made populations of pairs, with what is true of each pair of documents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup.label.draw_pairs import Strata, order_of_asking, strata_of
from dedup.label.pair_population import PairPopulation
from dedup.tune.estimates import Answers
from dedup.tune.replay_settings import Outcome, Setting

THRESHOLD = 0.18


@dataclass(frozen=True)
class MadePairs:
    """A population, and how many pairs of documents of each of its pairs are one story."""

    population: PairPopulation
    same: np.ndarray

    @property
    def strata(self) -> Strata:
        return strata_of(self.population, THRESHOLD)

    def outcome(self, together: np.ndarray | None = None, asked=None) -> Outcome:
        """What the run did; or another setting, of which nothing is removed."""
        population = self.population
        if together is not None:
            return Outcome(Setting(THRESHOLD, 4.0), together, np.zeros(len(asked)), 0)
        lost = self.lost_of_each if asked is None else self.lost_of_each[asked]
        removed = round(float((self.lost_of_each * population.documents).sum()))
        return Outcome(Setting(THRESHOLD, 4.0), population.together, lost, removed)

    @property
    def lost_of_each(self) -> np.ndarray:
        """One document removed for each pair of documents with a canonical."""
        return self.population.linked.astype(float)

    def truth(self, together: np.ndarray) -> tuple[float, float]:
        """Precision and recall of what a setting joins."""
        found = self.same[together].sum()
        return found / self.population.documents[together].sum(), found / self.same.sum()

    def answers(self, count: int, seed: int) -> Answers:
        """Draw as :func:`dedup.label.draw_pairs.draw_pairs` does, and answer by the truth."""
        generator, strata = np.random.default_rng(seed), self.strata
        sizes = np.bincount(order_of_asking(strata, self.population, count))
        pairs, answers = [], []
        for stratum, size in enumerate(sizes.tolist()):
            cells = np.flatnonzero(strata.of_pair == stratum)
            each = np.repeat(cells, self.population.documents[cells])
            first = np.concatenate([np.arange(n) for n in self.population.documents[cells]])
            drawn = generator.choice(each.size, size, replace=False)
            pairs.append(each[drawn])
            answers.append(first[drawn] < self.same[each[drawn]])
        return Answers(np.concatenate(pairs), np.concatenate(answers))


def made_pairs(size: int, seed: int, *, trust: float = 1.0, copies: int = 3) -> MadePairs:
    """Make pairs, a third of them joined.

    Args:
        size: Pairs of representatives.
        seed: Of the random numbers.
        trust: By what the log odds of the score count for the truth: 1 for a score that is right, 0
            for one that says nothing, -1 for one that says the opposite.
        copies: Most documents that a representative stands for.
    """
    generator = np.random.default_rng(seed)
    score = generator.beta(0.4, 1.2, size)
    odds = np.log(np.clip(score, 1e-6, 1 - 1e-6) / np.clip(1 - score, 1e-6, 1))
    joined = odds + generator.normal(0, 1, size) > np.log(0.4 / 0.6)
    likely = 1 / (1 + np.exp(-(trust * odds + 2.5 * joined - 0.5)))
    population = PairPopulation(
        np.arange(2 * size),
        generator.integers(1, copies + 1, 2 * size),
        np.arange(size),
        np.arange(size, 2 * size),
        score,
        joined | (score > 0.2),
        joined,
        joined & (generator.random(size) < 0.3),
    )
    return MadePairs(population, generator.binomial(population.documents, likely))
