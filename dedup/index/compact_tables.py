"""Tables of an LSH in memory that take a fifth of the memory of datasketch's own.

datasketch keeps a set of ids under a key of bytes for each band of each document: 45 of them, some
400 bytes each. Here a table is an array of hashes of keys, and documents are numbers, chained from
the latest of a bucket to the earliest.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dedup.kernels.array_types import Int64s, UInt64s

if TYPE_CHECKING:
    from datasketch import MinHashLSH

MOST_OF_BUCKET = 1_000
"""Documents of one bucket that are returned, the latest. A larger bucket is of a template or of a
line of a site; the copies of one of its documents share other buckets with it."""

_SMALLEST = 64
"""Places of a new table, a power of two."""

_SLACK = 64
"""Places behind the last one, so that a search never begins again at the first one."""

_NONE = -1


_FULL, _FULLER = 0.5, 0.75
"""Share of its places from which the first table grows, and the last one: not all at once."""


def compact_lsh(width: int, bands: int, rows: int) -> MinHashLSH:
    """Return datasketch's LSH over compact tables; ids are bytes.

    Args:
        width: Values of a signature.
        bands: Bands, two or more.
        rows: Rows of a band.
    """
    from datasketch import MinHashLSH  # pulls in scipy: half a second

    lsh = MinHashLSH(num_perm=width, params=(bands, rows), prepickle=False)
    keys = CompactKeys()
    lsh.keys = keys
    lsh.hashtables = [CompactTable(keys, full) for full in np.linspace(_FULL, _FULLER, bands)]
    return lsh


class CompactKeys:
    """The keys of the documents of an LSH, one for each of its tables, and their numbers.

    It has what ``MinHashLSH`` asks of its ``keys``.
    """

    def __init__(self) -> None:
        """Begin with no documents."""
        self.ids: list[bytes | None] = []
        self._numbers: dict[bytes, int] = {}
        self._keys: list[bytes] = []
        self._free: list[int] = []
        self._bytes = 0

    def insert(self, doc_id: bytes, *keys: bytes, buffer: bool = False) -> None:
        """Number a document, and keep its keys; all keys have one length."""
        if self._free:
            number = self._free.pop()
        else:
            number = len(self.ids)
            self.ids.append(None)
            self._keys.append(b"")
        self._bytes = len(keys[0])
        self._numbers[doc_id] = number
        self.ids[number], self._keys[number] = doc_id, b"".join(keys)

    def number(self, doc_id: bytes) -> int:
        """Return the number of a document, which is that of another one after its removal."""
        return self._numbers[doc_id]

    def __contains__(self, doc_id: object) -> bool:
        """Return whether a document is there."""
        return doc_id in self._numbers

    def __getitem__(self, doc_id: bytes) -> list[bytes]:
        """Return the keys of a document."""
        joined, width = self._keys[self._numbers[doc_id]], self._bytes
        return [joined[start : start + width] for start in range(0, len(joined), width)]

    def remove(self, doc_id: bytes, buffer: bool = False) -> None:
        """Forget a document."""
        number = self._numbers.pop(doc_id)
        self.ids[number], self._keys[number] = None, b""
        self._free.append(number)


class CompactTable:
    """The buckets of one band; it has what ``MinHashLSH`` asks of one of its ``hashtables``.

    A key is known by a hash of 64 bits: two keys in a bucket are one more pair to be verified.
    """

    def __init__(self, keys: CompactKeys, most_full: float) -> None:
        """Make an empty table.

        Args:
            keys: The documents of the LSH.
            most_full: Share of its places from which it grows, in (0, 1). Tables of different
                shares do not grow all at once.
        """
        self._documents = keys
        self._most_full = most_full
        self._used = 0
        self._asked: list[list[bytes]] = []
        self._older, self._newer = array("i"), array("i")  # by the number of a document
        self._make(_SMALLEST)

    def insert(self, key: bytes, doc_id: bytes, buffer: bool = False) -> None:
        """Add a document, which is numbered, to a bucket."""
        number, hashed = self._documents.number(doc_id), _hash(key)
        if number >= len(self._older):
            more = array("i", [_NONE]) * (number + 1 + number // 8 - len(self._older))
            self._older.extend(more)
            self._newer.extend(more)
        at = self._place(hashed)
        if self._hashes[at]:
            latest = self._latest[at]
            self._newer[latest] = number
        else:
            latest = _NONE
            if self._is_full(at):
                self._grow()
                at = self._place(hashed)
            self._used += 1
            self._hashes[at] = hashed
        self._older[number], self._newer[number] = latest, _NONE
        self._latest[at] = number

    def get(self, key: bytes) -> Iterator[bytes]:
        """Yield the documents of a bucket, the latest first, at most ``MOST_OF_BUCKET``.

        Nothing is read before it is asked for: datasketch gets the bucket of each removed document
        to see whether it is empty, which takes no :meth:`remove` here.
        """
        at = self._place(_hash(key))
        number, found = self._latest[at] if self._hashes[at] else _NONE, 0
        while number != _NONE and found < MOST_OF_BUCKET:
            doc_id = self._documents.ids[number]
            if doc_id is not None:
                found += 1
                yield doc_id
            number = self._older[number]

    def add_to_select_buffer(self, keys: Sequence[bytes]) -> None:
        """Look up buckets, to be collected."""
        self._asked += (list(self.get(key)) for key in keys)

    def collect_select_buffer(self) -> list[list[bytes]]:
        """Return the buckets that were looked up since the last call."""
        asked, self._asked = self._asked, []
        return asked

    def remove_val(self, key: bytes, doc_id: bytes, buffer: bool = False) -> None:
        """Take a document out of a bucket."""
        number = self._documents.number(doc_id)
        older, newer = self._older[number], self._newer[number]
        if older != _NONE:
            self._newer[older] = newer
        if newer != _NONE:
            self._older[newer] = older
            return
        at = self._place(_hash(key))
        if older != _NONE:
            self._latest[at] = older
        else:
            self._used -= 1
            self._empty(at)

    def remove(self, key: bytes, buffer: bool = False) -> None:
        """Do nothing: a bucket ends with its last document."""

    def _make(self, places: int) -> None:
        """Make places, all empty."""
        self._mask = places - 1
        self._hashes = array("Q", bytes(8 * (places + _SLACK)))
        self._latest = array("i", bytes(4 * (places + _SLACK)))

    def _place(self, hashed: int) -> int:
        """Return the place of a hash, or the empty one where it belongs."""
        at, hashes = hashed & self._mask, self._hashes
        while (found := hashes[at]) and found != hashed:
            at += 1
        return at

    def _is_full(self, at: int) -> bool:
        """Return whether the table must grow before a place is taken; the last stays empty."""
        return self._used >= self._most_full * self._mask or at >= len(self._hashes) - 2

    def _grow(self) -> None:
        """Double the places."""
        before, latest = np.array(self._hashes), np.array(self._latest)
        taken = before > 0
        before, latest = before[taken], latest[taken]
        places = 2 * (self._mask + 1)
        while True:
            at, order = _spread(before, places)
            if at.max(initial=0) < places + _SLACK - 2:
                break
            places *= 2
        self._make(places)
        np.frombuffer(self._hashes, np.uint64)[at] = before[order]
        np.frombuffer(self._latest, np.int32)[at] = latest[order]

    def _empty(self, at: int) -> None:
        """Empty a place, and move those behind it that a search would no longer find."""
        hashes, latest, mask = self._hashes, self._latest, self._mask
        behind = at + 1
        while found := hashes[behind]:
            if found & mask <= at:
                hashes[at], latest[at] = found, latest[behind]
                at = behind
            behind += 1
        hashes[at] = 0


def _hash(key: bytes) -> int:
    """Return the hash of a key, never 0; only which rare strangers are verified depends on it."""
    return hash(key) & 0xFFFFFFFFFFFFFFFF or 1


def _spread(hashes: UInt64s, places: int) -> tuple[Int64s, Int64s]:
    """Return places for hashes, each the first free one from its own, and the order that has them.

    Args:
        hashes: n hashes, uint64.
        places: How many places there are, a power of two, beside the slack.
    """
    own = (hashes & np.uint64(places - 1)).astype(np.int64)
    order = np.argsort(own, kind="stable")
    count = np.arange(own.size)
    return count + np.maximum.accumulate(own[order] - count), order
