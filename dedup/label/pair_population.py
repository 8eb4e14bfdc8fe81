"""The pairs of documents that a run compared: from them pairs are drawn to be judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup.kernels.array_types import Bools, Float64s, Int64s

if TYPE_CHECKING:
    from dedup.explain.open_run import Run


@dataclass(frozen=True, slots=True)
class PairPopulation:
    """Pairs of representatives, each for all pairs of documents that they stand for.

    A pair is of two representatives that were proposed and scored at 0.01 or more, or of two of one
    loose group; or of a representative and itself, for its copies. Pairs that were never proposed
    are in none.

    Attributes:
        rows: Row of each representative in the store, ascending.
        copies: Documents that each stands for: its copies and itself.
        left: One representative of each pair, as its index in ``rows``.
        right: The other; the same where the pair is of its copies.
        score: How likely both tell one story, in [0, 1]: the story score inside a loose group, else
            the candidate score; 1 for copies.
        grouped: Whether both are of one loose group; True for copies.
        together: Whether the run put both into one story.
        linked: Whether one of the two stands for the canonical of the story of both.
    """

    rows: Int64s
    copies: Int64s
    left: Int64s
    right: Int64s
    score: Float64s
    grouped: Bools
    together: Bools
    linked: Bools

    @property
    def documents(self) -> Int64s:
        """How many pairs of documents each pair stands for."""
        left, right = self.copies[self.left], self.copies[self.right]
        of_copies = (self.left == self.right).astype(np.int64)
        found: Int64s = left * (right - of_copies) // (1 + of_copies)
        return found


def pair_population(run: Run) -> PairPopulation:
    """Return the pairs of documents that a run compared.

    Raises:
        OutputError: The run has no stories of rewrites, or was made by an earlier version.
    """
    raise NotImplementedError
