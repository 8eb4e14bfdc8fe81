"""Texts to shingles and signatures, the copy view; and to weighted terms, the story view."""

from dedup.sign.language import best_language, languages_of
from dedup.sign.minhash import Signed, interop, permutations, sign
from dedup.sign.terms import terms
from dedup.sign.views import HEAVIEST, heaviest_terms
from dedup.sign.weigh import Census, Frequencies, weighed

__all__ = [
    "HEAVIEST",
    "Census",
    "Frequencies",
    "Signed",
    "best_language",
    "heaviest_terms",
    "interop",
    "languages_of",
    "permutations",
    "sign",
    "terms",
    "weighed",
]
