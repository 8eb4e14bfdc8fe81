import itertools

import numpy as np
import pytest
from datasketch import LeanMinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from dedup.config import MatchConfig
from dedup.kernels.components import components
from dedup.kernels.minhash import minima
from dedup.match import minhash_lsh
from dedup.match.minhash_lsh import bucket_bounds, candidate_pairs
from dedup.signatures.minhash import permutations

ALL = MatchConfig(bucket_cap=1_000_000, lead_bands=0)
NO_LEADS = np.empty((0, 32), np.uint32)


def signatures_of(sets, num_perm=128):
    multipliers, offsets = permutations(num_perm, 1)
    out = np.empty((len(sets), num_perm), np.uint32)
    for values, row in zip(sets, out, strict=True):
        minima(values, multipliers, offsets, row)
    return out


def planted(rng, size, jaccard):
    """Two random sets of this Jaccard, as near as their size allows."""
    common = round(2 * size * jaccard / (1 + jaccard))
    values = rng.integers(0, 2**32, 2 * size - common, dtype=np.uint32)
    return values[:size], np.concatenate([values[:common], values[size:]])


def pairs_of(candidates):
    return set(zip(candidates.left.tolist(), candidates.right.tolist(), strict=True))


def agreeing(signatures, bands, rows):
    """The definition: every two rows that agree on all values of a band."""
    return {
        (one, other)
        for one, other in itertools.combinations(range(len(signatures)), 2)
        for start in range(0, bands * rows, rows)
        if (signatures[one, start : start + rows] == signatures[other, start : start + rows]).all()
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_candidates_are_those_of_datasketchs_index(seed):
    rng = np.random.default_rng(seed)
    levels = np.tile(np.linspace(0.05, 0.95, 19), 3)
    sets = [each for level in levels for each in planted(rng, 120, level)]
    signatures = signatures_of(sets)
    index = MinHashLSH(num_perm=128, params=(37, 3))
    made = [LeanMinHash(seed=1, hashvalues=row, scheme="affine32") for row in signatures]
    for key, each in enumerate(made):
        index.insert(key, each)
    expected = {
        (key, other) for key, each in enumerate(made) for other in index.query(each) if key < other
    }
    found = candidate_pairs(signatures, NO_LEADS, ALL)
    assert pairs_of(found) == expected
    assert 20 < len(expected) < 60
    assert found.capped == 0


def test_default_bands_are_those_of_datasketchs_optimiser_for_a_threshold_of_03():
    index = MinHashLSH(threshold=0.3, num_perm=128)
    assert (MatchConfig().bands, MatchConfig().rows) == (index.b, index.r)


@pytest.mark.parametrize("jaccard", [0.05, 0.1, 0.2, 0.3, 0.4, 0.5])
def test_pairs_are_found_as_often_as_the_s_curve_says(jaccard):
    rng = np.random.default_rng(int(jaccard * 100))
    pairs = 1000
    sets = [each for _ in range(pairs) for each in planted(rng, 210, jaccard)]
    exact = len(np.intersect1d(*sets[:2])) / len(np.union1d(*sets[:2]))
    found = pairs_of(candidate_pairs(signatures_of(sets), NO_LEADS, ALL))
    hits = sum((2 * pair, 2 * pair + 1) in found for pair in range(pairs))
    low, high = binom.interval(0.999, pairs, 1 - (1 - exact**3) ** 37)
    assert low <= hits <= high


few_values = st.lists(
    st.lists(st.integers(0, 2), min_size=8, max_size=8), max_size=12
).map(lambda rows: np.array(rows, np.uint32).reshape(-1, 8))  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(few_values, st.integers(1, 8))
def test_candidates_agree_on_a_band_and_all_that_do_are_candidates(signatures, rows):
    config = MatchConfig(bands=8 // rows, rows=rows, lead_bands=0)
    found = candidate_pairs(signatures, NO_LEADS, config)
    assert pairs_of(found) == agreeing(signatures, 8 // rows, rows)
    assert len(pairs_of(found)) == found.left.size
    assert (found.left < found.right).all()
    assert (np.diff(found.left) >= 0).all()


@settings(max_examples=100, deadline=None)
@given(few_values, st.integers(1, 4))
def test_leads_add_the_pairs_that_agree_on_a_band_of_theirs(leads, rows):
    alone = np.arange(len(leads) * 4, dtype=np.uint32).reshape(-1, 4)  # no two agree
    config = MatchConfig(bands=1, rows=4, lead_bands=2, lead_rows=rows)
    assert pairs_of(candidate_pairs(alone, leads, config)) == agreeing(leads, 2, rows)


@settings(max_examples=100, deadline=None)
@given(few_values, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_pair(signatures, random):
    order = list(range(len(signatures)))
    random.shuffle(order)
    config = MatchConfig(bands=4, rows=2, lead_bands=0)
    plain = pairs_of(candidate_pairs(signatures, NO_LEADS, config))
    shuffled = pairs_of(candidate_pairs(signatures[order], NO_LEADS, config))
    renamed = {tuple(sorted((order[one], order[other]))) for one, other in shuffled}
    assert renamed == plain


def large_bucket(rng, count):
    """Rows that all agree on the first band and on nothing else."""
    rows = rng.integers(0, 2**32, (count, 12), dtype=np.uint32)
    rows[:, :3] = 7
    return rows


@pytest.mark.parametrize("agreeing_columns", [3, 12], ids=["a band", "all columns sorted by"])
def test_the_order_of_rows_changes_no_pair_of_a_large_bucket_either(agreeing_columns):
    rng = np.random.default_rng(5)
    signatures = rng.integers(0, 2**32, (300, 20), dtype=np.uint32)
    signatures[:, :agreeing_columns] = 7
    order = rng.permutation(300)
    config = MatchConfig(bands=4, rows=3, lead_bands=0, bucket_cap=50, neighbours=4)
    plain = pairs_of(candidate_pairs(signatures, NO_LEADS, config))
    shuffled = pairs_of(candidate_pairs(signatures[order], NO_LEADS, config))
    assert {tuple(sorted((order[a], order[b]))) for a, b in shuffled} == plain


@pytest.mark.parametrize(("count", "capped"), [(200, 0), (201, 1)])
def test_a_bucket_over_the_cap_is_counted_and_joined_through_neighbours(count, capped):
    signatures = large_bucket(np.random.default_rng(1), count)
    config = MatchConfig(bands=4, rows=3, lead_bands=0, bucket_cap=200, neighbours=10)
    found = candidate_pairs(signatures, NO_LEADS, config)
    neighbours = sum(count - distance for distance in range(1, config.neighbours + 1))
    assert found.summary() == {
        "pairs": neighbours if capped else count * (count - 1) // 2,
        "buckets_over_cap": capped,
        "largest_bucket": count,
    }


def test_a_bucket_barely_over_the_cap_has_no_more_neighbours_than_documents():
    config = MatchConfig(bands=1, rows=3, lead_bands=0, bucket_cap=2, neighbours=10_000)
    found = candidate_pairs(np.full((3, 3), 7, np.uint32), NO_LEADS, config)
    assert pairs_of(found) == {(0, 1), (0, 2), (1, 2)}


def test_all_copies_of_one_text_in_a_bucket_of_a_thousand_become_connected():
    rng = np.random.default_rng(2)
    signatures = large_bucket(rng, 1000)
    copies = rng.permutation(1000)[:400]
    signatures[copies] = signatures[copies[0]]
    found = candidate_pairs(signatures, NO_LEADS, MatchConfig(bands=4, rows=3, lead_bands=0))
    both = np.isin(found.left, copies) & np.isin(found.right, copies)
    root = components(1000, found.left[both], found.right[both])
    assert len(set(root[copies].tolist())) == 1
    assert found.capped == 4  # the copies fill a bucket of every band
    assert found.largest == 1000


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_documents_have_no_pairs(count):
    rows = np.zeros((count, 128), np.uint32)
    found = candidate_pairs(rows, rows[:, :32], MatchConfig())
    assert found.summary() == {"pairs": 0, "buckets_over_cap": 0, "largest_bucket": 1}


def test_rows_of_one_bucket_come_in_their_order():
    keys = np.random.default_rng(5).integers(0, 7, 20_000).astype(np.uint64)
    order, starts, ends = bucket_bounds(keys)
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        assert (np.diff(order[start:end]) > 0).all()


def test_folding_pairs_early_changes_nothing(monkeypatch):
    rng = np.random.default_rng(3)
    signatures = rng.integers(0, 3, (60, 128), dtype=np.uint32)
    plain = candidate_pairs(signatures, NO_LEADS, ALL)
    monkeypatch.setattr(minhash_lsh, "FOLD_AT", 10)
    folded = candidate_pairs(signatures, NO_LEADS, ALL)
    assert folded.left.tolist() == plain.left.tolist()
    assert folded.right.tolist() == plain.right.tolist()


@settings(max_examples=60, deadline=None)
@given(few_values, st.integers(1, 4), st.integers(1, 5))
def test_each_band_and_each_part_of_its_buckets_can_be_joined_alone(signatures, rows, parts):
    found = set()
    for start in range(0, 8 // rows * rows, rows):
        keys = minhash_lsh.band_keys(signatures, start, rows)
        for part in range(parts):
            members = np.flatnonzero(keys % np.uint64(parts) == part)
            pairs = minhash_lsh.bucket_pairs(keys[members], cap=100)
            left, right = minhash_lsh.decoded(pairs.codes)
            found |= set(zip(members[left].tolist(), members[right].tolist(), strict=True))
            assert pairs.capped == ()
    assert found == agreeing(signatures, 8 // rows, rows)


def test_a_bucket_over_the_cap_is_returned_without_pairs_and_joined_in_a_second_pass():
    signatures = large_bucket(np.random.default_rng(4), 60)
    signatures[50:, 0] = 8  # a second bucket of ten
    found = minhash_lsh.bucket_pairs(minhash_lsh.band_keys(signatures, 0, 3), cap=20)
    (members,) = found.capped
    assert sorted(members.tolist()) == list(range(50))
    assert found.largest == 50
    left, right = minhash_lsh.decoded(found.codes)
    assert left.size == 45
    assert left.min() >= 50
    pairs = set(minhash_lsh.neighbour_pairs(signatures, members, 3, 4).tolist())
    alone = signatures[members]  # the second pass has the members of the bucket only
    left, right = minhash_lsh.decoded(minhash_lsh.neighbour_pairs(alone, np.arange(50), 3, 4))
    one, other = members[left], members[right]
    renamed = minhash_lsh.encoded(np.minimum(one, other), np.maximum(one, other))
    assert set(renamed.tolist()) == pairs


@given(st.lists(st.integers(0, 5), max_size=6))
def test_pairs_inside_are_those_of_each_run(sizes):
    bounds = np.cumsum([3, *sizes])
    left, right = minhash_lsh.pairs_inside(bounds[:-1], bounds[1:])
    expected = [
        pair for run in map(range, bounds, bounds[1:]) for pair in itertools.combinations(run, 2)
    ]
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == expected
