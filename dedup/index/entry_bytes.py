"""A signed document to bytes and back.

The bytes may come from a server that others write to. What does not parse is nothing; what parses
is compared, never executed.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from dedup.index.signed_document import SignedDocument, read_values
from dedup.json_codec import dump_json, load_own_json
from dedup.kernels.array_types import UInt32s
from dedup.signatures.lead_days import IN_FIRST
from dedup.store import LeadDayCells, blob

FORMAT = 1
"""Version of the bytes; others are not read."""

FIRST_MOMENT, LAST_MOMENT = -62_135_596_800, 253_402_300_799
"""The first and the last second of the years 1 to 9999, in seconds since 1970."""

_MARK = b"de"
_FINGERPRINT = 16
_PARTS = 5

# Mark, version, and the bytes of each part: facts, shingles, numbers, terms, dates of the lead.
_HEADER = struct.Struct(f"<2sH{_PARTS}I{_FINGERPRINT}s")

# The facts in the order of their JSON array, each with the types of its value.
_TEXT = (str, type(None))
_FACTS: dict[str, tuple[type, ...]] = {
    "tokens": (int,), "moment": (int, float, type(None)), "title": _TEXT, "url": _TEXT,
    "page": _TEXT, "canonical_page": _TEXT, "host": _TEXT, "date": _TEXT, "language": _TEXT,
}  # fmt: skip


def entry_bytes(document: SignedDocument) -> bytes:
    """Return a document as bytes, without its signatures."""
    days, first, dates = document.lead_days or (0, 0, b"")
    facts: list[Any] = [getattr(document, name) for name in _FACTS]
    parts = [
        dump_json([*facts, days, first]), blob(document.shingles), blob(document.numbers),
        blob(document.terms), dates,
    ]  # fmt: skip
    header = _HEADER.pack(_MARK, FORMAT, *map(len, parts), document.fingerprint)
    return b"".join([header, *parts])


def read_entry(doc_id: str, value: bytes) -> SignedDocument | None:
    """Return a document from its bytes, None where they are none of this format.

    Args:
        doc_id: Its id.
        value: Bytes, of whatever origin.
    """
    try:
        return _read(doc_id, value)
    except (struct.error, ValueError, TypeError, OverflowError):
        return None


def read_entries(doc_ids: Sequence[str], values: Sequence[bytes | None]) -> list[SignedDocument]:
    """Return the documents of some ids; those that are not known, or do not parse, are left out."""
    pairs = zip(doc_ids, values, strict=True)
    found = [read_entry(doc_id, value) for doc_id, value in pairs if value is not None]
    return [each for each in found if each is not None]


def _read(doc_id: str, value: bytes) -> SignedDocument:
    """Return a document from its bytes.

    Raises:
        ValueError: They are none; or another of the errors that reading raises.
    """
    mark, version, *sizes, fingerprint = _HEADER.unpack_from(value)
    if (mark, version) != (_MARK, FORMAT) or _HEADER.size + sum(sizes) != len(value):
        raise ValueError("no entry of this format")
    ends = np.cumsum([_HEADER.size, *sizes]).tolist()
    facts, shingles, numbers, terms, dates = (value[slice(*ends)] for ends in pairwise(ends))
    *listed, days, first = load_own_json(facts)
    named = dict(zip(_FACTS, listed, strict=True))
    return SignedDocument(
        doc_id, fingerprint, shingles=read_values(shingles),
        numbers=_distinct(read_values(numbers)), terms=read_values(terms),
        lead_days=_lead_days(days, first, dates),
        **{name: _checked(value, *_FACTS[name]) for name, value in named.items()},
    )  # fmt: skip


def _checked(value: Any, *types: type) -> Any:
    """Return a fact of one of some types.

    Raises:
        ValueError: It is of another, or no number that can be.
    """
    if type(value) not in types:
        raise ValueError("a fact of a wrong type")
    if isinstance(value, (int, float)) and not FIRST_MOMENT <= value <= LAST_MOMENT:
        raise ValueError("no number of tokens and no moment")
    return value


def _distinct(values: UInt32s) -> UInt32s:
    """Return sorted distinct values.

    Raises:
        ValueError: They are not.
    """
    if not np.all(values[1:] > values[:-1]):
        raise ValueError("numbers that are not sorted")
    return values


def _lead_days(days: Any, first: Any, dates: bytes) -> LeadDayCells | None:
    """Return the days that a lead names, None where it names none.

    Raises:
        ValueError: They are no days.
    """
    if type(days) is not int or type(first) is not int or len(dates) % 2:
        raise ValueError("no days")
    if not (0 <= days < 2 * IN_FIRST and 0 <= first < 2 * IN_FIRST):
        raise ValueError("no weekdays")
    if any(each % 32 == 0 or each % IN_FIRST >= 13 * 32 for each in np.frombuffer(dates, "<u2")):
        raise ValueError("no dates")
    return (days, first, dates) if days or first or dates else None
