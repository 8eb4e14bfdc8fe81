"""Separate two texts made off one template from two that tell one story."""

from __future__ import annotations

from dedup.config import MatchConfig, StoryConfig
from dedup.models import Pair

RARE_RATIO = 1.0
"""What weighted containment is of the plain one at least in two texts that tell one story. Of 1,814
pairs of labelled news that do and share a fifth of their words or more, 35 are below it; of pairs
off nine templates of our own, 49 of 54."""

NUMBERS_RATIO = 1.1
"""The same where most numbers differ, too."""

NAMES_RATIO = 1.2
"""The same where the two texts have next to no names in common: they are about others."""

LEAST_NAMES = 0.05
"""Cosine of the names of two texts below which they have next to none in common."""

LEAST_SUBJECT = 0.1
"""Share of the headline, and of the names of the lead, below which the other text says nothing of
them. Of the same 1,814 pairs none is below 0.15 in both."""


def from_template(
    pair: Pair,
    *,
    containment: float,
    names: float,
    headline: float,
    lead_names: float,
    match: MatchConfig,
    story: StoryConfig,
) -> bool:
    """Return whether two texts are the same words about other things.

    They have other numbers, places or names, or share a passage that is the news of neither.

    A rewritten article keeps its names and numbers, and loses runs of common words: it shares more
    of what is rare than of what is common. A template is the opposite.

    Args:
        pair: What was measured on the texts.
        containment: Weighted share of the lighter text's terms that are also in the other.
        names: Cosine of their names.
        headline: Weighted share of the terms of the headline that the other has, mean of both.
        lead_names: The same of the names of the lead.
        match: How many numbers two copies share at least.
        story: The containment from which two texts can come from a template.
    """
    shared = max(pair.contained, pair.contains)
    if pair.same or shared < story.derived:
        return False
    other_numbers = pair.numbers < match.shared_numbers
    if shared >= match.contained:
        return other_numbers
    if headline < LEAST_SUBJECT and lead_names < LEAST_SUBJECT:
        return True
    ratio = NUMBERS_RATIO if other_numbers else RARE_RATIO
    if names < LEAST_NAMES:
        ratio = NAMES_RATIO
    return containment < ratio * shared
