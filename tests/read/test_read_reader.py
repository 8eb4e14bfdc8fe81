from __future__ import annotations

import builtins
import gzip
import hashlib
import io
import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from reading import ids, reasons

from dedup.config import ReadConfig
from dedup.models import RawRecord
from dedup.read import Source, Tally, discover, read

PAGE = b"<html><body><p>Rain fell.</p></body></html>"


def read_folder(folder):
    tally = Tally()
    found = [each for source in discover([folder]) for each in read(source, ReadConfig(), tally)]
    return found, tally


def test_a_page_is_read_under_its_path_in_the_folder(dump):
    dump.write("news/a.html", PAGE)
    (found,), tally = read_folder(dump.folder)
    fields = {"html": PAGE, "consumed": len(PAGE), "digest": hashlib.sha256(PAGE).digest()}
    places = ("news/a.html",)
    assert found == RawRecord("news/a.html", "news/a.html", places=places, **fields)
    assert (tally.files, tally.bytes) == (1, len(PAGE))


def test_a_link_that_leaves_the_folder_is_rejected(dump):
    dump.write("secret/key.html", PAGE)
    dump.write("in/a.html", PAGE)
    (dump.folder / "in/b.html").symlink_to("a.html")
    (dump.folder / "in/c.html").symlink_to(dump.folder / "secret/key.html")
    found, tally = read_folder(dump.folder / "in")
    assert ids(found) == ["a.html", "b.html", "c.html"]
    assert reasons(found) == ["", "", "outside-input"]
    assert tally.files == 2


def test_a_link_that_is_given_itself_is_read_wherever_it_leads(dump):
    dump.write("there/a.html", PAGE)
    (dump.folder / "b.html").symlink_to("there/a.html")
    (source,) = discover([dump.folder / "b.html"])
    assert [found.html for found in read(source, ReadConfig(), Tally())] == [PAGE]


def test_a_folder_that_a_glob_finds_by_a_link_does_not_lead_out(dump, monkeypatch):
    dump.write("secret/key.html", PAGE)
    dump.write("in/a/b.html", PAGE)
    (dump.folder / "in/b").symlink_to(dump.folder / "secret")
    monkeypatch.chdir(dump.folder)
    found, _ = read_folder("in/*/*.html")
    assert ids(found) == ["a/b.html", "b/key.html"]
    assert reasons(found) == ["", "outside-input"]


@pytest.mark.parametrize("target", ["nowhere.html", "b.html"], ids=["dangling", "loop"])
def test_a_link_to_nothing_is_unreadable(dump, target):
    (dump.folder / "b.html").symlink_to(target)
    found, _ = read_folder(dump.folder)
    assert reasons(found) == ["unreadable"]


def test_a_pipe_is_unreadable_and_not_waited_for(dump):
    os.mkfifo(dump.folder / "pipe.jsonl")
    (found,), _ = read_folder(dump.folder)
    assert reasons([found]) == ["unreadable"]
    assert "-" in found.rejection.detail


def test_a_folder_that_could_not_be_listed_is_unreadable(dump):
    found = list(read(Source("sub", dump.folder, 0, dump.folder), ReadConfig(), Tally()))
    assert reasons(found) == ["unreadable"]


def test_a_file_that_vanished_is_unreadable(dump):
    source = dump.write("a.html", PAGE)
    source.path.unlink()
    found = list(read(source, ReadConfig(), dump.tally))
    assert (ids(found), reasons(found)) == (["a.html"], ["unreadable"])
    assert dump.tally.files == 0


def test_a_file_that_may_not_be_opened_is_unreadable(dump, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    source = dump.write("a.html", PAGE)
    monkeypatch.setattr(Path, "open", refuse)
    (found,) = read(source, ReadConfig(), dump.tally)
    assert (found.rejection.reason, found.rejection.detail) == ("unreadable", "Permission denied")


class FailingDisk(io.BytesIO):
    """A file whose disk fails after the first read."""

    first = 40

    def read(self, size=-1):
        if self.tell():
            raise OSError(5, "Input/output error")
        return super().read(self.first)


@pytest.mark.parametrize(
    "pack", [bytes, lambda data: gzip.compress(data, 0)], ids=["plain", "packed"]
)
def test_a_disk_that_fails_keeps_what_was_read_and_says_so(dump, monkeypatch, pack):
    content = pack(b'{"text": "a"}\n' * 4)
    source = dump.write("a.jsonl", content)
    monkeypatch.setattr(Path, "open", lambda *_, **__: FailingDisk(content))
    found = list(read(source, ReadConfig(), dump.tally))
    assert reasons(found) == ["", *[""] * (len(found) - 2), "unreadable"]
    assert found[-1].doc_id == f"a.jsonl:{len(found)}"


def test_a_disk_that_fails_after_the_last_member_says_so(dump, monkeypatch):
    content = gzip.compress(b'{"text": "a"}')
    source = dump.write("a.jsonl", content)
    monkeypatch.setattr(FailingDisk, "first", len(content))
    monkeypatch.setattr(Path, "open", lambda *_, **__: FailingDisk(content))
    assert reasons(read(source, ReadConfig(), dump.tally)) == ["", "unreadable"]


def test_a_disk_that_fails_in_a_part_that_is_not_needed_costs_nothing(dump, monkeypatch):
    content = b"\x89PNG\r\n\x1a\n" + bytes(90_000)
    source = dump.write("a.png", content)
    monkeypatch.setattr(FailingDisk, "first", 70_000)
    monkeypatch.setattr(Path, "open", lambda *_, **__: FailingDisk(content))
    assert reasons(read(source, ReadConfig(), dump.tally)) == ["unknown-kind"]
    assert dump.tally.bytes == 70_000


@pytest.mark.parametrize("name", ["a.html", "a.jsonl", "a.parquet", "a", "a.css", "a.warc.gz"])
def test_an_empty_file_is_rejected_as_empty(dump, name):
    found = dump.read(name, b"")
    assert (ids(found), reasons(found)) == ([name], ["empty"])


@pytest.mark.parametrize("name", ["a.html", "a.jsonl", "a.json", "a.csv", "a.txt"])
def test_a_blank_file_is_rejected_as_empty(dump, name):
    assert reasons(dump.read(name, b" \n\r\n\t\n")) == ["empty"]


def test_a_packed_file_with_nothing_in_it_is_rejected_as_empty(dump, packed):
    suffix, pack = packed
    assert reasons(dump.read(f"a.jsonl.{suffix}", pack(b""))) == ["empty"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "packed"])
@pytest.mark.parametrize(
    "content",
    [b'{"text": "a"}\n' * 20_000, b"<p>" + b"x" * 1_500_000, b"id,text\n" + b"1,a\n" * 9],
    ids=["lines", "page too large", "table"],
)
def test_the_digest_and_the_bytes_consumed_cover_the_whole_file(dump, pack, content):
    stored = pack(content)
    found = dump.read("a.html" if content[:1] == b"<" else "a.csv", stored, max_document_bytes=1000)
    assert sum(each.consumed for each in found) == len(stored) == dump.tally.bytes
    expected = Tally()
    name = found[0].source
    digest = hashlib.sha256(stored).hexdigest()
    expected.add_file(name, digest, len(stored))
    assert dump.tally.digest() == expected.digest()


def test_bytes_are_consumed_as_records_come(dump):
    content = b"".join(b'{"text": "%d"}\n' % n for n in range(20_000))
    found = dump.read("a.jsonl", content)
    assert sum(each.consumed for each in found[:10_000]) == pytest.approx(len(content) / 2, rel=0.2)


def test_a_reader_that_is_left_early_counts_no_file(dump):
    records = read(dump.write("a.jsonl", b'{"text": "a"}\n' * 9), ReadConfig(), dump.tally)
    next(records)
    records.close()
    assert dump.tally.files == 0


@pytest.fixture
def stdin(monkeypatch):
    def give(content):
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))
        return list(read(Source("-", None), ReadConfig(), Tally()))

    return give


def test_stdin_is_json_lines(stdin):
    found = stdin(b'{"text": "a"}\n\n{"id": "x", "text": "b"}\noops\n')
    assert ids(found) == ["-:1", "x", "-:4"]
    assert reasons(found) == ["", "", "broken-json"]


def test_stdin_may_be_packed(stdin, packed):
    _, pack = packed
    assert [found.text for found in stdin(pack(b'{"text": "a"}'))] == ["a"]


def test_stdin_that_begins_as_another_kind_is_read_as_that(stdin):
    assert [found.html for found in stdin(PAGE)] == [PAGE]


def test_stdin_that_is_nothing_known_is_broken_json(stdin):
    assert reasons(stdin(b"hello")) == ["broken-json"]


def test_stdin_without_a_byte_is_empty(stdin):
    assert (ids(stdin(b"")), reasons(stdin(b""))) == (["-"], ["empty"])


def test_stdin_is_left_open(stdin):
    import sys

    stdin(b'{"text": "a"}')
    assert not sys.stdin.buffer.closed


def test_reading_twice_gives_the_same(dump):
    lines = b"".join(json.dumps({"text": str(n)}).encode() + b"\n" for n in range(9))
    assert dump.read("a.jsonl", lines) == dump.read("a.jsonl", lines)


def test_nothing_is_printed(dump, capsys, monkeypatch):
    monkeypatch.setattr(builtins, "print", None)
    dump.read("a.jsonl", b"oops")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("packed", [False, True])
def test_the_digest_of_a_page_is_that_of_its_bytes_packed_or_not(packed, tmp_path):
    page = b"<html><body><p>The ferry runs again.</p></body></html>"
    path = tmp_path / ("a.html.gz" if packed else "a.html")
    path.write_bytes(gzip.compress(page) if packed else page)
    (source,) = discover([path])
    (found,) = read(source, ReadConfig(), Tally())
    assert found.html == page
    assert (found.digest is None) == packed
    assert found.page_digest() == hashlib.sha256(page).digest()[:16]
