"""What is near a document, and why its canonical was elected."""

import time
from itertools import pairwise

import pytest

from dedup.explain.explain_document import MOST_NEIGHBOURS, explain_document
from dedup.explain.open_run import open_run


@pytest.fixture(params=["samples_run", "dev_run"])
def run(request):
    with open_run(request.getfixturevalue(request.param)) as found:
        yield found


def decisions(run):
    return list(run.store.results.decisions())[:400]


def test_a_duplicate_has_its_canonical_and_its_representative_among_its_nearest(run):
    duplicates = 0
    for decision in decisions(run):
        if decision.status != "duplicate":
            continue
        found = explain_document(run, decision.row)
        near = {each.document.id: each for each in found.neighbours}
        assert near[decision.canonical_id].same_story
        if decision.copy_of:
            assert near[decision.copy_of].kind in ("jaccard", "containment")
        duplicates += 1
    assert duplicates > 20


def test_neighbours_are_few_and_the_highest_score_is_first(run):
    for decision in decisions(run):
        found = explain_document(run, decision.row)
        scores = [each.score for each in found.neighbours]
        assert len(scores) <= MOST_NEIGHBOURS
        assert all(one >= other for one, other in pairwise(scores))
        assert all(0 <= score <= 1 for score in scores)
        assert decision.doc_id not in [each.document.id for each in found.neighbours]
        for each in found.neighbours:
            together = decision.story_id is not None and decision.story_id == each.document.story_id
            assert each.same_story == together


def test_a_canonical_has_the_election_against_its_runner_up_and_no_other_has_one(run):
    stories = {story["story_id"]: story for story in run.store.results.stories()}
    for decision in decisions(run):
        found = explain_document(run, decision.row)
        if decision.status == "canonical":
            why = stories[decision.story_id]["why"]
            assert found.runner_up.id == why["runner_up"]
            assert [step.rule for step in found.election if step.decides] == [why["rule"]]
        else:
            assert (found.runner_up, found.election) == (None, ())


def test_a_member_has_the_score_of_its_decision_beside_the_canonical(samples_run):
    with open_run(samples_run) as run:
        rewrites = 0
        for decision in run.store.results.decisions():
            if decision.relation not in ("rewrite", "derived"):
                continue
            found = explain_document(run, decision.row)
            (near,) = (e for e in found.neighbours if e.document.id == decision.canonical_id)
            assert near.kind == "probability"
            assert near.score == pytest.approx(decision.score, abs=1e-6)
            rewrites += 1
        assert rewrites > 5


TEXT = " ".join(f"word{n}" for n in range(60))

ALONE = [
    ({"text": "Not here"}, (), "It was rejected (too-short), and compared with no other."),
    ({"text": "All flights leave on time today"}, (), "It has 6 words. A text of fewer than 29"),
    ({"text": TEXT}, (), "or that within 4 days shares 3 of its heaviest terms"),
    (
        {"text": TEXT},
        ("--level", "copies"),
        "No other document was found that shares 20% of its words with it.",
    ),
]


@pytest.mark.parametrize(("record", "options", "said"), ALONE)
def test_a_document_without_neighbours_says_why(record, options, said, opened):
    other = {"id": "b", "text": " ".join(f"other{n}" for n in range(60))}
    found = explain_document(opened([{"id": "a", **record}, other], *options), 0)
    assert found.neighbours == ()
    assert said in found.sentence


def test_neighbours_are_counted_and_those_beyond_twenty_left_out(opened):
    records = [{"id": f"{n:02}", "text": TEXT} for n in range(30)]
    found = explain_document(opened(records, "--level", "copies"), 29)
    assert found.sentence == "29 documents are near; these are the 20 nearest."
    assert {each.kind for each in found.neighbours} == {"jaccard"}
    assert found.document.canonical_id in [each.document.id for each in found.neighbours]
    few = explain_document(opened(records[:2], "--level", "copies"), 1)
    assert few.sentence == "One document is near."


def test_the_terminal_and_the_page_say_how_many_are_near(command, opened):
    run = opened([{"id": f"{n:02}", "text": TEXT} for n in range(25)], "--level", "copies")
    said = "24 documents are near; these are the 20 nearest."
    assert said in command("explain", run.path, "00").stdout
    assert said in explain_document(run, 0).page()


def test_the_run_explains_one_document_by_its_name(samples_run):
    with open_run(samples_run) as run:
        decision = next(each for each in run.store.results.decisions() if each.copy_of)
        assert run.explain(decision.doc_id) == explain_document(run, decision.row)


def test_an_answer_comes_in_under_half_a_second(dev_run):
    with open_run(dev_run) as run:
        rows = [each.row for each in run.store.results.decisions()][::50]
        explain_document(run, rows[0])  # loads compiled code
        start = time.perf_counter()
        for row in rows:
            explain_document(run, row)
        assert time.perf_counter() - start < 0.5 * len(rows)
