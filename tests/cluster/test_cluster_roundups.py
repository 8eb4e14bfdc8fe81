"""Find documents that tell several stories, and not those that recall what happened before."""

from __future__ import annotations

import numpy as np
import pytest

from dedup.cluster.roundups import roundups

# Two parties of two, 1-2 and 3-4, that know one another; 0 knows all four.
LEFT = np.array([0, 0, 0, 0, 1, 3])
RIGHT = np.array([1, 2, 3, 4, 2, 4])
ALIKE = np.full(6, 0.9)

BRIEFING = {1: [0.6, 0.5, 0.0, 0.0], 3: [0.0, 0.0, 0.7, 0.4]}
RECALL = {1: [0.6, 0.5, 0.5, 0.4], 3: [0.0, 0.0, 0.0, 0.7]}


def overlaps_of(best, weights):
    """What two parties, named by their first member, tell of the sentences of document 0."""

    def overlaps(questions):
        for document, party in questions:
            assert document == 0
            yield np.array(weights, float), np.array(best[min(party)], float)

    return overlaps


@pytest.mark.parametrize(
    ("best", "weights", "expected"),
    [
        (BRIEFING, [1, 1, 1, 1], [0]),
        (BRIEFING, [9, 9, 1, 1], []),
        (RECALL, [3, 3, 3, 1], []),
        ({1: [0.1] * 4, 3: [0.1] * 4}, [1, 1, 1, 1], []),
        ({1: [], 3: []}, [], []),
    ],
    ids=["a part for each", "hardly a part", "recalls in a sentence", "told by none", "empty"],
)
def test_parts_of_a_roundup_are_told_by_parties_without_a_pair_between_them(
    best, weights, expected
):
    assert roundups(LEFT, RIGHT, ALIKE, overlaps_of(best, weights)) == expected


def test_overlaps_are_not_measured_where_all_neighbours_are_connected():
    left, right = np.append(LEFT, [1, 2]), np.append(RIGHT, [3, 4])

    assert roundups(left, right, np.full(8, 0.9), overlaps_of({}, [])) == []


def test_one_stray_neighbour_is_no_party():
    assert roundups(LEFT[:3], RIGHT[:3], ALIKE[:3], overlaps_of({}, [])) == []


def test_weak_pairs_make_no_neighbours():
    assert roundups(LEFT, RIGHT, np.full(6, 0.29), overlaps_of({}, [])) == []


def test_the_order_of_pairs_changes_nothing():
    order = np.array([5, 2, 0, 4, 1, 3])
    found = roundups(RIGHT[order], LEFT[order], ALIKE, overlaps_of(BRIEFING, [1, 1, 1, 1]))

    assert found == [0]
