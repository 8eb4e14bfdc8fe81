from __future__ import annotations

import csv
import gzip

import pytest
from reading import ids, reasons


def test_each_row_is_a_record_with_the_names_of_the_first(dump):
    found = dump.read("a.csv", b"id,title,text\nx,One,Rain fell.\n,Two,Snow fell.\n")
    assert ids(found) == ["x", "a.csv:2"]
    assert found[1].fields == {"id": "", "title": "Two", "text": "Snow fell."}
    assert found[1].text == "Snow fell."


@pytest.mark.parametrize(
    ("name", "mark"), [("a.csv", ","), ("a.csv", ";"), ("a.csv", "\t"), ("a.tsv", "\t")]
)
def test_the_delimiter_is_detected(dump, name, mark):
    content = f"id{mark}text\nx{mark}a\n".encode()
    assert dump.read_one(name, content).fields == {"id": "x", "text": "a"}


def test_a_tsv_may_have_commas_in_its_names(dump):
    assert dump.read_one("a.tsv.gz", gzip.compress(b"text\ta,b,c\nx\ty\n")).fields == {
        "text": "x",
        "a,b,c": "y",
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_the_encoding_is_detected(dump, encoding):
    text = "Сильный дождь прошёл в среду над городом и рекой"
    content = f"id,text\n1,{text}\n2,{text}\n".encode(encoding)
    assert [found.text for found in dump.read("a.csv", content)] == [text, text]


def test_quotes_hold_line_ends_and_delimiters(dump):
    found = dump.read("a.csv", b'text,id\r\n"a\nb, ""c""",1\r\nd,2\r\n')
    assert [each.text for each in found] == ['a\nb, "c"', "d"]


def test_a_row_with_too_many_columns_costs_that_row_alone(dump):
    found = dump.read("a.csv", b"id,text\n1,a\n2,b,c\n3,d\n")
    assert reasons(found) == ["", "broken-table", ""]
    assert ids(found) == ["1", "a.csv:2", "3"]
    assert found[1].rejection.detail == "3 columns where the first row names 2"


def test_a_row_with_too_few_columns_lacks_the_last(dump):
    assert dump.read_one("a.csv", b"text,title,n\na,b\n").fields == {"text": "a", "title": "b"}


def test_blank_rows_are_skipped_and_not_counted(dump):
    found = dump.read("a.csv", b"\ntext,n\n\na,1\n  \n\nb,2\n,\n")
    assert ids(found) == ["a.csv:1", "a.csv:2", "a.csv:3"]
    assert reasons(found) == ["", "", "no-text"]


def test_repeated_names_are_numbered(dump):
    found = dump.read_one("a.csv", b"text, id ,x,x,x\na,1,2,3,4\n")
    assert found.fields == {"text": "a", "id": "1", "x": "2", "x_2": "3", "x_3": "4"}


def test_the_fields_can_be_mapped(dump):
    found = dump.read_one("a.csv", b"guid,body\n7,a\n", fields=(("id", "guid"), ("text", "body")))
    assert (found.doc_id, found.text) == ("7", "a")


def test_nul_bytes_and_fields_over_the_limit_of_the_module_are_read(dump):
    long = "x" * 200_000
    found = dump.read("a.csv", f"id,text\n1,a\0b\n2,{long}\n".encode())
    assert [each.text for each in found] == ["a\0b", long]


def test_the_limit_of_the_module_is_never_lowered(dump):
    before = csv.field_size_limit(2**31 - 1)
    try:
        dump.read("a.csv", b"text\na\n", max_document_bytes=1_000)
        assert csv.field_size_limit() == 2**31 - 1
    finally:
        csv.field_size_limit(before)


def test_a_row_that_is_too_large_costs_that_row_alone(dump):
    found = dump.read(
        "a.csv", b"id,text\n1,a\n2," + b"b" * 9_000 + b"\n3,c\n", max_document_bytes=1_000
    )
    assert reasons(found) == ["", "too-large", ""]
    assert ids(found) == ["1", "a.csv:2", "3"]


def test_a_quote_that_is_never_closed_does_not_swallow_the_file(dump):
    rows = b"".join(b"%d,text %d\n" % (n, n) for n in range(2, 2_000))
    found = dump.read("a.csv", b'id,text\n1,"open\n' + rows, max_document_bytes=1_000)
    assert reasons(found)[0] == "too-large"
    assert len(found) > 1_500
    assert found[-1].doc_id == "1999"


def test_a_field_over_a_limit_that_is_set_elsewhere_costs_that_row_alone(dump, monkeypatch):
    before = csv.field_size_limit(1_000)
    monkeypatch.setattr(csv, "field_size_limit", lambda *_: 1_000)
    found = dump.read("a.csv", b"id,text\n1," + b"a" * 1_001 + b"\n2,b\n")
    monkeypatch.undo()
    csv.field_size_limit(before)
    assert reasons(found) == ["too-large", ""]


def test_a_table_of_names_alone_is_empty(dump):
    assert reasons(dump.read("a.csv", b"id,text\n")) == ["empty"]


def test_a_fault_costs_the_row_that_it_cuts(dump):
    packed = gzip.compress(b"id,text\n1,a\n2,b") + gzip.compress(b"cd\n")[:12]
    found = dump.read("a.csv.gz", packed)
    assert (ids(found), reasons(found)) == (["1", "a.csv.gz:2"], ["", "broken-gzip"])


def test_a_fault_between_two_rows_costs_neither(dump):
    packed = gzip.compress(b"id,text\n1,a\n2,b\n") + b"garbage"
    found = dump.read("a.csv.gz", packed)
    assert (ids(found), reasons(found)) == (["1", "2", "a.csv.gz:3"], ["", "", "broken-gzip"])
