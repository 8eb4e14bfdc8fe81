"""All pairs inside loose groups to the odds that both documents tell one story."""

from __future__ import annotations

import numpy as np

from dedup.config import MatchConfig, StoryConfig
from dedup.kernels.array_types import Bools, Float64s, Int16s
from dedup.match.similarity import PairScores, pairs_of
from dedup.match.story_score import CONTAINMENT, MOST_ODDS, NAMES, Model, pair_features
from dedup.match.templates import from_template
from dedup.models import TermVectors

SECONDS_A_DAY = 86_400

FRESH_DAYS = 1.5
"""Outlets retell a wire story within a day or so; what comes later is often the next report."""


def loose_group_odds(
    vectors: TermVectors,
    moments: Float64s,
    languages: Int16s,
    pair_scores: PairScores,
    model: Model,
    match: MatchConfig,
    story: StoryConfig,
) -> tuple[Float64s, Bools]:
    """Return the log odds of pairs, and whether they share some of their text word for word.

    A pair that is far apart in time, in two known languages, or off one template has the least
    odds there are.

    Args:
        vectors: The documents.
        moments: Publication of each in seconds, NaN if unknown.
        languages: Number of each document's language, -1 if unknown.
        pair_scores: What was measured on the pairs; ``left`` and ``right`` index the documents.
        model: For the features.
        match: How many numbers two copies share at least.
        story: Window, date penalty, and which share of the text makes one derived.
    """
    left, right = pair_scores.left, pair_scores.right
    features = pair_features(vectors, vectors, left, right)
    odds = model.odds(features)
    days = np.nan_to_num(np.abs(moments[left] - moments[right]) / SECONDS_A_DAY)
    odds -= story.date_penalty * np.maximum(0.0, days - FRESH_DAYS)
    known = (languages[left] >= 0) & (languages[right] >= 0)
    odds[(days > story.window_days) | (known & (languages[left] != languages[right]))] = -MOST_ODDS
    shared = pair_scores.max_containment() >= story.derived
    close = np.flatnonzero(shared)
    for index, pair in zip(close.tolist(), pairs_of(pair_scores.pick(close)), strict=True):
        containment, names = features[index, CONTAINMENT], features[index, NAMES]
        if from_template(pair, containment=containment, names=names, match=match, story=story):
            odds[index] = -MOST_ODDS
    return odds, shared
