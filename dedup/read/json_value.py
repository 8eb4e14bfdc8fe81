"""One JSON text of a dump to its value, or why it is none."""

from __future__ import annotations

from typing import Any

from dedup.json_codec import load_json

# A JSON text may be larger than the document in it: quotes, line ends and control characters are
# escaped, and there are other fields. Letters that are all escaped grow two- to threefold, so half
# the limit is what such a document may have at least.
OVERHEAD = 2

# The fast writer takes 254 levels. No record of an article has ten.
MOST_LEVELS = 200
TOO_DEEP = f"nested more than {MOST_LEVELS} levels deep"

BOM = b"\xef\xbb\xbf"
"""The byte-order mark of UTF-8."""


class BrokenJson(ValueError):
    """A text is not JSON; its message says why."""


def parse_json(text: bytes) -> Any:
    """Return the value of a JSON text in UTF-8; a byte-order mark is passed over.

    Raises:
        BrokenJson: It is not JSON, not UTF-8 or nested too deeply. NaN and Infinity are not JSON.
    """
    text = text.removeprefix(BOM)
    try:
        value = load_json(text)
    except RecursionError as error:
        raise BrokenJson(TOO_DEEP) from error
    except ValueError as error:
        fault = error if isinstance(error, UnicodeDecodeError) else _not_utf8(text)
        message = f"not UTF-8 at byte {fault.start}" if fault else f"not JSON: {error}"
        raise BrokenJson(message) from error
    if _may_be_deep(text) and is_too_deep(value):
        raise BrokenJson(TOO_DEEP)
    return value


def _may_be_deep(text: bytes) -> bool:
    """Return whether a text has so many brackets that its levels must be counted."""
    if text.find(b"{", 1) < 0 and b"[" not in text:
        return False  # a flat record, as most are; counting takes ten times as long
    return text.count(b"{") + text.count(b"[") > MOST_LEVELS


def _not_utf8(text: bytes) -> UnicodeDecodeError | None:
    """Return why a text is not UTF-8, or None if it is."""
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return error
    return None


def is_too_deep(value: Any) -> bool:
    """Return whether a value is nested deeper than is allowed.

    >>> is_too_deep({"a": [1]})
    False
    """
    level, values = 0, [value]
    while level <= MOST_LEVELS and (
        values := [each for each in values if each and isinstance(each, dict | list)]
    ):
        values = [
            child
            for each in values
            for child in (each.values() if isinstance(each, dict) else each)
        ]
        level += 1
    return level > MOST_LEVELS
