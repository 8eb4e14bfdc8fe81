"""Records or paths to stories, in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dedup.api.result import Result
from dedup.cluster.canonical import parse_policy
from dedup.config import Config
from dedup.json_codec import load_json
from dedup.models import Raw, RawRecord
from dedup.pipeline.stages import run_stages
from dedup.progress import NullProgress, Progress
from dedup.read import Tally, require_text
from dedup.read.records import record
from dedup.renamed import warn
from dedup.run.places import read_inputs, size_of_inputs
from dedup.scorer_file import scorer_file
from dedup.stage_progress import ShownProgress
from dedup.store import Store
from dedup.write import story_lines, survivor_lines

if TYPE_CHECKING:
    from dedup.match.story_score import Scorer


def deduplicate(
    inputs: str | Path | Iterable[str | Path | Mapping[str, Any]],
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
        inputs: Records as dicts with ``text`` or ``html`` and, where known, ``id url title date
            ...``; or paths and globs as for ``dedup run``. Not both at once.
        config: The options; None for the defaults of ``dedup run``.
        scorer: What scores pairs of tellings: a file as for ``dedup run --scorer``, or a scorer;
            None for the one that comes with the package.
        progress: Gets the progress of each stage; True for bars on a terminal or in a notebook.
        observer: The old name of ``progress``, until the next release.

    Raises:
        ConfigError: An option cannot be used.
        InputError: A path is missing, or no record has a text.
        TypeError: Records and paths are mixed.
    """
    if observer is not None:
        warn("observer", "progress")
    config = config or Config()
    parse_policy(config.cluster.canonical)
    if isinstance(scorer, (str, Path)):
        scorer = scorer_file(Path(scorer)).scorer
    items = [inputs] if isinstance(inputs, (str, Path)) else inputs
    records, size = _records(iter(items), config)
    with (
        tempfile.TemporaryDirectory(prefix="dedup-") as folder,
        Store(Path(folder) / "store.sqlite") as store,
        _progress(progress or observer) as shown,
    ):
        run_stages(records, size, store, config, shown, scorer)
        decisions = list(store.results.decisions())
        return Result(
            survivors=[load_json(line) for line in survivor_lines(store.results.survivors())],
            decisions=decisions,
            stories=list(story_lines(store.results.described_stories())),
            _by_id={decision.doc_id: decision for decision in reversed(decisions)},
        )


def _progress(progress: Progress | bool | None) -> AbstractContextManager[Progress]:
    """Return what gets the progress, as a context."""
    if progress is not True:
        return nullcontext(progress or NullProgress())
    from dedup.progress_bars import Bars  # tqdm: only where it is asked for

    return ShownProgress(Bars())


def _records(
    items: Iterator[str | Path | Mapping[str, Any]], config: Config
) -> tuple[Iterable[Raw], int | None]:
    """Return the inputs, and their bytes where known."""
    first = next(items, None)
    if isinstance(first, Mapping):
        records = _from_mappings(first, items, config)
        return require_text(records, config.read, lambda: False), None
    paths: list[str | Path] = [] if first is None else [first]
    for item in items:
        if isinstance(item, Mapping):
            raise TypeError("give records or paths, not both at once")
        paths.append(item)
    return read_inputs(paths, config, Tally()), size_of_inputs(paths, config)


def _from_mappings(
    first: Mapping[str, Any], rest: Iterable[str | Path | Mapping[str, Any]], config: Config
) -> Iterable[RawRecord]:
    """Yield dicts as records; those without an id are named by their number, from 1."""
    for number, item in enumerate(chain([first], rest), 1):
        if not isinstance(item, Mapping):
            raise TypeError("give records or paths, not both at once")
        yield record(dict(item), "records", f"records:{number}", config.read)
