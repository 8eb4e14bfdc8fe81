"""Tell two versions of one outlet's article from two articles of one outlet."""

from __future__ import annotations

from dedup.config import MatchConfig
from dedup.models import Facts, Pair

SECONDS_A_DAY = 86_400

TITLE_JACCARD = 0.6
"""Share of title words in common from which two titles are one headline, edited."""


def same_article(one: Facts, other: Facts, pair: Pair, config: MatchConfig) -> bool:
    """Return whether two documents are versions of one article of one outlet.

    They must come from one host, within ``config.update_days``, with enough common text and common numbers,
    and under one address or one headline. Exact copies are not versions.

    Args:
        one: First document.
        other: Second document.
        pair: What was measured on them.
        config: The limits.
    """
    if pair.same or one.host is None or one.host != other.host:
        return False
    if pair.numbers < config.shared_numbers:
        return False
    if max(pair.contained, pair.contains) < config.update_containment:
        return False
    if one.moment is not None and other.moment is not None:
        days = abs(one.moment - other.moment) / SECONDS_A_DAY
        if days > config.update_days:
            return False
    same_page = one.page is not None and one.page == other.page
    return same_page or title_jaccard(one.title, other.title) >= TITLE_JACCARD


def title_jaccard(one: str | None, other: str | None) -> float:
    """Return the Jaccard of the words of two titles, 0 where one is unknown.

    >>> title_jaccard("Dockers end strike", "Dockers end long strike")
    0.75
    """
    if not one or not other:
        return 0.0
    a, b = set(one.casefold().split()), set(other.casefold().split())
    return len(a & b) / len(a | b) if a | b else 0.0
