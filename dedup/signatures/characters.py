"""The class, folded form and traits of each character, for the tokeniser: tables over Unicode."""

from __future__ import annotations

import functools
import unicodedata

import numpy as np

from dedup.kernels.array_types import UInt8s, UInt32s

SEPARATOR, LETTER, DIGIT, SINGLE, MARK = range(5)

UPPER, STOP, JOINS = 1, 2, 4
"""Traits of a character: begins a name, ends a sentence, can be inside of a number."""

STOPS = ".!?…\n。！？．؟۔।"

# Past plane 2 only rare ideographs (plane 3) and no other letters are assigned.
TABLE_SIZE = 0x40000

# Scripts written without spaces between words: each character is a token of its own.
UNSPACED = (
    (0x0E00, 0x0EFF), (0x0F00, 0x0FFF), (0x1000, 0x109F),  # Thai, Lao; Tibetan; Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007), (0x3040, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9F), (0x1B000, 0x1B16F),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF),  # Han
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
