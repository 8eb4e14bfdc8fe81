"""Matching pairs over plain tables: texts, hosts, connected sets, pairs of earlier dumps."""

import numpy as np
import pytest

from dedup.match.similarity import PairScores
from dedup.pipeline import cluster_copies
from dedup.pipeline.cluster_copies import connected_sets
from dedup.pipeline.earlier_stories import EarlierStories
from dedup.pipeline.exact_duplicates import ExactDuplicates
from dedup.pipeline.match_copies import matched_before

NONE = np.empty(0, np.int64)


def duplicates(text_id, hosts=None):
    """Documents 0, 1, ... by the first document with their text."""
    rows = np.arange(len(text_id))
    return ExactDuplicates(rows, np.array(text_id), np.array(hosts or [-1] * len(text_id)))


def earlier(first, tellings=()):
    """Stories of earlier dumps as (row, representative) of each document."""
    rows, representatives = np.array(sorted(tellings), np.int64).reshape(-1, 2).T
    return EarlierStories(first, 2, rows, representatives, np.zeros(rows.size, np.int32), [])


def pairs(*ends):
    left, right = np.array(ends, np.int64).reshape(-1, 2).T
    half = np.full(left.size, 0.5)
    return PairScores(left, right, half, half, half, half)


def sets_of(*given):
    found = []
    for sets in connected_sets(*given):
        found += sets.each()
    return found


def test_documents_of_a_text_and_the_text_of_a_document():
    texts = duplicates([0, 1, 0, 3, 1])
    assert texts.text_ids.tolist() == [0, 1, 3]
    assert texts.repeated.tolist() == [True, True, False]
    assert texts.documents(np.array([1, 3])) == {1: 1, 4: 1, 3: 3}
    assert texts.documents(NONE) == {}
    assert texts.texts(np.array([4, 2])).tolist() == [1, 0]
    assert texts.of([2, 3]) == {2: 0, 3: 3}


def test_texts_may_share_a_host_where_both_are_of_it_or_several_documents_have_one():
    texts = duplicates([0, 1, 2, 3, 4, 4], hosts=[7, 7, 8, -1, 9, 7])
    left, right = np.array([0, 0, 3, 2, 0]), np.array([1, 2, 3, 3, 4])
    assert texts.may_share_host(left, right).tolist() == [True, False, False, False, True]


def test_texts_are_connected_through_pairs_and_repeated_ones_by_themselves():
    found = sets_of(duplicates([0, 1, 2, 3, 4, 4, 6]), pairs((0, 2), (1, 3), (2, 3)), earlier(0))
    assert found == [([0, 1, 2, 3], [(0, 2), (1, 3), (2, 3)]), ([4], [])]


def test_only_sets_with_a_new_document_are_looked_at():
    texts = duplicates([0, 1, 2, 3, 4, 5])
    assert sets_of(texts, pairs((0, 1), (2, 5)), earlier(5)) == [([2, 5], [(2, 5)])]


def test_a_set_has_no_pairs_of_an_untouched_set_after_it():
    """Sets {0, 5}, {1, 2}, {3, 6}: no document of the second is new."""
    found = sets_of(duplicates(range(7)), pairs((0, 5), (1, 2), (3, 6)), earlier(5))
    assert found == [([0, 5], [(0, 5)]), ([3, 6], [(3, 6)])]


def test_a_telling_of_an_earlier_dump_stays_connected():
    found = sets_of(duplicates(range(4)), pairs((2, 3)), earlier(3, [(0, 0), (2, 0)]))
    assert found == [([0, 2, 3], [(2, 3)])]


@pytest.mark.parametrize("size", [1, 2, 5])
def test_sets_come_in_batches_that_change_nothing(monkeypatch, size):
    given = duplicates(range(8)), pairs((0, 1), (2, 3), (2, 7), (4, 5)), earlier(0)
    whole = sets_of(*given)
    monkeypatch.setattr(cluster_copies, "GROUP_BATCH", size)
    assert len(list(connected_sets(*given))) > 1
    assert (
        sets_of(*given)
        == whole
        == [([0, 1], [(0, 1)]), ([2, 3, 7], [(2, 3), (2, 7)]), ([4, 5], [(4, 5)])]
    )


def test_pairs_of_earlier_dumps_are_those_of_the_texts_as_they_are_now():
    """Document 1 is gone, and the text of 5 now has an earlier first document, 2."""
    rows = np.array([0, 2, 3, 5])
    texts = ExactDuplicates(rows, np.array([0, 2, 3, 2]), np.full(4, -1))
    lines = np.array([
        [0, 1, 0.9, 0.8, 0.7, 1.0],
        [3, 5, 0.5, 0.4, 0.6, 0.9],
        [2, 5, 0.9, 0.9, 0.9, 1.0],
        [0, 3, 0.3, 0.2, 0.1, 1.0],
    ])  # fmt: skip
    found = matched_before(lines, texts)
    ends = list(zip(found.left.tolist(), found.right.tolist(), strict=True))
    assert ends == [(2, 3), (0, 3)]
    assert found.left_in_right.tolist() == [0.6, 0.2]  # the first pair is turned
    assert found.right_in_left.tolist() == [0.4, 0.1]
    assert found.numbers.tolist() == [0.9, 1.0]
    assert matched_before(np.empty((0, 6)), texts).left.size == 0
