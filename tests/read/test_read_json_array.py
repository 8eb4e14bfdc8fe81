from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import ids, reasons

from dedup.read.json_array import Splitter
from dedup.read.json_value import BrokenJson

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_each_element_is_a_record(dump):
    found = dump.read("a.json", b' [\n{"id": "x", "text": "a"},\n{"text": "b, ]}"} ]\n')
    assert ids(found) == ["x", "a.json:2"]
    assert [each.text for each in found] == ["a", "b, ]}"]


def test_an_element_of_another_type_is_rejected_and_the_next_is_read(dump):
    found = dump.read("a.json", b'["a", 1, [1, 2], null, {"text": "b"}]')
    assert reasons(found) == ["wrong-type"] * 4 + [""]
    assert ids(found) == [f"a.json:{n}" for n in range(1, 6)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'[{"text": "a"}, {"text": "b"', ["", "broken-json"]),
        (b'[{"text": "a"}', ["", "broken-json"]),
        (b'[{"text": "a"},', ["", "broken-json"]),
        (b'[{"text": "a"},]', ["", "broken-json"]),
        (b'[{"text": "a"},,{"text": "b"}]', ["", "broken-json"]),
        (b'[{"text": "a"}, {"text": NaN}, {"text": "b"}]', ["", "broken-json"]),
        (b'[{"text": "a"}, oops, {"text": "b"}]', ["", "broken-json"]),
        (b'[{"text": "a"}] [{"text": "b"}]', ["", "broken-json"]),
        (b'[{"text": "a"}}, {"text": "b"}]', ["", "broken-json"]),
        (b'[{"text": "caf\xe9"}]', ["broken-json"]),
        (b'[{"text": "a', ["broken-json"]),
        (b"[" * 100_000, ["broken-json"]),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_fault_ends_the_file(dump, content, expected):
    found = dump.read("a.json", content)
    assert reasons(found) == expected
    assert ids(found) == [f"a.json:{n + 1}" for n in range(len(expected))]


@pytest.mark.parametrize("content", [b"[]", b" [ \n ] \n", b"\xef\xbb\xbf[]"])
def test_an_empty_array_is_empty(dump, content):
    assert reasons(dump.read("a.json", content)) == ["empty"]


def test_an_element_that_is_too_large_is_rejected_and_the_next_is_read(dump):
    content = json.dumps([{"text": "a"}, {"text": 'b"\\' * 90_000}, {"text": "c"}]).encode()
    found = dump.read("a.json", content, max_document_bytes=1_000)
    assert reasons(found) == ["", "too-large", ""]
    assert ids(found) == ["a.json:1", "a.json:2", "a.json:3"]


def test_large_and_fine_numbers_are_kept(dump):
    found = dump.read_one("a.json", b'[{"id": 18446744073709551615, "text": "a", "x": 0.25}]')
    assert (found.doc_id, found.fields["x"]) == ("18446744073709551615", 0.25)


def test_an_array_longer_than_a_buffer_is_read(dump):
    content = json.dumps([{"text": f"{n} " + 'x"\\\n' * 100} for n in range(1_000)]).encode()
    assert [each.text.split()[0] for each in dump.read("a.json", content)] == [
        str(n) for n in range(1_000)
    ]


def _cut(text, sizes, *, array):
    splitter = Splitter(10_000, array=array)
    found = []
    while text:
        size = sizes[len(text) % len(sizes)]
        found += splitter.feed(text[:size])
        text = text[size:]
    splitter.finish()
    return [json.loads(each) for each in found]


@given(st.lists(values), st.lists(st.integers(1, 9), min_size=1), st.booleans())
def test_an_array_is_cut_the_same_wherever_the_buffers_end(elements, sizes, escaped):
    text = json.dumps(elements, ensure_ascii=escaped).encode()
    assert _cut(text, sizes, array=True) == elements


@given(
    st.lists(st.dictionaries(st.text(), values, max_size=3)),
    st.lists(st.integers(1, 9), min_size=1),
    st.sampled_from(["", " ", "\n"]),
)
def test_bare_objects_are_cut_the_same_wherever_the_buffers_end(objects, sizes, between):
    text = between.join(json.dumps(each, indent=1) for each in objects).encode()
    assert _cut(text, sizes, array=False) == objects


def test_what_follows_an_array_is_a_fault_wherever_the_buffers_end():
    splitter = Splitter(100, array=True)
    assert list(splitter.feed(b"[1] ")) == [b"1"]
    with pytest.raises(BrokenJson):
        list(splitter.feed(b" 2"))
