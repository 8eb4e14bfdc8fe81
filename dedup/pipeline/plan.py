"""The plan of a run: from the inputs of a dump to all that is stored of it, over tables.

Read from top to bottom: inputs become documents; documents that share parts of signatures are
compared, and those that match become stories of copies; one representative of each of these, and
every other document, are compared as rewrites, and stories of rewrites take the places of the
stories of copies that they join. An engine runs the stages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from dedup.config import Config
from dedup.engines.engine import Batches, Engine, Table
from dedup.pipeline.earlier_dumps import EarlierDumps
from dedup.pipeline.exact_duplicates import RepeatedTexts
from dedup.pipeline.on_tables.number_inputs import InputPart
from dedup.pipeline.on_tables.stage_arrays import numbers
from dedup.pipeline.plan_documents import clean_documents
from dedup.pipeline.rule_fields import require_rule_fields
from dedup.pipeline.store_results import PlanResults, StoriesTables
from dedup.pipeline.store_tables import EarlierResults, own_fields
from dedup.pipeline.tables import DOCUMENTS
from dedup.progress import Progress

if TYPE_CHECKING:
    from dedup.match.story_score import Scorer


class PlannedDump(NamedTuple):
    """What :func:`plan_dump` found.

    Attributes:
        results: What is stored of the dump.
        before: What earlier dumps had found.
    """

    results: PlanResults
    before: EarlierResults


def plan_dump(
    engine: Engine[Table],
    parts: Sequence[InputPart],
    earlier: EarlierDumps,
    config: Config,
    progress: Progress,
    scorer: Scorer | None = None,
) -> PlannedDump:
    """Take a dump from its inputs to its stories.

    Args:
        engine: Runs the stages.
        parts: The inputs.
        earlier: The dumps before this one.
        config: The options.
        progress: Is called with what is read.
        scorer: Scores pairs of tellings; None for the one that comes with the package.

    Raises:
        UnknownFieldError: No document has the field of a rule.
    """
    cleaned = clean_documents(engine, parts, config, earlier, progress)
    new = engine.map(cleaned.documents, partial(from_row, earlier.first), DOCUMENTS)
    require_rule_fields(_fields(engine, new, earlier), config)
    # Compiled code, which cleaning alone does not load.
    from dedup.pipeline.plan_copies import find_copies

    before = earlier.results()
    copies = find_copies(engine, cleaned.documents, before.matched_pairs, before.stories, config)
    results = PlanResults(
        documents=[engine.collect(new)],
        copy_pairs=engine.collect(copies.pairs),
        copies=StoriesTables(engine.collect(copies.stories), engine.collect(copies.decisions)),
        replaced=copies.replaced,
        values={"worker_kib": cleaned.worker_kib, "candidates": copies.candidates},
    )
    if config.level == "copies":
        return PlannedDump(results, before)
    from dedup.match.story_score import shipped_scorer
    from dedup.pipeline.plan_rewrites import plan_rewrites

    before.stories.open.update(copies.open)
    texts = RepeatedTexts(*numbers(copies.repeated, "row", "text_id")).texts
    rewrites = plan_rewrites(
        engine, cleaned.documents, copies.decisions, texts, before, scorer or shipped_scorer(),
        config,
    )  # fmt: skip
    return PlannedDump(
        replace(
            results,
            story_scores=rewrites.story_scores,
            rewrites=StoriesTables(
                engine.collect(rewrites.stories), engine.collect(rewrites.decisions)
            ),
            frequencies=rewrites.frequencies,
            values={**results.values, **rewrites.values},
        ),
        before,
    )


def _fields(
    engine: Engine[Table], documents: Table, earlier: EarlierDumps
) -> Callable[[], chain[dict[str, object]]]:
    """Return what gives the own fields of all active documents, the last one first."""
    return lambda: chain(own_fields(engine.collect(documents)), earlier.own_fields())


def from_row(first: int, batches: Batches) -> Batches:
    """Yield the documents from a row on."""
    for batch in batches:
        yield batch.filter(pa.array(batch["row"].to_numpy() >= first))
