from __future__ import annotations

import io
import json

import pytest
from reading import ids, reasons

from dedup.read.jsonl import lines as lines_of


def lines(*values):
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def test_each_line_is_a_record(dump):
    found = dump.read("a.jsonl", lines({"id": "x", "text": "a"}, {"text": "b", "n": 1}))
    assert ids(found) == ["x", "a.jsonl:2"]
    assert [each.text for each in found] == ["a", "b"]
    assert found[1].fields == {"text": "b", "n": 1}
    assert {each.source for each in found} == {"a.jsonl"}


def test_blank_lines_are_skipped_and_counted(dump):
    found = dump.read("a.ndjson", b'\n{"text": "a"}\n  \r\n\n{"text": "b"}')
    assert ids(found) == ["a.ndjson:2", "a.ndjson:5"]


def test_the_fields_can_be_mapped(dump):
    fields = (("text", "body"), ("id", "guid"))
    found = dump.read_one("a.jsonl", lines({"guid": 3, "body": "a"}), fields=fields)
    assert (found.doc_id, found.text, found.mapped) == ("3", "a", {"text": "body", "id": "guid"})


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"text": "a"', "broken-json"),
        (b"oops", "broken-json"),
        (b'{"text": "a", "n": NaN}', "broken-json"),
        (b'{"text": "a", "n": -Infinity}', "broken-json"),
        (b'{"text": "a\\ud800", "n": NaN}', "broken-json"),
        (b'{"text": "caf\xe9"}', "broken-json"),
        (b'{"text": "a\x00b"}', "broken-json"),
        (b"\xff\xfe{\x00}\x00", "broken-json"),
        (b'{"text": "a", "n": ' + b"[" * 300 + b"]" * 300 + b"}", "broken-json"),
        (b'{"text": "a", "n": ' + b"[" * 3000 + b"]" * 3000 + b"}", "broken-json"),
        (b'{"text": "\\ud800", "n": ' + b"[" * 3000 + b"]" * 3000 + b"}", "broken-json"),
        (b"[1, 2]", "wrong-type"),
        (b'"text"', "wrong-type"),
        (b"null", "wrong-type"),
        (b"17", "wrong-type"),
        (b"{}", "no-text"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_bad_line_costs_that_line_alone(dump, line, reason):
    found = dump.read("a.jsonl", b'{"text": "a"}\n' + line + b'\n{"text": "b"}\n')
    assert reasons(found) == ["", reason, ""]
    assert ids(found) == ["a.jsonl:1", "a.jsonl:2", "a.jsonl:3"]


def test_a_record_with_many_brackets_that_is_not_deep_is_read(dump):
    assert reasons(dump.read("a.jsonl", lines({"text": "a", "n": [[]] * 300}))) == [""]


def test_lone_surrogates_and_large_numbers_are_read(dump):
    found = dump.read_one("a.jsonl", b'{"id": %d, "text": "a\\ud800"}' % 2**70)
    assert (found.doc_id, found.text) == (str(2**70), "a\ufffd")


def test_a_byte_order_mark_is_passed_over(dump):
    assert dump.read_one("a.jsonl", b'\xef\xbb\xbf{"text": "a"}\n').text == "a"


@pytest.mark.parametrize(
    "content", ['{"text": "ż"}\r\n{"text": "b"}\r\n', '{"text": "ż"},\n{"text": "b"}']
)
def test_lines_in_utf16_are_read(dump, content):
    assert [each.text for each in dump.read("a.jsonl", content.encode("utf-16"))] == ["ż", "b"]


def test_line_ends_of_windows_are_read(dump):
    assert [each.text for each in dump.read("a.jsonl", b'{"text": "a"}\r\n{"text": "b"}\r\n')] == [
        "a",
        "b",
    ]


def test_a_line_that_is_too_long_is_rejected_and_the_next_is_read(dump):
    long = b'{"text": "' + b"a" * 200_000 + b'"}\n'
    found = dump.read("a.jsonl", long + b'{"text": "b"}\n', max_document_bytes=1_000)
    assert reasons(found) == ["too-large", ""]
    assert ids(found) == ["a.jsonl:1", "a.jsonl:2"]


def test_a_last_line_that_is_too_long_is_rejected(dump):
    found = dump.read("a.jsonl", b'{"text": "a"}\n"' + b"a" * 3_000, max_document_bytes=1_000)
    assert reasons(found) == ["", "too-large"]


def test_a_long_line_with_a_short_document_is_read(dump):
    line = lines({"text": "a" * 900, "note": "b" * 900})
    assert dump.read_one("a.jsonl", line, max_document_bytes=1_000).text == "a" * 900


@pytest.mark.parametrize(
    "content",
    [
        b'{\n  "id": "x",\n  "text": "a"\n}\n',
        b'{ "id": "x",\n  "text": "a" }',
        b'{"id":\n"x", "text": "a"}',
        b'\xef\xbb\xbf{\r\n"id": "x",\r\n"text": "a"\r\n}',
    ],
)
@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a"])
def test_an_object_over_several_lines_is_one_record(dump, name, content):
    found = dump.read(name, content)
    assert (ids(found), [each.text for each in found]) == (["x"], ["a"])


def test_objects_over_several_lines_follow_one_another(dump):
    found = dump.read("a.json", b'{\n"text": "a"\n}\n{\n"text": "b"\n}\n{"text": "c"}')
    assert ids(found) == ["a.json:1", "a.json:2", "a.json:3"]


def test_an_object_over_several_lines_that_is_cut_is_one_fault(dump):
    found = dump.read("a.json", b'{\n"text": "a"\n}\n{\n"text": "b"\n')
    assert (ids(found), reasons(found)) == (["a.json:1", "a.json:2"], ["", "broken-json"])


def test_a_json_file_with_one_object_on_one_line_is_one_record(dump):
    assert dump.read_one("a.json", b'{"text": "a"}').text == "a"


def test_a_cut_first_line_does_not_cost_the_others(dump):
    found = dump.read("a.jsonl", b'{"text": "a\n{"text": "b"}\n')
    assert reasons(found) == ["broken-json", ""]


def test_a_line_that_opens_an_object_and_nothing_more_is_broken(dump):
    assert reasons(dump.read("a.jsonl", b"{\n")) == ["broken-json"]


FILE = b'{"a": 1}\n\n' + b"x" * 40 + b"\nlast"


def test_a_line_over_the_limit_is_none_and_never_kept():
    assert list(lines_of(io.BytesIO(FILE), 30)) == [b'{"a": 1}\n', b"\n", None, b"last"]
