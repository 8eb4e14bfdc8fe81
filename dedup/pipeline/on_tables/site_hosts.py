"""What of the lines of each host is its site's, found where the lines of a host come together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from dedup.cleaning.site_lines import Digests
from dedup.cleaning.strip_site_lines import Site
from dedup.engines.engine import Batches, Shared
from dedup.match.sorted_lookup import among
from dedup.models import SITE_BOILERPLATE
from dedup.pipeline.on_tables.document_cells import columns_of, pick
from dedup.pipeline.on_tables.site_documents import lines_of_new_hosts
from dedup.pipeline.on_tables.site_question_cells import question_cells, questions_of
from dedup.pipeline.on_tables.string_keys import string_keys
from dedup.pipeline.site_tables import SITE_QUESTIONS, SITES, TITLED_TEXTS
from dedup.pipeline.strip_sites import ask_lines, find_site, longer_lines
from dedup.pipeline.tables import DIGESTS, KEYS, ROWS
from dedup.store import blob
from dedup.store.cells import expand_removals, text_of

READ = ("row", "host", "title", "removed", "text_field", "fields", "text")
"""What :func:`read_texts` reads of documents."""

_NONE: Digests = np.empty(0, np.uint64)


# What comes together of a host are some 100 bytes a document, 29 bytes for each line that decides,
# and the texts of a sample, about one in ten.
def lines_to_judge(
    first: int, least: int, documents: pa.Table, lines: pa.Table
) -> Iterator[pa.RecordBatch]:
    """Yield what the lines of hosts show, and what must be read to judge them.

    Args:
        first: Row of the first new document.
        least: A line must recur in so many documents.
        documents: The documents of whole hosts, see ``SITE_DOCUMENTS``.
        lines: Their lines, see ``SITE_LINES``.
    """
    asked = (
        (host, ask_lines(lines, least))
        for host, lines in lines_of_new_hosts(first, documents, lines)
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


def of_read_hosts(batches: Batches, keys: Shared) -> Batches:
    """Yield the documents, or the lines, of some hosts."""
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
        self._place_of = {row: place for place, row in enumerate(texts["row"].to_pylist())}
        self._columns = [texts[name] for name in ("title", "text", "whole")]

    def __call__(
        self, rows: Sequence[int], *, whole: bool = False
    ) -> Iterator[tuple[int, str | None, str]]:
        """Yield row, headline and text of some documents."""
        for row in rows:
            place = self._place_of[row]
            title, text, all_of_it = (column[place].as_py() for column in self._columns)
            data = all_of_it if whole and all_of_it is not None else text
            yield row, title, data.decode("utf-8", "surrogatepass")


def find_sites(
    first: int, least: int,
    asked: pa.Table, documents: pa.Table, lines: pa.Table, texts: pa.Table, lists: pa.Table,
) -> Iterator[pa.RecordBatch]:  # fmt: skip
    """Yield the hosts of which some lines are the site's, with these.

    Args:
        first: As in :func:`lines_to_judge`.
        least: As there.
        asked: What :func:`lines_to_judge` yielded for the hosts.
        documents: As there, of hosts whose lines must be judged.
        lines: Likewise.
        texts: What :func:`read_texts` read for the hosts.
        lists: What :func:`dedup.pipeline.on_tables.listed_headlines.listed_headlines` found on the
            hosts.
    """
    read, lines_of = _Texts(texts), dict(lines_of_new_hosts(first, documents, lines))
    listed_on = _listed_on(lists)
    found = [
        find_site(host, lines_of, questions, listed_on.get(host, _NONE), read, least)
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


def _listed_on(lists: pa.Table) -> dict[str, Digests]:
    """Return the headlines of other articles that documents of each host list, sorted."""
    digests: defaultdict[str, list[Digests]] = defaultdict(list)
    for host, each in zip(lists["host"].to_pylist(), lists["digests"].to_pylist(), strict=True):
        digests[host].append(np.frombuffer(each, "<u8"))
    return {host: np.unique(np.concatenate(each)) for host, each in digests.items()}


class SitesByHost:
    """What :func:`find_sites` yielded, by host."""

    def __init__(self, sites: pa.Table) -> None:
        """Index a table of ``SITES``."""
        self._sets = [sites[name] for name in SITES.names[1:]]
        self._place_of = {host: place for place, host in enumerate(sites["host"].to_pylist())}
        self._read: dict[str, Site] = {}

    def site(self, host: str) -> Site:
        """Return what of the lines of a host is its site's."""
        if host not in self._read:
            place = self._place_of.get(host)
            cells = [] if place is None else [column[place].as_py() for column in self._sets]
            sets = [frozenset(np.frombuffer(each, "<u8").tolist()) for each in cells]
            self._read[host] = Site(host, *(sets or [frozenset()]))
        return self._read[host]


def lines_of_all(sites: pa.Table) -> pa.Table:
    """Return the longer lines of all sites, ``DIGESTS``; see :func:`longer_lines`."""
    names = ("recurring", "foreign", "shared", "teasers")
    data = b"".join(cell for name in names for cell in sites[name].to_pylist())
    found = longer_lines(np.unique(np.frombuffer(data, "<u8")))
    return pa.table([pa.array(found)], schema=DIGESTS)
