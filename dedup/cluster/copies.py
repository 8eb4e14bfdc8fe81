"""Connected documents to stories: each member matches its canonical, or the group splits.

A chain A ~ B ~ C with A unlike C is connected but not one story. Of each connected set the
canonical is elected, the documents that match it directly are its story, and the rest is looked at
again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from dedup.cluster.build_story import build_member, build_story
from dedup.cluster.canonical import Ballot, Policy, Share, rank, why
from dedup.cluster.copy_graph import CopyGraph, Relate, Texts
from dedup.models import SAME, Facts, Link, Member, Pair, Relation, Story, Why

KEPT = "elected in an earlier dump; not all of its copies match the runner-up"
"""Why a canonical stays where a new document would win."""


@dataclass(frozen=True, slots=True)
class ConnectedComponent:
    """One connected set.

    Attributes:
        documents: Facts of its documents, any order.
        edges: Matching pairs (twin, twin), the smaller first.
        shares: How each text shares in what all documents tell; may hold other texts, too.
        tellings: Documents (their rows, that of the canonical first) that an earlier dump found to
            be copies: they stay together.
    """

    documents: tuple[Facts, ...]
    edges: Sequence[tuple[int, int]]
    shares: Mapping[int, Share]
    tellings: Sequence[tuple[int, ...]] = ()


def cluster_copies(
    component: ConnectedComponent, texts: Texts, relate: Relate, policy: Policy
) -> list[Story]:
    """Return the stories of one connected set; documents in none of them are unique.

    A roundup holds several stories and would tie them together. So stories are made of the other
    documents first, and each roundup is then added to the one story that most of it tells.

    Args:
        component: The set.
        texts: For what the edges do not say: canonical and member may never have met in a bucket.
        relate: ``relate(canonical, member, pair)`` names a relation or returns None.
        policy: Rules that elect the canonical.

    Returns:
        Stories of two or more; no document is in two.
    """
    documents = tuple(sorted(component.documents, key=attrgetter("doc_id")))
    graph = CopyGraph(documents, component.edges, component.shares, texts, relate, policy)
    roundups = frozenset(long for (_, long), alike in graph.containing.items() if not alike)
    stories = _new_stories(documents, roundups, graph, policy)
    if component.tellings and _torn(component.tellings, stories):
        return _continue_stories(component.tellings, documents, roundups, graph, policy)
    return stories


def _new_stories(
    documents: Sequence[Facts], roundups: frozenset[int], graph: CopyGraph, policy: Policy
) -> list[Story]:
    """Return the stories that are best for documents of which nothing is known."""
    if not roundups:
        ranking = graph.ranked(documents)
        joined = _matches(ranking[0].facts, documents, graph)
        if 0 < len(joined) == len(documents) - 1:  # as nearly always
            return [_story(StarCluster(ranking[0].facts, joined), ranking, policy)]
    plain = [facts for facts in documents if facts.text_id not in roundups]
    clusters = _star_clusters(plain, graph)
    taken = {member.facts.row for cluster in clusters for member in cluster.members}
    clusters += [StarCluster(facts, []) for facts in plain if facts.row not in taken]
    _settle(clusters, graph)
    rest = _add_roundups([f for f in documents if f.text_id in roundups], clusters, graph)
    clusters += _star_clusters(rest, graph)
    return [
        _story(cluster, _final_ranking(cluster, graph, roundups), policy)
        for cluster in clusters
        if len(cluster.members) > 1
    ]


def _torn(tellings: Sequence[tuple[int, ...]], stories: Sequence[Story]) -> bool:
    """Return whether documents that were together are not all in one story."""
    place = {member.row: at for at, story in enumerate(stories) for member in story.members}
    return any(
        len(rows) > 1 and len({place.get(row, -1 - row) for row in rows}) > 1 for rows in tellings
    )


def _continue_stories(
    tellings: Sequence[tuple[int, ...]],
    documents: Sequence[Facts],
    roundups: frozenset[int],
    graph: CopyGraph,
    policy: Policy,
) -> list[Story]:
    """Return the stories where each earlier one goes on with its canonical, and the new ones.

    A new document joins the canonical that it shares most with.
    """
    by_row = {facts.row: facts for facts in documents}
    clusters = []
    for rows in tellings:
        canonical, *others = (by_row[row] for row in rows)
        clusters.append(StarCluster(canonical, _matches(canonical, others, graph)))
    taken = {row for rows in tellings for row in rows}
    begun, rest = list(clusters), []
    for facts in documents:
        if facts.row in taken:
            continue
        best = min(
            (
                (-joined.pair.jaccard, cluster.canonical.doc_id, cluster, joined)
                for cluster in begun
                for joined in _matches(cluster.canonical, [facts], graph)
                if joined.pair
            ),
            key=lambda each: each[:2],
            default=None,
        )
        if best:
            best[2].members.append(best[3])
        else:
            rest.append(facts)
    clusters += _star_clusters(rest, graph)
    kept = {cluster.canonical.row for cluster in begun}
    stories = []
    for cluster in clusters:
        if len(cluster.members) > 1:
            ranking = _final_ranking(cluster, graph, roundups)
            story = _story(cluster, ranking, policy)
            if cluster.canonical.row in kept and ranking[0].facts.row != cluster.canonical.row:
                story = replace(story, why=Why("kept", ranking[0].facts.doc_id, KEPT))
            stories.append(story)
    return stories


@dataclass(slots=True)
class _Joined:
    """A document of a story on the making, with what it is to the canonical."""

    facts: Facts
    pair: Pair | None = None
    related: tuple[Relation, float] | None = None


class StarCluster:
    """A canonical and the documents that match it."""

    def __init__(self, canonical: Facts, members: Sequence[_Joined]) -> None:
        """Begin with some members besides the canonical."""
        self.canonical = canonical
        self.members = [_Joined(canonical), *members]


def _star_clusters(documents: Sequence[Facts], graph: CopyGraph) -> list[StarCluster]:
    """Elect among connected documents, take out what matches the elected, and go on with the rest.

    What is left matches none of those elected before: of the documents that stay no two match.
    """
    clusters = []
    waiting = graph.connected(documents)
    while waiting:
        pending = waiting.pop()
        first, joined = _elect(pending, graph)
        taken = {first.row, *(each.facts.row for each in joined)}
        if joined:
            clusters.append(StarCluster(first, joined))
        waiting.extend(graph.connected([facts for facts in pending if facts.row not in taken]))
    return clusters


def _elect(pending: Sequence[Facts], graph: CopyGraph) -> tuple[Facts, list[_Joined]]:
    """Return a document of a set that wins among its own matches, and these matches.

    Completeness hangs on who stands for election: the winner among all need not win among those
    that match it. Then the winner of these is tried, until one holds. Where they come round again
    the winner among all stands.
    """
    best = graph.ranked(pending)[0].facts
    first, tried = best, set[int]()
    while True:
        tried.add(first.row)
        joined = _matches(first, pending, graph)
        everyone = [first, *(each.facts for each in joined)]
        winner = graph.ranked(everyone)[0].facts
        if winner.row == first.row:
            return first, joined
        if winner.row in tried:
            return best, _matches(best, pending, graph)
        first = winner


def _matches(first: Facts, pending: Sequence[Facts], graph: CopyGraph) -> list[_Joined]:
    """Return the documents of a set that match one of them."""
    others = [facts for facts in pending if facts.row != first.row]
    pairs = graph.texts.pairs(first.text_id, [facts.text_id for facts in others])
    return [
        _Joined(facts, pair, related)
        for facts, pair in zip(others, pairs, strict=True)
        if (related := graph.relate(first, facts, pair))
    ]


def _settle(clusters: Sequence[StarCluster], graph: CopyGraph) -> None:
    """Move each member to the canonical it shares most with, documents left alone among them.

    The elected takes all that matches it, which may be another's copy even more. Documents with the
    same text move together, and never to a stub of theirs.
    """
    by_text: dict[int, list[StarCluster]] = {}
    for cluster in clusters:
        by_text.setdefault(cluster.canonical.text_id, []).append(cluster)
    for cluster in sorted(clusters, key=lambda cluster: cluster.canonical.doc_id):
        texts: dict[int, list[_Joined]] = {}
        for joined in sorted(cluster.members[1:], key=lambda joined: joined.facts.doc_id):
            texts.setdefault(joined.facts.text_id, []).append(joined)
        for text_id, alike in texts.items():
            for other, moved in _better(text_id, alike, cluster, by_text, graph)[:1]:
                cluster.members = [each for each in cluster.members if each not in alike]
                other.members.extend(moved)


def _better(
    text_id: int,
    alike: Sequence[_Joined],
    cluster: StarCluster,
    by_text: Mapping[int, Sequence[StarCluster]],
    graph: CopyGraph,
) -> list[tuple[StarCluster, list[_Joined]]]:
    """Return the stories whose canonicals members with one text share more with, best first."""
    now = alike[0].pair.jaccard if alike[0].pair else 1.0
    found = []
    for text, pair in (*graph.seen[text_id], (text_id, SAME)):
        if text not in by_text or pair.jaccard <= now or graph.containing.get((text, text_id)):
            continue
        for other in by_text[text]:
            related = [graph.relate(other.canonical, each.facts, pair) for each in alike]
            if other is not cluster and all(related):
                moved = [
                    _Joined(each.facts, pair, relation)
                    for each, relation in zip(alike, related, strict=True)
                ]
                found.append((-pair.jaccard, other.canonical.doc_id, other, moved))
    return [(other, moved) for _, _, other, moved in sorted(found, key=lambda each: each[:2])]


def _add_roundups(
    roundups: Sequence[Facts], clusters: Sequence[StarCluster], graph: CopyGraph
) -> list[Facts]:
    """Add each roundup to the story that it shares most with; return those that do not match it.

    The story is that of the document it is most alike, be that the canonical or not.
    """
    cluster_of = {
        joined.facts.text_id: cluster for cluster in clusters for joined in cluster.members
    }
    rest = []
    for facts in roundups:
        alike = [
            (-pair.jaccard, cluster_of[text_id].canonical.doc_id, cluster_of[text_id])
            for text_id, pair in graph.seen.get(facts.text_id, ())
            if text_id in cluster_of
        ]
        if not alike:
            rest.append(facts)
            continue
        cluster = min(alike, key=lambda each: each[:2])[2]
        pair = graph.texts.pairs(cluster.canonical.text_id, [facts.text_id])[0]
        related = graph.relate(cluster.canonical, facts, pair)
        if related:
            cluster.members.append(_Joined(facts, pair, related))
        else:
            rest.append(facts)
    return rest


def _member(joined: _Joined) -> Member:
    """Return a member with the evidence against its canonical."""
    if joined.pair is None or joined.related is None:
        return Member(row=joined.facts.row, doc_id=joined.facts.doc_id)
    return build_member(joined.facts, joined.pair, joined.related)


def _final_ranking(
    cluster: StarCluster, graph: CopyGraph, roundups: frozenset[int]
) -> list[Ballot]:
    """Return what the rules saw of a story's documents, best first; roundups had no voice."""
    everyone = [each.facts for each in cluster.members]
    plain = [facts for facts in everyone if facts.text_id not in roundups]
    if not plain or len(plain) == len(everyone):
        return graph.ranked(everyone)
    added = [Ballot(facts, roundup=True) for facts in everyone if facts.text_id in roundups]
    return rank([*graph.ranked(plain), *added], graph.policy)


def _story(cluster: StarCluster, ranking: Sequence[Ballot], policy: Policy) -> Story:
    """Return the story of a canonical and its members, with the reason for the election."""
    canonical = next(b for b in ranking if b.facts.row == cluster.canonical.row)
    runner_up = next(b for b in ranking if b.facts.row != cluster.canonical.row)
    members = [_member(joined) for joined in cluster.members[1:]]
    far = min(members, key=lambda member: (member.score or 0.0, member.doc_id))
    return build_story(
        cluster.canonical,
        members,
        [ballot.facts for ballot in ranking],
        why(canonical, runner_up, policy),
        origins=1,
        weakest=Link(cluster.canonical.doc_id, far.doc_id, far.score or 0.0),
    )
