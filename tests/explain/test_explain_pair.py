"""An explanation of two documents follows from the evidence, and agrees with what was decided."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from explained_runs import documents_of, in_one_story, pairs_near
from runs import dated_article, text_of

from dedup.errors import NotFoundError
from dedup.explain.explain_pair import explain_pair
from dedup.explain.open_run import open_run
from dedup.explain.rewrites.rewrite_evidence import rewrite_evidence

OF_ONE_STORY = {"same-text", "copy", "rewrite", "must-link"}


def check(run, documents, pairs):
    """Explain pairs; return the first cause of each."""
    found = [check_one(run, documents, *pair) for pair in pairs]
    return [each.causes[0] for each in found]


def check_one(run, documents, first, second):
    """Explain a pair and compare its parts with each other and with the decision."""
    found = explain_pair(run, first, second)
    assert found.together == in_one_story(documents, first, second), found.verdict
    assert found.verdict.startswith("One story: ") == found.together
    assert set(found.causes).isdisjoint(OF_ONE_STORY) != found.together
    if found.rewrites is not None:
        check_rewrites(documents, found)
    for setting in found.settings:
        assert setting.together != found.together or setting.option == "--canonical"
        assert setting.option in ("--threshold", "--level", "--window", "--canonical")
    return found


def check_rewrites(documents, found):
    """The contributions sum to the log odds, and the join is worth what decided."""
    rewrites = found.rewrites
    total = sum(each.log_odds for each in rewrites.contributions)
    assert total == pytest.approx(rewrites.log_odds, abs=1e-9)
    if not rewrites.exact:  # an earlier dump decided, and terms weighed otherwise then
        return
    for each in (found.first, found.second):
        canonical = each.canonical_id, each.representative_id
        if each.relation in ("derived", "rewrite") and set(canonical) == set(rewrites.of):
            assert each.score == round(rewrites.score, 6)
    join = rewrites.join
    if join is not None:
        costs = join.threshold_log_odds + join.size_cost + join.contrast_cost
        assert join.worth == pytest.approx(join.mean_log_odds - costs, abs=1e-9)
        assert join.joined == (join.must_link or join.worth >= 0)
        assert join.joined == found.together


@pytest.mark.slow
def test_every_pair_of_the_samples_is_explained_as_decided(samples_run):
    with open_run(samples_run) as run:
        documents = documents_of(run)
        causes = check(run, documents, combinations(documents, 2))
    expected = {"copy", "rewrite", "rejected", "window", "language", "template", "threshold"}
    assert expected | {"not-compared", "loose-threshold"} <= set(causes)


@pytest.mark.slow
def test_random_pairs_of_labelled_news_are_explained_as_decided(dev_run):
    with open_run(dev_run) as run:
        documents, rng = documents_of(run), random.Random(17)
        check(run, documents, [rng.sample(list(documents), 2) for _ in range(2000)])


@pytest.mark.slow
def test_near_pairs_of_labelled_news_are_explained_as_decided(dev_run):
    with open_run(dev_run) as run:
        documents = documents_of(run)
        causes = check(run, documents, pairs_near(run, documents, 500))
    assert {"rewrite", "threshold", "contrast-terms"} <= set(causes)


@pytest.mark.slow
def test_pairs_of_two_dumps_are_explained_as_decided(two_dumps):
    out, store = two_dumps
    with open_run(out, store=store) as run:
        documents = documents_of(run)
        causes = check(run, documents, pairs_near(run, documents, 100))
    assert {"rewrite", "must-link"} <= set(causes)


def test_one_document_twice_is_no_pair(samples_run):
    with open_run(samples_run) as run, pytest.raises(NotFoundError, match="one document"):
        explain_pair(run, 0, 0)


def test_a_run_on_copies_alone_says_that_rewrites_were_not_compared(copies_run):
    with open_run(copies_run.path) as run:
        documents = documents_of(run)
        first, second, *_ = (row for row, each in documents.items() if each.status == "unique")
        found = explain_pair(run, first, second)
    assert (found.together, found.causes, found.rewrites) == (False, ("level",), None)
    assert [(each.option, each.value, each.certain) for each in found.settings] == [
        ("--level", "stories", False)
    ]


SHORT = "The ferry has left the harbour late again."


def test_texts_too_short_to_compare_are_said_to_be(opened):
    records = [dated_article("short", SHORT), dated_article("long", text_of(1))]

    found = explain_pair(opened(records), 0, 1)

    assert (found.together, found.causes, found.settings) == (False, ("too-short",), ())
    assert "too little text" in found.verdict
    assert rewrite_evidence(opened(records), 0, 1) is None


def test_a_copy_shows_the_pair_of_its_representative(opened):
    records = [
        dated_article("a", text_of(1)),
        dated_article("copy-of-a", text_of(1) + " and nothing more"),
        dated_article("b", text_of(2)),
    ]
    run = opened(records)
    representative = documents_of(run)[1].representative_id

    found = explain_pair(run, 1, 2)

    assert representative == documents_of(run)[0].representative_id
    assert found.rewrites.of == (representative, "b")
    assert explain_pair(run, 0, 1).rewrites is None
