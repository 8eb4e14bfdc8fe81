from __future__ import annotations

import gzip
import io
import random
import struct
import sys
import tarfile
import time
import zipfile
from dataclasses import replace

import pytest
from reading import PACKERS, ids, reasons

from dedup.config import ReadConfig
from dedup.models import RawRecord
from dedup.read import Source, Tally, read, tar_members, zip_members
from dedup.read.archives import safe_member_name


def page(n):
    return b"<html><body><p>Rain fell on day %d.</p></body></html>" % n


PAGES = {f"x.example/{n}.html": page(n) for n in range(3)}
KINDS = {
    "a.html": page(1),
    "b.htm.gz": gzip.compress(page(2)),
    "c.jsonl": b'{"text": "one"}\n{"text": "two"}\n',
    "d.csv": b"id,text\n7,three\n",
    "e.txt": b"four",
    "f.mhtml": b"MIME-Version: 1.0\nContent-Type: text/html\n\n<p>five",
    "g.warc": b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Type: text/plain\r\n"
    b"Content-Length: 3\r\n\r\nsix\r\n\r\n",
    "page": page(3),
}


def tarred(members, **header):
    """A tar archive of names and contents, or of headers with their contents."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", **header) as file:
        for name, content in members.items() if isinstance(members, dict) else members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = info.size or len(content)
            file.addfile(info, io.BytesIO(content))
    return archive.getvalue()


def zipped(members, method=zipfile.ZIP_DEFLATED):
    """A zip archive of names and contents."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as file:
        for name, content in members.items() if isinstance(members, dict) else members:
            file.writestr(name, content)
    return archive.getvalue()


MAKERS = {"tar": tarred, "zip": zipped}
each_kind = pytest.mark.parametrize("kind", MAKERS)


@each_kind
def test_the_pages_of_an_archive_are_documents_under_their_names(dump, kind):
    content = MAKERS[kind](PAGES)
    found = dump.read(f"crawl.{kind}", content)
    assert ids(found) == [f"crawl.{kind}/{name}" for name in PAGES]
    assert [each.html for each in found] == list(PAGES.values())
    assert [each.places for each in found] == [(name,) for name in PAGES]
    assert sum(each.consumed for each in found) == len(content)
    assert (dump.tally.files, dump.tally.bytes) == (1, len(content))


@each_kind
def test_members_of_every_format_are_read(dump, kind):
    found = dump.read(f"a.{kind}", MAKERS[kind](KINDS))
    assert reasons(found) == [""] * 9
    assert [each.html for each in found if each.html] == [page(1), page(2), b"<p>five", page(3)]
    assert [each.text for each in found if each.text] == ["one", "two", "three", "four", "six"]
    assert ids(found)[2:5] == [f"a.{kind}/c.jsonl:1", f"a.{kind}/c.jsonl:2", "7"]
    assert ids(found)[7] == f"a.{kind}/g.warc#0"


@each_kind
@pytest.mark.parametrize("suffix", PACKERS)
def test_packed_archives_are_read(dump, kind, suffix):
    found = dump.read(f"a.{kind}.{suffix}", PACKERS[suffix](MAKERS[kind](PAGES)))
    assert [each.html for each in found] == list(PAGES.values())


@each_kind
@pytest.mark.parametrize("name", ["a", "a.html", "a.jsonl", "a.bin"])
def test_an_archive_is_detected_by_its_content(dump, kind, name):
    assert len(dump.read(name, MAKERS[kind](PAGES))) == 3


@pytest.mark.parametrize("name", ["a.tgz", "a.tar.gz", "a"])
def test_a_packed_tar_archive_may_have_a_short_suffix(dump, name):
    assert len(dump.read(name, gzip.compress(tarred(PAGES)))) == 3


@each_kind
def test_an_archive_may_come_from_stdin(kind, monkeypatch):
    class Stdin:
        buffer = io.BytesIO(MAKERS[kind](PAGES))

    monkeypatch.setattr(sys, "stdin", Stdin)
    found = list(read(Source("-", None), ReadConfig(), Tally()))
    assert ids(found) == [f"-/{name}" for name in PAGES]


@each_kind
def test_a_member_knows_its_place_in_the_archive_and_in_the_folder(dump, kind):
    source = dump.write(f"day/a.{kind}", MAKERS[kind]({"x.example/a.html": page(1)}))
    placed = replace(source, place=f"day/a.{kind}", folder="crawl")
    (found,) = read(placed, ReadConfig(), Tally())
    assert found.places == ("x.example/a.html", f"day/a.{kind}/x.example/a.html")
    assert found.folder == "crawl"


@each_kind
def test_the_name_of_an_archive_is_not_the_first_folder_of_a_page(dump, kind):
    source = dump.write(f"a.{kind}", MAKERS[kind]({"b.html": page(1)}))
    (found,) = read(replace(source, place=f"a.{kind}"), ReadConfig(), Tally())
    assert found.places == ("b.html", f"./a.{kind}/b.html")


@each_kind
@pytest.mark.parametrize(
    ("name", "doc_id"),
    [
        ("./a/./b.html", "a/b.html"),
        ("/etc/b.html", "etc/b.html"),
        ("a//b.html", "a/b.html"),
        ("../../b.html", r"\x2e\x2e/\x2e\x2e/b.html"),
        ("a/../b.html", r"a/\x2e\x2e/b.html"),
        ("caf\u00e9.html", "café.html"),
        ("d" * 200 + "/b.html", "d" * 200 + "/b.html"),
    ],
)
def test_a_name_is_made_safe(dump, kind, name, doc_id):
    found = dump.read(f"x.{kind}", MAKERS[kind]({name: page(1)}))
    assert ids(found) == [f"x.{kind}/{doc_id}"]
    assert [each.name for each in dump.folder.iterdir()] == [f"x.{kind}"]


@pytest.mark.parametrize("name", ["", "/", ".", "./"])
def test_a_member_without_a_name_has_one(name):
    assert safe_member_name(name) == "_"


def test_names_of_zip_members_may_be_written_by_any_program(dump):
    content = zipped({"caf_.html": page(1), "d_a.html": page(2)})
    content = content.replace(b"caf_.html", "caé.html".encode()).replace(b"d_a", b"d\\a")
    assert ids(dump.read("a.zip", content)) == ["a.zip/caé.html", "a.zip/d/a.html"]


@pytest.mark.parametrize("says_utf8", [False, True])
@pytest.mark.parametrize("name", ["a.zip", "a.zip.gz"])
def test_names_in_an_unknown_encoding_stay_apart(dump, name, says_utf8):
    plain = {"_____.html": page(1), "=====.html": page(2)}
    content = zipped({("é" if says_utf8 else "") + each: html for each, html in plain.items()})
    content = content.replace(b"_____", "весть".encode("cp866"))
    content = content.replace(b"=====", "песня".encode("cp866"))
    found = dump.read(name, gzip.compress(content) if name.endswith("gz") else content)
    pages = [each for each in found if each.html]
    assert [each.html for each in pages] == list(plain.values())
    assert len(set(ids(pages))) == 2
    assert "\ufffd" not in "".join(ids(pages))


@each_kind
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_of_one_name_are_both_reported(dump, kind):
    pair = [("a.html", page(1)), ("a.html", page(2))]
    found = dump.read(f"a.{kind}", MAKERS[kind](pair))
    assert [each.html for each in found] == [page(1), page(2)]
    assert len(set(ids(found))) == 1


@each_kind
def test_hidden_members_are_passed_over(dump, kind):
    members = {"._a.html": b"x", "__MACOSX/._a.html": b"x", ".git/a.html": b"x", "a.html": page(1)}
    assert ids(dump.read(f"a.{kind}", MAKERS[kind](members))) == [f"a.{kind}/a.html"]
    assert dump.tally.passed_over == {"hidden file or folder": 3}


@each_kind
def test_the_files_that_crawlers_keep_beside_pages_are_passed_over_in_archives(dump, kind):
    members = {"x.example/robots.txt": b"x", "hts-cache/a.html": page(2), "a.html": page(1)}
    assert ids(dump.read(f"a.{kind}", MAKERS[kind](members))) == [f"a.{kind}/a.html"]
    assert dump.tally.passed_over == {"file of a crawler, no page": 2}


@each_kind
def test_what_is_no_document_is_rejected_as_in_a_folder(dump, kind):
    members = {
        "a.css": b"p { }", "b.html": b"\x89PNG\r\n\x1a\n", "c.html": b"", "d.txt": b"x" * 2_000,
        "e.html": page(1),
    }  # fmt: skip
    found = dump.read(f"a.{kind}", MAKERS[kind](members), max_document_bytes=1_000)
    assert reasons(found) == ["unknown-kind", "not-html", "empty", "too-large", ""]


@each_kind
@pytest.mark.parametrize("inner", ["zip", "tar", "tgz"])
def test_an_archive_in_an_archive_is_rejected(dump, kind, inner):
    packed = gzip.compress(tarred(PAGES)) if inner == "tgz" else MAKERS[inner](PAGES)
    found = dump.read(f"a.{kind}", MAKERS[kind]({f"b.{inner}": packed, "c.html": page(1)}))
    assert reasons(found) == ["unknown-kind", ""]
    assert found[0].rejection.detail == "an archive in an archive: unpack it first"


@each_kind
def test_an_archive_without_a_member_is_empty(dump, kind):
    assert reasons(dump.read(f"a.{kind}", MAKERS[kind]({}))) == ["empty"]


@each_kind
def test_members_are_selected_by_their_paths(dump, kind):
    members = {"sport/a.html": page(1), "sport/b.txt": b"two", "news/sport.html": page(3)}
    content = MAKERS[kind](members)

    def selected(**options):
        dump.tally = Tally()
        found = dump.read(f"a.{kind}", content, **options)
        return [each.removeprefix(f"a.{kind}/") for each in ids(found)]

    assert selected(include=("*.html",)) == ["sport/a.html", "news/sport.html"]
    assert dump.tally.passed_over == {"left out by --include or --exclude": 1}
    assert selected(exclude=("sport",)) == ["news/sport.html"]
    assert selected(include=("sport/*",), exclude=("*.txt",)) == ["sport/a.html"]
    assert selected(include=("*.pdf",)) == []
    assert selected(include=(f"*.{kind}",)) == list(members)


def test_office_documents_are_no_archives(dump):
    for first in ("[Content_Types].xml", "mimetype", "_rels/.rels"):
        (found,) = dump.read("a.docx", zipped({first: b"x", "a.html": page(1)}))
        assert (found.rejection.reason, "Office" in found.rejection.detail) == (
            "unknown-kind",
            True,
        )


# --- tar ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_form_of_tar_is_read(dump, form):
    name = "/".join(["folder" * 6] * (4 if form == tarfile.USTAR_FORMAT else 30)) + "/a.html"
    assert ids(dump.read("a.tar", tarred({name: page(1)}, format=form))) == [f"a.tar/{name}"]


def test_a_tar_archive_of_the_oldest_form_is_known_by_its_name(dump):
    block = bytearray(tarred({"a.html": page(1)}))
    block[257:265] = bytes(8)
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block[:512])
    assert ids(dump.read("a.tar", bytes(block))) == ["a.tar/a.html"]


def test_the_size_in_an_extended_header_counts(dump):
    info = tarfile.TarInfo("a.html")
    info.size, info.pax_headers = 0, {"size": str(len(page(1)))}
    content = tarred([(info, b"")], format=tarfile.PAX_FORMAT)
    head = content.index(b"a.html\0")
    blocks = content[: head + 512] + page(1).ljust(512, b"\0") + content[head + 512 :]
    assert dump.read_one("a.tar", blocks).html == page(1)


def test_an_extended_header_of_many_fields_is_read_in_linear_time(dump):
    info = tarfile.TarInfo("a.html")
    info.size, info.type = 1 << 20, tarfile.XHDTYPE
    header = tarred([(info, b"6 a=b\n" * ((1 << 20) // 6) + b"    ")])[: (1 << 20) + 512]
    start = time.process_time()
    assert ids(dump.read("a.tar", header * 4 + tarred({"b.html": page(1)}))) == ["a.tar/b.html"]
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (tarfile.SYMTYPE, "link in an archive"),
        (tarfile.LNKTYPE, "link in an archive"),
        (tarfile.CHRTYPE, "device in an archive"),
        (tarfile.BLKTYPE, "device in an archive"),
        (tarfile.FIFOTYPE, "device in an archive"),
    ],
)
def test_links_and_devices_are_passed_over(dump, kind, what):
    info = tarfile.TarInfo("a.html")
    info.type, info.linkname = kind, "/etc/passwd"
    assert ids(dump.read("a.tar", tarred([(info, b""), ("b.html", page(1))]))) == ["a.tar/b.html"]
    assert dump.tally.passed_over == {what: 1}


def test_folders_are_not_counted(dump):
    info = tarfile.TarInfo("d")
    info.type = tarfile.DIRTYPE
    assert ids(dump.read("a.tar", tarred([(info, b""), ("d/a.html", page(1))]))) == [
        "a.tar/d/a.html"
    ]
    assert dump.tally.passed_over == {}


@pytest.mark.parametrize("suffix", ["", *PACKERS])
@pytest.mark.parametrize("cut", [10, 600, 1_100, 1_700])
def test_a_cut_in_a_tar_archive_keeps_what_came_before(dump, suffix, cut):
    content = tarred(dict.fromkeys(("0.html", "1.html", "2.html"), b"<p>" + b"x" * 800))
    whole = content[: 3 * 1_536]  # 221 bytes fill the last block of each member
    found = dump.read(f"a.tar.{suffix}", PACKERS.get(suffix, bytes)(whole[:-cut]))
    assert reasons(found) == [""] * (3 if cut == 10 else 2) + ["broken-tar"]


def test_a_cut_between_two_members_is_reported(dump):
    found = dump.read("a.tar", tarred(PAGES)[: 2 * 1_024])
    assert reasons(found) == ["", "", "broken-tar"]
    assert "without its end mark" in found[2].rejection.detail
    assert found[2].doc_id == "a.tar#2048"


@pytest.mark.parametrize("cut", [30, 1_000])
def test_a_cut_in_a_packed_tar_archive_is_reported_as_that(dump, cut):
    members = {
        f"{n}.html": b"<p>" + random.Random(n).randbytes(800).hex().encode() for n in range(9)
    }
    found = dump.read("a.tar.gz", gzip.compress(tarred(members))[:-cut])
    assert reasons(found)[-1] == "broken-gzip"
    assert set(reasons(found)[:-1]) == {""}


def test_members_behind_a_damaged_part_are_read(dump):
    content = bytearray(tarred(PAGES))
    content[1024 : 1024 + 512] = b"x" * 512
    found = dump.read("a.tar", bytes(content))
    assert ids(found) == ["a.tar/x.example/0.html", "a.tar#1024", "a.tar/x.example/2.html"]
    assert reasons(found) == ["", "broken-tar", ""]


def test_archives_one_behind_the_other_are_read(dump):
    assert len(dump.read("a.tar", tarred(PAGES) + tarred({"b.html": page(9)}))) == 4


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.XGLTYPE])
def test_a_header_without_end_is_rejected(dump, kind):
    info = tarfile.TarInfo("a")
    info.type, info.size = kind, 3_000_000
    content = info.tobuf(tarfile.GNU_FORMAT) + bytes(3_000_320) + tarred({"b.html": page(1)})
    assert reasons(dump.read("a.tar", content)) == ["broken-tar", ""]


@pytest.mark.parametrize(
    "headers",
    [
        {"GNU.sparse.size": "9000", "path": "a.html"},
        {"path": "GNUSparseFile.1/a.html", "GNU.sparse.name": "a.html", "GNU.sparse.map": "0,9"},
        {"GNU.sparse.name": "a.html", "GNU.sparse.major": "1", "path": "GNUSparseFile.1/a.html"},
    ],
    ids=["0.0", "0.1", "1.0"],
)
def test_a_sparse_file_of_the_newer_forms_is_rejected_under_its_name(dump, headers):
    stored = tarfile.TarInfo(headers["path"])
    stored.pax_headers = headers
    content = tarred([(stored, page(1)), ("b.html", page(2))], format=tarfile.PAX_FORMAT)
    found = dump.read("a.tar", content)
    assert reasons(found) == ["unknown-kind", ""]
    assert ids(found) == ["a.tar/a.html", "a.tar/b.html"]


def test_a_backup_has_the_names_of_its_files_and_nothing_else(dump):
    kinds = {"a label": b"V", "news": b"D", "news/a.html": tarfile.REGTYPE}
    content = b""
    for name, kind in kinds.items():
        info = tarfile.TarInfo(name)
        info.type, info.size = kind, 0 if kind == b"V" else len(page(1))
        header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
        header[345:369] = b"15302213243\x0015302213243\0"  # when it was read and changed
        header[148:156] = b"%06o\0 " % (sum(header[:148] + header[156:]) + 8 * 32)
        content += header + page(1).ljust(512, b"\0")[: 512 if info.size else 0]
    found = dump.read("a.tar", content + bytes(1_024))
    assert (ids(found), reasons(found)) == (["a.tar/news/a.html"], [""])


def test_a_sparse_file_is_rejected(dump):
    info = tarfile.TarInfo("a.html")
    info.type = tarfile.GNUTYPE_SPARSE
    assert reasons(dump.read("a.tar", tarred([(info, b"x" * 99), ("b.html", page(1))]))) == [
        "unknown-kind", "",
    ]  # fmt: skip


def test_a_tar_archive_that_unpacks_to_too_much_is_given_up(dump, monkeypatch):
    monkeypatch.setattr(tar_members, "_UNPACKED", 1_000_000)
    monkeypatch.setattr(tar_members, "_MOST_EXPANSION", 50)
    content = tarred({"a.html": page(1), "b.jsonl": bytes(30_000_000), "c.html": page(2)})
    found = dump.read("a.tar.gz", gzip.compress(content), max_document_bytes=1_000)
    assert reasons(found)[0] == ""
    assert reasons(found)[-1] == "too-large"
    assert "over 50 times its size" in found[-1].rejection.detail
    assert all(each.html != page(2) for each in found)


def test_more_members_than_may_be_are_not_read(dump, monkeypatch):
    monkeypatch.setattr(tar_members, "_MOST_MEMBERS", 2)
    assert reasons(dump.read("a.tar", tarred(PAGES))) == ["", "", "broken-tar"]


# --- zip ------------------------------------------------------------------------------------------


def test_a_zip_member_without_a_name_is_read(dump):
    content = zipped({"a.html": page(1)}, zipfile.ZIP_STORED)
    directory = content.index(b"PK\x01\x02")
    entry = content[directory:].replace(b"a.html", b"", 1)
    entry = entry[:28] + b"\0\0" + entry[30:]
    end = entry.index(b"PK\x05\x06")
    entry = entry[: end + 12] + struct.pack("<L", end) + entry[end + 16 :]
    nameless = content[:26] + b"\0\0" + content[28:30] + content[36:directory]
    entry = entry[: end + 16] + struct.pack("<L", len(nameless)) + entry[end + 20 :]
    assert ids(dump.read("a.zip", nameless + entry)) == ["a.zip/_"]


def test_links_in_a_zip_archive_are_passed_over(dump):
    link = zipfile.ZipInfo("a.html")
    link.external_attr = 0o120777 << 16
    found = dump.read("a.zip", zipped([(link, b"/etc/passwd"), ("b.html", page(1))]))
    assert ids(found) == ["a.zip/b.html"]
    assert dump.tally.passed_over == {"link in an archive": 1}


def test_an_encrypted_member_is_rejected(dump):
    content = bytearray(zipped({"a.html": page(1), "b.html": page(2)}))
    directory = content.index(b"PK\x01\x02")
    content[6] |= 1
    content[directory + 8] |= 1
    found = dump.read("a.zip", bytes(content))
    assert (ids(found)[0], reasons(found)) == ("a.zip/a.html", ["encrypted", ""])


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_packed_in_another_way_is_rejected(dump, method):
    assert reasons(dump.read("a.zip", zipped(PAGES, method))) == ["unknown-kind"] * 3


def test_a_damaged_member_is_rejected_and_the_next_is_read(dump):
    content = bytearray(zipped(PAGES, zipfile.ZIP_STORED))
    content[content.index(b"Rain")] ^= 1
    assert reasons(dump.read("a.zip", bytes(content))) == ["broken-zip", "", ""]


LAST = zipped({"x.example/2.html": page(2)}).index(b"PK\x01\x02")


@pytest.mark.parametrize("suffix", ["", *PACKERS])
@pytest.mark.parametrize(
    ("cut", "kept"), [(1, 3), (22, 3), (100, 3), (LAST // 2, 2), (LAST - 9, 2)]
)
def test_a_cut_in_a_zip_archive_keeps_what_came_before(dump, suffix, cut, kept):
    content = zipped(PAGES)
    end = len(content) if kept == 3 else content.index(b"PK\x01\x02")
    found = dump.read(f"a.zip.{suffix}", PACKERS.get(suffix, bytes)(content[: end - cut]))
    assert [each.html for each in found if each.html] == list(PAGES.values())[:kept]
    complete = kept == 3 and suffix  # what is packed is not sought in
    assert reasons(found) == [""] * kept + ([] if complete else ["broken-zip"])


def described(method):
    """A zip archive whose sizes follow the members, as programs write it that cannot seek."""

    class Pipe(io.RawIOBase):
        def __init__(self):
            self.content = b""

        def writable(self):
            return True

        def write(self, data):
            self.content += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", method) as file:
        file.writestr("x.example/", b"")
        for name, content in PAGES.items():
            file.writestr(name, content)
        with file.open(zipfile.ZipInfo("long.txt"), "w", force_zip64=True) as member:
            member.write(b"four")
    assert b"PK\x07\x08" in pipe.content
    return pipe.content


@pytest.mark.parametrize("suffix", ["", "gz"])
def test_a_zip_archive_with_data_descriptors_is_read(dump, suffix):
    content = PACKERS.get(suffix, bytes)(described(zipfile.ZIP_DEFLATED))
    found = dump.read(f"a.zip.{suffix}", content)
    assert [each.html for each in found[:3]] == list(PAGES.values())
    assert len(found) == 4


def test_stored_members_whose_end_is_unknown_need_the_directory(dump):
    content = described(zipfile.ZIP_STORED)
    assert reasons(dump.read("a.zip", content)) == [""] * 4
    assert set(reasons(dump.read("a.zip.gz", gzip.compress(content)))) == {"broken-zip"}


def test_of_a_packed_zip_archive_a_damaged_member_is_rejected_and_the_next_is_read(dump):
    content = bytearray(zipped(PAGES, zipfile.ZIP_STORED))
    content[content.index(b"Rain")] ^= 1
    found = dump.read("a.zip.gz", gzip.compress(bytes(content)))
    assert reasons(found) == ["broken-zip", "", ""]
    content = bytearray(zipped({"a.css": bytes(9_999), **PAGES}))
    content[content.index(b"a.css") + 6] ^= 0xFF
    found = dump.read("a.zip.gz", gzip.compress(bytes(content)))
    assert reasons(found)[-3:] == [""] * 3


def test_members_that_overlap_are_not_read_again_and_again(dump):
    content = zipped({"a.html": page(1) * 99}, zipfile.ZIP_STORED)
    start, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    entry = content[start:end]
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 50, 50, 50 * len(entry), start, 0)
    found = dump.read("a.zip", content[:start] + entry * 50 + tail)
    assert reasons(found)[-1] == "broken-zip"
    assert len(found) < 5


def test_a_zip_archive_with_too_long_a_directory_is_read_without_it(dump, monkeypatch):
    monkeypatch.setattr(zip_members, "_LONGEST_DIRECTORY", 100)
    found = dump.read("a.zip", zipped(PAGES))
    assert [each.html for each in found] == list(PAGES.values())


def test_a_zip_bomb_is_not_unpacked_beyond_a_page(dump):
    content = zipped({"a.html": b"<p>" + bytes(50_000_000), "b.html": page(1)})
    found = dump.read("a.zip", content, max_document_bytes=1_000)
    assert reasons(found) == ["too-large", ""]


@each_kind
def test_every_byte_that_is_flipped_gives_records_or_rejections(dump, kind):
    content = MAKERS[kind](KINDS)
    rng = random.Random(5)
    for _ in range(150):
        damaged = bytearray(content)
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randrange(len(damaged))] ^= rng.randrange(1, 256)
        found = dump.read(f"a.{kind}", bytes(damaged[: rng.randint(100, len(damaged))]))
        assert found
        assert all(isinstance(each, RawRecord) for each in found)
