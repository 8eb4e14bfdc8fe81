"""The documents and stories of a dump as columns, from which all figures are counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.explain.html_pages import visible
from dedup.kernels.array_types import Bools, Float64s, Int64s
from dedup.models import Relation, Status

if TYPE_CHECKING:
    from dedup.progress import Progress
    from dedup.store import Dump, Store

LONGEST_NAME = 200
"""Characters of a title or a host that a report has."""

LONGEST_ID = 2_000
"""Characters of an id; `dedup explain` finds a document by a part of its id, too."""

STATUSES = (*Status, "earlier canonical", "earlier duplicate")
"""Names of the statuses; the last two are of documents of earlier dumps."""

CANONICAL, DUPLICATE, UNIQUE, REJECTED, EARLIER_CANONICAL, EARLIER_DUPLICATE = range(len(STATUSES))

RELATIONS = tuple(Relation)

_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class StoryColumns:
    """The stories of a dump, by id; a place in the columns is a story's number.

    Attributes:
        ids: Their ids.
        canonical: Place of the canonical of each in the columns of documents.
        sizes: Documents of each.
        weakest: Score of the weakest link, in [0, 1]; NaN where there is none.
        lefts: Id of its one document, or None.
        rights: Id of the other.
        kinds: What the score is, or None.
    """

    ids: tuple[str, ...]
    canonical: Int64s
    sizes: Int64s
    weakest: Float64s
    lefts: tuple[str | None, ...]
    rights: tuple[str | None, ...]
    kinds: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class RunColumns:
    """The documents of a dump, and those of earlier dumps in its stories, by row.

    Attributes:
        rows: Their rows, ascending.
        ids: Their ids, cut.
        titles: Their headlines, cut; an empty text for none.
        hosts: Number of the host of each in ``host_names``.
        host_names: The hosts, cut, what cannot be seen escaped; an empty text for none.
        days: ISO 8601 date of each; an empty text where unknown.
        status: Number in ``STATUSES``.
        relation: Number in ``RELATIONS``; -1 for none.
        score: Score of the relation, in [0, 1]; NaN for none.
        story: Number of the story; -1 for none.
        reason: Number in ``reason_names`` for a rejected one, else -1.
        reason_names: Reasons of rejections.
        agency: Number in ``agency_names`` of the agency that it credits; -1 for none.
        agency_names: The agencies.
        own: Whether it is an input of the dump.
        stories: The stories.
    """

    rows: Int64s
    ids: list[str]
    titles: list[str]
    hosts: Int64s
    host_names: tuple[str, ...]
    days: list[str]
    status: Int64s
    relation: Int64s
    score: Float64s
    story: Int64s
    reason: Int64s
    reason_names: tuple[str, ...]
    agency: Int64s
    agency_names: tuple[str, ...]
    own: Bools
    stories: StoryColumns

    @property
    def usable(self) -> Bools:
        """Which are inputs of the dump that are not rejected."""
        found: Bools = self.own & (self.status != REJECTED)
        return found

    @property
    def removed(self) -> Bools:
        """Which are inputs of the dump that are removed."""
        found: Bools = self.status == DUPLICATE
        return found

    @property
    def canonical(self) -> Int64s:
        """Place of the canonical of each; -1 for those without a story."""
        if not self.stories.ids:
            return np.full(self.rows.size, -1)
        found: Int64s = np.where(self.story < 0, -1, self.stories.canonical[self.story])
        return found

    def order_of_ids(self) -> Int64s:
        """Return the place of each document in the order of ids, which breaks ties.

        That of rows is another one where records stand in another order.
        """
        found = np.empty(self.rows.size, np.int64)
        found[sorted(range(found.size), key=self.ids.__getitem__)] = np.arange(found.size)
        return found

    def place_of(self, row: int) -> int | None:
        """Return the place of a row, None where it is not there."""
        place = int(np.searchsorted(self.rows, row))
        return place if place < self.rows.size and self.rows[place] == row else None

    def members(self, story: int) -> Int64s:
        """Return the places of the documents of a story but its canonical, by row."""
        places = np.flatnonzero(self.story == story)
        found: Int64s = places[places != self.stories.canonical[story]]
        return found


class _Numbers:
    """Names by number, in the order in which they come."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """Number some names first."""
        self._number_of = {name: number for number, name in enumerate(names)}

    def of(self, names: Iterable[str | None]) -> list[int]:
        """Return the numbers of names, -1 for None."""
        known = self._number_of
        return [-1 if name is None else known.setdefault(name, len(known)) for name in names]

    @property
    def names(self) -> tuple[str, ...]:
        """The names."""
        return tuple(self._number_of)


def read_columns(store: Store, dump: Dump, progress: Progress) -> RunColumns:
    """Return the documents and the stories of a dump.

    Args:
        store: Shows decisions and stories as they stood when the dump was finished.
        dump: The dump.
        progress: Gets the progress.
    """
    stories = list(store.reports.stories(dump))
    reasons, agencies, hosts = _Numbers(), _Numbers(), _Numbers()
    statuses, relations = _Numbers(Status), _Numbers(RELATIONS)
    of_story = _Numbers(story_id for story_id, *_ in stories)
    columns: list[list[Any]] = [[] for _ in range(11)]
    progress.start("read documents", store.reports.count(dump), "doc")
    for batch in _batches(store.reports.documents(dump, LONGEST_NAME + 1, LONGEST_ID)):
        row, doc_id, title, host, day, status, story, relation, score, reason, agency = batch
        parts: tuple[Sequence[Any], ...] = (
            row, doc_id, [_cut(each or "") for each in title],
            hosts.of(shown(each or "") for each in host),
            [each or "" for each in day], statuses.of(status), of_story.of(story),
            relations.of(relation), score, reasons.of(reason),
            agencies.of(each and shown(each) for each in agency),
        )  # fmt: skip
        for column, part in zip(columns, parts, strict=True):
            column.extend(part)
        progress.advance(len(row))
    progress.end()
    numbers = [np.array(columns[each], np.int64) for each in (0, 3, 5, 6, 7, 9, 10)]
    rows, hosts_of, codes, of, related, rejected, credited = numbers
    own = rows >= dump.first
    return RunColumns(
        rows=rows, ids=columns[1], titles=columns[2], hosts=hosts_of, host_names=hosts.names,
        days=columns[4], status=np.where(own, codes, codes + EARLIER_CANONICAL), relation=related,
        score=np.array(columns[8], np.float64), story=of, reason=rejected,
        reason_names=reasons.names, agency=credited, agency_names=agencies.names, own=own,
        stories=_story_columns(stories, rows),
    )  # fmt: skip


def _story_columns(stories: Sequence[tuple[Any, ...]], rows: Int64s) -> StoryColumns:
    """Return stories as columns, from what the store has of them."""
    columns = list(zip(*stories, strict=True)) or [()] * 7
    ids, canonical, sizes, lefts, rights, scores, kinds = columns
    return StoryColumns(
        ids=ids,
        canonical=np.searchsorted(rows, np.array(canonical, np.int64)),
        sizes=np.array(sizes, np.int64),
        weakest=np.array(scores, np.float64),
        lefts=lefts,
        rights=rights,
        kinds=kinds,
    )


def _batches(found: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the columns of some rows at once."""
    while batch := list(islice(found, _AT_ONCE)):
        yield list(zip(*batch, strict=True))


def shown(name: str) -> str:
    r"""Return a name as a report shows it.

    >>> shown("a\u202eb"), len(shown("a" * 1_000))
    ('a\\u202eb', 201)
    """
    return visible(_cut(name))


def _cut(name: str) -> str:
    """Return a name as far as a report has it."""
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"
