"""Matching pairs to stored stories of copies and their decisions."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, pairwise

import numpy as np

from dedup.clean.comments import comments_behind
from dedup.cluster.canonical import common_texts, parse_policy, reads_own_fields
from dedup.cluster.copies import ConnectedComponent, cluster_copies
from dedup.cluster.copy_graph import ALL_PAIRS_LIMIT
from dedup.cluster.decisions import decisions_of
from dedup.config import Config
from dedup.kernels.array_types import Int64s
from dedup.kernels.components import components
from dedup.match.loaded_texts import LoadedTexts
from dedup.match.minhash_lsh import pairs_inside
from dedup.match.relations import relation
from dedup.match.similarity import PairScores
from dedup.models import Facts, Story
from dedup.pipeline.earlier_stories import EarlierStories
from dedup.pipeline.exact_duplicates import ExactDuplicates
from dedup.pipeline.match_copies import facts_by_text, load_texts
from dedup.progress import Progress, log_counts
from dedup.store import Store

log = logging.getLogger(__name__)

# Texts that are loaded at once.
GROUP_BATCH = 5_000


def cluster_copy_pairs(
    store: Store,
    exact_duplicates: ExactDuplicates,
    pair_scores: PairScores,
    earlier: EarlierStories,
    config: Config,
    progress: Progress,
) -> None:
    """Turn matches into stories, elect their canonicals, and store stories and decisions.

    Only texts that are connected with a new document are looked at.

    Args:
        store: Where facts and sets are read and results go.
        exact_duplicates: Which texts are the same.
        pair_scores: The pairs that match, those of earlier dumps among them.
        earlier: Earlier stories of the active documents; gets to know which are open.
        config: Thresholds and the policy.
        progress: Is called with documents.
    """
    progress.start("cluster copies", None, "doc")
    policy = parse_policy(config.cluster.canonical)
    own_fields = reads_own_fields(policy)

    def padded(short: int, long: int) -> bool:
        return comments_behind(store.documents.text(short), store.documents.text(long))

    found_stories = 0
    for sets in connected_sets(exact_duplicates, pair_scores, earlier):
        text_ids = np.sort(sets.texts)
        facts = facts_by_text(store, exact_duplicates, text_ids, with_fields=own_fields)
        _note_comments(store, facts)
        earlier.note(chain.from_iterable(facts.values()))
        texts = load_texts(store, sets.texts.tolist(), config)
        _measure_pairs(texts, sets)
        relate = partial(relation, passages=texts.passages, config=config.match)
        shingles = texts.all_distinct()
        counts = np.array([len(facts[text]) for text in sets.texts.tolist()])
        found = common_texts(shingles.values, shingles.bounds, counts, sets.bounds)
        shares = dict(zip(sets.texts.tolist(), found, strict=True))
        stories: list[Story] = []
        known = {each.row: each for group in facts.values() for each in group}
        for members, edges in sets.each():
            documents = tuple(chain.from_iterable(facts[text] for text in members))
            tellings = earlier.tellings(facts.row for facts in documents)
            component = ConnectedComponent(documents, edges, shares, tellings)
            stories += cluster_copies(component, texts, relate, policy, padded)
        touched = earlier.numbers(member.row for story in stories for member in story.members)
        dated = [earlier.provisional_story(story) for story in stories]
        store.results.add_copies(
            dated,
            (
                decision
                for story, _ in dated
                for decision in decisions_of(story, known[story.canonical.row])
            ),
            replaced=[earlier.story(number).story_id for number in touched],
        )
        found_stories += len(stories)
        progress.advance(int(counts.sum()), int(counts.sum()))
    log_counts(log, "grouped copies: {stories:,} stories", stories=found_stories)
    progress.end()


def _note_comments(store: Store, facts: Mapping[int, Sequence[Facts]]) -> None:
    """Note which documents have comments of readers in the text that goes to the output."""
    cleaned = {each.row: each for group in facts.values() for each in group if each.leftovers > 1}
    for row in store.documents.records_without("comments", sorted(cleaned)):
        cleaned[row].comments = True


@dataclass(frozen=True, slots=True)
class ConnectedSets:
    """Connected sets of texts, end to end.

    Attributes:
        texts: First rows of the texts, ascending in each set.
        bounds: Set k is ``texts[bounds[k]:bounds[k + 1]]``.
        edges: The pairs between them, set after set.
        edge_bounds: Bounds in ``edges``, likewise.
    """

    texts: Int64s
    bounds: Int64s
    edges: PairScores
    edge_bounds: Int64s

    def each(self) -> Iterator[tuple[list[int], list[tuple[int, int]]]]:
        """Yield the texts and the pairs of each set."""
        texts = self.texts.tolist()
        edges = list(zip(self.edges.left.tolist(), self.edges.right.tolist(), strict=True))
        spans = pairwise(self.bounds.tolist()), pairwise(self.edge_bounds.tolist())
        for (start, end), (first, last) in zip(*spans, strict=True):
            yield texts[start:end], edges[first:last]


def connected_sets(
    exact_duplicates: ExactDuplicates, pair_scores: PairScores, earlier: EarlierStories
) -> Iterator[ConnectedSets]:
    """Yield texts that are connected with a new one, as many sets at once as can be loaded.

    A text that several documents have is a set by itself, and a telling is connected with its
    copies.
    """
    text_ids = exact_duplicates.text_ids
    left, right, one, other, new = (
        np.searchsorted(text_ids, texts)
        for texts in (
            pair_scores.left,
            pair_scores.right,
            exact_duplicates.texts(earlier.representatives),
            exact_duplicates.texts(earlier.rows),
            exact_duplicates.text_id[exact_duplicates.rows >= earlier.first],
        )
    )
    root = components(text_ids.size, np.append(left, one), np.append(right, other))
    several = (np.bincount(root, minlength=root.size)[root] > 1) | exact_duplicates.repeated
    fresh = np.zeros(root.size, np.bool_)
    fresh[root[new]] = True
    nodes = np.flatnonzero(several & fresh[root])
    nodes = nodes[np.argsort(root[nodes], kind="stable")]
    edges = np.flatnonzero(fresh[root[left]])
    edges = edges[np.argsort(root[left[edges]], kind="stable")]
    roots, starts = np.unique(root[nodes], return_index=True)
    bounds = np.append(starts, nodes.size)
    edge_bounds = np.append(np.searchsorted(root[left[edges]], roots), edges.size)
    start = 0
    while start < roots.size:
        full = int(np.searchsorted(bounds, bounds[start] + GROUP_BATCH))
        end = min(full, roots.size)
        yield ConnectedSets(
            texts=text_ids[nodes[bounds[start] : bounds[end]]],
            bounds=bounds[start : end + 1] - bounds[start],
            edges=pair_scores.pick(edges[edge_bounds[start] : edge_bounds[end]]),
            edge_bounds=edge_bounds[start : end + 1] - edge_bounds[start],
        )
        start = end


def _measure_pairs(texts: LoadedTexts, sets: ConnectedSets) -> None:
    """Let texts remember all pairs inside of small sets, and the matching ones of large sets."""
    small = np.diff(sets.bounds) <= ALL_PAIRS_LIMIT
    texts.remember(sets.edges.pick(np.repeat(~small, np.diff(sets.edge_bounds))))
    inside = pairs_inside(sets.bounds[:-1][small], sets.bounds[1:][small])
    texts.remember(texts.measured(*inside).of_rows(sets.texts))
