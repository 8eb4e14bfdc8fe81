"""Headlines of other articles within the text of a document: a list beside the article.

Two copies of one article have different ones where they were fetched at different times or from
different hosts. A line is known to be one where another document has this headline, or where
another page of the host, which tells something else, has the line, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import numpy as np

from dedup.cleaning.site_line_counts import any_recurs, count_lines
from dedup.cleaning.site_lines import (
    Digests,
    HostLines,
    Numbers,
    is_entry,
    lengths_of,
    piece_digests,
    pieces,
)

# Lines of a document that are known to be headlines of others, from which they are a list.
LEAST_LISTED = 2

# Share of the lines of a list that are known.
_KNOWN = 1 / 3

# Characters of the shortest line that counts where only other pages have it.
_SHORTEST = 25


def teaser_candidates(lines: HostLines) -> tuple[Digests, Numbers]:
    """Return lines that may be headlines of other articles, and the documents to be read for them.

    Args:
        lines: The lines of a host.

    Returns:
        Digests, uint64, sorted; rows of the documents that have two or more of them, int64.
    """
    candidates = np.unique(lines.digests[lines.elsewhere])
    if lines.documents.size > 1 and any_recurs(lines, LEAST_LISTED):
        candidates = np.union1d(candidates, _on_other_pages(lines))
    if not candidates.size:
        return candidates, np.empty(0, np.int64)  # as on most hosts
    rows, counts = np.unique(lines.rows[np.isin(lines.digests, candidates)], return_counts=True)
    return candidates, rows[counts >= LEAST_LISTED]


def _on_other_pages(lines: HostLines) -> Digests:
    """Return short lines under different leads, pages and headlines of a host."""
    counts = count_lines(lines, LEAST_LISTED)
    led = counts.lead >= 0
    lengths = lengths_of(counts.digests)
    found = (counts.frequency >= LEAST_LISTED) & (lengths >= _SHORTEST) & ~counts.inner
    for values in (counts.lead, lines.pages, lines.titles):
        found &= counts.different(values, led) >= LEAST_LISTED
    return counts.digests[found]


def teasers(documents: Iterable[tuple[int, str | None, str]], candidates: Digests) -> Digests:
    """Return the digests of the lines of lists of headlines, uint64, sorted.

    Args:
        documents: Row, headline and text of each.
        candidates: Lines that may be in such a list.
    """
    known = frozenset(candidates.tolist())
    found: set[int] = set()
    for _, title, text in documents:
        entries = [
            (is_entry(piece) and piece != title, digest)
            for line in text.split("\n")
            for piece, digest in zip(pieces(line), piece_digests(line), strict=True)
        ]
        lists = [
            [digest for _, digest in run]
            for listed, run in groupby(entries[1:], lambda entry: entry[0])
            if listed
        ]
        if sum(digest in known for run in lists for digest in run) >= LEAST_LISTED:
            found.update(
                digest
                for run in lists
                if sum(digest in known for digest in run) >= _KNOWN * len(run)
                for digest in run
            )
    return np.array(sorted(found), np.uint64)
