import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.config import MatchConfig
from dedup.match.loaded_texts import LoadedTexts
from dedup.match.similarity import PairScores, accepted, measure, pairs_of, sorted_sets

CONFIG = MatchConfig()
values = st.integers(0, 12) | st.integers(0, 2**32 - 1)


def array(numbers):
    return np.array(numbers, np.uint32)


def laid(parts):
    """Values of some parts end to end, and their bounds."""
    bounds = np.cumsum([0, *map(len, parts)])
    return np.concatenate([array([]), *parts]), bounds


def sets(parts):
    return sorted_sets(*laid(parts))


def evidence_of(*, jaccard=0.0, contained=0.0, contains=0.0, numbers=1.0):
    zero = np.zeros(1, np.int64)
    columns = (np.array([value]) for value in (jaccard, contained, contains, numbers))
    return PairScores(zero, zero, *columns)


def measured(one, other, *, numbers=((), ()), config=CONFIG):
    return measure(
        sets([array(one), array(other)]),
        sets([array(each) for each in numbers]),
        np.array([0]),
        np.array([1]),
        config,
    )


def share(part, whole):
    return len(part) / len(whole) if whole else 0.0


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.lists(values, max_size=15), st.lists(values, max_size=8)), min_size=1),
    st.integers(0, 5),
)
def test_what_is_measured_is_set_arithmetic(documents, asked):
    n = len(documents)
    left, right = np.repeat(np.arange(n), n), np.tile(np.arange(n), n)
    found = measure(
        sets([array(shingles) for shingles, _ in documents]),
        sets([array(numbers) for _, numbers in documents]),
        left,
        right,
        MatchConfig(veto_numbers=asked),
    )
    for at, (one, other) in enumerate(zip(left, right, strict=True)):
        a, b = set(documents[one][0]), set(documents[other][0])
        x, y = set(documents[one][1]), set(documents[other][1])
        fewer = min(x, y, key=len)
        assert found.jaccard[at] == share(a & b, a | b)
        assert found.left_in_right[at] == share(a & b, a)
        assert found.right_in_left[at] == share(a & b, b)
        assert found.max_containment()[at] == max(share(a & b, a), share(a & b, b))
        assert found.numbers[at] == (share(x & y, fewer) if len(fewer) >= asked else 1.0)


def test_two_empty_texts_share_nothing():
    found = measured([], [])
    assert found.jaccard[0] == found.max_containment()[0] == 0.0
    assert not accepted(found, CONFIG)[0]


@pytest.mark.parametrize(
    ("measures", "expected"),
    [
        ({"jaccard": 0.8}, True),
        ({"jaccard": np.nextafter(0.8, 0)}, False),
        ({"contained": 0.8}, True),
        ({"contains": 0.8}, True),
        ({"contained": np.nextafter(0.8, 0), "contains": 0.7}, False),
        ({"jaccard": 1.0, "numbers": 0.5}, True),
        ({"jaccard": 1.0, "numbers": np.nextafter(0.5, 0)}, False),
        ({"contained": 1.0, "numbers": 0.0}, False),
        ({"jaccard": 0.0}, False),
    ],
    ids=["jaccard at", "jaccard below", "left at", "right at", "both below", "numbers at",
         "numbers below", "contained with other numbers", "nothing"],
)  # fmt: skip
def test_thresholds_are_inclusive_and_other_numbers_a_veto(measures, expected):
    assert accepted(evidence_of(**measures), CONFIG)[0] == expected


def test_four_fifths_of_real_sets_are_at_the_threshold():
    """0.8 as a quotient of counts is 0.8 as a constant."""
    assert accepted(measured(range(4), range(5)), CONFIG)[0]
    assert accepted(measured(range(24), [*range(20), *range(100, 105)]), CONFIG)[0]  # 20 of 24
    assert not accepted(measured(range(23), [*range(18), *range(100, 105)]), CONFIG)[0]  # 18 of 23


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([1, 2, 3], [7, 8, 9], 1.0),
        ([1, 2, 3, 4], [5, 6, 7], 1.0),
        ([1, 2, 3, 4], [1, 2, 7, 8], 0.5),
        ([1, 2, 3, 4], [1, 7, 8, 9, 2, 3], 0.75),
        ([1, 2, 3, 4], [5, 6, 7, 8], 0.0),
        ([1, 1, 2, 2], [3, 3, 4, 4], 1.0),
    ],
    ids=[
        "few in both",
        "few in one",
        "half",
        "share of the fewer",
        "none",
        "repeated ones are few",
    ],
)
def test_numbers_count_where_both_texts_have_four_different_ones(one, other, expected):
    assert measured([1], [1], numbers=(one, other)).numbers[0] == expected


def test_pair_scores_are_picked_renamed_and_put_together():
    two = PairScores.concatenate([measured([1, 2], [2]), measured([1], [3])])
    assert two.jaccard.tolist() == [0.5, 0.0]
    assert two.pick(np.array([False, True])).jaccard.tolist() == [0.0]
    assert two.pick(np.array([1, 0])).jaccard.tolist() == [0.0, 0.5]
    renamed = two.of_rows(np.array([40, 50]))
    assert (renamed.left.tolist(), renamed.right.tolist()) == ([40, 40], [50, 50])
    assert renamed.left_in_right.tolist() == [0.5, 0.0]
    assert renamed.right_in_left.tolist() == [1.0, 0.0]
    nothing = PairScores.concatenate([])
    assert nothing.left.size == nothing.numbers.size == 0
    assert not accepted(nothing, CONFIG).size


def test_a_pair_is_seen_from_its_left_document():
    (pair,) = pairs_of(measured([1, 2, 3, 4], [1, 2]))
    assert (pair.jaccard, pair.contained, pair.contains, pair.same) == (0.5, 0.5, 1.0, False)
    turned = pair.reversed()
    assert (turned.contained, turned.contains) == (1.0, 0.5)
    assert turned.reversed() == pair


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(values, max_size=10), max_size=6))
def test_sorted_sets_has_the_sorted_set_of_each_part(parts):
    made = sets([array(part) for part in parts])
    found = [made.part(index).tolist() for index in range(len(parts))]
    assert found == [sorted(set(part)) for part in parts]
    assert made.values.size == made.bounds[-1]


def test_sorted_sets_leaves_its_argument_as_it_is():
    part = array([3, 1, 2, 1])
    sorted_sets(part, np.array([0, 4]))
    assert part.tolist() == [3, 1, 2, 1]


@pytest.mark.parametrize("remembered", [(), [(1, 0)], [(1, 0), (2, 0)], [(0, 1), (0, 2)]])
def test_loaded_texts_measure_one_text_against_others_seen_from_the_others(remembered):
    texts = LoadedTexts(
        [1, 2, 3],
        laid([array([8, 6, 5, 6, 7]), array([6, 5]), array([9])]),
        laid([array([1, 2, 3, 4]), array([1, 2, 8, 9]), array([])]),
        CONFIG,
    )
    places = np.array(remembered, np.int64).reshape(-1, 2).T
    texts.remember(texts.measured(*places).of_rows(np.array([1, 2, 3])))
    small, other, itself = texts.pairs(1, [2, 3, 1])
    assert (small.jaccard, small.contained, small.contains, small.same) == (0.5, 1.0, 0.5, False)
    assert small.numbers == 0.5
    assert (other.jaccard, other.numbers) == (0.0, 1.0)
    assert itself.same
    assert itself.jaccard == 1.0
    assert texts.pairs(1, []) == []
    assert texts.shingles(1).tolist() == [8, 6, 5, 6, 7]
    assert texts.distinct(1).tolist() == [5, 6, 7, 8]
    assert texts.passages(1, 2) == 0.0
