"""Records to stored documents."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace

from dedup.cleaning.dates import Date, parse_date
from dedup.cleaning.written_dates import DayOrder
from dedup.config import Config
from dedup.errors import InputError
from dedup.models import Raw
from dedup.pipeline.cleaned_rows import cleaned_rows
from dedup.pipeline.prepared_rows import stamp_of
from dedup.progress import Progress, log_counts
from dedup.read import has_own_id
from dedup.store import Step, Store

log = logging.getLogger(__name__)


def ingest(
    raws: Iterable[Raw],
    size: int | None,
    store: Store,
    config: Config,
    progress: Progress,
    *,
    signed: bool,
) -> None:
    """Clean inputs and store them; those that a killed run has stored are only counted off.

    Args:
        raws: What was read, from the first input on.
        size: Their bytes where known.
        store: Where documents go.
        config: Limits and workers.
        progress: Is called with bytes and documents.
        signed: Whether documents are signed, too, while their texts are at hand.

    Raises:
        InputError: The inputs are not those of the run that is resumed.
    """
    progress.start("read and clean", size, "B")
    dumps, documents = store.dumps, store.documents
    named = number_ids(raws, dumps.number, dumps.knows)
    fresh = skip_stored(named, documents.stamps(), progress, complete=dumps.step >= Step.STRIPPED)
    batches = cleaned_rows(
        fresh, config, progress, signed=signed, recall=documents.recall, size=size
    )
    worker_kib = store.get("worker_kib") or 0
    with closing(batches):  # an error must end the workers before it leaves
        for batch in batches:
            documents.add([row.stored for row in batch.rows])
            worker_kib = max(worker_kib, batch.worker_kib)
    store.put("worker_kib", worker_kib)
    log_counts(log, "read and cleaned {inputs:,} inputs", inputs=documents.count())
    progress.end()


def number_ids(raws: Iterable[Raw], number: int, taken: Callable[[str], bool]) -> Iterator[Raw]:
    """Yield inputs; an id that is made of a file's name gets the dump's number if it is taken.

    ``news.jsonl:1`` is another article each day. An id of its own says that it is the same.

    Args:
        raws: Inputs of one dump.
        number: Number of the dump, from 1.
        taken: Returns whether an earlier dump has an input of this id.
    """
    for raw in raws:
        if number > 1 and not has_own_id(raw) and taken(raw.doc_id):
            yield replace(raw, doc_id=f"{number}/{raw.doc_id}")
        else:
            yield raw


def skip_stored(
    raws: Iterator[Raw], stamps: Iterable[bytes], progress: Progress, *, complete: bool
) -> Iterator[Raw]:
    """Pass over the inputs that are stored, comparing their stamps, and yield the others.

    Args:
        raws: All inputs.
        stamps: Those of the stored inputs, in input order.
        progress: Is called with the bytes of what is passed over.
        complete: Whether all inputs are stored: there must be no others.

    Raises:
        InputError: The inputs are not those that were stored.
    """
    changed = InputError(
        "the inputs changed since the run that is to be resumed; "
        "give the same inputs, or begin anew with --overwrite"
    )
    for stamp in stamps:
        raw = next(raws, None)
        if raw is None or stamp_of(raw) != stamp:
            raise changed
        progress.advance(raw.consumed, 1)
    for raw in raws:
        if complete:
            raise changed
        yield raw


def read_ambiguous_dates(store: Store) -> None:
    """Read the new documents' dates such as 03.04.2026 where their source shows the order.

    A source shows it if one of its dates has a day over 12 and no other shows the other order. All
    inputs must be stored: the last one may show it.
    """
    orders = store.documents.date_orders()
    for batch in store.documents.unread_dates() if orders else ():
        store.documents.date(read_in_order(batch, orders))


def read_in_order(
    unread: Iterable[tuple[int, str, str]], orders: Mapping[str, str]
) -> dict[int, Date]:
    """Return date and moment of the dates that can be read now, by row.

    Args:
        unread: Row, source and date as written.
        orders: The order of day and month of each source that shows one.
    """
    read = {
        row: parse_date(written, DayOrder(orders[source]))
        for row, source, written in unread
        if source in orders
    }
    return {row: date for row, date in read.items() if date is not None}
