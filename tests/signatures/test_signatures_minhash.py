import numpy as np
import pytest
from datasketch import LeanMinHash, MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.config import SignConfig
from dedup.signatures.minhash import interop, permutations, sign

CONFIG = SignConfig()
WORDS = [f"word{number}" for number in range(400)]


def words(count, seed, vocabulary=WORDS):
    return " ".join(np.random.default_rng(seed).choice(vocabulary, count))


def shingles_of(signed, index):
    return signed.shingles[signed.shingle_bounds[index] : signed.shingle_bounds[index + 1]]


def numbers_of(signed, index):
    return signed.numbers[slice(*signed.number_bounds[index : index + 2])].tolist()


def jaccard(one, other):
    a, b = set(one.tolist()), set(other.tolist())
    return len(a & b) / len(a | b)


def reference(values, num_perm=128, seed=1):
    made = MinHash(num_perm=num_perm, seed=seed, scheme="affine32", hashfunc=lambda value: value)
    for value in values.tolist():
        made.update(value)
    return made


@pytest.mark.parametrize("seed", [1, 0, 2**32 - 1])
def test_a_signature_is_datasketchs_own_bit_for_bit(seed):
    config = SignConfig(seed=seed)
    texts = [words(count, count) for count in (29, 30, 100, 1000)]
    signed = sign(texts, config)
    for index in range(len(texts)):
        shingles = shingles_of(signed, index)
        expected = reference(shingles, seed=seed).hashvalues
        assert signed.signatures[index].tolist() == expected.tolist()
        lead = reference(shingles[: config.lead_shingles], seed=seed).hashvalues
        assert signed.leads[index].tolist() == lead[: config.lead_perm].tolist()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([*"aB1,\n", "23", "\u0435", "\u4e2d", "\u0301"]), min_size=3))
def test_any_signed_text_has_datasketchs_signature(pieces):
    signed = sign([" ".join(pieces)], SignConfig(signable_tokens=3, num_perm=32))
    expected = reference(signed.shingles[: signed.shingle_bounds[1]], num_perm=32).hashvalues
    assert signed.signatures[0].tolist() == expected.tolist()


@pytest.mark.parametrize("count", [1, 16, 128, 300])
def test_permutations_are_datasketchs_own_with_odd_multipliers(count):
    made = permutations(count, 1)
    assert made.dtype == np.uint32
    assert made.shape == (2, count)
    assert (made[0] % 2 == 1).all()
    assert made.tolist() == reference(np.empty(0), num_perm=count).permutations.tolist()


def test_interop_gives_an_object_that_datasketch_compares_with_its_own():
    signed = sign([words(200, 1), words(200, 1) + " the end"], CONFIG)
    one = interop(signed.signatures[0], CONFIG)
    other = reference(shingles_of(signed, 1))
    assert isinstance(one, LeanMinHash)
    agreeing = (signed.signatures[0] == signed.signatures[1]).mean()
    assert 0.9 < one.jaccard(other) == other.jaccard(one) == agreeing < 1.0


def test_interop_can_be_put_into_datasketchs_index_and_found_with_its_own():
    texts = [words(200, seed) for seed in range(4)]
    signed = sign(texts, CONFIG)
    index = MinHashLSH(threshold=0.5, num_perm=128)
    for key, signature in enumerate(signed.signatures):
        index.insert(key, interop(signature, CONFIG))
    assert index.query(reference(shingles_of(signed, 2))) == [2]
    assert index.query(interop(signed.signatures[3], CONFIG)) == [3]


@pytest.mark.parametrize("changed", [1, 5, 20, 60, 120])
def test_the_estimated_jaccard_is_within_three_sigma_of_the_exact_one(changed):
    one = words(400, 7).split()
    other = [*one[: 400 - changed], *words(changed, 8, ["other", "words", "here", "now"]).split()]
    signed = sign([" ".join(one), " ".join(other)], CONFIG)
    exact = jaccard(shingles_of(signed, 0), shingles_of(signed, 1))
    sigma = (exact * (1 - exact) / CONFIG.num_perm) ** 0.5
    estimated = (signed.signatures[0] == signed.signatures[1]).mean()
    assert 0.2 < exact < 1.0
    assert abs(estimated - exact) <= 3 * sigma


def test_a_text_of_28_tokens_has_no_signature_and_one_of_29_has():
    signed = sign([words(28, 1), words(29, 1)], CONFIG)
    assert signed.tokens.tolist() == [28, 29]
    assert np.diff(signed.shingle_bounds).tolist() == [0, 27]
    assert (signed.signatures[0] == 2**32 - 1).all()
    assert (signed.leads[0] == 2**32 - 1).all()
    assert not (signed.signatures[1] == 2**32 - 1).any()


@pytest.mark.parametrize(("tokens", "near"), [(29, True), (28, False)])
def test_from_29_tokens_on_one_changed_word_leaves_a_near_copy(tokens, near):
    """Why the border is where it is: below, similarity cannot tell an edit from another report."""
    config = SignConfig(signable_tokens=3)
    one = WORDS[:tokens]
    changed = [*one[:14], "other", *one[15:]]
    signed = sign([" ".join(one), " ".join(changed)], config)
    assert (jaccard(shingles_of(signed, 0), shingles_of(signed, 1)) >= 0.8) is near


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(max_size=60) | st.sampled_from([words(40, 1), words(90, 2)]), max_size=6),
    st.randoms(use_true_random=False),
)
def test_what_stands_beside_a_text_in_its_batch_changes_nothing(texts, random):
    order = list(range(len(texts)))
    random.shuffle(order)
    config = SignConfig(signable_tokens=4, num_perm=16, lead_perm=16)
    together = sign([texts[index] for index in order], config)
    for place, index in enumerate(order):
        alone = sign([texts[index]], config)
        assert together.signatures[place].tolist() == alone.signatures[0].tolist()
        assert together.leads[place].tolist() == alone.leads[0].tolist()
        assert together.tokens[place] == alone.tokens[0]
        assert shingles_of(together, place).tolist() == shingles_of(alone, 0).tolist()
        assert numbers_of(together, place) == numbers_of(alone, 0)


def test_no_texts_give_empty_arrays():
    signed = sign([], CONFIG)
    assert signed.signatures.shape == (0, 128)
    assert signed.leads.shape == (0, 32)
    assert signed.shingle_bounds.tolist() == signed.number_bounds.tolist() == [0]


@pytest.mark.parametrize("text", ["", " \n", "...", "\u0301\u0302", "\ud800", "\U0001f600" * 50])
def test_a_text_without_tokens_is_signed_as_the_empty_set(text):
    signed = sign([text, words(40, 1)], CONFIG)
    assert signed.tokens.tolist() == [0, 40]
    assert (signed.signatures[0] == 2**32 - 1).all()


def test_numbers_are_the_distinct_tokens_that_start_with_a_digit():
    def numbers(text):
        return sign([text], CONFIG).numbers[: sign([text], CONFIG).number_bounds[1]].tolist()

    assert numbers("no digits, b2 c3") == []
    assert numbers("2 more, 2 less, 3rd") == sorted({*numbers("2"), *numbers("3rd")})
    assert len(numbers("12.5 12,5 1st \u0661\u0662 \uff11\uff12")) == 4  # 12 5 1st and Arabic 12
