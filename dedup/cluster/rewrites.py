"""Tellings of one story, each with its copies, to one story with one canonical."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from dedup.cluster.build_story import build_member, build_story
from dedup.cluster.canonical import Ballot, Policy, common_text, declared_pages, rank, why
from dedup.cluster.copy_graph import Texts
from dedup.cluster.page_versions import superseded
from dedup.kernels.array_types import Bools, Float64s, UInt32s
from dedup.kernels.components import components
from dedup.models import Facts, Link, Pair, Relation, Story

Retell = Callable[[Facts, Facts, Pair, float], tuple[Relation, float]]
"""Returns what a member is to the canonical, given their pair and the tellings' story score."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One telling of a story.

    Attributes:
        representative: The document that was elected among its copies, or the only one.
        copies: The others.
        terms: Sorted distinct terms of the representative.
    """

    representative: Facts
    copies: tuple[Facts, ...]
    terms: UInt32s


def merge_rewrites(
    tellings: Sequence[Telling],
    scores: Float64s,
    shared: Bools,
    weakest: Link,
    texts: Texts,
    retell: Retell,
    policy: Policy,
) -> Story:
    """Return the story of several tellings.

    The representatives are the candidates, one vote each, however often a telling was copied:
    ``complete`` compares which of them covers most of the terms that at least half of them have.

    Args:
        tellings: Two or more.
        scores: n x n: how likely two of them tell one story.
        shared: n x n: whether one was made from the other: they are one origin.
        weakest: The weakest join that made the story.
        texts: Shingles of all documents.
        retell: Names relations.
        policy: Rules that elect the canonical.
    """
    ballots = ballots_of(tellings, texts)
    first, second, *_ = rank(ballots, policy)
    place = next(k for k, part in enumerate(tellings) if part.representative.row == first.facts.row)
    listed = [
        (facts, 1.0 if index == place else float(scores[place, index]))
        for index, part in enumerate(tellings)
        for facts in (part.representative, *part.copies)
        if facts.row != first.facts.row
    ]
    pairs = texts.pairs(first.facts.text_id, [facts.text_id for facts, _ in listed])
    members = [
        build_member(facts, pair, retell(first.facts, facts, pair, chance))
        for (facts, chance), pair in zip(listed, pairs, strict=True)
    ]
    everyone = [facts for part in tellings for facts in (part.representative, *part.copies)]
    return build_story(
        first.facts,
        members,
        everyone,
        why(first, second, policy),
        origins=_origins([part.representative.text_id for part in tellings], shared),
        weakest=weakest,
    )


def ballots_of(tellings: Sequence[Telling], texts: Texts) -> list[Ballot]:
    """Return the ballot of each representative.

    One with the text of an earlier version of another's page is superseded, too.
    """

    def measured(one: Facts, other: Facts) -> Pair:
        return texts.pairs(one.text_id, [other.text_id])[0]

    everyone = sorted(
        (each for part in tellings for each in (part.representative, *part.copies)),
        key=attrgetter("doc_id"),
    )
    pages = declared_pages(everyone)
    rows = superseded(everyone, measured)
    earlier = {each.text_id: rows[each.row] for each in everyone if each.row in rows}
    shares = common_text([part.terms for part in tellings], [1] * len(tellings))
    return [
        Ballot(
            facts=part.representative,
            declared=pages.get(part.representative.page, 0),
            coverage=coverage,
            surplus=surplus,
            superseded=earlier.get(part.representative.text_id),
            compared="terms",
        )
        for part, (coverage, surplus) in zip(tellings, shares, strict=True)
    ]


def _origins(text_ids: Sequence[int], shared: Bools) -> int:
    """Return how many of some texts were written independently: none shares much with another."""
    numbers = np.array(text_ids)
    left, right = np.nonzero(shared | (numbers[:, np.newaxis] == numbers))
    return int(np.sum(components(numbers.size, left, right) == np.arange(numbers.size)))
