"""The language of a text, told by its own words.

Pages misstate their language, and a background of the wrong one is worse than none. So a text
counts as written in a language only where its commonest words occur about as often as they should
and no other language comes near; everything else is None, above all the languages without a list.
The words stand in ``languages.json``; ``scripts/make_languages.py`` writes it.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dedup.sign.background import BILLION, two_letters
from dedup.sign.characters import LETTER, SINGLE, TABLE_SIZE, character_tables
from dedup.sign.terms import term_hashes

TABLE = Path(__file__).with_name("languages.json")

LEAD_TOKENS = 300
LEAD_CHARACTERS = 400
"""The first tokens and characters of a text are asked."""

LEAST_TOKENS = 15
"""A text with fewer words, numbers aside, is a headline at most: too few to tell cousins apart."""

UNLISTED = 10**-6.5
"""Frequency of a word that a language does not have among its commonest; wordfreq's own end at
1e-6."""

# Chosen on translations of one legal text, three paragraphs a document: of 1 195 in a language of
# the table, 1 175 are told, 20 are left open, none is taken for another; only Malay is mostly left
# open, and 2 of 19 are taken for Indonesian. Of 8 350 in languages without a table, 5 in a hundred
# are taken for a close one: Afrikaans mostly for Dutch, Galician, 1 of 19, for Portuguese. Higher
# limits leave short news open.
FIT = 0.55
"""Least share of the common words that a text in the language would hold."""

LEAD_SHARE = 0.4
"""Least lead over the next language, as a share of the lead that a text in the language has on
average."""

LEAD_NATS = 8.0
"""Least lead in all: the odds are e to the power of it, were words independent."""

BUCKET_BITS = 16  # of 5 800 terms hardly two share a bucket of so many upper bits

DOCUMENTS_AT_ONCE = 128  # of 200 common words and 40 languages each: 4 MB

# Scripts with one language among those of the table, or told by what stands beside them.
NO_LETTER, OTHER, HAN, KANA, HANGUL, GREEK, TAMIL = range(7)
SCRIPTS = 7
_BLOCKS = {
    HAN: ((0x3005, 0x3007), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)),
    KANA: ((0x3040, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9F)),
    HANGUL: ((0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF)),
    GREEK: ((0x0370, 0x03FF), (0x1F00, 0x1FFF)),
    TAMIL: ((0x0B80, 0x0BFF),),
}
_OF_SCRIPT = ("zh", "ja", "ko", "el", "ta")

WEIGHT = np.array([0, 1, 3, 3, 3, 1, 1])
"""A character of Han, kana and Hangul is a syllable, about as much text as three letters."""

KANA_JAPANESE = 0.1
KANA_CHINESE = 0.02
"""Share of kana among Han and kana: half in Japanese news, less in its headlines; in Chinese a shop
name."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The commonest terms of L languages, T in all.

    Attributes:
        languages: Two-letter codes.
        hashes: Sorted distinct terms, uint32, and the greatest number as a guard.
        begins: First place in ``hashes`` for each value of their upper ``BUCKET_BITS``.
        depth: Most terms that share these bits.
        listed: T x L: whether a term is in the list of a language.
        gain: T x L: what a term adds to the log-likelihood of a language over a term of no list.
        other: Log-likelihood of a term of no list, by language.
        cover: Share of a text that the list of a language makes up.
        lead: L x L: expected lead of a language over another, in nats a token.
    """

    languages: tuple[str, ...]
    hashes: npt.NDArray[np.uint32]
    begins: npt.NDArray[np.int64]
    depth: int
    listed: npt.NDArray[np.bool_]
    gain: npt.NDArray[np.float32]
    other: npt.NDArray[np.float32]
    cover: npt.NDArray[np.float32]
    lead: npt.NDArray[np.float32]

    def places(self, terms: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
        """Return the place of each term, or that of another one if it is in no list.

        A binary search guesses wrong at every other step: it takes ten times as long.
        """
        at: npt.NDArray[np.int64] = self.begins[terms >> np.uint32(32 - BUCKET_BITS)]
        for _ in range(self.depth):
            at += self.hashes[at] < terms
        return at


@functools.cache
def tables() -> Tables:
    """Return the tables of the languages that are told by their words."""
    lists = json.loads(TABLE.read_text("utf-8"))["languages"]
    hashed = [term_hashes(list(words))[0] for words in lists.values()]
    hashes = np.unique(np.concatenate(hashed))
    share = np.full((hashes.size, len(lists)), UNLISTED)
    for column, (terms, words) in enumerate(zip(hashed, lists.values(), strict=True)):
        zipf = np.fromiter(words.values(), np.float64) / 100
        share[np.searchsorted(hashes, terms), column] = 10**zipf / BILLION
    cover = share.sum(axis=0)
    likelihood, other = np.log(share), np.log(1 - cover)
    starts = np.arange(2**BUCKET_BITS, dtype=np.uint32) << np.uint32(32 - BUCKET_BITS)
    begins = np.searchsorted(hashes, starts).astype(np.int64)
    own = (share * likelihood).sum(axis=0) + (1 - cover) * other
    crossed = share.T @ likelihood + np.outer(1 - cover, other)
    return Tables(
        languages=tuple(lists),
        hashes=np.append(hashes, np.uint32(2**32 - 1)),
        begins=begins,
        depth=int(np.diff(begins, append=hashes.size).max()),
        listed=share > UNLISTED,
        gain=(likelihood - other).astype(np.float32),
        other=other.astype(np.float32),
        cover=cover.astype(np.float32),
        lead=(own[:, np.newaxis] - crossed).astype(np.float32),
    )


@functools.cache
def _script_table() -> npt.NDArray[np.uint8]:
    """Return the script of every code point below ``TABLE_SIZE``; past it, none."""
    kinds, _ = character_tables()
    letters = (kinds == LETTER) | (kinds == SINGLE)
    table = np.zeros(TABLE_SIZE + 1, np.uint8)
    table[:-1][letters] = OTHER
    for script, blocks in _BLOCKS.items():
        for first, last in blocks:
            table[first : last + 1][letters[first : last + 1]] = script
    return table


def _by_script(texts: Sequence[str]) -> list[str | None]:
    """Return the language of each text whose script tells it."""
    starts = [text[:LEAD_CHARACTERS] for text in texts]
    points = np.frombuffer("".join(starts).encode("utf-32-le", "surrogatepass"), np.uint32)
    text_of = np.repeat(np.arange(len(texts)) * SCRIPTS, [len(start) for start in starts])
    scripts = _script_table()[np.minimum(points, TABLE_SIZE)]
    counts = np.bincount(text_of + scripts, minlength=len(texts) * SCRIPTS)
    counts = counts.reshape(-1, SCRIPTS) * WEIGHT
    kana, east = counts[:, KANA], counts[:, HAN] + counts[:, KANA]
    shares = np.stack([
        east * (kana <= KANA_CHINESE * east),
        east * (kana >= KANA_JAPANESE * east),
        *counts[:, [HANGUL, GREEK, TAMIL]].T,
    ])  # fmt: skip
    best = shares.argmax(axis=0)
    sure = 2 * shares.max(axis=0, initial=0) > counts.sum(axis=1)
    return [_OF_SCRIPT[at] if told else None for at, told in zip(best, sure, strict=True)]


def _lead(
    tokens: npt.NDArray[np.uint32], bounds: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Return the first terms of each text without flags and numbers, and the text of each."""
    from dedup.kernels.terms import FLAGS, NUMBER  # compiled code is loaded when it is first needed

    sizes = np.minimum(np.diff(bounds), LEAD_TOKENS)
    text_of = np.repeat(np.arange(sizes.size), sizes)
    skipped = bounds[:-1] - np.cumsum(sizes) + sizes
    found = tokens[np.arange(text_of.size) + skipped[text_of]]
    words = (found & np.uint32(NUMBER)) == 0
    return found[words] & ~FLAGS, text_of[words]


def _by_words(
    tokens: npt.NDArray[np.uint32], bounds: npt.NDArray[np.int64]
) -> tuple[list[str | None], npt.NDArray[np.int64]]:
    """Return the language of each text whose words tell it, and how many words were asked."""
    known = tables()
    n = bounds.size - 1
    terms, text_of = _lead(tokens, bounds)
    sizes = np.bincount(text_of, minlength=n)
    at = known.places(terms)
    common = np.flatnonzero(known.hashes[at] == terms)
    at, text_of = at[common], text_of[common]
    likelihood = sizes[:, np.newaxis] * known.other
    if at.size:
        begins = np.flatnonzero(np.diff(text_of, prepend=-1))
        likelihood[text_of[begins]] += np.add.reduceat(known.gain[at], begins, axis=0)
    rows = np.arange(n)
    best = likelihood.argmax(axis=1)
    reached = likelihood[rows, best]
    likelihood[rows, best] = -np.inf
    second = likelihood.argmax(axis=1)
    lead = reached - likelihood[rows, second]
    held = np.bincount(text_of[known.listed[at, best[text_of]]], minlength=n)
    sure = (
        (held >= FIT * known.cover[best] * sizes)
        & (lead >= LEAD_SHARE * known.lead[best, second] * sizes)
        & (lead >= LEAD_NATS)
    )
    codes = known.languages
    return [codes[at] if told else None for at, told in zip(best, sure, strict=True)], sizes


def languages_of(
    texts: Sequence[str], tokens: npt.NDArray[np.uint32], bounds: npt.NDArray[np.int64]
) -> list[str | None]:
    """Return the language of each text, None where it is not sure.

    Args:
        texts: Cleaned texts; only their scripts are looked at.
        tokens: Their tokens with flags, as :func:`dedup.sign.terms.terms` gives them.
        bounds: n + 1 bounds in ``tokens``.

    Returns:
        Two-letter codes as :func:`dedup.sign.background.two_letters` writes them. What stands
        beside a text in its batch changes nothing.
    """
    found: list[str | None] = []
    for start in range(0, len(texts), DOCUMENTS_AT_ONCE):
        end = min(start + DOCUMENTS_AT_ONCE, len(texts))
        scripts = _by_script(texts[start:end])
        words, sizes = _by_words(tokens, bounds[start : end + 1])
        found += [
            script or word if size >= LEAST_TOKENS else None
            for script, word, size in zip(scripts, words, sizes.tolist(), strict=True)
        ]
    return found


def best_language(told: str | None, guessed: str | None) -> str | None:
    """Return the language to go by: the guessed one where it is sure, else the stated one.

    Args:
        told: What the page or record states, in any form.
        guessed: What :func:`languages_of` says.

    >>> best_language("en-US", "de"), best_language("en-US", None), best_language("???", None)
    ('de', 'en', None)
    """
    return guessed or two_letters(told)
