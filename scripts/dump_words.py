"""The words of made news: an English lexicon by its frequencies, invented names, numbers.

A token is an int64. The low 20 bits are the row of a string. A pair of strings that belong
together (given name and surname, number and unit) has `PAIR` set and the row of its first string
in the next 20 bits. `COMMA` says that a comma follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import wordfreq

Tokens = npt.NDArray[np.int64]

ROW_BITS = 20
ROW = (1 << ROW_BITS) - 1
PAIR = 1 << (2 * ROW_BITS)
COMMA = PAIR << 1

# How a string is written: as it is, at the start of a sentence, before a comma, at the end of a
# sentence, at the end of a paragraph.
PLAIN, CAPITAL, BEFORE_COMMA, END, BREAK = range(5)
FORMS = 5

WORDS = 100_000

GLUE = 3_000
"""The commonest words, which stand between those that tell something. They make up four fifths of
running English (wordfreq's list)."""

CONTENT_FROM = 300
"""From this rank on a word may tell something: before it nearly all are function words."""

# Resolution of a distribution: draws are one random number and one look into a table.
STEPS = 1 << 20

GIVEN, SURNAMES, PLACES, FIGURES = 1_500, 30_000, 15_000, 2_000

FIGURE_SHARE = 0.15
"""Share of the people in the news who are always in the news."""

BODIES = (
    "Group", "Council", "University", "Party", "Union", "Holdings", "Hospital", "Airlines", "Club",
    "Institute", "Bank", "Ministry", "Foundation", "Energy", "Motors", "Records",
)  # fmt: skip
UNITS = (
    "percent", "million", "people", "years", "days", "dollars", "homes", "points", "miles", "jobs",
    "votes", "hours", "workers", "tonnes", "flights", "cases",
)  # fmt: skip

ONSETS = (
    "b", "br", "cl", "ch", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "kl", "l", "m", "n",
    "p", "pr", "r", "s", "sh", "sk", "st", "t", "tr", "v", "w", "z", "th",
)  # fmt: skip
VOWELS = (
    "a", "e", "i", "o", "u", "ai", "ea", "ou",
)  # fmt: skip
CODAS = (
    "l", "n", "r", "s", "lm", "m", "sk", "nd", "rn", "ld", "",
)  # fmt: skip
SURNAME_ENDS = (
    "son", "er", "ov", "ley", "man", "ski", "ard", "ell", "ini", "es", "wick", "ade",
)  # fmt: skip
PLACE_ENDS = (
    "ton", "ville", "burg", "mouth", "field", "dale", "port", "stad", "grad", "by", "ford",
    "holm",
)  # fmt: skip


def guide(weights: npt.NDArray[np.float64]) -> Tokens:
    """Return a table of `STEPS` rows in which each row stands as often as its weight says."""
    heights = np.cumsum(weights)
    steps = (np.arange(STEPS) + 0.5) / STEPS * heights[-1]
    found: Tokens = np.searchsorted(heights, steps)
    return found


def zipf(count: int, shift: float, exponent: float = 1.0) -> npt.NDArray[np.float64]:
    """Return weights by the law of Zipf and Mandelbrot, 1 / (rank + shift) ** exponent."""
    return 1 / (np.arange(1, count + 1) + shift) ** exponent


def invented(rng: np.random.Generator, count: int, ends: Sequence[str]) -> list[str]:
    """Return distinct names made of syllables, the shorter ones not before the longer."""
    found: dict[str, None] = {}
    while len(found) < count:
        onset, vowel, coda = (rng.choice(part, 2 * count).tolist() for part in _SYLLABLE)
        middle, end = rng.choice(_SYLLABLE[1], 2 * count), rng.choice(ends, 2 * count)
        long = rng.random(2 * count) < 0.5
        for at in range(2 * count):
            stem = onset[at] + vowel[at] + coda[at] + (f"d{middle[at]}" if long[at] else "")
            found[(stem + end[at]).capitalize()] = None
    return list(islice(found, count))


_SYLLABLE = (ONSETS, VOWELS, CODAS)


class Lexicon:
    """Everything that a text can be made of.

    Attributes:
        forms: Strings of all rows in all forms, an object array; row r in form f is at
            ``r * FORMS + f`` and ends with what separates it from the next.
        places: Names of places, the commonest first.
    """

    forms: npt.NDArray[Any]

    def __init__(self, seed: int) -> None:
        """Make a lexicon; the same seed gives the same names."""
        rng = np.random.default_rng([seed, 1])
        frequency = wordfreq.get_frequency_dict("en", "large")
        known = (word for word in frequency if word.isascii() and word.isalpha())
        words = sorted(known, key=lambda word: (-frequency[word], word))[:WORDS]
        weights = np.array([frequency[word] for word in words])
        strings = list(words)

        def added(more: Sequence[str]) -> int:
            strings.extend(more)
            return len(strings) - len(more)

        self._glue = guide(weights[:GLUE])
        self._content = guide(weights[CONTENT_FROM:]) + CONTENT_FROM
        given, surnames = invented(rng, GIVEN, ["a", "en", "o", "y"]), SURNAME_ENDS
        self._given = guide(zipf(GIVEN, 10)) + added(given)
        self._surnames = guide(zipf(SURNAMES, 20, 0.9)) + added(invented(rng, SURNAMES, surnames))
        self.places = invented(rng, PLACES, PLACE_ENDS)
        self._places = guide(zipf(PLACES, 5)) + added(self.places)
        self._bodies, self._units = added(BODIES), added(UNITS)
        numbers = [f"{n:,}" for n in range(2, 10_000)] + [f"{n / 10}" for n in range(11, 1000)]
        self._first_number = added(numbers)
        self._numbers = guide(np.r_[zipf(9_998, 1), zipf(989, 10)]) + self._first_number
        self._figures = self._new_people(rng, FIGURES)
        self._famous = guide(zipf(FIGURES, 3))
        self.forms = _forms(strings)

    def glue(self, rng: np.random.Generator, count: int) -> Tokens:
        """Draw common words."""
        return _drawn(self._glue, rng, count)

    def content(self, rng: np.random.Generator, count: int) -> Tokens:
        """Draw words that tell something."""
        return _drawn(self._content, rng, count)

    def people(self, rng: np.random.Generator, count: int) -> Tokens:
        """Draw pairs of a given name and a surname."""
        famous = self._figures[_drawn(self._famous, rng, count)]
        return np.where(rng.random(count) < FIGURE_SHARE, famous, self._new_people(rng, count))

    def spots(self, rng: np.random.Generator, count: int) -> Tokens:
        """Draw places."""
        return _drawn(self._places, rng, count)

    def bodies(self, rng: np.random.Generator, count: int) -> Tokens:
        """Draw organisations, a name and what it is."""
        kind = self._bodies + rng.integers(0, len(BODIES), count)
        return pair(_drawn(self._surnames, rng, count), kind)

    def quantities(self, rng: np.random.Generator, count: int) -> Tokens:
        """Draw numbers with a unit."""
        unit = self._units + rng.integers(0, len(UNITS), count)
        return pair(_drawn(self._numbers, rng, count), unit)

    def renumbered(
        self, tokens: Tokens, shares: npt.NDArray[np.float64], rng: np.random.Generator
    ) -> Tokens:
        """Return tokens with a share of their quantities drawn again, the units as they were."""
        first = (tokens >> ROW_BITS) & ROW
        at = np.flatnonzero((first >= self._first_number) & (rng.random(tokens.size) < shares))
        changed = tokens.copy()
        rest = changed[at] & (COMMA | ROW)
        changed[at] = pair(_drawn(self._numbers, rng, at.size), rest)
        return changed

    def _new_people(self, rng: np.random.Generator, count: int) -> Tokens:
        """Draw people who need not have been in the news before."""
        return pair(_drawn(self._given, rng, count), _drawn(self._surnames, rng, count))


def pair(first: Tokens, second: Tokens) -> Tokens:
    """Return the tokens of pairs of rows."""
    return PAIR | (first << ROW_BITS) | second


def _drawn(table: Tokens, rng: np.random.Generator, count: int) -> Tokens:
    """Draw rows as a guide has them."""
    return table[rng.integers(0, STEPS, count)]


def _forms(strings: Sequence[str]) -> npt.NDArray[Any]:
    """Return all forms of strings, see :class:`Lexicon`."""
    found = np.empty(len(strings) * FORMS, object)
    found[PLAIN::FORMS] = [f"{word} " for word in strings]
    found[CAPITAL::FORMS] = [f"{word[0].upper()}{word[1:]} " for word in strings]
    found[BEFORE_COMMA::FORMS] = [f"{word}, " for word in strings]
    found[END::FORMS] = [f"{word}. " for word in strings]
    found[BREAK::FORMS] = [f"{word}.\n" for word in strings]
    return found
