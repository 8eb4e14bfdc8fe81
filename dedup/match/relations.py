"""Name what one document is to another, or say that they do not match."""

from __future__ import annotations

from dedup.config import MatchConfig
from dedup.match.versions import same_article
from dedup.models import Facts, Pair, Relation


def relation(
    canonical: Facts, member: Facts, pair: Pair, config: MatchConfig
) -> tuple[Relation, float] | None:
    """Return what ``member`` is to ``canonical`` and how much so, or None where they do not match.

    The first that holds: the same text; another version of the same outlet's article; near; one contained
    in the other. Pairs whose numbers differ are none of these, unless the texts are the same.

    Args:
        canonical: The document that stays.
        member: The other.
        pair: What was measured, seen from ``member``.
        config: The thresholds.

    Returns:
        The relation and its score in [0, 1].
    """
    if pair.same:
        return Relation.EXACT, 1.0
    if pair.numbers < config.shared_numbers:
        return None
    containment = max(pair.contained, pair.contains)
    if _is_later(canonical, member) and same_article(canonical, member, pair, config):
        return Relation.UPDATE, max(pair.jaccard, containment)
    if pair.jaccard >= config.near:
        return Relation.NEAR, pair.jaccard
    if containment >= config.contained:
        longer = member.shingles > canonical.shingles
        return (Relation.EXPANDED if longer else Relation.ABRIDGED), containment
    if same_article(canonical, member, pair, config):
        return Relation.UPDATE, max(pair.jaccard, containment)
    return None


def _is_later(canonical: Facts, member: Facts) -> bool:
    """Return whether the member is known to be published after the canonical."""
    if canonical.moment is None or member.moment is None:
        return False
    return member.moment > canonical.moment
