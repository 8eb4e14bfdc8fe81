from __future__ import annotations

import base64
import gzip
import quopri

import pytest
from reading import ids, reasons

PAGE = "<html><body><p>The café on the quay = closed till Monday.</p></body></html>".encode()
LONG = b"<html><body>" + b"<p>Rain fell on the quay.</p>" * 40 + b"</body></html>"
PICTURE = b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"

ENCODERS = {
    b"quoted-printable": quopri.encodestring,
    b"base64": base64.encodebytes,
    b"8bit": bytes,
    b"binary": bytes,
    b"": bytes,
}


def part(html=PAGE, kind=b"text/html", encoding=b"quoted-printable", head=b""):
    return (
        b"Content-Type: %b\r\nContent-Transfer-Encoding: %b\r\n%b\r\n" % (kind, encoding, head)
        + ENCODERS[encoding](html)
        + b"\r\n"
    )


def mhtml(*parts, top=b"", kind=b'multipart/related; boundary="--=_x"', end=b"----=_x--\r\n"):
    head = b"From: <Saved by a browser>\r\n%bMIME-Version: 1.0\r\nContent-Type: %b\r\n\r\n"
    return head % (top, kind) + b"".join(b"----=_x\r\n" + each for each in parts) + end


@pytest.mark.parametrize("name", ["a.mhtml", "a.MHT", "a.html", "a", "a.txt", "a.csv", "a.json"])
def test_the_page_of_a_message_is_the_document_under_any_name(dump, name):
    found = dump.read_one(name, mhtml(part(), PICTURE))
    assert (found.doc_id, found.html.strip(), found.fields) == (name, PAGE, {})


@pytest.mark.parametrize("encoding", ENCODERS, ids=lambda value: value.decode() or "none")
@pytest.mark.parametrize("html", [PAGE, LONG], ids=["letters", "long lines"])
def test_transfer_encodings_are_undone(dump, encoding, html):
    found = dump.read_one("a.mhtml", mhtml(part(html, encoding=encoding)))
    assert found.html.strip() == html


@pytest.mark.parametrize(
    "content",
    [
        mhtml(part()).replace(b"\r\n", b"\n"),
        b"\xef\xbb\xbf" + mhtml(part()),
        b"\r\n\r\n" + mhtml(part()),
        mhtml(part(), kind=b'multipart/related;\r\n\ttype="text/html";\r\n\tboundary="--=_x"'),
        mhtml(part(), kind=b'MULTIPART/RELATED; BOUNDARY="--=_x"'),
        mhtml(PICTURE, part()),
        mhtml(part(), end=b""),
        mhtml(part(kind=b"application/xhtml+xml")),
        mhtml(
            b'Content-Type: multipart/alternative; boundary="y"\r\n\r\n'
            b"--y\r\nContent-Type: text/plain\r\n\r\nThe cafe\r\n--y\r\n" + part() + b"--y--\r\n",
            PICTURE,
        ),
        b"Content-Type: text/html\r\nMIME-Version: 1.0\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + quopri.encodestring(PAGE),
        mhtml(b"\r\nno header at all\r\n", part()),
    ],
    ids=[
        "line feeds", "mark", "blank lines", "folded", "upper case", "picture first", "no end",
        "xhtml", "nested", "no parts", "part without a header",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.mhtml", "a.html"])
def test_messages_are_read_however_they_are_written(dump, name, content):
    assert dump.read_one(name, content).html.strip() == PAGE


def test_packed_messages_are_read(dump):
    assert dump.read_one("a.mhtml.gz", gzip.compress(mhtml(part()))).html.strip() == PAGE


def test_of_several_pages_the_one_named_as_start_is_taken_else_the_first(dump):
    frame = part(b"<p>A frame", head=b"Content-ID: <frame>\r\n")
    main = part(head=b"Content-ID: <main>\r\n")
    start = b'multipart/related; start="<main>"; boundary="--=_x"'
    assert dump.read_one("a.mht", mhtml(frame, main, kind=start)).html.strip() == PAGE
    assert dump.read_one("a.mht", mhtml(main, frame)).html.strip() == PAGE
    assert dump.read_one("a.mht", mhtml(frame, kind=start)).html.strip() == b"<p>A frame"


def test_a_blank_page_counts_only_where_there_is_no_other(dump):
    blank = part(b"\r\n", head=b"Content-ID: <main>\r\n")
    start = b'multipart/related; start="<main>"; boundary="--=_x"'
    assert dump.read_one("a.mht", mhtml(blank, part(), kind=start)).html.strip() == PAGE
    assert dump.read_one("a.mht", mhtml(part(), blank, kind=start)).html.strip() == PAGE
    assert reasons(dump.read("a.mht", mhtml(blank, blank))) == ["empty"]


@pytest.mark.parametrize(
    ("top", "head", "fields"),
    [
        (b"", b"Content-Location: https://x.example/a?b=1\r\n", {"url": "https://x.example/a?b=1"}),
        (b"Snapshot-Content-Location: http://x.example/1\r\n", b"", {"url": "http://x.example/1"}),
        (b"", b"Content-Location: https://x.example/\r\n a\r\n", {"url": "https://x.example/a"}),
        (b"", b"Content-Location: file:///home/me/a.html\r\n", {}),
        (
            b"Date: Thu, 9 Apr 2026 09:15:10 +0200\r\n",
            b"",
            {"fetched": "2026-04-09T09:15:10+02:00"},
        ),
        (b"Date: yesterday\r\n", b"", {}),
    ],
)
def test_the_message_gives_the_address_and_when_it_was_saved(dump, top, head, fields):
    assert dump.read_one("a.mhtml", mhtml(part(head=head), top=top)).fields == fields


def test_the_charset_of_the_part_counts_where_the_page_declares_none(dump):
    russian = "<p>Паром снова ходит</p>"
    content = mhtml(part(russian.encode("cp1251"), b"text/html; charset=windows-1251"))
    assert dump.read_one("a.mhtml", content).html.decode().strip() == russian


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (mhtml(PICTURE), "not-html"),
        (mhtml(), "not-html"),
        (mhtml(part(b"")), "empty"),
        (mhtml(part(b"no tag")), "not-html"),
        (mhtml(part(), kind=b"multipart/related; type=x"), "not-html"),
        (mhtml(part(b"<p>" + b"x" * 5_000)), "too-large"),
        (mhtml(part(b"<p>" + b"=" * 50_000)), "too-large"),
        (mhtml(*[b"\r\n"] * 20_000, part()), "not-html"),
        (mhtml(part(), top=b"X: " + b"y;" * 100_000 + b"\r\n"), "not-html"),
        (mhtml()[:40] + b"\xff" * 50, "not-html"),
    ],
    ids=str,
)
def test_a_message_without_a_page_is_rejected(dump, content, reason):
    found = dump.read("a.mhtml", content, max_document_bytes=1_000)
    assert (ids(found), reasons(found)) == (["a.mhtml"], [reason])


def test_a_cut_in_a_packed_message_is_reported_as_that(dump):
    packed = gzip.compress(mhtml(PICTURE * 50, part()), 1)
    assert reasons(dump.read("a.mhtml.gz", packed[:60])) == ["broken-gzip"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", b"<p>Content-Type: multipart/related; boundary=x\n\n"),
        ("a.txt", b"Note: the mail said\nContent-Type: text/html\nMIME-Version: 1.0\n\nand more"),
        ("a.txt", b"Weather\n\nContent-Type: multipart/related; boundary=x\n"),
        ("a.jsonl", b'{"text": "Content-Type: multipart/related; boundary=x"}\n'),
    ],
)
def test_what_only_speaks_of_messages_is_none(dump, name, content):
    (found,) = dump.read(name, content)
    assert b"multipart" in (found.html or b"multipart")
    assert found.rejection is None
