"""Headlines of other articles beside the text of a document, found document by document."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.cleaning.site_lines import Digests
from dedup.cleaning.teasers import LEAST_LISTED, teasers
from dedup.engines.engine import Batches, Shared
from dedup.match.sorted_lookup import among
from dedup.pipeline.on_tables.site_documents import digests_of, listed
from dedup.pipeline.on_tables.string_keys import string_keys
from dedup.pipeline.site_tables import SITE_DIGESTS
from dedup.store import blob
from dedup.store.cells import text_of

READ = ("host", "line_digests", "title", "text_field", "fields", "text")
"""What :func:`listed_headlines` reads of documents."""


def candidates_of_hosts(batches: Batches) -> Batches:
    """Yield the lines of hosts that may be headlines of other articles."""
    for batch in batches:
        columns = [batch[name] for name in ("key", "host", "candidates")]
        found = pa.record_batch(columns, schema=SITE_DIGESTS)
        yield found.filter(pc.greater(pc.binary_length(found["digests"]), 0))


# All tasks share the candidates, 8 bytes each: a made dump of 300,000 documents has 23,530.
def listed_headlines(batches: Batches, candidates: Shared) -> Batches:
    """Yield the headlines of other articles that documents list.

    A document shows by itself which, so its text is not sent to where its host comes together.

    Args:
        batches: Documents, see ``READ``.
        candidates: What :func:`candidates_of_hosts` yielded for all hosts.
    """
    table = candidates()
    place_of = {host: place for place, host in enumerate(table["host"].to_pylist())}
    for documents in listed(batches):
        hosts = documents["host"].combine_chunks().dictionary_encode()
        known: dict[int, Digests] = {
            code: np.frombuffer(table["digests"][place_of[host]].as_py(), "<u8")
            for code, host in enumerate(hosts.dictionary.to_pylist())
            if host in place_of
        }
        found = [
            (code, teasers(texts, known[code])) for code, texts in _lists(documents, hosts, known)
        ]
        found = [(code, digests) for code, digests in found if digests.size]
        names = hosts.dictionary.take(pa.array([code for code, _ in found], pa.int32()))
        digests = pa.array([blob(each) for _, each in found], pa.binary())
        yield pa.record_batch([string_keys(names), names, digests], schema=SITE_DIGESTS)


def _lists(
    documents: pa.Table, hosts: pa.DictionaryArray, known: dict[int, Digests]
) -> Iterator[tuple[int, list[tuple[int, str | None, str]]]]:
    """Yield by host the documents that have two or more candidates: place, headline and text."""
    digests, sizes = digests_of(documents)
    code = hosts.indices.to_numpy()
    line_code = np.repeat(code, sizes)
    order = np.argsort(line_code, kind="stable")
    edges = np.searchsorted(line_code[order], np.arange(len(hosts.dictionary) + 1))
    is_known = np.zeros(digests.size, np.bool_)
    for number, candidates in known.items():
        lines = order[edges[number] : edges[number + 1]]
        is_known[lines] = among(digests[lines], candidates)
    doc = np.repeat(np.arange(sizes.size), sizes)
    places = np.flatnonzero(np.bincount(doc[is_known], minlength=sizes.size) >= LEAST_LISTED)
    places = places[np.argsort(code[places], kind="stable")]
    part = documents.select(["title", "text_field", "fields", "text"]).take(pa.array(places))
    cells = zip(*(column.to_pylist() for column in part.columns), strict=True)
    rows = zip(code[places].tolist(), places.tolist(), cells, strict=True)
    for number, group in groupby(rows, lambda row: row[0]):
        yield number, [(place, title, text_of(*text)) for _, place, (title, *text) in group]
