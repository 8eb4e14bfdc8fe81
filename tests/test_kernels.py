"""Each compiled loop against a definition that is written for reading."""

import itertools
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from dedup.kernels import canonical, minhash, minhash_lsh, similarity
from dedup.kernels.components import components
from dedup.signatures.minhash import permutations
from dedup.text_batch import code_points
from dedup.tokens import DIGIT, LETTER, MARK, SEPARATOR, SINGLE, character_tables

KINDS, FOLDED = character_tables()
MULTIPLIERS, OFFSETS = permutations(16, 1)
MASK64 = 2**64 - 1
MASK32 = 2**32 - 1

laws = settings(max_examples=80, deadline=None)


# --- definitions ---------------------------------------------------------------------------------


def mix(value):
    """The 64-bit finaliser of MurmurHash3."""
    value ^= value >> 33
    value = value * 0xFF51AFD7ED558CCD & MASK64
    value ^= value >> 33
    value = value * 0xC4CEB9FE1A85EC53 & MASK64
    return value ^ value >> 33


def fnv(values, *, after=lambda digest: digest):
    """FNV-1a over whole values; ``after`` each."""
    digest = 0xCBF29CE484222325
    for value in values:
        digest = after((digest ^ value) * 0x100000001B3 & MASK64)
    return digest


def format_of(point):
    return int(KINDS[point]) if point < KINDS.size else SEPARATOR


def token_points(points):
    """The tokens of a text, each as a list of code points."""
    tokens = []
    inside = None  # SINGLE or LETTER (which stands for digits too) while a token may go on
    for point in points:
        kind = format_of(point)
        if kind == SEPARATOR:
            inside = None
        elif kind == MARK:
            if inside is not None:
                tokens[-1].append(point)
        elif kind == SINGLE:
            tokens.append([point])
            inside = SINGLE
        elif inside == LETTER:
            tokens[-1].append(point)
        else:
            tokens.append([point])
            inside = LETTER
    return tokens


def token_hashes(points):
    found = token_points(points)
    hashes = [mix(fnv(int(FOLDED[point]) for point in token)) for token in found]
    return hashes, [format_of(token[0]) == DIGIT for token in found]


def shingle_hashes(tokens, size):
    return [
        fnv(tokens[start : start + size], after=mix) >> 32
        for start in range(len(tokens) - size + 1)
    ]


def signature(values, columns):
    """datasketch's ``affine32`` in Python's unbounded integers."""
    least = [MASK32] * columns
    for h in values:
        h = (h ^ h >> 16) * 0x85EBCA6B & MASK32
        h = (h ^ h >> 13) * 0xC2B2AE35 & MASK32
        h ^= h >> 16
        hashed = [
            (int(a) * h + int(b)) & MASK32
            for a, b in zip(MULTIPLIERS[:columns], OFFSETS[:columns], strict=True)
        ]
        least = [min(pair) for pair in zip(least, hashed, strict=True)]
    return least


# --- what they are compared on -------------------------------------------------------------------

ODD = ["", " ", "\u0301", "\u0301\u0301a", "a\u0301b", "1a", "a1", "\u4e00\u0301\u4e01",
       "\u0e01\u0e31", "a\u4e00", "\u4e001", "1\u4e00a", "\u3007\u4e00", "\U0001f600",
       "\U00020000\U0003ffff", "\U00040000", "\U000e0100", "\u4e00\U000e0100\u4e00",
       "\U0010ffff", "\ud800", "\u0130", "\uff21\uff11", "\x00", "\u0915\u094d\u0937",
       "\u0661\u0662", "a\u200db"]  # fmt: skip
hostile = st.lists(st.sampled_from(ODD) | st.characters(exclude_categories=()), max_size=40).map(
    "".join
)
hashes32 = st.lists(st.integers(0, MASK32) | st.integers(0, 5), max_size=40)
HUGE = [
    "a" * 100_000,
    "\u0301" * 100_000,
    "\u4e00" * 50_000,
    "a" + "\u0301" * 100_000,
    "1 " * 50_000,
]


def points_of(string):
    return np.frombuffer(string.encode("utf-32-le", "surrogatepass"), np.uint32)


def sorted_sets(parts, dtype=np.uint32):
    parts = list(parts)
    values = np.array(list(itertools.chain.from_iterable(parts)), dtype)
    bounds = np.cumsum([0, *map(len, parts)])
    return values, bounds.astype(np.int64)


def tokenised(string):
    points = points_of(string)
    tokens, numeric = np.empty(points.size, np.uint64), np.empty(points.size, np.bool_)
    count = minhash.tokenise(points, KINDS, FOLDED, tokens, numeric)
    return tokens[:count].tolist(), numeric[:count].tolist()


def check_tokens(string):
    assert tokenised(string) == token_hashes(points_of(string).tolist())


def check_batch(texts, size, signable, lead):
    n = len(texts)
    points, bounds = points_of("".join(texts)), np.cumsum([0, *map(len, texts)]).astype(np.int64)
    signatures, leads = np.empty((n, 16), np.uint32), np.empty((n, 5), np.uint32)
    counts = np.empty(n, np.int64)
    shingles, numbers = np.empty(points.size, np.uint32), np.empty(points.size, np.uint32)
    shingle_bounds, number_bounds = np.zeros(n + 1, np.int64), np.zeros(n + 1, np.int64)
    minhash.sign_batch(
        points, bounds, KINDS, FOLDED, size, signable, lead, MULTIPLIERS, OFFSETS,
        signatures, leads, counts, shingles, shingle_bounds, numbers, number_bounds,
    )  # fmt: skip
    for index, string in enumerate(texts):
        tokens, numeric = token_hashes(points_of(string).tolist())
        made = shingle_hashes(tokens, size) if len(tokens) >= signable else []
        known = {token >> 32 for token, digits in zip(tokens, numeric, strict=True) if digits}
        assert counts[index] == len(tokens)
        found = shingles[shingle_bounds[index] : shingle_bounds[index + 1]].tolist()
        assert found == made
        found = numbers[number_bounds[index] : number_bounds[index + 1]].tolist()
        assert found == sorted(known)
        assert signatures[index].tolist() == signature(made, 16)
        assert leads[index].tolist() == signature(made[:lead], 5)


# --- text ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("string", ODD, ids=ascii)
def test_an_odd_text_is_tokenised_as_defined(string):
    check_tokens(string)


@pytest.mark.parametrize(
    ("string", "tokens"),
    [
        ("Port Elwood's 2 ferries", ["port", "elwood", "s", "2", "ferries"]),
        ("\u0301\u0302 \u0303", []),
        ("\u4e00\u4e01", ["\u4e00", "\u4e01"]),
        ("\u4e00\u0301\u4e01", ["\u4e00\u0301", "\u4e01"]),
        ("a\u4e00b", ["a", "\u4e00", "b"]),
        ("x\U00040000y", ["x", "y"]),
        ("\uff21\uff42\uff11", ["ab1"]),
    ],
    ids=ascii,
)
def test_the_definition_itself_cuts_texts_as_a_reader_would(string, tokens):
    expected = [mix(fnv(map(ord, token))) for token in tokens]
    assert token_hashes(points_of(string).tolist())[0] == expected


@laws
@given(hostile)
def test_tokens_are_those_of_the_definition(string):
    check_tokens(string)


@pytest.mark.parametrize("string", HUGE, ids=[ascii(string[:2]) for string in HUGE])
def test_huge_runs_are_tokenised_as_defined(string):
    check_tokens(string)


@laws
@given(st.lists(st.integers(0, MASK64), max_size=12), st.integers(1, 6))
def test_shingles_are_those_of_the_definition(tokens, size):
    out = np.full(max(0, len(tokens) - size + 1) + 1, 7, np.uint32)
    count = minhash.shingle(np.array(tokens, np.uint64), size, out)
    assert out[:count].tolist() == shingle_hashes(tokens, size)
    assert out[count:].tolist() == [7] * (out.size - count)  # nothing behind them is written


@laws
@given(hashes32, st.integers(1, 16))
def test_minima_are_those_of_the_definition(values, columns):
    out = np.empty(columns, np.uint32)
    minhash.minima(np.array(values, np.uint32), MULTIPLIERS, OFFSETS, out)
    assert out.tolist() == signature(values, columns)


@laws
@given(st.lists(hashes32, max_size=6))
def test_repeats_of_sorted_parts_are_dropped(parts):
    values, bounds = sorted_sets(map(sorted, parts))
    minhash.drop_repeats(values, bounds)
    found = [values[a:b].tolist() for a, b in itertools.pairwise(bounds)]
    assert found == [sorted(set(part)) for part in parts]


@laws
@given(
    st.lists(hostile, max_size=5),
    st.integers(1, 4),
    st.integers(0, 8),
    st.integers(1, 6),
)
def test_a_batch_is_signed_as_defined(texts, size, more, lead):
    check_batch(texts, size, size + more, lead)


# --- pairs ---------------------------------------------------------------------------------------


@laws
@given(st.lists(st.sets(st.integers(0, 30) | st.integers(0, MASK32)), min_size=1, max_size=6))
def test_shared_counts_the_intersection(sets):
    values, bounds = sorted_sets([sorted(each) for each in sets])
    left, right = map(np.array, zip(*itertools.product(range(len(sets)), repeat=2), strict=True))
    out = np.full(left.size, -1, np.int64)
    similarity.shared(values, bounds, left, right, out)
    assert out.tolist() == [
        len(sets[one] & sets[other]) for one, other in zip(left, right, strict=True)
    ]


weighted_sets = st.tuples(st.sets(st.integers(0, 9) | st.integers(0, MASK32)), st.integers(1, 3))


@laws
@given(st.lists(st.lists(weighted_sets, min_size=1, max_size=9), min_size=1, max_size=3))
def test_in_half_of_documents_counts_votes_in_each_group(groups):
    drawn = [each for group in groups for each in group]
    values, bounds = sorted_sets([sorted(each) for each, _ in drawn])
    weights = np.array([part_weight for _, part_weight in drawn])
    starts = np.array([0, *itertools.accumulate(map(len, groups))])
    inside, counts = np.full(len(drawn), -1, np.int64), np.full(len(groups), -1, np.int64)
    canonical.in_half_of_documents(values, bounds, weights, starts, inside, counts)
    expected = []
    for group, count in zip(groups, counts, strict=True):
        votes = Counter(
            value for each, part_weight in group for value in each for _ in range(part_weight)
        )
        half = sum(part_weight for _, part_weight in group) / 2
        common = {value for value, must_link in votes.items() if must_link >= half}
        assert count == len(common)
        expected += [len(each & common) for each, _ in group]
    assert inside.tolist() == expected


def key_of(band):
    """Two values as they are, each further one mixed in."""
    key = 0
    for row, value in enumerate(band):
        if row < 2:
            key = (key << 32 | value) & MASK64
        else:
            key ^= key >> 32
            key = key * 0x9E3779B97F4A7C15 & MASK64
            key ^= key >> 29
            key = key * 0xBF58476D1CE4E5B9 & MASK64
            key ^= key >> 32
            key = (key + value * 0x94D049BB133111EB) & MASK64
    return key


@laws
@given(
    st.lists(st.lists(st.integers(0, MASK32), min_size=6, max_size=6), max_size=8),
    st.integers(0, 5),
    st.integers(1, 6),
)
def test_band_keys_are_those_of_the_definition(signatures, start, rows):
    rows = min(rows, 6 - start)
    out = np.empty(len(signatures), np.uint64)
    minhash_lsh.band_keys(np.array(signatures, np.uint32).reshape(-1, 6), start, rows, out)
    assert out.tolist() == [key_of(each[start : start + rows]) for each in signatures]


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 8])
def test_keys_are_equal_exactly_where_bands_are(rows):
    """Every band of few small values, where a weak mix would let keys meet."""
    values = {1: 20_000, 2: 141, 3: 27, 4: 12, 8: 3}[rows]
    bands = np.array(list(itertools.product(range(values), repeat=rows)), np.uint32)
    out = np.empty(len(bands), np.uint64)
    minhash_lsh.band_keys(bands, 0, rows, out)
    assert np.unique(out).size == len(bands)


@laws
@given(st.lists(st.sets(st.integers(0, MASK32), max_size=7), max_size=5))
def test_bucket_pairs_are_all_pairs_of_each_bucket(buckets):
    members, bounds = sorted_sets([list(each) for each in buckets], np.int64)
    expected = [
        min(pair) << 32 | max(pair)
        for each in buckets
        for pair in itertools.combinations(list(each), 2)
    ]
    out = np.zeros(len(expected), np.uint64)
    minhash_lsh.bucket_pairs(members, bounds[:-1], bounds[1:], out)
    assert out.tolist() == expected


@laws
@given(st.data())
def test_components_are_those_of_scipy(data):
    count = data.draw(st.integers(1, 40))
    node = st.integers(0, count - 1)
    edges = data.draw(st.lists(st.tuples(node, node), max_size=60))
    left = np.array([one for one, _ in edges], np.int64)
    right = np.array([other for _, other in edges], np.int64)
    graph = coo_array((np.ones(left.size), (left, right)), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    smallest = {}
    for index, label in enumerate(labels):
        smallest.setdefault(label, index)
    assert components(count, left, right).tolist() == [smallest[label] for label in labels]


@pytest.mark.parametrize("direction", [1, -1])
def test_components_of_a_long_chain_are_one(direction):
    left = np.arange(100_000)[::direction].copy()
    right = left + 1
    assert not components(100_001, left, right).any()


def test_components_of_no_edges_are_the_nodes():
    none = np.empty(0, np.int64)
    assert components(3, none, none).tolist() == [0, 1, 2]
    assert components(0, none, none).size == 0


@pytest.mark.parametrize("text", ["Plain", "Caf\u00e9 \u2014", "\U0001f600 a", "\ud800", ""])
def test_code_points_are_those_of_the_text(text):
    points, bounds = code_points(["a", text])
    assert points.tolist() == [97, *map(ord, text)]
    assert bounds.tolist() == [0, 1, 1 + len(text)]


# --- array bounds --------------------------------------------------------------------------------

CHECKED = """
import sys
import numpy as np
sys.path.insert(0, sys.argv[1])
import test_kernels as t

for string in t.ODD:
    t.check_tokens(string)
for string in ("a" * 3000, chr(0x301) * 3000, chr(0x4e00) * 3000):
    t.check_tokens(string)
t.check_batch([], 3, 3, 4)
t.check_batch(["", "", ""], 3, 3, 4)
for size, signable, lead in ((1, 1, 1), (3, 3, 40), (3, 29, 40), (4, 4, 2)):
    t.check_batch([*t.ODD, "1 2 3 4 5 6 a b c " * 5, chr(0x4e00) * 60, ""], size, signable, lead)
t.test_shared_counts_the_intersection.hypothesis.inner_test([{1, 2}, set(), {2, 4294967295}])
t.test_bucket_pairs_are_all_pairs_of_each_bucket.hypothesis.inner_test([set(), {1}, {1, 2, 3}])
t.test_repeats_of_sorted_parts_are_dropped.hypothesis.inner_test([[], [2, 1, 2], [], [4294967295]])
t.test_band_keys_are_those_of_the_definition.hypothesis.inner_test([[1, 2, 3, 4, 5, 6]] * 3, 2, 4)
t.test_band_keys_are_those_of_the_definition.hypothesis.inner_test([], 0, 6)
t.test_components_of_no_edges_are_the_nodes()
t.test_components_of_a_long_chain_are_one(-1)
point = np.array([2**32 - 1, 0x3FFFF, 0x40000], np.uint32)
t.minhash.tokenise(point, t.KINDS, t.FOLDED, np.empty(3, np.uint64), np.empty(3, np.bool_))
try:
    t.minhash.minima(point, t.MULTIPLIERS[:2], t.OFFSETS[:2], np.empty(3, np.uint32))
except IndexError:
    print("bounds are checked")
"""


# Stories of texts that are hostile in part, so that every kernel of the story view has work.
CHECKED_STORIES = """
import random
from dedup import deduplicate

rng = random.Random(5)
pieces = ["The ferry ran aground off Port Elwood on Monday night. ", "5.6 1,000 12:30 ", "a" * 3000,
          chr(0x301) * 300, chr(0x4E00) * 300, chr(0xD800), "Mr. U.S. ", chr(0x1F642) * 50,
          "!?... ", chr(0) * 3, chr(10) * 3, chr(0x130) + chr(0xDF) + chr(0xFB01) + " ", ""]
words = [f"Word{n}" for n in range(60)]
texts = []
for n in range(120):
    own = words[n % 6 * 10 : n % 6 * 10 + 14]
    sentences = [" ".join(rng.choices(own, k=60)) + "." for _ in "ab"]
    parts = [*rng.choices(pieces, k=rng.randrange(6)), *sentences]
    rng.shuffle(parts)
    texts.append(" ".join(parts))
dates = [f"2026-03-{n % 5 + 1:02}" for n in range(120)]
both = enumerate(zip(texts, dates))
found = deduplicate({"id": str(n), "text": text, "date": date} for n, (text, date) in both)
assert len(found.decisions) == len(texts)
assert found.stories
"""


@pytest.mark.slow
def test_no_kernel_reads_past_an_array_on_hostile_input(tmp_path):
    """In one process: what a run and the direct calls have in common is compiled once."""
    ran = subprocess.run(
        [sys.executable, "-c", CHECKED_STORIES + CHECKED, str(Path(__file__).parent)],
        env={
            **os.environ,
            "NUMBA_BOUNDSCHECK": "1",
            "NUMBA_OPT": "0",
            "DEDUP_CACHE": str(tmp_path),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    # The last call of all reads past an array on purpose.
    assert ran.stdout == "bounds are checked\n"
