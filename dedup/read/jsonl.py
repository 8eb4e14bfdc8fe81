"""JSON Lines: one record a line; a bad line costs that line alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from dedup.config import ReadConfig
from dedup.models import RawLine, RawRecord, Reason, Rejection
from dedup.read.input import Input
from dedup.read.json_stream import JsonStream, read_as_utf8, read_values, record_of
from dedup.read.json_value import BOM, OVERHEAD, BrokenJson, parse_json
from dedup.read.records import record, rejected, too_large

# What is skipped at once of a line that is too long.
_SKIP = 65_536

# An object behind another without a comma, which stands nowhere within one; \x1e is the record
# separator of RFC 7464.
_RUN_TOGETHER = re.compile(rb"\}[\s\x1e]*\{")
_FIRST_OBJECT = re.compile(rb'\{\s*"')
_NEXT_OBJECT = re.compile(rb"\}[\s\x1e,]*\{")


def read_lines(source: Input, config: ReadConfig) -> Iterator[RawRecord | RawLine]:
    """Yield each line that is not blank, unparsed, or a record for each object over several."""
    read_as_utf8(source)
    if _is_no_line(source.head):
        yield from read_values(source, config)
    else:
        yield from read_numbered(source.body, lambda: source.fault, source.name, 1, config)


def read_numbered(
    body: BinaryIO, fault: Callable[[], Rejection | None], name: str, first: int, config: ReadConfig
) -> Iterator[RawRecord | RawLine]:
    """Yield what the lines of a file hold, or some lines that follow each other.

    Args:
        body: The lines.
        fault: Returns why they ended early, once they have ended.
        name: The source's name.
        first: Number of the first line in its file, from 1.
        config: Says which field is which, and how long a line may be.
    """
    number = first - 1
    for number, line in enumerate(lines(body, config.max_document_bytes * OVERHEAD), first):
        if line is not None and line.isspace():
            continue
        place = f"{name}:{number}"
        if line is None:
            yield rejected(place, name, too_large(config))
            continue
        raw = RawLine(line, place, name)
        # The last line before a fault is cut, and part of what the fault has cost.
        if fault() and not line.endswith(b"\n") and parse_line(raw, config).rejection:
            number -= 1
            break
        if _is_one_object(line):
            yield raw
        else:
            yield from _values(raw, config)
    ended_by = fault()
    if ended_by:
        yield rejected(f"{name}:{number + 1}", name, ended_by)


def begins_lines(head: bytes) -> bool:
    r"""Return whether a file is surely one of lines in UTF-8 of which the first holds an object.

    Args:
        head: The first bytes of an uncompressed file.

    >>> begins_lines(b'\n{"text": "Rain"}\n{"text'), begins_lines(b'{\n"text": "Rain"}')
    (True, False)
    """
    text = head.removeprefix(BOM).lstrip()
    return bool(_FIRST_OBJECT.match(text)) and not _is_no_line(head)


def parse_line(raw: RawRecord | RawLine, config: ReadConfig) -> RawRecord:
    """Return the record of a line, and any record as it is."""
    if isinstance(raw, RawRecord):
        return raw
    try:
        parsed = record(parse_json(raw.line), raw.source, raw.doc_id, config)
    except BrokenJson as error:
        detail = f"{error}: {len(raw.line)} bytes were not read"
        parsed = rejected(raw.doc_id, raw.source, Rejection(Reason.BROKEN_JSON, detail))
    # Many lines are read at once, and only the first of them has consumed anything.
    return replace(parsed, consumed=raw.consumed) if raw.consumed else parsed


def lines(file: BinaryIO, limit: int) -> Iterator[bytes | None]:
    """Yield each line of a file from its position on; None for one over the limit, never kept.

    Args:
        file: An uncompressed file or stream.
        limit: Most bytes of a line, its end left out.
    """
    while line := file.readline(limit + 1):
        if len(line) <= limit or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(_SKIP)
        yield None


def _is_no_line(head: bytes) -> bool:
    """Return whether the first object continues after the first line, or others follow it there.

    The first line of pretty-printed objects and of lines with commas ends where a line of JSON
    Lines cannot, not even a damaged one but by chance.
    """
    first, end, rest = head.removeprefix(BOM).lstrip().partition(b"\n")
    if not end:
        return _NEXT_OBJECT.search(first) is not None
    return first.rstrip().endswith((b"{", b"[", b",", b":")) and bool(rest.strip())


def _is_one_object(line: bytes) -> bool:
    """Return whether a line is surely one object, whole or broken, judged by its braces.

    Most are flat, and searching for a brace takes a hundredth of the time of parsing.
    """
    if line[:1] != b"{" or (end := line.find(b"}")) < 0 or line[-3:].rstrip()[-1:] != b"}":
        return False
    if end >= len(line) - 3 and line.find(b"{", 1) < 0:
        return True
    opening = line[: line.find(b'"', line.find(b'"') + 1) + 1]
    return line.find(opening, 1) < 0 and not _RUN_TOGETHER.search(line, end)


def _values(raw: RawLine, config: ReadConfig) -> Iterator[RawRecord | RawLine]:
    """Yield the values of a line with more than an object on it, or the line where it is one."""
    if _is_one_value(raw.line):
        yield raw
        return
    elements = list(JsonStream(config).elements([raw.line]))
    if len(elements) == 1 and elements[0].fault:
        yield raw
        return
    for number, element in enumerate(elements, 1):
        place = raw.doc_id if number == 1 else f"{raw.doc_id}.{number}"
        yield record_of(element, raw.source, place, config)


def _is_one_value(line: bytes) -> bool:
    """Return whether a line is JSON and no list of objects."""
    try:
        value: Any = parse_json(line)
    except BrokenJson:
        return False
    return not isinstance(value, list) or not any(isinstance(each, dict) for each in value)
