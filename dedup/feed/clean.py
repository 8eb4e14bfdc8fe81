"""Records to stored documents: cleaned, and freed of their hosts' left-over lines."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import closing

from dedup.clean.documents import too_short
from dedup.clean.residue import find_residue, host_lines, strip_residue
from dedup.clean.workers import Cleaned, clean_records, page_digest
from dedup.config import Config
from dedup.errors import InputError
from dedup.models import RawRecord, Rejection
from dedup.observe import Observer
from dedup.store import Store, stamp_of

log = logging.getLogger(__name__)

# A batch of inputs commits when it holds this many, or this much raw text: about two seconds of
# pages, which is what a kill costs.
BATCH_RECORDS = 1000
BATCH_BYTES = 8_000_000


def take_in(records: Iterable[RawRecord], store: Store, config: Config, observer: Observer) -> None:
    """Clean records and store them; those that a killed run has stored are only counted off.

    Args:
        records: What was read, from the first input on.
        store: Where documents go.
        config: Limits and workers.
        observer: Is told bytes and documents.

    Raises:
        InputError: The inputs are not those of the run that is resumed.
    """
    fresh = _behind_stored(iter(records), store, observer)
    cleaned = clean_records(
        fresh, config.clean, workers=config.workers, recall=store.documents.recall
    )
    batch: list[Cleaned] = []
    size = 0
    worker_kib = store.get("worker_kib") or 0
    with closing(cleaned):  # an error must end the workers before it leaves
        for item in cleaned:
            batch.append(item)
            worker_kib = max(worker_kib, item.worker_kib)
            size += len(item.record.html or item.record.text or b"")
            observer.advance(item.record.consumed, 1)
            if len(batch) >= BATCH_RECORDS or size >= BATCH_BYTES:
                _store_batch(store, batch)
                batch, size = [], 0
    _store_batch(store, batch)
    store.put("worker_kib", worker_kib)
    log.info("read and clean: %d inputs", store.documents.count())


def _store_batch(store: Store, batch: Iterable[Cleaned]) -> None:
    """Commit one batch of inputs."""
    store.documents.add([(item.record, item.result, item.digest, item.page) for item in batch])


def _behind_stored(
    records: Iterator[RawRecord], store: Store, observer: Observer
) -> Iterator[RawRecord]:
    """Pass over the records that are stored, comparing their stamps, and yield the others.

    Where the earlier run had read everything, there must be no others.
    """
    changed = InputError(
        "the inputs changed since the run that is to be resumed; "
        "give the same inputs, or begin anew with --overwrite"
    )
    for stamp in store.documents.stamps():
        record = next(records, None)
        if record is None:
            raise changed
        page = None if record.html is None else page_digest(record.html)
        if stamp_of(record, page) != stamp:
            raise changed
        observer.advance(record.consumed, 1)
    complete = store.get("residue")
    for record in records:
        if complete:
            raise changed
        yield record


def drop_residue(store: Store, config: Config, observer: Observer) -> None:
    """Take each host's recurring left-over lines out of its documents; one commit for all hosts."""
    if store.get("residue"):
        return
    least = config.clean.residue_documents

    def changes() -> Iterator[tuple[int, str, tuple[str, ...], Rejection | None]]:
        for host in store.documents.hosts(least):
            found = find_residue(host_lines(store.documents.texts_of_host(host)), least)
            if found.size:
                residue = frozenset(found.tolist())
                log.info("residue: %d lines recur on %s", found.size, host)
                for row, text in list(store.documents.texts_of_host(host)):
                    kept, lines = strip_residue(text, residue)
                    if lines:
                        yield row, kept, lines, too_short(kept, config.clean)
            observer.advance(1)

    store.documents.strip(changes())
