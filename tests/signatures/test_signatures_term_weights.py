import itertools
from collections import Counter
from dataclasses import replace
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.kernels.vectorizer import PARTS
from dedup.signatures.term_weights import (
    COMMONEST,
    LEAST,
    POWER,
    PROPOSING,
    SCORING,
    DocumentFrequencies,
    OwnShare,
    count_terms,
    term_weights,
    vectorize,
    without_flags,
)
from dedup.signatures.terms import term_hashes, terms
from dedup.signatures.word_frequencies import lookup, word_frequencies

laws = settings(max_examples=100, deadline=None)

# --- definition ----------------------------------------------------------------------------------


def within(value):
    return min(max(value, LEAST), 1.0)


def weight_of(count, documents, zipf, own_share=SCORING):
    """A mean of how rare a term is in the language and in the dump, cubed."""
    own = within(log((documents + 1) / (count + 0.5)) / log(documents + 1))
    if zipf is None:
        return own**POWER
    share = own_share.most * documents**2 / (documents**2 + own_share.settled**2)
    return ((1 - share) * within(1 - zipf / COMMONEST) + share * own) ** POWER


def counted(documents):
    """In how many documents each term stands."""
    return Counter(term for each in documents for term in {token & ~7 for token in each})


# --- what they are compared on -------------------------------------------------------------------

documents = st.lists(st.lists(st.integers(0, 120), max_size=12), max_size=10)
zipfs = st.floats(0, 9, width=32)
shares = st.sampled_from([PROPOSING, SCORING]) | st.builds(
    OwnShare, st.floats(0, 1), st.floats(1, 1000)
)


def laid(parts):
    bounds = np.cumsum([0, *map(len, parts)]).astype(np.int64)
    return np.array(list(itertools.chain.from_iterable(parts)), np.uint32), bounds


def counted_in(*batches):
    return count_terms(map(laid, batches))


def weights(counts, documents, zipf=None, own_share=SCORING):
    """The weights of terms that stand in so many documents of a dump."""
    wanted = np.arange(len(counts), dtype=np.uint32) * 8
    frequencies = DocumentFrequencies(wanted, np.array(counts, np.int64), documents)
    known = None if zipf is None else np.array(zipf, np.float32)
    return term_weights(frequencies, wanted, known, own_share).tolist()


# --- counting ------------------------------------------------------------------------------------


@laws
@given(documents)
def test_document_frequencies_count_documents_and_not_occurrences(parts):
    found = counted_in(parts)
    expected = counted(parts)
    assert found.documents == len(parts)
    assert found.terms.dtype == np.uint32
    assert dict(zip(found.terms.tolist(), found.counts.tolist(), strict=True)) == expected
    assert found.terms.tolist() == sorted(expected)


@laws
@given(documents, st.data())
def test_document_frequencies_do_not_depend_on_batches_or_order(parts, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(parts)), max_size=4)))
    order = data.draw(st.permutations(parts))
    ends = itertools.pairwise([0, *cuts, len(parts)])
    one, other = counted_in(parts), counted_in(*(order[start:end] for start, end in ends))
    assert one.terms.tolist() == other.terms.tolist()
    assert one.counts.tolist() == other.counts.tolist()
    assert one.documents == other.documents


def test_a_word_is_counted_alike_inside_a_sentence_and_at_its_start():
    found = count_terms([terms(["Harbours sank", "no Harbour sank", "the harbour"])])
    assert found.of(term_hashes(["harbour sank the zebra"])[0]).tolist() == [3, 2, 1, 0]


def test_document_frequencies_of_nothing_know_no_term():
    found = count_terms([])
    assert found.documents == 0
    assert found.of(np.array([8, 16], np.uint32)).tolist() == [0, 0]


@laws
@given(documents, st.lists(st.integers(0, 130).map(lambda n: n & ~7)))
def test_asking_for_terms_gives_their_counts_and_none_for_strangers(parts, wanted):
    expected = counted(parts)
    found = counted_in(parts).of(np.array(wanted, np.uint32))
    assert found.tolist() == [expected[term] for term in wanted]


@laws
@given(documents, st.integers(0, 1))
def test_a_term_that_was_left_out_has_the_count_of_unknown_ones(parts, unknown):
    every = count_terms([laid(parts)])
    kept = every.counts > 1
    found = replace(every, terms=every.terms[kept], counts=every.counts[kept], unknown=unknown)
    wanted = np.append(every.terms, np.uint32(2**32 - 8))
    expected = np.append(np.where(kept, every.counts, unknown), unknown)
    assert found.of(wanted).tolist() == expected.tolist()


def test_terms_of_one_document_can_be_left_out_without_another_weight():
    every = count_terms([terms(["the harbour sank", "a harbour opened", "no ferry sank"])])
    kept = every.counts > 1
    fewer = replace(every, terms=every.terms[kept], counts=every.counts[kept], unknown=1)
    assert fewer.terms.size < every.terms.size
    weighted = [term_weights(each, every.terms, None).tolist() for each in (every, fewer)]
    assert weighted[0] == weighted[1]


# --- weighing ------------------------------------------------------------------------------------


@laws
@given(
    st.lists(st.tuples(st.integers(0, 500), zipfs), min_size=1),
    st.integers(1, 5000),
    shares,
    st.data(),
)
def test_weights_are_those_of_the_definition(drawn, documents, share, data):
    counts = [min(count, documents) for count, _ in drawn]
    zipf = [each for _, each in drawn] if data.draw(st.booleans()) else None
    expected = [
        weight_of(count, documents, None if zipf is None else zipf[at], share)
        for at, count in enumerate(counts)
    ]
    assert weights(counts, documents, zipf, share) == pytest.approx(expected, rel=1e-5)


@laws
@given(
    st.integers(1, 10**7),
    st.integers(0, 10**7),
    st.none() | st.floats(0, 12, width=32) | st.sampled_from([0.0, 7.5]),
)
def test_a_weight_is_above_0_and_at_most_1(documents, count, zipf):
    (part_weight,) = weights([min(count, documents)], documents, None if zipf is None else [zipf])
    assert 0 < part_weight <= 1


@laws
@given(st.integers(2, 1000), st.data())
def test_what_is_rarer_in_the_dump_is_never_lighter(documents, data):
    fewer, more = sorted(data.draw(st.tuples(*[st.integers(0, documents)] * 2)))
    zipf = data.draw(st.none() | zipfs)
    both = None if zipf is None else [zipf, zipf]
    light, heavy = weights([more, fewer], documents, both)
    assert light <= heavy


@laws
@given(st.integers(1, 1000), zipfs, zipfs)
def test_what_is_rarer_in_the_language_is_never_lighter(documents, one, other):
    light, heavy = weights([1, 1], documents, sorted([one, other], reverse=True))
    assert light <= heavy


@pytest.mark.parametrize("zipf", [None, [4.0, 4.0, 4.0]])
def test_rarer_in_the_dump_is_heavier(zipf):
    common, rare, single = weights([90, 9, 1], 100, zipf)
    assert common < rare < single


@pytest.mark.parametrize("documents", [1, 100, 10_000])
def test_rarer_in_the_language_is_heavier(documents):
    common, rare, unknown = weights([1, 1, 1], documents, [6.0, 3.0, 0.0])
    assert common < rare < unknown


def spread(documents, own_share):
    """How far apart a word of every document and one of none are, equally rare in the language."""
    common, rare = weights([documents, 0], documents, [3.0, 3.0], own_share)
    return rare ** (1 / POWER) - common ** (1 / POWER)


@pytest.mark.parametrize(
    ("own_share", "least"), [(PROPOSING, 0.01), (SCORING, 0.15)], ids=["proposing", "scoring"]
)
def test_a_small_dump_has_little_say_and_never_more_than_its_share(own_share, least):
    found = [spread(documents, own_share) for documents in (5, 50, 5_000, 5_000_000)]
    assert found == sorted(found)
    assert found[0] < least
    assert own_share.most / 2 < found[-1] <= own_share.most


def test_a_dump_says_more_in_scores_than_in_proposals():
    """What is rare in the dump is in few tellings of a story, which are to meet."""
    for documents in (5, 50, 5_000):
        assert spread(documents, PROPOSING) < spread(documents, SCORING)


# --- the share of the dump -----------------------------------------------------------------------


@pytest.mark.parametrize("share", [OwnShare(0.5, 50), PROPOSING, SCORING])
def test_half_of_the_share_is_reached_with_the_settled_documents(share):
    assert share.of(0) == 0.0
    assert share.of(share.settled) == pytest.approx(share.most / 2)
    assert share.of(share.settled / 3) == pytest.approx(share.most / 10)
    assert share.of(10**7) == pytest.approx(share.most)


@laws
@given(shares, st.integers(0, 10**7), st.integers(0, 10**7))
def test_more_documents_never_have_less_of_a_share_nor_more_than_the_most(share, one, other):
    fewer, more = sorted((one, other))
    assert 0.0 <= share.of(fewer) <= share.of(more) <= share.most


def test_the_commonest_word_of_a_language_is_still_worth_something():
    assert 0 < weights([100], 100, [9.0])[0] < 0.001


# --- term vectors --------------------------------------------------------------------------------

TEXTS = ["The court fined the ferry owner.", "El tribunal multó al armador.", "court ferry Zzyx"]


def weight_in(texts, languages, word, document):
    """What a word of one document weighs, in a dump of these texts."""
    vectors, vocabulary = vectorize(*terms(texts), languages, count_terms([terms(texts)]))
    assert vocabulary.tolist() == np.unique(without_flags(terms(texts)[0])).tolist()
    whole = slice(*vectors.bounds[PARTS * document : PARTS * document + 2])
    at = np.searchsorted(vectors.terms[whole], term_hashes([word])[0][0])
    return float(vectors.weight[whole][at])


def test_a_term_weighs_what_its_language_and_the_dump_say():
    zipf = float(lookup(word_frequencies("en"), term_hashes(["court"])[0])[0])
    found = weight_in(TEXTS, ["en", "es", None], "court", 0)
    assert found == pytest.approx(weight_of(2, 3, zipf), rel=1e-5)


@pytest.mark.parametrize("language", [None, "xx"], ids=["none", "without a list"])
def test_without_a_background_the_dump_alone_weighs(language):
    found = weight_in(TEXTS, ["en", "es", language], "court", 2)
    assert found == pytest.approx(weight_of(2, 3, None), rel=1e-5)


def test_each_document_is_weighed_in_its_own_language():
    texts = ["the ministry said", "the ministry said", "dijo el ministro"]
    english = weight_in(texts, ["en", "es", "es"], "the", 0)
    spanish = weight_in(texts, ["en", "es", "es"], "the", 1)
    assert english < spanish


def test_the_order_of_languages_changes_no_weight():
    one = weight_in(TEXTS, ["en", "es", None], "ferry", 0)
    texts = TEXTS[::-1]
    assert weight_in(texts, [None, "es", "en"], "ferry", 2) == one


def test_without_a_share_of_its_own_a_dump_changes_no_weight_of_a_known_language():
    tokens = terms(TEXTS)
    several = count_terms([tokens] * 3 + [terms(["the ferry"])] * 30)
    found = [
        vectorize(*tokens, ["en"] * 3, frequencies, OwnShare(0.0, 50))[0].weight.tolist()
        for frequencies in (count_terms([tokens]), several)
    ]
    assert found[0] == found[1]
    assert found[0] != vectorize(*tokens, ["en"] * 3, several)[0].weight.tolist()


def test_no_documents_have_no_vectors():
    vectors, vocabulary = vectorize(*terms([]), [], count_terms([]))
    assert (vectors.size, vocabulary.size) == (0, 0)
