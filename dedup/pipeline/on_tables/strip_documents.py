"""Documents without the lines of their sites, signed again where these changed them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from dedup.cleaning.site_lines import Digests, lines_by_host, own_text
from dedup.cleaning.strip_site_lines import Site, strip_site_lines
from dedup.config import Config
from dedup.engines.engine import Batches, Shared
from dedup.models import Listed, StrippedText
from dedup.pipeline.on_tables.document_cells import Columns, columns_of, pick, replace_cells
from dedup.pipeline.on_tables.site_hosts import SitesByHost
from dedup.pipeline.sign import signature_parts
from dedup.pipeline.strip_sites import rows_with, with_lines_of_others
from dedup.pipeline.tables import DOCUMENTS
from dedup.store.cells import signature_cells, stripped_cells, text_of
from dedup.text_batch import TextBatch

_SIGNED = (
    "fingerprint", "tokens", "shingle_count", "text_language", "signature", "lead",
    "numbers", "shingles", "terms", "lead_days", "lead_first_days", "lead_dates",
)  # fmt: skip

Cells = defaultdict[str, dict[int, Any]]
"""New cells of columns, by place."""


def strip_documents(
    batches: Batches, sites: Shared, lines_of_all: Shared, config: Config
) -> Batches:
    """Yield new documents without the lines of their sites.

    Args:
        batches: The documents, see ``DOCUMENTS``.
        sites: What :func:`dedup.pipeline.on_tables.site_hosts.find_sites` yielded for all hosts.
        lines_of_all: The longer lines of all sites, see
            :func:`dedup.pipeline.on_tables.site_hosts.lines_of_all`.
        config: The options.
    """
    known, lines = SitesByHost(sites()), lines_of_all()["digest"].to_numpy()
    for batch in batches:
        columns = columns_of(batch)
        changed = list(_stripped(columns, known, lines, config))
        replace_cells(columns, _changed_cells(columns, changed, config))
        yield pa.record_batch(list(columns.values()), schema=DOCUMENTS)


def _stripped(
    columns: Columns, sites: SitesByHost, lines: Digests, config: Config
) -> Iterator[StrippedText]:
    """Yield the documents that change; places stand for their rows."""
    site_at = _sites_by_place(columns, sites, lines)
    read = pick(columns, site_at, "row", "title", "text_field", "fields", "text")
    for (place, site), (row, title, *text) in zip(site_at.items(), read, strict=True):
        found = strip_site_lines(row, title, text_of(*text), site, config.clean)
        yield found._replace(row=place)


def _sites_by_place(columns: Columns, sites: SitesByHost, known: Digests) -> dict[int, Site]:
    """Return the documents that have lines of a site, each with what is the site's."""
    rows, hosts, digests = (columns[name].to_pylist() for name in ("row", "host", "line_digests"))
    place_of = {row: place for place, row in enumerate(rows)}
    listed = (
        Listed(row, host, lines)
        for row, host, lines in zip(rows, hosts, digests, strict=True)
        if host is not None and lines is not None
    )
    found: dict[int, Site] = {}
    for host, lines in lines_by_host(listed, 1):
        site = with_lines_of_others(sites.site(host), lines, known)
        # The walls of a site are documents of other batches, too.
        found |= {place_of[row]: site for row in rows_with(lines, site, 0) if row in place_of}
    return found


def _changed_cells(columns: Columns, changed: list[StrippedText], config: Config) -> Cells:
    """Return the new cells of documents that change, signatures among them."""
    cells: Cells = defaultdict(dict)
    places = [change.row for change in changed]
    for change, (removed,) in zip(changed, pick(columns, places, "removed"), strict=True):
        for part in stripped_cells(change, removed):
            for name, cell in part.items():
                cells[name][change.row] = cell
        for name in _SIGNED:
            cells[name][change.row] = None
    _sign(columns, [change for change in changed if change.rejection is None], cells, config)
    return cells


def _sign(columns: Columns, changed: list[StrippedText], cells: Cells, config: Config) -> None:
    """Sign documents that changed, and that are documents still."""
    if not changed:
        return
    texts = [_as_stored(change) for change in changed]
    pairs = zip(texts, changed, strict=True)
    own = TextBatch(own_text(text, change.lines) for text, change in pairs)
    places = [change.row for change in changed]
    titles, languages = zip(*pick(columns, places, "title", "language"), strict=True)
    parts = signature_parts(own, titles, languages, config, texts)
    for place, part in zip(places, parts, strict=True):
        signature, sets = signature_cells(part)
        days = part.lead_days or (None, None, None)
        for name, cell in zip(_SIGNED, (*signature, *sets, *days), strict=True):
            cells[name][place] = cell


def _as_stored(change: StrippedText) -> str:
    """Return what stays of a text; where it was changed, lone surrogates are question marks."""
    return change.text.encode("utf-8", "replace").decode() if change.removed else change.text
