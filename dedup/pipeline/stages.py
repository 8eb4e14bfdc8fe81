"""The run: the stages in their order, one call each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dedup.config import Config
from dedup.models import Raw
from dedup.pipeline.earlier_decision import EarlierDecision, undo_decision
from dedup.pipeline.earlier_stories import read_earlier_stories
from dedup.pipeline.exact_duplicates import read_exact_duplicates
from dedup.pipeline.ingest import ingest, read_ambiguous_dates
from dedup.pipeline.rule_fields import require_rule_fields
from dedup.pipeline.sign import sign_texts
from dedup.pipeline.story_changes import note_changes
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
        _decide(store, config, progress, scorer)


def decide_again(
    store: Store,
    before: Config,
    config: Config,
    progress: Progress,
    scorer: Scorer | None = None,
) -> None:
    """Decide on the current dump with other options, in one commit; nothing is read or cleaned.

    What was measured before is measured again only where it would not be the same.

    Args:
        store: A store whose current dump was decided; decisions of earlier dumps stay.
        before: The options that it was decided with.
        config: The options, those of reading, cleaning and signing as before but for the level and
            for more excluded hosts.
        progress: Is called with the progress of each stage.
        scorer: See :func:`run_stages`.
    """
    with store.commit():
        progress.start("undo", None, "doc")
        decided = undo_decision(store, before, config)
        progress.end()
        require_rule_fields(store.documents.own_fields, config)
        if config.level != before.level:  # else no document lacks a signature
            sign_texts(store, config, progress)
        _decide(store, config, progress, scorer, decided)


def _decide(
    store: Store,
    config: Config,
    progress: Progress,
    scorer: Scorer | None,
    decided: EarlierDecision | None = None,
) -> None:
    """Decide on a dump that is signed; see :func:`run_stages` and :func:`decide_again`."""
    # Compiled code, which cleaning alone does not load.
    from dedup.match.story_score import shipped_scorer
    from dedup.pipeline.cluster_copies import cluster_copy_pairs
    from dedup.pipeline.cluster_rewrites import cluster_rewrites
    from dedup.pipeline.match_copies import known_matches, match_copies

    exact_duplicates, earlier = read_exact_duplicates(store), read_earlier_stories(store)
    if decided is not None and decided.matches:
        pair_scores = known_matches(store, exact_duplicates)
    else:
        pair_scores = match_copies(store, exact_duplicates, earlier, config, progress)
    cluster_copy_pairs(store, exact_duplicates, pair_scores, earlier, config, progress)
    if config.level == "stories":
        used = scorer or shipped_scorer()
        cluster_rewrites(store, exact_duplicates, earlier, used, config, progress, decided)
    note_changes(store, earlier)
    store.dumps.expire(config.expire)
    store.dumps.reach(Step.DECIDED)


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
