"""Which setting is recommended, by cases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.tune.estimates import Estimate, Interval
from dedup.tune.recommendation import best_f1, best_of_aim, bolder, sentence_of
from dedup.tune.replay_settings import Setting
from dedup.tune.tune_run import TunedSetting


def tuned(
    threshold, precision, recall, *, lost=0.0, unseen=0.0, window=4.0, current=False, width=0.02
):
    """A setting with intervals that are so wide to either side, and documents that may be lost."""
    shares = [
        Interval(each, max(0.0, each - width), min(1.0, each + width))
        for each in (precision, recall)
    ]
    lost = Interval(lost, lost, lost + unseen)
    return TunedSetting(Setting(threshold, window), current, 100, 50, Estimate(*shares, lost))


def sure(_):
    return Interval(0.05, 0.01, 0.09)


def unsure(_):
    return Interval(0.05, -0.01, 0.09)


RUN = tuned(0.2, 0.9, 0.8, lost=4.0, current=True)
BETTER = tuned(0.3, 0.95, 0.8, lost=3.0)
BOLD = tuned(0.1, 0.9, 0.95, lost=9.0)
UNSEEN = tuned(0.1, 0.9, 0.95, lost=4.0, unseen=1.0)
WORSE = tuned(0.6, 0.99, 0.3)


@pytest.mark.parametrize(
    ("settings", "gain", "expected"),
    [
        ([RUN], sure, RUN),
        ([RUN, BETTER, WORSE], sure, BETTER),
        ([RUN, BETTER, WORSE], unsure, RUN),
        ([BOLD, RUN, BETTER], sure, BETTER),
        ([BOLD, RUN, WORSE], sure, RUN),
        ([UNSEEN, RUN, WORSE], sure, RUN),
    ],
)
def test_the_best_f1_is_taken_where_it_is_sure_and_cannot_lose_more(settings, gain, expected):
    assert best_f1(settings, gain) is expected


def test_a_setting_with_a_better_f1_that_loses_more_is_named():
    assert bolder([BOLD, RUN, WORSE], RUN, sure) is BOLD
    assert bolder([UNSEEN, RUN, WORSE], RUN, sure) is UNSEEN
    assert bolder([BOLD, RUN, WORSE], RUN, unsure) is None
    assert bolder([RUN, BETTER], BETTER, sure) is None
    sentence = sentence_of([BOLD, RUN], RUN, None, uses_fitted=False, bolder=BOLD)
    assert "Threshold 0.1 with a window of 4 days has a better F1, 0.924 against 0.847" in sentence
    assert sentence.endswith("in doubt, both stay.")


@pytest.mark.parametrize(
    ("settings", "aim", "expected"),
    [
        ([RUN, BETTER, WORSE, BOLD], 0.85, BOLD),
        ([RUN, BETTER, WORSE, BOLD], 0.92, BETTER),
        ([RUN, BETTER, WORSE, BOLD], 0.95, WORSE),
        ([RUN, BETTER, WORSE, BOLD], 0.98, None),
    ],
)
def test_of_those_whose_interval_begins_at_the_aim_the_one_that_finds_most_is_taken(
    settings, aim, expected
):
    assert best_of_aim(settings, aim) is expected


EQUAL = [tuned(each, 0.9, 0.8, window=days) for each in (0.1, 0.3, 0.5) for days in (1.0, 4.0)]


def test_of_equal_settings_the_current_one_is_taken_then_the_highest_threshold():
    assert best_of_aim([*EQUAL, RUN], 0.5) is RUN
    assert best_of_aim(EQUAL, 0.5).setting == Setting(0.5, 4.0)
    assert best_f1([*EQUAL, RUN], sure) is RUN


shares, documents = st.floats(0.0, 1.0), st.floats(0, 20)
some = st.lists(
    st.builds(tuned, st.floats(0.1, 0.9), shares, shares, lost=documents, unseen=documents),
    max_size=8,
)


@given(some, shares)
def test_what_is_recommended_keeps_what_was_asked_for(others, aim):
    settings = [*others, RUN]
    found = best_of_aim(settings, aim)
    reaching = [each for each in settings if each.estimate.precision.low >= aim]
    assert (found is None) == (not reaching)
    for each in reaching:
        assert each.estimate.recall.value <= found.estimate.recall.value + 1e-9
    lost = best_f1(settings, sure).estimate.lost
    assert lost.value <= RUN.estimate.lost.value
    assert lost.high <= RUN.estimate.lost.high
    assert best_f1(settings, unsure) is RUN


def test_an_aim_that_none_reaches_names_the_nearest_one():
    sentence = sentence_of([RUN, WORSE], None, 0.99, uses_fitted=False, bolder=None)
    assert sentence.startswith(
        "No setting has a precision of 0.99 with confidence. The best lower end of an interval is "
        "0.970, of threshold 0.6 with a window of 4 days. Draw and judge more pairs"
    )


@pytest.mark.parametrize(
    ("unanswered", "step"),
    [(0, "Draw and judge more pairs with dedup label"), (140, "Answer the other 140 drawn pairs")],
)
def test_a_run_that_stays_names_what_looks_better_and_how_to_know(unanswered, step):
    looks = tuned(0.2, 0.9, 0.9, lost=3.0, window=1.0)
    sentence = sentence_of(
        [looks, RUN], RUN, None, uses_fitted=False, bolder=None, unanswered=unanswered
    )
    assert sentence.startswith("Threshold 0.2 with a window of 4 days stays: none is shown to be")
    assert (
        "Threshold 0.2 with a window of 1 day looks better, but these answers do not show it: its "
        f"estimated F1 is 0.900 against 0.847, and it loses 3 documents against 4. {step}"
    ) in sentence
    assert "recommended" not in sentence


def test_a_run_that_has_the_best_f1_stays_and_nothing_else_is_named():
    sentence = sentence_of([RUN, WORSE], RUN, None, uses_fitted=False, bolder=None)
    assert "looks better" not in sentence
