"""Separate two texts made off one template from two that tell one story."""

from __future__ import annotations

from dedup.config import MatchConfig, StoryConfig
from dedup.models import Pair

LEAST_NAMES = 0.1
"""Cosine of the names of two texts below which they are about others. Of 1,330 pairs of labelled
news that share a fifth of their words or more and tell one story, 14 are below it."""

NUMBERS_RATIO = 1.1
"""What weighted containment may be of the plain one where most numbers differ, too."""


def from_template(
    pair: Pair, *, containment: float, names: float, match: MatchConfig, story: StoryConfig
) -> bool:
    """Return whether two texts are the same words with other numbers, places or names.

    A rewritten article keeps its names and numbers, and loses runs of common words: it shares more
    of what is rare than of what is common. A template is the opposite. Of the same 1,330 pairs 12
    share less of what is rare.

    Args:
        pair: What was measured on the texts.
        containment: Weighted share of the lighter text's terms that are also in the other.
        names: Cosine of their names.
        match: How many numbers two copies share at least.
        story: The containment from which two texts can come from a template.
    """
    shared = max(pair.contained, pair.contains)
    if pair.same or shared < story.derived:
        return False
    other_numbers = pair.numbers < match.shared_numbers
    if shared >= match.contained:
        return other_numbers
    ratio = NUMBERS_RATIO if other_numbers else 1.0
    return containment < ratio * shared or names < LEAST_NAMES
