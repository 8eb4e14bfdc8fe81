"""A loose group of a finished run, scored and joined again, is what the run made of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from explained_runs import documents_of, last_groups
from runs import dated_article, text_of

from dedup.explain.open_run import open_run
from dedup.explain.rewrites.loose_group_replay import replay, replay_alone
from dedup.match.story_score import probability


def parts(names):
    """A partition, from the name of the part of each place."""
    found = {}
    for place, name in enumerate(names):
        found.setdefault(name, set()).add(place)
    return sorted(map(sorted, found.values()))


def check(run):
    """Compare each replayed group with the decisions; return the groups and compared scores."""
    documents = documents_of(run)
    row_of = {each.id: row for row, each in documents.items()}
    groups, scores = last_groups(run, documents), 0
    for first in groups:
        group = replay(run, first)
        assert group.rows == tuple(sorted(group.rows, key=lambda row: documents[row].id.encode()))
        stories = [documents[row].story_id or row for row in group.rows]
        assert parts(group.labels.tolist()) == parts(stories)
        for place, row in enumerate(group.rows):
            if documents[row].relation in ("derived", "rewrite"):
                canonical = group.rows.index(row_of[documents[row].canonical_id])
                score = round(float(probability(group.odds[place, canonical])), 6)
                assert score == documents[row].score
                scores += 1
    return len(groups), scores


def test_each_group_of_the_samples_is_replayed(samples_run):
    with open_run(samples_run) as run:
        groups, scores = check(run)
    assert groups >= 5
    assert scores >= 5


@pytest.mark.slow
def test_each_group_of_labelled_news_is_replayed(dev_run):
    with open_run(dev_run) as run:
        groups, scores = check(run)
    assert groups > 100
    assert scores > 1000


@pytest.mark.slow
def test_each_group_of_a_second_dump_is_replayed_with_the_stories_of_the_first(two_dumps):
    out, store = two_dumps
    with open_run(out, store=store) as run:
        groups, scores = check(run)
        linked = [replay(run, first) for first in last_groups(run, documents_of(run))]
    assert groups > 50
    assert scores > 500
    assert any(len(set(group.must_link.tolist())) < group.size for group in linked)


@pytest.fixture(scope="module")
def tellings(opened):
    """A run on articles that have nothing in common."""
    return opened([dated_article(f"a{k}", text_of(k)) for k in range(3)])


def test_a_document_without_a_group_has_none_to_replay(tellings):
    assert replay(tellings, 0) is None


def test_documents_that_are_no_group_are_scored_as_if_they_were(tellings):
    group = replay_alone(tellings, [2, 0])

    assert (group.dump, group.rows) == (None, (0, 2))
    assert group.odds.shape == (2, 2)
    assert group.odds[0, 1] == group.parts.odds()[0]
    assert group.labels.tolist() == [0, 1]


@pytest.mark.parametrize("size", [2, 3, 7])
def test_the_number_of_a_pair_is_its_place_among_all(tellings, size):
    group = replace(replay_alone(tellings, [0, 1]), rows=tuple(range(size)))

    for number, (one, other) in enumerate(combinations(range(size), 2)):
        assert group.pair(one, other) == group.pair(other, one) == number
