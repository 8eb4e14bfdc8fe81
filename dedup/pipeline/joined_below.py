"""Members of a story whose score is below the threshold, and what joined them all the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedup.cluster.decisions import SCORE_DIGITS, JoinedBelow
from dedup.cluster.event_split import Join, RewriteCluster
from dedup.cluster.rewrites import Telling
from dedup.config import StoryConfig
from dedup.match.story_score import probability
from dedup.models import PROBABILITY, Story


def joined_below(
    cluster: RewriteCluster, tellings: Sequence[Telling], story: Story, config: StoryConfig
) -> dict[int, JoinedBelow]:
    """Return why members are in a story whose score is below the threshold, by row.

    The pairs of two clusters are averaged, so that a telling may join by the others of its cluster.

    Args:
        cluster: The cluster.
        tellings: Those of its members, in their order, with their copies.
        story: Their story.
        config: The threshold.
    """
    low = {
        each.row
        for each in story.members[1:]
        if each.relation is not None
        and each.relation.score_kind == PROBABILITY
        and each.score is not None
        and round(each.score, SCORE_DIGITS) < config.threshold
    }
    if not low:
        return {}
    rows = [
        {each.row for each in (telling.representative, *telling.copies)} for telling in tellings
    ]
    members = cluster.members.tolist()
    home = next(k for k, each in enumerate(rows) if story.canonical.row in each)
    joins = cluster.joins_with(members[home])
    return {
        row: _cause(*joins[member], config.threshold)
        for member, of_telling in zip(members, rows, strict=True)
        for row in low & of_telling
    }


def _cause(join: Join, mean: float, threshold: float) -> JoinedBelow:
    """Return what joined a telling and the canonical; the mean is in log odds."""
    return JoinedBelow(threshold, None if join.is_forced else rounded_probability(mean))


def rounded_probability(odds: float) -> float:
    """Return log odds as a probability, as outputs have it."""
    return round(float(probability(np.array(odds))), SCORE_DIGITS)
