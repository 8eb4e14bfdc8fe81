"""Matches to stored stories and decisions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
import numpy.typing as npt

from dedup.config import Config
from dedup.feed.match import load_texts
from dedup.feed.twins import Twins
from dedup.group import Links, decisions_of, parse_policy, split
from dedup.kernels.pairs import components
from dedup.match import Evidence, LoadedTexts, pair_at, relation
from dedup.models import Decision, Facts, Pair, Relation, Story
from dedup.observe import Observer
from dedup.store import Store

# Texts that are loaded at once.
GROUP_BATCH = 5_000


def group_copies(
    store: Store, twins: Twins, evidence: Evidence, config: Config, observer: Observer
) -> None:
    """Turn matches into stories, elect their canonicals, and store stories and decisions.

    Args:
        store: Where facts and sets are read and results go.
        twins: Which texts are the same.
        evidence: The pairs that match.
        config: Thresholds and the policy.
        observer: Is told documents.
    """
    policy = parse_policy(config.group.canonical)
    own_fields = any(rule.name.startswith("field:") for rule in policy)

    sets = iter(_connected_sets(twins, evidence))
    while batch := _take_documents(sets):
        firsts = np.concatenate([firsts for firsts, _ in batch])
        twin_of = twins.documents(np.sort(firsts))
        facts: dict[int, list[Facts]] = {}
        for one in store.results.facts(sorted(twin_of), twin_of, with_fields=own_fields):
            facts.setdefault(one.twin, []).append(one)
        texts = load_texts(store, sorted(facts), config)

        def relate(
            canonical: Facts, member: Facts, pair: Pair, texts: LoadedTexts = texts
        ) -> tuple[Relation, float] | None:
            return relation(canonical, member, pair, texts.passages, config.match)

        stories: list[Story] = []
        decisions: list[Decision] = []
        for members, edges in batch:
            documents = tuple(chain.from_iterable(facts[int(first)] for first in members))
            found = split(Links(documents, _pairs_of(evidence, edges)), texts, relate, policy)
            stories += found
            decisions += chain.from_iterable(map(decisions_of, found))
        store.results.add_decisions(stories, decisions)
        observer.advance(len(twin_of), len(twin_of))


def _connected_sets(
    twins: Twins, evidence: Evidence
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Yield texts that hang together, as first rows, with the numbers of the pairs between them.

    A text that several documents have hangs together with itself.
    """
    left = np.searchsorted(twins.firsts, evidence.left)
    right = np.searchsorted(twins.firsts, evidence.right)
    root = components(twins.firsts.size, left, right)
    sizes = np.bincount(root, minlength=root.size)
    several = sizes[root] > 1
    several[np.searchsorted(twins.firsts, twins.repeated())] = True
    nodes = np.flatnonzero(several)
    nodes = nodes[np.argsort(root[nodes], kind="stable")]
    edges = np.argsort(root[left], kind="stable")
    edge_roots = root[left][edges]
    starts = np.flatnonzero(np.diff(root[nodes], prepend=-1))
    for start, end in zip(starts, np.append(starts[1:], nodes.size), strict=bool(starts.size)):
        members = nodes[start:end]
        first, last = np.searchsorted(edge_roots, [root[members[0]], root[members[0]] + 1])
        yield twins.firsts[members], edges[first:last]


def _take_documents(
    sets: Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]],
) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Take sets until they hold enough texts to be loaded at once."""
    taken = []
    size = 0
    for members, edges in sets:
        taken.append((members, edges))
        size += members.size
        if size >= GROUP_BATCH:
            break
    return taken


def _pairs_of(evidence: Evidence, edges: npt.NDArray[np.int64]) -> dict[tuple[int, int], Pair]:
    """Return some pairs of the evidence by their rows."""
    return {
        (int(evidence.left[edge]), int(evidence.right[edge])): pair_at(evidence, int(edge))
        for edge in edges
    }
