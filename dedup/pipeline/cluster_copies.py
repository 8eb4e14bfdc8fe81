"""Matching pairs to stored stories of copies and their decisions."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, pairwise

import numpy as np

from dedup.cleaning.comments import comments_behind
from dedup.cluster.canonical import Policy, common_texts, parse_policy, reads_own_fields
from dedup.cluster.copies import ConnectedComponent, cluster_copies, copy_graph
from dedup.cluster.copy_graph import ALL_PAIRS_LIMIT, CopyGraph, Padded, Relate
from dedup.cluster.decisions import decisions_of
from dedup.config import Config
from dedup.kernels.array_types import Bools, Int64s
from dedup.kernels.components import components
from dedup.match.loaded_texts import LoadedTexts
from dedup.match.minhash_lsh import pairs_inside
from dedup.match.relations import relation
from dedup.match.similarity import PairScores
from dedup.models import Decision, Facts, Story
from dedup.pipeline.document_source import DocumentSource, StoredDocuments
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
    found_stories = 0
    batches = connected_sets(exact_duplicates, pair_scores, earlier)
    source = StoredDocuments(store)
    for found in cluster_sets(source, exact_duplicates, batches, earlier, config):
        replaced = sorted(set(chain.from_iterable(each.earlier for each in found.stories)))
        store.results.add_copies(
            [(each.story, each.first_dump) for each in found.stories],
            chain.from_iterable(each.decisions for each in found.stories),
            replaced=[earlier.story(number).story_id for number in replaced],
        )
        found_stories += len(found.stories)
        progress.advance(found.documents, found.documents)
    log_counts(log, "grouped copies: {stories:,} stories", stories=found_stories)
    progress.end()


@dataclass(frozen=True, slots=True)
class StoryOfCopies:
    """A story of copies, as it is for now.

    Attributes:
        story: The story.
        first_dump: Number of the dump in which it was new.
        decisions: The decisions on its documents.
        earlier: Numbers of the earlier stories that its documents were in, which it replaces.
    """

    story: Story
    first_dump: int
    decisions: list[Decision]
    earlier: list[int]


@dataclass(frozen=True, slots=True)
class ClusteredSets:
    """The stories of some connected sets.

    Attributes:
        stories: The stories.
        documents: Number of documents of the sets.
    """

    stories: list[StoryOfCopies]
    documents: int


def cluster_sets(
    source: DocumentSource,
    exact_duplicates: ExactDuplicates,
    batches: Iterable[ConnectedSets],
    earlier: EarlierStories,
    config: Config,
) -> Iterator[ClusteredSets]:
    """Yield the stories of connected sets, a batch of sets at a time.

    Args:
        source: Where facts, sets and texts of the documents are.
        exact_duplicates: Which texts are the same, of all documents of the sets.
        batches: The sets.
        earlier: Earlier stories of the active documents; gets to know which are open.
        config: Thresholds and the policy.
    """
    for sets in batches:
        loaded = load_sets(source, exact_duplicates, sets, earlier, config)
        stories = [story for each in loaded.components for story in loaded.stories(each)]
        yield ClusteredSets(
            [_decided(story, loaded.facts[story.canonical.row], earlier) for story in stories],
            len(loaded.facts),
        )


@dataclass(frozen=True, slots=True)
class LoadedSets:
    """Connected sets with all that clustering them takes.

    Attributes:
        components: The sets.
        facts: Their documents by row.
        texts: Their texts.
        relate: Names relations, see :func:`dedup.cluster.copies.cluster_copies`.
        policy: Rules that elect the canonical.
        padded: See there.
    """

    components: list[ConnectedComponent]
    facts: dict[int, Facts]
    texts: LoadedTexts
    relate: Relate
    policy: Policy
    padded: Padded

    def stories(self, component: ConnectedComponent) -> list[Story]:
        """Return the stories of a set."""
        return cluster_copies(component, self.texts, self.relate, self.policy, self.padded)

    def graph(self, component: ConnectedComponent) -> CopyGraph:
        """Return the graph from which these stories are made."""
        return copy_graph(component, self.texts, self.relate, self.policy, self.padded)


def load_sets(
    source: DocumentSource,
    exact_duplicates: ExactDuplicates,
    sets: ConnectedSets,
    earlier: EarlierStories,
    config: Config,
) -> LoadedSets:
    """Load connected sets; for the arguments see :func:`cluster_sets`."""
    policy = parse_policy(config.cluster.canonical)

    def padded(short: int, long: int) -> bool:
        return comments_behind(source.text(short), source.text(long))

    facts = facts_by_text(
        source, exact_duplicates, np.sort(sets.texts), with_fields=reads_own_fields(policy)
    )
    _note_comments(source, facts)
    earlier.note(chain.from_iterable(facts.values()))
    texts = load_texts(source, sets.texts.tolist(), config)
    _measure_pairs(texts, sets)
    shingles = texts.all_distinct()
    counts = np.array([len(facts[text]) for text in sets.texts.tolist()])
    found = common_texts(shingles.values, shingles.bounds, counts, sets.bounds)
    shares = dict(zip(sets.texts.tolist(), found, strict=True))
    components = []
    for members, edges in sets.each():
        documents = tuple(chain.from_iterable(facts[text] for text in members))
        tellings = earlier.tellings(facts.row for facts in documents)
        components.append(ConnectedComponent(documents, edges, shares, tellings))
    known = {each.row: each for group in facts.values() for each in group}
    relate = partial(relation, passages=texts.passages, config=config.match)
    return LoadedSets(components, known, texts, relate, policy, padded)


def _decided(story: Story, canonical: Facts, earlier: EarlierStories) -> StoryOfCopies:
    """Return a story with its decisions, under the id that it has for now."""
    replaced = earlier.numbers(member.row for member in story.members)
    provisional, first_dump = earlier.provisional_story(story)
    return StoryOfCopies(provisional, first_dump, decisions_of(provisional, canonical), replaced)


def _note_comments(source: DocumentSource, facts: Mapping[int, Sequence[Facts]]) -> None:
    """Note which documents have comments of readers in the text that goes to the output."""
    cleaned = {each.row: each for group in facts.values() for each in group if each.leftovers > 1}
    for row in source.records_without("comments", sorted(cleaned)):
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
    labels = connected_labels(
        exact_duplicates.text_ids,
        exact_duplicates.repeated,
        pair_scores.left,
        pair_scores.right,
        (exact_duplicates.texts(earlier.representatives), exact_duplicates.texts(earlier.rows)),
        exact_duplicates.text_id[exact_duplicates.rows >= earlier.first],
    )
    yield from sets_in_batches(exact_duplicates.text_ids, labels, pair_scores)


def connected_labels(
    text_ids: Int64s,
    repeated: Bools,
    left: Int64s,
    right: Int64s,
    tellings: tuple[Int64s, Int64s],
    new: Int64s,
) -> Int64s:
    """Return the connected set of each text.

    Args:
        text_ids: The texts, ascending.
        repeated: Which of them several documents have.
        left: One text of each pair that matches.
        right: The other.
        tellings: Pairs of texts whose documents are of one telling of an earlier dump.
        new: Texts of new documents.

    Returns:
        The place of the first text of the set, or -1 for a text that is alone or connected with no
        new document.
    """
    left, right, one, other, fresh = (
        np.searchsorted(text_ids, texts) for texts in (left, right, *tellings, new)
    )
    root = components(text_ids.size, np.append(left, one), np.append(right, other))
    several = (np.bincount(root, minlength=root.size)[root] > 1) | repeated
    touched = np.zeros(root.size, np.bool_)
    touched[root[fresh]] = True
    return np.where(several & touched[root], root, -1)


def sets_in_batches(
    text_ids: Int64s, labels: Int64s, pair_scores: PairScores
) -> Iterator[ConnectedSets]:
    """Yield connected sets of texts, as many at once as can be loaded.

    Args:
        text_ids: The texts, ascending.
        labels: The set of each; -1 for none.
        pair_scores: Pairs that match; those of texts without a set are left out.
    """
    nodes = np.flatnonzero(labels >= 0)
    nodes = nodes[np.argsort(labels[nodes], kind="stable")]
    edge_labels = labels[np.searchsorted(text_ids, pair_scores.left)]
    edges = np.flatnonzero(edge_labels >= 0)
    edges = edges[np.argsort(edge_labels[edges], kind="stable")]
    found, starts = np.unique(labels[nodes], return_index=True)
    bounds = np.append(starts, nodes.size)
    edge_bounds = np.append(np.searchsorted(edge_labels[edges], found), edges.size)
    start = 0
    while start < found.size:
        full = int(np.searchsorted(bounds, bounds[start] + GROUP_BATCH))
        end = min(full, found.size)
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
