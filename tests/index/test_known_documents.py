"""Entries in memory: what every place of them promises."""

from __future__ import annotations

from hypothesis import given
from known_laws import check, play, steps

from dedup.index.known_documents import DocumentsInMemory


@given(steps)
def test_what_was_put_and_not_removed_is_known(steps):
    known = DocumentsInMemory()

    check(known, play(known, steps))
