"""What the score of two tellings is made of."""

from __future__ import annotations

import pytest
from runs import dated_article, text_of

from dedup.explain.rewrites.rewrite_evidence import rewrite_evidence
from dedup.match.loose_group_odds import FRESH_DAYS
from dedup.match.story_score import GROUP_FEATURES, MOST_ODDS
from dedup.run.run_settings import scorer_of

PARTS = ("intercept", *GROUP_FEATURES, "affair", "date", "bound")


def evidence(run, first=0, second=1):
    """The evidence on a pair, and its contributions by name."""
    found = rewrite_evidence(run, first, second)
    return found, {each.name: each for each in found.contributions}


def test_each_feature_counts_its_value_times_its_weight(opened):
    run = opened([dated_article("a", text_of(1)), dated_article("b", text_of(2))])

    found, parts = evidence(run)

    assert tuple(parts) == PARTS
    model = scorer_of(run.store).group
    assert parts["intercept"].log_odds == model.intercept
    for name, weight in zip(GROUP_FEATURES, model.weights, strict=True):
        assert parts[name].weight == weight
        assert parts[name].log_odds == weight * parts[name].value
    assert (found.group_size, found.join, found.exact) == (None, None, True)
    assert "in none together" in parts["affair"].meaning


def test_days_cost_beyond_a_day_and_a_half(opened):
    records = [dated_article("a", text_of(1), day=2), dated_article("b", text_of(2), day=5)]

    _, parts = evidence(opened(records))

    assert parts["date"].value == pytest.approx(3.0)
    assert parts["date"].log_odds == pytest.approx(-0.5 * (3.0 - FRESH_DAYS))
    assert "window" not in parts


def test_days_are_unknown_without_a_date(opened):
    records = [dated_article("a", text_of(1)), dated_article("b", text_of(2), date=None)]

    _, parts = evidence(opened(records))

    assert (parts["date"].value, parts["date"].log_odds) == (None, 0.0)


def test_beyond_the_window_the_odds_are_the_least_there_are(opened):
    records = [dated_article("a", text_of(1), day=2), dated_article("b", text_of(2), day=9)]

    found, parts = evidence(opened(records))

    before = sum(each.log_odds for name, each in parts.items() if name != "window")
    assert parts["window"].value == pytest.approx(7.0)
    assert parts["window"].log_odds == pytest.approx(-MOST_ODDS - before)
    assert found.log_odds == -MOST_ODDS


def test_of_two_bars_the_first_takes_what_is_left_and_the_next_takes_nothing(opened):
    german = "Der Zug nach Lindau ist am Abend auf offener Strecke stehen geblieben. " * 4
    english = "The train to the lake stopped in the open country late in the evening. " * 4
    records = [
        dated_article("a", german, day=2, language="de"),
        dated_article("b", english, day=9, language="en"),
    ]

    found, parts = evidence(opened(records))

    assert parts["language"].log_odds == 0.0
    assert sum(each.log_odds for each in parts.values()) == pytest.approx(-MOST_ODDS, abs=1e-9)
    assert found.log_odds == -MOST_ODDS
