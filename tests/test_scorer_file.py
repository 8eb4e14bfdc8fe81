"""The file of a scorer: what is read, what is refused, and what a run notes of it."""

from __future__ import annotations

import copy
import hashlib
import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import ConfigError
from dedup.match.story_score import (
    FEATURES,
    GROUP_FEATURES,
    MODEL_FEATURES,
    read_scorer,
    shipped_scorer,
)
from dedup.scorer_file import LARGEST_BYTES, scorer_file

BYTES = files("dedup.match").joinpath("scorer.json").read_bytes()
SHIPPED = json.loads(BYTES)
FIRST, LAST = next(iter(FEATURES)), list(GROUP_FEATURES)[-1]


def changed(change):
    data = copy.deepcopy(SHIPPED)
    change(data)
    return json.dumps(data).encode()


def weighing(value):
    return changed(lambda data: data["group"]["weights"].update({FIRST: value}))


@pytest.fixture
def write(tmp_path):
    def write(content):
        path = tmp_path / "scorer.json"
        path.write_bytes(content)
        return path

    return write


def test_a_file_gives_its_scorer_and_says_where_it_is_from(write):
    path = write(BYTES)
    found = scorer_file(path)

    assert found.scorer == read_scorer(SHIPPED) == shipped_scorer()
    assert found.as_manifest() == {
        "name": str(path),
        "sha256": hashlib.sha256(BYTES).hexdigest(),
        "made_by": SHIPPED["made_by"],
        "data": SHIPPED["data"]["name"],
    }


def test_without_a_file_it_is_the_one_that_comes_with_the_package(write):
    found = scorer_file(None)

    assert (found.scorer, found.name) == (None, "shipped")
    assert found.sha256 == hashlib.sha256(BYTES).hexdigest()
    assert not set(found.names).isdisjoint(scorer_file(write(BYTES)).names)
    assert set(found.names).isdisjoint(scorer_file(write(weighing(0.5))).names)


@pytest.mark.parametrize("unsaid", [{}, {"made_by": 3, "data": [{"name": "x"}]}, {"data": "x"}])
def test_a_file_need_not_say_where_it_is_from(unsaid, write):
    keep = {name: SHIPPED[name] for name in SHIPPED if name not in ("made_by", "data")}
    found = scorer_file(write(json.dumps(keep | unsaid).encode()))

    assert (found.made_by, found.data) == (None, None)
    assert found.scorer == shipped_scorer()


BAD = {
    "empty": (b"", "--scorer .* cannot be used"),
    "no JSON": (b"weights: 3", "cannot be used"),
    "no UTF-8": (b'{"candidate": "\xff"}', "cannot be used"),
    "NaN": (weighing(0.5).replace(b"0.5", b"NaN"), "cannot be used"),
    "beyond what a float holds": (weighing(0.5).replace(b"0.5", b"1e999"), "cannot be used"),
    "a list": (b"[]", "it is no object"),
    "a number": (b"3", "it is no object"),
    "null": (b"null", "it is missing"),
    "nested too deeply": (b"[" * 100_000, "cannot be used"),
    "an empty object": (b"{}", "candidate is missing"),
    "a model is missing": (changed(lambda data: data.pop("group")), "group is missing"),
    "a model is a list": (changed(lambda data: data.update(group=[1])), "group is no object"),
    "no weights": (changed(lambda data: data["group"].pop("weights")), "group.weights is missing"),
    "no intercept": (
        changed(lambda data: data["group"].pop("intercept")),
        "has no intercept",
    ),
    "a feature is missing": (
        changed(lambda data: data["candidate"]["weights"].pop(FIRST)),
        f"candidate.weights has no {FIRST}",
    ),
    "a feature of loose groups is missing": (
        changed(lambda data: data["group"]["weights"].pop(LAST)),
        f"group.weights has no {LAST}",
    ),
    "a feature of loose groups in the other model": (
        changed(lambda data: data["candidate"]["weights"].update({LAST: 1.0})),
        f"candidate.weights has {LAST}, which is no feature",
    ),
    "a feature of an earlier version": (
        changed(lambda data: data["group"]["weights"].update(jaccard=1.0)),
        "group.weights has jaccard, which is no feature",
    ),
    "an unknown feature": (
        changed(lambda data: data["group"]["weights"].update({"moon\x1b[2J": 1.0})),
        r"group.weights has moon\\x1b\[2J, which is no feature",
    ),
    "below zero": (weighing(-0.001), f"group.weights.{FIRST} is not from 0 to"),
    "a weight is a text": (weighing("1"), f"group.weights.{FIRST} is no number"),
    "a weight is true": (weighing(True), f"group.weights.{FIRST} is no number"),
    "a weight is null": (weighing(None), f"group.weights.{FIRST} is no number"),
    "a weight no float can hold": (weighing(10**400), f"group.weights.{FIRST} is not from"),
    "a weight whose products overflow": (weighing(1e308), f"group.weights.{FIRST} is not from"),
    "an intercept without end": (
        changed(lambda data: data["group"].update(intercept=-1e300)),
        "group.intercept is not from",
    ),
    "too large": (BYTES + b" " * LARGEST_BYTES, "larger than"),
}


@pytest.mark.parametrize(("content", "sentence"), BAD.values(), ids=BAD)
def test_what_is_no_scorer_is_refused_with_a_sentence(content, sentence, write):
    path = write(content)
    with pytest.raises(ConfigError, match=sentence) as refused:
        scorer_file(path)
    assert refused.value.path == path
    assert str(path) in str(refused.value)
    assert "scripts/train_scorer.py" in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_what_cannot_be_read_is_refused_with_a_sentence(tmp_path):
    for path in (tmp_path / "no\nsuch.json", tmp_path):
        with pytest.raises(ConfigError, match="train_scorer") as refused:
            scorer_file(path)
        assert len(str(refused.value).splitlines()) == 1


def test_zero_is_a_weight_and_an_integer_is_a_number(write):
    assert scorer_file(write(weighing(0))).scorer.group.weights[0] == 0


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.sampled_from(["candidate", "group"]), st.sampled_from(["weights", "intercept"]), values)
def test_any_other_value_gives_a_scorer_or_a_sentence(tmp_path_factory, model, part, value):
    path = tmp_path_factory.getbasetemp() / "any-scorer.json"
    path.write_bytes(changed(lambda data: data[model].update({part: value})))
    try:
        scorer = scorer_file(path).scorer
    except ConfigError:
        return
    weights = getattr(scorer, model).weights
    assert len(weights) == len(MODEL_FEATURES[model])
    assert min(weights) >= 0
