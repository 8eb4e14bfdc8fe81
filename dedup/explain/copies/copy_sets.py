"""Documents with their texts, and the connected set of copies that a document is in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dedup.cluster.canonical import Ballot, parse_policy, reads_own_fields
from dedup.cluster.copies import final_ranking
from dedup.cluster.copy_graph import CopyGraph
from dedup.config import Config
from dedup.kernels.array_types import Float64s
from dedup.match.loaded_texts import LoadedTexts
from dedup.models import Facts, Status
from dedup.pipeline.cluster_copies import ConnectedSets, load_sets
from dedup.pipeline.document_source import StoredDocuments
from dedup.pipeline.earlier_stories import EarlierStories, EarlierStory
from dedup.pipeline.exact_duplicates import ExactDuplicates
from dedup.pipeline.match_copies import by_texts, load_texts
from dedup.store import Store

MOST_DOCUMENTS = 10_000
"""Documents of a connected set that is looked at; a larger one takes longer than anybody waits."""

MOST_TEXTS = 300
"""Different texts of such a set, for the same reason."""


def load_documents(
    store: Store, rows: Sequence[int], config: Config
) -> tuple[dict[int, Facts], LoadedTexts]:
    """Return some documents by row, and their texts.

    Args:
        store: Has the documents, none of which is rejected.
        rows: The documents.
        config: The options.
    """
    ordered = sorted(set(rows))
    signed = store.lookups.signatures(ordered)
    text_ids = _text_ids({row: cells[0] for row, cells in signed.items()})
    own_fields = reads_own_fields(parse_policy(config.cluster.canonical))
    facts = store.results.facts(ordered, text_ids, with_fields=own_fields)
    texts = load_texts(StoredDocuments(store), sorted(set(text_ids.values())), config)
    return {each.row: each for each in facts}, texts


def _text_ids(fingerprints: dict[int, bytes]) -> dict[int, int]:
    """Return for documents the first one with the same text, by their fingerprints."""
    first: dict[bytes, int] = {}
    return {row: first.setdefault(fingerprints[row], row) for row in sorted(fingerprints)}


def earlier_stories(store: Store, rows: Iterable[int], dump: int | None = None) -> EarlierStories:
    """Return the stories that some documents were in before a dump.

    Args:
        store: Has the stories.
        rows: The documents.
        dump: Number of the dump; None for the last one that decided on them.
    """
    ordered = sorted(rows)
    number = store.lookups.last_change(ordered) if dump is None else dump
    first = next(dump.first for dump in store.dumps.all() if dump.number == number)
    before = [row for row in ordered if row < first]
    found = sorted(store.lookups.decisions_before(before, number))
    numbers: dict[str, int] = {}
    stories = [numbers.setdefault(story, len(numbers)) for _, _, story, _ in found]
    canonicals = {story: row for row, _, story, status in found if status == Status.CANONICAL}
    return EarlierStories(
        first,
        number,
        np.array([row for row, *_ in found], np.int64),
        np.array([representative for _, representative, *_ in found], np.int64),
        np.array(stories, np.int32),
        [EarlierStory(name, 0, "", canonicals.get(name, -1), (), 0) for name in numbers],
    )


@dataclass(frozen=True, slots=True)
class CopySet:
    """Documents that are connected by pairs that match, as they were clustered.

    Attributes:
        graph: Which match, and how they rank.
        facts: The documents by row.
        earlier: The stories that they were in before.
    """

    graph: CopyGraph
    facts: dict[int, Facts]
    earlier: EarlierStories

    def ranking(self, rows: Sequence[int]) -> list[Ballot]:
        """Return the ballots of the documents of a telling, best first."""
        return final_ranking([self.facts[row] for row in rows], self.graph)


def copy_set(store: Store, row: int, config: Config) -> CopySet | None:
    """Return the connected set of copies that a document is in.

    Args:
        store: Has the document, which is not rejected.
        row: The document.
        config: The options.

    Returns:
        None where the set is too large to be explained.
    """
    found = _connected(store, row)
    if found is None:
        return None
    fingerprints, matched = found
    text_ids = _text_ids(fingerprints)
    rows = np.array(sorted(text_ids), np.int64)
    known = np.array([text_ids[each] for each in rows.tolist()], np.int64)
    duplicates = ExactDuplicates(rows, known, np.full(rows.size, -1, np.int64))
    edges = by_texts(matched, duplicates.texts)
    bounds = np.array([0, duplicates.text_ids.size], np.int64)
    edge_bounds = np.array([0, edges.left.size], np.int64)
    sets = ConnectedSets(duplicates.text_ids, bounds, edges, edge_bounds)
    earlier = earlier_stories(store, text_ids)
    loaded = load_sets(StoredDocuments(store), duplicates, sets, earlier, config)
    return CopySet(loaded.graph(loaded.components[0]), loaded.facts, earlier)


def _connected(store: Store, row: int) -> tuple[dict[int, bytes], Float64s] | None:
    """Return the fingerprints of the documents of a connected set by row, and its pairs."""
    fingerprints: dict[int, bytes] = {}
    pairs: dict[tuple[int, int], tuple[float, ...]] = {}
    fresh, looked_for = {row}, set[bytes]()
    while fresh:
        reached = _reached(store, fresh, pairs)
        if reached is None:
            return None
        signed = store.lookups.signatures(sorted(reached - fingerprints.keys()))
        fingerprints |= {each: cells[0] for each, cells in signed.items()}
        wanted = set(fingerprints.values()) - looked_for
        looked_for |= wanted
        alike = store.lookups.rows_of_texts(sorted(wanted))
        fresh = alike.keys() - fingerprints.keys()
        fingerprints |= alike
        if len(fingerprints) > MOST_DOCUMENTS or len(looked_for) > MOST_TEXTS:
            return None
    kept = [
        (one, other, *scores)
        for (one, other), scores in sorted(pairs.items())
        if one in fingerprints and other in fingerprints
    ]
    return fingerprints, np.array(kept, np.float64).reshape(-1, 6)


def _reached(
    store: Store, begun: set[int], pairs: dict[tuple[int, int], tuple[float, ...]]
) -> set[int] | None:
    """Return the documents that pairs connect with some, and add these pairs to others.

    Pairs are kept under one document for each text, so that many documents are many texts.
    """
    reached, fresh = set(begun), set(begun)
    while fresh:
        found = set[int]()
        for one, other, *scores in store.lookups.matched_pairs_of(sorted(fresh)):
            pairs[one, other] = tuple(scores)
            found |= {one, other}
            if len(found) > 2 * MOST_TEXTS:
                return None
        fresh = found - reached
        reached |= fresh
        if len(reached) - len(begun) > 2 * MOST_TEXTS:
            return None
    return reached
