"""From the bytes of a page or a text to its letters: the one place where that is decided."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Sequence

from dedup.text_encoding.declared import codecs_of, declarations
from dedup.text_encoding.detected import detected_codecs
from dedup.text_encoding.marks import encoding_of_mark, wide_encoding
from dedup.text_encoding.strict import (
    controls_as_letters,
    decode_nearly,
    decode_nearly_utf8,
    decode_strictly,
    decode_utf8,
)

# Encodings whose letters are bytes of ASCII, between these signs.
_SEVEN_BITS = ("iso2022_jp", "iso2022_jp_ext", "iso2022_jp_3", "iso2022_kr")
_SHIFTS = (b"\x1b", b"\x0e")

# Of ASCII in UTF-16 half the bytes are NULs; so many show that it is no text of single bytes.
_NULS = 4
_HEAD = 1024

_CONTROL_IN_UTF8 = re.compile(rb"\xc2[\x80-\x9f]")

Labels = Callable[[], list[str]]


def decode_page(page: bytes, declared: str | None = None) -> str:
    r"""Return the text of a page, in the encoding that it is in.

    A byte-order mark decides; then whether the page is UTF-8, a few broken letters aside, as no
    page in another encoding is so by chance; then the first declaration that the whole page agrees
    with: the server's, then the page's own. A page that agrees with none is in the encoding that
    its letters look most like.

    Args:
        page: The page; its end may be cut.
        declared: The label that the server gave as ``charset``, if any.

    >>> decode_page(b"<meta charset=iso-8859-1><p>nobody\x92s")
    '<meta charset=iso-8859-1><p>nobody’s'
    """
    text = _wide(page, declared)
    if text is None:
        text = _narrow(page, lambda: _labels(page, declared))
    # Bytes are searched some ten times as fast as letters.
    return controls_as_letters(text) if _CONTROL_IN_UTF8.search(page) else text


def decode_text(text: bytes) -> str:
    """Return the letters of a text that says nothing of its encoding, as ``decode_page`` does."""
    wide = _wide(text, None)
    return _narrow(text, list) if wide is None else wide


def page_in_utf8(page: bytes, declared: str) -> bytes:
    """Return a page in UTF-8; as it is where it is that already, or the label is unknown.

    Args:
        page: The page.
        declared: The label that the server gave.
    """
    if is_utf8(page) or not codecs_of(declared):
        return page
    return decode_page(page, declared).encode("utf-8", "replace")


def is_utf8(data: bytes) -> bool:
    """Return whether bytes are UTF-8 with letters beyond ASCII, or ASCII without shifts."""
    if data.isascii():
        return not any(shift in data for shift in _SHIFTS)
    return decode_utf8(data) is not None


def _labels(page: bytes, declared: str | None) -> list[str]:
    """Return what is declared, each once, the most trusted first.

    The server's word counts before the page's, unless it is the default of many servers.
    """
    own = list(dict.fromkeys(declarations(page)))
    server = [declared] if declared else []
    return own + server if declared and codecs_of(declared) == ("cp1252",) else server + own


def _wide(data: bytes, declared: str | None) -> str | None:
    """Return the text of bytes that are UTF-16 or UTF-32, None for others."""
    encoding = wide_encoding(data)
    if encoding is None and declared and data[:_HEAD].count(0) * _NULS > len(data[:_HEAD]):
        named = "".join(codecs_of(declared))
        encoding = named if named.startswith("utf-16") else None
    if encoding is None:
        return None
    # Not final: the end may cut a letter.
    text = codecs.getincrementaldecoder(encoding)("replace").decode(data)
    return text.removeprefix("\ufeff")


def _narrow(data: bytes, labels: Labels) -> str:
    """Return the text of bytes in an encoding that has ASCII as single bytes."""
    if encoding_of_mark(data) == "utf-8":
        data = data[3:]
    text = decode_utf8(data)
    if text is None:
        text = decode_nearly_utf8(data)
    elif text.isascii() and any(shift in data for shift in _SHIFTS):
        text = _of_seven_bits(data, labels) or text
    return _of_eight_bits(data, labels) if text is None else text


def _of_seven_bits(data: bytes, labels: Labels) -> str | None:
    """Return the text of ASCII bytes in an encoding that shifts to other letters, or None."""
    named = [codec for label in labels() for codec in codecs_of(label) if codec in _SEVEN_BITS]
    likely = _SEVEN_BITS[:3] if b"\x1b$" in data else ()
    return _first(data, (*named, *likely), decode_strictly)


def _of_eight_bits(data: bytes, labels: Labels) -> str:
    """Return the text of bytes that are not UTF-8."""
    named = dict.fromkeys(codec for label in labels() for codec in codecs_of(label))
    declared = [codec for codec in named if codec != "utf-8"]
    text = _first(data, declared, decode_strictly)
    if text is None:
        text = _first(data, declared, decode_nearly)
    if text is None:
        detected = detected_codecs(data)
        text = _first(data, detected, decode_strictly)
        text = _first(data, detected, decode_nearly) if text is None else text
    # Every byte is a letter of this one.
    return decode_strictly(data, "cp1252") or "" if text is None else text


def _first(
    data: bytes,
    encodings: Sequence[str],
    decode: Callable[[bytes, str], str | None],
) -> str | None:
    """Return the first text that a way of decoding finds with one of some encodings."""
    texts = (decode(data, encoding) for encoding in encodings)
    return next((text for text in texts if text is not None), None)
