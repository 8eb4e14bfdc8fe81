"""Connected documents to stories: each member matches its canonical, or the group splits.

A chain A ~ B ~ C with A unlike C is connected but not one story. Of each connected set the canonical is
elected, the documents that match it directly are its story, and the rest is looked at again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from dedup.group.canonical import STUB_RATIO, Ballot, Policy, common_text, rank, why
from dedup.models import Facts, Member, Pair, Relation, Story

LEAD_SHARE = 0.5
"""Share of the shorter text's first shingles that must be among the longer's for it to begin alike: a
headline or caption line before the first sentence must not hide it."""

FIRST = 24
"""First shingles that are looked for: about a sentence. They may stand among twice as many."""

CONTAINED = 0.8
"""Containment from which a text counts as held by another when stubs and roundups are told."""


class Texts(Protocol):
    """Where the texts of a connected set can be compared."""

    def shingles(self, twin: int) -> npt.NDArray[np.uint32]:
        """Return the shingles of a text, in text order."""

    def pairs(self, twin: int, others: Sequence[int]) -> list[Pair]:
        """Return what is measured between one text and others, seen from the others."""


Relate = Callable[[Facts, Facts, Pair], tuple[Relation, float] | None]


@dataclass(frozen=True, slots=True)
class Links:
    """One connected set.

    Attributes:
        documents: Facts of its documents, any order.
        edges: Verified pairs (twin, twin), seen from the first.
    """

    documents: tuple[Facts, ...]
    edges: Mapping[tuple[int, int], Pair]


def split(links: Links, texts: Texts, relate: Relate, policy: Policy) -> list[Story]:
    """Return the stories of one connected set; documents in none of them are unique.

    Args:
        links: The set.
        texts: For what the edges do not say: canonical and member may never have met in a bucket.
        relate: ``relate(canonical, member, pair)`` names a relation or returns None.
        policy: Rules that elect the canonical.

    Returns:
        Stories of two or more; no document is in two.
    """
    stories = []
    waiting = [tuple(sorted(links.documents, key=lambda facts: facts.doc_id))]
    while waiting:
        pending = waiting.pop()
        ranked = rank(_ballots(pending, links.edges, texts), policy)
        first, rest = ranked[0], ranked[1:]
        pairs = texts.pairs(first.facts.twin, [ballot.facts.twin for ballot in rest])
        joined, left = [], []
        for ballot, pair in zip(rest, pairs, strict=True):
            related = relate(first.facts, ballot.facts, pair)
            if related is None:
                left.append(ballot.facts)
            else:
                joined.append((ballot, _member(ballot.facts, pair, related)))
        if joined:
            stories.append(_story(first, joined, policy))
        waiting.extend(_connected(left, links.edges))
    return stories


def _member(facts: Facts, pair: Pair, related: tuple[Relation, float]) -> Member:
    """Return a member with the evidence against its canonical."""
    relation, score = related
    return Member(
        row=facts.row,
        doc_id=facts.doc_id,
        relation=relation,
        score=score,
        jaccard=pair.jaccard,
        contained=pair.contained,
        contains=pair.contains,
    )


def _story(first: Ballot, joined: Sequence[tuple[Ballot, Member]], policy: Policy) -> Story:
    """Return the story of one canonical; ``joined`` is in the order of the election."""
    canonical = first.facts
    everyone = [canonical, *(ballot.facts for ballot, _ in joined)]
    dated = sorted((f.moment, f.date) for f in everyone if f.moment is not None and f.date)
    return Story(
        story_id=story_id(canonical.doc_id),
        why=why(first, joined[0][0], policy),
        members=(
            Member(row=canonical.row, doc_id=canonical.doc_id),
            *sorted((member for _, member in joined), key=lambda member: member.doc_id),
        ),
        first_date=dated[0][1] if dated else None,
        last_date=dated[-1][1] if dated else None,
        outlets=tuple(sorted({f.host for f in everyone if f.host})),
        agencies=tuple(sorted({f.agency for f in everyone if f.agency})),
    )


def story_id(canonical_id: str) -> str:
    """Return the name of the story that a document is the canonical of.

    >>> story_id("a.html")
    's-3b9c358f36f0a31b'
    """
    digest = hashlib.sha256(canonical_id.encode("utf-8", "surrogatepass"))
    return f"s-{digest.hexdigest()[:16]}"


def _ballots(
    pending: Sequence[Facts], edges: Mapping[tuple[int, int], Pair], texts: Texts
) -> list[Ballot]:
    """Return what the rules need to know of each document among the others of ``pending``."""
    weights: dict[int, int] = {}
    for facts in pending:
        weights[facts.twin] = weights.get(facts.twin, 0) + 1
    twins = sorted(weights)
    shares = common_text([np.unique(texts.shingles(t)) for t in twins], [weights[t] for t in twins])
    coverage = dict(zip(twins, shares, strict=True))
    stubs, roundups = _stubs_and_roundups(pending, edges, texts)
    pages: dict[str, int] = {}
    for facts in pending:
        if facts.canonical_page and facts.canonical_page != facts.page:
            pages[facts.canonical_page] = pages.get(facts.canonical_page, 0) + 1
    return [
        Ballot(
            facts=facts,
            stub=facts.twin in stubs,
            roundup=facts.twin in roundups,
            declared=pages.get(facts.page, 0) if facts.page else 0,
            coverage=coverage[facts.twin][0],
            surplus=coverage[facts.twin][1],
        )
        for facts in pending
    ]


def _stubs_and_roundups(
    pending: Sequence[Facts], edges: Mapping[tuple[int, int], Pair], texts: Texts
) -> tuple[set[int], set[int]]:
    """Return the texts that are the start of a far longer one, and those that hold a far shorter one
    elsewhere than at their start."""
    sizes = {facts.twin: facts.shingles for facts in pending}
    starts, roundups = [], set()
    for (one, other), pair in edges.items():
        if one not in sizes or other not in sizes:
            continue
        short, long = sorted((one, other), key=lambda twin: (sizes[twin], twin))
        held = pair.contained if short == one else pair.contains
        if held < CONTAINED or sizes[long] < STUB_RATIO * sizes[short]:
            continue
        if _begin_alike(texts.shingles(short), texts.shingles(long)):
            starts.append((short, long))
        else:
            roundups.add(long)
    return {short for short, long in starts if long not in roundups}, roundups


def _begin_alike(short: npt.NDArray[np.uint32], long: npt.NDArray[np.uint32]) -> bool:
    """Return whether the first shingles of a text are among the first of a longer one."""
    return bool(np.isin(short[:FIRST], long[: 2 * FIRST]).mean() >= LEAD_SHARE)


def _connected(
    documents: Sequence[Facts], edges: Mapping[tuple[int, int], Pair]
) -> list[tuple[Facts, ...]]:
    """Return the connected sets of two or more among some documents; texts that are the same are one."""
    root = {facts.twin: facts.twin for facts in documents}

    def find(twin: int) -> int:
        while root[twin] != twin:
            root[twin] = root[root[twin]]
            twin = root[twin]
        return twin

    for one, other in edges:
        if one in root and other in root:
            low, high = sorted((find(one), find(other)))
            root[high] = low
    sets: dict[int, list[Facts]] = {}
    for facts in documents:
        sets.setdefault(find(facts.twin), []).append(facts)
    return [tuple(group) for group in sets.values() if len(group) > 1]
