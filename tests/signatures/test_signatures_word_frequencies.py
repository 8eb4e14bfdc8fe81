import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wordfreq import get_frequency_dict

from dedup.signatures.terms import term_hashes
from dedup.signatures.word_frequencies import (
    WordFrequencies,
    lookup,
    summed,
    two_letters,
    word_frequencies,
)


def zipf_of(language, *words):
    hashes, bounds = term_hashes(words)
    assert np.diff(bounds).tolist() == [1] * len(words)
    return lookup(word_frequencies(language), hashes).tolist()


def test_the_commoner_word_has_the_higher_frequency():
    the, court, ferry = zipf_of("en", "the", "court", "ferry")
    assert the > 7.5
    assert 3 < ferry < court < 6


def test_a_term_has_the_frequencies_of_all_words_that_fall_on_it():
    frequencies = get_frequency_dict("en", "best")
    presi = sum(value for word, value in frequencies.items() if word[:5] == "presi")
    one, other = zipf_of("en", "president", "presided")
    assert one == other == pytest.approx(np.log10(presi * 1e9), abs=0.02)


def test_a_word_of_several_terms_gives_its_frequency_to_each():
    hashes, _ = term_hashes(["共和国"])
    assert hashes.size == 2
    assert (lookup(word_frequencies("zh"), hashes) > 4).all()


def test_an_unknown_word_and_a_year_have_no_frequency():
    assert zipf_of("en", "xqzvw", "2019") == [0.0, 0.0]


def test_terms_are_sorted_distinct_and_without_flags():
    found = word_frequencies("es")
    assert found.hashes.dtype == np.uint32
    assert found.zipf.dtype == np.float32
    assert (np.diff(found.hashes.astype(np.int64)) > 0).all()
    assert not (found.hashes & np.uint32(7)).any()
    assert found.zipf.min() > 0
    assert found.zipf.max() < 9


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en", "en"), ("EN-gb", "en"), ("pt_BR", "pt"), (" zh-cn ", "zh"), ("zh-Hant-TW", "zh"),
        ("nb", "nb"), ("no", "nb"), ("nn-NO", "nb"), ("sr", "sh"), ("HR", "sh"), ("bs_BA", "sh"),
        ("iw", "he"), ("tl", "tl"), ("fil", "tl"), ("eng", "en"), ("th", "th"), ("en, fr", "en"),
        ("", None), (None, None), ("e", None), ("English", None), ("12", None), ("x-none", None),
        ("xyz", None), ("{{lang}}", None),
    ],
)  # fmt: skip
def test_a_tag_becomes_two_letters_or_nothing(tag, code):
    assert two_letters(tag) == code


@pytest.mark.parametrize(
    ("one", "other"),
    [("pt", "PT_br"), ("zh", "zh-cn"), ("no", "nb"), ("sr", "hr"), ("sh", "bs"), ("tl", "fil")],
)
def test_tags_of_one_language_share_its_list(one, other):
    assert word_frequencies(one) is word_frequencies(other) is not None


@pytest.mark.parametrize("language", ["th", "gl", "xx", "English", "", "../en", "\ud800"])
def test_a_language_without_a_list_has_no_background(language):
    assert word_frequencies(language) is None


@pytest.mark.parametrize(
    ("known", "asked", "expected"),
    [
        ([16], [], []),
        ([16, 32], [32, 8, 16, 24, 2**32 - 8], [32, 0, 16, 0, 0]),
    ],
)
def test_lookup_takes_terms_in_any_order_and_gives_0_for_unknown_ones(known, asked, expected):
    background = WordFrequencies(np.array(known, np.uint32), np.array(known, np.float32))
    found = lookup(background, np.array(asked, np.uint32))
    assert found.dtype == np.float32
    assert found.tolist() == expected


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 99))))
def test_summed_adds_up_the_weights_of_equal_hashes(pairs):
    hashes, sums = summed(
        np.array([one for one, _ in pairs], np.uint32),
        np.array([weight for _, weight in pairs], np.float64),
    )
    plain = {one: sum(w for h, w in pairs if h == one) for one, _ in sorted(pairs)}
    assert dict(zip(hashes.tolist(), sums.tolist(), strict=True)) == plain
    assert hashes.tolist() == sorted(plain)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=12))
def test_any_tag_is_two_lower_case_letters_or_nothing(tag):
    code = two_letters(tag)
    assert code is None or (len(code) == 2 and code.isascii() and code.islower())
    assert code is None or two_letters(code) == code


def test_word_lists_are_loaded_only_when_they_are_needed():
    code = "import sys, dedup.signatures.word_frequencies; print('wordfreq' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
