import itertools
import json
from dataclasses import fields
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dedup.kernels.vectorizer import HEADLINE, LEAD, LEAD_NAMES, NAMES, PARTS, PLACES, WHOLE
from dedup.match.story_score import (
    FEATURES,
    GROUP_FEATURES,
    MODEL_FEATURES,
    MOST_ODDS,
    SENTENCES,
    Model,
    Scorer,
    pair_features,
    probability,
    read_scorer,
    sentence_overlaps,
    shipped_scorer,
)
from dedup.signatures.term_weights import count_terms, vectorize
from dedup.signatures.terms import terms

laws = settings(max_examples=100, deadline=None)

SHIPPED = json.loads(files("dedup.match").joinpath("scorer.json").read_text("utf-8"))

# Unit vectors are 32-bit floats.
ERROR = 1e-5


# --- definition ----------------------------------------------------------------------------------


class Document:
    """One document of a batch of term vectors, as dicts."""

    def __init__(self, vectors, number):
        def part(which, values):
            at = slice(*vectors.bounds[PARTS * number + which : PARTS * number + which + 2])
            return dict(zip(vectors.terms[at].tolist(), values[at].tolist(), strict=True))

        self.whole = part(WHOLE, vectors.normalised)
        self.lead = part(LEAD, vectors.normalised)
        self.names = part(NAMES, vectors.normalised)
        self.weight = part(WHOLE, vectors.weight)
        self.headline = part(HEADLINE, vectors.weight)
        self.lead_names = part(LEAD_NAMES, vectors.weight)
        self.lead_weight = part(LEAD, vectors.weight)
        at = slice(*vectors.bounds[PARTS * number + PLACES : PARTS * number + PLACES + 2])
        count = vectors.sentence_bounds[number + 1] - vectors.sentence_bounds[number]
        self.sentences = [{} for _ in range(count)]
        for term, weight, sentence in zip(
            vectors.terms[at].tolist(),
            vectors.weight[at].tolist(),
            vectors.sentence[at],
            strict=True,
        ):
            self.sentences[sentence][term] = weight


def dot(one, other):
    return sum(value * other[term] for term, value in one.items() if term in other)


def shared(one, other):
    return sum(min(weight, other[term]) for term, weight in one.items() if term in other)


def overlap(sentence, other):
    return shared(sentence, other) / max(sum(sentence.values()), sum(other.values()))


def told_again(one, other):
    """Mean of the best overlap of the first sentences of one with any sentence of the other."""
    first = one.sentences[:SENTENCES]
    best = [max((overlap(each, its) for its in other.sentences), default=0.0) for each in first]
    return sum(best) / len(best) if best else 0.0


def told(part, other):
    """Which share of the weight of some terms is of terms that the other text has."""
    total = sum(part.values())
    return sum(weight for term, weight in part.items() if term in other.weight) / (total or 1.0)


def told_by_either(name, one, other):
    """The mean of both; without such a part the lead stands for it."""
    parts = [getattr(each, name) or each.lead_weight for each in (one, other)]
    return (told(parts[0], other) + told(parts[1], one)) / 2


def features_of(one, other):
    common, weights_of_both = (
        shared(one.weight, other.weight),
        (sum(one.weight.values()), sum(other.weight.values())),
    )
    return {
        "lead": dot(one.lead, other.lead),
        "names": (
            dot(one.names, other.names)
            if one.names and other.names
            else dot(one.whole, other.whole)
        ),
        "retold": (told_again(one, other) + told_again(other, one)) / 2,
        "containment": common / min(weights_of_both) if common else 0.0,
        "headline": told_by_either("headline", one, other),
        "lead_names": told_by_either("lead_names", one, other),
    }


# --- texts ---------------------------------------------------------------------------------------

WORDS = [
    "ferry", "harbour", "council", "strike", "Port", "Elwood", "Monday", "Ødegård", "12", "5.6",
    "Сирена", "москва", "中国", "人", "the", "of", "a",
]  # fmt: skip
sentences = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join)
texts = st.lists(sentences, max_size=9).map(". ".join)
long = st.builds(
    lambda step, size: " ".join(WORDS[step * n % 17] + "bcdef"[n % 5] * 2 for n in range(size)),
    st.integers(1, 16),
    st.integers(78, 95),
)
batches = st.lists(texts | long, min_size=1, max_size=5)

FERRY = (
    "A ferry with 31 people on board ran aground off Port Elwood on Monday night. The harbour "
    "master Ines Karlsen said that nobody was hurt. Divers will look at the hull in the morning."
)
TRIAL = (
    "Judges in Brunsbeck acquitted 2 former ministers yesterday. Prosecutor Tom Adler announced "
    "that his office would appeal. Witnesses had withdrawn their statements one after another."
)


def viewed(given, languages=None):
    frequencies = count_terms([terms(given)])
    return vectorize(*terms(given), languages or [None] * len(given), frequencies)[0]


def measured(vectors, others, left, right):
    return pair_features(vectors, others, np.array(left, np.int64), np.array(right, np.int64))


def every_pair(vectors):
    left, right = zip(*itertools.product(range(vectors.size), repeat=2), strict=True)
    return measured(vectors, vectors, left, right)


def between(one, other):
    """The features of two texts by name."""
    (row,) = measured(viewed([one, other]), viewed([one, other]), [0], [1])
    return dict(zip(FEATURES, row.tolist(), strict=True))


# --- features ------------------------------------------------------------------------------------


@laws
@given(batches, st.data())
def test_features_are_those_of_the_definition(batch, data):
    languages = [data.draw(st.sampled_from([None, "en", "de"])) for _ in batch]
    vectors = viewed(batch, languages)
    documents = [Document(vectors, number) for number in range(vectors.size)]
    found = every_pair(vectors)
    pairs = itertools.product(documents, repeat=2)
    for row, (one, other) in zip(found.tolist(), pairs, strict=True):
        expected = features_of(one, other)
        assert list(expected) == list(FEATURES)
        assert dict(zip(FEATURES, row, strict=True)) == pytest.approx(expected, abs=ERROR)


@laws
@given(batches)
def test_features_lie_between_0_and_1(batch):
    found = every_pair(viewed(batch))
    assert found.min(initial=0.0) >= 0.0
    assert found.max(initial=0.0) <= 1.0 + ERROR


@laws
@given(batches)
def test_features_are_symmetric(batch):
    vectors = viewed(batch)
    found = every_pair(vectors).reshape(vectors.size, vectors.size, -1)
    assert found == pytest.approx(found.transpose(1, 0, 2), abs=1e-12)


@laws
@given(batches)
def test_a_text_against_itself_has_1_in_everything_but_what_it_lacks(batch):
    """Without terms nothing is shared, without whole sentences nothing is retold.

    The lead of a long text is a part of it only.
    """
    vectors = viewed(batch)
    own = range(vectors.size)
    for number, row in enumerate(measured(vectors, vectors, own, own).tolist()):
        document = Document(vectors, number)
        expected = dict.fromkeys(FEATURES, 1.0 if document.whole else 0.0)
        expected["retold"] = 1.0 if document.sentences else 0.0
        assert dict(zip(FEATURES, row, strict=True)) == pytest.approx(expected, abs=ERROR)


@laws
@given(texts)
def test_texts_without_a_common_term_have_0_in_everything(text):
    assume(not set(terms([text])[0] >> 3) & set(terms([TRIAL])[0] >> 3))
    assert between(text, TRIAL) == dict.fromkeys(FEATURES, 0.0)


@laws
@given(batches, batches)
def test_two_batches_give_what_one_gives(one, other):
    together = [*one, *other]
    frequencies = count_terms([terms(together)])

    def of(batch):
        return vectorize(*terms(batch), [None] * len(batch), frequencies)[0]

    left, right = zip(*itertools.product(range(len(one)), range(len(other))), strict=True)
    apart = measured(of(one), of(other), left, right)
    within = measured(of(together), of(together), left, [len(one) + at for at in right])
    assert apart.tolist() == within.tolist()


def test_no_pairs_have_no_features():
    vectors = viewed([FERRY])
    assert measured(vectors, vectors, [], []).shape == (0, len(FEATURES))


def test_only_the_first_sentences_of_either_text_are_looked_for():
    fillers = [f"aa{n}a bb{n}b cc{n}c dd{n}d" for n in range(SENTENCES)]
    others = [f"ee{n}e ff{n}f gg{n}g hh{n}h" for n in range(SENTENCES)]
    late = "ferry harbour strike council"
    assert between(". ".join([*fillers, late]), ". ".join([*others, late]))["retold"] == 0.0
    assert between(". ".join([late, *fillers]), ". ".join([*others, late]))["retold"] > 0.0


def test_the_words_of_a_text_in_another_order_are_not_retold():
    words = FERRY.replace(".", "").split()
    turned = " ".join(words[::3] + words[1::3] + words[2::3])
    found = between(FERRY, turned)
    assert found["containment"] > 0.9
    assert found["retold"] < 0.6


def test_texts_without_names_are_compared_by_their_whole_instead():
    lower = between(FERRY.lower(), FERRY)
    vectors = viewed([FERRY.lower(), FERRY])
    one, other = Document(vectors, 0), Document(vectors, 1)
    assert lower["names"] == pytest.approx(dot(one.whole, other.whole), abs=ERROR)
    assert lower["names"] > 0
    cased = between(FERRY.replace("Elwood", "Saltby").replace("Ines Karlsen", "Jo Berg"), FERRY)
    assert cased["names"] < lower["names"]


def test_a_shorter_text_is_contained_in_a_longer_one():
    found = between(FERRY, f"{FERRY} {TRIAL}")
    assert found["containment"] == found["headline"] == pytest.approx(1.0)
    assert found["lead"] < 0.9


# Two reports of one affair: the second is of another day, and has the first as its background.
SEARCH = (
    "Police in Brunsbeck looked for a man over the robbery of the Orrin bank. Divers came from far "
    "away, and a helicopter circled above the harbour until the evening."
)
PRISON = (
    "Court in Brunsbeck sends bank robber to prison for nine years. Judge Olga Ferro spoke of a "
    "warning to others. Inspector Ada Lind had found him at the harbour of Tessel. Police had "
    "looked for a man over the robbery of the Orrin bank."
)


def test_a_headline_is_looked_for_in_the_whole_of_the_other_text():
    """The later report tells that of the earlier as its background, which is one side of two."""
    found = between(SEARCH, PRISON)
    vectors = viewed([SEARCH, PRISON])
    one, other = Document(vectors, 0), Document(vectors, 1)
    assert told(one.headline, other) == pytest.approx(1.0)
    assert told(other.headline, one) < 0.5
    expected = (1.0 + told(other.headline, one)) / 2
    assert found["headline"] == pytest.approx(expected, abs=ERROR)


def test_names_behind_the_lead_of_a_text_are_not_asked_for():
    late = " ".join(f"w{number}" for number in range(80))
    for names in ("Ada Lind", "Olga Ferro"):
        one, other = f"the Tessel {late} {names}", "the harbour of Tessel is shut"
        assert between(one, other)["lead_names"] == pytest.approx(1.0)
    assert between("the Tessel Ada Lind", "the harbour of Tessel is shut")["lead_names"] < 1.0


def test_the_lead_stands_for_names_that_a_lead_lacks():
    """A script without capitals; the other text may have names."""
    lower = "the harbour of tessel is shut since monday"
    assert between(lower, lower)["lead_names"] == pytest.approx(1.0)
    found = between(lower, "the harbour of Tessel burns")["lead_names"]
    vectors = viewed([lower, "the harbour of Tessel burns"])
    one, other = Document(vectors, 0), Document(vectors, 1)
    assert not one.lead_names
    expected = (told(one.lead_weight, other) + told(other.lead_names, one)) / 2
    assert found == pytest.approx(expected, abs=ERROR)
    assert 0.5 < found < 1.0


@laws
@given(batches)
def test_how_well_sentences_are_retold_is_as_defined(batch):
    vectors = viewed(batch)
    first, *others = (Document(vectors, number) for number in range(vectors.size))
    weights, best, place = sentence_overlaps(vectors, 0, np.arange(1, vectors.size))
    assert weights.tolist() == pytest.approx([sum(each.values()) for each in first.sentences])
    assert best.shape == place.shape == (len(others), len(first.sentences))
    for other, its_best, its_place in zip(others, best.tolist(), place.tolist(), strict=True):
        found = [[overlap(each, its) for its in other.sentences] for each in first.sentences]
        expected = [max(each, default=0.0) for each in found]
        assert its_best == pytest.approx(expected, abs=ERROR)
        assert [
            each[at] if each else 0.0 for each, at in zip(found, its_place, strict=True)
        ] == pytest.approx(expected, abs=ERROR)


# --- odds ----------------------------------------------------------------------------------------

SHIPPED_MODELS = [shipped_scorer().candidate, shipped_scorer().group]


def drawn_models(count):
    weights = st.lists(st.floats(0, 20), min_size=count, max_size=count)
    return st.builds(Model, st.floats(-9, 9), weights.map(tuple))


def rows_of(model):
    """Features of a pair for a model."""
    size = len(model.weights)
    return st.lists(st.floats(0, 1), min_size=size, max_size=size)


models = st.sampled_from(SHIPPED_MODELS) | st.integers(1, 9).flatmap(drawn_models)


@laws
@given(models, st.floats(0, 1), st.data())
def test_more_of_a_feature_never_lowers_the_odds(model, more, data):
    row = data.draw(rows_of(model))
    column = data.draw(st.integers(0, len(row) - 1))
    higher = list(row)
    higher[column] = max(row[column], more)
    low, high = model.odds(np.array([row, higher]))
    assert low <= high + 1e-12


@laws
@given(models, st.data())
def test_odds_are_a_weighted_sum_within_limits(model, data):
    rows = data.draw(st.lists(rows_of(model), min_size=1, max_size=4))
    expected = [
        model.intercept + sum(w * x for w, x in zip(model.weights, row, strict=True))
        for row in rows
    ]
    assert model.odds(np.array(rows)).tolist() == pytest.approx(
        [min(max(each, -MOST_ODDS), MOST_ODDS) for each in expected]
    )


def test_even_odds_are_a_probability_of_a_half():
    assert probability(np.zeros(1)).tolist() == [0.5]


@laws
@given(st.floats(-MOST_ODDS, MOST_ODDS))
def test_probabilities_of_opposite_odds_add_up_to_one(odds):
    one, other = probability(np.array([odds, -odds])).tolist()
    assert 0 < one < 1
    assert one + other == pytest.approx(1.0)
    assert np.log(one / other) == pytest.approx(odds, abs=1e-9)


def of_model(name, texts):
    """The features of pairs by their texts as a model takes them: no lead names a day."""
    days = {"no_other_day": 1.0, "same_day": 0.0}
    added = [days[feature] for feature in MODEL_FEATURES[name] if feature not in FEATURES]
    return np.column_stack([texts, *(np.full(len(texts), value) for value in added)])


def test_the_same_event_scores_higher_than_another():
    again = (
        "Thirty-one people were brought ashore after a ferry hit rocks near Port Elwood late on "
        "Monday. Nobody was hurt, harbour master Ines Karlsen said. The hull is to be examined by "
        "divers on Tuesday morning."
    )
    vectors = viewed([FERRY, again, TRIAL], ["en"] * 3)
    for name in MODEL_FEATURES:
        texts = measured(vectors, vectors, [0, 0], [1, 2])
        same, other = getattr(shipped_scorer(), name).odds(of_model(name, texts))
        assert same > other + 1


# --- the shipped scorer --------------------------------------------------------------------------


def test_the_shipped_scorer_names_its_data_and_what_its_features_mean():
    assert SHIPPED["data"]["name"]
    assert len(SHIPPED["data"]["sha256"]) == 64
    assert len(SHIPPED["data"]["sets"]) > 1
    assert sum(SHIPPED["data"]["sets"].values()) > 1000
    assert SHIPPED["made_by"].startswith("scripts/")
    assert SHIPPED["features"] == dict(GROUP_FEATURES)


def test_the_shipped_scorer_says_how_far_its_scores_are_from_what_they_mean():
    assert 0 < SHIPPED["calibration_error"] <= 0.05


def test_pairs_of_a_loose_group_have_the_features_of_any_pair_and_more():
    assert list(GROUP_FEATURES)[: len(FEATURES)] == list(FEATURES)
    assert set(MODEL_FEATURES) == {field.name for field in fields(Scorer)}


@pytest.mark.parametrize("name", MODEL_FEATURES)
def test_no_shipped_weight_is_below_zero(name):
    assert list(SHIPPED[name]["weights"]) == list(MODEL_FEATURES[name])
    assert min(SHIPPED[name]["weights"].values()) >= 0
    assert max(SHIPPED[name]["weights"].values()) > 0
    assert SHIPPED[name]["intercept"] < 0


def test_the_shipped_scorer_is_read_once():
    assert shipped_scorer() is shipped_scorer()
    assert shipped_scorer() == read_scorer(SHIPPED)


@laws
@given(*(drawn_models(len(names)) for names in MODEL_FEATURES.values()))
def test_a_scorer_that_is_written_is_read_as_it_was(candidate, group):
    written = {
        name: {
            "intercept": model.intercept,
            "weights": dict(zip(MODEL_FEATURES[name], model.weights, strict=True)),
        }
        for name, model in zip(MODEL_FEATURES, (candidate, group), strict=True)
    }
    found = read_scorer(json.loads(json.dumps(written)))
    assert (found.candidate, found.group) == (candidate, group)


def test_the_order_of_the_weights_in_a_file_changes_nothing():
    turned = json.loads(json.dumps(SHIPPED))
    for name in MODEL_FEATURES:
        turned[name]["weights"] = dict(reversed(turned[name]["weights"].items()))
    assert read_scorer(turned) == shipped_scorer()


MISSING = [(name, feature) for name, features in MODEL_FEATURES.items() for feature in features]


@pytest.mark.parametrize(("name", "feature"), MISSING)
def test_a_scorer_without_one_of_the_features_is_refused(name, feature):
    broken = json.loads(json.dumps(SHIPPED))
    del broken[name]["weights"][feature]
    with pytest.raises(KeyError, match=feature):
        read_scorer(broken)


@pytest.mark.parametrize("name", ["candidate", "group"])
@laws
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.data())
def test_a_pair_has_the_same_odds_in_any_batch_to_the_last_bit(name, seed, size, data):
    model = getattr(shipped_scorer(), name)
    features = np.random.default_rng(seed).random((size, len(model.weights)))
    start = data.draw(st.integers(0, size - 1))
    end = data.draw(st.integers(start + 1, size))
    assert (
        model.odds(features[start:end].copy()).tolist() == model.odds(features)[start:end].tolist()
    )
