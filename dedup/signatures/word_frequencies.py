"""How common each term is in a language at large.

The frequencies are wordfreq's, which come with it and need no network; the terms of a list are
kept for the next run. A language that it has no list for has none here: nothing is guessed from a
similar language.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dedup import disk_cache
from dedup.cache_folder import cache_folder
from dedup.kernels.array_types import Float32s, Float64s, UInt32s
from dedup.signatures.terms import term_hashes

BILLION = 1e9
"""Zipf's scale counts in occurrences in so many words."""

LISTS_IN_MEMORY = 8
"""Languages in memory, at most 4 MB each; a dump rarely has more."""

_READERS = ("word_frequencies.py", "../tokens.py", "terms.py", "../kernels/terms.py")
"""Modules that decide which terms a list of words has."""

_CODE = re.compile(r"([A-Za-z]{2,3})(?![A-Za-z0-9])")

# Codes that count as one written language: Bosnian, Croatian, Montenegrin and Serbian share a list,
# as do the two forms of Norwegian; and codes that were replaced or have three letters.
_SAME = {
    "bs": "sh", "hr": "sh", "sr": "sh", "cnr": "sh", "hbs": "sh",
    "no": "nb", "nn": "nb", "nor": "nb", "nob": "nb", "nno": "nb",
    "iw": "he", "in": "id", "mo": "ro", "fil": "tl", "tgl": "tl",
    "cmn": "zh", "zho": "zh", "eng": "en", "fra": "fr", "deu": "de", "spa": "es", "por": "pt",
    "ita": "it", "nld": "nl", "rus": "ru", "ara": "ar", "jpn": "ja", "kor": "ko", "tur": "tr",
}  # fmt: skip

# Where wordfreq's name of a list is not the code of the language.
_LIST_OF = {"tl": "fil"}

# Languages whose terms are couples of characters, most of which are no word: the end of one and the
# beginning of the next.
_UNSPACED = frozenset({"zh", "ja"})

COUPLED = 700
"""The commonest characters, nine tenths of a Chinese text, whose couples get the frequency that
chance gives them."""


@dataclass(frozen=True, slots=True)
class WordFrequencies:
    """The terms of a language and how often they occur in it.

    Attributes:
        hashes: Sorted distinct terms, uint32, as :func:`dedup.signatures.terms.term_hashes`
            gives them.
        zipf: Of each, log10 of its occurrences in a billion words, float32.
    """

    hashes: UInt32s
    zipf: Float32s


def two_letters(tag: str | None) -> str | None:
    """Return the language of a tag as a page or record states it, region and script left out.

    Args:
        tag: Such as ``en-GB``, ``pt_BR``, ``zh-Hans-CN``, in any case, or anything else.

    Returns:
        Two lower-case letters, the same for codes of one written language; None for what is no tag.

    >>> [two_letters(tag) for tag in ("en-GB", "PT_br", "hr", "English", "", "x-klingon")]
    ['en', 'pt', 'sh', None, None, None]
    """
    found = _CODE.match((tag or "").strip())
    if not found:
        return None
    code = found[1].lower()
    code = _SAME.get(code, code)
    return code if len(code) == 2 else None


def summed(hashes: UInt32s, weights: Float64s) -> tuple[UInt32s, Float64s]:
    """Return the sorted distinct hashes and, of each, the sum of its weights."""
    distinct, at = np.unique(hashes, return_inverse=True)
    return distinct, np.bincount(at, weights, distinct.size).astype(np.float64)


def _chance_couples(frequencies: Mapping[str, float]) -> tuple[UInt32s, Float64s]:
    """Return the couples of the commonest characters, and how often chance makes each."""
    counts: Counter[str] = Counter()
    for word, frequency in frequencies.items():
        for character in word:
            counts[character] += frequency  # type: ignore[assignment]  # a counter of shares
    total = sum(counts.values())
    listed = sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:COUPLED]
    shares = np.array([count / total for _, count in listed])
    couples = [one + other for one, _ in listed for other, _ in listed]
    found, bounds = term_hashes(couples)
    chances = np.outer(shares, shares).ravel()
    single = np.diff(bounds) == 1
    return found[bounds[:-1][single]], chances[single]


@functools.cache
def _edition() -> str:
    """Return what the terms of a list depend on: wordfreq's version and our modules' source."""
    from importlib.metadata import version

    folder = Path(__file__).parent
    digest = hashlib.blake2b(unicodedata.unidata_version.encode(), digest_size=8)
    for name in _READERS:
        digest.update((folder / name).read_bytes())
    return f"wordfreq-{version('wordfreq')}-{digest.hexdigest()}"


@functools.lru_cache(maxsize=LISTS_IN_MEMORY)
def _word_frequencies(name: str) -> WordFrequencies | None:
    """Return the same by wordfreq's name of the list."""
    file = _kept_in(name)
    stored = None if file is None else disk_cache.load(file)
    if stored is None:
        terms = _read_list(name)
        stored = terms.hashes.astype("<u4").tobytes() + terms.zipf.astype("<f4").tobytes()
        if file is not None:
            with contextlib.suppress(OSError):
                disk_cache.save(file, stored)
    hashes, zipf = np.split(np.frombuffer(stored, "<u4"), 2)
    return WordFrequencies(hashes, zipf.view("<f4")) if hashes.size else None


def _kept_in(name: str) -> Path | None:
    """Return the file in which a list is kept, None where nothing can be."""
    folder = cache_folder().path
    return folder and folder / f"{name}-{_edition()}"


def _read_list(name: str) -> WordFrequencies:
    """Return the terms of one of wordfreq's lists, none if it has no such list."""
    # Import and list take half a second together, which most runs never need.
    from wordfreq import available_languages, get_frequency_dict, get_frequency_list

    if name not in available_languages("best"):  # wordfreq itself would take the nearest language
        return WordFrequencies(np.empty(0, np.uint32), np.empty(0, np.float32))
    frequencies = get_frequency_dict(name, "best")
    each = np.fromiter(frequencies.values(), np.float64, len(frequencies))
    found, bounds = term_hashes(list(frequencies))
    get_frequency_dict.cache_clear()  # wordfreq would keep every list in memory
    get_frequency_list.cache_clear()
    weights = np.repeat(each, np.diff(bounds))
    if name in _UNSPACED:
        couples, chances = _chance_couples(frequencies)
        found, weights = np.concatenate([found, couples]), np.concatenate([weights, chances])
    hashes, total = summed(found, weights)
    return WordFrequencies(hashes, np.log10(total * BILLION).astype(np.float32))


def word_frequencies(language: str) -> WordFrequencies | None:
    """Return how common the terms of a language are.

    A term has the frequencies of all words that fall on it; a word of several terms (Chinese and
    Japanese words are pairs of characters, others are hyphenated) gives its own to each. The
    Chinese list knows no traditional characters.

    Args:
        language: A code, with or without region and script, in any case.

    Returns:
        The terms, of wordfreq's largest list; None if it has none for the language.
    """
    code = two_letters(language)
    return _word_frequencies(_LIST_OF.get(code, code)) if code else None


def lookup(background: WordFrequencies, hashes: UInt32s) -> Float32s:
    """Return the Zipf frequency of some terms, 0 where the language does not have them."""
    at = np.minimum(np.searchsorted(background.hashes, hashes), background.hashes.size - 1)
    known = background.hashes[at] == hashes
    return np.where(known, background.zipf[at], np.float32(0))
