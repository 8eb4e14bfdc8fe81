from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.config import MatchConfig, StoryConfig
from dedup.match.templates import (
    LEAST_NAMES,
    LEAST_SUBJECT,
    NAMES_RATIO,
    NUMBERS_RATIO,
    RARE_RATIO,
    from_template,
)
from dedup.models import SAME, Pair

MATCH, STORY = MatchConfig(), StoryConfig()


def decide(
    pair, containment=0.5, names=0.5, match=MATCH, story=STORY, headline=0.5, lead_names=0.5
):
    return from_template(
        pair, containment=containment, names=names, headline=headline, lead_names=lead_names,
        match=match, story=story,
    )  # fmt: skip


def pair(shared, numbers=1.0):
    return Pair(jaccard=shared / 2, contained=shared, contains=shared / 2, numbers=numbers)


TEMPLATES = {
    "what is rare is shared much less than what is common": (pair(0.5), 0.35, 0.9),
    "other names, and rare words hardly shared more": (pair(0.5), 0.55, 0.0),
    "other numbers, and rare words hardly shared more": (pair(0.5, 0.2), 0.5, 0.9),
    "other numbers and names": (pair(0.5, 0.2), 0.55, 0.0),
    "nearly all words, but other numbers": (pair(0.9, 0.2), 1.0, 1.0),
}
NO_TEMPLATES = {
    "what is rare is shared more than what is common": (pair(0.5), 0.6, 0.9),
    "as much of either": (pair(0.5), 0.5, 0.9),
    "other names, but rare words shared much more": (pair(0.5), 0.7, 0.0),
    "other numbers, but rare words shared much more": (pair(0.5, 0.2), 0.7, 0.9),
    "hardly a word in common": (pair(0.1, 0.0), 0.0, 0.0),
    "nearly all words and the numbers, other names": (pair(0.9), 0.0, 0.0),
    "the same text": (SAME, 0.0, 0.0),
    "the same text with vetoed numbers": (replace(SAME, numbers=0.0), 0.0, 0.0),
}


@pytest.mark.parametrize("label", TEMPLATES)
def test_the_same_words_about_other_things_are_a_template(label):
    assert decide(*TEMPLATES[label])


@pytest.mark.parametrize("label", NO_TEMPLATES)
def test_a_retelling_is_no_template(label):
    assert not decide(*NO_TEMPLATES[label])


@pytest.mark.parametrize(
    ("headline", "lead_names", "template"),
    [(0.0, 0.0, True), (LEAST_SUBJECT, 0.0, False), (0.0, LEAST_SUBJECT, False), (0.5, 0.5, False)],
)
def test_a_shared_passage_that_is_the_news_of_neither_makes_no_story(
    headline, lead_names, template
):
    found = decide(pair(0.5), 0.9, 0.9, headline=headline, lead_names=lead_names)
    assert found is template


LIMITS = {
    "derived": (pair(STORY.derived), 0.0, 0.0, True),
    "below derived": (pair(STORY.derived - 0.01), 0.0, 0.0, False),
    "shared numbers": (pair(0.9, MATCH.shared_numbers), 0.0, 0.0, False),
    "below shared numbers": (pair(0.9, MATCH.shared_numbers - 0.01), 1.0, 1.0, True),
    "contained": (pair(MATCH.contained), 0.0, 0.0, False),
    "below contained": (pair(MATCH.contained - 0.01), 0.0, 0.0, True),
    "least names": (pair(0.5), 0.5, LEAST_NAMES, False),
    "below least names": (pair(0.5), 0.5, LEAST_NAMES - 0.01, True),
    "ratio": (pair(0.5), RARE_RATIO * 0.5, 0.5, False),
    "below ratio": (pair(0.5), RARE_RATIO * 0.5 - 0.01, 0.5, True),
    "ratio of other numbers": (pair(0.5, 0.0), NUMBERS_RATIO * 0.5, 0.5, False),
    "below ratio of other numbers": (pair(0.5, 0.0), NUMBERS_RATIO * 0.5 - 0.01, 0.5, True),
    "ratio of other names": (pair(0.5), NAMES_RATIO * 0.5, 0.0, False),
    "below ratio of other names": (pair(0.5), NAMES_RATIO * 0.5 - 0.01, 0.0, True),
}


@pytest.mark.parametrize("label", LIMITS)
def test_every_limit_belongs_to_the_side_of_the_retelling(label):
    *given_values, template = LIMITS[label]
    assert decide(*given_values) is template


shares = st.floats(0, 1)
pairs = st.builds(Pair, shares, shares, shares, st.booleans(), shares)


@given(pairs, shares, shares)
def test_it_does_not_matter_which_text_is_the_first(one, containment, names):
    assert decide(one, containment, names) == decide(one.reversed(), containment, names)


@given(pairs, shares, shares, shares)
def test_more_names_in_common_never_make_a_template(one, containment, names, more):
    if not decide(one, containment, names):
        assert not decide(one, containment, max(names, more))


@given(pairs, shares, shares, shares)
def test_more_rare_words_in_common_never_make_a_template(one, containment, names, more):
    if not decide(one, containment, names):
        assert not decide(one, max(containment, more), names)


@given(pairs, shares, shares, shares)
def test_more_numbers_in_common_never_make_a_template(one, containment, names, more):
    if not decide(one, containment, names):
        more_numbers = replace(one, numbers=max(one.numbers, more))
        assert not decide(more_numbers, containment, names)


@given(pairs, shares, shares)
def test_templates_are_looked_for_from_the_configured_share_on(one, containment, names):
    story = StoryConfig(derived=1.0)
    if max(one.contained, one.contains) < 1.0:
        assert not decide(one, containment, names, story=story)
