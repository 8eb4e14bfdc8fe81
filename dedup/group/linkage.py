"""Connected documents to stories: each member matches its canonical, or the group splits.

A chain A ~ B ~ C with A unlike C is connected but not one story. Of each connected set the
canonical is elected, the documents that match it directly are its story, and the rest is looked at
again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from dedup.group.canonical import Ballot, Policy, Share, rank, why
from dedup.group.net import Net, Relate, Texts
from dedup.group.told import told_member, told_story
from dedup.models import SAME, Facts, Link, Member, Pair, Relation, Story, Why

KEPT = "elected in an earlier dump; not all of its copies match the runner-up"
"""Why a canonical stays where a new document would win."""


@dataclass(frozen=True, slots=True)
class Links:
    """One connected set.

    Attributes:
        documents: Facts of its documents, any order.
        edges: Matching pairs (twin, twin), the smaller first.
        shares: How each text shares in what all documents tell; may hold other texts, too.
        write_ups: Documents (their rows, that of the canonical first) that an earlier dump found to
            be copies: they stay together.
    """

    documents: tuple[Facts, ...]
    edges: Sequence[tuple[int, int]]
    shares: Mapping[int, Share]
    write_ups: Sequence[tuple[int, ...]] = ()


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
    net = Net(documents, links.edges, links.shares, texts, relate, policy)
    roundups = frozenset(long for (_, long), alike in net.held.items() if not alike)
    stories = _anew(documents, roundups, net, policy)
    if links.write_ups and _torn(links.write_ups, stories):
        return _going_on(links.write_ups, documents, roundups, net, policy)
    return stories


def _anew(
    documents: Sequence[Facts], roundups: frozenset[int], net: Net, policy: Policy
) -> list[Story]:
    """Return the stories that are best for documents of which nothing is known."""
    if not roundups:
        ranking = net.ranked(documents)
        joined = _matches(ranking[0].facts, documents, net)
        if 0 < len(joined) == len(documents) - 1:  # as nearly always
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


def _torn(write_ups: Sequence[tuple[int, ...]], stories: Sequence[Story]) -> bool:
    """Return whether documents that were together are not all in one story."""
    place = {member.row: at for at, story in enumerate(stories) for member in story.members}
    return any(
        len(rows) > 1 and len({place.get(row, -1 - row) for row in rows}) > 1 for rows in write_ups
    )


def _going_on(
    write_ups: Sequence[tuple[int, ...]],
    documents: Sequence[Facts],
    roundups: frozenset[int],
    net: Net,
    policy: Policy,
) -> list[Story]:
    """Return the stories where each earlier one goes on with its canonical, and the new ones.

    A new document joins the canonical that it shares most with.
    """
    by_row = {facts.row: facts for facts in documents}
    stars = []
    for rows in write_ups:
        head, *others = (by_row[row] for row in rows)
        stars.append(_Star(head, _matches(head, others, net)))
    taken = {row for rows in write_ups for row in rows}
    begun, rest = list(stars), []
    for facts in documents:
        if facts.row in taken:
            continue
        best = min(
            (
                (-joined.pair.jaccard, star.canonical.doc_id, star, joined)
                for star in begun
                for joined in _matches(star.canonical, [facts], net)
                if joined.pair
            ),
            key=lambda each: each[:2],
            default=None,
        )
        if best:
            best[2].members.append(best[3])
        else:
            rest.append(facts)
    stars += _stars(rest, net)
    kept = {star.canonical.row for star in begun}
    stories = []
    for star in stars:
        if len(star.members) > 1:
            ranking = _final_ranking(star, net, roundups)
            story = _story(star, ranking, policy)
            if star.canonical.row in kept and ranking[0].facts.row != star.canonical.row:
                story = replace(story, why=Why("kept", ranking[0].facts.doc_id, KEPT))
            stories.append(story)
    return stories


@dataclass(slots=True)
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


def _stars(documents: Sequence[Facts], net: Net) -> list[_Star]:
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


def _elect(pending: Sequence[Facts], net: Net) -> tuple[Facts, list[_Joined]]:
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


def _matches(first: Facts, pending: Sequence[Facts], net: Net) -> list[_Joined]:
    """Return the documents of a set that match one of them."""
    others = [facts for facts in pending if facts.row != first.row]
    pairs = net.texts.pairs(first.twin, [facts.twin for facts in others])
    return [
        _Joined(facts, pair, related)
        for facts, pair in zip(others, pairs, strict=True)
        if (related := net.relate(first, facts, pair))
    ]


def _settle(stars: Sequence[_Star], net: Net) -> None:
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
    net: Net,
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


def _add_roundups(roundups: Sequence[Facts], stars: Sequence[_Star], net: Net) -> list[Facts]:
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


def _final_ranking(star: _Star, net: Net, roundups: frozenset[int]) -> list[Ballot]:
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
