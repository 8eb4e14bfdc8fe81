import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.cleaning.pipeline import STEPS, clean_text

LINES = [
    "The committee met on Tuesday.",
    "LONDON, Nov 3 (Reuters) - Shares rose.",
    "WASHINGTON — Rain fell.",
    "PARIS (AFP) -",
    "By Jane Doe, Associated Press",
    "Jane Doe",
    "Jane Doe is a reporter.",
    "River rises after night of rain",
    "Read more: Ten bridges",
    "Related articles",
    "Ten bridges to see",
    "What happens now",
    "Photo: Jane Doe",
    "Share",
    "Published: 3 November 2024",
    "Tags: rain, rivers",
    "Sign up for our free newsletter",
    "(Reporting by Jane Doe; Editing by John Roe)",
    "© 2024 AFP",
    "— Reuters",
    "All rights reserved",
    "Berlin.",
    "* * *",
    "The end. (AFP)",
    "&amp;#8217;",
]
TITLE, AUTHOR = "River rises after night of rain", "Jane Doe"


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=14).map("\n".join))
def test_twice_is_once_on_boilerplate_in_any_order(text):
    once = clean_text(text, title=TITLE, author=AUTHOR)
    twice = clean_text(once.text, title=TITLE, author=AUTHOR)
    assert twice.text == once.text
    assert twice.removed == ()


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200), st.none() | st.text(max_size=40), st.none() | st.text(max_size=40))
def test_twice_is_once_on_anything(text, title, author):
    once = clean_text(text, title=title, author=author)
    assert clean_text(once.text, title=title, author=author).text == once.text


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=14).map("\n".join))
def test_no_step_changes_a_cleaned_text(text):
    draft = clean_text(text, title=TITLE, author=AUTHOR)
    for step in STEPS if draft.text else ():
        assert step.run(draft) == draft, step.name


def test_every_removal_is_announced_by_a_step():
    announced = {name for step in STEPS for name in step.reports}
    seen = set()
    for line in LINES:
        for text in (f"{line}\nThe committee met.", f"The committee met.\n{line}"):
            draft = clean_text(text, title=TITLE, author=AUTHOR)
            seen |= {removal.step for removal in draft.removed}
    assert seen <= announced
    assert len(seen) > 8


def test_steps_are_frozen_and_their_names_differ():
    with pytest.raises(dataclasses.FrozenInstanceError):
        STEPS[0].name = "other"
    assert len({step.name for step in STEPS}) == len(STEPS)


def test_text_and_removals_hold_every_word():
    text = "\n".join(LINES[:22])
    draft = clean_text(text, title=TITLE, author=AUTHOR)
    words = sorted(" ".join([draft.text, *(r.text for r in draft.removed)]).split())
    assert words == sorted(text.split())


def test_a_text_that_is_all_boilerplate_becomes_empty():
    assert clean_text("Share\nAdvertisement\n12 comments").text == ""
    assert clean_text("").text == ""


def test_a_chain_of_datelines_comes_to_an_end():
    draft = clean_text("ROME — " * 40 + "Rain fell.")
    assert 0 < len(draft.removed) < 40
    assert draft.text.endswith("Rain fell.")


def test_title_and_author_are_never_changed():
    draft = clean_text("Text.", title=" A  title ", author="Reuters")
    assert (draft.title, draft.author, draft.agency) == (" A  title ", "Reuters", "Reuters")
