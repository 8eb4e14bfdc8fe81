"""Which texts begin anywhere inside of a longer one."""

from __future__ import annotations

import pytest

from dedup.config import SignConfig
from dedup.kernels.minhash import permuted
from dedup.match.contained_leads import MOST_LEADS, contained_leads
from dedup.match.minhash_lsh import band_keys
from dedup.match.similarity import sorted_sets
from dedup.signatures.minhash import permutations, sign

CONFIG = SignConfig()

DRAWN = permutations(CONFIG.num_perm, CONFIG.seed)


def words(name, count=80):
    return " ".join(f"{name}{number}" for number in range(count))


def found(texts, long):
    """The places of texts whose leads some long texts contain, for each of these."""
    signed = sign([*texts, *long], CONFIG)
    sets = sorted_sets(signed.shingles, signed.shingle_bounds)
    start = sets.bounds[len(texts)]
    part = type(sets)(sets.values[start:], sets.bounds[len(texts) :] - start)
    keys = band_keys(signed.signatures, 0, CONFIG.num_perm)
    which, rows = contained_leads(part, signed.leads, keys, DRAWN)
    return {(int(a), int(b)) for a, b in zip(which, rows, strict=True) if b < len(texts)}


def test_the_values_of_a_lead_are_among_those_of_a_text_that_contains_it():
    signed = sign([words("a")], CONFIG)
    for column in range(CONFIG.lead_perm):
        values = permuted(signed.shingles[: signed.shingle_bounds[1]], *DRAWN[:, column])
        assert signed.signatures[0, column] == values.min()
        assert signed.leads[0, column] == values[: CONFIG.lead_shingles].min()


@pytest.mark.parametrize("place", [0, 1, 4])
def test_a_text_is_found_wherever_the_longer_one_begins_with_it(place):
    posts = [words(name) for name in "bcdef"]
    posts.insert(place, words("a"))
    assert found([words("a"), words("x")], ["\n".join(posts)]) == {(0, 0)}


def test_a_text_whose_end_alone_is_inside_is_not_found():
    inside = " ".join(words("a").split()[45:])
    assert found([words("a")], [f"{words('b')} {inside} {words('c')}"]) == set()


def test_of_texts_with_one_lead_the_same_one_is_found_in_any_order():
    texts = [f"{words('a')} {words(end, 10)}" for end in "xyz"]
    ((_, one),) = found(texts, [f"{words('b')} {words('a')}"])
    ((_, other),) = found(texts[::-1], [f"{words('b')} {words('a')}"])
    assert texts[one] == texts[::-1][other]


def test_what_very_many_texts_begin_with_is_the_sites():
    texts = [f"{words('site', 60)} {words(f'own{number}x')}" for number in range(3)]
    assert found(texts, [f"{words('b')} {words('site', 60)}"])
    texts = [f"{words('site', 38)} {words(f'own{number}x')}" for number in range(2 * MOST_LEADS)]
    assert found(texts, [f"{words('b')} {words('site', 38)}"]) == set()
