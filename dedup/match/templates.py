"""Tell two articles made off one template from two that tell one story."""

from __future__ import annotations

from dedup.config import MatchConfig, StoryConfig
from dedup.match.versions import Passages
from dedup.models import Pair


def from_template(
    one: int,
    other: int,
    pair: Pair,
    passages: Passages,
    match: MatchConfig,
    story: StoryConfig,
) -> bool:
    """Return whether two texts are the same words with other numbers, places or names.

    Who rewrites an article keeps whole sentences of it, or hardly a run of words. A template leaves
    many runs, each as long as the way to its next blank; and what stands in the blanks differs.

    Args:
        one: The one text, by its twin.
        other: The other.
        pair: What was measured on them.
        passages: Share of what they share that stands in runs of a sentence.
        match: How many numbers two copies share at least.
        story: From what containment on the question is asked.
    """
    if pair.same or max(pair.contained, pair.contains) < story.derived:
        return False
    if pair.numbers >= match.shared_numbers:
        return False
    return passages(one, other) < story.template_passages
