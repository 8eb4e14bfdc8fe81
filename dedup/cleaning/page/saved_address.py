"""The address that a page was saved from, in the comment of the program that saved it."""

from __future__ import annotations

import re

# The comment stands before or behind the first tag.
_BEGINNING = 4096

_ADDRESS = (
    rb"(?P<address>(?:https?://)?[A-Za-z0-9][A-Za-z0-9.-]{0,252}(?::\d{1,5})?/[^\s<>]{0,2000})"
)
_COMMENTS = (
    re.compile(rb"<!-- Mirrored from " + _ADDRESS + rb" by HTTrack "),
    re.compile(rb"<!-- saved from url=\(\d{4}\)" + _ADDRESS + rb" -->"),  # browsers
    re.compile(rb"<!--\s*Page saved with SingleFile\s+url: " + _ADDRESS + rb"\s"),
)


def saved_address(html: bytes) -> str | None:
    """Return the address that a page was saved from, or None where no program says it.

    Programs that save pages make the addresses in them relative, those of the page itself too.

    >>> saved_address(b"<!-- Mirrored from x.example/a.html by HTTrack Website Copier/3.x -->")
    'http://x.example/a.html'
    """
    for comment in _COMMENTS:
        if found := comment.search(html, 0, _BEGINNING):
            address = found["address"].decode("utf-8", "replace")
            return address if "://" in address else f"http://{address}"
    return None
