"""Signed documents of a store to stories, decisions and changes: the first time, and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.config import Config
from dedup.pipeline.earlier_decision import EarlierDecision, undo_decision
from dedup.pipeline.earlier_stories import read_earlier_stories
from dedup.pipeline.exact_duplicates import read_exact_duplicates
from dedup.pipeline.rule_fields import require_rule_fields
from dedup.pipeline.story_changes import note_changes
from dedup.progress import Progress
from dedup.store import Step, Store

if TYPE_CHECKING:
    from dedup.match.story_score import Scorer


def decide(
    store: Store,
    config: Config,
    progress: Progress,
    scorer: Scorer | None,
    decided: EarlierDecision | None = None,
) -> None:
    """Decide on a dump that is signed, in the commit of the caller.

    Args:
        store: Has the dump; earlier dumps in it are never left half changed.
        config: The options.
        progress: Is called with the progress of each stage.
        scorer: Scores pairs of tellings; None for the one that comes with the package.
        decided: What is known from an earlier decision on the dump, None for the first.
    """
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
        scorer: Scores pairs of tellings; None for the one that comes with the package.
    """
    with store.commit():
        progress.start("undo", None, "doc")
        decided = undo_decision(store, before, config)
        progress.end()
        require_rule_fields(store.documents.own_fields, config)
        if config.level != before.level:  # else no document lacks a signature
            from dedup.pipeline.sign import sign_texts  # it loads what cleans texts

            sign_texts(store, config, progress)
        decide(store, config, progress, scorer, decided)
