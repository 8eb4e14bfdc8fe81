"""What a manifest says of the results of a run, counted where the rows are and added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dedup.config import ClusterConfig
from dedup.engines.engine import Batches
from dedup.json_codec import dump_json, load_own_json
from dedup.models import DateReport, Relation, Status
from dedup.pipeline.on_tables.decided_documents import DecidedRows
from dedup.pipeline.on_tables.stage_arrays import batch_of, whole
from dedup.pipeline.on_tables.string_keys import string_keys
from dedup.pipeline.tables import (
    DECISION_COUNTS,
    DESCRIBED_STORIES,
    DOCUMENT_COUNTS,
    HOST_COUNTS,
    LISTED_FIRST,
)
from dedup.store.warning_queries import LISTED, Listed

COUNTED = ["row", "doc_id", "reason", "date", "moment", "unread"]
"""The columns of ``DOCUMENTS`` that are counted."""

_RETOLD = (Relation.DERIVED.value, Relation.REWRITE.value)


def count_documents(batches: Batches) -> Batches:
    """Yield the inputs of a partition by reason, and what is known of their dates."""
    counts = [_counted(batch) for batch in batches if batch.num_rows]
    if counts:
        yield from _added(pa.concat_tables(counts)).to_batches()


def _counted(batch: pa.RecordBatch) -> pa.Table:
    """Return the rows of ``DOCUMENT_COUNTS`` of some inputs."""
    used = batch["reason"].is_null()
    undated, unread = batch["date"].is_null(), batch["unread"].is_valid()
    kinds = {
        "missing": pc.and_(undated, pc.invert(unread)),
        "unreadable": unread,
        "guessed": pc.and_(pc.invert(undated), batch["moment"].is_null()),
    }
    flags = {name: pc.and_(used, kind).cast(pa.int64()) for name, kind in kinds.items()}
    ones = pa.array([1] * batch.num_rows)
    is_unread = pc.and_(used, unread)
    first = {name: pc.if_else(is_unread, batch[name], None) for name in ("row", "doc_id", "unread")}
    columns = {"reason": batch["reason"], "inputs": ones, **flags, **first}
    return _added(pa.table([columns[name] for name in DOCUMENT_COUNTS.names], DOCUMENT_COUNTS))


def _added(counts: pa.Table) -> pa.Table:
    """Return counts with one row for each reason."""
    counts = counts.sort_by("row")  # null is last
    sums = [(name, "sum") for name in ("inputs", "missing", "unreadable", "guessed")]
    firsts = [(name, "first") for name in ("row", "doc_id", "unread")]
    added = counts.group_by("reason", use_threads=False).aggregate(sums + firsts)
    columns = ["reason", *("_".join(each) for each in sums + firsts)]
    return added.select(columns).rename_columns(DOCUMENT_COUNTS.names).cast(DOCUMENT_COUNTS)


def inputs_by_reason(counts: pa.Table) -> tuple[int, dict[str, int], DateReport]:
    """Return the number of inputs, those rejected by reason, ascending, and their dates.

    Args:
        counts: What :func:`count_documents` yielded for all partitions.
    """
    added = _added(counts)
    reasons = dict(zip(added["reason"].to_pylist(), added["inputs"].to_pylist(), strict=True))
    inputs = sum(reasons.values())
    reasons.pop(None, None)
    used = added.filter(added["reason"].is_null()).to_pylist()
    dates = DateReport()
    if used:
        names = ("missing", "unreadable", "guessed", "doc_id", "unread")
        dates = DateReport(*(used[0][name] for name in names))
    return inputs, dict(sorted(reasons.items())), dates


def count_decisions(batches: Batches) -> Batches:
    """Yield the decisions of a partition by status and relation."""
    schema = pa.schema(list(DECISION_COUNTS)[:2])
    yield from _counted_rows(whole(batches, schema), DECISION_COUNTS).to_batches()


def _counted_rows(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return how often each row occurs, in the last column of a schema."""
    found = table.group_by(table.column_names).aggregate([([], "count_all")])
    return found.rename_columns([*table.column_names, "count"]).select(schema.names)


def statuses_and_relations(
    counts: pa.Table, inputs: int, reasons: Mapping[str, int]
) -> tuple[dict[str, int], dict[str, int]]:
    """Return inputs by status, and duplicates by relation, ascending.

    Args:
        counts: What :func:`count_decisions` yielded for all partitions.
        inputs: The number of all inputs.
        reasons: Rejected ones by reason.
    """
    statuses: Counter[str] = Counter()
    relations: Counter[str] = Counter()
    for row in counts.to_pylist():
        statuses[row["status"]] += row["count"]
        if row["relation"] is not None:
            relations[row["relation"]] += row["count"]
    canonical, duplicate = statuses[Status.CANONICAL.value], statuses[Status.DUPLICATE.value]
    rejected = sum(reasons.values())
    return {
        "canonical": canonical,
        "duplicate": duplicate,
        "unique": inputs - canonical - duplicate - rejected,
        "rejected": rejected,
    }, dict(sorted(relations.items()))


def large_stories(config: ClusterConfig, batches: Batches) -> Batches:
    """Yield the largest stories of a partition, and how many are as large as an option says.

    Args:
        config: Says from which size on.
        batches: Columns ``story_id``, ``size`` and ``body`` of ``DESCRIBED_STORIES``.
    """
    names = ["story_id", "size", "body"]
    schema = pa.schema([DESCRIBED_STORIES.field(name) for name in names])
    large = pa.concat_tables(
        [
            schema.empty_table(),
            *(
                pa.Table.from_batches([batch]).filter(pc.field("size") >= config.warn_story_size)
                for batch in batches
            ),
        ]
    )
    order = [("size", "descending"), ("story_id", "ascending")]
    first = large.sort_by(order).slice(0, LISTED)
    yield _listed([_large_story(body) for body in first["body"].to_pylist()], large.num_rows)


def _large_story(body: bytes) -> dict[str, Any]:
    """Return what :meth:`dedup.store.Warnings.large_stories` says of a story."""
    story = load_own_json(body)
    members = story["members"]
    return {
        "story_id": story["story_id"],
        "canonical_id": members[0]["doc_id"],
        "size": len(members),
        "outlets": len(story["outlets"]),
        "rewrites": sum(member["relation"] in _RETOLD for member in members),
        "weakest": story["weakest"],
    }


def count_hosts(decided: DecidedRows, batches: Batches) -> Batches:
    """Yield the documents of a partition by host and, of duplicates, relation.

    Args:
        decided: The decisions on the documents.
        batches: Columns ``row``, ``reason`` and ``host`` of ``DOCUMENTS``.
    """
    counts = []
    for part, decisions in decided.documents(batches):
        is_duplicate = pc.equal(decisions["status"], Status.DUPLICATE.value)
        relations = pc.if_else(pc.fill_null(is_duplicate, False), decisions["relation"], None)
        table = pa.table({"host": part["host"], "relation": relations})
        known = pc.and_(part["host"].is_valid(), part["reason"].is_null())
        counts.append(
            _by_host(table.append_column("count", pa.array([1] * len(table))).filter(known))
        )
    if counts:
        found = _by_host(pa.concat_tables(counts)).combine_chunks()
        keys = string_keys(found["host"])
        yield from pa.table([keys, *found.columns], schema=HOST_COUNTS).to_batches()


def _by_host(counts: pa.Table) -> pa.Table:
    """Return counts with one row for each host and relation."""
    added = counts.group_by(["host", "relation"]).aggregate([("count", "sum")])
    return added.select(["host", "relation", "count_sum"]).rename_columns(HOST_COUNTS.names[1:])


def losing_hosts(config: ClusterConfig, counts: pa.Table) -> Batches:
    """Yield the hosts of a partition with most duplicates, and how many lose as options say.

    Args:
        config: Says which.
        counts: What :func:`count_hosts` yielded for these hosts.
    """
    by_host: dict[str, dict[str | None, int]] = {}
    for host, relation, count in zip(
        *(column.to_pylist() for column in _by_host(counts).columns), strict=True
    ):
        by_host.setdefault(host, {})[relation] = count
    losing = []
    for host, found in by_host.items():
        documents = sum(found.values())
        relations = {name: count for name, count in found.items() if name is not None}
        duplicates = sum(relations.values())
        if (
            documents >= config.warn_host_documents
            and duplicates
            and duplicates / documents >= config.warn_host_share
        ):
            losing.append(
                {
                    "host": host,
                    "documents": documents,
                    "duplicates": duplicates,
                    "relations": dict(sorted(relations.items())),
                }
            )
    yield _listed(_first_hosts(losing), len(losing))


def _first_hosts(hosts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the hosts that are listed, in order."""
    return sorted(hosts, key=lambda host: (-host["duplicates"], host["host"]))[:LISTED]


def _first_stories(stories: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the stories that are listed, in order."""
    return sorted(stories, key=lambda story: (-story["size"], story["story_id"]))[:LISTED]


def _listed(entries: list[dict[str, Any]], in_all: int) -> pa.RecordBatch:
    """Return what is listed of a partition as rows of ``LISTED_FIRST``."""
    counts = [in_all, *([0] * (len(entries) - 1))][: len(entries)]
    return batch_of(LISTED_FIRST, (list(map(dump_json, entries)), counts))


def listed_stories(found: pa.Table) -> Listed:
    """Return the largest stories of all partitions, and how many there are."""
    entries = map(load_own_json, found["entry"].to_pylist())
    return _first_stories(entries), sum(found["in_all"].to_pylist())


def listed_hosts(found: pa.Table) -> Listed:
    """Return the hosts of all partitions with most duplicates, and how many there are."""
    entries = map(load_own_json, found["entry"].to_pylist())
    return _first_hosts(entries), sum(found["in_all"].to_pylist())
