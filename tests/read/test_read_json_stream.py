from __future__ import annotations

import json
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from reading import ids, reasons

from dedup.config import ReadConfig
from dedup.read.json_stream import JsonStream

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_each_element_is_a_record(dump):
    found = dump.read("a.json", b' [\n{"id": "x", "text": "a"},\n{"text": "b, ]}"} ]\n')
    assert ids(found) == ["x", "a.json:2"]
    assert [each.text for each in found] == ["a", "b, ]}"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_an_array_in_a_wide_encoding_is_read(dump, encoding):
    content = '[{"text": "ż"},\r\n{"text": "b"}]'.encode(encoding)
    assert [each.text for each in dump.read("a.json", content)] == ["ż", "b"]


def test_an_element_of_another_type_is_rejected_and_the_next_is_read(dump):
    found = dump.read("a.json", b'["a", 1, [1, 2], null, {"text": "b"}]')
    assert reasons(found) == ["wrong-type"] * 5 + [""]
    assert ids(found) == [f"a.json:{n}" for n in range(1, 7)]


@pytest.mark.parametrize(
    "content",
    [
        b'[{"text": "a"}, {"text": "b"}]',
        b'[{"text": "a"}][{"text": "b"}]',
        b'[{"text": "a"}] [{"text": "b"}]',
        b'[\n{"text": "a"}\n][\n{"text": "b"}\n]\n',
        b'[{"text": "a"}]\r\n[{"text": "b"}]\r\n',
        b'[{"text": "a"}],\n[{"text": "b"}]',
        b'[{"text": "a"},,{"text": "b"}]',
        b'[{"text": "a"},{"text": "b"},]',
        b'[,{"text": "a"}\n,\n{"text": "b"}]',
        b'[{"text": "a"} {"text": "b"}]',
        b'[{"text": "a"}{"text": "b"}]',
        b'[[{"text": "a"}], [{"text": "b"}]]',
        b'[{"text": "a"}}, {"text": "b"}]]',
        b'[{"text": "a"}]\xef\xbb\xbf[{"text": "b"}]',
        b'[]\n[{"text": "a"}]\n[]\n[{"text": "b"}]',
        b'{"text": "a"},\n{"text": "b"},\n',
        b'{"text": "a"},\n{"text": "b"}\n]',
        b'{"text": "a"}{"text": "b"}',
        b'{"text": "a"}, {"text": "b"}',
        b'{"text": "a"}\r{"text": "b"}\r',
        b'{\n"text": "a"\n}{\n"text": "b"\n}',
        b'{\n"text": "a"\n},\n{\n"text": "b"\n},\n',
        b'\x1e{"text": "a"}\n\x1e{"text": "b"}\n',
        b'\x1e{\n"text": "a"\n}\n\x1e{\n"text": "b"\n}\n',
    ],
    ids=str,
)
def test_objects_are_read_whatever_stands_between_them(dump, content):
    found = dump.read("a.json", content)
    assert reasons(found) == ["", ""]
    assert [each.text for each in found] == ["a", "b"]


@pytest.mark.parametrize(
    ("broken", "size"),
    [
        (b'{"text": NaN}', 13),
        (b'{"text": "caf\xe9"}', 16),
        (b'{"text": "a\tb"}', 15),
        (b'{"text": "he said "no" twice"}', 30),
        (b'{"text": "he said "no and left"}', 33),
        (b'{"text": "one line\nand the next"}', 35),
        (b'{"text": "x", "meta": {"a": 1}', 31),
        (b'{"text": "cut', 14),
        (b'{"text": "x", "tags": [{"text": "t"}, {"text": "u"}], "n": 07}', 62),
        (b"oops", 5),
        (b'oops "unclosed', 15),
        (b'{"text": ' + b'{"a":' * 300 + b"1" + b"}" * 301, None),
        (b'{"text": ' + b"[" * 9_000 + b"]" * 9_000 + b"}", None),
    ],
    ids=lambda value: str(value)[:60],
)
@pytest.mark.parametrize("between", [b",", b"", b",\n", b"][", b"\n"], ids=str)
def test_a_broken_object_costs_itself_alone(dump, broken, size, between):
    good = [b'{"text": "a", "x": 1}', b'{"text": "b", "x": 2}', b'{"text": "c", "x": 3}']
    content = b"[" + between.join([good[0], good[1], broken, good[2]]) + b"]"
    found = dump.read("a.json", content)
    assert [each.text for each in found if each.text] == ["a", "b", "c"]
    assert reasons(found)[:3] == ["", "", "broken-json"]
    start = content.index(broken)
    assert f"from byte {start} on were not read" in found[2].rejection.detail


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b'[{"text": "a"}, {"text": "b"', "12 bytes from byte 16 on were not read"),
        (b'[{"text": "a"}, {"text": "b', "11 bytes from byte 16 on were not read"),
        (b'[{"text": "a"},\n{', "1 bytes from byte 16 on were not read"),
        (b'[{"text": "a"}, "b', "2 bytes from byte 16 on were not read"),
        (b'{"text": "a"}\n\n{"te\n', "5 bytes were not read"),
        (b'[{"text": "a"}', "the list is not closed where the file ends, at byte 14"),
        (b'[{"text": "a"},', "the list is not closed where the file ends, at byte 15"),
        (b'[{"text": "a"}][', "the list is not closed where the file ends, at byte 16"),
    ],
    ids=str,
)
def test_a_file_that_ends_early_says_what_was_not_read(dump, content, detail):
    found = dump.read("a.json" if content[:1] == b"[" else "a", content)
    assert reasons(found) == ["", "broken-json"]
    assert detail in found[1].rejection.detail


def test_an_object_in_a_broken_one_is_no_record(dump):
    comments = b'"comments": [{"id": "k1", "text": "First!"}, {"id": "k2", "text": "Second!"}]'
    good = b'{"id": "%s", "url": "u", "title": "t", "text": "%s", "date": "d"}'
    broken = b'{"id": "b", "title": "a "quoted word", ' + comments + b', "text": "b"}'
    content = b"[%s, %s, %s]" % (good % (b"a", b"a"), broken, good % (b"c", b"c"))
    found = dump.read("a.json", content)
    assert [each.doc_id for each in found if not each.rejection] == ["a", "c"]


def test_an_object_over_the_limit_with_an_error_does_not_take_the_others_with_it(dump):
    rows = [b'{"id": "%d", "text": "word %d"}' % (n, n) for n in range(1_000)]
    content = (
        b"[" + b",".join([rows[0], b'{"id": "x", "text": "an "open quote"}', *rows[1:]]) + b"]"
    )
    found = dump.read("a.json", content, max_document_bytes=1_000)
    assert reasons(found) == ["", "broken-json"] + [""] * 999


@pytest.mark.parametrize(
    "piece",
    [
        b'{"a":"x',
        b'{"a":"x,',
        b'{"a":" "',
        b'{"a":"{}',
        b'{"a":{',
        b'{"a":[',
        b'{"a":1,',
        b'{"a":[1 x,',
        b'"a":{',
        b"[",
        b"[1",
        b'{"',
        b"{",
        b'"\\',
        b"\n",
        b'x "',
    ],
    ids=str,
)
def test_what_repeats_without_an_end_is_read_in_linear_time(dump, piece):
    start = time.process_time()
    found = dump.read("a.json", b'[{"a":1},' + piece * (200_000 // len(piece)))
    assert found
    assert time.process_time() - start < 8


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


def _values(text, sizes):
    chunks = []
    while text:
        size = sizes[len(text) % len(sizes)]
        chunks.append(text[:size])
        text = text[size:]
    return list(JsonStream(ReadConfig()).elements(chunks))


sizes_of_chunks = st.lists(st.integers(1, 60), min_size=1)
objects = st.lists(st.dictionaries(st.text(), values, max_size=3))
separators = st.sampled_from(["", " ", ",", "\n", ",\n", "\r", "][", "] [", "],\n[", ",,", "\x1e"])


@given(objects, sizes_of_chunks, st.booleans(), st.sampled_from([None, 1]))
def test_an_array_is_cut_the_same_wherever_the_buffers_end(objects, sizes, escaped, indent):
    text = json.dumps(objects, ensure_ascii=escaped, indent=indent).encode()
    assert [each.value for each in _values(text, sizes)] == objects


@given(objects, sizes_of_chunks, st.lists(separators, min_size=1), st.booleans())
def test_objects_come_back_whatever_stands_between_them(objects, sizes, between, closed):
    text = "[" if closed else ""
    for number, each in enumerate(objects):
        text += json.dumps(each) + between[number % len(between)]
    assert [each.value for each in _values(text.encode() + b"]" * closed, sizes)] == objects


@given(
    st.lists(st.text(), min_size=4, max_size=6),
    st.data(),
    sizes_of_chunks,
    st.sampled_from([",", ",\n", "\n", ""]),
)
def test_an_object_that_is_cut_anywhere_takes_no_other_with_it(texts, data, sizes, between):
    rows = [json.dumps({"id": number, "text": text}) for number, text in enumerate(texts)]
    broken = data.draw(st.integers(1, len(rows) - 2))
    rows[broken] = rows[broken][: data.draw(st.integers(1, len(rows[broken]) - 1))]
    assume(not rows[broken].rstrip().endswith(":"))  # the next object would be a value in it
    found = _values(between.join(rows).encode(), sizes)
    kept = [each.value["text"] for each in found if each.fault is None]
    assert kept == [text for number, text in enumerate(texts) if number != broken]
    assert len(found) == len(rows)


@given(st.binary(max_size=300) | st.text('{}[]",:a\\\n 1').map(str.encode), sizes_of_chunks)
def test_what_is_found_does_not_depend_on_the_buffers(text, sizes):
    assert _values(text, sizes) == _values(text, [1_000])


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
@pytest.mark.parametrize("indent", [None, 1])
def test_a_list_in_wide_letters_is_read(dump, name, encoding, indent):
    texts = ["Żółw w rzece", "Дождь в среду"]
    content = json.dumps([{"text": text} for text in texts], ensure_ascii=False, indent=indent)
    assert [each.text for each in dump.read(name, content.encode(encoding))] == texts
