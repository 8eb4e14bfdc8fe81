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
    """The lines of the n documents of one host, l in all.

    Lines that no other document of the host has may be left out, see
    :func:`dedup.cleaning.lines_left_out.with_lines_left_out`: documents know of them what judging
    the others takes.

    Attributes:
        rows: Row of the document that each line stands in, int64, ascending.
        digests: Digest of each line, uint64, in the order of the text.
        elsewhere: Which lines are the headline of another document, of any host.
        before: For each line how many that are left out stand before it in its document, int64.
        documents: Rows of the documents, int64, ascending.
        pages: Number of each document's page, uint64; documents without one have different numbers.
        titles: Number of each document's headline, uint64, 0 where it is unknown.
        second: Digest of each document's second line, uint64; of its only one where it has one.
        last: Likewise of its last line.
        left_out: How many lines of each document are left out, int64.
        left_out_characters: The characters of these, int64.
        left_out_lead: How many of these stand before the first of them that may be a lead, int64;
            ``left_out`` where none may.
    """

    rows: Numbers
    digests: Digests
    elsewhere: Flags
    before: Numbers
    documents: Numbers
    pages: Digests
    titles: Digests
    second: Digests
    last: Digests
    left_out: Numbers
    left_out_characters: Numbers
    left_out_lead: Numbers

    @property
    def lengths(self) -> Numbers:
        """Characters of each line, int64."""
        return lengths_of(self.digests)

    def without(self, digests: Digests) -> HostLines:
        """Return the lines that are not among some."""
        stays = ~np.isin(self.digests, digests)
        return replace(
            self,
            rows=self.rows[stays],
            digests=self.digests[stays],
            elsewhere=self.elsewhere[stays],
            before=self.before[stays],
        )


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


def page_number(page: str | None, row: int) -> int:
    """Return a number for the page of a document; without one it is like no other."""
    return number_of(page) or 2 * (row + 1)


def lines_by_host(documents: Iterable[Listed], least: int) -> Iterator[tuple[str, HostLines]]:
    """Yield hosts by name, each with the lines of its documents.

    Args:
        documents: The documents of all hosts, rows ascending.
        least: Hosts with fewer documents are left out.
    """
    numbers: dict[str, int] = {}
    rows, hosts, sizes = array("q"), array("q"), array("q")
    pages, titles, headlines, stored = array("Q"), array("Q"), array("Q"), bytearray()
    for document in documents:
        rows.append(document.row)
        hosts.append(numbers.setdefault(document.host, len(numbers)))
        sizes.append(len(document.lines) // 8)
        pages.append(page_number(document.page, document.row))
        titles.append(number_of(document.title))
        headlines.append(headline_digest(document.title))
        stored += document.lines
    of_host, all_sizes = np.array(hosts, np.int64), np.array(sizes, np.int64)
    own = np.array(headlines, np.uint64)
    digests = np.frombuffer(bytes(stored), "<u8") & ~np.uint64(SHARED)
    elsewhere = headlines_of_others(digests, np.repeat(own, all_sizes), np.unique(own[own > 0]))
    second, last = second_and_last(digests, all_sizes)
    all_rows, all_pages = np.array(rows, np.int64), np.array(pages, np.uint64)
    all_titles = np.array(titles, np.uint64)
    host_of = np.repeat(of_host, all_sizes)
    together = np.argsort(host_of, kind="stable")
    bounds = np.searchsorted(host_of[together], np.arange(len(numbers) + 1))
    row_of = np.repeat(all_rows, all_sizes)[together]
    digests, elsewhere = digests[together], elsewhere[together]
    order = np.argsort(of_host, kind="stable")
    edges = np.searchsorted(of_host[order], np.arange(len(numbers) + 1))
    for host, number in sorted(numbers.items()):
        among = order[edges[number] : edges[number + 1]]
        if among.size >= least:
            part = slice(bounds[number], bounds[number + 1])
            none = np.zeros(among.size, np.int64)
            yield (
                host,
                HostLines(
                    rows=row_of[part],
                    digests=digests[part],
                    elsewhere=elsewhere[part],
                    before=np.zeros(part.stop - part.start, np.int64),
                    documents=all_rows[among],
                    pages=all_pages[among],
                    titles=all_titles[among],
                    second=second[among],
                    last=last[among],
                    left_out=none,
                    left_out_characters=none,
                    left_out_lead=none,
                ),
            )


def headlines_of_others(digests: Digests, own: Digests, headlines: Digests) -> Flags:
    """Return which lines are the headline of another document.

    Args:
        digests: The lines.
        own: The headline of the document of each, see :func:`headline_digest`.
        headlines: Those of all documents, sorted.
    """
    if not headlines.size:
        return np.zeros(digests.size, np.bool_)
    at = np.minimum(np.searchsorted(headlines, digests), headlines.size - 1)
    found: Flags = (headlines[at] == digests) & (digests != own)
    return found


def second_and_last(digests: Digests, sizes: Numbers) -> tuple[Digests, Digests]:
    """Return the second and the last line of documents, the only one where there is one.

    Args:
        digests: The lines of all documents, end to end.
        sizes: How many each has; what is returned of a document without lines means nothing.
    """
    ends = np.cumsum(sizes)
    padded = np.append(digests, np.uint64(0))
    last = np.maximum(ends - 1, 0)
    return padded[np.minimum(ends - sizes + 1, last)], padded[last]
