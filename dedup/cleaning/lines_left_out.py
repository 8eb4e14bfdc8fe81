"""The lines of a host without those that decide nothing.

What is the site's is found by lines that several documents have, and by lines that are the headline
of another document. A line that is neither is asked for three things only: how many lines and
characters of its document are its own, whether it is the document's lead, and whether the whole
text, or its beginning, is another document's, too, which it is not. So it is left out, and of the
document it is known how many are left out, their characters, how many of them stand before each
line that stays, and before the first that may be a lead. All that is found is the same.

A document all of whose lines are left out is left out itself. More lines may stay than must: it is
enough that lines that are left out stand once on the host.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.cleaning.site_line_counts import SHORTEST_LEAD
from dedup.cleaning.site_lines import (
    Digests,
    Flags,
    HostLines,
    Numbers,
    lengths_of,
    second_and_last,
)

Bits = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class AllLines:
    """What is known of all lines of n documents.

    Attributes:
        sizes: How many each document has, int64.
        characters: Their characters, int64.
        second: Digest of the second line of each document, see
            :class:`dedup.cleaning.site_lines.HostLines`.
        last: Likewise of the last.
        long: A bit for each line, set where it may be a lead, uint8; each document begins with a
            byte.
    """

    sizes: Numbers
    characters: Numbers
    second: Digests
    last: Digests
    long: Bits

    @property
    def byte_bounds(self) -> Numbers:
        """Bounds of the documents in ``long``, int64, n + 1."""
        return np.append(0, np.cumsum(-(-self.sizes // 8)))


def describe_all_lines(digests: Digests, sizes: Numbers) -> AllLines:
    """Return what is known of all lines of documents.

    Args:
        digests: The lines, end to end.
        sizes: How many each document has.
    """
    lengths = lengths_of(digests)
    doc = np.repeat(np.arange(sizes.size), sizes)
    characters = np.bincount(doc, weights=lengths, minlength=sizes.size).astype(np.int64)
    bounds = np.append(0, np.cumsum(-(-sizes // 8)))
    flags = np.zeros(8 * int(bounds[-1]), np.bool_)
    place = np.arange(doc.size) - (np.cumsum(sizes) - sizes)[doc]
    flags[8 * bounds[doc] + place] = lengths >= SHORTEST_LEAD
    return AllLines(sizes, characters, *second_and_last(digests, sizes), np.packbits(flags))


@dataclass(frozen=True, slots=True)
class KeptLines:
    """The lines that stay, by document and place.

    Attributes:
        doc: Place of the document of each, int64.
        place: How many lines of the document stand before it, int64.
        digests: Its digest, uint64.
        elsewhere: Whether it is the headline of another document.
    """

    doc: Numbers
    place: Numbers
    digests: Digests
    elsewhere: Flags


def with_lines_left_out(
    documents: Numbers, pages: Digests, titles: Digests, known: AllLines, kept: KeptLines
) -> HostLines:
    """Return the lines of a host that stay.

    Args:
        documents: Rows of its documents, int64, ascending.
        pages: As in :class:`dedup.cleaning.site_lines.HostLines`.
        titles: As there.
        known: What is known of all lines of the documents.
        kept: Those that stay: at least all that several documents have, and all headlines of
            others.
    """
    counts = np.bincount(kept.doc, minlength=documents.size)
    starts = np.cumsum(counts) - counts
    characters = np.bincount(kept.doc, lengths_of(kept.digests), documents.size).astype(np.int64)
    left_out = known.sizes - counts
    stays = np.flatnonzero(counts)
    return HostLines(
        rows=documents[kept.doc],
        digests=kept.digests,
        elsewhere=kept.elsewhere,
        before=kept.place - (np.arange(kept.doc.size) - starts[kept.doc]),
        documents=documents[stays],
        pages=pages[stays],
        titles=titles[stays],
        second=known.second[stays],
        last=known.last[stays],
        left_out=left_out[stays],
        left_out_characters=(known.characters - characters)[stays],
        left_out_lead=_leads_left_out(known, kept, left_out, starts)[stays],
    )


def _leads_left_out(
    known: AllLines, kept: KeptLines, left_out: Numbers, starts: Numbers
) -> Numbers:
    """Return how many lines that are left out stand before the first of them that may be a lead."""
    bounds = 8 * known.byte_bounds
    flags = np.unpackbits(known.long)
    kept_at = bounds[kept.doc] + kept.place
    flags[kept_at] = 0
    at = np.flatnonzero(flags)
    doc, first = np.unique(np.searchsorted(bounds, at, "right") - 1, return_index=True)
    at = at[first]
    leads = left_out.copy()
    leads[doc] = at - bounds[doc] - (np.searchsorted(kept_at, at) - starts[doc])
    return leads
