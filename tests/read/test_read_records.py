from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.config import STANDARD_FIELDS, ReadConfig
from dedup.models import RawRecord, Rejection
from dedup.read.records import has_own_id, record, rejected, valid_unicode


def record_of(given, *fields, limit=1_000):
    return record(given, "f", "f:1", ReadConfig(fields=fields, max_document_bytes=limit))


def reason(found):
    return found.rejection and str(found.rejection.reason)


def test_every_field_stays_as_it_is():
    given = {"id": 7, "text": " a ", "html": "<p>b", "tags": ["x", {"y": None}], "n": 1.5, "": ""}
    found = record_of(given)
    assert found.fields == given
    assert found == RawRecord("7", "f", given, text=" a ")


@pytest.mark.parametrize(
    ("value", "doc_id"),
    [
        ("x", "x"),
        (" x ", " x "),
        (7, "7"),
        (0, "0"),
        (-1, "-1"),
        (2**70, str(2**70)),
        (None, "f:1"),
        ("", "f:1"),
        ("  ", "f:1"),
        ("a\ud800", "a\ufffd"),
    ],
    ids=repr,
)
def test_an_id_is_text_or_a_whole_number_and_else_the_place(value, doc_id):
    assert record_of({"id": value, "text": "a"}).doc_id == doc_id


def test_a_record_without_an_id_has_its_place_for_one():
    assert record_of({"text": "a"}).doc_id == "f:1"


def test_a_whole_number_is_an_id_as_a_float_too():
    assert record_of({"id": 7.0, "text": "a"}).doc_id == "7"


def test_an_id_text_or_page_that_is_a_list_of_one_value_is_that_value():
    found = record_of({"id": [7], "text": ["a"]})
    assert (found.doc_id, found.text) == ("7", "a")
    assert record_of({"html": ["<p>a"]}).html == b"<p>a"


def test_a_record_without_a_value_in_the_named_fields_is_rejected_with_their_names():
    found = record_of({"maintext": None, "title": "a"}, ("text", "maintext"))
    assert reason(found) == "no-text"
    assert found.rejection.detail == "neither maintext nor html has a value"


@pytest.mark.parametrize("value", [True, 1.5, 2.0**53, ["x", "y"], {"$oid": "x"}], ids=repr)
def test_an_id_of_another_type_is_rejected(value):
    found = record_of({"id": value, "text": "a"})
    assert (reason(found), found.doc_id, found.text) == ("wrong-type", "f:1", None)
    assert found.fields == {"id": value, "text": "a"}


@pytest.mark.parametrize(
    ("given", "text", "html"),
    [
        ({"text": "a"}, "a", None),
        ({"html": "<p>a"}, None, b"<p>a"),
        ({"text": "a", "html": "<p>b"}, "a", None),
        ({"text": " \n", "html": "<p>b"}, None, b"<p>b"),
        ({"text": "", "html": "<p>b"}, None, b"<p>b"),
        ({"text": None, "html": "<p>ż"}, None, "<p>ż".encode()),
        ({"text": "a", "html": 3}, "a", None),
    ],
    ids=str,
)
def test_html_counts_only_where_the_text_is_absent_or_blank(given, text, html):
    found = record_of(given)
    assert (found.text, found.html, found.rejection) == (text, html, None)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "no-text"),
        ({"body": "a"}, "no-text"),
        ({"text": " ", "html": "\n"}, "no-text"),
        ({"text": None}, "no-text"),
        ({"text": 1}, "wrong-type"),
        ({"text": ["a", 1]}, "wrong-type"),
        ({"text": [{"text": "a"}]}, "wrong-type"),
        ({"text": []}, "no-text"),
        ({"html": ["<p>a", "<p>b"]}, "wrong-type"),
        ({"text": False, "html": "<p>"}, "wrong-type"),
        ({"html": {"a": 1}}, "wrong-type"),
        ({"text": "a" * 1_001}, "too-large"),
        ({"text": "ż" * 501}, "too-large"),
        ({"html": "a" * 1_001}, "too-large"),
        (["a"], "wrong-type"),
        ("a", "wrong-type"),
        (None, "wrong-type"),
        (1, "wrong-type"),
    ],
    ids=str,
)
def test_a_record_without_usable_text_is_rejected(given, expected):
    assert reason(record_of(given)) == expected


def test_a_document_of_exactly_the_limit_is_read():
    assert record_of({"text": "a" * 1_000}).text == "a" * 1_000


def test_a_rejected_record_keeps_its_id_and_fields():
    found = record_of({"id": "x", "title": "t"})
    assert (found.doc_id, found.fields) == ("x", {"id": "x", "title": "t"})


def test_a_mapped_name_wins_over_the_same_name():
    found = record_of(
        {"text": "teaser", "body": "story", "id": 1, "guid": "g"}, ("text", "body"), ("id", "guid")
    )
    assert (found.text, found.doc_id) == ("story", "g")
    assert found.mapped == {"text": "body", "id": "guid"}


@pytest.mark.parametrize("name", STANDARD_FIELDS)
@pytest.mark.parametrize("given", [{}, {"own": None}, {"own": ""}, {"own": []}], ids=str)
def test_a_field_that_is_named_is_read_from_there_alone(name, given):
    others = {each: f"a {each}" for each in STANDARD_FIELDS}
    found = record_of({**others, **given}, (name, "own"))

    assert found.own(name) in (None, "")
    assert found.doc_id == ("f:1" if name == "id" else "a id")
    assert found.text == (None if name == "text" else "a text")
    assert found.html == (b"a html" if name == "text" else None)


@pytest.mark.parametrize("body", [{}, {"body": None}, {"body": ""}], ids=str)
def test_a_record_without_the_field_of_the_text_has_none(body):
    found = record_of({"text": "a", **body}, ("text", "body"))
    assert (found.text, found.rejection.reason) == (None, "no-text")
    assert found.rejection.detail == "neither body nor html has a value"


def test_only_names_that_differ_are_mapped():
    assert record_of({"text": "a", "head": "h"}, ("text", "text"), ("title", "head")).mapped == {
        "title": "head"
    }


def test_fields_that_reading_does_not_need_may_be_of_any_type():
    assert record_of({"text": "a", "title": 3, "date": ["x"], "url": {}}).rejection is None


def test_lone_surrogates_do_not_raise():
    found = record_of({"text": "a\ud800", "title": "\udfff"})
    assert (found.text, found.fields["text"]) == ("a\ufffd", "a\ud800")
    assert record_of({"html": "<p>\ud83d\ude00\ud800"}).html == "<p>😀\ufffd".encode()


def test_whole_text_is_left_as_it_is():
    assert valid_unicode("😀 ż") == "😀 ż"


def test_a_detail_is_one_short_line():
    detail = rejected("a", "a", Rejection("empty", "x\n" * 1_000)).rejection.detail
    assert "\n" not in detail
    assert len(detail) == 200
    assert detail.endswith("...")


NESTED = {"article": {"body": "story", "parts": [{"p": "one"}, {"p": "two"}, {"img": "i"}]}}


@pytest.mark.parametrize(
    ("given", "own", "text"),
    [
        (NESTED, "article.body", "story"),
        (NESTED, "article.parts.p", "one\ntwo"),
        ({**NESTED, "article.body": "flat"}, "article.body", "flat"),
        ({**NESTED, "article.body": None}, "article.body", "story"),
        ({"a": {"b": {"c": {"d": "deep"}}}}, "a.b.c.d", "deep"),
        ({"a": {"b": ["one", "two"]}}, "a.b", "one\ntwo"),
        ({"a": [{"b": ["one", "two"]}, {"b": ["three"]}]}, "a.b", "one\ntwo\nthree"),
        ({"a": "b", "text": "other"}, "a.b", None),
        ({"a": [], "text": "other"}, "a.b", None),
        ({"a": {"": "dot"}}, "a.", "dot"),
        ({"text": ["one", None, "", "two"]}, "text", "one\ntwo"),
    ],
    ids=str,
)
def test_a_name_with_dots_reaches_into_objects(given, own, text):
    found = record_of(given, ("text", own))
    assert (found.text, found.fields) == (text, given)


def test_ids_and_other_fields_may_be_in_objects():
    found = record_of(
        {"meta": {"id": 7, "head": "h"}, "text": "a"}, ("id", "meta.id"), ("title", "meta.head")
    )
    assert (found.doc_id, found.own("title"), has_own_id(found)) == ("7", "h", True)


def test_a_text_in_objects_says_how_to_reach_it():
    detail = record_of({"text": [{"p": "a"}]}).rejection.detail
    assert detail == "the text is a list of objects: --field text=text.NAME reaches into it"
    detail = record_of({"a": {"b": {"p": "x"}}}, ("text", "a.b")).rejection.detail
    assert detail == "the text is an object: --field text=a.b.NAME reaches into it"


@given(
    st.dictionaries(st.text(), st.none() | st.text() | st.lists(st.text()), max_size=3)
    | st.recursive(
        st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("ab."), inner)
    ),
    st.text("ab.", max_size=6),
)
def test_no_name_and_no_record_raises(inner, own):
    found = record_of({"a": inner, "b": [inner]}, ("text", own), ("id", own))
    assert (found.text is None) == (found.rejection is not None)
