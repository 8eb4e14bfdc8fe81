from __future__ import annotations

import random

import pytest
from reading import ids, reasons

from dedup.read.input import CHUNK, DOCUMENT_CHUNK

PAGE = b"<html><body><p>Rain fell.</p></body></html>"


def test_the_bytes_stay_as_they_are(dump):
    page = b'<meta charset="windows-1251"><p>\xcb\xe8\xe2\xe5\xed\xfc\r\n</p>\x00'
    found = dump.read_one("a.html", page)
    assert (found.doc_id, found.html, found.fields, found.mapped) == ("a.html", page, {}, {})


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"hello there", "the page has no tag"),
        (b"a < b and c > d", "the page has no tag"),
        (b"<!-- only this -->", "the page has no tag"),
        (bytes(random.Random(1).randbytes(5_000)), "the page is binary data"),
        (b"\x00" * 500, "the page is binary data"),
        (b"<p>" + b"\x00" * 500, "the page is binary data"),
        (b"\xff\xfeh\x00i\x00", "the page has no tag"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_page_is_rejected(dump, content, detail):
    found = dump.read("a.html", content)
    assert (ids(found), reasons(found)) == (["a.html"], ["not-html"])
    assert found[0].rejection.detail == detail


@pytest.mark.parametrize(
    "content",
    [b"text <br> more", b"</p> text", b"<!doctype html>text", b"<P\nclass=a>", PAGE + b"\0"],
)
def test_one_tag_makes_a_page(dump, content):
    assert dump.read_one("a.html", content).html == content


@pytest.mark.parametrize(("extra", "expected"), [(0, [""]), (1, ["too-large"])])
def test_a_page_over_the_limit_is_rejected(dump, extra, expected):
    page = b"<p>" + b"x" * (997 + extra)
    assert reasons(dump.read("a.html", page, max_document_bytes=1_000)) == expected


def test_the_limit_is_on_the_unpacked_page(dump, packed):
    suffix, pack = packed
    found = dump.read(f"a.html.{suffix}", pack(b"<p>" + b"x" * 500_000), max_document_bytes=1_000)
    assert reasons(found) == ["too-large"]


@pytest.mark.parametrize("size", [CHUNK - 3, CHUNK - 2, CHUNK + DOCUMENT_CHUNK, 3 * DOCUMENT_CHUNK])
def test_a_page_comes_whole_in_however_many_reads(dump, packed, size):
    page = b"<p>" + bytes(b"ab\n"[n % 3] for n in range(size))
    assert dump.read_one("a.html", page).html == page
    suffix, pack = packed
    assert dump.read_one(f"a.html.{suffix}", pack(page)).html == page


def test_a_page_that_is_too_large_and_damaged_is_too_large(dump, packed):
    suffix, pack = packed
    stored = pack(b"<p>" + random.Random(1).randbytes(1_000).hex().encode() * 3_000)
    found = dump.read(f"a.html.{suffix}", stored[:-5], max_document_bytes=1_000)
    assert reasons(found) == ["too-large"]
