"""The run: the stages in their order, one call each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dedup.config import Config
from dedup.models import Raw
from dedup.pipeline.decide import decide
from dedup.pipeline.ingest import ingest, read_ambiguous_dates
from dedup.pipeline.rule_fields import require_rule_fields
from dedup.pipeline.sign import sign_texts
from dedup.pipeline.strip_sites import remove_site_boilerplate
from dedup.progress import Progress
from dedup.store import Step, Store

if TYPE_CHECKING:
    from dedup.match.story_score import Scorer


def run_stages(
    records: Iterable[Raw],
    size: int | None,
    store: Store,
    config: Config,
    progress: Progress,
    scorer: Scorer | None = None,
) -> None:
    """Take records through all stages; all results are in the store afterwards.

    Decisions are committed whole, at the end: earlier dumps of the store are never left half
    changed.

    Args:
        records: What was read.
        size: Their bytes where known, for the bar.
        store: An empty store, one to which a dump is added, or that of a killed run on the same
            records.
        config: The options.
        progress: Is called with the progress of each stage.
        scorer: Scores pairs of tellings; None for the one that comes with the package.
    """
    clean_stages(records, size, store, config, progress, signed=True)
    sign_texts(store, config, progress)
    if store.dumps.step >= Step.DECIDED:
        return
    require_rule_fields(store.documents.own_fields, config)
    with store.commit():
        decide(store, config, progress, scorer)


def clean_stages(
    records: Iterable[Raw],
    size: int | None,
    store: Store,
    config: Config,
    progress: Progress,
    *,
    signed: bool = False,
) -> None:
    """Take records through reading and cleaning only; see :func:`run_stages`.

    Where they are to be ``signed``, too, that is done on the way, while their texts are at hand.
    """
    ingest(records, size, store, config, progress, signed=signed)
    with store.commit():
        read_ambiguous_dates(store)
    store.dumps.look_back(config.story.window_days)
    remove_site_boilerplate(store, config, progress)
