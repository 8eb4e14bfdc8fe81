"""Laws that hold for every input."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reading import PACKERS

from dedup.config import ReadConfig
from dedup.models import RawRecord
from dedup.read import Source, Tally, read
from dedup.read.formats import SUFFIXES

NAMES = [*SUFFIXES, "", ".css", ".jpg", ".warc.gz", ".jsonl.zst", ".html.gz", ".csv.bz2", ".txt.xz"]
WARC = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: %d\r\n\r\n%b\r\n\r\n"
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>text</p>"
STARTS = [
    b"",
    b"PAR1",
    b"WARC/1.0\r\n",
    WARC % (len(HTTP), HTTP),
    b"<html>",
    b"<\x00p\x00>\x00",
    b'[{"text": "a"},',
    b'{"text": "a"}\n',
    b'{\n "text": ',
    b"id,text\n",
    b'id\ttext\n"a',
    b"\xff\xfe",
    b"\xef\xbb\xbf",
]


def _check(name: str, content: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, f"file{name}")
        path.write_bytes(content)
        tally = Tally()
        config = ReadConfig(max_document_bytes=1_000)
        records = list(read(Source(path.name, path, len(content)), config, tally))
    assert records
    for found in records:
        assert isinstance(found, RawRecord)
        assert [found.html, found.text, found.rejection].count(None) == 2
        found.doc_id.encode()
        (found.text or "").encode()
    assert sum(found.consumed for found in records) == len(content)
    assert (tally.files, tally.bytes) == (1, len(content))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=300))
@example(start=b"", rest=b"[" * 100_000)
@example(start=b"", rest=b'{"a":' * 3_000)
@example(start=b"", rest=b'[{"text": "a", "n": ' + b"9" * 5_000 + b"}]")
@example(start=b"", rest=b"<" * 50_000)
@example(start=b"", rest=b"\x00" * 1_000)
@example(start=b"", rest=b'"' + b"a\n" * 5_000)
def test_any_bytes_under_any_name_give_a_record_and_never_raise(name, start, rest):
    _check(name, start + rest)


@pytest.mark.parametrize("suffix", PACKERS)
@settings(max_examples=40, deadline=None)
@given(
    start=st.sampled_from(STARTS),
    rest=st.binary(max_size=300),
    cut=st.integers(0, 60),
    flip=st.none() | st.integers(0, 400),
)
def test_damaged_compression_never_raises(suffix, start, rest, cut, flip):
    content = bytearray(PACKERS[suffix](start + rest))
    if flip is not None:
        content[flip % len(content)] ^= 0x55
    _check(f".{suffix}", bytes(content[: len(content) - cut]))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from([b"WARC/1.0\r\n", b"WARC-Type: response\r\n", b"Content-Length: 9\r\n"])
        | st.sampled_from([b"\r\n", b"\n", b"HTTP/1.1 200 OK\r\n", b"Content-Type: text/html\r\n"])
        | st.sampled_from([b"Transfer-Encoding: chunked\r\n", b"Content-Encoding: gzip, br\r\n"])
        | st.sampled_from([b"Content-Encoding: zstd, deflate\r\n", b"5\r\n<p>ab\r\n0\r\n\r\n"])
        | st.just(WARC % (len(HTTP), HTTP))
        | st.binary(max_size=20),
        max_size=20,
    )
)
def test_broken_archives_never_raise(parts):
    _check(".warc", b"WARC/1.0\r\n" + b"".join(parts))


def _lines(path: Path, number: int) -> None:
    with path.open("w") as file:
        for n in range(number):
            file.write(json.dumps({"id": n, "text": "word " * 1_000}) + "\n")


def _array(path: Path, number: int) -> None:
    with path.open("w") as file:
        file.write("[")
        file.write(",".join(json.dumps({"id": n, "text": "word " * 1_000}) for n in range(number)))
        file.write("]")


def _table(path: Path, number: int) -> None:
    with path.open("w") as file:
        file.write("id,text\n")
        for n in range(number):
            file.write(f'{n},"{"word " * 1_000}"\n')


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "fill"), [("a.jsonl", _lines), ("a.json", _array), ("a.csv", _table)]
)
def test_memory_does_not_grow_with_the_file(tmp_path, name, fill):
    path = tmp_path / name
    fill(path, 5_000)
    assert path.stat().st_size > 25_000_000
    tracemalloc.start()
    count = sum(1 for _ in read(Source(name, path, path.stat().st_size), ReadConfig(), Tally()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 5_000
    assert peak < 10_000_000


@pytest.mark.slow
@pytest.mark.parametrize("suffix", PACKERS)
def test_a_bomb_does_not_fill_memory(dump, suffix):
    bomb = PACKERS[suffix](bytes(160_000_000))
    source = dump.write(f"a.jsonl.{suffix}", bomb)
    del bomb
    tracemalloc.start()
    (found,) = read(source, ReadConfig(max_document_bytes=1_000), dump.tally)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.rejection
    assert peak < 80_000_000
