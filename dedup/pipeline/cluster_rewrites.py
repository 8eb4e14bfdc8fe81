"""Scored pairs to stories of rewrites, in the place of the stories of copies that they join."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from dedup.cluster.average_linkage import groups_of
from dedup.cluster.canonical import Policy, parse_policy, reads_own_fields
from dedup.cluster.decisions import decisions_of
from dedup.cluster.event_split import (
    RewriteCluster,
    ScoredGroups,
    count_splits,
    rewrite_clusters,
)
from dedup.cluster.loose_groups import loose_groups, with_must_links
from dedup.cluster.rewrites import Telling, merge_rewrites
from dedup.config import Config
from dedup.kernels.array_types import Float64s, Int64s
from dedup.match.loaded_texts import LoadedTexts
from dedup.match.loose_group_odds import loose_group_odds
from dedup.match.minhash_lsh import Candidates, pairs_inside
from dedup.match.relations import relation, retelling
from dedup.match.story_score import Model, Scorer, probability
from dedup.models import PROBABILITY, Facts, Link, Pair, Relation, Story, TermVectors
from dedup.parallel.ordered_map import ordered_map
from dedup.pipeline.document_source import StoredDocuments
from dedup.pipeline.earlier_stories import EarlierStories
from dedup.pipeline.exact_duplicates import ExactDuplicates
from dedup.pipeline.match_copies import load_texts
from dedup.pipeline.match_rewrites import overlaps_of, propose, score_candidates
from dedup.pipeline.representatives import Representatives, Tokens
from dedup.progress import Progress, log_counts
from dedup.store import Store

log = logging.getLogger(__name__)

# Documents of loose groups that are loaded at once.
GROUP_BATCH = 2_000

# A pair that scores less adds next to nothing to a mean that must reach ten times as much.
LEAST_SCORE = 0.01


def cluster_rewrites(
    store: Store,
    exact_duplicates: ExactDuplicates,
    earlier: EarlierStories,
    scorer: Scorer,
    config: Config,
    progress: Progress,
) -> None:
    """Find tellings that tell one story in other words, and merge their stories.

    Args:
        store: Has the stories of copies; those that are merged are replaced.
        exact_duplicates: Which texts are the same.
        earlier: The earlier stories, which stay together.
        scorer: What pairs are scored with.
        config: The options.
        progress: Is called with pairs and documents.
    """
    progress.start("count terms", None, "doc")
    representatives = Representatives(store, earlier, config.workers)
    representatives.keep_document_frequencies()
    progress.advance(representatives.size)
    progress.end()
    candidates = propose(store, representatives, config, progress)
    scores = score_candidates(representatives, candidates, scorer, config, progress)
    members, bounds = group_candidates(representatives, candidates, scores, config, progress)
    progress.start("cluster rewrites", members.size, "doc")
    work = partial(score_groups, representatives, scorer.group, config)
    splits = merged = 0
    loaded = read_groups(store, representatives, members, bounds, config)
    for numbers, groups in ordered_map(work, loaded, config.workers):
        changed = representatives.changed[numbers]
        found = list(rewrite_clusters(groups, representatives.must_link[numbers], config.story))
        splits += count_splits(groups, found, config.story)
        clusters = [cluster for cluster in found if changed[cluster.members].any()]
        rows = representatives.rows[numbers]
        _store_clusters(store, exact_duplicates, earlier, rows, groups.vectors, clusters, config)
        merged += len(clusters)
        progress.advance(numbers.size, numbers.size)
    store.put("event_splits", splits)
    log_counts(log, "grouped rewrites: {stories:,} stories of several tellings", stories=merged)
    progress.end()


def group_candidates(
    representatives: Representatives,
    candidates: Candidates,
    scores: Float64s,
    config: Config,
    progress: Progress,
) -> tuple[Int64s, Int64s]:
    """Group representatives loosely by their candidates; groups with no new document are left out.

    Returns:
        Groups of two or more end to end, each ascending, by their smallest member; and their
        bounds.
    """
    progress.start("loose groups", None, "doc")
    near = scores >= LEAST_SCORE
    left, right, scores = candidates.left[near], candidates.right[near], scores[near]
    earlier = representatives.kept()
    representatives.keep(left, right, scores)
    labels, several = loose_groups(
        representatives.size,
        np.append(earlier[0], left),
        np.append(earlier[1], right),
        np.append(earlier[2], scores),
        partial(overlaps_of, representatives),
        config.story,
    )
    log_counts(
        log, "left out {roundups:,} roundups, which tell several stories", roundups=len(several)
    )
    labels = with_must_links(labels, representatives.must_link, representatives.changed)
    progress.end()
    return groups_of(labels)


def read_groups(
    store: Store, representatives: Representatives, members: Int64s, bounds: Int64s, config: Config
) -> Iterator[tuple[Int64s, Tokens, LoadedTexts]]:
    """Yield the bounds of as many groups as can be loaded at once, their tokens and texts."""
    start = 0
    while start < bounds.size - 1:
        end = int(np.searchsorted(bounds, bounds[start] + GROUP_BATCH))
        part = bounds[start : end + 1]
        tokens = representatives.tokens(members[part[0] : part[-1]])
        rows = representatives.rows[tokens.numbers].tolist()
        yield part - part[0], tokens, load_texts(StoredDocuments(store), rows, config)
        start = end


def score_groups(
    representatives: Representatives,
    model: Model,
    config: Config,
    loaded: tuple[Int64s, Tokens, LoadedTexts],
) -> tuple[Int64s, ScoredGroups]:
    """Return the documents of some loose groups, and these with all pairs scored."""
    bounds, tokens, texts = loaded
    vectors = tokens.vectors(representatives.frequencies)
    left, right = pairs_inside(bounds[:-1], bounds[1:])
    odds, shared = loose_group_odds(
        vectors,
        representatives.moments[tokens.numbers],
        representatives.lead_days[tokens.numbers],
        representatives.languages[tokens.numbers],
        texts.measured(left, right),
        model,
        config.match,
        config.story,
    )
    return tokens.numbers, ScoredGroups(bounds, vectors, left, right, odds, shared)


def _store_clusters(
    store: Store,
    exact_duplicates: ExactDuplicates,
    earlier: EarlierStories,
    rows: Int64s,
    vectors: TermVectors,
    clusters: Sequence[RewriteCluster],
    config: Config,
) -> None:
    """Read what is known of the documents of some clusters, and store their stories."""
    policy = parse_policy(config.cluster.canonical)
    representatives = [row for each in clusters for row in rows[each.members].tolist()]
    copies = store.results.copies(representatives)
    everyone = sorted({*representatives, *(row for listed in copies.values() for row in listed)})
    text_id_of = exact_duplicates.of(everyone)
    known = store.results.facts(everyone, text_id_of, with_fields=reads_own_fields(policy))
    earlier.note(known)
    facts = {each.row: each for each in known}
    texts = load_texts(StoredDocuments(store), sorted(set(text_id_of.values())), config)
    stories = []
    for cluster in clusters:
        tellings = [
            Telling(
                facts[row],
                tuple(facts[copy] for copy in copies.get(row, ())),
                vectors.whole(number)[0],
            )
            for number, row in zip(
                cluster.members.tolist(), rows[cluster.members].tolist(), strict=True
            )
        ]
        story = story_of(cluster, tellings, texts, policy, config)
        stories.append(earlier.keep_story_id(story))
    decisions = [
        decision
        for story, _ in stories
        for decision in decisions_of(story, facts[story.canonical.row])
    ]
    store.results.add_merged(representatives, stories, decisions)


def story_of(
    cluster: RewriteCluster,
    tellings: Sequence[Telling],
    texts: LoadedTexts,
    policy: Policy,
    config: Config,
) -> Story:
    """Return the story of a cluster.

    Args:
        cluster: The cluster.
        tellings: Those of its members, in their order, with their copies.
        texts: The texts of all these documents.
        policy: Rules that elect the canonical.
        config: Thresholds.
    """

    def relate(
        canonical: Facts, member: Facts, pair: Pair, chance: float
    ) -> tuple[Relation, float]:
        copy = relation(canonical, member, pair, texts.passages, config.match)
        return copy or retelling(pair, chance, config.story)

    members, weakest = cluster.members.tolist(), cluster.weakest
    one, other = (tellings[members.index(end)] for end in (weakest.left, weakest.right))
    link = Link(
        one.representative.doc_id,
        other.representative.doc_id,
        round(float(probability(np.array(weakest.odds))), 6),
        PROBABILITY,
    )
    scores = probability(cluster.odds)
    return merge_rewrites(tellings, scores, cluster.shared, link, texts, relate, policy)
