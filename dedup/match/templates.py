"""Tell two articles made off one template from two that tell one story."""

from __future__ import annotations

from dedup.config import MatchConfig, StoryConfig
from dedup.models import Pair

LEAST_NAMES = 0.1
"""Cosine of the names of two texts under which they are about others. Of 1,330 pairs of labelled
news that share a fifth of their words or more and tell one story, 14 come under it."""

NUMBERS_RATIO = 1.1
"""What weighted containment may be of the plain one where most numbers differ, too."""


def from_template(
    pair: Pair, *, containment: float, names: float, match: MatchConfig, story: StoryConfig
) -> bool:
    """Return whether two texts are the same words with other numbers, places or names.

    Who rewrites an article keeps its names and numbers first, and runs of its words last: what is
    rare is shared more than what is common. A template has it the other way round. Of the same
    1,330 pairs 12 share less of what is rare.

    Args:
        pair: What was measured on the texts.
        containment: Weighted share of the lighter text's terms that the other holds.
        names: Cosine of their names.
        match: How many numbers two copies share at least.
        story: From what containment on the question is asked.
    """
    shared = max(pair.contained, pair.contains)
    if pair.same or shared < story.derived:
        return False
    other_numbers = pair.numbers < match.shared_numbers
    if shared >= match.contained:
        return other_numbers
    ratio = NUMBERS_RATIO if other_numbers else 1.0
    return containment < ratio * shared or names < LEAST_NAMES
