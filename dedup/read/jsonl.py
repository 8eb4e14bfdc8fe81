"""JSON Lines: one record a line; a bad line costs that line alone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

from dedup.config import ReadConfig
from dedup.models import RawLine, RawRecord, Reason
from dedup.read.input import Input
from dedup.read.json_text import OVERHEAD, BrokenJson, value_of
from dedup.read.json_values import read_values
from dedup.read.records import record, rejected, too_large

# What is passed over at once of a line that is too long.
_SKIP = 65_536


def read_lines(source: Input, config: ReadConfig) -> Iterator[RawRecord | RawLine]:
    """Yield each line that is not blank, unparsed, or a record for each object over several."""
    if _is_spread(source.head):
        yield from read_values(source, config)
        return
    number = 0
    for number, line in _lines(source.body, config.max_document_bytes * OVERHEAD):
        if line is not None and line.isspace():
            continue
        place = f"{source.name}:{number}"
        if line is None:
            yield rejected(place, source.name, Reason.TOO_LARGE, too_large(config))
            continue
        found = RawLine(line, place, source.name)
        # The last line before a fault is cut, and part of what the fault has cost.
        if source.fault and not line.endswith(b"\n") and parsed(found, config).rejection:
            number -= 1
            break
        yield found
    if source.fault:
        place = f"{source.name}:{number + 1}"
        yield rejected(place, source.name, source.fault.reason, source.fault.detail)


def parsed(raw: RawRecord | RawLine, config: ReadConfig) -> RawRecord:
    """Return the record that a line holds, and any record as it is."""
    if isinstance(raw, RawRecord):
        return raw
    try:
        found = record(value_of(raw.line), raw.source, raw.doc_id, config)
    except BrokenJson as error:
        found = rejected(raw.doc_id, raw.source, Reason.BROKEN_JSON, str(error))
    # Many lines are read at once, and only the first of them has consumed anything.
    return replace(found, consumed=raw.consumed) if raw.consumed else found


def _lines(body: io.BufferedReader, limit: int) -> Iterator[tuple[int, bytes | None]]:
    """Yield each line with its number from 1; None for one over the limit, which is never held."""
    number = 0
    while line := body.readline(limit + 1):
        number += 1
        if len(line) <= limit or line.endswith(b"\n"):
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = body.readline(_SKIP)
        yield number, None


def _is_spread(head: bytes) -> bool:
    """Tell whether the first object goes on after the first line, as pretty-printed ones do.

    Such a first line ends where a line of JSON Lines cannot, not even a damaged one but by chance.
    """
    first, _, rest = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")
    return first.rstrip().endswith((b"{", b"[", b",", b":")) and bool(rest.strip())
