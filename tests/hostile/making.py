"""What hostile inputs are made of: small in the repository, as large as they must be on disk."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import random
import socket
import struct
import tarfile
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

SYLLABLES = [a + b + c for a in "bdfgklmnprstvz" for b in "aeiou" for c in ("ra", "lin", "tos")]

MOST_BYTES = 5_000_000
"""The largest page or record of the runs here."""

HUGE = 300_000_000


@dataclass(frozen=True)
class Kept:
    """A document that must come out whole.

    Attributes:
        text: A piece of its text.
        without: A piece of text that must not be in it.
        fields: Fields that it must have.
    """

    text: str
    without: str = "\0"
    fields: dict = field(default_factory=dict)


def sentences(seed, count=5):
    """A text like no other's: as many sentences of made-up words."""
    rng = random.Random(f"hostile {seed}")
    return " ".join(" ".join(rng.choices(SYLLABLES, k=12)).capitalize() + "." for _ in range(count))


def html(seed, inside="", head="", text=None):
    """A page with an article; what is hostile goes into its head or before the last paragraph."""
    paragraphs = (text or sentences(seed)).split(". ")
    body = "".join(f"<p>{each.rstrip('.')}.</p>\n" for each in paragraphs[:-1])
    return (
        f"<html><head><title>{seed}</title>{head}</head><body><article>\n{body}{inside}"
        f"<p>{paragraphs[-1]}</p></article></body></html>"
    )


def page(seed, **parts):
    return html(seed, **parts).encode()


def line(seed, **fields):
    return json.dumps({"text": sentences(seed), **fields}).encode() + b"\n"


def record(block, *, length=None, kind=b"response", extra=b""):
    """A WARC record."""
    size = len(block) if length is None else length
    return (
        b"WARC/1.0\r\nWARC-Type: %b\r\nWARC-Target-URI: https://archived.example/\r\n%b"
        b"Content-Length: %d\r\n\r\n%b\r\n\r\n" % (kind, extra, size, block)
    )


def response(body, *heads, status=b"200 OK", type=b"text/html"):
    """An HTTP response."""
    lines = [b"HTTP/1.1 " + status, b"Content-Type: " + type, *heads]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def chunked(body):
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


def bomb(pack, content, size=HUGE):
    """Content that goes on as blanks: a member that unpacks to 10 MB, many times over."""
    times = size // 10_000_000
    return pack(content) + pack(b" " * 10_000_000) * times


def zipped(files):
    """A zip archive of names and contents."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(info, content)
    return archive.getvalue()


def encrypted(archive):
    """A zip archive whose first member says that it is encrypted."""
    directory = archive.index(b"PK\1\2")
    return damaged(damaged(archive, 6, b"\1"), directory + 8, b"\1")


def overlapping(archive, times):
    """A zip archive whose directory lists its one member many times."""
    start, end = archive.index(b"PK\1\2"), archive.index(b"PK\5\6")
    size = times * (end - start)
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, times, times, size, start, 0)
    return archive[:start] + archive[start:end] * times + tail


def tarred(files, kind=tarfile.REGTYPE):
    """A tar archive of names and contents, or of links or devices of these names."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as file:
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.type, info.size, info.linkname = kind, len(content), "/etc/passwd"
            file.addfile(info, io.BytesIO(content))
    return archive.getvalue()


def members(content):
    """Each byte in a gzip member of its own."""
    packed = [gzip.compress(bytes([byte]), 1, mtime=0) for byte in range(256)]
    return b"".join(packed[byte] for byte in content)


def wide_zstd():
    """A zstd frame that wants a window of 2 GiB for one byte."""
    return b"\x28\xb5\x2f\xfd\x00" + bytes([21 << 3]) + (1 << 3 | 1).to_bytes(3, "little") + b"{"


def wide_xz(content):
    """An xz stream that wants a dictionary of 2 GiB."""
    packed = bytearray(lzma.compress(content))
    packed[16] = 38
    size = (packed[12] + 1) * 4
    packed[12 + size - 4 : 12 + size] = zlib.crc32(packed[12 : 12 + size - 4]).to_bytes(4, "little")
    return bytes(packed)


def sparse(start, size=HUGE):
    """Write a start, then nothing but NULs that take no room on the disk."""

    def make(path):
        path.write_bytes(start)
        os.truncate(path, size)

    return make


def parquet(columns, **options):
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, **options)
    return sink.getvalue()


def parquet_bomb(rows, size):
    """One text that is stored once and stands in every row."""
    text = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["a " * size]))
    return parquet(
        {"text": text}, compression="zstd", store_schema=False, dictionary_pagesize_limit=1 << 30
    )


def damaged(content, at, by=b"\xff" * 40):
    return content[:at] + by + content[at + len(by) :]


def fifo(path):
    os.mkfifo(path)


def unix_socket(path):
    # The name of a socket may have some hundred bytes only: it is made from inside its folder.
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        socket.socket(socket.AF_UNIX).bind(path.name)
    finally:
        os.chdir(before)


def link(target):
    return lambda path: path.symlink_to(target)


def nested(depth, content):
    """Put a file so many folders deep."""

    def make(path):
        path.mkdir()
        way = os.open(path, os.O_RDONLY)
        for _ in range(depth):
            os.mkdir("d", dir_fd=way)
            way, last = os.open("d", os.O_RDONLY, dir_fd=way), way
            os.close(last)
        with os.fdopen(os.open("a.html", os.O_CREAT | os.O_WRONLY, dir_fd=way), "wb") as file:
            file.write(content)
        os.close(way)

    return make


PACK = {
    "gz": lambda data: gzip.compress(data, 1, mtime=0),
    "zst": zstandard.ZstdCompressor(level=1, write_checksum=True).compress,
    "bz2": lambda data: bz2.compress(data, 1),
    "xz": lambda data: lzma.compress(data, preset=0),
}


def put(folder, files):
    """Write files into a folder: bytes as they are, others by what makes them."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if callable(content):
            content(path)
        else:
            path.write_bytes(content)
