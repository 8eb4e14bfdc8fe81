"""Records or paths to stories, in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dedup.api.given_records import given_inputs, raw_records
from dedup.api.result import Result, read_result
from dedup.cluster.canonical import parse_policy
from dedup.config import Config
from dedup.models import Raw
from dedup.pipeline.stages import run_stages
from dedup.progress import NullProgress, Progress
from dedup.read import Tally, require_text
from dedup.renamed import warn
from dedup.run.places import read_inputs, size_of_inputs
from dedup.scorer_file import scorer_file
from dedup.stage_progress import ShownProgress
from dedup.store import Store

if TYPE_CHECKING:
    from dedup.match.story_score import Scorer


def deduplicate(
    inputs: Any,
    *,
    config: Config | None = None,
    scorer: str | Path | Scorer | None = None,
    progress: Progress | bool | None = None,
    observer: Progress | None = None,
) -> Result:
    """Find the copies among records or files and elect one canonical for each story.

    This is ``dedup run`` with the result in memory and the store in a temporary folder. Cleaning
    pages starts worker processes: a script that passes pages must guard its entry point with
    ``if __name__ == "__main__"``.

    Args:
        inputs: Records with ``text`` or ``html`` and, where known, ``id url title date ...``: an
            iterable of dicts; or a table with a record a row, that is a pandas or polars DataFrame,
            an Arrow table or stream, a DuckDB relation, or a data set of Hugging Face; or an
            iterable of tables. Or paths and globs as for ``dedup run``. A table is read batch by
            batch. Values are taken as JSON has them: times as text, what is missing as null.
        config: The options; None for the defaults of ``dedup run``.
        scorer: What scores pairs of tellings: a file as for ``dedup run --scorer``, or a scorer;
            None for the one that comes with the package.
        progress: Gets the progress of each stage; True for bars on a terminal or in a notebook.
        observer: The old name of ``progress``, until the next release.

    Raises:
        ConfigError: An option cannot be used.
        InputError: A path is missing, or no record has a text.
        TypeError: Something is passed that holds no records, or records and paths are mixed.
    """
    if observer is not None:
        warn("observer", "progress")
    config = config or Config()
    parse_policy(config.cluster.canonical)
    if isinstance(scorer, (str, Path)):
        scorer = scorer_file(Path(scorer)).scorer
    records, size = _records(inputs, config)
    with (
        tempfile.TemporaryDirectory(prefix="dedup-") as folder,
        Store(Path(folder) / "store.sqlite") as store,
        _progress(progress or observer) as shown,
    ):
        run_stages(records, size, store, config, shown, scorer)
        return read_result(store)


def _progress(progress: Progress | bool | None) -> AbstractContextManager[Progress]:
    """Return what gets the progress, as a context."""
    if progress is not True:
        return nullcontext(progress or NullProgress())
    from dedup.progress_bars import Bars  # tqdm: only where it is asked for

    return ShownProgress(Bars())


def _records(inputs: Any, config: Config) -> tuple[Iterable[Raw], int | None]:
    """Return the inputs, and their bytes where known."""
    given = given_inputs(inputs)
    if given.records is None:
        return read_inputs(given.paths, config, Tally()), size_of_inputs(given.paths, config)
    return require_text(raw_records(given.records, config.read), config.read, lambda: False), None
