"""Tell two versions of one outlet's article from two articles of one outlet."""

from __future__ import annotations

from collections.abc import Callable

from dedup.config import MatchConfig
from dedup.models import Facts, Pair

SECONDS_A_DAY = 86_400

TITLE_JACCARD = 0.6
"""Share of title words in common from which two titles are one headline, edited."""

Passages = Callable[[int, int], float]
"""Gives the share of what two texts share that stands in whole passages, by their twins."""


def same_article(
    one: Facts, other: Facts, pair: Pair, passages: Passages, config: MatchConfig
) -> bool:
    """Return whether two documents are versions of one article of one outlet.

    They must come from one host, within ``config.update_days``, under one address or one headline,
    with enough common text, most of it in whole passages. Numbers do not matter: an update is often
    nothing but new ones. Exact copies are not versions.

    Args:
        one: First document.
        other: Second document.
        pair: What was measured on them.
        passages: Asked only when all else holds.
        config: The limits.
    """
    if pair.same or one.host is None or one.host != other.host:
        return False
    if max(pair.contained, pair.contains) < config.update_containment:
        return False
    if one.moment is not None and other.moment is not None:
        days = abs(one.moment - other.moment) / SECONDS_A_DAY
        if days > config.update_days:
            return False
    same_headline = title_jaccard(one.title, other.title) >= TITLE_JACCARD
    if not same_headline and not _same_page(one.page, other.page):
        return False
    return passages(one.text_id, other.text_id) >= config.update_passages


def _same_page(one: str | None, other: str | None) -> bool:
    """Return whether two addresses are one, a parameter that only one of them has left aside.

    >>> _same_page("a.com/x?rev=2", "a.com/x"), _same_page("a.com/n?id=2", "a.com/n?id=3")
    (True, False)
    """
    if one is None or other is None:
        return False
    path, _, query = one.partition("?")
    other_path, _, other_query = other.partition("?")
    return path == other_path and (query == other_query or not query or not other_query)


def title_jaccard(one: str | None, other: str | None) -> float:
    """Return the Jaccard of the words of two titles, 0 where one is unknown.

    >>> title_jaccard("Dockers end strike", "Dockers end long strike")
    0.75
    """
    if not one or not other:
        return 0.0
    a, b = set(one.casefold().split()), set(other.casefold().split())
    return len(a & b) / len(a | b) if a | b else 0.0
