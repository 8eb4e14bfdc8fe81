"""Matching pairs of copies to connected sets, and these to stories and decisions."""

from __future__ import annotations

from copy import copy

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.cluster.canonical import parse_policy, reads_own_fields
from dedup.config import Config
from dedup.engines.engine import Batches, Shared
from dedup.json_codec import dump_json
from dedup.kernels.array_types import Int64s
from dedup.match.sorted_lookup import places_among
from dedup.models import Decision
from dedup.pipeline.cluster_copies import (
    StoryOfCopies,
    cluster_sets,
    connected_labels,
    sets_in_batches,
)
from dedup.pipeline.earlier_stories import EarlierStories
from dedup.pipeline.exact_duplicates import ExactDuplicates, RepeatedTexts
from dedup.pipeline.on_tables.partition import Partition
from dedup.pipeline.on_tables.stage_arrays import batch_of, filled, numbers, pair_scores_of
from dedup.pipeline.tables import (
    CLUSTERED,
    DECISIONS,
    LABELLED_PAIRS,
    LABELS,
    PAIRS,
    STORIES,
    STORIES_OF_COPIES,
)

STORIES_AT_ONCE = 1_000


def label_documents(texts: RepeatedTexts, ends: pa.Table, earlier: EarlierStories) -> pa.Table:
    """Return the documents that are connected with a new one, with their sets, by row.

    Args:
        texts: Which documents have the same text.
        ends: The pairs of texts that match, ``PAIRS``.
        earlier: The earlier stories.
    """
    one, other = numbers(ends, *PAIRS.names)
    tellings = texts.texts(earlier.representatives), texts.texts(earlier.rows)
    nodes = np.unique(np.concatenate([one, other, texts.text_id, *tellings]))
    repeated = texts.repeated(nodes)
    new = np.append(nodes[nodes >= earlier.first], texts.text_id[texts.rows >= earlier.first])
    labels = connected_labels(nodes, repeated, one, other, tellings, new)
    rows = np.append(nodes[~repeated], texts.rows)
    text_id = np.append(nodes[~repeated], texts.text_id)
    label = labels[np.searchsorted(nodes, text_id)]
    order = np.argsort(rows)
    order = order[label[order] >= 0]
    columns = (rows[order], text_id[order], nodes[label[order]])
    return pa.Table.from_batches([batch_of(LABELS, columns)])


def _labels(shared: Shared, rows: Int64s) -> tuple[Int64s, Int64s, Int64s]:
    """Return which of some rows have a set, as places, with their texts and sets."""
    known, text_id, label = numbers(shared(), *LABELS.names)
    found, at = places_among(rows, known)
    return found, text_id[at], label[at]


def documents_by_set(labels: Shared, config: Config, batches: Batches) -> Batches:
    """Yield the documents of connected sets with all that clustering asks of them, by set.

    Fields, which may have the HTML of a page, are left out where neither a rule reads them nor the
    text is among them.
    """
    own_fields = reads_own_fields(parse_policy(config.cluster.canonical))
    for table in filled(batches):
        at, text_id, label = _labels(labels, table["row"].to_numpy())
        part = table.take(pa.array(at))
        columns = {"key": pa.array(label), "text_id": pa.array(text_id)}
        if not own_fields:
            columns["fields"] = pc.if_else(part["text"].is_valid(), None, part["fields"])
        yield from pa.table(
            [columns[name] if name in columns else part[name] for name in CLUSTERED.names],
            schema=CLUSTERED,
        ).to_batches()


def pairs_by_set(labels: Shared, batches: Batches) -> Batches:
    """Yield matching pairs by their connected set."""
    for table in filled(batches):
        at, _, label = _labels(labels, table["one"].to_numpy())
        part = table.take(pa.array(at))
        yield from part.add_column(0, LABELLED_PAIRS[0], pa.array(label)).to_batches()


def stories_of_copies(
    earlier: EarlierStories, config: Config, documents: pa.Table, pairs: pa.Table
) -> Batches:
    """Yield the stories of connected sets.

    A set of half a dump is in one process.
    """
    part = Partition(documents)
    text_id, label = numbers(part.table, "text_id", "key")
    exact_duplicates = ExactDuplicates(part.rows, text_id, np.full(part.rows.size, -1))
    text_ids = exact_duplicates.text_ids
    labels = label[np.searchsorted(part.rows, text_ids)]
    one, other = numbers(pairs, "one", "other")
    scores = pair_scores_of(pairs).pick(np.lexsort([other, one]))
    earlier = copy(earlier)
    earlier.open = set()
    batches = sets_in_batches(text_ids, labels, scores)
    for found in cluster_sets(part, exact_duplicates, batches, earlier, config):
        for start in range(0, len(found.stories), STORIES_AT_ONCE):
            stories = found.stories[start : start + STORIES_AT_ONCE]
            cells = (_cells(each, earlier) for each in stories)
            yield batch_of(STORIES_OF_COPIES, tuple(zip(*cells, strict=True)))


def _cells(each: StoryOfCopies, earlier: EarlierStories) -> tuple[object, ...]:
    """Return a story as a row of ``STORIES_OF_COPIES``."""
    story = each.story
    row_of_canonical = story.canonical.row
    decisions = [decision_row(decision, row_of_canonical) for decision in each.decisions]
    still_open = [number for number in each.earlier if number in earlier.open]
    return (
        story.story_id, row_of_canonical, each.first_dump, dump_json(story), decisions,
        each.earlier, still_open,
    )  # fmt: skip


def decision_row(decision: Decision, representative: int) -> dict[str, object]:
    """Return a decision as a row of ``DECISIONS``."""
    return {
        "row": decision.row,
        "status": decision.status.value,
        "story_id": decision.story_id,
        "canonical_id": decision.canonical_id,
        "size": decision.size,
        "relation": decision.relation,
        "score": decision.score,
        "reason": decision.reason,
        "representative": representative,
    }


def only_stories(batches: Batches) -> Batches:
    """Yield the stories without their decisions."""
    for batch in batches:
        yield batch.select(STORIES.names)


def only_decisions(batches: Batches) -> Batches:
    """Yield the decisions on the documents of stories."""
    for batch in batches:
        decisions = batch["decisions"].flatten()
        yield pa.RecordBatch.from_arrays(decisions.flatten(), schema=DECISIONS)
