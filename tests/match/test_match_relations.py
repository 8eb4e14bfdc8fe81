import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.config import MatchConfig
from dedup.match.relations import relation
from dedup.models import Facts, Pair

CASES = json.loads((Path(__file__).parents[1] / "cases" / "relations.json").read_text("utf-8"))
CONFIG = MatchConfig()


def label(case):
    return case["label"]


def decide(case):
    return relation(
        Facts(row=0, doc_id="canonical", text_id=0, **case["canonical"]),
        Facts(row=1, doc_id="member", text_id=1, **case["member"]),
        Pair(**case["pair"]),
        lambda one, other: case["passages"],
        CONFIG,
    )


@pytest.mark.parametrize("case", CASES["synthetic"], ids=label)
def test_a_member_is_to_its_canonical_what_the_table_says(case):
    assert list(decide(case)) == case["expect"]


@pytest.mark.parametrize("case", CASES["negative"], ids=label)
def test_documents_that_do_not_match_have_no_relation(case):
    assert decide(case) is None


shares = st.sampled_from([0.0, 0.3, 0.4, 0.5, 0.79, 0.8, 0.9, 1.0])
facts = st.builds(
    Facts,
    row=st.just(0),
    doc_id=st.just("x"),
    text_id=st.just(0),
    host=st.sampled_from([None, "a.com", "b.com"]),
    page=st.sampled_from([None, "a.com/x", "a.com/y"]),
    moment=st.sampled_from([None, 0.0, 3600.0, 1e6]),
    shingles=st.integers(0, 3),
)


@given(facts, facts, st.builds(Pair, shares, shares, shares, st.booleans(), shares), shares)
def test_every_relation_reaches_its_own_threshold_and_scores_within_zero_and_one(
    canonical, member, pair, passages
):
    found = relation(canonical, member, pair, lambda one, other: passages, CONFIG)
    containment = max(pair.contained, pair.contains)
    if found is None:
        assert not pair.same
        assert pair.numbers < 0.5 or (pair.jaccard < 0.8 and containment < 0.8)
        return
    name, score = found
    holds = {
        "exact": pair.same,
        "near": pair.jaccard >= 0.8,
        "abridged": containment >= 0.8 and member.shingles <= canonical.shingles,
        "expanded": containment >= 0.8 and member.shingles > canonical.shingles,
        "update": containment >= 0.4 and canonical.host == member.host and passages >= 0.7,
    }
    assert holds[name]
    assert 0.0 <= score <= 1.0
    assert name in ("exact", "update") or pair.numbers >= 0.5
