"""The pairs of documents that a run compared: from them pairs are drawn to be judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

import numpy as np

from dedup.errors import OutputError
from dedup.kernels.array_types import Bools, Float64s, Int64s
from dedup.label.decided_stories import DecidedStories
from dedup.label.scored_groups import read_groups_of, scored_groups
from dedup.match.minhash_lsh import encoded
from dedup.match.story_score import probability
from dedup.run.regroup import refuse_unless_last
from dedup.run.run_settings import scorer_of

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

    Of a store of several dumps these are the pairs of the last one, which alone can be decided
    again: all of its loose groups, where earlier documents may be; those that it proposed; and the
    copies of each document that has one of this dump among them. Pairs that only earlier dumps
    compared are in none.

    Pairs are in the order of the bytes of their ids, the lower one on the left: the order of the
    inputs changes nothing.

    Args:
        run: The run.

    Raises:
        OutputError: The run has no stories of rewrites, was made by an earlier version, or is not
            the last of its store.
    """
    _refuse_without_groups(run)
    stories = DecidedStories.read(run.store)
    left, right, score, grouped = _each_once(
        [*_of_groups(run), _proposed(run), _of_copies(stories.copied())]
    )
    rows = np.unique(np.concatenate([left, right]))
    ends = np.searchsorted(rows, left), np.searchsorted(rows, right)
    one, other, order = _by_id(*ends, _ranks(run, rows))
    story, is_canonical = stories.of(rows)
    together = (story[one] == story[other]) & (story[one] >= 0)
    return PairPopulation(
        rows,
        stories.copies(rows),
        one,
        other,
        score[order],
        grouped[order],
        together,
        together & (is_canonical[one] | is_canonical[other]),
    )


def _refuse_without_groups(run: Run) -> None:
    """Refuse a run that did not group rewrites, or did not keep the groups.

    Raises:
        OutputError: It did not.
    """
    refuse_unless_last(run.store, run.path, run.manifest)
    if run.config.level == "copies":
        message = f"the run in {run.path} compared no rewrites"
        remedy = " --level stories"
    elif run.store.get("rewrite_basis") is None:
        message = f"the run in {run.path} is of an earlier version, which kept no loose groups"
        remedy = ""
    else:
        return
    command = f"dedup regroup {quote(str(run.path))} -o NEW{remedy}"
    raise OutputError(f"{message}; decide on it again with {command}, and name NEW", path=run.path)


Pairs = tuple[Int64s, Int64s, Float64s, Bools]
"""Rows of one representative and the other of each pair, the scores, and whether both are of one
loose group, as :class:`PairPopulation` has them."""


def _of_groups(run: Run) -> Iterator[Pairs]:
    """Yield all pairs of the loose groups with their story scores."""
    representatives, groups = read_groups_of(run)
    model, rows = scorer_of(run.store).group, representatives.numbered.rows
    for numbers, scored in scored_groups(run, representatives, groups, model, run.config):
        left, right = (rows[numbers[each]] for each in (scored.left, scored.right))
        yield left, right, probability(scored.odds), np.ones(left.size, np.bool_)


def _proposed(run: Run) -> Pairs:
    """Return the pairs that the last dump proposed, with their candidate scores."""
    scored = run.store.measured.candidate_scores()
    left, right = scored[:, :2].astype(np.int64).T
    return left, right, scored[:, 2], np.zeros(left.size, np.bool_)


def _of_copies(rows: Int64s) -> Pairs:
    """Return representatives with copies as pairs with themselves."""
    return rows, rows, np.ones(rows.size), np.ones(rows.size, np.bool_)


def _each_once(parts: Sequence[Pairs]) -> Pairs:
    """Return pairs, each as the first part has it that has it."""
    left, right, score, grouped = map(np.concatenate, zip(*parts, strict=True))
    _, first = np.unique(encoded(np.minimum(left, right), np.maximum(left, right)), True)
    return left[first], right[first], score[first], grouped[first]


def _ranks(run: Run, rows: Int64s) -> Int64s:
    """Return the place of each document in the order of the bytes of their ids."""
    names = run.store.lookups.ids(rows.tolist())
    ids = [names[row].encode() for row in rows.tolist()]
    ranks = np.empty(rows.size, np.int64)
    ranks[sorted(range(rows.size), key=ids.__getitem__)] = np.arange(rows.size)
    return ranks


def _by_id(one: Int64s, other: Int64s, ranks: Int64s) -> tuple[Int64s, Int64s, Int64s]:
    """Return pairs in the order of ids, the lower one on the left, and the place of each before."""
    swapped = ranks[one] > ranks[other]
    one, other = np.where(swapped, other, one), np.where(swapped, one, other)
    order = np.lexsort([ranks[other], ranks[one]])
    return one[order], other[order], order
