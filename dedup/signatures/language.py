"""Recognise the language of a text by its own words.

Pages misstate their language, and word frequencies of the wrong one are worse than none. So a text
counts as written in a language only where its commonest words occur about as often as they should
and no other language comes near; everything else is None, above all the languages without a list.
The words are in ``languages.json``; ``scripts/make_languages.py`` writes it.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dedup.kernels.array_types import Bools, Float32s, Int64s, UInt8s, UInt32s
from dedup.signatures.terms import term_hashes
from dedup.signatures.word_frequencies import BILLION, two_letters
from dedup.tokens import LETTER, SINGLE, TABLE_SIZE, character_tables

TABLE = Path(__file__).with_name("languages.json")

LEAD_TOKENS = 300
LEAD_CHARACTERS = 400
"""The first tokens and characters of a text are read."""

LEAST_TOKENS = 15
"""A text with fewer words, numbers aside, is too short to separate similar languages."""

UNLISTED = 10**-6.5
"""Frequency of a word that a language does not have among its commonest; wordfreq's own end at
1e-6."""

# Chosen on translations of one legal text, three paragraphs a document: of 1 195 in a language of
# the table, 1 175 are recognised, 20 are left open, none is taken for another; only Malay is mostly
# left open, and 2 of 19 are taken for Indonesian. Of 8 350 in languages without a table, 5 in a
# hundred are taken for a close one: Afrikaans mostly for Dutch, Galician, 1 of 19, for Portuguese.
# Higher limits leave short news open.
FIT = 0.55
"""Least part of the share of common words that a text in the language has on average."""

LEAD_SHARE = 0.4
"""Least lead over the next language, as a part of the lead that a text in the language has on
average."""

LEAD_NATS = 8.0
"""Least lead in all: the odds are e to the power of it, were words independent."""

BUCKET_BITS = 16  # of 5 800 terms hardly two share a bucket of so many upper bits

# Scripts with one language among those of the table, or two that their shares separate.
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
"""Share of kana among Han and kana: half in Japanese news, less in its headlines; in Chinese only
that of names."""


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
    hashes: UInt32s
    begins: Int64s
    depth: int
    listed: Bools
    gain: Float32s
    other: Float32s
    cover: Float32s
    lead: Float32s


@functools.cache
def tables() -> Tables:
    """Return the tables of the languages that are recognised by their words."""
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
def _script_table() -> UInt8s:
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
    """Return the language of each text whose script has only one."""
    starts = [text[:LEAD_CHARACTERS] for text in texts]
    # Latin letters without accents are of no single language, and an empty text costs nothing.
    starts = ["" if start.isascii() else start for start in starts]
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
    return [_OF_SCRIPT[at] if is_sure else None for at, is_sure in zip(best, sure, strict=True)]


def _by_words(tokens: UInt32s, bounds: Int64s) -> tuple[list[str | None], Int64s]:
    """Return the language of each text by its words, and how many words were looked up."""
    from dedup.kernels.language import look_up_terms  # compiled: loaded when it is first needed

    known = tables()
    n = bounds.size - 1
    texts = np.arange(n)
    words, likelihood = np.empty(n, np.int64), np.zeros((n, known.other.size))
    rows, row_bounds = np.empty(n * LEAD_TOKENS, np.int64), np.zeros(n + 1, np.int64)
    look_up_terms(
        tokens, bounds, LEAD_TOKENS, known.hashes, known.begins, BUCKET_BITS, known.depth,
        known.gain, words, likelihood, rows, row_bounds,
    )  # fmt: skip
    likelihood += words[:, np.newaxis] * known.other.astype(np.float64)
    best = likelihood.argmax(axis=1)
    reached = likelihood[texts, best]
    likelihood[texts, best] = -np.inf
    second = likelihood.argmax(axis=1)
    lead = reached - likelihood[texts, second]
    text_of = np.repeat(texts, np.diff(row_bounds))
    listed = known.listed[rows[: row_bounds[-1]], best[text_of]]
    listed_count = np.bincount(text_of[listed], minlength=n)
    sure = (
        (listed_count >= FIT * known.cover[best] * words)
        & (lead >= LEAD_SHARE * known.lead[best, second] * words)
        & (lead >= LEAD_NATS)
    )
    codes = known.languages
    return [codes[at] if is_sure else None for at, is_sure in zip(best, sure, strict=True)], words


def languages_of(texts: Sequence[str], tokens: UInt32s, bounds: Int64s) -> list[str | None]:
    """Return the language of each text, None where it is not sure.

    Args:
        texts: Cleaned texts; only their scripts are looked at.
        tokens: Their tokens with flags, as :func:`dedup.signatures.terms.terms` gives them.
        bounds: n + 1 bounds in ``tokens``.

    Returns:
        Two-letter codes as :func:`dedup.signatures.word_frequencies.two_letters` writes them. The
        other texts of a batch change nothing.
    """
    by_words, counts = _by_words(tokens, bounds)
    known = zip(_by_script(texts), by_words, counts.tolist(), strict=True)
    return [script or word if count >= LEAST_TOKENS else None for script, word, count in known]


def best_language(stated: str | None, guessed: str | None) -> str | None:
    """Return the guessed language where it is sure, else the stated one.

    Args:
        stated: What the page or record states, in any form.
        guessed: What :func:`languages_of` returns.

    >>> best_language("en-US", "de"), best_language("en-US", None), best_language("???", None)
    ('de', 'en', None)
    """
    return guessed or two_letters(stated)
