"""Odds of all pairs of loose groups: those of the features, less what dates and languages say."""

import numpy as np
import pytest

from dedup.config import MatchConfig, StoryConfig
from dedup.match.loose_group_odds import FRESH_DAYS, loose_group_odds
from dedup.match.similarity import PairScores
from dedup.match.story_score import MOST_ODDS, Model, pair_features
from dedup.signatures.term_weights import count_terms, vectorize
from dedup.signatures.terms import terms

DAY = 86_400.0
STORY, MATCH = StoryConfig(), MatchConfig()
MODEL = Model(-1.0, (1.0, 0.5, 2.0, 1.0, 1.0))

TEXTS = [
    "The ferry Ocean Star ran aground off Port Elwood on Monday. Nobody was hurt, police said.",
    "Off Port Elwood the ferry Ocean Star hit a rock. Police said that all were safe.",
]


def vectors_of(texts):
    tokens = terms(texts)
    return vectorize(*tokens, [None] * len(texts), count_terms([tokens]))[0]


def odds_of(*, days=(0.0, 0.0), languages=(-1, -1), contained=0.0, numbers=1.0, texts=TEXTS):
    """Log odds of the one pair of two texts, and whether they share words."""
    scores = (np.array([value]) for value in (contained, contained, contained, numbers))
    pair = PairScores(np.array([0]), np.array([1]), *scores)
    arrays = np.array(days) * DAY, np.array(languages, np.int16)
    odds, shared = loose_group_odds(vectors_of(texts), *arrays, pair, MODEL, MATCH, STORY)
    return float(odds[0]), bool(shared[0])


PLAIN = float(
    MODEL.odds(pair_features(vectors_of(TEXTS), vectors_of(TEXTS), np.array([0]), np.array([1])))[0]
)


@pytest.mark.parametrize("days", [(0, 0), (0, FRESH_DAYS), (np.nan, 0), (np.nan, np.nan)])
@pytest.mark.parametrize("languages", [(0, 0), (-1, 0), (0, -1), (-1, -1)])
def test_near_or_undated_documents_have_the_odds_of_their_features(days, languages):
    assert -MOST_ODDS < PLAIN < MOST_ODDS
    assert odds_of(days=days, languages=languages) == (PLAIN, False)


def test_each_day_over_the_first_costs_the_date_penalty():
    late = odds_of(days=(FRESH_DAYS + 1, 0))[0]
    assert late == pytest.approx(PLAIN - STORY.date_penalty)
    assert odds_of(days=(0, FRESH_DAYS + 1))[0] == late


@pytest.mark.parametrize(
    "given",
    [{"days": (0, STORY.window_days + 0.1)}, {"languages": (0, 1)}],
    ids=["out of the window", "two languages"],
)
def test_pairs_that_cannot_tell_one_story_have_the_least_odds(given):
    assert odds_of(**given)[0] == -MOST_ODDS


@pytest.mark.parametrize(
    ("contained", "shared"), [(STORY.derived, True), (np.nextafter(STORY.derived, 0), False)]
)
def test_pairs_share_words_from_the_share_of_a_derived_text(contained, shared):
    assert odds_of(contained=contained)[1] == shared


def test_two_texts_off_one_template_have_the_least_odds_and_share_words():
    """The same words with other numbers."""
    assert odds_of(contained=0.9, numbers=0.0) == (-MOST_ODDS, True)
    assert odds_of(contained=0.9, numbers=1.0) == (PLAIN, True)
