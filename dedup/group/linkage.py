"""Connected documents to stories: each member matches its canonical, or the group splits.

A chain A ~ B ~ C with A unlike C is connected but not one story. Of each connected set the
canonical is elected, the documents that match it directly are its story, and the rest is looked at
again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Protocol

import numpy as np
import numpy.typing as npt

from dedup.group.canonical import STUB_RATIO, Ballot, Policy, common_text, declared_pages, rank, why
from dedup.group.told import told_member, told_story
from dedup.models import SAME, Facts, Link, Member, Pair, Relation, Story

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

    def distinct(self, twin: int) -> npt.NDArray[np.uint32]:
        """Return the sorted distinct shingles of a text."""

    def pairs(self, twin: int, others: Sequence[int]) -> list[Pair]:
        """Return what is measured between one text and others, seen from the others."""


COMPLETED = 64
"""Most texts of a connected set whose pairs are all measured; of larger ones those that met."""

Relate = Callable[[Facts, Facts, Pair], tuple[Relation, float] | None]


@dataclass(frozen=True, slots=True)
class Links:
    """One connected set.

    Attributes:
        documents: Facts of its documents, any order.
        edges: Matching pairs (twin, twin), the smaller first.
    """

    documents: tuple[Facts, ...]
    edges: Sequence[tuple[int, int]]


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
    documents = tuple(sorted(links.documents, key=attrgetter("doc_id")))
    net = _Net(documents, links.edges, texts, relate, policy)
    roundups = frozenset(long for (_, long), alike in net.held.items() if not alike)
    if not roundups:
        ranking = net.ranked(documents)
        joined = _matches(ranking[0].facts, documents, net)
        if len(joined) == len(documents) - 1:  # as nearly always
            return [_story(_Star(ranking[0].facts, joined), ranking, policy)]
    plain = [facts for facts in documents if facts.twin not in roundups]
    stars = _stars(plain, net)
    taken = {member.facts.row for star in stars for member in star.members}
    stars += [_Star(facts, []) for facts in plain if facts.row not in taken]
    _settle(stars, net)
    rest = _add_roundups([f for f in documents if f.twin in roundups], stars, net)
    stars += _stars(rest, net)
    return [
        _story(star, _final_ranking(star, net, roundups), policy)
        for star in stars
        if len(star.members) > 1
    ]


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


def _stars(documents: Sequence[Facts], net: _Net) -> list[_Star]:
    """Elect among connected documents, take out what matches the elected, and go on with the rest.

    What is left matches none of those elected before: of the documents that stay no two match.
    """
    stars = []
    waiting = net.connected(documents)
    while waiting:
        pending = waiting.pop()
        first, joined = _elect(pending, net)
        taken = {first.row, *(each.facts.row for each in joined)}
        if joined:
            stars.append(_Star(first, joined))
        waiting.extend(net.connected([facts for facts in pending if facts.row not in taken]))
    return stars


def _elect(pending: Sequence[Facts], net: _Net) -> tuple[Facts, list[_Joined]]:
    """Return a document of a set that wins among its own matches, and these matches.

    Completeness hangs on who stands for election: the winner among all need not win among those
    that match it. Then the winner of these is tried, until one holds. Where they come round again
    the winner among all stands.
    """
    best = net.ranked(pending)[0].facts
    first, tried = best, set[int]()
    while True:
        tried.add(first.row)
        joined = _matches(first, pending, net)
        everyone = [first, *(each.facts for each in joined)]
        winner = net.ranked(everyone)[0].facts
        if winner.row == first.row:
            return first, joined
        if winner.row in tried:
            return best, _matches(best, pending, net)
        first = winner


def _matches(first: Facts, pending: Sequence[Facts], net: _Net) -> list[_Joined]:
    """Return the documents of a set that match one of them."""
    others = [facts for facts in pending if facts.row != first.row]
    pairs = net.texts.pairs(first.twin, [facts.twin for facts in others])
    return [
        _Joined(facts, pair, related)
        for facts, pair in zip(others, pairs, strict=True)
        if (related := net.relate(first, facts, pair))
    ]


def _settle(stars: Sequence[_Star], net: _Net) -> None:
    """Move each member to the canonical it shares most with, documents left alone among them.

    The elected takes all that matches it, which may be another's copy even more. Documents with the
    same text move together, and never to a stub of theirs.
    """
    by_text: dict[int, list[_Star]] = {}
    for star in stars:
        by_text.setdefault(star.canonical.twin, []).append(star)
    for star in sorted(stars, key=lambda star: star.canonical.doc_id):
        texts: dict[int, list[_Joined]] = {}
        for joined in sorted(star.members[1:], key=lambda joined: joined.facts.doc_id):
            texts.setdefault(joined.facts.twin, []).append(joined)
        for twin, alike in texts.items():
            for other, moved in _better(twin, alike, star, by_text, net)[:1]:
                star.members = [each for each in star.members if each not in alike]
                other.members.extend(moved)


def _better(
    twin: int,
    alike: Sequence[_Joined],
    star: _Star,
    by_text: Mapping[int, Sequence[_Star]],
    net: _Net,
) -> list[tuple[_Star, list[_Joined]]]:
    """Return the stories whose canonicals members with one text share more with, best first."""
    now = alike[0].pair.jaccard if alike[0].pair else 1.0
    found = []
    for text, pair in (*net.seen[twin], (twin, SAME)):
        if text not in by_text or pair.jaccard <= now or net.held.get((text, twin)):
            continue
        for other in by_text[text]:
            related = [net.relate(other.canonical, each.facts, pair) for each in alike]
            if other is not star and all(related):
                moved = [
                    _Joined(each.facts, pair, told)
                    for each, told in zip(alike, related, strict=True)
                ]
                found.append((-pair.jaccard, other.canonical.doc_id, other, moved))
    return [(other, moved) for _, _, other, moved in sorted(found, key=lambda each: each[:2])]


def _add_roundups(roundups: Sequence[Facts], stars: Sequence[_Star], net: _Net) -> list[Facts]:
    """Add each roundup to the story that it shares most with; return those that do not match it.

    The story is that of the document it is most alike, be that the canonical or not.
    """
    star_of = {joined.facts.twin: star for star in stars for joined in star.members}
    rest = []
    for facts in roundups:
        alike = [
            (-pair.jaccard, star_of[twin].canonical.doc_id, star_of[twin])
            for twin, pair in net.seen.get(facts.twin, ())
            if twin in star_of
        ]
        if not alike:
            rest.append(facts)
            continue
        star = min(alike, key=lambda each: each[:2])[2]
        pair = net.texts.pairs(star.canonical.twin, [facts.twin])[0]
        related = net.relate(star.canonical, facts, pair)
        if related:
            star.members.append(_Joined(facts, pair, related))
        else:
            rest.append(facts)
    return rest


def _member(joined: _Joined) -> Member:
    """Return a member with the evidence against its canonical."""
    if joined.pair is None or joined.related is None:
        return Member(row=joined.facts.row, doc_id=joined.facts.doc_id)
    return told_member(joined.facts, joined.pair, joined.related)


def _final_ranking(star: _Star, net: _Net, roundups: frozenset[int]) -> list[Ballot]:
    """Return what the rules saw of a story's documents, best first; roundups had no voice."""
    everyone = [each.facts for each in star.members]
    plain = [facts for facts in everyone if facts.twin not in roundups]
    if not plain or len(plain) == len(everyone):
        return net.ranked(everyone)
    added = [Ballot(facts, roundup=True) for facts in everyone if facts.twin in roundups]
    return rank([*net.ranked(plain), *added], net.policy)


def _story(star: _Star, ranking: Sequence[Ballot], policy: Policy) -> Story:
    """Return the story of a canonical and its members, with the reason for the election."""
    canonical = next(b for b in ranking if b.facts.row == star.canonical.row)
    runner_up = next(b for b in ranking if b.facts.row != star.canonical.row)
    members = [_member(joined) for joined in star.members[1:]]
    far = min(members, key=lambda member: (member.score or 0.0, member.doc_id))
    return told_story(
        star.canonical,
        members,
        [ballot.facts for ballot in ranking],
        why(canonical, runner_up, policy),
        origins=1,
        weakest=Link(star.canonical.doc_id, far.doc_id, far.score or 0.0),
    )


class _Net:
    """One connected set of documents, laid out for the questions that grouping keeps asking.

    Attributes:
        documents: The documents, by id.
        texts: The texts.
        relate: Names relations.
        policy: Rules that elect.
    """

    def __init__(
        self,
        documents: Sequence[Facts],
        edges: Sequence[tuple[int, int]],
        texts: Texts,
        relate: Relate,
        policy: Policy,
    ) -> None:
        """Take a set; what is not asked is not worked out."""
        self.documents = documents
        self.texts = texts
        self.relate = relate
        self.policy = policy
        self._edges = edges
        self._sizes = {facts.twin: facts.shingles for facts in documents}
        self._voters = frozenset[int]()
        self._ranking: list[Ballot] = []

    @cached_property
    def _measured(self) -> dict[tuple[int, int], Pair]:
        """Pairs (twin, twin) that were measured, the smaller first, seen from it.

        All of a small set, those that met in a bucket of a large one.
        """
        twins = sorted(self._sizes)
        met: dict[int, list[int]] = {}
        if len(twins) <= COMPLETED:
            met = {twin: twins[index + 1 :] for index, twin in enumerate(twins)}
        else:
            for one, other in self._edges:
                met.setdefault(one, []).append(other)
        return {
            (one, other): pair.reversed()
            for one, others in met.items()
            for other, pair in zip(others, self.texts.pairs(one, others), strict=True)
        }

    @cached_property
    def seen(self) -> dict[int, list[tuple[int, Pair]]]:
        """For each text those it was measured with, and the pair seen from it."""
        seen: dict[int, list[tuple[int, Pair]]] = {twin: [] for twin in self._sizes}
        for (one, other), pair in self._measured.items():
            seen[one].append((other, pair))
            seen[other].append((one, pair.reversed()))
        return seen

    @cached_property
    def held(self) -> dict[tuple[int, int], bool]:
        """Texts (short, long): the long one holds the short and much more. Does it begin so?"""
        sizes = self._sizes
        if max(sizes.values()) < STUB_RATIO * min(sizes.values()):
            return {}
        return {
            (short, long): _begin_alike(self.texts.shingles(short), self.texts.shingles(long))
            for short in sizes
            for long, pair in self.seen[short]
            if pair.contained >= CONTAINED and sizes[long] >= STUB_RATIO * sizes[short]
        }

    @cached_property
    def _stub_of(self) -> dict[int, list[int]]:
        """For each stub the texts that it is the start of."""
        found: dict[int, list[int]] = {}
        for (short, long), alike in self.held.items():
            if alike:
                found.setdefault(short, []).append(long)
        return found

    @cached_property
    def _linked(self) -> dict[int, list[int]]:
        """For each text those that match it."""
        by_twin: dict[int, list[Facts]] = {}
        for facts in self.documents:
            by_twin.setdefault(facts.twin, []).append(facts)
        linked: dict[int, list[int]] = {twin: [] for twin in by_twin}
        edges = set(self._edges)
        for (one, other), pair in self._measured.items():
            if (one, other) in edges or any(
                self.relate(a, b, pair.reversed()) for a in by_twin[one] for b in by_twin[other]
            ):
                linked[one].append(other)
                linked[other].append(one)
        return linked

    def connected(self, documents: Sequence[Facts]) -> list[list[Facts]]:
        """Return the connected sets of two or more among some of the documents.

        Documents with the same text are connected.
        """
        by_twin: dict[int, list[Facts]] = {}
        for facts in documents:
            by_twin.setdefault(facts.twin, []).append(facts)
        unseen = set(by_twin)
        sets = []
        for start in by_twin:
            if start not in unseen:
                continue
            unseen.remove(start)
            reached = [start]
            for twin in reached:  # grows as it goes
                fresh = unseen.intersection(self._linked[twin])
                unseen -= fresh
                reached.extend(fresh)
            group = [facts for twin in reached for facts in by_twin[twin]]
            if len(group) > 1:
                sets.append(group)
        return sets

    def ranked(self, documents: Sequence[Facts]) -> list[Ballot]:
        """Return what the rules need to know of some documents among one another, best first.

        The last answer is kept: where all match the elected, the same are asked for again.
        """
        voters = frozenset(facts.row for facts in documents)
        if voters != self._voters:
            self._voters = voters
            self._ranking = rank(self._ballots(documents), self.policy)
        return self._ranking

    def _ballots(self, documents: Sequence[Facts]) -> list[Ballot]:
        """Return what the rules need to know of each document among the others."""
        weights = Counter(facts.twin for facts in documents)
        pages = declared_pages(documents)
        sets = [self.texts.distinct(twin) for twin in weights]
        shares = dict(zip(weights, common_text(sets, list(weights.values())), strict=True))
        return [
            Ballot(
                facts=facts,
                stub=any(long in weights for long in self._stub_of.get(facts.twin, ())),
                declared=pages[facts.page],
                coverage=shares[facts.twin][0],
                surplus=shares[facts.twin][1],
            )
            for facts in documents
        ]


def _begin_alike(short: npt.NDArray[np.uint32], long: npt.NDArray[np.uint32]) -> bool:
    """Return whether the first shingles of a text are among the first of a longer one."""
    first, among = short[:FIRST].tolist(), set(long[: 2 * FIRST].tolist())
    return sum(value in among for value in first) >= LEAD_SHARE * max(1, len(first))
