"""Pairs of documents with their texts, sentence by sentence, as many as a page has room for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING

import numpy as np

from dedup.explain.html_pages import render
from dedup.explain.texts.aligned_sentences import aligned_sentences
from dedup.kernels.array_types import Int64s
from dedup.models import Relation
from dedup.report.report_data import ComparedPair, Doubt, DoubtList
from dedup.report.run_columns import RELATIONS, RunColumns

if TYPE_CHECKING:
    from dedup.explain.open_run import Run
    from dedup.progress import Progress

PAIRS_BYTES = 6_000_000
"""Bytes of all pairs of a page."""

PAIR_BYTES = 60_000
"""Bytes of one pair; a larger one is left out: it would take the room of ten."""

MOST_SENTENCES = 60
"""Sentences of a text that are compared; the last row of a table says how many more there are."""

MEMBERS_FIRST = 8
"""Members of a doubted story that go before those of the next."""

_EXACT = RELATIONS.index(Relation.EXACT)

Places = tuple[int, int]
"""Two documents by their places in the columns."""


def compared_pairs(
    run: Run,
    columns: RunColumns,
    doubts: Sequence[DoubtList],
    listed: Int64s,
    budget: int,
    progress: Progress,
) -> tuple[list[tuple[Places, str]], int]:
    """Return pairs with the table of their sentences, the most doubted first.

    Each story has its canonical beside each other member, and both ends of its weakest link. The
    pairs that are doubted go first, then the canonicals of doubted stories beside their members,
    then the other stories, the weakest first; exact copies are last.

    Args:
        run: The run.
        columns: The documents.
        doubts: What is doubted, with places of documents.
        listed: Places of the documents that the report lists, ascending; others are not compared.
        budget: Bytes of all tables.
        progress: Gets the progress.

    Returns:
        Both places and the table of each pair; and how many pairs of stories are not there.
    """
    found: list[tuple[Places, str]] = []
    room = budget
    is_listed = np.zeros(columns.rows.size, np.bool_)
    is_listed[listed] = True
    wanted = dict.fromkeys(
        pair for pair in _ordered(columns, doubts) if is_listed[pair[0]] and is_listed[pair[1]]
    )
    progress.start("compare pairs", budget, "B")
    for pair, html in _rendered(run, columns, wanted):
        size = len(html.encode())
        if size > room:
            break
        if size <= PAIR_BYTES:
            found.append((pair, html))
            room -= size
            progress.advance(size)
    progress.end()
    return found, _pairs_in_all(columns, wanted) - len(found)


def _pairs_in_all(columns: RunColumns, wanted: Iterable[Places]) -> int:
    """Return how many pairs the stories have: those with their canonicals, and doubted others."""
    members = int(columns.stories.sizes.sum()) - len(columns.stories.ids)
    canonical = columns.canonical.tolist()
    return members + sum(canonical[one] not in (one, other) for one, other in wanted)


def _ordered(columns: RunColumns, doubts: Sequence[DoubtList]) -> Iterator[Places]:
    """Yield the pairs of stories, the most doubted first, some of them twice."""
    doubted = [*_in_turn([each.doubts for each in doubts])]
    for each in doubted:
        if each.left is not None and each.right is not None:
            yield _canonical_first(columns, each.left, each.right)
    stories = dict.fromkeys(each.story for each in doubted if each.story is not None)
    members = _members_by_story(columns)
    for story in stories:
        yield from islice(_of_story(columns, story, members), MEMBERS_FIRST)
    weakest = np.argsort(columns.stories.weakest, kind="stable").tolist()  # NaN is last
    every = [
        *chain.from_iterable(_of_story(columns, each, members) for each in (*stories, *weakest))
    ]
    yield from (pair for pair in every if columns.relation[pair[1]] != _EXACT)
    yield from every


def _in_turn(lists: Sequence[Sequence[Doubt]]) -> Iterator[Doubt]:
    """Yield the first of each list, then the second of each, and so on."""
    for row in zip_longest(*lists):
        yield from (each for each in row if each is not None)


def _canonical_first(columns: RunColumns, one: int, other: int) -> Places:
    """Return a pair with the canonical, if it is of it, before the other."""
    return (other, one) if columns.canonical[one] == other else (one, other)


def _members_by_story(columns: RunColumns) -> list[list[int]]:
    """Return the members of each story but its canonical, by score and id, exact copies last."""
    canonical = columns.canonical
    places = np.flatnonzero((columns.story >= 0) & (canonical != np.arange(canonical.size)))
    is_exact = columns.relation[places] == _EXACT
    ids = columns.order_of_ids()[places]
    order = np.lexsort((ids, columns.score[places], is_exact, columns.story[places]))
    places = places[order]
    bounds = np.searchsorted(columns.story[places], np.arange(1, len(columns.stories.ids)))
    return [each.tolist() for each in np.split(places, bounds)]


def _of_story(
    columns: RunColumns, story: int, members: Sequence[Sequence[int]]
) -> Iterator[Places]:
    """Yield the canonical of a story with each other member."""
    canonical = int(columns.stories.canonical[story])
    yield from ((canonical, member) for member in members[story])


def _rendered(
    run: Run, columns: RunColumns, pairs: Iterable[Places]
) -> Iterator[tuple[Places, str]]:
    """Yield pairs with the table of their sentences."""
    for one, other in pairs:
        rows = [int(columns.rows[place]) for place in (one, other)]
        known = {row: language for row, *_, language in run.store.details.members(rows)}
        first, second = (run.store.documents.text(row) for row in rows)
        languages = [known[row] for row in rows]
        language = languages[0] if languages[0] == languages[1] else None
        sentences = aligned_sentences(first, second, language, run.frequencies, MOST_SENTENCES)
        html = render(
            "sentences.html",
            sentences=sentences,
            first_language=languages[0],
            second_language=languages[1],
        )
        yield (one, other), str(html)


def numbered(found: Iterable[tuple[Places, str]], number_of: Int64s) -> tuple[ComparedPair, ...]:
    """Return pairs with the numbers of their documents in the index.

    Args:
        found: Both places and the table of each.
        number_of: The number of each place.
    """
    return tuple(
        ComparedPair(int(number_of[one]), int(number_of[other]), html)
        for (one, other), html in found
    )
