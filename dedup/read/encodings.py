"""The character encoding of plain text and tables, which say nothing of it themselves."""

from __future__ import annotations

import codecs

from charset_normalizer import from_bytes

from dedup.read.formats import encoding_of_mark
from dedup.text_encoding import nearly_utf8

SAMPLE = 65_536


def encoding_of(head: bytes) -> str:
    """Return the name of the encoding that a text's first bytes are in.

    A byte-order mark decides, then whether they are UTF-8, a few broken letters aside, then how
    much like a language they look.

    >>> encoding_of("Żółw".encode())
    'utf-8'
    """
    marked = encoding_of_mark(head)
    if marked:
        # The names without the byte order take the mark off.
        return "utf-8-sig" if marked == "utf-8" else marked.removesuffix("-le").removesuffix("-be")
    sample = head[:SAMPLE]
    try:
        # Not final: the sample may end inside a character.
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        if nearly_utf8(sample) is not None:
            return "utf-8"
        guess = from_bytes(sample).best()
        return guess.encoding if guess else "cp1252"
    return "utf-8"
