"""The introduction of a series: how two documents of a host begin that tell different things.

Lines that recur in more documents are judged by :mod:`dedup.cleaning.site_boilerplate`; a dump may
have only two parts of a series.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, takewhile

import numpy as np

from dedup.cleaning.headline_words import FOREIGN, headline_stems, share_of, stems
from dedup.cleaning.site_line_counts import SHORTEST_LEAD, count_different
from dedup.cleaning.site_lines import Digests, HostLines, Numbers, piece_digests, pieces

# Documents with one first line that are compared; more are parts of a long series.
_MOST = 6

# Least words of what a document says behind the introduction.
_LEAST_STEMS = 8

# Most of the words behind one introduction that are behind the other, too: versions of an article
# share more.
_MOST_SHARED = 0.3


def find_openings(lines: HostLines) -> list[list[int]]:
    """Return documents that begin with the same line, and go on under different headlines.

    Args:
        lines: The lines of a host.

    Returns:
        Rows of the documents of each first line, different pages among them.
    """
    starts = np.searchsorted(lines.rows, lines.documents)
    sizes = np.diff(np.append(starts, lines.rows.size))
    places = np.flatnonzero((sizes > 0) & (sizes + lines.left_out > 1) & (lines.titles > 0))
    # A first line that is left out is no other document's.
    places = places[lines.before[starts[places]] == 0]
    first = lines.digests[starts[places]]
    _, group = np.unique(first, return_inverse=True)
    if group.size < 2 or int(group.max()) + 1 == group.size:
        return []  # as on most hosts
    different = [
        count_different(group, values[places], int(group.max()) + 1)
        for values in (lines.pages, lines.titles)
    ]
    several = np.flatnonzero(np.minimum(*different) > 1)
    return [_sample(lines, places[group == number]) for number in several.tolist()]


def _sample(lines: HostLines, places: Numbers) -> list[int]:
    """Return the rows of some documents, one of a headline; input order decides nothing."""
    by = [values[places] for values in (lines.last, lines.second, lines.pages, lines.titles)]
    order = places[np.lexsort(by)]
    _, first = np.unique(lines.titles[order], return_index=True)
    rows: list[int] = lines.documents[order[first[:_MOST]]].tolist()
    return rows


def introductions(
    documents: Iterable[tuple[int, str | None, str]], openings: list[list[int]], host: str
) -> Digests:
    """Return the digests of lines that introduce different things, sorted, uint64.

    Args:
        documents: Row, headline and text of the documents.
        openings: Which of them begin alike.
        host: Their host; its name is no word of a headline.
    """
    known = {row: (headline_stems(title, host), text) for row, title, text in documents}
    found: set[int] = set()
    for rows in openings:
        for one, other in combinations([known[row] for row in rows if row in known], 2):
            found.update(_introduction(one, other))
    return np.array(sorted(found), np.uint64)


def _introduction(
    one: tuple[frozenset[str], str], other: tuple[frozenset[str], str]
) -> Iterator[int]:
    """Yield the digests of the lines with which two documents begin if these introduce both.

    They say nothing of what tells the headlines apart, and the rest of the two has little in
    common.
    """
    (headline, text), (other_headline, other_text) = one, other
    own, others = headline - other_headline, other_headline - headline
    if not own or not others or len(headline & other_headline) >= len(own | others):
        return
    cut, other_cut = _pieces(text), _pieces(other_text)
    pairs = zip(cut, other_cut, strict=False)
    begin = [piece for piece, _ in takewhile(lambda pair: pair[0] == pair[1], pairs)]
    said, known = "\n".join(begin), frozenset(begin)
    if (
        max(map(len, begin), default=0) < SHORTEST_LEAD
        or max(share_of(own, said), share_of(others, said)) >= FOREIGN
    ):
        return
    rest, other_rest = (stems("\n".join(each[len(begin) :])) for each in (cut, other_cut))
    shorter = min(len(rest), len(other_rest))
    if shorter >= _LEAST_STEMS and len(rest & other_rest) <= _MOST_SHARED * shorter:
        for line in (text.split("\n"), other_text.split("\n")):
            for each in line:
                yield from (
                    digest
                    for piece, digest in zip(pieces(each), piece_digests(each), strict=True)
                    if piece in known
                )


def _pieces(text: str) -> list[str]:
    """Return the lines of a text, and the sentences of long ones."""
    return [piece for line in text.split("\n") for piece in pieces(line)]
