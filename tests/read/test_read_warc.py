from __future__ import annotations

import gzip
import random
import zlib

import brotli
import pytest
import zstandard
from reading import PACKERS, ids, reasons

PAGE = b"<html><body><p>Rain fell on Monday.</p></body></html>"
HTML = b"Content-Type: text/html\r\n"


def response(body=PAGE, headers=HTML, status=b"200 OK"):
    return b"HTTP/1.1 " + status + b"\r\n" + headers + b"\r\n" + body


def record(block=None, kind=b"response", length=None, uri=b"https://a.example/1", extra=b""):
    block = response() if block is None else block
    size = len(block) if length is None else length
    return (
        b"WARC/1.0\r\nWARC-Type: " + kind + b"\r\nWARC-Target-URI: " + uri + b"\r\n"
        b"WARC-Date: 2024-02-29T12:30:00Z\r\nContent-Type: application/http\r\n"
        + extra
        + b"Content-Length: "
        + str(size).encode()
        + b"\r\n\r\n"
        + block
        + b"\r\n\r\n"
    )


def page(n):
    return b"<p>page %d</p>" % n


INFO = record(b"software: test\r\n", b"warcinfo")
RECORDS = [INFO, *(record(response(page(n)), uri=b"https://a.example/%d" % n) for n in range(3))]


def starts(parts):
    return [sum(map(len, parts[:n])) for n in range(len(parts))]


def test_each_page_is_a_document_at_the_offset_of_its_record(dump):
    found = dump.read("a.warc", b"".join(RECORDS))
    assert ids(found) == [f"a.warc#{at}" for at in starts(RECORDS)[1:]]
    assert [each.html for each in found] == [page(n) for n in range(3)]
    assert found[2].fields == {
        "url": "https://a.example/2",
        "fetched": "2024-02-29T12:30:00Z",
        "http_status": 200,
    }
    assert dump.tally.passed_over == {"WARC record without a page or text": 1}


@pytest.mark.parametrize("suffix", PACKERS)
def test_records_packed_by_themselves_are_named_by_their_place_in_the_file(dump, suffix):
    members = [PACKERS[suffix](each) for each in RECORDS]
    found = dump.read(f"a.warc.{suffix}", b"".join(members))
    assert ids(found) == [f"a.warc.{suffix}#{at}" for at in starts(members)[1:]]
    assert [each.html for each in found] == [page(n) for n in range(3)]


@pytest.mark.parametrize("suffix", PACKERS)
def test_records_packed_together_differ_by_their_offset_in_the_member(dump, suffix):
    first = PACKERS[suffix](b"".join(RECORDS[:2]))
    content = first + PACKERS[suffix](b"".join(RECORDS[2:]))
    expected = [f"0+{len(INFO)}", f"{len(first)}", f"{len(first)}+{len(RECORDS[2])}"]
    assert ids(dump.read("a.warc", content)) == [f"a.warc#{place}" for place in expected]


def chunked(body, size=7):
    cuts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(cut), cut) for cut in cuts) + b"0\r\n\r\n"


BARE_DEFLATE = zlib.compress(PAGE)[2:-4]
CODINGS = {
    "chunked": (chunked(PAGE), b"Transfer-Encoding: chunked\r\n"),
    "gzip": (gzip.compress(PAGE), b"Content-Encoding: gzip\r\n"),
    "x-gzip": (gzip.compress(PAGE), b"content-encoding: X-GZIP\r\n"),
    "deflate": (zlib.compress(PAGE), b"Content-Encoding: deflate\r\n"),
    "bare deflate": (BARE_DEFLATE, b"Content-Encoding: deflate\r\n"),
    "br": (brotli.compress(PAGE), b"Content-Encoding: br\r\n"),
    "zstd": (zstandard.compress(PAGE), b"Content-Encoding: zstd\r\n"),
    "both": (
        chunked(gzip.compress(PAGE)),
        b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n",
    ),
    "twice": (gzip.compress(brotli.compress(PAGE)), b"Content-Encoding: br, gzip\r\n"),
    "identity": (PAGE, b"Content-Encoding: identity\r\n"),
    "unknown": (PAGE, b"Content-Encoding: sdch\r\n"),
    "said but not done: gzip": (PAGE, b"Content-Encoding: gzip\r\n"),
    "said but not done: br": (PAGE, b"Content-Encoding: br\r\n"),
    "said but not done: zstd": (PAGE, b"Content-Encoding: zstd\r\n"),
    "said but not done: deflate": (PAGE, b"Content-Encoding: deflate\r\n"),
    "said but not done: chunked": (PAGE, b"Transfer-Encoding: chunked\r\n"),
}


@pytest.mark.parametrize(("body", "header"), CODINGS.values(), ids=CODINGS)
def test_encodings_are_undone_and_the_next_record_is_read(dump, body, header):
    content = record(response(body, HTML + header)) + RECORDS[1]
    assert [each.html for each in dump.read("a.warc", content)] == [PAGE, page(0)]


@pytest.mark.parametrize(
    ("pack", "header"),
    [
        (gzip.compress, b"Content-Encoding: gzip\r\n"),
        (chunked, b"Transfer-Encoding: chunked\r\n"),
        (brotli.compress, b"Content-Encoding: br\r\n"),
    ],
)
def test_of_a_body_that_was_cut_what_is_there_is_taken(dump, pack, header):
    whole = b"<p>" + random.Random(1).randbytes(100_000).hex().encode()
    body = pack(whole)[:90_000]
    found = dump.read_one("a.warc", record(response(body, HTML + header)))
    assert whole.startswith(found.html)
    assert len(found.html) > 10_000


@pytest.mark.parametrize("suffix", ["gz", "zst"])
def test_the_limit_is_on_the_payload_with_its_encoding_undone(dump, suffix):
    header = HTML + b"Content-Encoding: " + {"gz": b"gzip", "zst": b"zstd"}[suffix] + b"\r\n"
    bomb = PACKERS[suffix](b"<p>" + bytes(5_000_000))
    found = dump.read("a.warc", record(response(bomb, header)), max_document_bytes=1_000)
    assert reasons(found) == ["too-large"]


def test_a_record_far_over_the_limit_is_skipped_through(dump):
    content = record(response(b"<p>" + b"x" * 300_000)) + RECORDS[1]
    found = dump.read("a.warc", content, max_document_bytes=1_000)
    assert reasons(found) == ["too-large", ""]


@pytest.mark.parametrize("status", [b"301 Moved", b"404 Not Found", b"500 Oops", b"199", b"300 x"])
def test_a_page_with_another_status_is_rejected(dump, status):
    found = dump.read_one("a.warc", record(response(status=status)))
    assert found.rejection.reason == "http-status"
    assert status[:3].decode() in found.rejection.detail
    assert found.fields["http_status"] == int(status[:3])


@pytest.mark.parametrize("status", [b"200 OK", b"200", b"203 Non-Authoritative", b"299 x"])
def test_a_page_with_a_status_of_success_is_read(dump, status):
    assert dump.read_one("a.warc", record(response(status=status))).html == PAGE


@pytest.mark.parametrize(
    "header",
    [
        HTML,
        b"content-type:TEXT/HTML;charset=utf-8\r\n",
        b"Content-Type: application/xhtml+xml\r\n",
        b"",
        b"Content-Type:\r\n",
        b"Content-Type: application/octet-stream\r\n",
    ],
    ids=str,
)
def test_pages_are_detected_by_type_and_by_content_where_the_type_says_nothing(dump, header):
    assert dump.read_one("a.warc", record(response(headers=header))).html == PAGE


@pytest.mark.parametrize(
    "content",
    [
        record(response(b"\x89PNG", b"Content-Type: image/png\r\n")),
        record(response(b"{}", b"Content-Type: application/json\r\n")),
        record(response(b"plain", b"")),
        record(response(), b"revisit"),
        record(response(), b"resource"),
        record(b"GET / HTTP/1.1\r\n\r\n", b"request"),
        record(b"20240229 a.example 1.2.3.4", uri=b"dns:a.example"),
        INFO,
    ],
)
def test_what_holds_no_page_is_passed_over_and_counted(dump, content):
    found = dump.read("a.warc", content + RECORDS[1])
    assert [each.html for each in found] == [page(0)]
    assert dump.tally.passed_over["WARC record without a page or text"] == 1


def test_an_archive_without_a_page_is_empty(dump):
    found = dump.read("a.warc", INFO)
    assert (ids(found), reasons(found)) == (["a.warc"], ["empty"])


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"\x89PNG\r\n\x1a\n", "not-html"), (b"plain", "not-html"), (b" \n", "empty"), (b"", "empty")],
)
def test_a_response_that_only_says_it_is_a_page_is_rejected(dump, body, reason):
    assert reasons(dump.read("a.warc", record(response(body)) + RECORDS[1])) == [reason, ""]


@pytest.mark.parametrize(
    "damaged",
    [
        record(length=50),
        record(length=-5),
        record(length="abc"),
        record(length=""),
        record(length="9" * 30),
        record().replace(b"Content-Length", b"Content-Width"),
        b"garbage\r\nand more WARC/1.0 garbage\r\n\r\n",
        b"garbage without an end" * 10_000 + b"\n",
        record(b"no response at all"),
        record(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"),
        b"WARC/1.0\r\nContent-Length 5\r\n\r\n",
        b"WARC/1.0\r\n" + b"x: " + b"y" * 2_000_000 + b"\r\n\r\n",
    ],
    ids=lambda value: str(value[:60] if len(value) < 300 else value[-60:]),
)
def test_a_damaged_record_is_reported_once_and_the_next_is_read(dump, damaged):
    found = dump.read("a.warc", RECORDS[1] + damaged + RECORDS[2] + RECORDS[3])
    assert reasons(found) == ["", "broken-warc", "", ""]
    assert [each.html for each in found if each.html] == [page(n) for n in range(3)]
    assert found[1].doc_id == f"a.warc#{len(RECORDS[1])}"


@pytest.mark.parametrize("suffix", ["gz", "zst"])
def test_a_damaged_record_in_a_member_of_its_own_is_reported_once(dump, suffix):
    parts = [PACKERS[suffix](each) for each in (RECORDS[1], record(length=50), RECORDS[2])]
    found = dump.read(f"a.warc.{suffix}", b"".join(parts))
    assert reasons(found) == ["", "broken-warc", ""]
    assert ids(found) == [f"a.warc.{suffix}#{at}" for at in starts(parts)]


def test_a_length_beyond_the_end_is_reported(dump):
    found = dump.read("a.warc", RECORDS[1] + record(length=5_000))
    assert reasons(found) == ["", "broken-warc"]
    assert "missing" in found[1].rejection.detail
    assert found[1].fields["url"] == "https://a.example/1"


@pytest.mark.parametrize("cut", [3, 10, 60, 150, 200])
def test_a_cut_keeps_what_came_before(dump, cut):
    found = dump.read("a.warc", b"".join(RECORDS)[:-cut])
    assert reasons(found) == ["", "", ""] if cut == 3 else ["", "", "broken-warc"]
    assert ids(found) == [f"a.warc#{at}" for at in starts(RECORDS)[1:]]


@pytest.mark.parametrize("cut", [30, 100])
def test_a_cut_in_a_packed_archive_is_reported_as_that(dump, cut):
    members = [gzip.compress(each) for each in RECORDS]
    found = dump.read("a.warc.gz", b"".join(members)[:-cut])
    assert reasons(found) == ["", "", "broken-gzip"]
    assert ids(found) == [f"a.warc.gz#{at}" for at in starts(members)[1:]]


def test_a_record_that_is_whole_before_a_cut_is_kept(dump):
    members = [gzip.compress(each) for each in RECORDS]
    found = dump.read("a.warc.gz", b"".join(members)[:-8])
    assert reasons(found) == ["", "", "", "broken-gzip"]
    assert len(set(ids(found))) == 4


def test_damage_between_two_records_of_a_packed_archive_is_reported_at_its_place(dump):
    members = [gzip.compress(each) for each in RECORDS]
    found = dump.read("a.warc.gz", b"".join(members) + b"garbage")
    assert reasons(found) == ["", "", "", "broken-gzip"]
    assert len(set(ids(found))) == 4


def test_a_broken_record_long_before_a_cut_is_reported_beside_it(dump):
    parts = [record(length=50), *RECORDS]
    found = dump.read("a.warc.gz", gzip.compress(b"".join(parts))[:-20])
    assert reasons(found)[0] == "broken-warc"
    assert reasons(found)[-1] == "broken-gzip"


def test_line_ends_without_a_carriage_return_are_read(dump):
    block = response().replace(b"\r\n", b"\n")
    content = record(block).replace(b"\r\n", b"\n") + RECORDS[1]
    assert [each.html for each in dump.read("a.warc", content)] == [PAGE, page(0)]


def test_an_address_in_angle_brackets_is_freed_of_them(dump):
    found = dump.read_one("a.warc", record(uri=b"<https://a.example/x>"))
    assert found.fields["url"] == "https://a.example/x"


def test_an_archive_without_addresses_and_dates_is_read(dump):
    block = response()
    head = b"WARC/1.1\r\nwarc-type: Response\r\ncontent-length: %d\r\n\r\n" % len(block)
    found = dump.read_one("a.warc", head + block)
    assert (found.html, found.fields) == (PAGE, {"http_status": 200})


RUSSIAN = "<p>Сильный дождь</p>"


@pytest.mark.parametrize(
    ("charset", "body", "expected"),
    [
        (b"windows-1251", RUSSIAN.encode("cp1251"), RUSSIAN.encode()),
        (b'"Windows-1251"', RUSSIAN.encode("cp1251"), RUSSIAN.encode()),
        (b"gb2312", "<p>暴雨镕</p>".encode("gb18030"), "<p>暴雨镕</p>".encode()),
        (b"iso-8859-1", b"<p>\x93caf\xe9\x94</p>", "<p>“café”</p>".encode()),
        (b"utf-8", RUSSIAN.encode(), RUSSIAN.encode()),
        (b"iso-8859-1", RUSSIAN.encode(), RUSSIAN.encode()),
        (b"no-such-thing", b"<p>caf\xe9", b"<p>caf\xe9"),
        (b"hex", b"<p>caf\xe9", b"<p>caf\xe9"),
        (b"utf-8", b"<p>caf\xe9", "<p>café".encode()),
        (b"ascii\0", b"<p>caf\xe9", b"<p>caf\xe9"),
        (b"koi8-r", "<p>дождь".encode("utf-16"), "<p>дождь".encode()),
        (b"koi8-r", "<p>дождь".encode("utf-16-le"), "<p>дождь".encode("utf-16-le")),
        (
            b"iso-8859-1",
            b'<meta charset="windows-1251">' + RUSSIAN.encode("cp1251"),
            b'<meta charset="windows-1251">' + RUSSIAN.encode(),
        ),
        (
            b"iso-8859-1",
            b'<?xml version="1.0" encoding="cp1251"?>' + RUSSIAN.encode("cp1251"),
            b'<?xml version="1.0" encoding="cp1251"?>' + RUSSIAN.encode(),
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_page_whose_encoding_only_the_server_names_comes_in_utf8(dump, charset, body, expected):
    block = response(body, b"Content-Type: text/html; charset=" + charset + b"\r\n")
    assert dump.read_one("a.warc", record(block)).html == expected


def test_without_a_charset_the_bytes_stay_as_they_are(dump):
    body = RUSSIAN.encode("cp1251")
    assert dump.read_one("a.warc", record(response(body))).html == body


# --- records without an HTTP response -------------------------------------------------------------

TEXT = "The ferry sails again on Monday.\nIts owner said so."


def bare(block, content_type, kind=b"resource", uri=b"https://a.example/1", length=None):
    """A record that holds a document as it is."""
    content = record(block, kind, length, uri)
    return content.replace(b"application/http", content_type, 1)


@pytest.mark.parametrize("kind", [b"resource", b"conversion"])
@pytest.mark.parametrize("content_type", [b"text/html", b"Text/HTML; charset=utf-8", b""])
def test_a_page_without_an_http_header_is_a_page(dump, kind, content_type):
    found = dump.read_one("a.warc", bare(PAGE, content_type, kind))
    assert (found.html, found.text) == (PAGE, None)
    assert found.fields == {"url": "https://a.example/1", "fetched": "2024-02-29T12:30:00Z"}


@pytest.mark.parametrize("kind", [b"resource", b"conversion"])
def test_a_text_without_an_http_header_is_a_clean_text(dump, kind):
    found = dump.read("a.warc.wet", INFO + bare(TEXT.encode(), b"text/plain", kind) + RECORDS[1])
    assert [each.text for each in found] == [TEXT, None]
    assert found[0].doc_id == f"a.warc.wet#{len(INFO)}"
    assert found[0].fields == {
        "url": "https://a.example/1", "fetched": "2024-02-29T12:30:00Z", "text": TEXT,
    }  # fmt: skip


def test_a_conversion_record_without_a_type_is_a_clean_text(dump):
    assert dump.read_one("a.wet", bare(TEXT.encode(), b"", b"conversion")).text == TEXT


def test_the_charset_of_a_record_without_an_http_header_counts(dump):
    content = bare("Паром снова ходит".encode("cp1251"), b"text/plain; charset=windows-1251")
    assert dump.read_one("a.warc", content).text == "Паром снова ходит"
    content = bare(RUSSIAN.encode("cp1251"), b"text/html; charset=windows-1251")
    assert dump.read_one("a.warc", content).html == RUSSIAN.encode()


@pytest.mark.parametrize(
    "content",
    [
        bare(b"\x89PNG", b"image/png"),
        bare(b"{}", b"application/json", b"conversion"),
        bare(b"{}", b""),
        bare(TEXT.encode(), b"text/plain", b"metadata"),
        bare(TEXT.encode(), b"text/plain", uri=b"metadata://gnu.org/software/wget/warc/wget.log"),
        bare(TEXT.encode(), b"text/plain", uri=b"urn:text:https://a.example/1"),
    ],
)
def test_other_records_without_an_http_header_are_passed_over(dump, content):
    found = dump.read("a.warc", content + RECORDS[1])
    assert [each.html for each in found] == [page(0)]
    assert dump.tally.passed_over["WARC record without a page or text"] == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (bare(b" \n", b"text/plain"), "empty"),
        (bare(bytes(range(32)) * 20, b"text/plain"), "unknown-kind"),
        (bare(b"x" * 2_000, b"text/plain", b"conversion"), "too-large"),
        (bare(b"<p>" + b"x" * 2_000, b"text/html"), "too-large"),
        (bare(b"plain", b"text/html"), "not-html"),
        (bare(TEXT.encode(), b"text/plain", length=20), "broken-warc"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_document_without_an_http_header_that_is_none_is_rejected(dump, content, reason):
    found = dump.read("a.warc", content + RECORDS[1], max_document_bytes=1_000)
    assert reasons(found) == [reason, ""]
    assert found[0].fields["url"] == "https://a.example/1"


SAVED = (
    b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"
    b"Content-Type: text/html\r\nContent-Location: https://b.example/2\r\n\r\n<p>Saved\r\n--x--\r\n"
)


@pytest.mark.parametrize("content_type", [b"multipart/related", b"text/html", b""])
def test_a_saved_page_in_an_archive_is_a_page(dump, content_type):
    served = record(response(SAVED, b"Content-Type: " + content_type + b"\r\n"))
    found = dump.read("a.warc", served + bare(SAVED, content_type))
    assert [each.html.strip() for each in found] == [b"<p>Saved"] * 2
    assert {each.fields["url"] for each in found} == {"https://a.example/1"}
