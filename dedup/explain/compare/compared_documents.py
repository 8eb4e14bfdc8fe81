"""The documents of two runs side by side, as arrays: the stores are read in the order of ids."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.kernels.array_types import Bools, Float64s, Int8s, Int64s
from dedup.match.sorted_lookup import among
from dedup.store.document_states import STATUSES, State

if TYPE_CHECKING:
    from dedup.explain.open_run import Run

CANONICAL, DUPLICATE, UNIQUE, REJECTED = range(len(STATUSES))
"""Codes of statuses, their places in ``STATUSES``."""

ALONE = -1
"""The story of a document that is in none; no hash of a text is -1."""


@dataclass(frozen=True, slots=True)
class OneSide:
    """The compared documents as one run has them.

    Attributes:
        rows: Their rows in its store, int64.
        statuses: Their places in ``STATUSES``, int8.
        stories: Hashes of the ids of the canonicals, which name the stories, the same in both runs;
            ``ALONE`` for a document of none.
        scores: Those of the duplicates, NaN for other documents.
        only: Inputs that only this run has.
    """

    rows: Int64s
    statuses: Int8s
    stories: Int64s
    scores: Float64s
    only: int

    @property
    def kept(self) -> Bools:
        """Which documents are among the survivors."""
        kept: Bools = (self.statuses == CANONICAL) | (self.statuses == UNIQUE)
        return kept

    @property
    def compared(self) -> Bools:
        """Which documents could be in a story."""
        compared: Bools = self.statuses != REJECTED
        return compared


@dataclass(frozen=True, slots=True)
class ComparedDocuments:
    """The documents that two runs have, in the order of the bytes of their ids.

    Attributes:
        before: As the one run has them.
        after: As the other run has them.
        same_evidence: Whether both name the same relation and score.
    """

    before: OneSide
    after: OneSide
    same_evidence: Bools

    @property
    def same_canonical(self) -> Bools:
        """Whether both name the same canonical, or none."""
        same: Bools = self.before.stories == self.after.stories
        return same

    @property
    def swapped(self) -> ComparedDocuments:
        """The same with the two runs in the other order."""
        return ComparedDocuments(self.after, self.before, self.same_evidence)

    def with_canonical_of_after(self) -> Bools:
        """Return which documents ``before`` has in a story with the canonical of ``after``."""
        names, canonicals = self.after.stories, np.flatnonzero(self.after.statuses == CANONICAL)
        canonicals = canonicals[np.argsort(names[canonicals])]
        there = among(names, names[canonicals])
        places = canonicals[np.searchsorted(names[canonicals], names[there])]
        together = np.zeros(names.size, np.bool_)
        stories = self.before.stories
        together[there] = (stories[there] != ALONE) & (stories[there] == stories[places])
        return together


class _Columns:
    """What grows with the documents of one run: 25 bytes for each."""

    def __init__(self) -> None:
        """Begin without a document."""
        self.rows, self.statuses = array("q"), array("b")
        self.stories, self.scores = array("q"), array("d")
        self.only = 0

    def add(self, state: State) -> None:
        """Add a document that both runs have."""
        _, row, status, _, score, canonical, _ = state
        self.rows.append(row)
        self.statuses.append(status)
        self.stories.append(ALONE if canonical is None else hash(canonical))
        self.scores.append(np.nan if score is None else score)

    def side(self) -> OneSide:
        """Return the columns as arrays."""
        return OneSide(
            _array(self.rows),
            _array(self.statuses),
            _array(self.stories),
            _array(self.scores),
            self.only,
        )


def _array(column: array[Any]) -> Any:
    """Return a column as an array."""
    return np.frombuffer(column, column.typecode) if column else np.zeros(0, column.typecode)


def compare_documents(run: Run, other: Run) -> ComparedDocuments:
    """Return the documents that two runs have: their inputs, and what else they decided on.

    These are documents of earlier dumps of the same stores. An id that several inputs have, all but
    one of them rejected, stands for the first with the first, and so on.
    """
    before, after = _Columns(), _Columns()
    same_evidence = bytearray()
    for left, right in _side_by_side(*_states(run, other)):
        if left is not None and right is not None:
            before.add(left)
            after.add(right)
            same_evidence.append(left[3:5] == right[3:5])
        elif left is not None:
            before.only += left[-1]
        elif right is not None:
            after.only += right[-1]
    same = np.frombuffer(bytes(same_evidence), np.bool_)
    return ComparedDocuments(before.side(), after.side(), same)


def _states(run: Run, other: Run) -> tuple[Iterator[State], Iterator[State]]:
    """Return what became of the documents that either run decided on."""
    numbers = [dump_number(each) for each in (run, other)]
    earlier = sorted(
        {
            doc_id
            for each, number in zip((run, other), numbers, strict=True)
            for doc_id in each.store.states.decided_again(number)
        }
    )
    one, two = (
        each.store.states.by_id(number, earlier)
        for each, number in zip((run, other), numbers, strict=True)
    )
    return one, two


def dump_number(run: Run) -> int:
    """Return the number of the dump of a run in its store."""
    number: int = run.manifest.get("store", {}).get("dump", run.store.dumps.number)
    return number


def _side_by_side(
    one: Iterator[State], other: Iterator[State]
) -> Iterator[tuple[State | None, State | None]]:
    """Merge two runs by id; None stands where one has no such document."""
    left, right = next(one, None), next(other, None)
    while left is not None and right is not None:
        if left[0] == right[0]:
            yield left, right
            left, right = next(one, None), next(other, None)
        elif left[0] < right[0]:
            yield left, None
            left = next(one, None)
        else:
            yield None, right
            right = next(other, None)
    while left is not None:
        yield left, None
        left = next(one, None)
    while right is not None:
        yield None, right
        right = next(other, None)
