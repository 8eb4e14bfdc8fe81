"""Decoding without a loss, and the few losses that are allowed where no encoding fits."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

# In a text of another encoding hardly a letter beyond ASCII is one of UTF-8 by chance.
_LETTERS_PER_FAULT = 4

_CONTROLS = re.compile("[\x80-\x9f]")
_LATIN = re.compile("[\x80-\u024f]+")
_ENCODED_CONTROLS = re.compile(rb"\xc2[\x80-\x9f]")

# The encoding of Windows for the letters of an ISO one: it has letters where that has controls,
# and pages that declare the one are in the other.
_OF_WINDOWS = {
    "iso8859-2": "cp1250",
    "iso8859-4": "cp1257",
    "iso8859-5": "cp1251",
    "iso8859-6": "cp1256",
    "iso8859-7": "cp1253",
    "iso8859-8": "cp1255",
    "iso8859-13": "cp1257",
    "iso8859-16": "cp1250",
}

# Halves of UTF-16 as letters of UTF-8: how some databases store what is beyond 16 bits.
_SURROGATES = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")

# Bytes that begin a letter of UTF-8 in texts of Europe: one of them alone is half a letter.
_HALVES = b"\xc2\xc3\xc4\xc5\xce\xcf\xd0\xd1\xd2\xe2"


def _joined(halves: re.Match[bytes]) -> bytes:
    """Return the letter of two halves in UTF-8."""
    wide = halves[0].decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
    return wide.decode("utf-16-le").encode()


def _as_browsers(error: UnicodeError) -> tuple[str, int]:
    """Read a byte that Python's codecs do not know as browsers read it; raise for any other."""
    if isinstance(error, UnicodeDecodeError) and error.end - error.start == 1:
        byte = error.object[error.start]
        if error.encoding == "charmap" and byte < 0xA0:
            return chr(byte), error.end
        if error.encoding == "gb18030" and byte == 0x80:
            return "€", error.end
    raise error


def _repaired(error: UnicodeError) -> tuple[str, int]:
    """Read a byte that is no UTF-8 as a letter of windows-1252, half a letter as U+FFFD."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    fault = error.object[error.start : error.end]
    if len(fault) > 1 or fault in _HALVES:
        return "\ufffd", error.end
    return fault.decode("cp1252", "replace"), error.end


def _replaced(error: UnicodeError) -> tuple[str, int]:
    """Read a byte as browsers do, or as U+FFFD."""
    try:
        return _as_browsers(error)
    except UnicodeDecodeError as fault:
        return "\ufffd", fault.end


codecs.register_error("dedup.as_browsers", _as_browsers)
codecs.register_error("dedup.replaced", _replaced)
codecs.register_error("dedup.repaired", _repaired)


def decode_utf8(data: bytes) -> str | None:
    r"""Return the text of bytes in UTF-8, None for other bytes.

    A letter that the end cuts is left out, where the text has other letters beyond ASCII.

    >>> decode_utf8("né…".encode()[:-1]), decode_utf8(b"n\xe9")
    ('né', None)
    """
    try:
        text, read = codecs.utf_8_decode(data, "strict", False)
    except UnicodeDecodeError:
        return None
    return text if read == len(data) or not text.isascii() else None


def decode_nearly_utf8(data: bytes) -> str | None:
    r"""Return the text of bytes in UTF-8 with a few broken letters, None for other encodings.

    In a text of Latin letters a byte that is none of UTF-8 is read as windows-1252, which is what
    is pasted into such texts. Half a letter becomes U+FFFD.

    Args:
        data: Bytes of a text; they may end inside a letter.

    >>> decode_nearly_utf8("Österreich ".encode() * 9 + b"\xd6l")[-12:]
    'sterreich Öl'
    >>> decode_nearly_utf8("Österreich".encode("latin-1"))
    """
    data = _SURROGATES.sub(_joined, data)
    text = codecs.utf_8_decode(data, "replace", False)[0]
    beyond = _beyond_ascii(text)
    faults = text.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    if not beyond or faults * (_LETTERS_PER_FAULT + 1) > beyond:
        return None
    latin = sum(map(len, _LATIN.findall(text)))
    return codecs.utf_8_decode(data, "dedup.repaired", False)[0] if latin * 2 >= beyond else text


def _beyond_ascii(text: str) -> int:
    """Return how many characters of a text are not ASCII."""
    return len(text) - len(text.encode("ascii", "ignore"))


def decode_strictly(data: bytes, codec: str) -> str | None:
    r"""Return the text of bytes that are wholly in an encoding, else None.

    A letter that the end cuts is left out. Bytes that are controls in an ISO encoding are read as
    the letters of the Windows one.

    >>> decode_strictly(b"\x93caf\xe9\x94", "iso8859-15"), decode_strictly(b"\x80\xc4", "gb18030")
    ('“café”', '€')
    """
    try:
        text = codecs.getincrementaldecoder(codec)("dedup.as_browsers").decode(data)
    except UnicodeError:
        return None
    return controls_as_letters(text, _OF_WINDOWS.get(codecs.lookup(codec).name, "cp1252"))


def controls_as_letters(text: str, codec: str = "cp1252") -> str:
    r"""Return a text with letters of Windows for the C1 controls at their places.

    >>> controls_as_letters("nobody\x92s")
    'nobody’s'
    """
    # A search of the bytes takes a fifth of the time of one of the letters.
    if text.isascii() or not _ENCODED_CONTROLS.search(text.encode("utf-8", "surrogatepass")):
        return text

    def letter(found: re.Match[str]) -> str:
        return found[0].encode("latin-1").decode(codec, "dedup.as_browsers")

    return _CONTROLS.sub(letter, text)


def decode_nearly(data: bytes, codec: str) -> str | None:
    """Return the text of bytes in an encoding but for a few faults, which become U+FFFD."""
    text = incremental_decoder(codec)(data)
    faults = text.count("\ufffd")
    return text if faults * (_LETTERS_PER_FAULT + 1) <= _beyond_ascii(text) else None


def incremental_decoder(codec: str) -> Callable[[bytes], str]:
    """Return a function that decodes the next bytes of a text, with U+FFFD for what is none."""
    errors = "dedup.repaired" if codec == "utf-8" else "dedup.replaced"
    decoder = codecs.getincrementaldecoder(codec)(errors)
    windows = _OF_WINDOWS.get(codecs.lookup(codec).name, "cp1252")
    return lambda data: controls_as_letters(decoder.decode(data), windows)
