"""JSON Lines: one record a line; a bad line costs that line alone."""

from __future__ import annotations

import io
from collections.abc import Iterator

from dedup.config import ReadConfig
from dedup.models import RawRecord, Reason
from dedup.read.json_text import OVERHEAD, BrokenJson, value_of
from dedup.read.json_values import read_values
from dedup.read.opened import Input
from dedup.read.records import record, rejected, too_large

# What is passed over at once of a line that is too long.
_SKIP = 65_536


def read_lines(source: Input, config: ReadConfig) -> Iterator[RawRecord]:
    """Yield a record for each line that is not blank, or each object spread over lines."""
    if _is_spread(source.head):
        yield from read_values(source, config)
        return
    number = 0
    for number, line in _lines(source.body, config.max_document_bytes * OVERHEAD):
        if line is not None and line.isspace():
            continue
        found = _record_of_line(line, f"{source.name}:{number}", source.name, config)
        # The last line before a fault is cut, and part of what the fault has cost.
        if source.fault and line is not None and not line.endswith(b"\n") and found.rejection:
            number -= 1
            break
        yield found
    if source.fault:
        place = f"{source.name}:{number + 1}"
        yield rejected(place, source.name, source.fault.reason, source.fault.detail)


def _record_of_line(line: bytes | None, place: str, name: str, config: ReadConfig) -> RawRecord:
    if line is None:
        return rejected(place, name, Reason.TOO_LARGE, too_large(config))
    try:
        return record(value_of(line), name, place, config)
    except BrokenJson as error:
        return rejected(place, name, Reason.BROKEN_JSON, str(error))


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
