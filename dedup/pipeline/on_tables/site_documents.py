"""The documents of hosts and their lines, and which of these decide what is the site's.

The lines of one host may be half of a dump. They are counted by host and line, so that one host is
in all partitions; where a host comes together there are only lines that several documents have or
that are headlines of others, and some numbers of each document. See
:mod:`dedup.cleaning.lines_left_out`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.cleaning.lines_left_out import (
    AllLines,
    KeptLines,
    describe_all_lines,
    with_lines_left_out,
)
from dedup.cleaning.site_lines import (
    SHARED,
    Digests,
    HostLines,
    Numbers,
    headline_digest,
    headlines_of_others,
    number_of,
    page_number,
)
from dedup.engines.engine import Batches, Shared
from dedup.pipeline.on_tables.partition import flat_bytes
from dedup.pipeline.on_tables.stage_arrays import batch_of, filled, numbers
from dedup.pipeline.on_tables.string_keys import string_keys
from dedup.pipeline.site_tables import LINES, SITE_DOCUMENTS, SITE_LINES
from dedup.pipeline.tables import DIGESTS

READ = ("row", "host", "line_digests", "page", "title")
"""What :func:`documents_of_hosts` and :func:`lines_of_hosts` read of documents."""


def listed(batches: Batches) -> Iterator[pa.Table]:
    """Yield the documents whose host is known, rejected ones among them if they have lines."""
    for table in filled(batches):
        is_listed = pc.and_(pc.is_valid(table["host"]), pc.is_valid(table["line_digests"]))
        yield table.filter(is_listed).combine_chunks()


def digests_of(documents: pa.Table) -> tuple[Digests, Numbers]:
    """Return the digests of the lines of documents, end to end, and how many each has."""
    data, bounds = flat_bytes(documents["line_digests"])
    digests = np.frombuffer(data.tobytes(), "<u8") & ~np.uint64(SHARED)
    return digests, np.diff(bounds) // 8


def host_keys(documents: pa.Table) -> pa.Array:
    """Return a digest of the host of each document as a key."""
    hosts = pc.dictionary_encode(documents["host"].combine_chunks())
    hosts = hosts.combine_chunks() if isinstance(hosts, pa.ChunkedArray) else hosts
    return string_keys(hosts.dictionary).take(hosts.indices)


def headlines(batches: Batches) -> Batches:
    """Yield the digests of the headlines of documents, as far as they say something."""
    for documents in listed(batches):
        found = set(map(headline_digest, documents["title"].to_pylist())) - {0}
        yield pa.record_batch([pa.array(sorted(found), pa.uint64())], schema=DIGESTS)


def distinct_lines(lines: pa.Table) -> pa.Table:
    """Return each line once, ascending."""
    return pa.table([pa.array(np.unique(lines["digest"].to_numpy()))], schema=DIGESTS)


def documents_of_hosts(batches: Batches) -> Batches:
    """Yield what is known of documents and of all their lines, by host."""
    for documents in listed(batches):
        known = describe_all_lines(*digests_of(documents))
        pages = zip(*(documents[name].to_pylist() for name in ("page", "row")), strict=True)
        bounds = pa.py_buffer(known.byte_bounds.astype(np.int32))
        columns = (
            host_keys(documents), documents["row"].combine_chunks(),
            documents["host"].combine_chunks(),
            np.array([page_number(*each) for each in pages], np.uint64),
            np.array(list(map(number_of, documents["title"].to_pylist())), np.uint64),
            known.sizes.astype(np.int32), known.characters, known.second, known.last,
            pa.Array.from_buffers(
                pa.binary(), len(documents), [None, bounds, pa.py_buffer(known.long)]
            ),
        )  # fmt: skip
        yield batch_of(SITE_DOCUMENTS, columns)


def lines_of_hosts(all_headlines: Shared, batches: Batches) -> Batches:
    """Yield the lines of documents by host and line.

    Args:
        all_headlines: The headlines of all documents, see :func:`distinct_lines`.
        batches: The documents.
    """
    known = all_headlines()["digest"].to_numpy()
    for documents in listed(batches):
        digests, sizes = digests_of(documents)
        hosts = np.repeat(host_keys(documents).to_numpy(), sizes)
        titles = documents["title"].to_pylist()
        own = np.repeat(np.array(list(map(headline_digest, titles)), np.uint64), sizes)
        place = np.arange(digests.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        columns = (
            hosts ^ digests.view(np.int64), hosts, np.repeat(documents["row"].to_numpy(), sizes),
            place.astype(np.int32), headlines_of_others(digests, own, known),
        )  # fmt: skip
        yield batch_of(LINES, columns)


def lines_that_decide(lines: pa.Table) -> Batches:
    """Yield the lines that stand on a host several times, or are the headline of another document.

    Where two hosts have lines of one key, more are yielded than must be, which changes nothing.

    Args:
        lines: The lines of some keys, ``LINES``.
    """
    keys = lines["key"].to_numpy()
    order = np.argsort(keys)
    ordered = keys[order]
    same = ordered[1:] == ordered[:-1]
    stays = lines["elsewhere"].to_numpy().copy()
    stays[order[1:][same]] = True
    stays[order[:-1][same]] = True
    kept = lines.filter(pa.array(stays))
    keys, hosts = numbers(kept, "key", "host")
    columns = (hosts, kept["row"], kept["place"], (keys ^ hosts).view(np.uint64), kept["elsewhere"])
    yield from pa.table(list(columns), schema=SITE_LINES).to_batches()


def lines_of_new_hosts(
    first: int, documents: pa.Table, lines: pa.Table
) -> Iterator[tuple[str, HostLines]]:
    """Yield hosts that have lines in new documents, with the lines that decide.

    Args:
        first: Row of the first new document.
        documents: The documents of whole hosts, ``SITE_DOCUMENTS``.
        lines: Their lines, ``SITE_LINES``.
    """
    hosts = documents["host"].combine_chunks().dictionary_encode()
    names = hosts.dictionary.to_pylist()
    host, row = hosts.indices.to_numpy(), documents["row"].to_numpy()
    order = np.lexsort([row, host])
    documents = documents.take(pa.array(order)).combine_chunks()
    host, row = host[order], row[order]
    edges = np.searchsorted(host, np.arange(len(names) + 1))
    kept = _lines_by_document(row, lines)
    bounds = np.searchsorted(kept.doc, edges)
    new = (row >= first) & (documents["lines"].to_numpy() > 0)
    new_before = np.append(0, np.cumsum(new))[edges]
    of_host = np.diff(bounds) * np.diff(new_before)
    for number in np.flatnonzero(of_host).tolist():
        start, end = edges[number : number + 2].tolist()
        part = slice(*bounds[number : number + 2].tolist())
        own = KeptLines(
            kept.doc[part] - start, kept.place[part], kept.digests[part], kept.elsewhere[part]
        )
        yield names[number], _host_lines(documents.slice(start, end - start), own)


def _lines_by_document(rows: Numbers, lines: pa.Table) -> KeptLines:
    """Return lines in the order of their documents, of which the rows are given, and places."""
    by_row = np.argsort(rows)
    line_rows, place, digests = numbers(lines, "row", "place", "digest")
    doc = by_row[np.searchsorted(rows, line_rows, sorter=by_row)]
    order = np.lexsort([place, doc])
    elsewhere = lines["elsewhere"].to_numpy()
    return KeptLines(doc[order], place[order].astype(np.int64), digests[order], elsewhere[order])


def _host_lines(documents: pa.Table, kept: KeptLines) -> HostLines:
    """Return the lines of a host.

    Args:
        documents: Its documents, by row.
        kept: Its lines.
    """
    rows, pages, titles = numbers(documents, "row", "page", "title")
    sizes, characters, second, last = numbers(documents, "lines", "characters", "second", "last")
    long, _ = flat_bytes(documents["long"])
    known = AllLines(sizes.astype(np.int64), characters, second, last, long)
    return with_lines_left_out(rows, pages, titles, known, kept)
