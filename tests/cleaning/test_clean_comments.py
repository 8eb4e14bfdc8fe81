"""Comments of readers go from behind an article, and nothing goes that may be the article."""

import json
from pathlib import Path

import pytest

from dedup.cleaning.comments import comments_behind
from dedup.cleaning.pipeline import clean_text

CASES = json.loads((Path(__file__).parents[1] / "cases" / "comments.json").read_text("utf-8"))
ARTICLE = "\n".join(CASES["article"])


@pytest.mark.parametrize("comments", CASES["comments"], ids=lambda lines: lines[0])
def test_comments_behind_an_article_are_no_part_of_it(comments):
    draft = clean_text("\n".join([ARTICLE, *comments]))
    assert draft.text == ARTICLE
    assert {each.step for each in draft.removed} == {"comments"}
    assert [each.text for each in draft.removed] == comments


@pytest.mark.parametrize("lines", CASES["not comments"], ids=lambda lines: lines[0])
def test_what_may_be_the_article_stays(lines):
    draft = clean_text("\n".join([ARTICLE, *lines]))
    assert "comments" not in {each.step for each in draft.removed}


@pytest.mark.parametrize("top", ["12 comments", "Comments", "Readers' comments"])
def test_the_number_of_comments_above_an_article_is_no_heading_of_comments(top):
    for lines in ([top, ARTICLE], [CASES["article"][0], top, ARTICLE]):
        assert ARTICLE in clean_text("\n".join(lines)).text


def test_cleaning_a_text_without_its_comments_again_changes_nothing():
    for comments in CASES["comments"]:
        once = clean_text("\n".join([ARTICLE, *comments])).text
        assert clean_text(once).text == once


@pytest.mark.parametrize("behind", CASES["behind"], ids=lambda lines: lines[0][:30])
def test_lines_of_different_readers_behind_another_text_are_comments(behind):
    assert comments_behind(ARTICLE, "\n".join([ARTICLE, *behind]))


@pytest.mark.parametrize("behind", CASES["not behind"], ids=lambda lines: lines[0][:30])
def test_what_goes_on_with_the_article_is_no_comment(behind):
    assert not comments_behind(ARTICLE, "\n".join([ARTICLE, *behind]))


def test_nothing_and_what_stands_before_an_article_are_no_comments():
    assert not comments_behind(ARTICLE, ARTICLE)
    assert not comments_behind(ARTICLE, "\n".join([*CASES["behind"][0], ARTICLE]))
