"""A dump through the plan, from inputs to a store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dedup.config import Config
from dedup.engines.engine import Engine, Table
from dedup.models import Raw
from dedup.pipeline.earlier_dumps import StoredDumps
from dedup.pipeline.on_tables.number_inputs import InputPart
from dedup.pipeline.plan import collect_results, plan_dump
from dedup.pipeline.stages import run_stages
from dedup.pipeline.store_results import store_results
from dedup.progress import Progress
from dedup.store import Store

if TYPE_CHECKING:
    from dedup.match.story_score import Scorer


def run_plan(
    engine: Engine[Table],
    records: Iterable[Raw],
    size: int | None,
    store: Store,
    config: Config,
    progress: Progress,
    scorer: Scorer | None = None,
) -> None:
    """Take records through the plan; all results are in the store afterwards, in one commit.

    What is in the store then is what :func:`dedup.pipeline.stages.run_stages` leaves. Where inputs
    of the dump are stored already, by that or by a plan that was finished, it goes on with them.

    Args:
        engine: Runs the stages.
        records: What was read.
        size: Their bytes where known, for the bar.
        store: An empty store, one to which a dump is added, or that of a killed run on the same
            records.
        config: The options.
        progress: Is called with the progress of each stage.
        scorer: Scores pairs of tellings; None for the one that comes with the package.
    """
    if store.documents.count() > store.dumps.first:
        run_stages(records, size, store, config, progress, scorer)
        return
    earlier = StoredDumps(store, config.story.window_days)
    parts = [InputPart(0, lambda _: records, size)]
    planned = plan_dump(engine, parts, earlier, config, progress, scorer)
    results = collect_results(engine, planned)
    progress.start("store", None, "doc")
    store_results(store, results, planned.before.stories, config)
    progress.end()
