"""Earlier stories over plain tables: no store has a part in what they decide."""

import numpy as np
import pytest

from dedup.models import Member, Story, Why
from dedup.pipeline.earlier_stories import EarlierStories, EarlierStory
from dedup.pipeline.story_changes import changes_of


def story(*rows, story_id="s-new", names=None):
    names = names or [f"d{row}" for row in rows]
    members = tuple(Member(row, name) for row, name in zip(rows, names, strict=True))
    return Story(story_id, Why("id", members[-1].doc_id, ""), members)


def earlier(*stories, first=10, tellings=None):
    """Stories as (id, dump, rows); each row is of the telling of the first one of its story."""
    members = sorted((row, number) for number, (_, _, rows) in enumerate(stories) for row in rows)
    representative = tellings or {row: rows[0] for _, _, rows in stories for row in rows}
    known = [
        EarlierStory(story_id, dump, f"d{rows[0]}", rows[0], (), len(rows))
        for story_id, dump, rows in stories
    ]
    rows = np.array([row for row, _ in members], np.int64)
    return EarlierStories(
        first, 3, rows, np.array([representative[row] for row in rows.tolist()], np.int64),
        np.array([number for _, number in members], np.int32), known,
    )  # fmt: skip


BEFORE = (("s-a", 1, (0, 4)), ("s-b", 2, (1, 2, 3)))


def test_documents_are_found_by_story_and_stories_by_document():
    before = earlier(*BEFORE)
    assert before.numbers([4, 12, 2]) == [0, 1]
    assert before.numbers([12]) == []
    assert before.story(1).story_id == "s-b"
    assert earlier().numbers([1]) == []


def test_tellings_are_rows_with_that_of_the_representative_first():
    before = earlier(*BEFORE, tellings={0: 4, 4: 4, 1: 1, 2: 3, 3: 3})
    assert sorted(before.tellings([3, 2, 11, 1, 4, 0])) == [(1,), (3, 2), (4, 0)]
    assert earlier().tellings([1, 2]) == []


def test_a_new_story_keeps_its_id_and_is_of_this_dump():
    assert earlier(*BEFORE).keep_story_id(story(11, 12)) == (story(11, 12), 3)


def test_a_story_goes_on_under_the_id_of_the_oldest_and_absorbs_the_others():
    kept, dump = earlier(*BEFORE).keep_story_id(story(0, 1, 11))
    assert (kept.story_id, kept.absorbed, dump) == ("s-a", ("s-b",), 1)


def test_of_stories_of_one_dump_the_largest_keeps_its_id():
    kept, dump = earlier(("s-a", 1, (0, 4)), ("s-b", 1, (1, 2, 3))).keep_story_id(story(0, 1))
    assert (kept.story_id, kept.absorbed, dump) == ("s-b", ("s-a",), 1)


def test_a_part_of_an_earlier_story_is_provisional_and_that_story_open():
    before = earlier(*BEFORE)
    assert before.provisional_story(story(1, 2, 11)) == (story(1, 2, 11), 3)
    assert before.open == {1}
    kept, dump = before.provisional_story(story(0, 4, 12))
    assert (kept.story_id, dump) == ("s-a", 1)
    assert before.open == {1}


def test_representatives_of_one_earlier_story_must_be_linked():
    before = earlier(*BEFORE)
    before.open.add(1)
    representatives = np.array([7, 3, 0, 1])  # in the order of their ids
    now = {0: 0, 4: 0, 1: 1, 2: 1, 3: 3}
    labels, again = before.must_link(representatives, now)
    assert labels.tolist() == [0, 1, 2, 1]
    assert again.tolist() == [False, True, False, True]


def test_a_representative_too_short_to_compare_links_nothing():
    labels, again = earlier(*BEFORE).must_link(np.array([0, 1]), {0: 0, 4: 9, 1: 1, 2: 8, 3: 8})
    assert labels.tolist() == [0, 1]
    assert not again.any()


# --- changes -------------------------------------------------------------------------------------


def as_json(*rows, story_id="s-a", relations=None):
    """A story as the store returns it."""
    relations = relations or [None, *["near"] * (len(rows) - 1)]
    members = [
        {"row": row, "doc_id": f"d{row}", "relation": relation}
        for row, relation in zip(rows, relations, strict=True)
    ]
    why = {"rule": "longest", "detail": "9 tokens; the runner-up: 8 tokens"}
    return {"story_id": story_id, "last_date": "2026-03-02", "members": members, "why": why}


def kinds(changes):
    return [change["change"] for change in changes]


def test_a_story_of_new_documents_only_is_no_change():
    assert list(changes_of(as_json(11, 12), earlier(*BEFORE))) == []


def test_a_story_that_grew_names_what_joined_it():
    (change,) = changes_of(as_json(0, 4, 11, relations=[None, "near", "exact"]), earlier(*BEFORE))
    assert change["change"] == "grown"
    assert (change["added"], change["unique_until_now"]) == (["d11"], [])
    assert change["why"] == "joined as 1 exact"
    assert (change["dump"], change["date"], change["story_id"]) == (3, "2026-03-02", "s-a")


def test_a_document_that_was_alone_begins_a_story():
    (change,) = changes_of(as_json(7, 11, 12, story_id="s-c"), earlier(*BEFORE))
    assert change["change"] == "begun"
    assert (change["added"], change["unique_until_now"]) == (["d11", "d12"], ["d7"])
    assert change["why"] == "d7 stood alone until d11 and 1 more came"


def test_stories_that_became_one_and_another_canonical_are_changes():
    merged = list(changes_of(as_json(1, 0, 4, 2, 3, 11), earlier(*BEFORE)))
    assert kinds(merged) == ["grown", "merged", "canonical"]
    assert merged[1]["absorbed"] == ["s-b"]
    assert merged[2]["canonical_until_now"] == "d0"
    assert merged[2]["other_canonicals_until_now"] == ["d1"]
    assert merged[2]["why"] == "elected by longest: 9 tokens; the runner-up: 8 tokens"


@pytest.mark.parametrize(("first", "expected"), [(10, ["grown"]), (0, [])])
def test_only_documents_of_earlier_dumps_have_changes(first, expected):
    assert kinds(changes_of(as_json(0, 4, 11), earlier(*BEFORE, first=first))) == expected
