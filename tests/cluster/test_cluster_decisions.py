import pytest

from dedup.cluster.decisions import JoinedBelow, decisions_of
from dedup.models import Facts, Member, Relation, Status, Story, Why

CANONICAL = Facts(7, "c", 7, host="post.example", title="Trams return")

NAME = '"Trams return" (post.example, id c)'

WHY = Why("earliest", "m1", "dated 2024-05-01; the runner-up: dated 2024-05-02")


def story(*members):
    return Story("s-1", WHY, (Member(7, "c"), *members))


def test_the_canonical_has_the_rule_that_elected_it_as_its_reason():
    first, second = decisions_of(
        story(Member(3, "m1", Relation.EXACT, 1.0, 1.0, 1.0, 1.0)), CANONICAL
    )
    assert (first.row, first.doc_id, first.status) == (7, "c", Status.CANONICAL)
    assert (first.story_id, first.canonical_id, first.size) == ("s-1", "c", 2)
    assert first.relation is first.score is None
    assert first.reason == f"elected by earliest: {WHY.detail}"
    assert (second.row, second.doc_id, second.status) == (3, "m1", Status.DUPLICATE)
    assert (second.story_id, second.canonical_id, second.size) == ("s-1", "c", 2)


SENTENCES = {
    Relation.EXACT: f"the same text as {NAME}",
    Relation.NEAR: f"near copy of {NAME}: Jaccard 0.877 of 3-word shingles",
    Relation.ABRIDGED: f"shorter copy: 91.2% of it stands in {NAME}",
    Relation.EXPANDED: f"longer copy: holds 50.0% of {NAME}",
    Relation.UPDATE: f"another version of {NAME} from the same outlet: "
    "91.2% of it stands there, it holds 50.0%",
    Relation.DERIVED: f"tells the story of {NAME}, partly in its words: 91.2% of it stands there; "
    "story score 0.12",
    Relation.REWRITE: f"tells the story of {NAME} in other words: story score 0.12",
}


SCORE_KINDS = {
    "exact": "jaccard",
    "near": "jaccard",
    "abridged": "containment",
    "expanded": "containment",
    "update": "containment",
    "derived": "probability",
    "rewrite": "probability",
}


@pytest.mark.parametrize("relation", Relation)
def test_every_relation_has_a_sentence(relation):
    member = Member(3, "m1", relation, 0.123456789, 0.8766, 0.9123, 0.5)
    decision = decisions_of(story(member), CANONICAL)[1]
    assert decision.reason == SENTENCES[relation]
    assert decision.relation == relation.value
    assert decision.score == 0.123457
    assert decision.score_kind == SCORE_KINDS[relation]


def test_decisions_stand_in_the_order_of_the_members():
    members = [Member(row, f"m{row}", Relation.EXACT, None, 1.0, 1.0, 1.0) for row in (5, 2, 9)]
    decisions = decisions_of(story(*members), CANONICAL)
    assert [decision.doc_id for decision in decisions] == ["c", "m5", "m2", "m9"]
    assert {decision.size for decision in decisions} == {4}
    assert decisions[1].score is None


BELOW = {
    "by the mean": (
        0.1234,
        JoinedBelow(0.18, 0.4149),
        "0.12, below the threshold 0.18: the mean with the other tellings joined them, 0.41",
    ),
    "by an earlier dump": (
        0.0,
        JoinedBelow(0.5, None),
        "0.00, below the threshold 0.5: an earlier dump had joined them",
    ),
    "by a hair": (
        0.179999,
        JoinedBelow(0.18, 0.3),
        "0.179999, below the threshold 0.18: the mean with the other tellings joined them, 0.30",
    ),
}


@pytest.mark.parametrize(("score", "below", "end"), BELOW.values(), ids=BELOW)
@pytest.mark.parametrize("relation", [Relation.REWRITE, Relation.DERIVED])
def test_a_member_below_the_threshold_says_what_joined_it(relation, score, below, end):
    members = [Member(row, f"m{row}", relation, score, 0.1, 0.2, 0.2) for row in (3, 4)]
    _, first, second = decisions_of(story(*members), CANONICAL, {3: below})
    assert first.reason.endswith(f"story score {end}")
    assert second.reason.endswith(f"story score {score:.2f}")
