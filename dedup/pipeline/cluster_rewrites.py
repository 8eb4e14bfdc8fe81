"""Scored pairs to stories of rewrites, in the place of the stories of copies that they join."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np

from dedup.cluster.canonical import Policy, parse_policy, reads_own_fields
from dedup.cluster.decisions import decisions_of
from dedup.cluster.event_split import (
    RewriteCluster,
    ScoredGroups,
    count_splits,
    rewrite_clusters,
)
from dedup.cluster.rewrites import Telling, merge_rewrites
from dedup.config import Config
from dedup.kernels.array_types import Int64s
from dedup.match.loaded_texts import LoadedTexts
from dedup.match.loose_group_odds import OddsParts, loose_group_odds
from dedup.match.minhash_lsh import pairs_inside
from dedup.match.relations import relation, retelling
from dedup.match.story_score import Model, Scorer, probability
from dedup.models import PROBABILITY, Decision, Facts, Link, Pair, Relation, Story, TermVectors
from dedup.parallel.ordered_map import ordered_map
from dedup.pipeline.document_source import DocumentSource, StoredDocuments
from dedup.pipeline.earlier_decision import EarlierDecision
from dedup.pipeline.earlier_stories import EarlierStories
from dedup.pipeline.exact_duplicates import ExactDuplicates
from dedup.pipeline.group_candidates import LooseGroups, find_loose_groups
from dedup.pipeline.joined_below import joined_below, rounded_probability
from dedup.pipeline.match_copies import load_texts
from dedup.pipeline.representatives import (
    Representatives,
    Tokens,
    read_representatives,
)
from dedup.progress import Progress, log_counts
from dedup.store import Store
from dedup.store.result_tables import DatedStory

log = logging.getLogger(__name__)

# Documents of loose groups that are loaded at once.
GROUP_BATCH = 2_000

TextIds = Callable[[Sequence[int]], Mapping[int, int]]
"""Returns for some documents the first document with their text."""


def cluster_rewrites(
    store: Store,
    exact_duplicates: ExactDuplicates,
    earlier: EarlierStories,
    scorer: Scorer,
    config: Config,
    progress: Progress,
    decided: EarlierDecision | None = None,
) -> None:
    """Find tellings that tell one story in other words, and merge their stories.

    Args:
        store: Has the stories of copies; those that are merged are replaced.
        exact_duplicates: Which texts are the same.
        earlier: The earlier stories, which stay together.
        scorer: What pairs are scored with.
        config: The options.
        progress: Is called with pairs and documents.
        decided: What is kept of the decision before, where the dump is decided again.
    """
    progress.start("count terms", None, "doc")
    representatives = read_representatives(store, earlier, decided)
    counted = representatives.frequencies
    store.signatures.keep_document_frequencies(counted.terms, counted.counts, counted.documents)
    progress.advance(representatives.size)
    progress.end()
    groups = find_loose_groups(store, representatives, scorer, config, progress, decided)
    progress.start("cluster rewrites", groups.members.size, "doc")
    splits = merged = 0
    source = StoredDocuments(store)
    for found in merge_groups(
        source, exact_duplicates.of, earlier, representatives, groups, scorer.group, config
    ):
        store.results.add_merged(found.representatives, found.stories, found.decisions)
        splits += found.splits
        merged += len(found.stories)
        progress.advance(found.documents, found.documents)
    store.put("event_splits", splits)
    store.put("scorer_models", asdict(scorer))
    log_counts(log, "grouped rewrites: {stories:,} stories of several tellings", stories=merged)
    progress.end()


@dataclass(frozen=True, slots=True)
class MergedStories:
    """What became of some loose groups.

    Attributes:
        documents: Representatives in the groups.
        splits: See :func:`dedup.cluster.event_split.count_splits`.
        representatives: Rows of the representatives whose stories of copies are replaced.
        stories: The stories that replace them, each with the first dump that had it.
        decisions: The decisions on their documents.
    """

    documents: int
    splits: int
    representatives: list[int]
    stories: list[DatedStory]
    decisions: list[Decision]


def merge_groups(
    documents: DocumentSource,
    text_ids: TextIds,
    earlier: EarlierStories,
    representatives: Representatives,
    groups: LooseGroups,
    model: Model,
    config: Config,
) -> Iterator[MergedStories]:
    """Score all pairs inside loose groups, and merge the tellings of each story.

    Args:
        documents: The representatives of the groups, their copies, and the first document that has
            the text of each of these.
        text_ids: Returns for some of them the first document with their text.
        earlier: The earlier stories.
        representatives: Reads the tokens.
        groups: The groups.
        model: For the pairs.
        config: The options.
    """
    numbered = representatives.numbered
    work = partial(score_groups, representatives, model, config)
    loaded = read_groups(documents, representatives, groups, config)
    for numbers, scored in ordered_map(work, loaded, config.workers):
        found = list(rewrite_clusters(scored, numbered.must_link[numbers], config.story))
        splits = count_splits(scored, found, config.story)
        changed = numbered.changed[numbers]
        clusters = [cluster for cluster in found if changed[cluster.members].any()]
        rows = numbered.rows[numbers]
        yield MergedStories(
            numbers.size,
            splits,
            *_merged(documents, text_ids, earlier, rows, scored.vectors, clusters, config),
        )


def read_groups(
    documents: DocumentSource,
    representatives: Representatives,
    groups: LooseGroups,
    config: Config,
) -> Iterator[tuple[Int64s, Tokens, LoadedTexts]]:
    """Yield the bounds of as many groups as can be loaded at once, their tokens and texts."""
    members, bounds, start = groups.members, groups.bounds, 0
    while start < bounds.size - 1:
        end = int(np.searchsorted(bounds, bounds[start] + GROUP_BATCH))
        part = bounds[start : end + 1]
        tokens = representatives.tokens(members[part[0] : part[-1]])
        rows = representatives.numbered.rows[tokens.numbers].tolist()
        yield part - part[0], tokens, load_texts(documents, rows, config)
        start = end


def score_groups(
    representatives: Representatives,
    model: Model,
    config: Config,
    loaded: tuple[Int64s, Tokens, LoadedTexts],
) -> tuple[Int64s, ScoredGroups]:
    """Return the documents of some loose groups, and these with all pairs scored."""
    bounds, tokens, _ = loaded
    vectors, left, right, parts = group_odds(representatives, model, config, loaded)
    scored = ScoredGroups(bounds, vectors, left, right, parts.odds(), parts.shared)
    return tokens.numbers, scored


def group_odds(
    representatives: Representatives,
    model: Model,
    config: Config,
    loaded: tuple[Int64s, Tokens, LoadedTexts],
) -> tuple[TermVectors, Int64s, Int64s, OddsParts]:
    """Return the term vectors of some loose groups, all their pairs, and the odds of these."""
    bounds, tokens, texts = loaded
    vectors = tokens.vectors(representatives.frequencies)
    numbered = representatives.numbered
    left, right = pairs_inside(bounds[:-1], bounds[1:])
    parts = loose_group_odds(
        vectors,
        numbered.moments[tokens.numbers],
        numbered.lead_days[tokens.numbers],
        numbered.languages[tokens.numbers],
        texts.measured(left, right),
        model,
        config.match,
        config.story,
    )
    return vectors, left, right, parts


def _merged(
    documents: DocumentSource,
    text_ids: TextIds,
    earlier: EarlierStories,
    rows: Int64s,
    vectors: TermVectors,
    clusters: Sequence[RewriteCluster],
    config: Config,
) -> tuple[list[int], list[DatedStory], list[Decision]]:
    """Return the representatives of some clusters, their stories, and the decisions."""
    policy = parse_policy(config.cluster.canonical)
    representatives = [row for each in clusters for row in rows[each.members].tolist()]
    copies = documents.copies(representatives)
    everyone = sorted({*representatives, *(row for listed in copies.values() for row in listed)})
    text_id_of = text_ids(everyone)
    known = documents.facts(everyone, text_id_of, with_fields=reads_own_fields(policy))
    earlier.note(known)
    facts = {each.row: each for each in known}
    texts = load_texts(documents, sorted(set(text_id_of.values())), config)
    stories: list[DatedStory] = []
    decisions: list[Decision] = []
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
        below = joined_below(cluster, tellings, story, config.story)
        decisions += decisions_of(stories[-1][0], facts[story.canonical.row], below)
    return representatives, stories, decisions


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
        rounded_probability(weakest.odds),
        PROBABILITY,
    )
    scores = probability(cluster.odds)
    return merge_rewrites(tellings, scores, cluster.shared, link, texts, relate, policy)
