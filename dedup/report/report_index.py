"""The documents that a report lists: as many as it has room for, stories first."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

import numpy as np

from dedup.kernels.array_types import Bools, Int64s
from dedup.report.report_data import DoubtList, Index
from dedup.report.report_figures import credited_agency
from dedup.report.run_columns import REJECTED, RELATIONS, STATUSES, UNIQUE, RunColumns

INDEX_BYTES = 4_800_000
"""Bytes of all that is listed, compressed: a page of less than 15 MB has room for them, a third
longer as text, beside its charts and the texts of :mod:`dedup.report.compared_pairs`."""

DOCUMENT_BYTES = 8
"""Bytes of a document beside its names, compressed; those of 100,000 made articles took 4 each."""

_AT_ONCE = 2_000


def listed_places(columns: RunColumns, doubts: Iterable[DoubtList], budget: int) -> Int64s:
    """Return the places of the documents that are listed, ascending.

    Those of doubted stories go first, then those of the other stories by id, each with its
    canonical first; then rejected ones and unique ones, as they were read. Some are listed at once,
    as long as they and all before them take no more than a budget.

    Args:
        columns: The documents.
        doubts: What is doubted.
        budget: Bytes of their names and figures, compressed.
    """
    order = _order(columns, doubts)
    hosts = np.ones(len(columns.host_names), np.bool_)
    stories = np.ones(len(columns.stories.ids) + 1, np.bool_)
    stories[-1] = False  # the one of documents without a story
    spent = 0
    for start in range(0, order.size, _AT_ONCE):
        part = order[start : start + _AT_ONCE]
        names = [
            *(columns.ids[place] for place in part.tolist()),
            *(columns.titles[place] for place in part.tolist()),
            *(columns.host_names[number] for number in _new(hosts, columns.hosts[part])),
            *(columns.stories.ids[number] for number in _new(stories, columns.story[part])),
        ]
        packed = zlib.compress("\n".join(names).encode("utf-8", "backslashreplace"))
        spent += len(packed) + DOCUMENT_BYTES * part.size
        if spent > budget:
            order = order[: _whole_stories(columns.story[order], start)]
            break
    return np.sort(order)


def _whole_stories(story: Int64s, end: int) -> int:
    """Return where to end before an end, so that no story is cut; one of very many can be.

    Args:
        story: Number of the story of each document, those of one story in a row; -1 for none.
        end: How many there is room for.
    """
    if end == 0 or story[end] < 0:
        return end
    first = int(np.argmax(story == story[end]))
    return end if end - first >= _AT_ONCE else first


def _new(waiting: Bools, numbers: Int64s) -> list[int]:
    """Return which numbers come for the first time; they are no longer waiting."""
    found = np.unique(numbers[waiting[numbers]])
    waiting[found] = False
    new: list[int] = found.tolist()
    return new


def _order(columns: RunColumns, doubts: Iterable[DoubtList]) -> Int64s:
    """Return all places, those first that are listed first."""
    doubted = np.zeros(len(columns.stories.ids) + 1, np.bool_)  # the last one is of no story
    stories = [one.story for each in doubts for one in each.doubts if one.story is not None]
    doubted[np.array(stories, np.int64)] = True
    kind = np.select(
        [columns.status == UNIQUE, columns.status == REJECTED, ~doubted[columns.story]], [3, 2, 1]
    )
    is_other = columns.canonical != np.arange(columns.rows.size)
    order: Int64s = np.lexsort((columns.rows, is_other, columns.story, kind))
    return order


def index_of(columns: RunColumns, places: Int64s) -> Index:
    """Return some documents as an index; names that none of them has are not in it.

    Args:
        columns: The documents.
        places: Their places, ascending.
    """
    chosen = places.tolist()
    own = columns.own[places]
    score = np.where(np.isnan(columns.score), -1, np.round(columns.score * 100)).astype(np.int64)
    hosts, host_names = _used(columns.hosts[places], columns.host_names)
    story, story_ids = _used(columns.story[places], columns.stories.ids)
    agencies, agency_names = _used(credited_agency(columns)[places], columns.agency_names)
    return Index(
        ids=tuple(columns.ids[place] for place in chosen),
        titles=tuple(columns.titles[place] for place in chosen),
        hosts=hosts,
        host_names=host_names,
        days=tuple(columns.days[place] for place in chosen),
        status=_tuple(columns.status[places]),
        status_names=tuple(map(str, STATUSES)),
        relation=_tuple(np.where(own, columns.relation[places], -1)),
        relation_names=tuple(map(str, RELATIONS)),
        score=_tuple(np.where(own, score[places], -1)),
        story=story,
        story_ids=story_ids,
        reason=_tuple(columns.reason[places]),
        reason_names=columns.reason_names,
        left_out=int(columns.own.sum() - own.sum()),
        agencies=agencies if agency_names else (),
        agency_names=agency_names,
    )


def story_numbers(columns: RunColumns, places: Int64s) -> Int64s:
    """Return the number in the index of each story; -1 for one that it does not have."""
    found = np.full(len(columns.stories.ids), -1)
    used = np.unique(columns.story[places])
    used = used[used >= 0]
    found[used] = np.arange(used.size)
    return found


def _used(numbers: Int64s, names: Sequence[str]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return numbers of names without those that do not come, and the names; -1 is none."""
    used, inverse = np.unique(np.append(numbers, -1), return_inverse=True)
    return _tuple(inverse[:-1] - 1), tuple(names[number] for number in used[1:].tolist())


def _tuple(column: Int64s) -> tuple[int, ...]:
    """Return a column as plain numbers."""
    return tuple(column.tolist())
