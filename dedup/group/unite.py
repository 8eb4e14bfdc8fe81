"""Write-ups of one story, each with its copies, to one story with one canonical."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.group.canonical import Ballot, Policy, common_text, declared_pages, rank, why
from dedup.group.net import Texts
from dedup.group.told import told_member, told_story
from dedup.models import Facts, Link, Pair, Relation, Story

Retell = Callable[[Facts, Facts, Pair, float], tuple[Relation, float]]
"""Names what a member is to the canonical, given their pair and the write-ups' story score."""


@dataclass(frozen=True, slots=True)
class WriteUp:
    """One telling of a story.

    Attributes:
        head: The document that was elected among its copies, or the only one.
        copies: The others.
        terms: Sorted distinct terms of the head.
    """

    head: Facts
    copies: tuple[Facts, ...]
    terms: npt.NDArray[np.uint32]


def unite(
    write_ups: Sequence[WriteUp],
    scores: npt.NDArray[np.float64],
    shared: npt.NDArray[np.bool_],
    weakest: Link,
    texts: Texts,
    retell: Retell,
    policy: Policy,
) -> Story:
    """Return the story that several write-ups tell.

    The heads stand for election, one vote each, however often a write-up was copied: ``complete``
    asks which of them tells most of what at least half of them tell.

    Args:
        write_ups: Two or more.
        scores: n x n: how likely two of them tell one story.
        shared: n x n: whether one was made from the other: they are one origin.
        weakest: The weakest join that made the story.
        texts: Shingles of all documents.
        retell: Names relations.
        policy: Rules that elect the canonical.
    """
    ballots = _ballots(write_ups)
    first, second, *_ = rank(ballots, policy)
    place = next(k for k, part in enumerate(write_ups) if part.head.row == first.facts.row)
    listed = [
        (facts, 1.0 if index == place else float(scores[place, index]))
        for index, part in enumerate(write_ups)
        for facts in (part.head, *part.copies)
        if facts.row != first.facts.row
    ]
    pairs = texts.pairs(first.facts.twin, [facts.twin for facts, _ in listed])
    members = [
        told_member(facts, pair, retell(first.facts, facts, pair, chance))
        for (facts, chance), pair in zip(listed, pairs, strict=True)
    ]
    everyone = [facts for part in write_ups for facts in (part.head, *part.copies)]
    return told_story(
        first.facts,
        members,
        everyone,
        why(first, second, policy),
        origins=_origins([part.head.twin for part in write_ups], shared),
        weakest=weakest,
    )


def _ballots(write_ups: Sequence[WriteUp]) -> list[Ballot]:
    """Return what the rules look at of each head."""
    pages = declared_pages([each for part in write_ups for each in (part.head, *part.copies)])
    shares = common_text([part.terms for part in write_ups], [1] * len(write_ups))
    return [
        Ballot(
            facts=part.head,
            declared=pages.get(part.head.page, 0),
            coverage=coverage,
            surplus=surplus,
        )
        for part, (coverage, surplus) in zip(write_ups, shares, strict=True)
    ]


def _origins(twins: Sequence[int], shared: npt.NDArray[np.bool_]) -> int:
    """Return how many of some texts were written independently: none shares much with another."""
    from dedup.kernels.pairs import components  # compiled code is loaded when it is first needed

    numbers = np.array(twins)
    left, right = np.nonzero(shared | (numbers[:, np.newaxis] == numbers))
    return int(np.sum(components(numbers.size, left, right) == np.arange(numbers.size)))
