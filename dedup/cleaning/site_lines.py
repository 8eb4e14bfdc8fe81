"""The lines of the documents of one host, as digests in arrays.

A long line counts sentence by sentence: in many dumps a whole article is one line.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from array import array
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.cleaning.headline_words import without_site_name
from dedup.models import Listed

Digests = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LONGEST_LINE = 400
"""Characters from which a line is a long paragraph, or several in one line."""

# Characters, and blanks, of a headline that other pages list; shorter ones name a rubric.
_SHORTEST_ENTRY = 10
_LONGEST_ENTRY = 160
_ENTRY_BLANKS = 3

_SENTENCE_END = re.compile(r"[.!?][\"'”’»)]?\s+|[。！？]")

SHARED = 1 << 30
"""Flag of a digest that is stored with a document: the line is not compared."""

_OF_LONG_LINE = 1 << 31
_LENGTH = SHARED - 1


@dataclass(frozen=True, slots=True)
class HostLines:
    """All lines of the n documents of one host, l in all.

    Attributes:
        rows: Row of the document that each line stands in, int64, ascending.
        digests: Digest of each line, uint64.
        documents: Rows of the documents, int64, ascending.
        pages: Number of each document's page, uint64; documents without one have different numbers.
        titles: Number of each document's headline, uint64, 0 where it is unknown.
        headlines: The same as :func:`headline_digest`, uint64.
        all_headlines: Digests of the headlines of all hosts, uint64, sorted.
    """

    rows: Numbers
    digests: Digests
    documents: Numbers
    pages: Digests
    titles: Digests
    headlines: Digests
    all_headlines: Digests

    @property
    def lengths(self) -> Numbers:
        """Characters of each line, int64."""
        return lengths_of(self.digests)

    def without(self, digests: Digests) -> HostLines:
        """Return the lines that are not among some."""
        stays = ~np.isin(self.digests, digests)
        return replace(self, rows=self.rows[stays], digests=self.digests[stays])


def lengths_of(digests: Digests) -> Numbers:
    """Return how many characters lines have, int64."""
    return (digests & np.uint64(_LENGTH)).astype(np.int64)


def of_long_lines(digests: Digests) -> Flags:
    """Return which digests are of sentences of long lines."""
    long: Flags = (digests & np.uint64(_OF_LONG_LINE)) > 0
    return long


def pieces(line: str) -> list[str]:
    """Return what of a line is compared: the line, or the sentences of a long one."""
    if len(line) <= LONGEST_LINE:
        return [line]
    # A split at what stands between sentences would look back from every letter.
    ends = [found.end() for found in _SENTENCE_END.finditer(line)]
    cuts = zip([0, *ends], [*ends, len(line)], strict=True)
    return [piece for start, end in cuts if (piece := line[start:end].rstrip())]


def piece_digests(line: str) -> list[int]:
    """Return a digest for each of the :func:`pieces` of a line: its CRC-32 above its length.

    Lines are compared on one host only, some thousand of each length: different lines share a
    digest on one of a hundred thousand hosts.
    """
    flag = _OF_LONG_LINE if len(line) > LONGEST_LINE else 0
    return [
        zlib.crc32(piece.encode("utf-8", "surrogatepass")) << 32 | flag | len(piece) & _LENGTH
        for piece in pieces(line)
    ]


def line_digests(text: str) -> Digests:
    """Return the digests of the lines of a text, uint64 with the least byte first."""
    if len(text) <= LONGEST_LINE or all(len(line) <= LONGEST_LINE for line in text.split("\n")):
        data = text.encode("utf-8", "surrogatepass").split(b"\n")
        if text.isascii():  # as many bytes as characters
            digests = [zlib.crc32(line) << 32 | len(line) for line in data]
        else:
            sizes = map(len, text.split("\n"))
            digests = [zlib.crc32(line) << 32 | n for line, n in zip(data, sizes, strict=True)]
    else:
        digests = [digest for line in text.split("\n") for digest in piece_digests(line)]
    return np.fromiter(digests, "<u8", len(digests))


class DigestedLine(NamedTuple):
    """A line of a text, and the digests of its pieces."""

    line: str
    digests: Sequence[int]


def digested_lines(text: str) -> list[DigestedLine]:
    """Return the lines of a text with their :func:`piece_digests`."""
    data = text.encode("utf-8", "surrogatepass").split(b"\n")
    return [
        DigestedLine(line, (zlib.crc32(each) << 32 | len(line),))
        if len(line) <= LONGEST_LINE
        else DigestedLine(line, piece_digests(line))
        for line, each in zip(text.split("\n"), data, strict=True)
    ]


def flag_shared(
    lines: Iterable[DigestedLine], shared: Container[int], own: int | None = None
) -> bytes:
    """Return the digests of the lines of a text as bytes, those that are shared with their flag.

    Args:
        lines: The lines.
        shared: Digests of lines that are not compared.
        own: A digest of them that does not count here; None where all count.
    """
    flagged = [
        digest | SHARED if digest in shared and digest != own else digest
        for line in lines
        for digest in line.digests
    ]
    return np.array(flagged, "<u8").tobytes()


def own_text(text: str, lines: bytes | None) -> str:
    """Return what of a text is compared: its lines without those that are flagged as shared.

    Args:
        text: A cleaned text.
        lines: The digests that are stored with it, as bytes.
    """
    digests = np.frombuffer(lines or b"", "<u8")
    flagged = digests[(digests & np.uint64(SHARED)) > 0]
    if not flagged.size:
        return text
    shared = frozenset((flagged ^ np.uint64(SHARED)).tolist())
    kept = (
        line
        if len(line) <= LONGEST_LINE and digests[0] not in shared
        else " ".join(
            piece
            for piece, digest in zip(pieces(line), digests, strict=True)
            if digest not in shared
        )
        for line, digests in digested_lines(text)
    )
    return "\n".join(line for line in kept if line)


def headline_digest(title: str | None) -> int:
    """Return the digest of the line that a headline is where another page lists it.

    It is that of the headline without the name of the site; 0 where it is too short to say much.
    """
    shorter = without_site_name(title or "").strip()
    if not is_entry(shorter):
        return 0
    return zlib.crc32(shorter.encode("utf-8", "surrogatepass")) << 32 | len(shorter)


def is_entry(line: str) -> bool:
    """Return whether a line may be a headline in a list: short, and no sentence by its end.

    >>> is_entry("Council votes on toll"), is_entry("Council votes on toll, says the mayor.")
    (True, False)
    """
    if not _SHORTEST_ENTRY <= len(line) <= _LONGEST_ENTRY or line[-1] in ".:。…;,":
        return False
    return line.count(" ") >= _ENTRY_BLANKS or not line.isascii()


def number_of(name: str | None) -> int:
    """Return a number for a page or a headline, the same for the same; 0 for None."""
    if name is None:
        return 0
    data = name.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big") | 1


def lines_by_host(
    documents: Iterable[Listed], least: int, all_headlines: Digests | None = None
) -> Iterator[tuple[str, HostLines]]:
    """Yield hosts by name, each with the lines of its documents.

    Args:
        documents: The documents, rows ascending.
        least: Hosts with fewer documents are left out.
        all_headlines: Digests of the headlines of all hosts, sorted, where the documents are not
            those of all hosts.
    """
    numbers: dict[str, int] = {}
    rows, hosts, sizes = array("q"), array("q"), array("q")
    pages, titles, headlines, stored = array("Q"), array("Q"), array("Q"), bytearray()
    for document in documents:
        rows.append(document.row)
        hosts.append(numbers.setdefault(document.host, len(numbers)))
        sizes.append(len(document.lines) // 8)
        pages.append(number_of(document.page) or 2 * (document.row + 1))
        titles.append(number_of(document.title))
        headlines.append(headline_digest(document.title))
        stored += document.lines
    all_rows, all_pages = np.array(rows, np.int64), np.array(pages, np.uint64)
    all_titles, own_headlines = np.array(titles, np.uint64), np.array(headlines, np.uint64)
    if all_headlines is None:
        all_headlines = np.unique(own_headlines[own_headlines > 0])
    of_host = np.array(hosts, np.int64)
    host_of = np.repeat(of_host, sizes)
    together = np.argsort(host_of, kind="stable")
    bounds = np.searchsorted(host_of[together], np.arange(len(numbers) + 1))
    row_of = np.repeat(all_rows, sizes)[together]
    digests = np.frombuffer(bytes(stored), "<u8")[together] & ~np.uint64(SHARED)
    order = np.argsort(of_host, kind="stable")
    edges = np.searchsorted(of_host[order], np.arange(len(numbers) + 1))
    for host, number in sorted(numbers.items()):
        among = order[edges[number] : edges[number + 1]]
        if among.size >= least:
            own = slice(bounds[number], bounds[number + 1])
            yield (
                host,
                HostLines(
                    row_of[own],
                    digests[own],
                    all_rows[among],
                    all_pages[among],
                    all_titles[among],
                    own_headlines[among],
                    all_headlines,
                ),
            )
