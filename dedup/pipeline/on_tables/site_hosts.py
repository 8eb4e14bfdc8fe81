"""What of the lines of each host is its site's, found where the lines of a host come together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.cleaning.site_lines import HostLines, headline_digest, lines_by_host
from dedup.cleaning.strip_site_lines import Site
from dedup.engines.engine import Batches, Shared
from dedup.match.sorted_lookup import among
from dedup.models import SITE_BOILERPLATE, Listed
from dedup.pipeline.on_tables.document_cells import columns_of, pick
from dedup.pipeline.on_tables.site_question_cells import question_cells, questions_of
from dedup.pipeline.on_tables.string_keys import string_keys
from dedup.pipeline.strip_sites import ask_lines, find_site
from dedup.pipeline.tables import (
    DIGESTS,
    KEYS,
    ROWS,
    SITE_DOCUMENTS,
    SITE_QUESTIONS,
    SITES,
    TITLED_TEXTS,
)
from dedup.store import blob
from dedup.store.cells import expand_removals, text_of

READ = ("row", "host", "title", "removed", "text_field", "fields", "text")
"""What :func:`read_texts` reads of documents."""


def documents_of_hosts(batches: Batches) -> Batches:
    """Yield the documents whose host is known, rejected ones among them if they have lines."""
    for batch in batches:
        listed = pc.and_(pc.is_valid(batch["host"]), pc.is_valid(batch["line_digests"]))
        batch = batch.filter(listed)
        cells = (batch[name] for name in SITE_DOCUMENTS.names[1:])
        yield pa.record_batch([string_keys(batch["host"]), *cells], schema=SITE_DOCUMENTS)


def headlines(batches: Batches) -> Batches:
    """Yield the digests of the headlines of documents, as far as they say something."""
    for batch in batches:
        found = set(map(headline_digest, batch["title"].to_pylist())) - {0}
        yield pa.record_batch([pa.array(sorted(found), pa.uint64())], schema=DIGESTS)


def distinct_lines(lines: pa.Table) -> pa.Table:
    """Return each line once, ascending."""
    return pa.table([pa.array(np.unique(lines["digest"].to_numpy()))], schema=DIGESTS)


def _hosts(
    documents: pa.Table, first: int, all_headlines: Shared
) -> Iterator[tuple[str, HostLines]]:
    """Yield hosts that have new documents, with the lines of all.

    Args:
        documents: The documents of whole hosts, see ``SITE_DOCUMENTS``.
        first: Row of the first new document.
        all_headlines: The headlines of all hosts, see :func:`distinct_lines`.
    """
    documents = documents.sort_by("row")
    names = ("row", "host", "line_digests", "page", "title")
    columns = (documents[name].to_pylist() for name in names)
    listed = map(Listed, *columns)
    for host, lines in lines_by_host(listed, 1, all_headlines()["digest"].to_numpy()):
        if lines.rows.max(initial=-1) >= first:
            yield host, lines


# One host with half of a dump is one partition: what is in it are digests of lines, some 30 bytes a
# document for each kilobyte of text, and the texts of a sample.
def lines_to_judge(
    first: int, least: int, all_headlines: Shared, documents: pa.Table
) -> Iterator[pa.RecordBatch]:
    """Yield what the lines of hosts show, and what must be read to judge them.

    Args:
        first: Row of the first new document.
        least: A line must recur in so many documents.
        all_headlines: The headlines of all hosts, see :func:`distinct_lines`.
        documents: The documents of whole hosts, see ``SITE_DOCUMENTS``.
    """
    asked = (
        (host, ask_lines(lines, least)) for host, lines in _hosts(documents, first, all_headlines)
    )
    cells = [
        question_cells(host, each) for host, each in asked if each.recurring.size or each.rows.size
    ]
    columns = zip(*cells, strict=True) if cells else [()] * (len(SITE_QUESTIONS) - 1)
    hosts, *others = map(pa.array, columns, SITE_QUESTIONS.types[1:])
    yield pa.record_batch([string_keys(hosts), hosts, *others], schema=SITE_QUESTIONS)


def documents_to_read(batches: Batches) -> Batches:
    """Yield the documents that must be read."""
    for batch in batches:
        rows = [asked.rows for _, asked in questions_of(batch)]
        yield pa.record_batch(
            [pa.array(np.concatenate([*rows, np.empty(0, np.int64)]))], schema=ROWS
        )


def hosts_to_read(batches: Batches) -> Batches:
    """Yield the keys of hosts whose lines are needed once more, to be judged."""
    for batch in batches:
        yield pa.record_batch([batch["key"].filter(batch["read"].is_valid())], schema=KEYS)


def documents_of_read_hosts(batches: Batches, keys: Shared) -> Batches:
    """Yield the documents of some hosts."""
    wanted = np.sort(keys()["key"].to_numpy())
    for batch in batches:
        yield batch.filter(pa.array(among(batch["key"].to_numpy(), wanted)))


def read_texts(batches: Batches, asked: Shared) -> Batches:
    """Yield the texts of the documents that must be read.

    Args:
        batches: Documents, see ``READ``.
        asked: Rows of those that must be read.
    """
    rows = np.sort(asked()["row"].to_numpy())
    for batch in batches:
        batch = batch.filter(pa.array(among(batch["row"].to_numpy(), rows)))
        cells = pick(columns_of(batch), range(len(batch)), "text_field", "fields", "text")
        texts = [text_of(*each) for each in cells]
        pairs = zip(texts, batch["removed"].to_pylist(), strict=True)
        columns = [
            string_keys(batch["host"]), batch["row"], batch["title"],
            pa.array([text.encode("utf-8", "surrogatepass") for text in texts], pa.binary()),
            pa.array([_whole(*each) for each in pairs], pa.binary()),
        ]  # fmt: skip
        yield pa.record_batch(columns, schema=TITLED_TEXTS)


def _whole(text: str, removed: bytes | None) -> bytes | None:
    """Return a text with the site boilerplate that was removed behind it, None if none was."""
    lines = [each.text for each in expand_removals(removed) if each.step == SITE_BOILERPLATE]
    return "\n".join([text, *lines]).encode("utf-8", "surrogatepass") if lines else None


class _Texts:
    """The texts of a partition; see :class:`dedup.pipeline.strip_sites.TitledTexts`."""

    def __init__(self, texts: pa.Table) -> None:
        rows = zip(*(texts[name].to_pylist() for name in TITLED_TEXTS.names[1:]), strict=True)
        self._texts = {row: cells for row, *cells in rows}

    def __call__(
        self, rows: Sequence[int], *, whole: bool = False
    ) -> Iterator[tuple[int, str | None, str]]:
        """Yield row, headline and text of some documents."""
        for row in rows:
            title, text, all_of_it = self._texts[row]
            data = all_of_it if whole and all_of_it is not None else text
            yield row, title, data.decode("utf-8", "surrogatepass")


def find_sites(
    first: int, least: int, all_headlines: Shared,
    asked: pa.Table, documents: pa.Table, texts: pa.Table,
) -> Iterator[pa.RecordBatch]:  # fmt: skip
    """Yield the hosts of which some lines are the site's, with these.

    Args:
        first: As in :func:`lines_to_judge`.
        least: As there.
        all_headlines: As there.
        asked: What :func:`lines_to_judge` yielded for the hosts.
        documents: As there, of hosts whose lines must be judged.
        texts: What :func:`read_texts` read for the hosts.
    """
    read, lines_of = _Texts(texts), dict(_hosts(documents, first, all_headlines))
    found = [
        find_site(host, lines_of, questions, read, least)
        for batch in asked.to_batches()
        for host, questions in questions_of(batch)
    ]
    cells = [_cells(site) for site in found if site.lines or site.walls]
    columns = zip(*cells, strict=True) if cells else [()] * len(SITES)
    yield pa.record_batch(list(map(pa.array, columns, SITES.types)), schema=SITES)


def _cells(site: Site) -> list[str | bytes]:
    """Return the cells of a site: sorted numbers, uint64, of rows as of digests."""
    sets = (site.recurring, site.foreign, site.shared, site.walls, site.teasers)
    return [site.host, *(blob(np.array(sorted(each), np.uint64)) for each in sets)]


def sites_by_host(sites: pa.Table) -> dict[str, Site]:
    """Return what :func:`find_sites` yielded by host."""
    rows = zip(*(column.to_pylist() for column in sites.columns), strict=True)
    return {
        host: Site(host, *(frozenset(np.frombuffer(each, "<u8").tolist()) for each in sets))
        for host, *sets in rows
    }
