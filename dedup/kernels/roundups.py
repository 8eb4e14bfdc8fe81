"""Parties among the neighbours of a document: those that are neighbours of one another."""

from __future__ import annotations

import numba as nb
import numpy as np

from dedup.kernels.array_types import Int32s, Int64s

WAITING = -2
NO_PARTY = -1


@nb.njit(cache=True, nogil=True)
def parties_of(near: Int64s, bounds: Int64s, least: int, party: Int32s, parties: Int32s) -> None:
    """Write the parties among the neighbours of each document.

    A party is a connected set of neighbours, with ``least`` documents or more.

    Args:
        near: Neighbours of all documents, ascending for each; being neighbours is mutual.
        bounds: Document d has ``near[bounds[d]:bounds[d + 1]]``.
        least: Documents of a party.
        party: Output, as long as ``near``: number of the neighbour's party among those of the
            document, by their smallest member; -1 for none.
        parties: Output: how many each document has.
    """
    count = bounds.size - 1
    place = np.full(count, -1, np.int64)  # of each neighbour of the document at hand
    reached = np.empty(0, np.int64)
    for doc in range(count):
        start, end = bounds[doc], bounds[doc + 1]
        party[start:end] = NO_PARTY
        parties[doc] = 0
        if end - start < 2 * least:
            continue
        for at in range(start, end):
            place[near[at]] = at
            party[at] = WAITING
        if reached.size < end - start:
            reached = np.empty(2 * (end - start), np.int64)
        waiting = end - start
        for at in range(start, end):
            if party[at] != WAITING:
                continue
            reached[0] = at
            party[at] = parties[doc]
            waiting -= 1
            size, done = 1, 0
            while done < size and waiting:  # of a dense party few have to be visited
                other = near[reached[done]]
                done += 1
                for further in range(bounds[other], bounds[other + 1]):
                    where = place[near[further]]
                    if where >= 0 and party[where] == WAITING:
                        party[where] = parties[doc]
                        reached[size] = where
                        size += 1
                        waiting -= 1
            if size < least:
                party[reached[:size]] = NO_PARTY
            else:
                parties[doc] += 1
        for at in range(start, end):
            place[near[at]] = -1
