"""Records or paths to stories, in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dedup.api.given_records import given_inputs
from dedup.api.keywords import Place, config_of, name_of, path_of, scorer_of, shown_progress
from dedup.api.result import Result
from dedup.api.result_in_memory import ResultInMemory
from dedup.config import Config
from dedup.errors import ConfigError
from dedup.progress import Progress
from dedup.renamed import warn
from dedup.run.dump import run_dump

if TYPE_CHECKING:
    from dedup.match.story_score import Scorer


def deduplicate(
    inputs: Any,
    *,
    level: str | None = None,
    threshold: float | None = None,
    window: float | None = None,
    canonical: str | Iterable[str] | None = None,
    workers: int | None = None,
    field: Mapping[str, str] | str | Iterable[str] | None = None,
    min_tokens: int | None = None,
    exclude_host: str | Iterable[str] | None = None,
    agency: str | Iterable[str] | None = None,
    expire: float | None = None,
    timeout: float | None = None,
    memory: int | None = None,
    max_bytes: int | None = None,
    include: str | Iterable[str] | None = None,
    exclude: str | Iterable[str] | None = None,
    scorer: Place | Scorer | None = None,
    store: Place | None = None,
    dump: str | None = None,
    against: Place | None = None,
    resume: bool = False,
    overwrite: bool = False,
    config: Config | None = None,
    progress: Progress | bool | None = None,
    observer: Progress | None = None,
) -> Result:
    """Find the copies among records or files and elect one canonical for each story.

    This is ``dedup run`` with the result in memory. A keyword is the option of that name, with
    underscores for dashes; None is its default. Cleaning pages and many texts starts worker
    processes: a script must guard its entry point with ``if __name__ == "__main__":``.

    Args:
        inputs: Records with ``text`` or ``html`` and, where known, ``id url title date ...``: an
            iterable of dicts; or a table with a record a row, that is a pandas or polars DataFrame,
            an Arrow table or stream, a DuckDB relation, or a data set of Hugging Face; or an
            iterable of tables. Or paths and globs as for ``dedup run``. A table is read batch by
            batch. Values are taken as JSON has them: times as text, what is missing as null.
        level: ``copies`` or ``stories``.
        threshold: Lowest mean score, a probability, of the tellings of one story.
        window: Most days between two tellings of one story.
        canonical: Rules of election, as ``"declared,earliest"`` or a list.
        workers: Processes; None for the number of cores. They change no result.
        field: The records' own names of standard fields, as ``{"text": "body"}``.
        min_tokens: A text with fewer tokens is rejected.
        exclude_host: Hosts whose documents are rejected.
        agency: Names of wire agencies beside those that are known.
        expire: Days after which a document leaves the store; 0 for never.
        timeout: Most seconds for one page.
        memory: Most MiB for one worker, 0 for no limit.
        max_bytes: A page or record larger than this is rejected.
        include: Globs of the files that are read.
        exclude: Globs of files that are not read.
        scorer: What scores pairs of tellings: a file as for ``dedup run --scorer``, or a scorer.
        store: A file with earlier dumps, made where there is none; this dump is added to it.
        dump: The name of this dump in the store. The same name and inputs again give the same
            results and leave the store as it is: a job that is retried gives one.
            Without a name each call is a new dump: the records of a retry are then duplicates of
            themselves, or rejected as ``duplicate-id`` where they have ids.
        against: A store as ``store``, which is only read.
        resume: Continue the dump if an earlier call was stopped.
        overwrite: Replace the last dump of the store, which has the name of this one.
        config: All options, those without a keyword among them; keywords override it.
        progress: Gets the progress of each stage; True for bars on a terminal or in a notebook.
        observer: The old name of ``progress``, until the next release.

    Returns:
        Survivors, duplicates, rejected inputs, stories, and a decision for each input.

    Raises:
        ConfigError: An option cannot be used.
        InputError: A path is missing, or no record has a text.
        OutputError: The store cannot be used, or has a dump of this name with other inputs.
        TypeError: An argument is of a wrong type, something is passed that holds no records, or
            records and paths are mixed.

    Examples:
        >>> text = "The ferry to Port Elwood will run again from Monday, its owner said. " * 4
        >>> records = [{"id": "a", "body": text}, {"id": "b", "body": text}]
        >>> result = deduplicate(records, level="copies", field={"text": "body"})
        >>> [record["id"] for record in result.survivors]
        ['a']
    """
    if observer is not None:
        warn("observer", "progress")
    options = config_of(
        config, level=level, threshold=threshold, window=window, canonical=canonical,
        workers=workers, field=field, min_tokens=min_tokens, exclude_host=exclude_host,
        agency=agency, expire=expire, timeout=timeout, memory=memory, max_bytes=max_bytes,
        include=include, exclude=exclude,
    )  # fmt: skip
    if store is None and (resume or overwrite):
        raise ConfigError(f"{'--resume' if resume else '--overwrite'} needs a --store")
    taken = ResultInMemory()
    with (
        tempfile.TemporaryDirectory(prefix="dedup-") as folder,
        shown_progress(progress or observer) as shown,
    ):
        run_dump(
            given_inputs(inputs), Path(folder) / "dump", options, files=taken,
            store=path_of("store", store), dump=name_of(dump),
            against=path_of("against", against), scorer=scorer_of(scorer),
            resume=resume, overwrite=overwrite, progress=shown,
        )  # fmt: skip
    return taken.result
