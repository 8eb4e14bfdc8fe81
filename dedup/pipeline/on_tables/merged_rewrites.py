"""The documents of loose groups to stories of rewrites and their decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pyarrow as pa

from dedup.cluster.canonical import parse_policy, reads_own_fields
from dedup.config import Config
from dedup.engines.engine import Batches, Shared
from dedup.json_codec import dump_json
from dedup.kernels.array_types import Int64s
from dedup.match.sorted_lookup import places_among
from dedup.match.story_score import Model
from dedup.pipeline.cluster_rewrites import MergedStories, merge_groups
from dedup.pipeline.earlier_stories import EarlierStories
from dedup.pipeline.group_candidates import LooseGroups
from dedup.pipeline.on_tables.copy_stories import decision_row
from dedup.pipeline.on_tables.partition import FACTS, Partition
from dedup.pipeline.on_tables.shared_representatives import SharedRepresentatives
from dedup.pipeline.on_tables.stage_arrays import distinct
from dedup.pipeline.representatives import Numbered
from dedup.pipeline.tables import DOCUMENTS, GROUP_ROUTES, LOOSE_GROUPS, MERGED


def columns_read(config: Config) -> list[str]:
    """Return the columns of ``DOCUMENTS`` that stories are made from."""
    fields = ["fields"] if reads_own_fields(parse_policy(config.cluster.canonical)) else []
    return ["row", "doc_id", *FACTS, "terms", "shingles", "numbers", *fields]


def sent_schema(config: Config) -> pa.Schema:
    """Return the schema of what :func:`send_documents` yields."""
    others = (DOCUMENTS.field(name) for name in columns_read(config)[1:])
    return pa.schema([*GROUP_ROUTES, *others])


def group_routes(
    numbered: Numbered,
    groups: LooseGroups,
    copies: pa.Table,
    texts: Callable[[Int64s], Int64s],
) -> pa.Table:
    """Return the documents that loose groups need, as rows of ``GROUP_ROUTES``, ascending by row.

    Args:
        numbered: The representatives.
        groups: The loose groups.
        copies: Columns ``row`` and ``representative`` of the documents that are copies of others.
        texts: Returns for documents the first one with the text of each.
    """
    members, bounds = groups.members, groups.bounds
    representatives = numbered.rows[members]
    order = np.argsort(representatives)
    firsts = np.repeat(members[bounds[:-1]], np.diff(bounds))[order]
    representatives = representatives[order]
    copies = copies.sort_by("representative").combine_chunks()
    places, at = places_among(representatives, copies["representative"].to_numpy())
    rows = np.append(representatives, copies["row"].to_numpy()[at])
    keys = np.append(firsts, firsts[places])
    of = np.append(representatives, representatives[places])
    text_ids = texts(rows)
    order = np.argsort(rows)
    rows, keys, of, text_ids = rows[order], keys[order], of[order], text_ids[order]
    home = np.minimum(np.searchsorted(rows, text_ids), max(rows.size - 1, 0))
    away = (rows[home] != text_ids) | (keys[home] != keys)
    extra, extra_keys = distinct(text_ids[away], keys[away])
    table = pa.table(
        [
            np.append(keys, extra_keys),
            np.append(rows, extra),
            pa.array(np.append(of, extra), mask=np.arange(rows.size + extra.size) >= rows.size),
            np.append(text_ids, extra),
        ],
        schema=GROUP_ROUTES,
    )
    return table.sort_by("row")


def loose_groups_table(groups: LooseGroups, numbered: Numbered) -> pa.Table:
    """Return what is stored of loose groups: ``LOOSE_GROUPS``, by row."""
    rows, firsts, is_grouped, links = groups.columns(numbered)
    return pa.table([rows, pa.array(firsts, mask=~is_grouped), links], schema=LOOSE_GROUPS)


def send_documents(routes: Shared, schema: pa.Schema, batches: Batches) -> Batches:
    """Yield documents under the keys of the loose groups that need them.

    Args:
        routes: Rows of ``GROUP_ROUTES``, ascending by row.
        schema: What :func:`sent_schema` returns.
        batches: The columns that :func:`columns_read` names.
    """
    table = routes()
    rows = table["row"].to_numpy()
    for batch in batches:
        places, at = places_among(batch["row"].to_numpy(), rows)
        route = table.take(pa.array(at)).combine_chunks()
        found = batch.take(pa.array(places))
        columns = [*route.columns, *(found[name] for name in schema.names[len(GROUP_ROUTES) :])]
        yield from pa.table(columns, schema=schema).combine_chunks().to_batches()


def merge_rewrites_of_groups(
    shared: SharedRepresentatives,
    earlier: EarlierStories,
    model: Model,
    config: Config,
    sent: pa.Table,
) -> Iterable[pa.RecordBatch]:
    """Yield what becomes of the loose groups of a partition.

    Args:
        shared: All representatives.
        earlier: The earlier stories.
        model: What pairs inside a group are scored with.
        config: The options.
        sent: The documents of the groups, see :func:`send_documents`.
    """
    table = _once(sent)
    documents = Partition(table)
    numbered = shared.all()
    numbers, keys = _members(numbered, table)
    order = np.lexsort([numbers, keys])
    members, keys = numbers[order], keys[order]
    bounds = np.append(np.unique(keys, return_index=True)[1], keys.size)
    groups = LooseGroups(members, bounds, np.empty(0, np.int64))
    text_id_of = dict(zip(table["row"].to_pylist(), table["text_id"].to_pylist(), strict=True))
    representative_of = dict(
        zip(table["row"].to_pylist(), table["representative"].to_pylist(), strict=True)
    )

    def text_ids(rows: Iterable[int]) -> dict[int, int]:
        return {row: text_id_of[row] for row in rows}

    alone = replace(config, workers=1)
    representatives = shared.of(documents)
    for found in merge_groups(documents, text_ids, earlier, representatives, groups, model, alone):
        yield _merged(found, representative_of)


def _once(sent: pa.Table) -> pa.Table:
    """Return each document once; one that is of a group not as what is there for its text only."""
    rows, extra = sent["row"].to_numpy(), np.asarray(sent["representative"].is_null())
    order = np.lexsort([extra, rows])
    _, first = np.unique(rows[order], return_index=True)
    return sent.take(pa.array(order[first]))


def _members(numbered: Numbered, table: pa.Table) -> tuple[Int64s, Int64s]:
    """Return the numbers of the representatives of a partition, and the group of each."""
    rows = table["row"].to_numpy()
    own = rows == table["representative"].fill_null(-1).to_numpy()
    numbers, _ = numbered.numbers(rows[own])
    return numbers, table["key"].to_numpy()[own]


def _merged(found: MergedStories, representative_of: dict[int, int]) -> pa.RecordBatch:
    """Return stories and decisions as a row of ``MERGED``."""
    stories = [
        {"story_id": story.story_id, "canonical": story.canonical.row, "first_dump": first,
         "body": dump_json(story)}
        for story, first in found.stories
    ]  # fmt: skip
    decisions = [decision_row(each, representative_of[each.row]) for each in found.decisions]
    columns = [found.splits], [stories], [decisions]
    return pa.record_batch(list(map(pa.array, columns, MERGED.types)), schema=MERGED)


def flattened(column: str, batches: Batches) -> Batches:
    """Yield the stories or the decisions of rows of ``MERGED``."""
    for batch in batches:
        yield pa.RecordBatch.from_struct_array(batch[column].flatten())
