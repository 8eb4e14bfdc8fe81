"""Find the versions of one article of one outlet among the pairs that are no copies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from dedup.config import MatchConfig
from dedup.kernels.array_types import Bools
from dedup.match.similarity import PairScores, pairs_of
from dedup.models import SECONDS_A_DAY, Facts, Pair, same_page

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
        return False  # as of most pairs
    if max(pair.contained, pair.contains) < config.update_containment:
        return False
    if one.moment is not None and other.moment is not None:
        days = abs(one.moment - other.moment) / SECONDS_A_DAY
        if days > config.update_days:
            return False
    return same_page(one, other) and passages(one.text_id, other.text_id) >= config.update_passages
