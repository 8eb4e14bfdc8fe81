"""All pairs inside loose groups to the odds that both documents tell one story."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from dedup.config import MatchConfig, StoryConfig
from dedup.kernels.array_types import Bools, Float64s, Int16s, Int64s, UInt8s
from dedup.match.similarity import PairScores, pairs_of
from dedup.match.story_score import (
    GROUP_FEATURES,
    MOST_ODDS,
    TEMPLATE_FEATURES,
    Model,
    pair_features,
)
from dedup.match.templates import from_template
from dedup.models import TermVectors

SECONDS_A_DAY = 86_400

FRESH_DAYS = 1.5
"""Outlets retell a wire story within a day or so; what comes later is often the next report."""

SAME_NIGHT_DAYS = 20 / 24
"""Two leads that are published within so many days do not name other days: of one night one says
Wednesday, the other early Thursday. Of 40 such pairs of dated news 36 were of one story."""

LEAST_OTHER_DAYS = 2
"""Documents of other days from which they say how alike the reports of an affair are: a single one
may be a late telling."""

MOST_AFFAIR_PENALTY = 1.6
"""Most log odds that a pair loses for its affair. Without a bound the few tellings of a report in a
long affair were split; with a bound of 0.8 the reports of one day of an affair chained."""


_NO_OTHER_DAY = list(GROUP_FEATURES).index("no_other_day")


@dataclass(frozen=True, slots=True)
class OddsParts:
    """What the log odds of pairs are made of.

    Attributes:
        features: pairs x features, in the order of
            :data:`dedup.match.story_score.GROUP_FEATURES`.
        affair: What each pair loses for its affair, see :func:`affair_penalty`.
        date: What it loses for the days between the two.
        bounded: Log odds by the features, less both, within ``MOST_ODDS``.
        far: Which pairs are further apart than the window.
        foreign: Which pairs are in two known languages.
        template: Which pairs are off one template.
        shared: Which pairs share some of their text word for word.
    """

    features: Float64s
    affair: Float64s
    date: Float64s
    bounded: Float64s
    far: Bools
    foreign: Bools
    template: Bools
    shared: Bools

    def odds(self) -> Float64s:
        """Return the log odds: the least there are for what is far, foreign or off a template."""
        return np.where(self.is_ruled_out, -MOST_ODDS, self.bounded)

    @property
    def is_ruled_out(self) -> Bools:
        """Which pairs are far, foreign or off a template, whatever a model says."""
        return self.far | self.foreign | self.template

    def scored_by(
        self, model: Model, left: Int64s, right: Int64s, documents: int, level: float
    ) -> OddsParts:
        """Return the parts with the scores of another model.

        Args:
            model: The other model.
            left: One document of each pair; they are all pairs inside some groups.
            right: The other.
            documents: How many documents there are.
            level: See :func:`affair_penalty`.
        """
        odds = model.odds(self.features)
        other_day = self.features[:, _NO_OTHER_DAY] == 0.0
        affair = affair_penalty(left, right, odds, other_day, documents, level)
        return replace(self, affair=affair, bounded=_bounded(odds - affair - self.date))


def loose_group_odds(
    vectors: TermVectors,
    moments: Float64s,
    lead_days: UInt8s,
    languages: Int16s,
    pair_scores: PairScores,
    model: Model,
    match: MatchConfig,
    story: StoryConfig,
) -> OddsParts:
    """Return what the log odds of pairs are made of.

    A pair that is far apart in time, in two known languages, or off one template has the least
    odds there are.

    Args:
        vectors: The documents.
        moments: Publication of each in seconds, NaN if unknown.
        lead_days: Weekdays that the lead of each names, a bit each.
        languages: Number of each document's language, -1 if unknown.
        pair_scores: What was measured on the pairs; ``left`` and ``right`` index the documents.
            They must be all pairs inside some groups.
        model: For the features.
        match: How many numbers two copies share at least.
        story: Window, penalties, and which share of the text makes one derived.
    """
    left, right = pair_scores.left, pair_scores.right
    features, other_day = group_features(vectors, moments, lead_days, left, right)
    odds = model.odds(features)
    affair = affair_penalty(left, right, odds, other_day, vectors.size, story.affair_odds)
    days = np.nan_to_num(days_apart(moments, left, right))
    date = story.date_penalty * np.maximum(0.0, days - FRESH_DAYS)
    known = (languages[left] >= 0) & (languages[right] >= 0)
    shared = pair_scores.max_containment() >= story.derived
    return OddsParts(
        features,
        affair,
        date,
        bounded=_bounded(odds - affair - date),
        far=days > story.window_days,
        foreign=known & (languages[left] != languages[right]),
        template=_off_templates(pair_scores, shared, features, match, story),
        shared=shared,
    )


def _bounded(odds: Float64s) -> Float64s:
    """Return log odds within ``MOST_ODDS``."""
    bounded: Float64s = np.clip(odds, -MOST_ODDS, MOST_ODDS)
    return bounded


def _off_templates(
    pair_scores: PairScores,
    shared: Bools,
    features: Float64s,
    match: MatchConfig,
    story: StoryConfig,
) -> Bools:
    """Return which pairs, of those that share some of their text, are off one template."""
    template = np.zeros(shared.size, np.bool_)
    close = np.flatnonzero(shared)
    for index, pair in zip(close.tolist(), pairs_of(pair_scores.pick(close)), strict=True):
        read = {name: float(features[index, column]) for name, column in TEMPLATE_FEATURES.items()}
        template[index] = from_template(pair, **read, match=match, story=story)
    return template


def days_apart(moments: Float64s, left: Int64s, right: Int64s) -> Float64s:
    """Return the days between the publications of pairs, NaN where one is unknown."""
    days: Float64s = np.abs(moments[left] - moments[right]) / SECONDS_A_DAY
    return days


def group_features(
    vectors: TermVectors, moments: Float64s, lead_days: UInt8s, left: Int64s, right: Int64s
) -> tuple[Float64s, Bools]:
    """Return the features of pairs inside loose groups, and which name other days.

    Args:
        vectors: The documents.
        moments: Publication of each in seconds, NaN if unknown.
        lead_days: Weekdays that the lead of each names, a bit each.
        left: One document of each pair.
        right: The other.

    Returns:
        pairs x features, in the order of :data:`dedup.match.story_score.GROUP_FEATURES`; and
        whether the leads name weekdays and none in common, and are not of one night.
    """
    texts = pair_features(vectors, vectors, left, right)
    same_day = (lead_days[left] & lead_days[right]) > 0
    other_day = (lead_days[left] > 0) & (lead_days[right] > 0) & ~same_day
    other_day &= ~(days_apart(moments, left, right) < SAME_NIGHT_DAYS)  # NaN is not less
    return np.column_stack([texts, ~other_day, same_day]), other_day


def affair_penalty(
    left: Int64s, right: Int64s, odds: Float64s, controls: Bools, documents: int, level: float
) -> Float64s:
    """Return what pairs lose because their documents are as much like reports of other days.

    Reports of one affair share its people, places and past on every day. How alike a document is
    to those of other days is what the affair alone makes it; the news of its own day must show
    beyond that.

    Args:
        left: One document of each pair; they are all pairs inside some loose groups.
        right: The other.
        odds: Log odds that both tell one story, by their texts and days.
        controls: Which pairs are of different days.
        documents: How many documents there are.
        level: Log odds that a document may have with those of other days, on the mean, without a
            penalty.

    Returns:
        For each pair by how much the mean log odds of its documents with those of other days
        exceed the level, the lower of the two, at most ``MOST_AFFAIR_PENALTY``; 0 where less than
        ``LEAST_OTHER_DAYS`` are known of one.
    """
    ends = np.concatenate([left[controls], right[controls]])
    counts = np.bincount(ends, minlength=documents)
    sums = np.bincount(ends, np.tile(odds[controls], 2), documents)
    known = counts >= LEAST_OTHER_DAYS
    excess = np.where(known, sums / np.maximum(counts, 1) - level, 0.0)
    lower = np.minimum(excess[left], excess[right])
    penalty: Float64s = np.clip(lower, 0.0, MOST_AFFAIR_PENALTY)
    return penalty
