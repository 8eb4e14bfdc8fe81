"""Encodings that the first bytes of a text show: byte-order marks, and characters of many bytes."""

from __future__ import annotations

import re

# Byte-order marks, longest first: UTF-32's begins as UTF-16's does.
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xef\xbb\xbf", "utf-8"),
)
# UTF-16 without a mark: white space, then "<" and what may follow it, each with a NUL beside it.
_UNMARKED = (
    (re.compile(rb"(?:[\t\n\r ]\x00)*<\x00[!?/a-zA-Z]\x00"), "utf-16-le"),
    (re.compile(rb"(?:\x00[\t\n\r ])*\x00<\x00[!?/a-zA-Z]"), "utf-16-be"),
)


def encoding_of_mark(head: bytes) -> str | None:
    """Return the encoding that a byte-order mark names, or None."""
    return next((name for mark, name in _MARKS if head.startswith(mark)), None)


def wide_encoding(head: bytes) -> str | None:
    """Return the encoding of markup whose characters are two or four bytes wide, or None."""
    marked = encoding_of_mark(head)
    if marked:
        return None if marked == "utf-8" else marked
    return next((name for pattern, name in _UNMARKED if pattern.match(head)), None)
