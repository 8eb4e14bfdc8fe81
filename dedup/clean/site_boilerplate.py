"""Site boilerplate: lines that recur on one host in documents with different leads.

Copies of one article share the lead, so the lines that they share are not site boilerplate.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# Background paragraphs that a newsroom repeats in its own articles are longer than captions,
# newsletter boxes and related links; they are the article's text and stay.
LONGEST_LINE = 400

# A lead shorter than this is a caption or a date line as likely as a sentence.
SHORTEST_LEAD = 30

# A document counts as evidence only if at least this share of it occurs in too few documents to be
# recurring: versions of one article share most of their lines and differ in a few.
_OWN_SHARE = 0.5

# Where extraction took a list of teasers for a short article, most of every such page is recurring
# and no page counts as evidence. Lines below this many different leads are a site's, whatever their
# share: no article has that many versions.
_MANY_LEADS = 12


@dataclass(frozen=True, slots=True)
class HostLines:
    """All lines of the documents of one host, l in all.

    Attributes:
        rows: Row of the document that each line stands in, int64, ascending.
        digests: Digest of each line, uint64; its lower half is the line's length in characters.
    """

    rows: npt.NDArray[np.int64]
    digests: npt.NDArray[np.uint64]

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Characters of each line, int64."""
        return (self.digests & _LENGTH).astype(np.int64)


_LENGTH = np.uint64(0xFFFFFFFF)


def line_digest(line: str) -> int:
    """Return a digest of a line: its CRC-32 above its length.

    Lines are compared on one host only, some thousand of each length: different lines share a
    digest on one of a hundred thousand hosts.
    """
    return zlib.crc32(line.encode("utf-8", "surrogatepass")) << 32 | len(line)


def line_digests(text: str) -> npt.NDArray[np.uint64]:
    """Return the digests of the lines of a text, uint64 with the least byte first."""
    if text.isascii():  # as many bytes as characters
        digests = [zlib.crc32(line) << 32 | len(line) for line in text.encode().split(b"\n")]
    else:
        digests = [line_digest(line) for line in text.split("\n")]
    return np.fromiter(digests, "<u8", len(digests))


def lines_by_host(
    documents: Iterable[tuple[int, str, bytes]], least: int
) -> Iterator[tuple[str, HostLines]]:
    """Yield hosts by name, each with the lines of its documents.

    Args:
        documents: Row, host and :func:`line_digests` of each as little-endian bytes, rows
            ascending.
        least: Hosts with fewer documents are left out.
    """
    numbers: dict[str, int] = {}
    rows, hosts, sizes, stored = array("q"), array("q"), array("q"), bytearray()
    for row, host, lines in documents:
        rows.append(row)
        hosts.append(numbers.setdefault(host, len(numbers)))
        sizes.append(len(lines) // 8)
        stored += lines
    counts = np.bincount(hosts, minlength=len(numbers))
    host_of = np.repeat(np.array(hosts, np.int64), sizes)
    together = np.argsort(host_of, kind="stable")
    bounds = np.searchsorted(host_of[together], np.arange(len(numbers) + 1))
    row_of = np.repeat(np.array(rows, np.int64), sizes)[together]
    digests = np.frombuffer(bytes(stored), "<u8")[together]
    for host, number in sorted(numbers.items()):
        if counts[number] >= least:
            own = slice(bounds[number], bounds[number + 1])
            yield host, HostLines(row_of[own], digests[own])


def find_site_boilerplate(lines: HostLines, documents: int) -> npt.NDArray[np.uint64]:
    """Return the digests of the recurring lines of a host, sorted, uint64.

    Without the lines found more documents have a text that is mostly their own, so the search is
    repeated until it finds nothing more.

    Args:
        lines: The lines of the host.
        documents: A line must recur in this many documents with different leads.
    """
    recurring = np.empty(0, np.uint64)
    ordered = np.sort(lines.digests)
    if not (ordered[documents - 1 :] == ordered[: ordered.size - documents + 1]).any():
        return recurring  # no line is that frequent, as on most hosts; the rest is much more work
    while lines.rows.size:
        found = _one_pass(lines, documents)
        if not found.size:
            break
        recurring = np.union1d(recurring, found)
        stays = ~np.isin(lines.digests, found)
        lines = HostLines(lines.rows[stays], lines.digests[stays])
    return recurring


def _one_pass(lines: HostLines, documents: int) -> npt.NDArray[np.uint64]:
    """Return the digests of the lines that recur, as far as one look shows, uint64."""
    _, line = np.unique(lines.digests, return_inverse=True)
    _, doc = np.unique(lines.rows, return_inverse=True)
    occurrences = _pairs(line, doc)  # a line twice in a document counts once
    frequency = np.bincount(occurrences[0])
    own = frequency[line] < documents
    lengths = lines.lengths
    total = np.bincount(doc, weights=lengths)
    own_total = np.bincount(doc, weights=lengths * own)
    is_evidence = own_total >= _OWN_SHARE * np.maximum(total, 1)
    lead = _leads(line, doc, own & (lengths >= SHORTEST_LEAD))
    recurs = _leads_of(occurrences, lead, is_evidence & (lead >= 0), frequency.size) >= documents
    recurs |= _leads_of(occurrences, lead, lead >= 0, frequency.size) >= max(_MANY_LEADS, documents)
    long = np.zeros(frequency.size, np.bool_)
    long[line[lengths > LONGEST_LINE]] = True
    return np.unique(lines.digests[(recurs & ~long)[line]])


def _pairs(
    one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the distinct pairs of two columns of small numbers, sorted."""
    width = int(other.max(initial=0)) + 1
    packed = one * width + other
    packed.sort()  # numpy's unique of rows takes ten times as long
    packed = packed[np.append(packed[1:] != packed[:-1], np.ones(min(1, packed.size), np.bool_))]
    return packed // width, packed % width


def _leads_of(
    occurrences: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    lead: npt.NDArray[np.int64],
    is_evidence: npt.NDArray[np.bool_],
    count: int,
) -> npt.NDArray[np.int64]:
    """Return for each of ``count`` lines how many different leads its evidence has, int64."""
    line, doc = occurrences
    counted = is_evidence[doc]
    different, _ = _pairs(line[counted], lead[doc[counted]])
    return np.bincount(different, minlength=count)


def _leads(
    line: npt.NDArray[np.int64], doc: npt.NDArray[np.int64], eligible: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """Return for each document its first eligible line, -1 where it has none."""
    lead = np.full(int(doc.max()) + 1, -1, np.int64)
    first_docs, first_at = np.unique(doc[eligible], return_index=True)
    lead[first_docs] = line[eligible][first_at]
    return lead


def strip_site_boilerplate(text: str, recurring: frozenset[int]) -> tuple[str, tuple[str, ...]]:
    """Return a text without its recurring lines, and those lines.

    Args:
        text: Cleaned text.
        recurring: Digests as :func:`find_site_boilerplate` returns them.
    """
    kept: list[str] = []
    removed: list[str] = []
    for line in text.split("\n"):
        (removed if line_digest(line) in recurring else kept).append(line)
    return "\n".join(kept), tuple(removed)
