"""How often the lines of a host stand under what leads, pages and headlines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.cleaning.site_lines import Digests, Flags, HostLines, Numbers

# A lead shorter than this is a caption or a date line as likely as a sentence.
SHORTEST_LEAD = 30

# Shorter lines within articles, with this many of the article's lines before and behind them, are
# its sub-headings, speakers and units more often than a site's buttons.
_LONGEST_LABEL = 40
_LEAST_AROUND = 2


@dataclass(frozen=True, slots=True)
class LineCounts:
    """The lines of a host by numbers.

    Attributes:
        line: Number of each line, int64; equal lines have one number, in the order of digests.
        digests: Digest of each number.
        at: Occurrences as pairs of ``line`` and ``doc``, a line twice in a document once.
        frequency: Documents with each line.
        lead: For each document a number of its first own line, -1 where it has none.
        own_share: Share of the characters of each document that is its own.
        inner: Which lines are short and mostly stand within articles.
    """

    line: Numbers
    digests: Digests
    at: tuple[Numbers, Numbers]
    frequency: Numbers
    lead: Numbers
    own_share: npt.NDArray[np.float64]
    inner: Flags

    def different(self, values: Numbers | Digests, counted: Flags) -> Numbers:
        """Return how many different values the documents of each line have, int64.

        Args:
            values: A value of each document.
            counted: Which documents count.
        """
        line, doc = self.at
        among = counted[doc]
        _, number = np.unique(values, return_inverse=True)  # of fewer documents than occurrences
        return _different(line[among], number[doc[among]], self.frequency.size)


def any_recurs(lines: HostLines, documents: int) -> bool:
    """Return whether a line stands in so many places."""
    ordered = np.sort(lines.digests)
    return bool((ordered[documents - 1 :] == ordered[: ordered.size - documents + 1]).any())


def count_lines(lines: HostLines, documents: int) -> LineCounts:
    """Number the lines of a host, and say of each document what is its own."""
    digests, line = np.unique(lines.digests, return_inverse=True)
    doc = np.searchsorted(lines.documents, lines.rows)
    at = _pairs(line, doc)
    frequency = np.bincount(at[0], minlength=digests.size)
    own = frequency[line] < documents
    lengths, size = lines.lengths, lines.documents.size
    total = np.bincount(doc, weights=lengths, minlength=size) + lines.left_out_characters
    own_total = np.bincount(doc, weights=lengths * own, minlength=size) + lines.left_out_characters
    # Own lines of the document before each; those that are left out are its own, too.
    own_lines = np.bincount(doc[own], minlength=size)
    before: Numbers = np.cumsum(own) - own - (np.cumsum(own_lines) - own_lines)[doc] + lines.before
    around = np.minimum(before, (own_lines + lines.left_out)[doc] - before - own)
    inside = around >= _LEAST_AROUND
    often_inside = 2 * np.bincount(line, inside, minlength=digests.size) > np.bincount(line)
    is_label = (digests & np.uint64(0xFFFFFFFF)) < _LONGEST_LABEL
    lead = _leads(lines, line, doc, own & (lengths >= SHORTEST_LEAD))
    return LineCounts(
        line, digests, at, frequency, lead,
        own_total / np.maximum(total, 1), often_inside & is_label,
    )  # fmt: skip


def _pairs(one: Numbers, other: Numbers) -> tuple[Numbers, Numbers]:
    """Return the distinct pairs of two columns of small numbers, sorted."""
    width = int(other.max(initial=0)) + 1
    packed = one * width + other
    packed.sort()  # numpy's unique of rows takes ten times as long
    packed = packed[np.append(packed[1:] != packed[:-1], np.ones(min(1, packed.size), np.bool_))]
    return packed // width, packed % width


def count_different(group: Numbers, values: Numbers | Digests, size: int) -> Numbers:
    """Return how many different values each of ``size`` groups has, int64."""
    _, number = np.unique(values, return_inverse=True)
    return _different(group, number, size)


def _different(group: Numbers, values: Numbers, size: int) -> Numbers:
    """Return the same as :func:`count_different` for values that are small numbers."""
    return np.bincount(_pairs(group, values)[0], minlength=size)


def _leads(lines: HostLines, line: Numbers, doc: Numbers, eligible: Flags) -> Numbers:
    """Return for each document a number of its first eligible line, -1 where it has none.

    A line that is left out is no other document's: it has a number of its own.

    Args:
        lines: The lines.
        line: Number of each.
        doc: The place of its document.
        eligible: Which of them are eligible.
    """
    size = lines.documents.size
    others = int(line.max(initial=-1)) + 1 + np.arange(size)
    lead = np.where(lines.left_out_lead < lines.left_out, others, -1)
    eligible = eligible & (lines.before <= lines.left_out_lead[doc])
    first_docs, first_at = np.unique(doc[eligible], return_index=True)
    lead[first_docs] = line[eligible][first_at]
    return lead
