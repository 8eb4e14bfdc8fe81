"""Find documents that tell several stories, and not those that recall what happened before."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.cluster.roundups import judged, roundups

# Two parties of two, 1-2 and 3-4, that know one another; 0 knows all four.
LEFT = np.array([0, 0, 0, 0, 1, 3])
RIGHT = np.array([1, 2, 3, 4, 2, 4])
ALIKE = np.full(6, 0.9)

BRIEFING = {1: [0.6, 0.5, 0.0, 0.0], 3: [0.0, 0.0, 0.7, 0.4]}
RECALL = {1: [0.6, 0.5, 0.5, 0.4], 3: [0.0, 0.0, 0.0, 0.7]}

PLAIN = [0.5] * 8
"""What any other document tells of one that the test is not about: some of every sentence."""


def judge_of(best, weights=None, place=0):
    """What each document tells of the sentences of document 0; of others, all is told."""

    def overlaps(questions):
        for document, others in questions:
            rows = [best.get(other, PLAIN) if document == 0 else PLAIN for other in others]
            size = len(rows[0])
            found = np.ones(size) if weights is None or document else np.array(weights, float)
            yield found, np.array(rows, float), np.full((len(rows), size), place, np.int32)

    return partial(judged, overlaps=overlaps)


@pytest.mark.parametrize(
    ("best", "weights", "expected"),
    [
        (BRIEFING, [1, 1, 1, 1], [0]),
        (BRIEFING, [9, 9, 1, 1], []),
        (RECALL, [3, 3, 3, 1], []),
        ({1: [0.1] * 4, 3: [0.1] * 4}, [1, 1, 1, 1], []),
        ({1: [0.0], 3: [0.0]}, [0], []),
    ],
    ids=["a part for each", "hardly a part", "recalls in a sentence", "told by none", "empty"],
)
def test_parts_of_a_roundup_are_told_by_parties_without_a_pair_between_them(
    best, weights, expected
):
    best = {1: best[1], 2: best[1], 3: best[3], 4: best[3]}
    assert roundups(LEFT, RIGHT, ALIKE, judge_of(best, weights)) == expected


def entry(start, stop, overlap=1.0, beside=0.0, size=10):
    """The overlaps of a document that tells one passage of another."""
    return [overlap if start <= at < stop else beside for at in range(size)]


def found(best, scores=None, place=0, more=()):
    """Whether document 0 is a roundup, given its neighbours and pairs between these."""
    pairs = [(0, other) for other in best] + list(more)
    left, right = np.array(pairs).T
    values = np.full(len(pairs), 0.9)
    values[: len(best)] = scores or 0.9
    return roundups(left, right, values, judge_of(best, place=place)) == [0]


def test_a_list_page_has_entries_that_single_documents_tell():
    assert found({1: entry(0, 2), 2: entry(4, 6)})
    assert found({1: entry(0, 2), 2: entry(4, 6)}, scores=0.15)


def test_two_documents_that_tell_the_same_passage_are_one_entry():
    assert not found({1: entry(0, 5), 2: entry(0, 5)})


def test_entries_that_are_hardly_a_part_of_a_long_article_are_quotes():
    """Another document tells all the rest: it is one story."""
    size = 30
    quotes = {1: entry(0, 2, size=size), 2: entry(8, 10, size=size)}
    rest = {3: entry(0, size, overlap=0.6, size=size)}
    assert not found({**quotes, **rest}, more=[(1, 3), (2, 3)])


def test_a_single_teaser_makes_a_list_page_where_nothing_else_tells_more():
    assert found({1: entry(4, 6)})


def test_a_document_that_tells_the_whole_speaks_against_a_single_teaser():
    retold = entry(0, 10, overlap=0.4)
    assert not found({1: entry(4, 6), 2: retold}, more=[(1, 2)])
    assert not found({1: entry(4, 6, overlap=0.7), 2: retold})


def test_another_list_page_says_nothing_against_a_teaser_word_for_word():
    others = [1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0]
    assert found({1: entry(4, 6), 2: others})


@pytest.mark.parametrize(
    "best",
    [
        entry(0, 7),
        entry(4, 6, overlap=0.5),
        entry(4, 6, beside=0.1),
        entry(1, 3, size=5),
    ],
    ids=["most of it", "other words", "more beside", "too short to say"],
)
def test_a_single_passage_that_may_be_a_rewrites_is_no_teaser(best):
    assert not found({1: best})


def test_a_sentence_that_several_documents_have_is_the_sites_and_no_teaser():
    assert found({1: entry(0, 1), 2: entry(0, 1)})
    assert not found({1: entry(0, 1), 2: entry(0, 1), 3: entry(0, 1)})


def test_what_a_document_ends_with_is_no_teaser():
    """The last sentences of many pages are the site's."""
    assert not found({1: entry(4, 6)}, place=9)


def test_documents_are_not_asked_where_all_neighbours_of_a_large_story_are_connected():
    pairs = [(one, other) for one in range(14) for other in range(one + 1, 14)]
    left, right = np.array(pairs).T

    def never(questions):
        assert not questions
        return []

    assert roundups(left, right, np.full(len(pairs), 0.9), never) == []


def test_weak_pairs_make_no_neighbours():
    best = {1: entry(0, 2), 2: entry(4, 6)}
    assert not found(best, scores=0.09)


def test_the_order_of_pairs_changes_nothing():
    order = np.array([5, 2, 0, 4, 1, 3])
    best = {1: BRIEFING[1], 2: BRIEFING[1], 3: BRIEFING[3], 4: BRIEFING[3]}

    assert roundups(RIGHT[order], LEFT[order], ALIKE, judge_of(best)) == [0]


@given(st.integers(0, 2**32 - 1), st.randoms(use_true_random=False))
def test_the_order_of_verdicts_changes_nothing(seed, random):
    left, right = np.triu_indices(9, 1)
    scores = np.random.default_rng(seed).choice([0.05, 0.15, 0.9], left.size)

    def overlaps(questions):
        for document, others in questions:
            drawn = np.random.default_rng([seed, document])
            best = np.zeros((len(others), 12))
            for row, start in enumerate(drawn.integers(0, 9, len(others)).tolist()):
                best[row, start : start + 2] = drawn.choice([0.4, 1.0])
            yield np.ones(12), best, np.tile(np.arange(12, dtype=np.int32), (len(others), 1))

    def in_any_order(near):
        verdicts = list(judged(near, overlaps))
        random.shuffle(verdicts)
        return verdicts

    expected = roundups(left, right, scores, partial(judged, overlaps=overlaps))
    assert roundups(left, right, scores, in_any_order) == expected
