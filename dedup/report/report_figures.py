"""What is counted of a dump: rejections, sizes, relations, hosts, days, and who copies whom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedup.cleaning.agencies import AGENCIES, agency_of_domain
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

_KNOWN = frozenset(each.name for each in AGENCIES)

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
    itself, and those of which no origin is known, are left out. What counts as an agency is said
    at :func:`credited_agency`.

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
    """Return the agency that each removed document credits, else its canonical; -1 for none.

    A station puts its own name where others put that of an agency. So a name is none to a host
    that bears it; and one that is no known wire agency is none where one host only credits it.
    """
    own, canonical = _agency_of(columns, columns.agency), columns.canonical
    of_canonical = _agency_of(columns, own[canonical])
    found: Int64s = np.where(columns.removed, np.where(own >= 0, own, of_canonical), -1)
    return found


def _agency_of(columns: RunColumns, names: Int64s) -> Int64s:
    """Return the names of documents that are agencies to their hosts; -1 for the others."""
    keys = np.stack([names, columns.hosts], axis=1)
    distinct, place = np.unique(keys, axis=0, return_inverse=True)
    is_shared = _is_shared(columns)
    is_agency = [
        name >= 0
        and is_shared[name]
        and not _is_named(columns.host_names[host], columns.agency_names[name])
        for name, host in distinct.tolist()
    ]
    found: Int64s = np.where(np.array(is_agency, np.bool_)[place.ravel()], names, -1)
    return found


def _is_shared(columns: RunColumns) -> list[bool]:
    """Return for each name of an agency whether it is known, or two hosts or more credit it."""
    hosts: list[set[str]] = [set() for _ in columns.agency_names]
    credits = np.stack([columns.agency, columns.hosts], axis=1)[columns.agency >= 0]
    for name, host in np.unique(credits, axis=0).tolist():
        hosts[name].add(columns.host_names[host])
    both = zip(columns.agency_names, hosts, strict=True)
    return [name in _KNOWN or len(each - {""}) > 1 for name, each in both]


def _is_named(host: str, agency: str) -> bool:
    """Return whether a host bears the name of an agency: a part of it begins with the name.

    >>> _is_named("www.wishtv.com", "WISH-TV"), _is_named("apopkavoice.com", "AP")
    (True, False)
    """
    if agency in _KNOWN:  # they are short: other hosts begin with their letters, too
        return agency_of_domain(host) == agency
    name = "".join(filter(str.isalnum, agency.lower()))
    return any(
        "".join(filter(str.isalnum, part)).startswith(name) for part in host.lower().split(".")
    )


def relations_of_hosts(columns: RunColumns) -> dict[str, list[str]]:
    """Return the relations of the removed documents of each host in words, in their own order."""
    removed = columns.removed
    keys = np.stack([columns.hosts[removed], columns.relation[removed]], axis=1)
    found: dict[str, list[str]] = {}
    for (host, relation), times in zip(*np.unique(keys, axis=0, return_counts=True), strict=True):
        found.setdefault(columns.host_names[host], []).append(f"{times:,} {RELATIONS[relation]}")
    return found
