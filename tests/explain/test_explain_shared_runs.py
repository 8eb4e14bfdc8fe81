import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.explain.copies.shared_runs import LONGEST, MOST_RUNS, longest_runs, shared_runs
from dedup.tokens import folded_tokens

laws = settings(max_examples=300, deadline=None)
few_words = st.lists(st.sampled_from("abc"), max_size=14)


def longest_common(words, others):
    parts = {tuple(others[start:end]) for end in range(len(others) + 1) for start in range(end)}
    spans = ((start, end) for end in range(len(words) + 1) for start in range(end))
    return max((end - start for start, end in spans if tuple(words[start:end]) in parts), default=0)


@laws
@given(few_words, few_words)
def test_every_run_stands_in_both_at_its_places_and_the_first_is_the_longest_there_is(one, other):
    runs = longest_runs(one, other, 1, 100)
    covered = [at for place, _, size in runs for at in range(place, place + size)]

    for place, other_place, size in runs:
        assert one[place : place + size] == other[other_place : other_place + size]
    assert len(covered) == len(set(covered))
    assert {one[at] for at in covered} == set(one) & set(other)
    assert [size for *_, size in runs] == sorted((size for *_, size in runs), reverse=True)
    assert max((size for *_, size in runs), default=0) == longest_common(one, other)


texts = st.lists(
    st.sampled_from(["The", "the", "ferry", "5,6", "cafe\u0301", "東京", "ﬁ", "!", "\n", "\ud800"]),
    max_size=30,
).map(" ".join)


@laws
@given(texts, texts)
def test_a_run_is_at_its_positions_in_the_characters_of_both_texts(first, second):
    for run in shared_runs(first, second, least=2):
        words, _ = folded_tokens(run.text)
        behind, _ = folded_tokens(second[run.other_start :])
        assert len(words) == run.words >= 2
        assert first[run.start :].startswith(run.text)
        assert behind[: run.words] == words


def test_the_words_of_a_run_are_as_they_stand_in_the_first_text():
    first = "LONDON: The ferry, at last, returns. Fares rise."
    (run,) = shared_runs(first, "Today the ferry at last returns to its route", least=3)
    assert (run.text, run.words, run.start, run.other_start) == (
        "The ferry, at last, returns", 5, 8, 6,
    )  # fmt: skip


def test_runs_of_fewer_words_are_left_out_and_there_are_at_most_twenty():
    first = " ".join(f"a{n} b{n} c{n} x{n}" for n in range(50))
    second = " ".join(f"a{n} b{n} c{n} y{n}" for n in range(50))
    assert shared_runs(first, second, least=4) == ()
    assert len(shared_runs(first, second, least=3)) == MOST_RUNS


def test_a_long_run_is_shown_by_its_beginning():
    text = " ".join(f"word{n}" for n in range(5_000))
    (run,) = shared_runs(text, text, least=3)
    assert run.words == 5_000
    assert LONGEST - 20 < len(run.text) <= LONGEST
    (run,) = shared_runs("x" * 10_000, "x" * 10_000, least=1)
    assert len(run.text) == LONGEST


@pytest.mark.parametrize("word", ["a ", "a b ", "東"])
def test_texts_of_one_word_over_and_over_take_no_longer_than_others(word):
    start = time.perf_counter()
    runs = shared_runs(word * 200_000, word * 100_000, least=3)
    assert runs
    assert time.perf_counter() - start < 5
