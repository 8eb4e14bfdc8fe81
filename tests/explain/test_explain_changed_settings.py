"""The settings that an explanation names would change the decision, and no nearer ones would."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from explained_runs import documents_of, in_one_story, last_groups, pairs_near
from hypothesis import given
from hypothesis import strategies as st
from runs import dated_article, text_of

from dedup.cluster.event_split import split_events
from dedup.config import StoryConfig
from dedup.explain.changed_settings import changed_settings, other_elections
from dedup.explain.evidence import ElectionStep
from dedup.explain.explain_pair import explain_pair
from dedup.explain.open_run import open_run
from dedup.explain.rewrites.loose_group_replay import replay
from dedup.explain.rewrites.rewrite_evidence import PairReplay, replay_pair


def labels_at(group, threshold):
    """The clusters of a group that is joined anew at a threshold."""
    labels = np.arange(group.size)
    for join in group.joins_at(replace(group.config, threshold=threshold)):
        labels[labels == join.right] = join.left
    return labels


def check_thresholds(run, seed=5):
    """Check the thresholds named for some pairs of each group; return how many were checked."""
    rng, checked = random.Random(seed), 0
    for first in last_groups(run, documents_of(run)):
        group = replay(run, first)
        for _ in range(2):
            pair = PairReplay(group, *rng.sample(range(group.size), 2), ())
            for setting in changed_settings(run, pair, together=pair.joined):
                if setting.option == "--threshold":
                    check_threshold(pair, setting)
                    checked += 1
    return checked


def check_threshold(pair, setting):
    """The value changes the decision, and one of a unit in its last digit less does not."""
    nearer = setting.value + (1e-4 if setting.together else -1e-4)
    for value, together in ((setting.value, setting.together), (nearer, not setting.together)):
        if 0.1 <= value <= 0.99:
            labels = labels_at(pair.group, value)
            assert (labels[pair.one] == labels[pair.other]) == together


def test_thresholds_of_the_samples_change_the_decision(samples_run):
    with open_run(samples_run) as run:
        assert check_thresholds(run) > 5


@pytest.mark.slow
def test_thresholds_of_labelled_news_change_the_decision(dev_run):
    with open_run(dev_run) as run:
        assert check_thresholds(run) > 200


@pytest.mark.slow
def test_thresholds_of_a_second_dump_change_the_decision(two_dumps):
    out, store = two_dumps
    with open_run(out, store=store) as run:
        assert check_thresholds(run) > 50


@st.composite
def loose_groups(draw):
    """Log odds, terms and weights of a group, and a label for what must be linked."""
    count = draw(st.integers(2, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    upper = np.triu(rng.normal(draw(st.sampled_from([-1, 0, 2])), 2.5, (count, count)), 1)
    terms = [np.flatnonzero(rng.random(40) < 0.4).astype(np.uint32) for _ in range(count)]
    weights = rng.random(40).astype(np.float32)
    must_link = np.arange(count)
    if draw(st.booleans()):
        must_link = rng.integers(0, count, count)
    return upper + upper.T, terms, [weights[each] for each in terms], must_link


@given(loose_groups(), st.floats(0.0, 4.0), st.floats(0.0, 4.0))
def test_the_joins_at_a_threshold_are_the_first_ones_of_those_at_a_lower_one(group, low, more):
    odds, terms, weights, must_link = group
    story = StoryConfig()
    penalties = {
        "contrast_weight": story.contrast_weight,
        "singleton_penalty": story.singleton_penalty,
        "size_penalty": story.size_penalty,
        "must_link": must_link,
    }
    lower, higher = (
        split_events(odds - threshold, terms, weights, **penalties)
        for threshold in (low, low + more)
    )
    linked = odds.shape[0] - len(set(must_link.tolist()))
    free, fewer = lower[linked:], higher[linked:]
    assert [(each.left, each.right) for each in fewer] == [
        (each.left, each.right) for each in free[: len(fewer)]
    ]
    assert [each.odds for each in fewer] == pytest.approx(
        [each.odds - more for each in free[: len(fewer)]], abs=1e-9
    )
    if len(free) > len(fewer):  # the next one would be worth less than nothing
        assert free[len(fewer)].odds - more < 1e-9


def test_a_wider_window_is_named_with_the_least_days(opened):
    records = [dated_article("a", text_of(1), day=2), dated_article("b", text_of(2), day=9)]

    found = explain_pair(opened(records), 0, 1)

    assert found.causes == ("window", "not-compared")
    assert [(each.option, each.value, each.certain) for each in found.settings] == [
        ("--window", 7.0, False)
    ]


def test_documents_in_two_languages_are_not_said_to_need_a_wider_window(samples_run):
    with open_run(samples_run) as run:
        documents = documents_of(run)
        first = next(row for row, each in documents.items() if each.language == "en")
        others = [row for row, each in documents.items() if each.language == "zh"]
        for other in others:
            found = explain_pair(run, first, other)
            assert "language" in found.causes
            assert not any(each.option == "--window" for each in found.settings)
    assert others


def test_a_rule_that_elects_the_other_document_is_named(opened):
    text = text_of(1)
    records = [dated_article("a", text, day=2), dated_article("b", text, day=3)]

    found = explain_pair(opened(records), 0, 1)

    (setting,) = found.settings
    assert (setting.option, setting.value) == ("--canonical", "latest")
    assert (setting.together, setting.certain) == (True, False)
    assert opened(records, "--canonical", "latest").store.lookups.representative(0) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [(text_of(2), ["--level"]), ("Too short to be compared.", [])],
    ids=["long", "short"],
)
def test_only_what_can_be_compared_is_said_to_need_another_level(text, expected, opened):
    records = [dated_article("a", text_of(1)), dated_article("b", text)]

    found = explain_pair(opened(records, "--level", "copies"), 0, 1)

    assert found.causes == ("level",)
    assert [each.option for each in found.settings] == expected


def test_no_rule_is_named_where_an_earlier_dump_elected(opened):
    records = [dated_article("a", text_of(1), day=2), dated_article("b", text_of(1), day=3)]
    run = opened(records)
    for rule in ("kept", "whole", "handed-on"):
        election = [ElectionStep(rule, "stays", "is better", True)]
        assert other_elections(run, 0, 1, election) == ()


def test_a_rejected_document_has_no_settings(copies_run):
    with open_run(copies_run.path) as run:
        documents = documents_of(run)
        rejected = next(row for row, each in documents.items() if each.status == "rejected")
        unique = next(row for row, each in documents.items() if each.status == "unique")
        found = explain_pair(run, rejected, unique)
    assert (found.causes, found.settings) == (("rejected",), ())


# --- verified by regroup -------------------------------------------------------------------------


def named_thresholds(run, documents, count, seed=7):
    """Pairs of one loose group each, and the threshold that an explanation names for it."""
    named = {}
    for pair in pairs_near(run, documents, 20 * count, seed):
        replayed = replay_pair(run, *pair)
        if replayed is not None and len(named) < count:
            for setting in changed_settings(run, replayed, together=replayed.joined):
                if setting.option == "--threshold":
                    named[pair] = setting
    return named


def check_by_regroup(run, folder, pairs, regroups):
    """Decide again at some of the named thresholds, and compare every pair; return how many."""
    named = named_thresholds(run, documents_of(run), pairs)
    values = sorted({setting.value for setting in named.values()})
    for value in values[:: max(1, len(values) // regroups)]:
        with run.regroup(folder / "again", threshold=value, overwrite=True) as again:
            documents = documents_of(again)
        for pair, setting in named.items():
            joined = value <= setting.value if setting.together else value < setting.value
            assert in_one_story(documents, *pair) == joined, (pair, setting, value)
    return len(named)


def test_regroup_decides_on_the_samples_as_named_thresholds_say(samples_run, tmp_path):
    with open_run(samples_run) as run:
        assert check_by_regroup(run, tmp_path, 20, 10) > 5


@pytest.mark.slow
def test_regroup_decides_on_labelled_news_as_named_thresholds_say(dev_run, tmp_path):
    with open_run(dev_run) as run:
        assert check_by_regroup(run, tmp_path, 100, 6) == 100
