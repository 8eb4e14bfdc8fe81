"""The run: the stages in their order, one call each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dedup.config import Config
from dedup.models import Raw
from dedup.pipeline.ingest import ingest, remove_site_boilerplate
from dedup.progress import Progress
from dedup.store import Step, Store

if TYPE_CHECKING:
    from dedup.pipeline.earlier_stories import EarlierStories
    from dedup.pipeline.exact_duplicates import ExactDuplicates


def run_stages(
    records: Iterable[Raw], size: int | None, store: Store, config: Config, progress: Progress
) -> None:
    """Take records through all stages; everything found is in the store afterwards.

    What is decided is committed whole, at the end: earlier dumps of the store are never left
    half changed.

    Args:
        records: What was read.
        size: Their bytes where known, for the bar.
        store: An empty store, one to which a dump is added, or that of a killed run on the same
            records.
        config: The options.
        progress: Is called with the progress of each stage.
    """
    sign_stages(records, size, store, config, progress)
    if store.dumps.step >= Step.DECIDED:
        return
    from dedup.match import shipped_scorer
    from dedup.pipeline.cluster_rewrites import group_rewrites
    from dedup.pipeline.story_changes import (
        note_changes,
    )  # compiled code: cleaning alone needs none

    with store.commit():
        exact_duplicates, earlier = copy_stages(store, config, progress)
        if config.level == "stories":
            group_rewrites(store, exact_duplicates, earlier, shipped_scorer(), config, progress)
        note_changes(store, earlier)
        store.put("expired", store.dumps.expire(config.expire) if config.expire else 0)
        store.dumps.reach(Step.DECIDED)


def copy_stages(
    store: Store, config: Config, progress: Progress
) -> tuple[ExactDuplicates, EarlierStories]:
    """Take signed documents as far as the stories of copies.

    Returns:
        Which documents have the same text, and the stories of earlier dumps.
    """
    from dedup.pipeline.cluster_copies import group_copies  # compiled code, as in run_stages
    from dedup.pipeline.earlier_stories import EarlierStories
    from dedup.pipeline.exact_duplicates import ExactDuplicates
    from dedup.pipeline.match_copies import match_copies

    exact_duplicates, earlier = ExactDuplicates(store), EarlierStories(store)
    pair_scores = match_copies(store, exact_duplicates, earlier, config, progress)
    progress.start("cluster copies", None, "doc")
    group_copies(store, exact_duplicates, pair_scores, earlier, config, progress)
    progress.end()
    return exact_duplicates, earlier


def sign_stages(
    records: Iterable[Raw], size: int | None, store: Store, config: Config, progress: Progress
) -> None:
    """Take records as far as their signatures; see :func:`run_stages`."""
    from dedup.pipeline.sign import sign_texts  # compiled code, as in run_stages

    clean_stages(records, size, store, config, progress, signed=True)
    progress.start("sign", store.signatures.signable(), "doc")
    progress.advance(store.signatures.count())
    sign_texts(store, config, progress)
    progress.end()


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
    progress.start("read and clean", size, "B")
    ingest(records, size, store, config, progress, signed=signed)
    progress.end()
    store.dumps.look_back(config.story.window_days)
    progress.start("site boilerplate", None, "host")
    remove_site_boilerplate(store, config, progress)
    progress.end()
