import itertools
from collections import Counter
from dataclasses import fields
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.kernels.terms import FLAGS, NAME, OPENS
from dedup.kernels.vectorizer import HEADLINE, LEAD, LEAD_NAMES, NAMES, PARTS, PLACES, WHOLE
from dedup.signatures.terms import terms
from dedup.signatures.vectorizer import (
    HEADLINE_TOKENS,
    HEAVIEST,
    LEAD_TOKENS,
    SENTENCE_TERMS,
    heaviest_terms,
    vectors,
)

laws = settings(max_examples=100, deadline=None)

WEIGHED = (WHOLE, LEAD, NAMES, HEADLINE, LEAD_NAMES)

# --- definition ----------------------------------------------------------------------------------


def sentences_of(tokens):
    """The distinct terms of each sentence that has enough of them, in text order."""
    found = []
    for token in tokens:
        if token & OPENS or not found:
            found.append(set())
        found[-1].add(token & ~int(FLAGS))
    return [each for each in found if len(each) >= SENTENCE_TERMS]


def headline_of(tokens):
    """The tokens of the first sentence, or the first of them."""
    end = next((at for at, token in enumerate(tokens) if at and token & OPENS), len(tokens))
    return tokens[: min(end, HEADLINE_TOKENS)]


def terms_of_part(tokens, part):
    """How often each term occurs in the whole, the lead, the headline, or among the names."""
    if part in (LEAD, LEAD_NAMES):
        tokens = tokens[:LEAD_TOKENS]
    if part == HEADLINE:
        tokens = headline_of(tokens)
    if part in (NAMES, LEAD_NAMES):
        tokens = [token for token in tokens if token & NAME]
    return Counter(token & ~int(FLAGS) for token in tokens)


def unit_vector(counts, part_weight):
    """(1 + ln tf) times the weight of each term, over the length of that vector."""
    values = {term: (1 + log(count)) * part_weight[term] for term, count in counts.items()}
    length = sqrt(sum(value * value for value in values.values()))
    return {term: value / length if length else 0.0 for term, value in values.items()}


# --- documents -----------------------------------------------------------------------------------

weights_between = st.floats(2**-10, 1.0, width=32)
flags = st.sampled_from([0, 0, 0, NAME, OPENS, NAME | OPENS, 2])
tokens = st.lists(st.builds(lambda term, flag: 8 * term + flag, st.integers(0, 12), flags))
long = st.builds(
    lambda step, size, flag: [8 * (step * n % 41) + (flag if n % 3 else 0) for n in range(size)],
    st.integers(1, 40),
    st.integers(10, 18) | st.integers(70, 95),
    st.sampled_from([0, NAME]),
)


@st.composite
def batches(draw):
    """Tokens of some documents, the weight of every term in two languages, one for each."""
    documents = draw(st.lists(tokens | long, max_size=5))
    palettes = [draw(st.lists(weights_between, min_size=1, max_size=7)) for _ in range(2)]
    part_weight = [
        {8 * term: palette[term % len(palette)] for term in range(41)} for palette in palettes
    ]
    language = [draw(st.integers(0, 1)) for _ in documents]
    return documents, part_weight, language


def built(documents, part_weight, language):
    bounds = np.cumsum([0, *map(len, documents)]).astype(np.int64)
    vocabulary = np.array(sorted(part_weight[0]), np.uint32)
    return vectors(
        np.array(list(itertools.chain.from_iterable(documents)), np.uint32),
        bounds,
        vocabulary,
        np.array([[row[term] for term in sorted(row)] for row in part_weight], np.float32),
        np.array(language, np.int64),
    )


def of_texts(*texts, part_weight=1.0):
    """The term vectors of texts in which every term weighs the same."""
    found, bounds = terms(texts)
    vocabulary = np.unique(found & ~FLAGS)
    row = np.full((1, vocabulary.size), part_weight, np.float32)
    return vectors(found, bounds, vocabulary, row, np.zeros(len(texts), np.int64)), vocabulary


def part_of(made, document, part):
    return slice(*made.bounds[PARTS * document + part : PARTS * document + part + 2])


def terms_in(made, document, part):
    return made.terms[part_of(made, document, part)].tolist()


def hashes(text):
    return sorted({int(token & ~FLAGS) for token in terms([text])[0]})


# --- laws ----------------------------------------------------------------------------------------


@laws
@given(batches())
def test_the_weighed_parts_are_those_of_the_definition(batch):
    made = built(*batch)
    for document, (own, language) in enumerate(zip(batch[0], batch[2], strict=True)):
        for part in WEIGHED:
            counts = terms_of_part(own, part)
            part_weight, at = batch[1][language], part_of(made, document, part)
            assert made.terms[at].tolist() == sorted(counts)
            assert made.weight[at].tolist() == [part_weight[term] for term in sorted(counts)]
            expected = unit_vector(counts, part_weight)
            assert made.normalised[at].tolist() == pytest.approx(
                [expected[term] for term in sorted(counts)], abs=1e-6
            )


@laws
@given(batches())
def test_places_and_sentences_are_those_of_the_definition(batch):
    made = built(*batch)
    for document, (own, language) in enumerate(zip(batch[0], batch[2], strict=True)):
        sentences, part_weight = sentences_of(own), batch[1][language]
        at = part_of(made, document, PLACES)
        places = list(zip(made.terms[at].tolist(), made.sentence[at].tolist(), strict=True))
        assert places == sorted((term, n) for n, each in enumerate(sentences) for term in each)
        assert made.weight[at].tolist() == [part_weight[term] for term, _ in places]
        weight = made.sentence_weight[slice(*made.sentence_bounds[document : document + 2])]
        assert weight.tolist() == pytest.approx(
            [sum(part_weight[term] for term in each) for each in sentences]
        )


@laws
@given(batches())
def test_a_unit_vector_has_norm_one_or_no_terms(batch):
    made = built(*batch)
    for document, part in itertools.product(range(made.size), WEIGHED):
        normalised = made.normalised[part_of(made, document, part)].astype(np.float64)
        assert np.linalg.norm(normalised) == (
            pytest.approx(1.0, abs=1e-6) if normalised.size else 0.0
        )


@laws
@given(batches())
def test_arrays_end_where_the_last_part_ends(batch):
    made = built(*batch)
    assert made.size == len(batch[0])
    assert made.bounds.size == PARTS * made.size + 1
    assert made.bounds[0] == made.sentence_bounds[0] == 0
    for each in (made.terms, made.weight, made.normalised, made.sentence):
        assert each.size == made.bounds[-1]
    assert made.sentence_weight.size == made.sentence_bounds[-1]


@laws
@given(batches())
def test_the_other_documents_of_a_batch_change_nothing(batch):
    documents, part_weight, language = batch
    together = built(*batch)
    for number, document in enumerate(documents):
        alone = built([document], part_weight, [language[number]])
        at = slice(together.bounds[PARTS * number], together.bounds[PARTS * (number + 1)])
        for name in ("terms", "weight", "sentence"):
            assert getattr(together, name)[at].tolist() == getattr(alone, name).tolist()
        for part in WEIGHED:
            found = together.normalised[part_of(together, number, part)].tolist()
            assert found == alone.normalised[part_of(alone, 0, part)].tolist()
        sentences = slice(*together.sentence_bounds[number : number + 2])
        assert together.sentence_weight[sentences].tolist() == alone.sentence_weight.tolist()


@laws
@given(batches(), st.data())
def test_the_heaviest_terms_are_those_of_the_definition(batch, data):
    made = built(*batch)
    vocabulary = np.array(sorted(batch[1][0]), np.uint32)
    alone = data.draw(st.sets(st.integers(0, 40)))
    several = [term not in alone for term in range(41)]
    known = {term for term, each in zip(vocabulary.tolist(), several, strict=True) if each}
    values, bounds = heaviest_terms(made, vocabulary, np.array(several))
    assert bounds.size == made.size + 1
    assert bounds[-1] == values.size
    for document, (start, end) in enumerate(itertools.pairwise(bounds)):
        at = part_of(made, document, WHOLE)
        normalised = dict(zip(made.terms[at].tolist(), made.normalised[at].tolist(), strict=True))
        best = sorted(known & normalised.keys(), key=lambda term: (-normalised[term], term))
        assert values[start:end].tolist() == sorted(best[:HEAVIEST])


# --- parts of a text -----------------------------------------------------------------------------


def test_the_parts_of_a_text():
    text = "A ferry sank off Port Elwood on Monday. No one drowned. The Coast Guard came."
    made, _ = of_texts(text)
    assert terms_in(made, 0, WHOLE) == terms_in(made, 0, LEAD) == hashes(text)
    assert terms_in(made, 0, NAMES) == hashes("Port Elwood Monday Coast Guard")
    assert terms_in(made, 0, LEAD_NAMES) == terms_in(made, 0, NAMES)
    assert terms_in(made, 0, HEADLINE) == hashes("A ferry sank off Port Elwood on Monday")
    assert made.sentence_weight.tolist() == [8, 3, 4]
    assert made.sentence[part_of(made, 0, PLACES)].size == 15


def test_the_lead_is_the_first_eighty_tokens():
    text = " ".join(f"w{number}" for number in range(200))
    made, _ = of_texts(text)
    assert len(terms_in(made, 0, WHOLE)) == 200
    assert terms_in(made, 0, LEAD) == hashes(" ".join(text.split()[:80]))


def test_the_names_of_the_lead_are_those_of_its_eighty_tokens():
    text = " ".join(f"w{number} Port{number}" for number in range(100))
    made, _ = of_texts(text)
    assert len(terms_in(made, 0, NAMES)) == 100
    assert terms_in(made, 0, LEAD_NAMES) == hashes(" ".join(text.split()[1:80:2]))


def test_the_headline_is_the_first_sentence_however_short():
    made, _ = of_texts(
        "Ferry sinks now. Nobody drowned when it sank.", "Ferry sinks\nNobody drowned"
    )
    assert terms_in(made, 0, HEADLINE) == hashes("Ferry sinks now")
    # Two words end no sentence: "Mr." is none.
    assert terms_in(made, 1, HEADLINE) == hashes("Ferry sinks Nobody drowned")


def test_a_headline_has_fourteen_tokens_at_most():
    text = " ".join(f"w{number}" for number in range(30))
    made, _ = of_texts(text)
    assert terms_in(made, 0, HEADLINE) == hashes(" ".join(text.split()[:14]))


def test_a_sentence_of_two_terms_is_left_out_and_its_terms_stay_in_the_whole():
    made, _ = of_texts(
        "The ferry sank. Nobody nobody came here ever. So so so. Yes, yes, well yes."
    )
    assert made.sentence_weight.tolist() == [3, 4]
    assert len(terms_in(made, 0, WHOLE)) == 3 + 4 + 1 + 2


def test_a_term_that_occurs_more_often_counts_more_but_not_as_often():
    made, vocabulary = of_texts("rust rust rust rust steel")
    steel, rust = (
        float(
            made.normalised[part_of(made, 0, WHOLE)][np.searchsorted(vocabulary, hashes(word)[0])]
        )
        for word in ("steel", "rust")
    )
    assert rust / steel == pytest.approx(1 + log(4))


@pytest.mark.parametrize("text", ["", " .\n", "\u0301"], ids=ascii)
def test_a_text_without_tokens_has_empty_parts(text):
    made, _ = of_texts(text, "the ferry sank")
    assert [terms_in(made, 0, part) for part in range(PARTS)] == [[]] * PARTS
    assert made.sentence_bounds.tolist() == [0, 0, 1]


def test_no_texts_have_no_parts():
    made, vocabulary = of_texts()
    assert made.size == 0
    assert all(getattr(made, field.name).size in (0, 1) for field in fields(made))
    values, bounds = heaviest_terms(made, vocabulary, np.empty(0, np.bool_))
    assert (values.size, bounds.tolist()) == (0, [0])


# --- heaviest terms ------------------------------------------------------------------------------


def test_a_text_keeps_its_heaviest_terms_and_of_equal_ones_the_smaller():
    text = " ".join(f"w{number}" for number in range(40))
    made, vocabulary = of_texts(text)
    values, bounds = heaviest_terms(made, vocabulary, np.ones(40, np.bool_))
    assert bounds.tolist() == [0, HEAVIEST]
    assert values.tolist() == hashes(text)[:HEAVIEST]


def test_terms_of_one_document_cannot_pair_and_are_left_out():
    made, vocabulary = of_texts("ferry sank port", "ferry sank again")
    several = np.isin(vocabulary, hashes("ferry sank"))
    values, bounds = heaviest_terms(made, vocabulary, several)
    assert bounds.tolist() == [0, 2, 4]
    assert values.tolist() == hashes("ferry sank") * 2


def test_a_document_of_which_no_term_can_pair_has_none():
    made, vocabulary = of_texts("ferry sank", "port shut")
    values, bounds = heaviest_terms(made, vocabulary, np.zeros(vocabulary.size, np.bool_))
    assert (values.size, bounds.tolist()) == (0, [0, 0, 0])
