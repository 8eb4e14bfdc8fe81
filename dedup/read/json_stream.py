"""JSON values that follow one another, whatever stands between them, each taken by itself.

An array is a list of such values, and so are two arrays in one file, objects with commas between
them or without, and a list that was never closed: brackets and commas between values are passed
over. A value's end is found by its braces alone, and its text is parsed, once it is whole, as a
line of JSON Lines is. So memory holds one value, however large the file, and a record means the
same in an array as on a line.

A broken object costs itself alone: the next object is searched from the first error on, by the name
that the file's objects begin with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import Any, NamedTuple

from dedup.config import ReadConfig
from dedup.models import RawRecord, Reason, Rejection
from dedup.read.input import CHUNK, Input
from dedup.read.json_brackets import OpenBrackets
from dedup.read.json_errors import OPENING_LENGTH, first_error, is_alone, is_broken
from dedup.read.json_value import OVERHEAD, BrokenJson, parse_json
from dedup.read.records import record, rejected, too_large
from dedup.text_encoding import decode_text, encoding_of_mark, in_utf8

# The first byte of a value: no blank, comma or closing bracket, no opening bracket of a list, no
# record separator (RFC 7464), no byte-order mark of a file that was appended.
_VALUE = re.compile(rb"[^\s,\[\]}\x1e\xef\xbb\xbf]")
_STRUCTURE = re.compile(rb'["{}\[\]]')
_END_OF_BARE = re.compile(rb'["{}\[\],\n\x1e]')
# How an object begins, with its first name. Its length is bounded, for it is searched everywhere.
_OPENING = re.compile(rb'\{\s{0,200}("(?:[^"\\\n]|\\.){0,200}")\s{0,200}:')
# What stands before an object that is a value in another, behind a colon.
_BETWEEN = b" \t\r\n["

# What may follow a text: a quote too many is found where it is, before it turns texts into
# structure and structure into texts.
_BEHIND_STRING = frozenset(b":,]} \t\r\n")

_BACKSLASH, _BRACE = b"\\{"


class Element(NamedTuple):
    """A value of a stream, or a piece of the stream that is none.

    Attributes:
        value: The value; None where there is a fault.
        fault: Why there is no value.
        stop: Position in the stream behind it.
    """

    value: Any
    fault: Rejection | None
    stop: int


class _State(Enum):
    BETWEEN = "between two values"
    OBJECT = "in an object"
    BARE = "in a value that is no object"
    LOST = "behind an error, before the next object"


def read_values(source: Input, config: ReadConfig) -> Iterator[RawRecord]:
    """Yield a record for each value of the file; a broken one costs itself alone."""
    read_as_utf8(source)
    number = 0
    stream = JsonStream(config)
    chunks = iter(lambda: source.body.read1(CHUNK), b"")
    for number, element in enumerate(stream.elements(chunks), start=1):
        if element.fault and source.fault and element.stop == stream.length:
            number -= 1  # cut by the fault, and part of what the fault has cost
            break
        yield record_of(element, source.name, f"{source.name}:{number}", config)
    place = f"{source.name}:{number + 1}"
    if source.fault:
        yield rejected(place, source.name, source.fault)
    elif stream.is_open:
        detail = f"the list is not closed where the file ends, at byte {stream.length}"
        yield rejected(place, source.name, Rejection(Reason.BROKEN_JSON, detail))


def read_as_utf8(source: Input) -> None:
    """Have JSON with the mark of UTF-16 or UTF-32 read as UTF-8; a shell of Windows writes such."""
    if encoding_of_mark(source.head) not in (None, "utf-8"):
        source.head = decode_text(source.head).encode("utf-8", "replace")
        source.body = in_utf8(source.body)


def record_of(element: Element, source: str, place: str, config: ReadConfig) -> RawRecord:
    """Return the record of a value, or what is wrong with it.

    Args:
        element: The value.
        source: Name of the file or stream.
        place: The id of a record without one.
        config: Says which field is which.
    """
    if element.fault:
        return rejected(place, source, element.fault)
    return record(element.value, source, place, config)


class JsonStream:
    r"""Takes the values out of a stream.

    Attributes:
        length: Bytes of the stream so far.
        is_open: Whether a list was opened and not closed, and no fault says so already.

    >>> stream = JsonStream(ReadConfig())
    >>> [each.value for each in stream.elements([b'[{"a": ",]"}, 2][', b'{"a": 3}{"a": 4},]'])]
    [{'a': ',]'}, 2, {'a': 3}, {'a': 4}]
    """

    def __init__(self, config: ReadConfig) -> None:
        """Begin a stream; values over twice the limit of a document are too large."""
        self.length = 0
        self.is_open = False
        self._limit = config.max_document_bytes * OVERHEAD
        self._too_large = too_large(config)
        self._lists = 0
        self._names: list[str] = []  # those of the last whole object, and how it begins
        self._opening = b""
        self._after_error = False
        self._fault = ""
        self._first_names: set[bytes] = set()  # of the objects to look for behind an error
        # The bytes at hand: their position in the stream, how far they are read, and where the
        # value begins in them, of which earlier bytes may be in the piece.
        self._data = b""
        self._base = self._at = self._start = 0
        self._begin = 0
        self._reset()

    def _reset(self) -> None:
        """Be between two values."""
        self._state = _State.BETWEEN
        self._piece = bytearray()
        self._brackets = OpenBrackets()
        self._in_string = self._escaped = self._over_limit = False

    def elements(self, chunks: Iterable[bytes]) -> Iterator[Element]:
        """Yield every value of a stream, and a fault for each piece that is none."""
        for chunk in chunks:
            self._load(chunk)
            yield from self._read()
        yield from self._finish()

    def _load(self, chunk: bytes) -> None:
        """Take the next bytes; behind an error, the end of the last ones is looked at again."""
        before = bytes(self._piece) if self._state is _State.LOST else b""
        self._data, self._base = before + chunk, self.length - len(before)
        self._at = self._start = 0
        self.length += len(chunk)

    def _read(self) -> Iterator[Element]:
        """Yield what ends in the bytes at hand."""
        while self._at < len(self._data):
            element = _STEPS[self._state](self)
            if element is not None:
                yield element

    def _finish(self) -> Iterator[Element]:
        """Yield what the end of the stream ends."""
        last: Element | None = None
        while self._state is not _State.BETWEEN:
            if self._state is _State.LOST:
                last = self._broken(self.length)
            else:
                self._data, self._base = b"", self.length
                self._at = self._start = 0
                last = self._end_of_bare() if self._state is _State.BARE else self._cut()
            if last:
                yield last
            yield from self._read()
        self.is_open = self._lists > 0 and not (last and last.fault)

    def _between(self) -> None:
        """Go to the next value, following the brackets of lists."""
        found = _VALUE.search(self._data, self._at)
        stop = found.start() if found else len(self._data)
        for byte in self._data[self._at : stop].translate(None, b" \t\r\n,}\x1e\xef\xbb\xbf"):
            self._lists = max(0, self._lists + (1 if byte == ord("[") else -1))
        self._at = stop
        if found:
            self._enter(_State.OBJECT if self._data[stop] == _BRACE else _State.BARE)

    def _enter(self, state: _State) -> None:
        """Begin a value at the byte at hand."""
        self._reset()
        self._state = state
        self._start = self._at
        self._begin = self._base + self._at

    def _object(self) -> Element | None:
        """Follow an object to its end or to that of the bytes at hand."""
        data = self._data
        while self._at < len(data):
            if self._in_string:
                if self._leave_string():
                    return self._lose("a line ends inside a text")
                if self._at < len(data) and data[self._at] not in _BEHIND_STRING:
                    return self._lose("a quote that is not escaped")
                continue
            mark = _STRUCTURE.search(data, self._at)
            if not mark:
                break
            self._at = mark.end()
            byte = mark[0]
            if byte == b'"':
                self._in_string = True
            elif byte in b"{[":
                if fault := self._brackets.open(data, mark.start()):
                    return self._lose(fault)
            elif self._brackets.close(byte):
                return self._end_of_object()
        return self._hold()

    def _bare(self) -> Element | None:
        """Follow a value that is no object, such as a number, to its end."""
        while self._at < len(self._data):
            if self._in_string:
                if self._leave_string():
                    return self._end_of_bare()
                continue
            mark = _END_OF_BARE.search(self._data, self._at)
            if not mark:
                break
            self._at = mark.start()
            if mark[0] != b'"':
                return self._end_of_bare()
            self._in_string = True
            self._at += 1
        return self._hold()

    def _leave_string(self) -> bool:
        """Go behind the string at hand, or the bytes; return whether a line ends in it."""
        data, at = self._data, self._at
        if self._escaped:
            self._escaped = False
            at += 1
        end = data.find(b'"', at)
        while end >= 0 and _escapes(data, at, end):
            end = data.find(b'"', end + 1)
        stop = end if end >= 0 else len(data)
        line_end = data.find(b"\n", at, stop)
        if line_end >= 0:
            self._at = line_end + 1
            return True
        self._in_string = end < 0
        self._escaped = end < 0 and _escapes(data, at, stop)
        self._at = stop + 1 if end >= 0 else stop
        return False

    def _hold(self) -> Element | None:
        """Keep what there is of a value that continues, up to the limit."""
        self._at = len(self._data)
        if self._over_limit:
            return None
        self._piece += self._data[self._start :]
        self._start = self._at  # all of it is in the piece
        if len(self._piece) <= self._limit:
            return None
        if self._state is _State.OBJECT and is_broken(bytes(self._piece)):
            return self._lose("not JSON")
        self._over_limit = True
        self._piece.clear()
        return None

    def _text(self) -> bytes:
        """Return the value at hand as far as it is read."""
        read = self._data[self._start : self._at]
        return bytes(self._piece) + read if self._piece else read

    def _end_of_object(self) -> Element | None:
        """Return the object that ends here."""
        stop = self._base + self._at
        if self._over_limit:
            self._reset()
            return Element(None, self._too_large, stop)
        text = self._text()
        if len(text) > self._limit and is_alone(text):
            self._reset()
            return Element(None, self._too_large, stop)
        try:
            value = parse_json(text)
        except BrokenJson as error:
            self._fault = str(error)
            return self._broken(stop) if is_alone(text) else self._lose(self._fault)
        if self._after_error and self._is_part(value):
            self._fault = "part of the broken object before it"
            return self._broken(stop)
        self._after_error = False
        self._names = list(value)
        self._opening = text[:OPENING_LENGTH]
        self._reset()
        return Element(value, None, stop)

    def _end_of_bare(self) -> Element | None:
        """Return the value that ends here and is no object."""
        stop = self._base + self._at
        if self._over_limit:
            self._reset()
            return Element(None, self._too_large, stop)
        text = self._text()
        try:
            value = parse_json(text)
        except BrokenJson as error:
            self._first_names = set()
            return self._search_behind(0, text, str(error))
        self._reset()
        return Element(value, None, stop)

    def _is_part(self, value: dict[str, Any]) -> bool:
        """Return whether an object behind a broken one is likely to be in it: its names differ."""
        return 2 * sum(name in value for name in self._names) < len(self._names)

    def _cut(self) -> Element | None:
        """Return what the end of the stream costs of an object."""
        if self._over_limit:
            self._reset()
            return Element(None, self._too_large, self.length)
        return self._lose("the file ends before this object does")

    def _lose(self, fault: str) -> Element | None:
        """Give the object at hand up; return the piece that is passed over if it ends here."""
        text = self._text()
        self._after_error = True
        openings = map(_OPENING.match, (self._opening, text))
        self._first_names = {opening[1] for opening in openings if opening}
        # Of one too deep nothing is read again, or it would be once for each of its levels.
        error = len(text) if self._brackets.are_too_many() else first_error(text)
        return self._search_behind(max(1, error), text, fault)

    def _search_behind(self, error: int, text: bytes, fault: str) -> Element | None:
        """Search the next object from the first error in the text of the value at hand on."""
        if self._piece:
            self._data, self._base = text + self._data[self._at :], self._begin
            self._start = 0
            self._piece.clear()
        self._at = self._start + error
        self._fault = fault
        self._state = _State.LOST
        return self._lost()

    def _lost(self) -> Element | None:
        """Go to the next object; return the piece that is passed over."""
        for found in _OPENING.finditer(self._data, self._at):
            if self._is_next(found):
                self._at = found.start()
                element = self._broken(self._base + self._at)
                self._enter(_State.OBJECT)
                return element
        keep = self._data.rfind(b"{", max(self._at, len(self._data) - OPENING_LENGTH))
        self._piece = bytearray(self._data[keep:] if keep >= 0 else b"")
        self._at = len(self._data)
        return None

    def _is_next(self, opening: re.Match[bytes]) -> bool:
        """Return whether an object that begins here is one of the file's, not one in another."""
        if self._first_names and opening[1] not in self._first_names:
            return False
        before = self._data[max(0, opening.start() - OPENING_LENGTH) : opening.start()]
        return not before.rstrip(_BETWEEN).endswith(b":")

    def _broken(self, stop: int) -> Element:
        """Return what is wrong with the bytes from where the value at hand begins."""
        size = stop - self._begin
        detail = f"{self._fault}: {size} bytes from byte {self._begin} on were not read"
        self._reset()
        return Element(None, Rejection(Reason.BROKEN_JSON, detail), stop)


_STEPS: dict[_State, Callable[[JsonStream], Element | None]] = {
    _State.BETWEEN: JsonStream._between,
    _State.OBJECT: JsonStream._object,
    _State.BARE: JsonStream._bare,
    _State.LOST: JsonStream._lost,
}


def _escapes(data: bytes, start: int, end: int) -> bool:
    """Return whether the part of a string between two positions escapes the byte behind it."""
    begin = end
    while begin > start and data[begin - 1] == _BACKSLASH:
        begin -= 1
    return (end - begin) % 2 == 1
