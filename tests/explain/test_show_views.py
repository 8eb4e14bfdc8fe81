"""One document and one story of a finished run, from Python and by `dedup show`."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from runs import dated_article, text_of

import dedup
from dedup.json_codec import dump_json

REWRITES = "harborpost.example/2026/03/14/ferry-aground.html"


@pytest.fixture(scope="module")
def run(samples_run):
    with dedup.open_run(samples_run) as opened:
        yield opened


def fields_of(value):
    return json.loads(dump_json(value))


def test_every_document_says_what_its_decision_says(run, sample_run):
    for decision in sample_run.decisions:
        row = run.store.lookups.row_of(decision["id"])
        from dedup.explain.views.document_view import document_view

        shown = fields_of(document_view(run, row))
        assert {name: shown[name] for name in decision} == decision


def test_every_story_says_what_its_line_says(run, sample_run):
    for line in sample_run.stories:
        shown = fields_of(run.story(line["story_id"]))
        members = {each["id"]: each for each in shown.pop("members")}
        assert members.keys() == {each["id"] for each in line["members"]}
        for member in line.pop("members"):
            found = members[member["id"]]
            assert {name: found[name] for name in member} == member
        weakest = line.pop("weakest")
        assert {name: shown["weakest"][name] for name in weakest} == weakest
        assert {name: shown[name] for name in line} == line


def test_the_canonical_comes_first_and_a_copy_behind_the_document_whose_copy_it_is(run, sample_run):
    for line in sample_run.stories:
        members = run.story(line["story_id"]).members
        assert members[0].id == line["canonical_id"]
        first_of_telling = {}
        for member in members:
            telling = member.copy_of or member.id
            first_of_telling.setdefault(telling, member)
            assert first_of_telling[telling].id == telling  # the representative first
        tellings = [each.copy_of or each.id for each in members]
        assert len(set(tellings)) == 1 + sum(one != other for one, other in pairwise(tellings))


def test_what_cleaning_removed_is_there_by_step_in_the_order_of_the_steps(opened):
    text = f"Read more: Markets\nLONDON, Nov 3 (Reuters) - {text_of('wire')}."
    document = opened([dated_article("a", text, title="Word")]).document("a")

    assert [(each.step, each.text) for each in document.removed] == [
        ("dateline", "LONDON, Nov 3 (Reuters) -"),
        ("related", "Read more: Markets"),
    ]
    assert document.text == f"{text_of('wire')}."
    assert document.agency == "Reuters"


def test_the_steps_are_those_of_cleaning_in_their_order(run, sample_run):
    from dedup.explain.views.document_view import STEP_NAMES, document_view

    seen = set()
    for decision in sample_run.decisions:
        removed = document_view(run, run.store.lookups.row_of(decision["id"])).removed
        places = [STEP_NAMES.index(each.step) for each in removed]
        assert places == sorted(places)
        seen |= {each.step for each in removed}
    assert {"dateline", "credit", "residue"} <= seen


def test_a_date_says_where_it_is_from_and_one_that_was_not_read_says_so(opened, run):
    assert "(from " in run.document(REWRITES).date_words
    records = [dated_article("a", text_of("a"), date="some day"), dated_article("b", text_of("b"))]
    unread, read = (opened(records).document(name) for name in "ab")

    assert (unread.date, unread.unread_date, unread.is_dated) == (None, "some day", False)
    assert unread.date_words == "some day: not read, counts as undated"
    assert (read.date, read.date_source, read.is_dated) == ("2026-03-01T08:00:00Z", None, True)


def test_a_canonical_names_its_rule_its_runner_up_and_how_many_it_stands_for(run):
    canonical = run.document(REWRITES)

    assert canonical.why.rule == "earliest"
    assert canonical.runner_up.id == canonical.why.runner_up
    assert canonical.stands_for == canonical.size - 1 == 3


def test_a_rejected_input_has_no_text_but_a_reason_a_detail_and_a_source(run):
    rejected = run.document("lost-page")

    assert (rejected.status, rejected.reason, rejected.detail) == (
        "rejected", "empty", "the file is empty",
    )  # fmt: skip
    assert (rejected.text, rejected.size) == (None, None)
    assert rejected.source == "lakecitynews.example/a/lost-page.html"


def test_side_by_side_has_each_other_member_with_all_sentences_of_the_canonical(run):
    from dedup.explain.views.story_view import side_by_side

    story = run.story(REWRITES)
    weakest, *pairs = side_by_side(run, story)

    assert {weakest.beside.id, weakest.member.id} == {story.weakest.left, story.weakest.right}
    assert weakest.is_weakest_link
    assert story.members[0] not in (weakest.beside, weakest.member)
    assert not any(each.is_weakest_link for each in pairs)
    assert [each.member for each in pairs] == [*story.members[1:]]
    text = run.document(REWRITES).text
    for pair in pairs:
        assert all(row.first in text for row in pair.sentences if row.first)


@pytest.mark.parametrize(
    "look",
    [
        lambda run: run.document(REWRITES),
        lambda run: run.document("lost-page"),
        lambda run: run.story(REWRITES),
        lambda run: run.stories(),
        lambda run: run.documents(status="rejected"),
    ],
)
def test_what_is_returned_is_readable_in_a_shell_and_in_a_notebook(run, look):
    found = look(run)

    assert len(repr(found)) < 20_000
    assert all(line.isprintable() for line in repr(found).splitlines())
    assert "<dl>" in found._repr_html_() or "<table>" in found._repr_html_()


def test_a_notebook_shows_the_first_of_thousands_of_copies(run):
    story = run.story(REWRITES)
    many = replace(
        story, size=5_000, members=story.members[:1] * 5_000, outlets=("x.example",) * 5_000
    )

    shown = many._repr_html_()

    assert len(shown) < 200_000
    assert "4,800 more documents" in shown
    assert "and 4,980 more" in shown
    assert "more documents" not in story._repr_html_()


HOSTILE = "<script>alert(1)</script>[red]\x1b[31m\u202e\x9b"


@pytest.fixture(scope="module")
def hostile(opened):
    body = text_of("hostile")
    return opened(
        [
            dated_article(f"id\n{'y' * 10_000}", body, title=HOSTILE, author=HOSTILE),
            dated_article("z\ud800", body, title=f"{HOSTILE} again", url="http://x.example/\ud800"),
            dated_article(HOSTILE, text_of("other"), title="=cmd()"),
        ]
    )


def test_nothing_of_a_hostile_document_reaches_a_terminal_or_a_notebook(hostile):
    for name in ("y" * 50, "z", "=cmd"):
        document = hostile.document(name)
        for found in (document, hostile.documents(), hostile.stories()):
            assert all(line.isprintable() for line in repr(found).splitlines())
            page = found._repr_html_()
            assert "<script" not in page
            assert not {"\x1b", "\u202e", "\x9b"} & set(page)
    story = hostile.story("z")
    assert repr(story).isprintable()
    assert "<script" not in story._repr_html_()
