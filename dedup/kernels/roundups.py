"""Parties among the neighbours of a document, and the passage of it that each tells best."""

from __future__ import annotations

import numpy as np

from dedup.kernels.array_types import Bools, Float64s, Int32s, Int64s
from dedup.kernels.compiled import compiled

WAITING = -1


@compiled(nogil=True)
def parties_of(near: Int64s, bounds: Int64s, party: Int32s, parties: Int32s) -> None:
    """Write the parties among the neighbours of each document.

    A party is a connected set of neighbours; one that no other is connected with is one, too.

    Args:
        near: Neighbours of all documents, ascending for each; being neighbours is mutual.
        bounds: Document d has ``near[bounds[d]:bounds[d + 1]]``.
        party: Output, as long as ``near``: number of the neighbour's party among those of the
            document, by their smallest member.
        parties: Output: how many each document has.
    """
    count = bounds.size - 1
    place = np.full(count, -1, np.int64)  # of each neighbour of the document at hand
    reached = np.empty(0, np.int64)
    for doc in range(count):
        start, end = bounds[doc], bounds[doc + 1]
        parties[doc] = 0
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
            parties[doc] += 1
        for at in range(start, end):
            place[near[at]] = -1


@compiled(nogil=True)
def best_passages(
    best: Float64s, counted: Bools, least: float, where: Int32s, sums: Float64s
) -> None:
    """Write the run of sentences around the best one that each other document tells.

    Args:
        best: Others x sentences: how well each of some others tells each sentence of a document.
        counted: Which sentences count; what is written of others is 0.
        least: Overlap from which a sentence is one of the run.
        where: Output, others x 5: the best sentence, the first one of the run, the one behind its
            last, how many that count are in it, and how many overlap by ``least`` or more.
        sums: Output, others x 3: the overlaps in the run, all, and those of ``least`` or more.
    """
    for row in range(best.shape[0]):
        top, matched, total, copied = 0, 0, 0.0, 0.0
        for at in range(counted.size):
            if counted[at]:
                total += best[row, at]
                if best[row, at] >= least:
                    matched += 1
                    copied += best[row, at]
                if not counted[top] or best[row, at] > best[row, top]:
                    top = at
        start, stop = top, top + 1
        while start > 0 and counted[start - 1] and best[row, start - 1] >= least:
            start -= 1
        while stop < counted.size and counted[stop] and best[row, stop] >= least:
            stop += 1
        size, inside = 0, 0.0
        for at in range(start, stop):
            if counted[at]:
                size += 1
                inside += best[row, at]
        where[row, 0], where[row, 1], where[row, 2] = top, start, stop
        where[row, 3], where[row, 4] = size, matched
        sums[row, 0], sums[row, 1], sums[row, 2] = inside, total, copied
