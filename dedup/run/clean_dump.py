"""A dump on disk to a file of its cleaned documents."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from dedup.config import Config
from dedup.models import CleanReport, Raw, RejectionLimit
from dedup.pipeline.stages import clean_stages
from dedup.progress import NullProgress, Progress
from dedup.read import Tally
from dedup.run.places import read_inputs, refuse_addresses, size_of_inputs
from dedup.store import Store
from dedup.write import (
    cleaned_lines,
    refuse_existing,
    refuse_irregular,
    rejected_lines,
    stream_out,
    write_file,
)


def clean_dump(
    inputs: Sequence[str | Path],
    out: Path | BinaryIO,
    config: Config,
    *,
    rejected: Path | None = None,
    overwrite: bool = False,
    limit: RejectionLimit | None = None,
    progress: Progress | None = None,
) -> CleanReport:
    """Clean a dump and write its documents as JSON lines.

    Args:
        inputs: As in :func:`run_dump`.
        out: A file, or an open stream.
        config: The options.
        rejected: A file for what could not be used.
        overwrite: Replace existing files.
        limit: As in :func:`run_dump`.
        progress: Gets the progress of each stage.

    Raises:
        ConfigError: An option cannot be used.
        InputError: An input is missing, or no record has a text.
        OutputError: A file exists and may not be replaced, or cannot be written.
    """
    files = [path for path in (out, rejected) if isinstance(path, Path)]
    refuse_addresses(files)
    for path in files:
        refuse_irregular(path)
        refuse_existing(path, overwrite=overwrite)
    size = size_of_inputs(inputs, config, files)
    tally = Tally()
    records = read_inputs(inputs, config, tally)
    with cleaned_store(records, size, config, progress or NullProgress()) as store:
        lines = cleaned_lines(store.documents.cleaned())
        if isinstance(out, Path):
            write_file(out, lines)
        else:
            stream_out(out, lines)
        if rejected is not None:
            write_file(rejected, rejected_lines(store.results.rejections()))
        status, reasons, _ = store.results.tally()
        dates = store.documents.count_dates()
    lost, total = status["rejected"], sum(status.values())
    counts = {"inputs": total, "cleaned": total - lost, "rejected": lost}
    return CleanReport(counts, reasons, dates, dict(sorted(tally.passed_over.items())), limit)


@contextmanager
def cleaned_store(
    records: Iterable[Raw], size: int | None, config: Config, progress: Progress
) -> Iterator[Store]:
    """Clean inputs into a store, which is removed at the end.

    Args:
        records: The inputs.
        size: Their bytes where known.
        config: The options.
        progress: Gets the progress of each stage.
    """
    with (
        tempfile.TemporaryDirectory(prefix="dedup-") as folder,
        Store(Path(folder) / "store.sqlite") as store,
    ):
        clean_stages(records, size, store, config, progress)
        yield store
