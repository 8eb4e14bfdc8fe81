"""The plan from inputs to documents: read, cleaned, without site boilerplate, signed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Generic, NamedTuple

import pyarrow as pa

from dedup.config import Config
from dedup.engines.engine import Engine, Table
from dedup.pipeline.earlier_dumps import EarlierDumps, NoEarlierDumps
from dedup.pipeline.on_tables.number_inputs import (
    MEASURED,
    InputPart,
    find_duplicate_ids,
    first_rows,
    ids_by_row,
    key_ids,
    known_moments,
    measure_parts,
    number_documents,
    orders_of_sources,
    read_and_clean,
    shown_orders,
    tally_of_parts,
)
from dedup.pipeline.on_tables.site_hosts import (
    READ,
    distinct_lines,
    documents_of_hosts,
    documents_of_read_hosts,
    documents_to_read,
    find_sites,
    headlines,
    hosts_to_read,
    lines_to_judge,
    read_texts,
    sites_by_host,
)
from dedup.pipeline.on_tables.strip_documents import strip_documents
from dedup.pipeline.strip_sites import lines_of_sites
from dedup.pipeline.tables import (
    DATE_ORDERS,
    DIGESTS,
    DOCUMENTS,
    IDS,
    INPUTS,
    KEYS,
    MOMENTS,
    PART_SIZES,
    ROWS,
    SITE_DOCUMENTS,
    SITE_QUESTIONS,
    SITES,
    TITLED_TEXTS,
)
from dedup.progress import Progress
from dedup.read import Tally


class CleanedDump(NamedTuple, Generic[Table]):
    """What :func:`plan_documents` made of a dump.

    Attributes:
        documents: A kept table of ``DOCUMENTS``: all inputs, and active ones of earlier dumps.
        worker_kib: Most memory that a worker for pages used, in KiB; 0 without pages.
        tally: What was counted while the parts were read.
    """

    documents: Table
    worker_kib: int
    tally: Tally


def plan_documents(
    engine: Engine[Table],
    parts: Sequence[InputPart],
    config: Config,
    earlier: EarlierDumps | None = None,
    progress: Progress | None = None,
) -> CleanedDump[Table]:
    """Plan the way of a dump from its inputs to signed documents.

    Args:
        engine: Runs the plan.
        parts: The inputs.
        config: The options.
        earlier: The dumps before this one; None for a first dump.
        progress: Is called with bytes and documents read; None where parts are read in other
            processes.
    """
    earlier = earlier or NoEarlierDumps()
    read = partial(
        read_and_clean, config=config, dump=earlier.number, knows=earlier.knows,
        recall=earlier.recall, progress=progress,
    )  # fmt: skip
    inputs = engine.keep(engine.scan(parts, read, INPUTS), "inputs")
    sizes = engine.collect(engine.map(inputs, measure_parts, PART_SIZES, MEASURED))
    numbered = _number(engine, inputs, first_rows(sizes, earlier.first), earlier)
    moments = engine.collect(engine.map(numbered, known_moments, MOMENTS, ["moment"]))
    # The dates of this dump choose which earlier documents are active: one part, all rows below.
    earlier.look_back(moments["moment"].to_numpy())
    active = engine.scan([earlier.first], earlier.active, DOCUMENTS)
    stripped = _strip(engine, numbered, active, earlier.first, config)
    documents = engine.keep(engine.union(active, stripped), "documents")
    worker_kib = max(sizes["worker_kib"].to_pylist(), default=0)
    return CleanedDump(documents, worker_kib, tally_of_parts(sizes))


def _number(
    engine: Engine[Table], inputs: Table, row_of: dict[int, int], earlier: EarlierDumps
) -> Table:
    """Return inputs by row, without those whose id is an earlier one's, and dated."""
    orders = engine.collect(engine.map(inputs, shown_orders, DATE_ORDERS, DATE_ORDERS.names))
    ids = engine.map(inputs, partial(ids_by_row, row_of=row_of), IDS, ["part", "place", "doc_id"])
    known_ids = engine.map(engine.load(earlier.ids()), key_ids, IDS)
    duplicates = engine.exchange([engine.union(known_ids, ids)], find_duplicate_ids, ROWS)
    number = partial(
        number_documents, row_of=row_of, duplicate_ids=engine.share(engine.collect(duplicates)),
        orders=orders_of_sources(orders),
    )  # fmt: skip
    return engine.map(inputs, number, DOCUMENTS)


def _strip(engine: Engine[Table], new: Table, active: Table, first: int, config: Config) -> Table:
    """Return new documents without the lines of their sites, signed."""
    both = engine.union(active, new)
    by_host = engine.map(both, documents_of_hosts, SITE_DOCUMENTS, SITE_DOCUMENTS.names[1:])
    titles = engine.collect(engine.map(by_host, headlines, DIGESTS, ["title"]))
    all_headlines = engine.share(distinct_lines(titles))
    of_lines = (first, config.clean.site_boilerplate_documents, all_headlines)
    asked = engine.exchange([by_host], partial(lines_to_judge, *of_lines), SITE_QUESTIONS)
    asked = engine.keep(asked, "questions on sites")
    rows = engine.share(engine.collect(engine.map(asked, documents_to_read, ROWS)))
    texts = engine.map(both, partial(read_texts, asked=rows), TITLED_TEXTS, READ)
    keys = engine.share(engine.collect(engine.map(asked, hosts_to_read, KEYS, ["key", "read"])))
    judged = engine.map(by_host, partial(documents_of_read_hosts, keys=keys), SITE_DOCUMENTS)
    find = partial(find_sites, *of_lines)
    sites = engine.collect(engine.exchange([asked, judged, texts], find, SITES))
    lines_of_all = lines_of_sites(sites_by_host(sites).values())
    strip = partial(
        strip_documents, sites=engine.share(sites), config=config,
        lines_of_all=engine.share(pa.table([lines_of_all], schema=DIGESTS)),
    )  # fmt: skip
    return engine.map(new, strip, DOCUMENTS)
