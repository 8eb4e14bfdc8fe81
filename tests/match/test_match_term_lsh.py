import itertools
import subprocess
import sys
from collections import Counter
from math import isnan, nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from dedup.config import StoryConfig
from dedup.match.similarity import RaggedArray
from dedup.match.term_lsh import DAY, term_pairs
from dedup.signatures.minhash import permutations

MASK32 = 2**32 - 1
EVERY = permutations(256, 1)


def sorted_sets(sets):
    """Sets of terms as the store holds them."""
    bounds = np.concatenate([[0], np.cumsum([len(each) for each in sets])]).astype(np.int64)
    values = [value for each in sets for value in sorted(each)]
    return RaggedArray(np.array(values, np.uint32), bounds)


def run(docs, config, chosen=EVERY):
    """The candidates of documents given as (terms, moment, language)."""
    sets, moments, languages = zip(*docs, strict=True) if docs else ((), (), ())
    arrays = np.array(moments, np.float64), np.array(languages, np.int16)
    return term_pairs(sorted_sets(sets), *arrays, config, chosen)


def pairs_of(found):
    return set(zip(found.left.tolist(), found.right.tolist(), strict=True))


# --- definition ----------------------------------------------------------------------------------


def scramble(value):
    """The 32-bit finaliser of MurmurHash3."""
    value ^= value >> 16
    value = value * 0x85EBCA6B & MASK32
    value ^= value >> 13
    value = value * 0xC2B2AE35 & MASK32
    return value ^ value >> 16


def bands_of(terms, config):
    """For each band the least value of each of its permutations over the set."""
    minima = [
        min((scramble(term) * int(multiplier) + int(offset)) & MASK32 for term in terms)
        for multiplier, offset in EVERY.T[: config.bands * config.rows]
    ]
    return [
        tuple(minima[start : start + config.rows]) for start in range(0, len(minima), config.rows)
    ]


def near(one, other, config):
    unknown = isnan(one) or isnan(other)
    return unknown or abs(one - other) <= config.window_days * DAY


def buckets_of(docs, config):
    """The documents of each bucket; those with too few terms are in none."""
    buckets = {}
    for doc, (terms, _, _) in enumerate(docs):
        if len(terms) >= config.shared_terms:
            for band, key in enumerate(bands_of(terms, config)):
                buckets.setdefault((band, key), []).append(doc)
    return buckets


def fits(one, other, config):
    """Whether two documents that meet in a bucket are a pair."""
    (terms, moment, language), (terms2, moment2, language2) = one, other
    return (
        len(terms & terms2) >= config.shared_terms
        and near(moment, moment2, config)
        and (language == language2 or -1 in (language, language2))
    )


def definition(docs, config):
    """All pairs; those that a document without too many fellows is in; buckets over the cap."""
    every, certain, capped = set(), set(), 0
    for members in buckets_of(docs, config).values():
        fellows = {
            doc: sum(near(docs[doc][1], docs[other][1], config) for other in members) - 1
            for doc in members
        }
        full = {doc for doc in members if fellows[doc] > config.bucket_cap}
        capped += bool(full)
        found = {
            (one, other)
            for one, other in itertools.combinations(members, 2)
            if fits(docs[one], docs[other], config)
        }
        every |= found
        certain |= {pair for pair in found if not set(pair) <= full}
    return every, certain, capped


# --- laws ----------------------------------------------------------------------------------------

documents = st.lists(
    st.tuples(
        st.frozensets(st.integers(0, 11).map(lambda number: number * 8), max_size=8),
        st.one_of(st.just(nan), st.integers(0, 6).map(lambda half: half * DAY / 2)),
        st.sampled_from([-1, -1, 0, 1]),
    ),
    max_size=14,
)
shapes = st.sampled_from([(1, 1), (8, 1), (8, 2), (5, 3), (1, 4)])


@settings(max_examples=150)
@given(documents, shapes, st.integers(1, 4), st.sampled_from([0.0, 0.5, 1.0, 4.0]))
def test_candidates_meet_in_a_band_share_terms_date_and_language(docs, shape, shared, days):
    bands, rows = shape
    config = StoryConfig(bands=bands, rows=rows, shared_terms=shared, window_days=days)
    found = run(docs, config)
    assert pairs_of(found) == definition(docs, config)[0]
    assert len(pairs_of(found)) == found.left.size
    assert (found.left < found.right).all()
    assert (np.diff(found.left) >= 0).all()
    assert found.capped == 0
    assert found.largest == max(map(len, buckets_of(docs, config).values()), default=1)


@settings(max_examples=150)
@given(documents, shapes, st.integers(0, 4), st.integers(1, 3), st.sampled_from([0.0, 0.5, 1.0]))
def test_over_the_cap_only_pairs_of_two_documents_with_too_many_fellows_may_be_missing(
    docs, shape, cap, neighbours, days
):
    bands, rows = shape
    config = StoryConfig(
        bands=bands,
        rows=rows,
        shared_terms=1,
        window_days=days,
        bucket_cap=cap,
        neighbours=neighbours,
    )
    found = run(docs, config)
    every, certain, capped = definition(docs, config)
    assert certain <= pairs_of(found) <= every
    assert found.capped == capped


def contents_of(docs, config):
    """Pairs by content: which of two equal documents is in a pair, nobody can say."""
    named = [(sorted(terms), repr(moment), language) for terms, moment, language in docs]
    pairs = pairs_of(run(docs, config))
    return Counter(str(sorted([named[one], named[other]])) for one, other in pairs)


@settings(max_examples=150)
@given(documents, shapes, st.integers(0, 4), st.randoms(use_true_random=False))
def test_the_order_of_documents_changes_no_pair(docs, shape, cap, random):
    bands, rows = shape
    config = StoryConfig(bands=bands, rows=rows, shared_terms=1, bucket_cap=cap, neighbours=1)
    shuffled = docs.copy()
    random.shuffle(shuffled)
    assert contents_of(docs, config) == contents_of(shuffled, config)


# --- behaviour -----------------------------------------------------------------------------------

TERMS = frozenset(range(8, 88, 8))
LATER = 4 * DAY


@pytest.mark.parametrize(
    ("one", "other", "paired"),
    [
        pytest.param((TERMS, 0, 0), (TERMS, 0, 0), True, id="all alike"),
        pytest.param((TERMS, 0, 0), (TERMS, LATER, 0), True, id="the window to the second"),
        pytest.param((TERMS, LATER, 0), (TERMS, 0, 0), True, id="the later one first"),
        pytest.param((TERMS, 0, 0), (TERMS, LATER + 1, 0), False, id="a second more"),
        pytest.param((TERMS, nan, 0), (TERMS, 1e9, 0), True, id="one date unknown"),
        pytest.param((TERMS, nan, 0), (TERMS, nan, 0), True, id="both dates unknown"),
        pytest.param((TERMS, float("inf"), 0), (TERMS, 1e9, 0), True, id="an endless date"),
        pytest.param((TERMS, 0, 0), (TERMS, 0, 1), False, id="two languages"),
        pytest.param((TERMS, 0, -1), (TERMS, 0, 1), True, id="one language unknown"),
        pytest.param((TERMS, 0, -1), (TERMS, 0, -1), True, id="both languages unknown"),
        pytest.param(({8, 16, 24}, 0, 0), ({8, 16, 24, 32}, 0, 0), True, id="three shared"),
        pytest.param(({8, 16, 24}, 0, 0), ({8, 16, 32}, 0, 0), False, id="two shared"),
        pytest.param(({8, 16}, 0, 0), ({8, 16}, 0, 0), False, id="two alike of two terms"),
        pytest.param((set(), 0, 0), (set(), 0, 0), False, id="no terms"),
        pytest.param(({0, 1, MASK32}, 0, 0), ({0, 1, MASK32}, 0, 0), True, id="extreme terms"),
    ],
)
def test_two_documents(one, other, paired):
    assert pairs_of(run([one, other], StoryConfig())) == ({(0, 1)} if paired else set())


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_documents_have_no_pairs(count):
    found = run([(TERMS, 0, 0)] * count, StoryConfig())
    assert found.summary() == {"pairs": 0, "buckets_over_cap": 0, "largest_bucket": 1}


@pytest.mark.parametrize("common", [3, 5, 10])
def test_pairs_are_found_as_often_as_the_s_curve_says(common):
    """Two sets of 25 terms of which some are shared, many times over."""
    rng = np.random.default_rng(common)
    docs = []
    for _ in range(1000):
        values = rng.choice(2**32, 50 - common, replace=False).tolist()
        docs += [(set(values[:25]), 0, 0), (set(values[-25:]), 0, 0)]
    found = pairs_of(run(docs, StoryConfig()))
    jaccard = common / (50 - common)
    assert len(found) == sum((2 * pair, 2 * pair + 1) in found for pair in range(1000))
    low, high = binom.interval(0.999, 1000, 1 - (1 - jaccard**2) ** 128)
    assert low <= len(found) <= high


# --- buckets over the cap ------------------------------------------------------------------------


def one_bucket(count, moments, seed=1):
    """Documents that share three terms and so much else that one band holds all of them."""
    rng = np.random.default_rng(seed)
    config = StoryConfig(bands=1)
    shared = sorted(range(8, 8000, 8), key=lambda term: bands_of({term}, config)[0][0])[:2]
    second = min(range(8, 8000, 8), key=lambda term: bands_of({term}, config)[0][1])
    least = bands_of({*shared, second}, config)
    docs = []
    while len(docs) < count:
        terms = {*shared, second, *(8 * rng.integers(1000, 2**29, 8)).tolist()}
        if bands_of(terms, config) == least:
            docs.append((terms, moments[len(docs)], 0))
    return docs


def degrees(found, count):
    return np.bincount(np.concatenate([found.left, found.right]), minlength=count)


@pytest.mark.parametrize(("count", "capped"), [(51, 0), (52, 1)])
def test_a_bucket_over_the_cap_is_counted_and_joined_through_neighbours(count, capped):
    docs = one_bucket(count, [0.0] * count)
    found = run(docs, StoryConfig(bands=1, bucket_cap=50, neighbours=5))
    neighbours = sum(count - distance for distance in range(1, 6))
    assert found.summary() == {
        "pairs": neighbours if capped else count * (count - 1) // 2,
        "buckets_over_cap": capped,
        "largest_bucket": count,
    }


def spread(count, days, undated=0.0):
    rng = np.random.default_rng(count)
    moments = rng.uniform(0, days * DAY, count)
    moments[rng.random(count) < undated] = nan
    return moments


@pytest.mark.parametrize("days", [1, 4, 30], ids=lambda days: f"{days} days")
@pytest.mark.parametrize("undated", [0.0, 0.1, 1.0], ids=lambda share: f"{share:.0%} undated")
def test_every_document_of_a_bucket_over_the_cap_gets_pairs(days, undated):
    docs = one_bucket(300, spread(300, days, undated))
    found = run(docs, StoryConfig(bands=1, bucket_cap=20, neighbours=3))
    assert found.capped == 1
    assert degrees(found, 300).min() > 0
    assert found.left.size <= 300 * 3
    assert all(near(docs[a][1], docs[b][1], StoryConfig()) for a, b in pairs_of(found))


def test_a_bucket_that_is_large_only_over_many_days_is_under_the_cap():
    docs = one_bucket(300, np.arange(300) * DAY)
    found = run(docs, StoryConfig(bands=1, bucket_cap=8))
    assert found.summary() == {
        "pairs": sum(300 - distance for distance in range(1, 5)),
        "buckets_over_cap": 0,
        "largest_bucket": 300,
    }


def test_a_document_with_few_fellows_meets_all_of_them_even_those_with_too_many():
    """A crowd on the first day, one document four days after its end, two undated ones."""
    docs = one_bucket(103, [*np.linspace(0, DAY, 99), 1.5 * DAY, 5.5 * DAY, nan, nan])
    docs[102] = (*docs[102][:2], 1)
    found = run(docs, StoryConfig(bands=1, bucket_cap=50, neighbours=2))
    assert found.capped == 1
    assert {pair for pair in pairs_of(found) if 100 in pair} == {(99, 100), (100, 101)}


@pytest.mark.parametrize("differ", ["terms", "moments", "languages"])
def test_the_order_of_documents_changes_no_pair_of_a_bucket_over_the_cap_either(differ):
    rng = np.random.default_rng(4)
    docs = one_bucket(80, rng.integers(0, DAY, 80) if differ == "moments" else [0.0] * 80)
    if differ != "terms":
        docs = [(docs[0][0], moment, 0) for _, moment, _ in docs]
    if differ == "languages":
        docs = [(terms, moment, int(rng.integers(-1, 3))) for terms, moment, _ in docs]
    config = StoryConfig(bands=1, bucket_cap=10, neighbours=2)
    assert contents_of(docs, config) == contents_of(
        [docs[place] for place in rng.permutation(80)], config
    )


def test_undated_documents_are_fellows_of_all_dated_ones():
    """Dated ones ten days apart would be under the cap without them."""
    docs = one_bucket(120, [*np.arange(60) * 10 * DAY, *[nan] * 60])
    found = run(docs, StoryConfig(bands=1, bucket_cap=20, neighbours=2))
    assert found.capped == 1
    assert found.left.size <= 120 * 2


def test_over_the_bands_a_document_meets_many_different_neighbours():
    docs = [(TERMS | {1000 + 8 * number}, 60.0 * number, 0) for number in range(400)]
    one = run(docs, StoryConfig(bands=1, bucket_cap=20, neighbours=3))
    many = run(docs, StoryConfig(bands=64, bucket_cap=20, neighbours=3))
    assert many.capped >= 60
    assert degrees(many, 400).min() > 10 * degrees(one, 400).max()


def test_undated_documents_of_a_bucket_over_the_cap_meet_dated_ones_of_many_days():
    """Even where the bucket is the same in all bands."""
    docs = one_bucket(1240, [*np.arange(1200) * DAY / 40, *[nan] * 40])
    same = np.tile(EVERY[:, :2], 64)
    found = run(docs, StoryConfig(bands=64, bucket_cap=20, neighbours=3), same)
    assert found.capped == 64
    days = {one // 40 for one, other in pairs_of(found) if one < 1200 and other == 1200}
    assert len(days) > 10


def test_no_moment_parts_the_documents_before_and_after_it_in_all_bands():
    """A document every ten minutes: wherever a band cuts time, another joins what it parts."""
    docs = [(TERMS | {1000 + 8 * number}, number * 600.0, 0) for number in range(2000)]
    found = run(docs, StoryConfig(bands=32, bucket_cap=100, neighbours=6))
    assert found.capped >= 30
    over = np.zeros(2001)  # how many pairs reach over each document
    np.add.at(over, found.left, 1)
    np.add.at(over, found.right, -1)
    within = np.cumsum(over)[500:-500]
    assert within.min() > 0.5 * np.median(within)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux for the peak")
def test_pairs_that_do_not_pass_take_no_memory():
    """8,000 documents all meet, 32 million pairs or 256 MB; no two share three terms."""
    program = """
import numpy as np
from dedup.match.similarity import RaggedArray
from dedup.config import StoryConfig
from dedup.match.term_lsh import term_pairs
from dedup.signatures.minhash import permutations

def peak():
    status = open("/proc/self/status").read()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024

def run(count):
    sets = np.stack([np.full(count, 8), np.full(count, 16), 24 + 8 * np.arange(count)], axis=1)
    terms = RaggedArray(sets.astype(np.uint32).ravel(), 3 * np.arange(count + 1))
    config = StoryConfig(bands=2, rows=1, bucket_cap=count)
    moments, languages = np.zeros(count), np.zeros(count, np.int16)
    return term_pairs(terms, moments, languages, config, permutations(8, 3))

run(10)
before = peak()
found = run(8_000)
print(found.left.size, found.largest > 2_000, peak() - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    pairs, met, grown = done.stdout.split()
    assert (pairs, met) == ("0", "True")
    assert float(grown) < 16
