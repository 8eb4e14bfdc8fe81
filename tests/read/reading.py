"""What the tests of reading share: a file is written, read whole, and its records are looked at."""

from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path

import zstandard

from dedup.config import ReadConfig
from dedup.read import Source, Tally, read

PACKERS = {
    "gz": gzip.compress,
    "zst": zstandard.ZstdCompressor(write_checksum=True).compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
}


class Dump:
    """A folder to write inputs into and read them from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tally = Tally()

    def write(self, name: str, content: bytes) -> Source:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return Source(name, path, len(content), self.folder)

    def read(self, name: str, content: bytes, **options):
        return list(read(self.write(name, content), ReadConfig(**options), self.tally))

    def read_one(self, name: str, content: bytes, **options):
        (found,) = self.read(name, content, **options)
        return found


def reasons(records):
    return [str(found.rejection.reason) if found.rejection else "" for found in records]


def ids(records):
    return [found.doc_id for found in records]
