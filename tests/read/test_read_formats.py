from __future__ import annotations

import gzip

import pytest
from reading import ids, reasons

PAGE = b"<!DOCTYPE html><html><body><p>Rain fell.</p></body></html>"
LINES = b'{"text": "a"}\n{"text": "b"}\n'
ARRAY = b'[{"text": "a"}, {"text": "b"}]'
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
BINARIES = {
    "png": PNG,
    "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "gif": b"GIF89a\x01\x00",
    "webp": b"RIFF\x24\x00\x00\x00WEBPVP8 ",
    "pdf": b"%PDF-1.7\n",
    "office": b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml",
    "part of a zip": b"PK\x07\x08PK\x03\x04",
    "film": b"\x00\x00\x00\x18ftypmp42",
    "sqlite": b"SQLite format 3\x00",
    "arc": b"filedesc://a.arc 0.0.0.0 20260406 text/plain 70\n<html><p>Rain</html>",
    "web archive": b"bplist00\xdf\x01",
    "lz4": b"\x04\x22\x4d\x18",
}


@pytest.mark.parametrize("name", ["a", "a.php", "a.html", "a.HTM", "a.xhtml", "a.json", "a.jsonl"])
def test_a_page_is_detected_by_its_content(dump, name):
    assert dump.read_one(name, PAGE).html == PAGE


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.parquet", "a.warc.gz", "a.jpg", "a.html.gz"])
def test_the_content_of_a_page_outweighs_a_wrong_name(dump, name):
    assert dump.read_one(name, PAGE).html == PAGE


@pytest.mark.parametrize(
    "name", ["a", "a.html", "a.txt", "a.csv", "a.json", "a.warc", "a.jsonl.gz"]
)
@pytest.mark.parametrize("content", [LINES, ARRAY], ids=["lines", "array"])
def test_the_content_of_json_outweighs_a_wrong_name(dump, name, content):
    found = dump.read(name, content)
    assert [each.text for each in found] == ["a", "b"]
    assert ids(found) == [f"{name}:1", f"{name}:2"]


def test_an_array_named_as_lines_is_an_array(dump):
    assert [each.text for each in dump.read("a.jsonl", ARRAY)] == ["a", "b"]


def test_a_page_that_is_packed_under_the_name_of_a_plain_one_is_read(dump):
    assert dump.read_one("a.html", gzip.compress(PAGE)).html == PAGE


@pytest.mark.parametrize("content", BINARIES.values(), ids=BINARIES)
def test_a_known_binary_named_as_a_page_is_no_page(dump, content):
    found = dump.read("a.html", content + bytes(range(256)))
    assert (ids(found), reasons(found)) == (["a.html"], ["not-html"])
    assert found[0].rejection.detail


@pytest.mark.parametrize("content", BINARIES.values(), ids=BINARIES)
@pytest.mark.parametrize("name", ["a.jsonl", "a.bin", "a"])
def test_a_known_binary_under_any_other_name_is_of_unknown_kind(dump, name, content):
    assert reasons(dump.read(name, content)) == ["unknown-kind"]


@pytest.mark.parametrize("name", ["style.css", "a.js", "photo.jpg", "README", "feed.xml", "a.svg"])
@pytest.mark.parametrize(
    "content",
    [
        b"body { color: red }",
        b'<?xml version="1.0"?><rss><channel></channel></rss>',
        b"<svg></svg>",
    ],
    ids=["style", "feed", "drawing"],
)
def test_what_neither_content_nor_name_shows_is_of_unknown_kind(dump, name, content):
    found = dump.read(name, content)
    assert (ids(found), reasons(found)) == ([name], ["unknown-kind"])


def test_what_is_packed_twice_is_of_unknown_kind(dump):
    (found,) = dump.read("a.jsonl.gz", gzip.compress(gzip.compress(LINES)))
    assert found.rejection.reason == "unknown-kind"
    assert "twice" in found.rejection.detail


@pytest.mark.parametrize(
    "before",
    [
        b"",
        b"\xef\xbb\xbf",
        b"\n\t ",
        b"<!-- saved from a > b -->\n<!-- twice -->",
        b'<?xml version="1.0" encoding="utf-8"?>\n',
        b"\xef\xbb\xbf\n<?xml version='1.0'?><!-- x -->",
    ],
)
@pytest.mark.parametrize("tag", [b"<html lang=en>", b"<!doctype HTML>", b"<body>", b"<div/>"])
def test_a_page_without_a_suffix_may_begin_in_many_ways(dump, before, tag):
    page = before + tag + b"<p>Rain fell."
    assert dump.read_one("page", page).html == page


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["a.html", "a"])
def test_pages_in_wide_encodings_are_pages(dump, name, encoding):
    page = "\n<html><p>Ливень 暴雨</p></html>".encode(encoding)
    assert dump.read_one(name, page).html == page


@pytest.mark.parametrize("encoding", ["cp1251", "gb18030", "shift_jis", "iso2022_jp", "koi8-r"])
def test_pages_in_national_encodings_are_pages(dump, encoding):
    text = "Ливень" if encoding in ("cp1251", "koi8-r") else "大雨"
    page = f"<html><p>{text * 50}</p></html>".encode(encoding)
    assert dump.read_one("a.html", page).html == page


@pytest.mark.parametrize(
    "content", [b"<b>Bold</b> words", b"{curly} words", b"[Reuters] Rain", b"[ ] buy milk", b"<3"]
)
def test_plain_text_may_begin_as_it_likes(dump, content):
    assert dump.read_one("a.txt", content).text == content.decode()


def test_an_archive_is_detected_by_its_content(dump):
    assert reasons(dump.read("a.html", b"WARC/1.0\r\n\r\n")) == ["broken-warc"]


@pytest.mark.parametrize("name", ["a.warc", "a.wet", "a.warc.wet"])
def test_blank_lines_before_an_archive_are_passed_over(dump, name):
    record = b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Type: text/plain\r\n"
    content = b"\r\n\r\n" + record + b"Content-Length: 4\r\n\r\nRain\r\n\r\n"
    assert dump.read_one(name, content).text == "Rain"


@pytest.mark.parametrize("name", ["a.parquet", "a.warc"])
def test_text_under_the_name_of_another_format_is_a_broken_one(dump, name):
    assert reasons(dump.read(name, b"hello there\n")) == ["broken-" + name[2:]]
