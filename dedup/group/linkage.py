"""Connected documents to stories: each member matches its canonical, or the group splits.

A chain A ~ B ~ C with A unlike C is connected but not one story. Of each connected set the
canonical is elected, the documents that match it directly are its story, and the rest is looked at
again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from dedup.group.canonical import STUB_RATIO, Ballot, Policy, common_text, rank, why
from dedup.models import Facts, Member, Pair, Relation, Story

LEAD_SHARE = 0.5
"""Share of the shorter text's first shingles that must be among the longer's to begin alike: a
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


COMPLETED = 64
"""Most texts of a connected set whose pairs are all measured: 2,016 pairs. Larger sets, which
copies of one text make, do with those that met in a bucket and those with a canonical."""

Relate = Callable[[Facts, Facts, Pair], tuple[Relation, float] | None]


@dataclass(frozen=True, slots=True)
class Links:
    """One connected set.

    Attributes:
        documents: Facts of its documents, any order.
        edges: Matching pairs (twin, twin), seen from the first.
        seen: These and other measured pairs, matching or not; filled in by :func:`split`.
    """

    documents: tuple[Facts, ...]
    edges: Mapping[tuple[int, int], Pair]
    seen: Mapping[tuple[int, int], Pair] = field(default_factory=dict)


def split(links: Links, texts: Texts, relate: Relate, policy: Policy) -> list[Story]:
    """Return the stories of one connected set; documents in none of them are unique.

    A roundup holds several stories and would tie them together. So stories are made of the other
    documents first, and each roundup is then added to the one story that most of it tells.

    Args:
        links: The set.
        texts: For what the edges do not say: canonical and member may never have met in a bucket.
        relate: ``relate(canonical, member, pair)`` names a relation or returns None.
        policy: Rules that elect the canonical.

    Returns:
        Stories of two or more; no document is in two.
    """
    documents = tuple(sorted(links.documents, key=lambda facts: facts.doc_id))
    links = replace(links, seen=_seen(links, texts))
    roundups = frozenset(_roundups(documents, links.seen, texts))
    plain = [facts for facts in documents if facts.twin not in roundups]
    stars = _stars(plain, links, texts, relate, policy)
    held = {member.facts.row for star in stars for member in star.members}
    stars += [_Star(facts, []) for facts in plain if facts.row not in held]
    _settle(stars, links.seen, relate)
    held_many = [facts for facts in documents if facts.twin in roundups]
    rest = _add_roundups(held_many, stars, links.seen, texts, relate)
    stars += _stars(rest, links, texts, relate, policy)
    return [
        _story(star, _ballots([m.facts for m in star.members], links.seen, texts, roundups), policy)
        for star in stars
        if len(star.members) > 1
    ]


def _seen(links: Links, texts: Texts) -> dict[tuple[int, int], Pair]:
    """Return the measured pairs of a set: all there are, unless it is large."""
    seen = dict(links.edges)
    twins = sorted({facts.twin for facts in links.documents})
    if len(twins) <= COMPLETED:
        for index, twin in enumerate(twins[:-1]):
            others = twins[index + 1 :]
            pairs = texts.pairs(twin, others)
            seen.update({(twin, o): p.reversed() for o, p in zip(others, pairs, strict=True)})
    return seen


@dataclass(frozen=True, slots=True)
class _Joined:
    """A document of a story on the making, with what it is to the canonical."""

    facts: Facts
    pair: Pair | None = None
    related: tuple[Relation, float] | None = None


class _Star:
    """A canonical and the documents that match it."""

    def __init__(self, canonical: Facts, members: Sequence[_Joined]) -> None:
        """Begin with some members besides the canonical."""
        self.canonical = canonical
        self.members = [_Joined(canonical), *members]


def _stars(
    documents: Sequence[Facts],
    links: Links,
    texts: Texts,
    relate: Relate,
    policy: Policy,
) -> list[_Star]:
    """Elect among connected documents, take out what matches the elected, and go on with the rest.

    Completeness hangs on who stands for election. Where the elected would not win among its own
    matches alone, these elect again among themselves; each such set is smaller than the one before.
    """
    stars = []
    waiting = _connected(documents, links.edges)
    while waiting:
        pending = waiting.pop()
        first = rank(_ballots(pending, links.seen, texts), policy)[0].facts
        others = [facts for facts in pending if facts.row != first.row]
        joined, left = [], []
        pairs = texts.pairs(first.twin, [facts.twin for facts in others])
        for facts, pair in zip(others, pairs, strict=True):
            related = relate(first, facts, pair)
            if related is None:
                left.append(facts)
            else:
                joined.append(_Joined(facts, pair, related))
        waiting.extend(_connected(left, links.edges))
        everyone = [first, *(each.facts for each in joined)]
        if (
            left
            and joined
            and rank(_ballots(everyone, links.seen, texts), policy)[0].facts != first
        ):
            waiting.append(tuple(everyone))
        elif joined:
            stars.append(_Star(first, joined))
    return stars


def _neighbours(edges: Mapping[tuple[int, int], Pair]) -> dict[int, list[tuple[int, Pair]]]:
    """Return for each text those it was paired with, and the pair seen from the other."""
    near: dict[int, list[tuple[int, Pair]]] = {}
    for (one, other), pair in sorted(edges.items()):
        near.setdefault(one, []).append((other, pair))
        near.setdefault(other, []).append((one, pair.reversed()))
    return near


def _settle(stars: Sequence[_Star], seen: Mapping[tuple[int, int], Pair], relate: Relate) -> None:
    """Move each member to the canonical it shares most with, documents left alone among them.

    The elected takes all that matches it, which may be another's copy even more.
    """
    by_text: dict[int, list[_Star]] = {}
    for star in stars:
        by_text.setdefault(star.canonical.twin, []).append(star)
    near = _neighbours(seen)
    for star in stars:
        for joined in list(star.members[1:]):
            least = joined.pair.jaccard if joined.pair else 0.0
            better = [
                (-pair.jaccard, other.canonical.doc_id, other, _Joined(joined.facts, pair, related))
                for twin, pair in near.get(joined.facts.twin, ())
                for other in by_text.get(twin, ())
                if pair.jaccard > least
                and (related := relate(other.canonical, joined.facts, pair)) is not None
            ]
            if better:
                _, _, other, moved = min(better, key=lambda each: each[:2])
                star.members.remove(joined)
                other.members.append(moved)


def _add_roundups(
    roundups: Sequence[Facts],
    stars: Sequence[_Star],
    seen: Mapping[tuple[int, int], Pair],
    texts: Texts,
    relate: Relate,
) -> list[Facts]:
    """Add each roundup to the story that it shares most with; return those that do not match it.

    The story is that of the document it is most alike, be that the canonical or not.
    """
    star_of = {joined.facts.twin: star for star in stars for joined in star.members}
    near = _neighbours(seen)
    rest = []
    for facts in roundups:
        alike = [
            (-pair.jaccard, star_of[twin].canonical.doc_id, star_of[twin])
            for twin, pair in near.get(facts.twin, ())
            if twin in star_of
        ]
        if not alike:
            rest.append(facts)
            continue
        star = min(alike, key=lambda each: each[:2])[2]
        pair = texts.pairs(star.canonical.twin, [facts.twin])[0]
        related = relate(star.canonical, facts, pair)
        if related:
            star.members.append(_Joined(facts, pair, related))
        else:
            rest.append(facts)
    return rest


def _member(joined: _Joined) -> Member:
    """Return a member with the evidence against its canonical."""
    facts, pair, related = joined.facts, joined.pair, joined.related
    if pair is None or related is None:
        return Member(row=facts.row, doc_id=facts.doc_id)
    return Member(
        row=facts.row,
        doc_id=facts.doc_id,
        relation=related[0],
        score=related[1],
        jaccard=pair.jaccard,
        contained=pair.contained,
        contains=pair.contains,
    )


def _story(star: _Star, ballots: Sequence[Ballot], policy: Policy) -> Story:
    """Return the story of a canonical and its members, with the reason for the election."""
    canonical = next(b for b in ballots if b.facts.row == star.canonical.row)
    others = rank([b for b in ballots if b.facts.row != star.canonical.row], policy)
    everyone = [ballot.facts for ballot in ballots]
    dated = sorted((f.moment, f.date) for f in everyone if f.moment is not None and f.date)
    first, *members = map(_member, star.members)
    return Story(
        story_id=story_id(star.canonical.doc_id),
        why=why(canonical, others[0], policy),
        members=(first, *sorted(members, key=lambda member: member.doc_id)),
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
    pending: Sequence[Facts],
    edges: Mapping[tuple[int, int], Pair],
    texts: Texts,
    roundups: frozenset[int] = frozenset(),
) -> list[Ballot]:
    """Return what the rules need to know of each document among the others of ``pending``."""
    weights: dict[int, int] = {}
    for facts in pending:
        weights[facts.twin] = weights.get(facts.twin, 0) + 1
    twins = sorted(weights)
    shares = common_text([np.unique(texts.shingles(t)) for t in twins], [weights[t] for t in twins])
    coverage = dict(zip(twins, shares, strict=True))
    stubs = _stubs(pending, edges, texts)
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


def _roundups(
    documents: Sequence[Facts], edges: Mapping[tuple[int, int], Pair], texts: Texts
) -> set[int]:
    """Return the texts that hold a far shorter one elsewhere than at their start."""
    return {
        long
        for short, long in _held(documents, edges)
        if not _begin_alike(texts.shingles(short), texts.shingles(long))
    }


def _stubs(
    documents: Sequence[Facts], edges: Mapping[tuple[int, int], Pair], texts: Texts
) -> set[int]:
    """Return the texts that are the start of a far longer one."""
    return {
        short
        for short, long in _held(documents, edges)
        if _begin_alike(texts.shingles(short), texts.shingles(long))
    }


def _held(
    documents: Sequence[Facts], edges: Mapping[tuple[int, int], Pair]
) -> list[tuple[int, int]]:
    """Return pairs (short, long) of texts in which the long one holds the short and much more."""
    sizes = {facts.twin: facts.shingles for facts in documents}
    found = []
    for (one, other), pair in edges.items():
        if one not in sizes or other not in sizes:
            continue
        short, long = sorted((one, other), key=lambda twin: (sizes[twin], twin))
        held = pair.contained if short == one else pair.contains
        if held >= CONTAINED and sizes[long] >= STUB_RATIO * sizes[short]:
            found.append((short, long))
    return found


def _begin_alike(short: npt.NDArray[np.uint32], long: npt.NDArray[np.uint32]) -> bool:
    """Return whether the first shingles of a text are among the first of a longer one."""
    return bool(np.isin(short[:FIRST], long[: 2 * FIRST]).mean() >= LEAD_SHARE)


def _connected(
    documents: Sequence[Facts], edges: Mapping[tuple[int, int], Pair]
) -> list[tuple[Facts, ...]]:
    """Return the connected sets of two or more documents; texts that are the same are one."""
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
