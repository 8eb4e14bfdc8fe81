"""Bytes that are UTF-8 but for a few broken letters, in pages and in plain text."""

from __future__ import annotations

# In a text of another encoding hardly a letter beyond ASCII is one of UTF-8 by chance.
_LETTERS_PER_FAULT = 10


def nearly_utf8(data: bytes) -> str | None:
    r"""Return the text of bytes in UTF-8 with a few broken letters, None for other encodings.

    Args:
        data: Bytes of a text; they may end inside a letter.

    >>> nearly_utf8("Österreich ".encode() * 9 + b"\xd6l")[-12:]
    'sterreich \ufffdl'
    >>> nearly_utf8("Österreich".encode("latin-1"))
    """
    text = data.decode("utf-8", "replace")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    return text if text.count("\ufffd") * _LETTERS_PER_FAULT <= beyond_ascii else None
