"""Name the relation of a document to its canonical, or decide that they do not match."""

from __future__ import annotations

from dedup.config import MatchConfig, StoryConfig
from dedup.match.versions import Passages, same_article
from dedup.models import Facts, Pair, Relation


def relation(
    canonical: Facts, member: Facts, pair: Pair, passages: Passages, config: MatchConfig
) -> tuple[Relation, float] | None:
    """Return what ``member`` is to ``canonical`` and how much so, or None where they do not match.

    The first that holds: the same text; a version of the same outlet's article with another date;
    near; one contained in the other; a version with the same date or none. Near and contained
    texts whose numbers differ are no copies.

    Args:
        canonical: The document that stays.
        member: The other.
        pair: What was measured, seen from ``member``.
        passages: See :func:`dedup.match.versions.same_article`.
        config: The thresholds.

    Returns:
        The relation and its score in [0, 1].
    """
    if pair.same:
        return Relation.EXACT, 1.0
    containment = max(pair.contained, pair.contains)
    version = same_article(canonical, member, pair, passages, config)
    moments = canonical.moment, member.moment
    if version and None not in moments and member.moment != canonical.moment:
        return Relation.UPDATE, max(pair.jaccard, containment)
    if pair.numbers >= config.shared_numbers:
        if pair.jaccard >= config.near:
            return Relation.NEAR, pair.jaccard
        if containment >= config.contained:
            longer = member.shingles > canonical.shingles
            return (Relation.EXPANDED if longer else Relation.ABRIDGED), containment
    return (Relation.UPDATE, max(pair.jaccard, containment)) if version else None


def retelling(pair: Pair, chance: float, config: StoryConfig) -> tuple[Relation, float]:
    """Return what a member that is no copy of its canonical is to it, and the story score.

    Args:
        pair: What was measured on the two.
        chance: How likely both tell one story.
        config: How much of a text is word for word the same in a derived one.
    """
    shared = max(pair.contained, pair.contains) >= config.derived
    return (Relation.DERIVED if shared else Relation.REWRITE), chance
