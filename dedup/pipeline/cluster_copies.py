"""Matches to stored stories and decisions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, pairwise

import numpy as np

from dedup.cluster import (
    ALL_PAIRS_LIMIT,
    ConnectedComponent,
    Share,
    cluster_copies,
    common_texts,
    decisions_of,
    parse_policy,
)
from dedup.config import Config
from dedup.kernels.array_types import Int64s
from dedup.kernels.pairs import components
from dedup.match import LoadedTexts, PairScores, pairs_inside, relation
from dedup.models import Facts, Story
from dedup.pipeline.earlier_stories import EarlierStories
from dedup.pipeline.exact_duplicates import ExactDuplicates
from dedup.pipeline.match_copies import load_texts
from dedup.progress import Progress
from dedup.store import Store

# Texts that are loaded at once.
GROUP_BATCH = 5_000


def group_copies(
    store: Store,
    exact_duplicates: ExactDuplicates,
    pair_scores: PairScores,
    earlier: EarlierStories,
    config: Config,
    progress: Progress,
) -> None:
    """Turn matches into stories, elect their canonicals, and store stories and decisions.

    Only what hangs together with a new document is looked at.

    Args:
        store: Where facts and sets are read and results go.
        exact_duplicates: Which texts are the same.
        pair_scores: The pairs that match, those of earlier dumps among them.
        earlier: Earlier stories of the active documents; told which must be united anew.
        config: Thresholds and the policy.
        progress: Is called with documents.
    """
    progress.start("cluster copies", None, "doc")
    policy = parse_policy(config.cluster.canonical)
    own_fields = any(rule.name.startswith("field:") for rule in policy)
    for sets in _connected_sets(exact_duplicates, pair_scores, earlier):
        text_id_of = exact_duplicates.documents(np.sort(sets.texts))
        facts: dict[int, list[Facts]] = {}
        for one in store.results.facts(sorted(text_id_of), text_id_of, with_fields=own_fields):
            facts.setdefault(one.text_id, []).append(one)
        texts = _measured_texts(store, sets, config)
        relate = partial(relation, passages=texts.passages, config=config.match)
        stories: list[Story] = []
        shares = _shares(texts, sets, [len(facts[text]) for text in sets.texts.tolist()])
        for members, edges in sets.each():
            documents = tuple(chain.from_iterable(facts[text] for text in members))
            tellings = earlier.tellings(facts.row for facts in documents)
            component = ConnectedComponent(documents, edges, shares, tellings)
            stories += cluster_copies(component, texts, relate, policy)
        touched = earlier.numbers(member.row for story in stories for member in story.members)
        named = [earlier.provisional_story(story) for story in stories]
        store.results.add_copies(
            named,
            chain.from_iterable(decisions_of(story) for story, _ in named),
            replaced=[earlier.story(number).story_id for number in touched],
        )
        progress.advance(len(text_id_of), len(text_id_of))
    progress.end()


@dataclass(frozen=True, slots=True)
class _Sets:
    """Sets of texts that hang together, end to end.

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


def _connected_sets(
    exact_duplicates: ExactDuplicates, pair_scores: PairScores, earlier: EarlierStories
) -> Iterator[_Sets]:
    """Yield texts that hang together with a new one, as many sets at once as can be loaded.

    A text that several documents have hangs together with itself, and a telling with its copies.
    """
    left = np.searchsorted(exact_duplicates.text_ids, pair_scores.left)
    right = np.searchsorted(exact_duplicates.text_ids, pair_scores.right)
    links = np.searchsorted(
        exact_duplicates.text_ids,
        [exact_duplicates.texts(earlier.representatives), exact_duplicates.texts(earlier.rows)],
    )
    ends = np.append(left, links[0]), np.append(right, links[1])
    root = components(exact_duplicates.text_ids.size, *ends)
    sizes = np.bincount(root, minlength=root.size)
    several = sizes[root] > 1
    several |= exact_duplicates.repeated()
    fresh = np.zeros(root.size, np.bool_)
    fresh[
        root[
            np.searchsorted(
                exact_duplicates.text_ids,
                exact_duplicates.text_id[exact_duplicates.rows >= earlier.first],
            )
        ]
    ] = True
    several &= fresh[root]
    nodes = np.flatnonzero(several)
    nodes = nodes[np.argsort(root[nodes], kind="stable")]
    edges = np.argsort(root[left], kind="stable")
    roots, starts = np.unique(root[nodes], return_index=True)
    bounds = np.append(starts, nodes.size)
    edge_bounds = np.append(np.searchsorted(root[left][edges], roots), edges.size)
    start = 0
    while start < roots.size:
        full = int(np.searchsorted(bounds, bounds[start] + GROUP_BATCH))
        end = min(full, roots.size)
        yield _Sets(
            texts=exact_duplicates.text_ids[nodes[bounds[start] : bounds[end]]],
            bounds=bounds[start : end + 1] - bounds[start],
            edges=pair_scores.pick(edges[edge_bounds[start] : edge_bounds[end]]),
            edge_bounds=edge_bounds[start : end + 1] - edge_bounds[start],
        )
        start = end


def _shares(texts: LoadedTexts, sets: _Sets, weights: list[int]) -> dict[int, Share]:
    """Return how each text shares in what the documents of its set tell.

    Args:
        texts: The texts of the sets.
        sets: The sets.
        weights: How many documents have each text.
    """
    shingles = texts.all_distinct()
    found = common_texts(shingles.values, shingles.bounds, np.array(weights), sets.bounds)
    return dict(zip(sets.texts.tolist(), found, strict=True))


def _measured_texts(store: Store, sets: _Sets, config: Config) -> LoadedTexts:
    """Load the texts of some sets, with all pairs inside of small sets measured."""
    texts = load_texts(store, sets.texts.tolist(), config)
    small = np.diff(sets.bounds) <= ALL_PAIRS_LIMIT
    texts.remember(sets.edges.pick(np.repeat(~small, np.diff(sets.edge_bounds))))
    inside = pairs_inside(sets.bounds[:-1][small], sets.bounds[1:][small])
    texts.remember(texts.measured(*inside).of_rows(sets.texts))
    return texts
