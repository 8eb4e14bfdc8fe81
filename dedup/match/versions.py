"""Find the versions of one article of one outlet among the pairs that are no copies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from dedup.config import MatchConfig
from dedup.kernels.array_types import Bools
from dedup.match.similarity import PairScores, pairs_of
from dedup.models import Facts, Pair

SECONDS_A_DAY = 86_400

TITLE_JACCARD = 0.6
"""Share of title words in common from which two titles are one headline, edited."""

Passages = Callable[[int, int], float]
"""Returns which share of the common shingles of two texts, given by ``text_id``, is in passages."""


def versions(
    pair_scores: PairScores,
    documents: Mapping[int, Sequence[Facts]],
    passages: Passages,
    config: MatchConfig,
) -> Bools:
    """Return which pairs of texts are versions of one article: those of any two documents are.

    Args:
        pair_scores: Measured pairs; ``left`` and ``right`` are values of ``text_id``.
        documents: For each text the documents that have it.
        passages: See :func:`same_article`.
        config: The limits.
    """
    ends = pair_scores.left.tolist(), pair_scores.right.tolist()
    found = [
        any(
            same_article(one, other, pair, passages, config)
            for one in documents[left]
            for other in documents[right]
        )
        for left, right, pair in zip(*ends, pairs_of(pair_scores), strict=True)
    ]
    return np.array(found, np.bool_)


def same_article(
    one: Facts, other: Facts, pair: Pair, passages: Passages, config: MatchConfig
) -> bool:
    """Return whether two documents are versions of one article of one outlet.

    They must come from one host, within ``config.update_days``, under one URL or one headline,
    with enough common text, most of it in whole passages. Numbers do not matter: an update is often
    nothing but new ones. Exact copies are not versions.

    Args:
        one: First document.
        other: Second document.
        pair: What was measured on them.
        passages: Is called only when all other conditions hold.
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
    """Return whether two URLs are the same page; a query that only one of them has is ignored.

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
