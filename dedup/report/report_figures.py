"""What is counted of a dump: rejections, sizes, relations, hosts, days, and who copies whom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedup.kernels.array_types import Bools, Int64s
from dedup.report.report_data import Count, DayFigures, Flow, HostFigures, SizeClass
from dedup.report.run_columns import CANONICAL, DUPLICATE, REJECTED, RELATIONS, UNIQUE, RunColumns

MOST_HOSTS = 50
"""Hosts that are listed."""

MOST_DAYS = 120
"""Days, months or years that are listed."""

MOST_FLOWS = 60
"""Flows between hosts that are listed."""

SIZES = ((2, 2), (3, 3), (4, 4), (5, 9), (10, 19), (20, 49), (50, 99), (100, None))
"""Least and most documents of the stories that are counted together."""

# Characters of a day, of its month and of its year.
_DAY_PARTS = (10, 7, 4)


def counts(columns: RunColumns) -> dict[str, int]:
    """Return the inputs by status, and ``inputs``, their sum."""
    of = {
        "canonical": CANONICAL, "duplicate": DUPLICATE, "unique": UNIQUE, "rejected": REJECTED,
    }  # fmt: skip
    found = {name: int((columns.status == number).sum()) for name, number in of.items()}
    return {"inputs": sum(found.values()), **found}


def rejections(columns: RunColumns) -> tuple[Count, ...]:
    """Return the rejected inputs by reason, the most first, ties by name."""
    return _counted(columns.reason[columns.own], columns.reason_names)


def relations(columns: RunColumns) -> tuple[Count, ...]:
    """Return the removed documents by relation, the most first, ties by name."""
    return _counted(columns.relation[columns.removed], RELATIONS)


def _counted(numbers: Int64s, names: Sequence[str]) -> tuple[Count, ...]:
    """Return how often each name comes, the most first, ties by name; -1 is none."""
    found = _times(numbers, len(names))
    named = [Count(str(name), each) for name, each in zip(names, found, strict=True) if each]
    return tuple(sorted(named, key=lambda each: (-each.count, each.name)))


def _times(numbers: Int64s, size: int) -> list[int]:
    """Return how often each number comes; -1 is not counted."""
    found: list[int] = np.bincount(numbers[numbers >= 0], minlength=size).tolist()
    return found


def sizes(columns: RunColumns) -> tuple[SizeClass, ...]:
    """Return the stories by size; members from earlier dumps count."""
    found = []
    for low, high in SIZES:
        size = columns.stories.sizes
        chosen = size[(size >= low) & (size <= (high or np.inf))]
        found.append(SizeClass(low, high, chosen.size, int(chosen.sum())))
    return tuple(found)


def hosts(columns: RunColumns) -> tuple[tuple[HostFigures, ...], int]:
    """Return the hosts with most usable documents, and how many hosts there are."""
    found = sorted(host_figures(columns), key=lambda each: (-each.documents, each.host))
    return tuple(found[:MOST_HOSTS]), len(found)


def host_figures(columns: RunColumns) -> list[HostFigures]:
    """Return all hosts with a usable document, in the order in which they come."""
    size = len(columns.host_names)
    removed, elsewhere = columns.removed, columns.removed & ~_of_one_host(columns)
    of = (columns.hosts[chosen] for chosen in (columns.usable, removed, elsewhere))
    figures = zip(columns.host_names, *(_times(each, size) for each in of), strict=True)
    return [HostFigures(*each) for each in figures if each[1]]


def _of_one_host(columns: RunColumns) -> Bools:
    """Return which documents are of the host of their canonical."""
    found: Bools = (columns.canonical >= 0) & (columns.hosts[columns.canonical] == columns.hosts)
    return found


def days(columns: RunColumns) -> tuple[DayFigures, ...]:
    """Return the usable documents by day, unknown ones last.

    Where there are more than ``MOST_DAYS`` they are counted by month, else by year.
    """
    usable = np.flatnonzero(columns.usable)
    removed = columns.removed[usable]
    dates = [columns.days[place] for place in usable.tolist()]
    for length in _DAY_PARTS:
        names, numbers = np.unique([each[:length] for each in dates], return_inverse=True)
        if names.size <= MOST_DAYS:
            break
    documents = np.bincount(numbers, minlength=names.size).tolist()
    duplicates = np.bincount(numbers[removed], minlength=names.size).tolist()
    found = [
        DayFigures(day or None, *counted)
        for day, *counted in zip(names.tolist(), documents, duplicates, strict=True)
    ]
    return tuple(sorted(found, key=lambda each: (each.day is None, each.day or "")))


def flows(columns: RunColumns) -> tuple[tuple[Flow, ...], int]:
    """Return who copies whom, and how many such flows there are.

    Counted are the removed documents of known hosts. The origin is the agency that one credits,
    else the one that its canonical credits, else the canonical's host; documents of that host
    itself, and those of which no origin is known, are left out.

    Returns:
        The flows of most documents, those from agencies first, then by documents and names; and
        the number of all.
    """
    places = np.flatnonzero(columns.removed)
    canonical = columns.canonical[places]
    agency = credited_agency(columns)[places]
    is_agency = agency >= 0
    origin = np.where(is_agency, agency, columns.hosts[canonical])
    host = columns.hosts[places]
    named = np.array([bool(name) for name in columns.host_names], np.bool_)
    known = named[host] & (is_agency | (named[columns.hosts[canonical]] & (origin != host)))
    keys = np.stack([is_agency[known], origin[known], host[known]], axis=1)
    distinct, times = np.unique(keys, axis=0, return_counts=True)
    found = [
        Flow(
            (columns.agency_names if by_agency else columns.host_names)[source],
            columns.host_names[target], count, bool(by_agency),
        )
        for (by_agency, source, target), count in zip(
            distinct.tolist(), times.tolist(), strict=True
        )
    ]  # fmt: skip
    most = sorted(found, key=lambda each: (-each.documents, each.origin, each.host))[:MOST_FLOWS]
    return tuple(sorted(most, key=lambda each: not each.is_agency)), len(found)


def credited_agency(columns: RunColumns) -> Int64s:
    """Return the agency that each removed document credits, else its canonical; -1 for none."""
    agency = np.where(columns.agency >= 0, columns.agency, columns.agency[columns.canonical])
    found: Int64s = np.where(columns.removed, agency, -1)
    return found


def relations_of_hosts(columns: RunColumns) -> dict[str, list[str]]:
    """Return the relations of the removed documents of each host in words, in their own order."""
    removed = columns.removed
    keys = np.stack([columns.hosts[removed], columns.relation[removed]], axis=1)
    found: dict[str, list[str]] = {}
    for (host, relation), times in zip(*np.unique(keys, axis=0, return_counts=True), strict=True):
        found.setdefault(columns.host_names[host], []).append(f"{times:,} {RELATIONS[relation]}")
    return found
