"""Connected documents to stories: each member matches its canonical, or the set is split.

A chain A ~ B ~ C with A unlike C is connected but not one story. Of each connected set the
canonical is elected, the documents that match it directly are its story, and the rest is clustered
again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np

from dedup.cluster.build_story import build_member, build_story
from dedup.cluster.canonical import Ballot, Policy, Share, rank, why
from dedup.cluster.copy_graph import (
    CONTAINED,
    CopyGraph,
    Padded,
    Relate,
    Texts,
    never_padded,
)
from dedup.cluster.document_name import document_name
from dedup.models import SAME, Facts, Link, Pair, Relation, Story, Why

KEPT = "elected in an earlier dump; not all of its copies match the runner-up {runner_up}"
"""Why a canonical stays where a new document would win."""


CONNECTED = (
    "elected among all connected documents; of its copies alone the runner-up {runner_up} "
    "is better by {rule}"
)
"""Why a canonical stays that is not the best of its own copies."""


@dataclass(frozen=True, slots=True)
class ConnectedComponent:
    """One connected set.

    Attributes:
        documents: Facts of its documents, any order.
        edges: Matching pairs of texts (text_id, text_id), the smaller first.
        shares: Coverage and surplus of each text; other texts may be among them.
        tellings: Documents (their rows, that of the canonical first) that were copies in an
            earlier dump: they stay together.
    """

    documents: tuple[Facts, ...]
    edges: Sequence[tuple[int, int]]
    shares: Mapping[int, Share]
    tellings: Sequence[tuple[int, ...]] = ()


def cluster_copies(
    component: ConnectedComponent,
    texts: Texts,
    relate: Relate,
    policy: Policy,
    padded: Padded = never_padded,
) -> list[Story]:
    """Return the stories of one connected set; documents in none of them are unique.

    A roundup contains several stories and would connect them. So stories are made of the other
    documents first, and each roundup is then added to the story that it shares most with.

    Args:
        component: The set.
        texts: Measures pairs that are no edges: canonical and member need not share a bucket.
        relate: ``relate(canonical, member, pair)`` names a relation or returns None.
        policy: Rules that elect the canonical.
        padded: Tells a page with comments behind an article from the whole of a stub.

    Returns:
        Stories of two or more; no document is in two.
    """
    graph = copy_graph(component, texts, relate, policy, padded)
    stories = _new_stories(graph.documents, graph, policy)
    if component.tellings and _torn(component.tellings, stories):
        return _continue_stories(component.tellings, graph.documents, graph, policy)
    return stories


def copy_graph(
    component: ConnectedComponent, texts: Texts, relate: Relate, policy: Policy, padded: Padded
) -> CopyGraph:
    """Return the graph of one connected set; see :func:`cluster_copies`."""
    documents = tuple(sorted(component.documents, key=attrgetter("doc_id")))
    return CopyGraph(documents, component.edges, component.shares, texts, relate, policy, padded)


def _new_stories(documents: Sequence[Facts], graph: CopyGraph, policy: Policy) -> list[Story]:
    """Return the stories of documents that have no earlier stories."""
    roundups = graph.roundups
    if not roundups:
        ranking = graph.ranked(documents)
        joined = _matches(ranking[0].facts, documents, graph)
        if 0 < len(joined) == len(documents) - 1:  # as nearly always
            return [_story(StarCluster(ranking[0].facts, joined), ranking, policy)]
    plain = [facts for facts in documents if facts.text_id not in roundups]
    clusters = _star_clusters(plain, graph)
    taken = {facts.row for cluster in clusters for facts in cluster.documents()}
    clusters += [StarCluster(facts, []) for facts in plain if facts.row not in taken]
    _settle(clusters, graph)
    rest = _add_roundups([f for f in documents if f.text_id in roundups], clusters, graph)
    clusters += _star_clusters(rest, graph)
    return [
        _story(cluster, final_ranking(cluster.documents(), graph), policy)
        for cluster in clusters
        if cluster.members
    ]


def _torn(tellings: Sequence[tuple[int, ...]], stories: Sequence[Story]) -> bool:
    """Return whether documents of one telling are not all in one story."""
    place = {member.row: at for at, story in enumerate(stories) for member in story.members}
    return any(
        len(rows) > 1 and len({place.get(row, -1 - row) for row in rows}) > 1 for rows in tellings
    )


def _continue_stories(
    tellings: Sequence[tuple[int, ...]],
    documents: Sequence[Facts],
    graph: CopyGraph,
    policy: Policy,
) -> list[Story]:
    """Return the stories where each earlier one goes on with its canonical, and the new ones.

    A new document joins the canonical that it shares most with, unless that is a stub or an earlier
    version of it: what the earlier copies do not match is a story of its own.
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
                if not _are_later([joined], cluster, graph)
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
        if cluster.members:
            ranking = final_ranking(cluster.documents(), graph)
            story = _story(cluster, ranking, policy)
            if cluster.canonical.row in kept and ranking[0].facts.row != cluster.canonical.row:
                better = ranking[0].facts
                detail = KEPT.format(runner_up=document_name(better))
                story = replace(story, why=Why("kept", better.doc_id, detail))
            stories.append(story)
    return stories


@dataclass(slots=True)
class _Match:
    """A document with what it is to a canonical."""

    facts: Facts
    pair: Pair
    related: tuple[Relation, float]


@dataclass(slots=True)
class StarCluster:
    """A canonical and the documents that match it."""

    canonical: Facts
    members: list[_Match]

    def documents(self) -> list[Facts]:
        """Return the canonical and the documents that match it."""
        return [self.canonical, *(match.facts for match in self.members)]


def _star_clusters(documents: Sequence[Facts], graph: CopyGraph) -> list[StarCluster]:
    """Elect among connected documents, take out what matches the elected, and repeat with the rest.

    What is left matches no canonical elected before: no two canonicals match.
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


def _elect(pending: Sequence[Facts], graph: CopyGraph) -> tuple[Facts, list[_Match]]:
    """Return a document of a set that is elected among its own matches, and these matches.

    Completeness depends on the candidates: the elected of all need not be elected among those that
    match it. Then the elected of these is tried, and so on. Where one is elected twice, the elected
    of all is taken.
    """
    best = graph.ranked(pending)[0].facts
    first, tried = best, set[int]()
    while True:
        tried.add(first.row)
        joined = _matches(first, pending, graph)
        winner = graph.ranked(StarCluster(first, joined).documents())[0].facts
        if winner.row == first.row:
            return first, joined
        if winner.row in tried:
            return best, _matches(best, pending, graph)
        first = winner


def _matches(first: Facts, pending: Sequence[Facts], graph: CopyGraph) -> list[_Match]:
    """Return the documents of a set that match one of them."""
    others = [facts for facts in pending if facts.row != first.row]
    pairs = graph.texts.pairs(first.text_id, [facts.text_id for facts in others])
    return [
        _Match(facts, pair, related)
        for facts, pair in zip(others, pairs, strict=True)
        if (related := graph.relate(first, facts, pair))
    ]


def _settle(clusters: Sequence[StarCluster], graph: CopyGraph) -> None:
    """Move each member to the canonical it shares most with; a document alone counts as one, too.

    The elected takes all that matches it, also what is more like another canonical. Documents with
    the same text move together, and never to a stub or an earlier version of theirs.
    """
    by_text: dict[int, list[StarCluster]] = {}
    for cluster in clusters:
        by_text.setdefault(cluster.canonical.text_id, []).append(cluster)
    for cluster in sorted(clusters, key=lambda cluster: cluster.canonical.doc_id):
        texts: dict[int, list[_Match]] = {}
        for match in sorted(cluster.members, key=lambda match: match.facts.doc_id):
            texts.setdefault(match.facts.text_id, []).append(match)
        for text_id, alike in texts.items():
            for other, moved in _better(text_id, alike, cluster, by_text, graph):
                if not _are_later(moved, other, graph):
                    gone = {match.facts.row for match in alike}
                    cluster.members = [m for m in cluster.members if m.facts.row not in gone]
                    other.members.extend(moved)
                    break


def _are_later(moved: Sequence[_Match], cluster: StarCluster, graph: CopyGraph) -> bool:
    """Return whether the canonical of a story is a stub or an earlier version of a document."""
    documents = [*cluster.documents(), *(match.facts for match in moved)]
    ranking = graph.ranked(documents)
    canonical = next(b for b in ranking if b.facts.row == cluster.canonical.row)
    return why(ranking[0], canonical, graph.policy).rule in ("whole", "current")


def _better(
    text_id: int,
    alike: Sequence[_Match],
    cluster: StarCluster,
    by_text: Mapping[int, Sequence[StarCluster]],
    graph: CopyGraph,
) -> list[tuple[StarCluster, list[_Match]]]:
    """Return the stories whose canonicals members with one text share more with, best first."""
    now = alike[0].pair.jaccard
    found = []
    for text, pair in (*graph.seen[text_id], (text_id, SAME)):
        if text not in by_text or pair.jaccard <= now:
            continue
        for other in by_text[text]:
            moved = [
                _Match(each.facts, pair, related)
                for each in alike
                if (related := graph.relate(other.canonical, each.facts, pair))
            ]
            if other is not cluster and len(moved) == len(alike):
                found.append((-pair.jaccard, other.canonical.doc_id, other, moved))
    return [(other, moved) for _, _, other, moved in sorted(found, key=lambda each: each[:2])]


def _add_roundups(
    roundups: Sequence[Facts], clusters: Sequence[StarCluster], graph: CopyGraph
) -> list[Facts]:
    """Add each roundup to the story that it shares most with; return those that stand alone.

    The story is that of the document it is most alike, be that the canonical or not. A roundup
    stands alone where it does not match the canonical, or tells what no document of these stories
    does: it would be lost.
    """
    cluster_of = {each.text_id: cluster for cluster in clusters for each in cluster.documents()}
    rest = []
    for facts in roundups:
        alike = [
            (-pair.jaccard, cluster_of[text_id].canonical.doc_id, text_id)
            for text_id, pair in graph.seen.get(facts.text_id, ())
            if text_id in cluster_of
        ]
        if not alike:
            rest.append(facts)
            continue
        cluster = cluster_of[min(alike)[2]]
        canonical = cluster.canonical
        pair = graph.texts.pairs(canonical.text_id, [facts.text_id])[0]
        related = graph.relate(canonical, facts, pair)
        same_headline = facts.title is not None and facts.title == canonical.title
        others = [text_id for _, _, text_id in alike]
        if related and (same_headline or _tells_all(others, facts.text_id, graph.texts)):
            cluster.members.append(_Match(facts, pair, related))
        else:
            rest.append(facts)
    return rest


def _tells_all(text_ids: Sequence[int], text_id: int, texts: Texts) -> bool:
    """Return whether some texts together contain another one."""
    others = np.concatenate([texts.distinct(each) for each in text_ids])
    return float(np.isin(texts.distinct(text_id), others).mean()) >= CONTAINED


def final_ranking(everyone: Sequence[Facts], graph: CopyGraph) -> list[Ballot]:
    """Return the ballots of the documents of a story, best first; roundups have no vote."""
    roundups = graph.roundups
    plain = [facts for facts in everyone if facts.text_id not in roundups]
    if not plain or len(plain) == len(everyone):
        return graph.ranked(everyone)
    added = [Ballot(facts, roundup=True) for facts in everyone if facts.text_id in roundups]
    return rank([*graph.ranked(plain), *added], graph.policy)


def _story(cluster: StarCluster, ranking: Sequence[Ballot], policy: Policy) -> Story:
    """Return the story of a canonical and its members, with the reason for the election."""
    canonical = next(b for b in ranking if b.facts.row == cluster.canonical.row)
    runner_up = next(b for b in ranking if b.facts.row != cluster.canonical.row)
    reason = why(canonical, runner_up, policy)
    if ranking[0] is not canonical:
        better = why(runner_up, canonical, policy)
        name = document_name(runner_up.facts)
        detail = CONNECTED.format(runner_up=name, rule=better.rule)
        reason = replace(reason, rule="connected", detail=detail)
    members = [build_member(each.facts, each.pair, each.related) for each in cluster.members]
    far = min(members, key=lambda member: (member.score or 0.0, member.doc_id))
    return build_story(
        cluster.canonical,
        members,
        [ballot.facts for ballot in ranking],
        reason,
        origins=1,
        weakest=Link(
            cluster.canonical.doc_id,
            far.doc_id,
            far.score or 0.0,
            (far.relation or Relation.EXACT).score_kind,
        ),
    )
