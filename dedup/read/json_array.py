"""JSON values that follow one another, in an array or bare, each taken out of the stream by itself.

A value's end is found by its brackets alone, and its text is parsed, once it is whole, as a line of
JSON Lines is. So memory holds one value, however large the file and however deep its nesting, and a
record means the same in an array as on a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dedup.config import ReadConfig
from dedup.models import RawRecord, Reason, Rejection
from dedup.read.input import CHUNK, Input
from dedup.read.json_value import OVERHEAD, BrokenJson, parse_json
from dedup.read.records import record, rejected, too_large

_STRUCTURE = re.compile(rb'["{}\[\],]')
_BACKSLASH = ord("\\")


def read_array(source: Input, config: ReadConfig) -> Iterator[RawRecord]:
    """Yield a record for each element of the file's array; a fault ends the file."""
    return _read(source, config, array=True)


def read_values(source: Input, config: ReadConfig) -> Iterator[RawRecord]:
    """Yield a record for each of the file's bare values; a fault ends the file."""
    return _read(source, config, array=False)


def _read(source: Input, config: ReadConfig, *, array: bool) -> Iterator[RawRecord]:
    splitter = Splitter(config.max_document_bytes * OVERHEAD, array=array)
    number = 0
    try:
        chunks = iter(lambda: source.body.read1(CHUNK), b"")
        texts = (text for chunk in chunks for text in splitter.feed(chunk))
        for number, text in enumerate(texts, start=1):
            place = f"{source.name}:{number}"
            if text is None:
                yield rejected(place, source.name, too_large(config))
                continue
            try:
                value = parse_json(text)
            except BrokenJson as error:
                yield rejected(place, source.name, Rejection(Reason.BROKEN_JSON, str(error)))
                return
            yield record(value, source.name, place, config)
        if last := splitter.last_object():
            number += 1
            yield record(last, source.name, f"{source.name}:{number}", config)
        splitter.finish()
    except BrokenJson as error:
        fault = source.fault or Rejection(Reason.BROKEN_JSON, str(error))
        yield rejected(f"{source.name}:{number + 1}", source.name, fault)


class Splitter:
    """Cuts a stream of JSON values into their texts.

    >>> splitter = Splitter(limit=100, array=True)
    >>> list(splitter.feed(b'[{"a": ",]"}, 2]'))
    [b'{"a": ",]"}', b' 2']
    >>> splitter.finish()
    """

    def __init__(self, limit: int, *, array: bool) -> None:
        """Cut the elements of one array, or bare values; texts over the limit become None."""
        self._limit = limit
        self._array = array
        self._depth = 0
        self._in_string = False
        self._escaped = False
        self._closed = False
        self._any = False
        self._piece = bytearray()

    def feed(self, chunk: bytes) -> Iterator[bytes | None]:
        """Yield the texts that end in the next bytes of the stream.

        Raises:
            BrokenJson: Something follows the array.
        """
        start = at = 0
        while at < len(chunk):
            if self._in_string:
                at = self._after_string(chunk, at)
                continue
            if self._closed:
                break
            mark = _STRUCTURE.search(chunk, at)
            if not mark:
                break
            at = mark.end()
            if self._ends_value(mark.group()):
                text = self._take(chunk[start : mark.start() if self._array else at])
                start = at
                if text is None or self._any or not self._closed or text.strip():
                    self._any = True
                    yield text
            elif self._array and self._depth == 1 and mark.group() == b"[":
                self._piece.clear()
                start = at
        self._keep(chunk[start:])
        if self._closed and self._piece.strip():
            raise BrokenJson("something follows the array")

    def last_object(self) -> dict[str, Any] | None:
        """Return the object that is whole though the stream ends before its array does, if any."""
        try:
            value = parse_json(bytes(self._piece))
        except BrokenJson:
            return None
        self._piece.clear()
        return value if isinstance(value, dict) else None

    def finish(self) -> None:
        """Check that the stream ended between two values.

        Raises:
            BrokenJson: It did not.
        """
        if self._piece.strip() or (self._array and not self._closed):
            raise BrokenJson("the file ends before the last value does")

    def _ends_value(self, mark: bytes) -> bool:
        """Follow one structural character; return whether a value ends with or before it."""
        if mark == b'"':
            self._in_string = True
            return False
        if mark in b"{[":
            self._depth += 1
            return False
        if mark in b"}]":
            self._depth -= 1
            self._closed = self._array and self._depth <= 0
            return self._depth <= 0
        return self._array and self._depth == 1

    def _after_string(self, chunk: bytes, at: int) -> int:
        """Return the position after the string that continues at ``at``, or the chunk's end."""
        if self._escaped:
            self._escaped = False
            at += 1
        end = chunk.find(b'"', at)
        while end >= 0 and _escapes(chunk, at, end):
            end = chunk.find(b'"', end + 1)
        if end < 0:
            self._escaped = _escapes(chunk, at, len(chunk))
            return len(chunk)
        self._in_string = False
        return end + 1

    def _keep(self, piece: bytes) -> None:
        """Keep a piece of a value that continues, up to one byte over the limit."""
        self._piece += piece[: self._limit + 1 - len(self._piece)]

    def _take(self, piece: bytes) -> bytes | None:
        """Return the text that ends with a piece, or None if it is over the limit."""
        self._keep(piece)
        text = bytes(self._piece)
        self._piece.clear()
        return text if len(text) <= self._limit else None


def _escapes(chunk: bytes, start: int, end: int) -> bool:
    """Return whether the part of a string between two positions escapes the byte behind it."""
    begin = end
    while begin > start and chunk[begin - 1] == _BACKSLASH:
        begin -= 1
    return (end - begin) % 2 == 1
