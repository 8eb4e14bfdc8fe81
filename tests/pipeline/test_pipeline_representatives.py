"""Tokens of any documents to term vectors and heaviest terms, given the frequencies of a dump."""

from itertools import pairwise

import numpy as np
import pytest

from dedup.config import Config
from dedup.match.similarity import RaggedArray
from dedup.pipeline.match_rewrites import propose_pairs
from dedup.pipeline.representatives import Tokens
from dedup.signatures.term_weights import PROPOSING, SCORING, count_terms, vectorize
from dedup.signatures.terms import terms
from dedup.signatures.vectorizer import heaviest_terms

DAY = 86_400.0
STORM = "Storm Ada tore roofs off houses in Tarn Valley overnight, the mayor of Tarn Valley said."
RATES = "The bank of Elwood raised its rates to five percent, its governor Ines Petit announced."
TEXTS = [STORM, RATES, STORM.replace("overnight", "at dawn"), RATES.replace("five", "six")]


def tokens_of(texts, languages=None):
    tokens, bounds = terms(texts)
    numbers = np.arange(len(texts))
    return Tokens(numbers, tokens, bounds, tuple(languages or [None] * len(texts)))


def parts(values, bounds):
    return [values[start:end].tolist() for start, end in pairwise(bounds)]


@pytest.mark.parametrize("languages", [None, ["en", None, "en", "de"]])
def test_a_part_of_the_documents_has_the_vectors_and_terms_of_the_whole(languages):
    frequencies = count_terms([terms(TEXTS)])
    whole = tokens_of(TEXTS, languages)
    heaviest = parts(*whole.heaviest(frequencies))
    vectors = whole.vectors(frequencies)
    for number, text in enumerate(TEXTS):
        alone = tokens_of([text], languages and [languages[number]])
        assert parts(*alone.heaviest(frequencies)) == [heaviest[number]]
        expected = vectors.part(number, number + 1)
        one, weight = alone.vectors(frequencies).whole(0)
        other, other_weight = expected.whole(0)
        assert one.tolist() == other.tolist()
        assert weight.tolist() == other_weight.tolist()


def test_frequencies_are_those_of_the_dump_and_not_of_the_batch():
    dump = count_terms([terms(TEXTS), terms(["the storm"] * 50)])
    alone = count_terms([terms(TEXTS)])
    (_, by_dump), (_, by_batch) = (
        tokens_of(TEXTS).vectors(frequencies).whole(0) for frequencies in (dump, alone)
    )
    assert by_dump.tolist() != by_batch.tolist()
    expected, _ = vectorize(*terms(TEXTS), [None] * 4, dump)
    assert by_dump.tolist() == expected.whole(0)[1].tolist()


def test_pairs_are_proposed_by_other_weights_than_they_are_scored_by():
    texts = [*TEXTS, *(f"{STORM} w{number}" for number in range(40))]
    dump = tokens_of(texts, ["en"] * len(texts))
    frequencies = count_terms([terms(texts)])

    def weighed(own_share):
        return vectorize(*terms(texts), ["en"] * len(texts), frequencies, own_share)

    scored, (proposed, vocabulary) = weighed(SCORING)[0], weighed(PROPOSING)
    assert dump.vectors(frequencies).weight.tolist() == scored.weight.tolist()
    several = frequencies.of(vocabulary) > 1
    heaviest = [each.tolist() for each in heaviest_terms(proposed, vocabulary, several)]
    assert [each.tolist() for each in dump.heaviest(frequencies)] == heaviest
    assert scored.weight.tolist() != proposed.weight.tolist()


def test_a_tile_of_documents_proposes_pairs_within_the_window():
    frequencies = count_terms([terms(TEXTS)])
    heaviest = RaggedArray(*tokens_of(TEXTS).heaviest(frequencies))
    languages = np.full(4, -1, np.int16)

    def proposed(*days):
        found = propose_pairs(heaviest, np.array(days) * DAY, languages, Config())
        return list(zip(found.left.tolist(), found.right.tolist(), strict=True))

    assert proposed(0, 0, 1, 1) == [(0, 2), (1, 3)]
    assert proposed(0, 0, 99, 1) == [(1, 3)]
    assert proposed(0, 0, np.nan, 1) == [(0, 2), (1, 3)]
