"""What to doubt first among the results of a dump.

The lists name documents by their places in :class:`RunColumns`; :func:`renumbered` makes them the
numbers of the index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dedup.cluster.decisions import SCORE_DIGITS
from dedup.kernels.array_types import Int64s
from dedup.models import PROBABILITY, Relation, count_of
from dedup.models.pages import same_address, same_headline
from dedup.report.report_data import Doubt, DoubtList, HostFigures
from dedup.report.report_figures import host_figures, relations_of_hosts
from dedup.report.run_columns import RELATIONS, RunColumns

if TYPE_CHECKING:
    from dedup.config import ClusterConfig, Config
    from dedup.store import Store

LISTED = 50
"""Doubts of each kind that are listed."""

_SCORES = {PROBABILITY: "story score", "jaccard": "Jaccard", "containment": "containment"}

_EXACT = RELATIONS.index(Relation.EXACT)

_BY_STORY_SCORE = [n for n, each in enumerate(RELATIONS) if each.score_kind == PROBABILITY]


def doubt_lists(store: Store, columns: RunColumns, config: Config) -> tuple[DoubtList, ...]:
    """Return what to doubt first, of each kind."""
    return (
        _weakest(store, columns),
        _largest(columns, config.cluster),
        _hosts(columns, config.cluster),
        _mean(columns, config),
        _same_host(store, columns),
    )


def renumbered(
    lists: Sequence[DoubtList], number_of: Int64s, story_of: Int64s
) -> tuple[DoubtList, ...]:
    """Return lists whose documents and stories have other numbers.

    Args:
        lists: The lists.
        number_of: The number of each document; -1 for none.
        story_of: The number of each story likewise.
    """
    return tuple(
        replace(
            each,
            doubts=tuple(
                replace(
                    one,
                    story=_number(one.story, story_of),
                    left=_number(one.left, number_of),
                    right=_number(one.right, number_of),
                )
                for one in each.doubts
            ),
        )
        for each in lists
    )


def _number(old: int | None, numbers: Int64s) -> int | None:
    """Return the other number of a document or a story, None for none."""
    found = -1 if old is None else int(numbers[old])
    return None if found < 0 else found


def _weakest(store: Store, columns: RunColumns) -> DoubtList:
    """Return the stories whose weakest link is weakest; one of 1 is no doubt."""
    stories = columns.stories
    doubted = np.flatnonzero(stories.weakest < 1)
    first = doubted[np.argsort(stories.weakest[doubted], kind="stable")][:LISTED]

    def doubts() -> Iterator[Doubt]:
        for story in first.tolist():
            left = _place_of_id(store, columns, stories.lefts[story])
            right = _place_of_id(store, columns, stories.rights[story])
            score, kind = float(stories.weakest[story]), stories.kinds[story]
            size = count_of(int(stories.sizes[story]), "document")
            name = _score_name(kind, int(stories.sizes[story]))
            detail = f"{name} {score:.2f}, {size}"
            yield Doubt(story, left, right, None, round(score, SCORE_DIGITS), detail)

    return DoubtList(
        "weakest",
        "Stories with the weakest links",
        "One weak link can join two stories. Read both ends of it. If they tell two stories, run "
        "dedup explain on the two: it says from which threshold they part. The score shown here is "
        "no threshold: a link between many tellings needs less than one between two.",
        tuple(doubts()),
        doubted.size,
    )


def _score_name(kind: str | None, size: int) -> str:
    """Return the name of the score of a weakest link: clusters of several are joined by a mean."""
    mean = "mean " if kind == PROBABILITY and size > 2 else ""
    return mean + _SCORES.get(kind or "", "score")


def _place_of_id(store: Store, columns: RunColumns, doc_id: str | None) -> int | None:
    """Return the place of a document of a weakest link, None where it is gone."""
    row = None if doc_id is None else store.lookups.row_of(doc_id)
    return None if row is None else columns.place_of(row)


def _largest(columns: RunColumns, config: ClusterConfig) -> DoubtList:
    """Return the largest stories, from three documents on."""
    sizes = columns.stories.sizes
    doubted = np.flatnonzero(sizes >= 3)
    first = doubted[np.argsort(-sizes[doubted], kind="stable")][:LISTED].tolist()
    doubts = [
        Doubt(story, int(columns.stories.canonical[story]), None, None, float(sizes[story]),
              _size_in_words(int(sizes[story]), config.warn_story_size))
        for story in first
    ]  # fmt: skip
    return DoubtList(
        "largest",
        "Largest stories",
        "A template, such as a weather report, can join many articles. Of each story one document "
        f"is kept. The run warns from {count_of(config.warn_story_size, 'document')} on.",
        tuple(doubts),
        doubted.size,
    )


def _size_in_words(size: int, least: int) -> str:
    """Return the size of a story, and whether the run warns of it."""
    return f"{count_of(size, 'document')}{', warned of' if size >= least else ''}"


def _hosts(columns: RunColumns, config: ClusterConfig) -> DoubtList:
    """Return the hosts that lose most, those first that the run warns of."""
    losing = [each for each in host_figures(columns) if each.host and each.duplicates]

    def is_warned(each: HostFigures) -> bool:
        share = each.duplicates / each.documents
        return each.documents >= config.warn_host_documents and share >= config.warn_host_share

    losing.sort(key=lambda each: (not is_warned(each), -each.duplicates, each.host))
    relations = relations_of_hosts(columns)
    doubts = [
        Doubt(None, None, None, each.host, round(each.duplicates / each.documents, SCORE_DIGITS),
              _host_in_words(each, relations[each.host], is_warned=is_warned(each)))
        for each in losing[:LISTED]
    ]  # fmt: skip
    return DoubtList(
        "hosts",
        "Hosts that lose most",
        "A host whose articles are removed is a mirror, copies others, or publishes pages that are "
        f"alike. The run warns from {count_of(config.warn_host_documents, 'document')} on of which "
        f"{config.warn_host_share:.0%} are removed.",
        tuple(doubts),
        len(losing),
    )


def _host_in_words(host: HostFigures, relations: Sequence[str], *, is_warned: bool) -> str:
    """Return what a host loses, in words."""
    lost = f"{host.duplicates:,} of {count_of(host.documents, 'usable document')} removed"
    parts = [lost, f"{host.kept_elsewhere:,} kept on other hosts", *relations]
    return ", ".join([*parts, "warned of"] if is_warned else parts)


def _mean(columns: RunColumns, config: Config) -> DoubtList:
    """Return the removed documents whose own score with the canonical is below the threshold."""
    least = config.story.threshold
    by_score = columns.removed & np.isin(columns.relation, _BY_STORY_SCORE)
    doubted = np.flatnonzero(by_score & (np.round(columns.score, SCORE_DIGITS) < least))
    first = _lowest(columns, doubted)
    doubts = [
        _of_member(
            columns, place, f"story score {columns.score[place]:.2f}, the least is {least:g}"
        )
        for place in first.tolist()
    ]
    return DoubtList(
        "mean",
        "Members joined only by the mean",
        "The other tellings of their stories, or an earlier dump, joined these with a canonical "
        "that by itself is not similar enough. Read whether the canonical tells them.",
        tuple(doubts),
        doubted.size,
    )


def _same_host(store: Store, columns: RunColumns) -> DoubtList:
    """Return the removed documents whose canonical is another page of their host."""
    canonical = columns.canonical
    named = np.array([bool(name) for name in columns.host_names], np.bool_)
    places = np.flatnonzero(columns.removed & (columns.relation != _EXACT))
    places = places[columns.hosts[places] == columns.hosts[canonical[places]]]
    places = places[named[columns.hosts[places]]]
    pages = store.reports.pages(columns.rows[np.union1d(places, canonical[places])].tolist())
    rows = columns.rows.tolist()
    doubted = np.array(
        [
            place
            for place in places.tolist()
            if not _is_one_page(pages[rows[place]], pages[rows[canonical[place]]])
        ],
        np.int64,
    )
    first = _lowest(columns, doubted)
    doubts = [
        _of_member(
            columns,
            place,
            f"{RELATIONS[columns.relation[place]]} on {columns.host_names[columns.hosts[place]]}, "
            f"score {columns.score[place]:.2f}",
        )
        for place in first.tolist()
    ]
    return DoubtList(
        "same_host",
        "Merges of one host's own articles",
        "An outlet rarely publishes one story twice. These are of one host, under two addresses "
        "and two headlines, and their texts are not the same: they may be two stories.",
        tuple(doubts),
        doubted.size,
    )


def _lowest(columns: RunColumns, places: Int64s) -> Int64s:
    """Return the places of the documents that are listed: the lowest scores, ties by id."""
    order = np.lexsort((columns.order_of_ids()[places], columns.score[places]))
    found: Int64s = places[order][:LISTED]
    return found


def _is_one_page(one: tuple[str | None, str | None], other: tuple[str | None, str | None]) -> bool:
    """Return whether two documents of one host are versions of one page, by address or headline."""
    return same_address(one[0], other[0]) or same_headline(one[1], other[1])


def _of_member(columns: RunColumns, place: int, detail: str) -> Doubt:
    """Return the doubt of a removed document beside its canonical."""
    score = round(float(columns.score[place]), SCORE_DIGITS)
    story = int(columns.story[place])
    return Doubt(story, int(columns.canonical[place]), place, None, score, detail)
