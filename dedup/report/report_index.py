"""The documents that a report lists: as many as it has room for, stories first."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import numpy as np

from dedup.kernels.array_types import Int64s
from dedup.report.report_data import DoubtList, Index
from dedup.report.report_figures import credited_agency
from dedup.report.run_columns import REJECTED, RELATIONS, STATUSES, UNIQUE, RunColumns

INDEX_BYTES = 5_000_000
"""Bytes of ids and titles that are listed, compressed: a page of less than 15 MB has room for them
beside its charts and the texts of :mod:`dedup.report.compared_pairs`."""

_AT_ONCE = 2_000


def listed_places(columns: RunColumns, doubts: Iterable[DoubtList], budget: int) -> Int64s:
    """Return the places of the documents that are listed, ascending.

    Those of doubted stories go first, then those of the other stories by id, each with its
    canonical first; then rejected ones and unique ones, as they were read. A document is listed as
    long as ids and titles take no more than a budget, and all before it are.

    Args:
        columns: The documents.
        doubts: What is doubted.
        budget: Bytes, compressed.
    """
    order = _order(columns, doubts)
    spent = 0
    for start in range(0, order.size, _AT_ONCE):
        part = order[start : start + _AT_ONCE].tolist()
        names = "\n".join(each[place] for each in (columns.ids, columns.titles) for place in part)
        spent += len(zlib.compress(names.encode()))
        if spent > budget:
            order = order[:start]
            break
    return np.sort(order)


def _order(columns: RunColumns, doubts: Iterable[DoubtList]) -> Int64s:
    """Return all places, those first that are listed first."""
    doubted = np.zeros(len(columns.stories.ids) + 1, np.bool_)  # the last one is of no story
    stories = [one.story for each in doubts for one in each.doubts if one.story is not None]
    doubted[np.array(stories, np.int64)] = True
    kind = np.select(
        [columns.status == UNIQUE, columns.status == REJECTED, ~doubted[columns.story]],
        [3, 2, 1],
        0,
    )
    is_other = columns.canonical != np.arange(columns.rows.size)
    order: Int64s = np.lexsort((columns.rows, is_other, columns.story, kind))
    return order


def index_of(columns: RunColumns, places: Int64s) -> Index:
    """Return some documents as an index.

    Args:
        columns: The documents.
        places: Their places, ascending.
    """
    chosen = places.tolist()
    rounded = np.where(np.isnan(columns.score), -1, np.round(columns.score * 100))
    return Index(
        ids=tuple(columns.ids[place] for place in chosen),
        titles=tuple(columns.titles[place] for place in chosen),
        hosts=_chosen(columns.hosts, places),
        host_names=columns.host_names,
        days=tuple(columns.days[place] for place in chosen),
        status=_chosen(columns.status, places),
        status_names=tuple(map(str, STATUSES)),
        relation=_chosen(columns.relation, places),
        relation_names=tuple(map(str, RELATIONS)),
        score=_chosen(rounded.astype(np.int64), places),
        story=_chosen(columns.story, places),
        story_ids=columns.stories.ids,
        reason=_chosen(columns.reason, places),
        reason_names=columns.reason_names,
        left_out=int(columns.own.sum() - columns.own[places].sum()),
        agencies=_chosen(credited_agency(columns), places) if columns.agency_names else (),
        agency_names=columns.agency_names,
    )


def _chosen(column: Int64s, places: Int64s) -> tuple[int, ...]:
    """Return some values of a column."""
    return tuple(column[places].tolist())
