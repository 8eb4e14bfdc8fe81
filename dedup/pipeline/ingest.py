"""Records to stored documents: cleaned, and freed of their hosts' left-over lines."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

import numpy as np

from dedup.clean.site_boilerplate import (
    find_site_boilerplate,
    lines_by_host,
    strip_site_boilerplate,
)
from dedup.clean.to_document import too_short
from dedup.config import Config
from dedup.errors import InputError
from dedup.models import Raw, Rejection
from dedup.pipeline.page_workers import Cleaned, clean_records
from dedup.pipeline.prepared_rows import Row, prepare_pages, size_of, stamp_of
from dedup.pipeline.text_workers import text_rows
from dedup.progress import Progress
from dedup.read import has_own_id
from dedup.store import Step, Store

log = logging.getLogger(__name__)

# A batch of inputs commits when it holds this many, or this much raw text: about two seconds of
# pages, which is what a kill costs.
BATCH_RECORDS = 1000
BATCH_BYTES = 8_000_000


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
    fresh = _behind_stored(_named_apart(raws, store), store, progress)
    rows = text_rows(fresh, config, signed=signed, size=size)
    done = clean_records(rows, config.clean, workers=config.workers, recall=store.documents.recall)
    batch: list[Row | Cleaned] = []
    size = 0
    worker_kib = store.get("worker_kib") or 0
    with closing(rows), closing(done):  # an error must end the workers before it leaves
        for item in done:
            if isinstance(item, Cleaned):
                batch.append(item)
                worker_kib = max(worker_kib, item.worker_kib)
                size += size_of(item.record)
                progress.advance(item.record.consumed, 1)
            else:
                batch += item
                size += sum(row.size for row in item)
                progress.advance(sum(row.consumed for row in item), len(item))
            if len(batch) >= BATCH_RECORDS or size >= BATCH_BYTES:
                _store_batch(store, batch, config, signed=signed)
                batch, size = [], 0
    _store_batch(store, batch, config, signed=signed)
    store.put("worker_kib", worker_kib)
    log.info("read and clean: %d inputs", store.documents.count())


def _store_batch(
    store: Store, batch: Sequence[Row | Cleaned], config: Config, *, signed: bool
) -> None:
    """Commit one batch of inputs."""
    rows = prepare_pages(batch, config, signed=signed)
    store.documents.add([row.stored for row in rows])


def _named_apart(raws: Iterable[Raw], store: Store) -> Iterator[Raw]:
    """Yield inputs; a name that is made of a file's gets the dump's number if it has been used.

    ``news.jsonl:1`` is another article each day. An id of its own says that it is the same.
    """
    number = store.dumps.number
    for raw in raws:
        if number > 1 and not has_own_id(raw) and store.dumps.knows(raw.doc_id):
            yield replace(raw, doc_id=f"{number}/{raw.doc_id}")
        else:
            yield raw


def _behind_stored(raws: Iterator[Raw], store: Store, progress: Progress) -> Iterator[Raw]:
    """Pass over the inputs that are stored, comparing their stamps, and yield the others.

    Where the earlier run had read everything, there must be no others.
    """
    changed = InputError(
        "the inputs changed since the run that is to be resumed; "
        "give the same inputs, or begin anew with --overwrite"
    )
    for stamp in store.documents.stamps():
        raw = next(raws, None)
        if raw is None or stamp_of(raw) != stamp:
            raise changed
        progress.advance(raw.consumed, 1)
    complete = store.dumps.step >= Step.STRIPPED
    for raw in raws:
        if complete:
            raise changed
        yield raw


def remove_site_boilerplate(store: Store, config: Config, progress: Progress) -> None:
    """Take each host's recurring left-over lines out of its new documents, in one commit.

    Its earlier documents within the date window help to tell which lines recur.
    """
    if store.dumps.step >= Step.STRIPPED:
        return
    least = config.clean.site_boilerplate_documents
    first = store.dumps.first

    def changes() -> Iterator[tuple[int, str, tuple[str, ...], Rejection | None]]:
        for host, lines in lines_by_host(store.documents.line_digests(), least):
            progress.advance(1)
            if lines.rows.max(initial=-1) < first:
                continue
            found = find_site_boilerplate(lines, least)
            if not found.size:
                continue
            recurring = frozenset(found.tolist())
            log.info("recurring: %d lines recur on %s", found.size, host)
            touched = np.unique(lines.rows[np.isin(lines.digests, found)])
            touched = touched[touched >= first]  # earlier dumps stay as they are
            for row, text in list(store.documents.texts(touched.tolist())):
                kept, taken = strip_site_boilerplate(text, recurring)
                yield row, kept, taken, too_short(kept, config.clean)

    with store.commit():
        store.documents.strip(changes())
        store.dumps.reach(Step.STRIPPED)
