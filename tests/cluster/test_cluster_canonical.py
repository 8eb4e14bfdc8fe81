import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from clustering import Dump
from hypothesis import given
from hypothesis import strategies as st

from dedup.cluster.canonical import (
    DEFAULT_ORDER,
    RULES,
    Ballot,
    common_text,
    parse_policy,
    rank,
    why,
)
from dedup.errors import ConfigError
from dedup.models import Facts

CASES = json.loads((Path(__file__).parents[1] / "cases" / "canonical.json").read_text("utf-8"))


def label(case):
    return case["label"]


@pytest.mark.parametrize("case", CASES["synthetic"], ids=label)
def test_the_election_goes_as_the_table_says(case):
    for documents in itertools.permutations(case["documents"]):
        (story,) = Dump(documents).stories(*case.get("rules", ()))
        assert story.canonical.doc_id == case["canonical"]
        assert (story.why.rule, story.why.runner_up) == (case["rule"], case["runner_up"])
        assert story.why.detail == case.get("detail", story.why.detail)


def test_every_rule_decides_in_some_case_of_the_table():
    deciding = {case["rule"] for case in CASES["synthetic"]}
    assert set(RULES) <= deciding
    by_default = {case["rule"] for case in CASES["synthetic"] if "rules" not in case}
    assert set(DEFAULT_ORDER) == by_default


# --- policies ------------------------------------------------------------------------------------


def order(*names):
    """The rules behind the first, which no rules of the user's go before."""
    first, *others = [rule.name for rule in parse_policy(names)]
    assert first == "handed-on"
    return others


def test_without_rules_of_the_users_the_default_order_decides():
    assert order() == list(DEFAULT_ORDER)


def test_named_rules_go_before_the_others_and_whole_before_all():
    rest = ["agency", "declared", "current", "complete", "handed-on", "cleanest", "shortest-url",
            "id"]  # fmt: skip
    assert order("earliest") == ["whole", "earliest", *rest]
    assert order("longest", "earliest") == ["whole", "longest", "earliest", *rest]
    assert order("field:a b:asc")[:2] == ["whole", "field:a b:asc"]


def test_whole_stands_where_it_is_named():
    assert order("longest", "whole")[:3] == ["longest", "whole", "agency"]


@pytest.mark.parametrize(
    "name",
    ["", "first", "Earliest", "earliest ", "field", "field:", "field:x", "field::asc", "field:x:up",
     "field:a:b:asc", "fields:x:asc", "earliest,longest"],
)  # fmt: skip
def test_an_unknown_rule_is_refused_by_its_name_with_those_that_are_known(name):
    with pytest.raises(ConfigError) as caught:
        parse_policy(["earliest", name])
    said = str(caught.value)
    assert said.startswith(f"--canonical {name}: ")
    assert all(known in said for known in RULES)
    assert "field:NAME:asc" in said


# --- ranking -------------------------------------------------------------------------------------


def ballot(doc_id="x", **values):
    own = {name: values.pop(name) for name in tuple(values) if name in Ballot.__slots__}
    return Ballot(Facts(row=0, doc_id=doc_id, text_id=0, **values), **own)


field_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.floats(-2, 2),
    st.sampled_from(["", "a", "ab", "b"]),
    st.sampled_from([[1], 10**400, float("inf")]),
)


@st.composite
def ballots(draw):
    count = draw(st.integers(2, 5))
    return [
        ballot(
            f"id{number}",
            stub=draw(st.booleans()),
            roundup=draw(st.booleans()),
            declared=draw(st.integers(0, 1)),
            coverage=draw(st.sampled_from([0.0, 0.3, 0.35, 1.0])),
            surplus=draw(st.sampled_from([0.0, 0.05, 0.5])),
            agency_page=draw(st.booleans()),
            moment=draw(st.sampled_from([None, 0.0, -5.0, 9.0])),
            tokens=draw(st.integers(0, 1)),
            leftovers=draw(st.integers(0, 1)),
            url=draw(st.sampled_from([None, "", "http://a.com"])),
            fields=draw(st.dictionaries(st.just("x"), field_values)),
            earlier=draw(st.sampled_from([None, None, "canonical", "unique", "duplicate"])),
            repeats=draw(st.booleans()),
            shingles=draw(st.sampled_from([100, 105, 120])),
        )
        for number in range(count)
    ]


rules = st.lists(st.sampled_from([*RULES, "field:x:asc", "field:x:desc"]), max_size=3)


@given(ballots(), rules, st.randoms(use_true_random=False))
def test_ranking_does_not_hang_on_the_order_and_why_names_the_first_rule_that_differs(
    given_ballots, chosen, random
):
    policy = parse_policy(chosen)
    ranked = rank(given_ballots, policy)
    shuffled = list(given_ballots)
    random.shuffle(shuffled)
    assert rank(shuffled, policy) == ranked
    reason = why(*ranked[:2], policy)
    assert reason.runner_up == ranked[1].facts.doc_id
    keys = [(rule.name, *map(rule.key, ranked[:2])) for rule in policy]
    name, first, second = next(each for each in keys if each[1] != each[2])
    assert name == reason.rule
    assert first < second


def test_a_field_that_is_not_a_number_does_not_stop_the_others_from_being_ranked():
    some = [ballot(str(n), fields={"x": x}) for n, x in enumerate([2.0, float("nan"), 1.0])]
    policy = parse_policy(["field:x:asc"])
    ways = {tuple(b.facts.doc_id for b in rank(p, policy)) for p in itertools.permutations(some)}
    assert len(ways) == 1


@pytest.mark.parametrize("tenths", range(11))
def test_coverage_counts_in_whole_tenths(tenths):
    share = tenths / 10  # 0.3 / 0.1 is a little less than 3
    key = RULES["complete"].key
    assert key(ballot(coverage=share))[0] == -tenths
    assert key(ballot(coverage=share + 0.09))[0] == -tenths
    assert key(ballot(surplus=share))[1] == tenths


def test_a_roundup_is_behind_a_stub():
    key = RULES["whole"].key
    keys = [key(ballot()), key(ballot(stub=True)), key(ballot(roundup=True))]
    assert keys == sorted(set(keys))
    assert RULES["whole"].says(ballot(stub=True, roundup=True)).startswith("a roundup")


# --- the common text -----------------------------------------------------------------------------

sets_with_weights = st.lists(
    st.tuples(st.sets(st.integers(0, 8)), st.integers(1, 3)), min_size=1, max_size=5
)


@given(sets_with_weights)
def test_common_text_is_what_at_least_half_of_the_documents_hold(drawn):
    everyone = [each for each, weight in drawn for _ in range(weight)]
    shingles = set().union(*everyone)
    common = {x for x in shingles if 2 * sum(x in each for each in everyone) >= len(everyone)}
    found = common_text(
        [np.array(sorted(each), np.uint32) for each, _ in drawn], [weight for _, weight in drawn]
    )
    for (coverage, surplus), (each, _) in zip(found, drawn, strict=True):
        assert 0.0 <= coverage <= 1.0
        assert 0.0 <= surplus <= 1.0
        if not shingles:
            assert (coverage, surplus) == (1.0, 0.0)
        elif not each:
            assert (coverage, surplus) == (0.0, 0.0)
        else:
            assert coverage == len(each & common) / max(1, len(common))
            assert surplus == 1 - len(each & common) / len(each)
