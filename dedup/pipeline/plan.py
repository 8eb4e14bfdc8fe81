"""The plan of a run: from the inputs of a dump to all that is found in it, over tables.

Read from top to bottom: inputs become documents; documents that share parts of signatures are
compared, and those that match become stories of copies; one representative of each of these, and
every other document, are compared as rewrites, and stories of rewrites take the places of the
stories of copies that they join. An engine runs the stages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Generic

import pyarrow as pa

from dedup.cluster.canonical import own_fields, parse_policy
from dedup.config import Config
from dedup.engines.engine import Engine, Table
from dedup.json_codec import load_json
from dedup.pipeline.earlier_dumps import EarlierDumps
from dedup.pipeline.exact_duplicates import RepeatedTexts
from dedup.pipeline.on_tables.described_stories import not_among
from dedup.pipeline.on_tables.field_names import (
    ASKED_FIELDS,
    FIELD_NAMES,
    asked_fields,
    field_names,
)
from dedup.pipeline.on_tables.number_inputs import InputPart
from dedup.pipeline.on_tables.stage_arrays import as_they_are, numbers
from dedup.pipeline.plan_documents import CleanedDump, plan_documents
from dedup.pipeline.rule_fields import LOOKED_AT, unknown_field
from dedup.pipeline.store_results import PlanResults, StoriesTables
from dedup.pipeline.store_tables import EarlierResults
from dedup.pipeline.tables import DECISIONS, ROWS, STORIES
from dedup.progress import Progress

if TYPE_CHECKING:
    from dedup.match.story_score import Scorer
    from dedup.pipeline.plan_copies import Copies
    from dedup.pipeline.plan_rewrites import Rewrites


@dataclass(frozen=True, slots=True)
class PlannedDump(Generic[Table]):
    """What :func:`plan_dump` found; its tables are those of an engine.

    Attributes:
        cleaned: All inputs, and active documents of earlier dumps.
        copies: Their copies.
        rewrites: Their rewrites, whose stories and decisions replace those of copies on the same
            documents; None at level ``copies``.
        before: What earlier dumps had found.
    """

    cleaned: CleanedDump[Table]
    copies: Copies[Table]
    rewrites: Rewrites[Table] | None
    before: EarlierResults

    @property
    def values(self) -> dict[str, Any]:
        """What is kept of the dump by name: JSON values."""
        of_copies = {"worker_kib": self.cleaned.worker_kib, "candidates": self.copies.candidates}
        return {**of_copies, **(self.rewrites.values if self.rewrites else {})}


@dataclass(frozen=True, slots=True)
class FinalStories(Generic[Table]):
    """The stories of a dump.

    Attributes:
        stories: Rows of ``STORIES``.
        decisions: Rows of ``DECISIONS``.
    """

    stories: Table
    decisions: Table


def plan_dump(
    engine: Engine[Table],
    parts: Sequence[InputPart],
    earlier: EarlierDumps,
    config: Config,
    progress: Progress,
    scorer: Scorer | None = None,
) -> PlannedDump[Table]:
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
    cleaned = plan_documents(engine, parts, config, earlier, progress)
    _require_rule_fields(engine, cleaned.documents, config)
    # Compiled code, which cleaning alone does not load.
    from dedup.match.story_score import shipped_scorer
    from dedup.pipeline.plan_copies import plan_copies
    from dedup.pipeline.plan_rewrites import plan_rewrites

    before = earlier.results()
    copies = plan_copies(engine, cleaned.documents, before.matched_pairs, before.stories, config)
    rewrites = None
    if config.level == "stories":
        # Earlier stories of which copies have only parts: rewrites must join them again.
        before.stories.open.update(copies.open)
        texts = RepeatedTexts(*numbers(copies.repeated, "row", "text_id")).texts
        rewrites = plan_rewrites(
            engine, cleaned.documents, copies.decisions, texts, before,
            scorer or shipped_scorer(), config,
        )  # fmt: skip
    return PlannedDump(cleaned, copies, rewrites, before)


def _require_rule_fields(engine: Engine[Table], documents: Table, config: Config) -> None:
    """Refuse a rule on a field that no document has; see ``require_rule_fields``.

    Raises:
        UnknownFieldError: No document has the field of a rule.
    """
    asked = own_fields(parse_policy(config.cluster.canonical))
    if not asked:
        return
    look = partial(asked_fields, tuple(asked))
    looked_at = engine.collect(engine.map(documents, look, ASKED_FIELDS, ["reason", "fields"]))
    found = {place for places in looked_at["found"].to_pylist() for place in places}
    unknown = dict(each for place, each in enumerate(asked.items()) if place not in found)
    if unknown and sum(looked_at["documents"].to_pylist()):
        raise unknown_field(unknown, _last_fields(engine, documents))


def _last_fields(engine: Engine[Table], documents: Table) -> list[list[str]]:
    """Return the names of the fields of the documents that the error looks at, the last first."""
    name = partial(field_names, LOOKED_AT)
    last = FIELD_NAMES.empty_table()
    named = engine.map(documents, name, FIELD_NAMES, ["row", "reason", "fields"])
    for batch in engine.batches(named):
        both = pa.concat_tables([last, pa.Table.from_batches([batch])])
        last = both.sort_by([("row", "descending")]).slice(0, LOOKED_AT)
    return [load_json(names) for names in last["names"].to_pylist()]


def final_stories(engine: Engine[Table], planned: PlannedDump[Table]) -> FinalStories[Table]:
    """Return the stories of copies that no rewrites replace, and those of rewrites."""
    copies, rewrites = planned.copies, planned.rewrites
    if rewrites is None:
        return FinalStories(copies.stories, copies.decisions)
    merged = engine.collect(engine.map(rewrites.decisions, as_they_are, ROWS, ["row"]))
    rows = engine.share(merged.sort_by("row").combine_chunks())
    stories = partial(not_among, rows, "canonical")
    decisions = partial(not_among, rows, "row")
    return FinalStories(
        engine.union(engine.map(copies.stories, stories, STORIES), rewrites.stories),
        engine.union(engine.map(copies.decisions, decisions, DECISIONS), rewrites.decisions),
    )


def collect_results(engine: Engine[Table], planned: PlannedDump[Table]) -> PlanResults:
    """Return what is stored of a dump, in this process; documents are read when they are stored.

    Args:
        engine: Has the tables.
        planned: The dump.
    """
    copies, rewrites = planned.copies, planned.rewrites
    found = PlanResults(
        documents=engine.batches(planned.cleaned.documents),
        copy_pairs=engine.collect(copies.pairs),
        copies=StoriesTables(engine.collect(copies.stories), engine.collect(copies.decisions)),
        replaced=copies.replaced,
        values=planned.values,
    )
    if rewrites is None:
        return found
    return replace(
        found,
        candidate_scores=engine.collect(rewrites.candidate_scores),
        loose_groups=rewrites.loose_groups,
        rewrites=StoriesTables(
            engine.collect(rewrites.stories), engine.collect(rewrites.decisions)
        ),
        frequencies=rewrites.frequencies,
    )
