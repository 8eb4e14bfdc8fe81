"""Bring characters, spaces and line ends of a text into one form; words are never changed."""

from __future__ import annotations

import functools
import re
import unicodedata
from html import unescape
from html.entities import name2codepoint

# Rounds of unescaping what a site escaped more than once: "&amp;amp;#8217;" takes one, see _ENTITY.
# A round without a change stops the loop, so most texts need one; the cap keeps texts that are made
# of nested escapes linear.
_MAX_ROUNDS = 8

_SURROGATE = re.compile("[\ud800-\udfff]")

# Controls and format characters without text. Line ends (and what str.splitlines takes for one)
# and the white-space controls stay for the folding below. Soft hyphen, grapheme joiner,
# Mongolian vowel separator, zero-width space, marks and overrides of direction, word joiner and
# kin, interlinear marks, object replacement, byte order mark, non-characters, tag characters.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffc\ufffe\uffff\U000e0000-\U000e007f]"
)

# Where a (non-)joiner is spelling: Arabic to Myanmar (all of Indic), Khmer, Mongolian; and emoji,
# where it makes one picture of several.
_JOINED = (
    "\u0600-\u109f\u1780-\u18af\ua840-\uabff\ufb50-\ufdff\ufe0f\ufe70-\ufefc"
    "\u2600-\u27bf\U0001f000-\U0001faff"
)
_STRAY_JOINER = re.compile(
    f"(?<![{_JOINED}\u200c\u200d])[\u200c\u200d]++"
    f"|(?<![\u200c\u200d])[\u200c\u200d]++(?![{_JOINED}])"
)

# More marks on one letter than any language writes, Unicode says (UAX 15, stream-safe text). The
# time that NFC takes grows with the square of their number.
_MOST_MARKS = 30
_FIRST_MARK = "\u0300"
_MARKS = re.compile(f"[^\x00-\u02ff\\w\\s]{{{_MOST_MARKS + 1},}}")

# Blanks that Unicode counts as letters or symbols: Hangul fillers, the empty Braille cell.
_BLANK = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")

# Those of the two classes above that are printable for str.isprintable.
_PRINTABLE_BLANKS = "\u034f\u115f\u1160\u2800\u3164\uffa0\ufffc"

# The characters of most texts: printable ASCII and line ends.
_COMMON = bytes(range(0x20, 0x7F)) + b"\n"

# An HTML 4 name or a number with its semicolon is not written by people; a bare "&" or "&T" is.
# The repeated head undoes any depth of escaped ampersands in one match.
_ENTITY = re.compile(
    r"&(?:amp;|#38;|#x26;)*+(?:#[0-9]{2,7}|#[xX][0-9a-fA-F]{2,6}|"
    + "|".join(sorted(set(name2codepoint) - {"amp"}, reverse=True))
    + r"|(?<=amp|#38|x26));"
)
_ESCAPED_AMPERSAND = re.compile(r"&(?:amp;|#38;|#x26;)++")


def _entity(match: re.Match[str]) -> str:
    """Return the character that a left-over entity stands for."""
    character = unescape(_ESCAPED_AMPERSAND.sub("&", match[0]))
    return character if not _SURROGATE.search(character) else "\ufffd"


def _unescape(text: str) -> str:
    """Undo entities that were escaped once or more; others keep their ampersand."""
    return _ESCAPED_AMPERSAND.sub("&", _ENTITY.sub(_entity, text))


def _visible(text: str) -> str:
    """Drop characters without a glyph."""
    text = _INVISIBLE.sub("", text)
    if "\u200c" in text or "\u200d" in text:
        text = _STRAY_JOINER.sub("", text)
    return _BLANK.sub(" ", text)


def _slow(text: str) -> str:
    """Normalise a text that is not plain, but for NFC."""
    if _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = _visible(text)
    for _ in range(_MAX_ROUNDS):
        if "&" not in text:
            break
        undone = _visible(_unescape(text))
        if undone == text:
            break
        text = undone
    return "\n".join([" ".join(line.split()) for line in text.splitlines()])


def _few_marks(match: re.Match[str]) -> str:
    """Return a run of marks and symbols without the marks that are too many on one letter."""
    kept: list[str] = []
    marks = 0
    for character in match[0]:
        marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def _bounded(text: str) -> str:
    """Return a text without the marks that are too many on one letter."""
    # A run that is too long has a mark at one of these places; most texts have none there.
    places = text[_MOST_MARKS :: _MOST_MARKS + 1]
    if max(places, default="") >= _FIRST_MARK and any(
        unicodedata.category(each)[0] == "M" for each in set(places)
    ):
        return _MARKS.sub(_few_marks, text)
    return text


def _is_plain(text: str) -> bool:
    """Return whether lines need no more than stripping (at a fifth of the time of doing it)."""
    if "  " in text or "&" in text:
        return False
    try:
        rare = text.encode().translate(None, _COMMON).decode()
    except UnicodeEncodeError:  # half a surrogate pair
        return False
    # str.isprintable is false for every control, format character, surrogate and blank but " ".
    return not rare or (
        rare.isprintable() and not any(character in rare for character in _PRINTABLE_BLANKS)
    )


@functools.lru_cache(maxsize=1)
def lines_of(text: str) -> tuple[str, ...]:
    r"""Return the lines of a text, split once for all steps: most of them change nothing.

    >>> lines_of("One.\nTwo.")
    ('One.', 'Two.')
    """
    return tuple(text.split("\n"))


def normalise(text: str) -> str:
    r"""Return the text in one form: NFC, no invisible characters, single spaces, no empty lines.

    Left-over HTML entities are undone; joiners stay inside words of scripts that spell with them;
    half a surrogate pair becomes U+FFFD; of marks on one letter the first 30 stay. The result is a
    fixed point of this function.

    >>> normalise("A\u00a0  B &amp; C\r\n\r\n \u200bD")
    'A B & C\nD'
    """
    if not _is_plain(text):
        text = _slow(text)
    if not text.isascii():
        text = _bounded(unicodedata.normalize("NFC", _bounded(text)))  # NFC parts some into two
        if "\u200c" in text or "\u200d" in text:  # NFC may move a mark away from a joiner
            text = _bounded(unicodedata.normalize("NFC", _visible(text)))
    lines = lines_of(text)
    kept = tuple([line for line in map(str.strip, lines) if line])
    return text if kept == lines else "\n".join(kept)
