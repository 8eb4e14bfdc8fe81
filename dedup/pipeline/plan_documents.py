"""The plan from inputs to documents: read, cleaned, without site boilerplate, signed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Generic, NamedTuple

from dedup.config import Config
from dedup.engines.engine import Engine, Table
from dedup.pipeline.earlier_dumps import EarlierDumps, NoEarlierDumps
from dedup.pipeline.on_tables.listed_headlines import READ as READ_FOR_LISTS
from dedup.pipeline.on_tables.listed_headlines import candidates_of_hosts, listed_headlines
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
from dedup.pipeline.on_tables.site_documents import READ as READ_BY_HOST
from dedup.pipeline.on_tables.site_documents import (
    distinct_lines,
    documents_of_hosts,
    headlines,
    lines_of_hosts,
    lines_that_decide,
)
from dedup.pipeline.on_tables.site_hosts import (
    READ,
    documents_to_read,
    find_sites,
    hosts_to_read,
    lines_of_all,
    lines_to_judge,
    of_read_hosts,
    read_texts,
)
from dedup.pipeline.on_tables.strip_documents import strip_documents
from dedup.pipeline.site_tables import (
    LINES,
    SITE_DIGESTS,
    SITE_DOCUMENTS,
    SITE_LINES,
    SITE_QUESTIONS,
    SITES,
    TITLED_TEXTS,
)
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
    documents, lines = _lines_by_host(engine, both)
    judge = partial(lines_to_judge, first, config.clean.site_boilerplate_documents)
    asked = engine.exchange([documents, lines], judge, SITE_QUESTIONS)
    asked = engine.keep(asked, "questions on sites")
    rows = engine.share(engine.collect(engine.map(asked, documents_to_read, ROWS)))
    texts = engine.map(both, partial(read_texts, asked=rows), TITLED_TEXTS, READ)
    candidates = engine.collect(engine.map(asked, candidates_of_hosts, SITE_DIGESTS))
    list_ = partial(listed_headlines, candidates=engine.share(candidates))
    lists = engine.map(both, list_, SITE_DIGESTS, READ_FOR_LISTS)
    keys = engine.share(engine.collect(engine.map(asked, hosts_to_read, KEYS, ["key", "read"])))
    judged = (
        engine.map(table, partial(of_read_hosts, keys=keys), schema)
        for table, schema in ((documents, SITE_DOCUMENTS), (lines, SITE_LINES))
    )
    find = partial(find_sites, first, config.clean.site_boilerplate_documents)
    sites = engine.collect(engine.exchange([asked, *judged, texts, lists], find, SITES))
    strip = partial(
        strip_documents, sites=engine.share(sites), config=config,
        lines_of_all=engine.share(lines_of_all(sites)),
    )  # fmt: skip
    return engine.map(new, strip, DOCUMENTS)


def _lines_by_host(engine: Engine[Table], documents: Table) -> tuple[Table, Table]:
    """Return documents by host, and the lines by which hosts are judged."""
    by_host = engine.map(documents, documents_of_hosts, SITE_DOCUMENTS, READ_BY_HOST)
    columns = ["host", "line_digests", "title"]
    found = engine.collect(engine.map(documents, headlines, DIGESTS, columns))
    # All tasks share the headlines, 8 bytes each: some 6 bytes a document of a made dump.
    by_line = partial(lines_of_hosts, engine.share(distinct_lines(found)))
    lines = engine.map(documents, by_line, LINES, READ_BY_HOST)
    lines = engine.exchange([lines], lines_that_decide, SITE_LINES)
    return engine.keep(by_host, "documents by host"), engine.keep(lines, "lines by host")
