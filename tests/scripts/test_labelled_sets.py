"""Labelled sets: how they are read, and divided so that no fold knows what another is asked."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled_sets import FOLDS, StorySet, event_of, folds_of, read_sets, records_of


def article(name, story="", **more):
    return {"id": name, "text": f"text of {name}", "story": story, **more}


def pair(one, other, same=1):
    return {"a": one, "b": other, "same": same}


# --- reading -------------------------------------------------------------------------------------


@pytest.fixture
def write(tmp_path):
    def write(name, lines):
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (tmp_path / name).write_text(text, "utf-8")
        return tmp_path / name

    return write


def test_sets_of_folders_and_files_are_read_by_path_with_their_pairs(write, tmp_path):
    write("two.jsonl", [article("a"), {**article("b"), "text": "one line\u2028still it"}])
    write("judged.jsonl", [article("a"), article("b")])
    write("judged.pairs.jsonl", [pair("a", "b")])
    write("notes.txt", [])

    found = list(read_sets([tmp_path]))
    assert [each.name for each in found] == ["judged", "two"]
    assert [each.pairs for each in found] == [[pair("a", "b")], None]
    assert found[1].articles[1]["text"] == "one line\u2028still it"
    both = [tmp_path / "two.jsonl", tmp_path / "judged.jsonl", tmp_path / "judged.pairs.jsonl"]
    assert list(read_sets(both)) == found


def test_articles_are_in_the_order_of_their_ids(write):
    path = write("x.jsonl", [article("c"), article("a"), article("b")])
    (found,) = read_sets([path])
    assert [each["id"] for each in found.articles] == ["a", "b", "c"]


def test_no_label_reaches_a_run():
    labelled = article("a", "s", topic="x", event="e", date="2026-03-02", url=None)

    dated = {"id": "a", "text": "text of a", "date": "2026-03-02"}
    assert records_of([labelled], dated=True) == [dated]
    assert records_of([labelled], dated=False) == [{"id": "a", "text": "text of a"}]


def test_two_articles_are_the_same_by_their_event_or_else_their_story():
    assert event_of(article("a", "s", event="e")) == "e"
    assert event_of(article("a", "s", event=None)) == event_of(article("b", "s")) == "s"


def test_a_set_has_dates_where_one_article_has_one():
    assert StorySet("x", [article("a"), article("b", date="2026-03-02")], None).has_dates
    assert not StorySet("x", [article("a", date=None), article("b")], None).has_dates


# --- folds ---------------------------------------------------------------------------------------


def names(labelled):
    return [each["id"] for each in labelled.articles]


def fold_numbers(labelled, seed=None):
    """In which fold each article is tested."""
    found = {}
    for number, (_, held_out) in enumerate(folds_of(labelled, seed)):
        for name in names(held_out):
            assert name not in found
            found[name] = number
    return found


labels = st.sampled_from("pqrstuvwxyz")


@st.composite
def sets(draw):
    """A set of stories, some with a topic, or one of judged pairs."""
    count = draw(st.integers(1, 25))
    articles = [
        article(f"a{number:02}", draw(labels), topic=draw(st.none() | labels.map(str.upper)))
        for number in range(count)
    ]
    ends = st.integers(0, count + 1).map(lambda number: f"a{number:02}")
    pairs = draw(st.none() | st.lists(st.builds(pair, ends, ends), max_size=12))
    return StorySet("x", articles, pairs)


@given(sets(), st.none() | st.integers(0, 99))
def test_each_article_is_tested_once_and_trained_on_in_all_other_folds(labelled, seed):
    folds = folds_of(labelled, seed)
    assert len(folds) == FOLDS
    for training, held_out in folds:
        assert sorted(names(training) + names(held_out)) == names(labelled)
        assert names(training) == sorted(names(training))
        assert training.pairs == held_out.pairs == labelled.pairs
    assert list(fold_numbers(labelled, seed)) != []


@given(sets(), st.none() | st.integers(0, 99))
def test_topics_stories_and_judged_pairs_stay_together(labelled, seed):
    fold = fold_numbers(labelled, seed)
    if labelled.pairs is None:
        of = {}
        for each in labelled.articles:
            assert (
                of.setdefault(each["topic"] or each["story"], fold[each["id"]]) == fold[each["id"]]
            )
    else:
        for each in labelled.pairs:
            if each["a"] in fold and each["b"] in fold:
                assert fold[each["a"]] == fold[each["b"]]


@given(sets(), st.none() | st.integers(0, 99), st.randoms(use_true_random=False))
def test_the_order_of_articles_and_pairs_changes_no_fold(labelled, seed, turned):
    articles, pairs = list(labelled.articles), labelled.pairs and list(labelled.pairs)
    turned.shuffle(articles)
    if pairs:
        turned.shuffle(pairs)
    assert fold_numbers(StorySet("x", articles, pairs), seed) == fold_numbers(labelled, seed)


def test_articles_are_tied_over_the_pairs_of_a_third():
    articles = [article(f"a{number}", str(number)) for number in range(9)]
    pairs = [pair("a8", "a4"), pair("a4", "a0", 0), pair("a2", "a8", None)]
    fold = fold_numbers(StorySet("x", articles, pairs))
    assert len({fold[name] for name in ("a0", "a2", "a4", "a8")}) == 1
    assert len(set(fold.values())) == FOLDS


def test_pairs_of_articles_that_are_not_in_the_set_tie_nothing():
    labelled = StorySet("x", [article("a"), article("b")], [pair("y", "z"), pair("a", "z")])
    assert fold_numbers(labelled) == {"a": 0, "b": 1}


def test_a_seed_shuffles_stories_into_other_folds_and_always_the_same():
    labelled = StorySet("x", [article(f"a{n:02}", f"s{n:02}") for n in range(40)], None)
    plain, one, other = (fold_numbers(labelled, seed) for seed in (None, 1, 2))

    assert [plain[f"a{n:02}"] for n in range(40)] == [n % FOLDS for n in range(40)]
    assert one == fold_numbers(labelled, 1)
    assert len({tuple(sorted(each.items())) for each in (plain, one, other)}) == 3
    for each in (one, other):
        assert sorted(each.values()) == sorted(plain.values())


def test_a_seed_leaves_the_random_numbers_of_others_alone():
    random.seed(5)
    expected = random.random()
    random.seed(5)
    folds_of(StorySet("x", [article("a", "s"), article("b", "t")], None), 1)
    assert random.random() == expected
