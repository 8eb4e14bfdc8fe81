"""Matches to stored stories and decisions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from dedup.config import Config
from dedup.feed.match import load_texts
from dedup.feed.twins import Twins
from dedup.group import COMPLETED, Links, decisions_of, parse_policy, split
from dedup.kernels.pairs import components
from dedup.match import Evidence, LoadedTexts, pairs_inside, pairs_of, relation
from dedup.models import Facts, Pair, Relation, Story
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

    sets = _connected(twins, evidence)
    for batch in sets.batches():
        firsts = sets.texts[slice(*sets.bounds[[batch.start, batch.stop]])]
        twin_of = twins.documents(np.sort(firsts))
        facts: dict[int, list[Facts]] = {}
        for one in store.results.facts(sorted(twin_of), twin_of, with_fields=own_fields):
            facts.setdefault(one.twin, []).append(one)
        texts = load_texts(store, firsts.tolist(), config)
        bounds = sets.bounds[batch.start : batch.stop + 1] - sets.bounds[batch.start]
        small = np.diff(bounds) <= COMPLETED
        texts.remember(*pairs_inside(bounds[:-1][small], bounds[1:][small]))

        def relate(
            canonical: Facts, member: Facts, pair: Pair, texts: LoadedTexts = texts
        ) -> tuple[Relation, float] | None:
            return relation(canonical, member, pair, texts.passages, config.match)

        stories: list[Story] = []
        for number in batch:
            members, edges = sets.one(number)
            documents = tuple(chain.from_iterable(map(facts.__getitem__, members.tolist())))
            links = Links(documents, _pairs(evidence.pick(edges)))
            stories += split(links, texts, relate, policy)
        store.results.add_decisions(stories, chain.from_iterable(map(decisions_of, stories)))
        observer.advance(len(twin_of), len(twin_of))


@dataclass(frozen=True, slots=True)
class _Connected:
    """Sets of texts that hang together, end to end.

    Attributes:
        texts: First rows of the texts, ascending in each set.
        bounds: Set k is ``texts[bounds[k]:bounds[k + 1]]``.
        edges: Numbers of the pairs between them, set after set.
        edge_bounds: Bounds in ``edges``, likewise.
    """

    texts: npt.NDArray[np.int64]
    bounds: npt.NDArray[np.int64]
    edges: npt.NDArray[np.int64]
    edge_bounds: npt.NDArray[np.int64]

    def batches(self) -> Iterator[range]:
        """Yield sets, by their numbers, that together hold enough texts to be loaded at once."""
        start, last = 0, self.bounds.size - 1
        while start < last:
            end = int(np.searchsorted(self.bounds, self.bounds[start] + GROUP_BATCH))
            yield range(start, min(end, last))
            start = end

    def one(self, number: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the texts and the edges of one set."""
        return (
            self.texts[self.bounds[number] : self.bounds[number + 1]],
            self.edges[self.edge_bounds[number] : self.edge_bounds[number + 1]],
        )


def _connected(twins: Twins, evidence: Evidence) -> _Connected:
    """Return the texts that hang together.

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
    roots, starts = np.unique(root[nodes], return_index=True)
    return _Connected(
        texts=twins.firsts[nodes],
        bounds=np.append(starts, nodes.size),
        edges=edges,
        edge_bounds=np.append(np.searchsorted(root[left][edges], roots), edges.size),
    )


def _pairs(evidence: Evidence) -> dict[tuple[int, int], Pair]:
    """Return measured pairs by their rows."""
    rows = zip(evidence.left.tolist(), evidence.right.tolist(), strict=True)
    return dict(zip(rows, pairs_of(evidence), strict=True))
