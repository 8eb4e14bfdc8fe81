"""What a token is: the class, folded form and traits of each character, tables over Unicode."""

from __future__ import annotations

import functools
import unicodedata

import numpy as np

from dedup.kernels.array_types import Bools, UInt8s, UInt32s

SEPARATOR, LETTER, DIGIT, SINGLE, MARK = range(5)

UPPER, STOP, JOINS = 1, 2, 4
"""Traits of a character: begins a name, ends a sentence, can be inside of a number."""

STOPS = ".!?…\n。！？．؟۔।"

# Past plane 2 only rare ideographs (plane 3) and no other letters are assigned.
TABLE_SIZE = 0x40000

# Scripts written without spaces between words: each character is a token of its own. They are those
# in which Unicode lets a line break between any two letters or where a dictionary says so, UAX 14.
UNSPACED = (
    (0x0E00, 0x0EFF), (0x0F00, 0x0FFF), (0x1000, 0x109F),  # Thai, Lao; Tibetan; Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19DF), (0x1A00, 0x1A1F), (0x1A20, 0x1AAF),  # Tai Le, New Tai Lue; Buginese; Tai Tham
    (0x1B00, 0x1B7F), (0x1BC0, 0x1BFF), (0xA980, 0xA9DF),  # Balinese; Batak; Javanese
    (0xA9E0, 0xA9FF), (0xAA00, 0xAADF), (0x116D0, 0x116FF),  # Myanmar; Cham, Myanmar, Tai Viet
    (0x11700, 0x1174F), (0xA000, 0xA48F),  # Ahom; Yi
    (0x3005, 0x3007), (0x3031, 0x3035), (0x303B, 0x303C), (0x3040, 0x30FF), (0x31F0, 0x31FF),
    (0xFF66, 0xFF9F), (0x1AFF0, 0x1B16F),  # kana
    (0x3105, 0x312F), (0x31A0, 0x31BF),  # Bopomofo
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF),  # Han
    (0x17000, 0x18D8F), (0x1B170, 0x1B2FF),  # Tangut, Khitan; Nushu
)  # fmt: skip

_KIND_OF_CATEGORY = {"L": LETTER, "N": DIGIT, "M": MARK}


@functools.cache
def character_tables() -> tuple[UInt8s, UInt32s]:
    """Return the class and the folded form of every code point below ``TABLE_SIZE``.

    Letters and digits make tokens, marks (accents, vowel signs) belong to the token they follow,
    letters of unspaced scripts are tokens alone, everything else separates. Folding is lower case,
    and full-width forms become plain ones; a letter whose lower case is several characters stays.

    Returns:
        Two arrays of ``TABLE_SIZE``: classes and folded code points.
    """
    kinds = np.zeros(TABLE_SIZE, np.uint8)
    folded = np.arange(TABLE_SIZE, dtype=np.uint32)
    for point in range(0x20000):
        character = chr(point)
        kind = _KIND_OF_CATEGORY.get(unicodedata.category(character)[0])
        if kind is None:
            continue
        kinds[point] = kind
        lower = character.lower()
        if len(lower) == 1:
            folded[point] = ord(lower)
    for point in range(0xFF01, 0xFF5F):
        folded[point] = ord(unicodedata.normalize("NFKC", chr(point)).lower())
    for first, last in UNSPACED:
        block = kinds[first : last + 1]
        block[block == LETTER] = SINGLE
    kinds[0x20000:] = SINGLE
    return kinds, folded


@functools.cache
def trait_table() -> UInt8s:
    """Return the traits of every code point below ``TABLE_SIZE``, one bit each."""
    traits = np.zeros(TABLE_SIZE, np.uint8)
    for point in range(0x20000):
        if chr(point).isupper():
            traits[point] |= UPPER
    traits[[ord(character) for character in STOPS]] |= STOP
    traits[[ord(character) for character in ".,:"]] |= JOINS
    return traits


# Letters of a word, about, in scripts without spaces.
_LETTERS_PER_WORD = 2


def count_tokens(text: str) -> int:
    """Return how many tokens a text has: those that shingles are made of.

    >>> count_tokens("The 10 ferries"), count_tokens("東京駅前")
    (3, 4)
    """
    spaced, single = _counts(text)
    return spaced + single


def count_words(text: str) -> int:
    """Return about how many words a text has: two tokens of a script without spaces make one.

    >>> count_words("The 10 ferries"), count_words("東京駅前")
    (3, 2)
    """
    spaced, single = _counts(text)
    return spaced + -(-single // _LETTERS_PER_WORD)


def folded_tokens(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """Return the tokens of a text in lower case, and where each stands.

    >>> folded_tokens("The 10 ferries")
    (['the', '10', 'ferries'], [(0, 3), (4, 6), (7, 14)])

    Args:
        text: A text.

    Returns:
        The tokens that shingles are made of; for each its first character, and that behind its
        last one.
    """
    points = _code_points(text)
    kinds = character_tables()[0][points]
    plain = np.flatnonzero(kinds != MARK)  # marks are of the token that they follow
    begins = _begins(kinds[plain])
    starts = plain[begins]
    stops = np.append(plain[begins | (kinds[plain] == SEPARATOR)], len(text))
    ends = stops[np.searchsorted(stops, starts, "right")].tolist()
    folded = character_tables()[1][points].tobytes().decode("utf-32-le", "surrogatepass")
    spans = list(zip(starts.tolist(), ends, strict=True))
    return [folded[start:end] for start, end in spans], spans


def _counts(text: str) -> tuple[int, int]:
    """Return how many tokens of several characters a text has, and how many of one."""
    kinds = character_tables()[0][_code_points(text)]
    kinds = kinds[kinds != MARK]
    single = kinds == SINGLE
    return int((_begins(kinds) & ~single).sum()), int(single.sum())


def _begins(kinds: UInt8s) -> Bools:
    """Return which characters begin a token, from the classes of those that are no marks."""
    inside = (kinds == LETTER) | (kinds == DIGIT)
    begins: Bools = inside | (kinds == SINGLE)
    begins[1:] &= ~(inside[1:] & inside[:-1])
    return begins


def _code_points(text: str) -> UInt32s:
    """Return the code points of a text, 0 for those past the tables: both are separators."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return np.where(points < TABLE_SIZE, points, np.uint32(0))
