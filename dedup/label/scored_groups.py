"""The loose groups of a run with all their pairs scored again, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from dedup.cluster.event_split import ScoredGroups
from dedup.config import Config
from dedup.explain.rewrites.loose_group_replay import read_tellings
from dedup.kernels.array_types import Int64s
from dedup.match.story_score import Model
from dedup.parallel.ordered_map import ordered_map
from dedup.pipeline.cluster_rewrites import read_groups, score_groups
from dedup.pipeline.document_source import StoredDocuments
from dedup.pipeline.group_candidates import LooseGroups, kept_groups
from dedup.pipeline.representatives import Representatives

if TYPE_CHECKING:
    from dedup.explain.open_run import Run


def read_groups_of(run: Run) -> tuple[Representatives, LooseGroups]:
    """Return the loose groups of the last dump, and their representatives by number.

    These are numbered in the order of the bytes of their ids, as the run numbered all.
    """
    rows = run.store.measured.loose_groups()[:, 0].tolist()
    representatives = read_tellings(run, rows)
    return representatives, kept_groups(run.store, representatives.numbered)


def scored_groups(
    run: Run, representatives: Representatives, groups: LooseGroups, model: Model, config: Config
) -> Iterator[tuple[Int64s, ScoredGroups]]:
    """Yield groups with all their pairs scored, as many at once as the run loads.

    Args:
        run: The run.
        representatives: Reads the tokens.
        groups: The groups, by the numbers of these.
        model: For the pairs.
        config: Options: those of the run, or others.

    Yields:
        The representatives of the groups, and the groups; the scores of a pair are the same in any
        batch, to the last bit.
    """
    loaded = read_groups(StoredDocuments(run.store), representatives, groups, config)
    work = partial(score_groups, representatives, model, config)
    yield from ordered_map(work, loaded, config.workers)
